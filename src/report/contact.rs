//! What the fold remembers of a contact while anything of it is open.

use std::sync::Arc;

use super::piece::{Met, Offer, Stay, Talk, between};
use crate::call::{AgentId, CallId, EndedBy, HangupCause, Language, QueueId};
use crate::history::{CallerKey, Outcome};
use crate::time::{Duration, Wall};

/// The most told waits that are kept of one stay.
pub(super) const MAX_TOLD: usize = 64;

/// A talk, and since when it is on hold.
#[derive(Debug, Clone)]
pub(super) struct Talking {
    pub(super) talk: Talk,
    pub(super) held_since: Option<Wall>,
}

/// An open contact. It has a call, a stay, both, or neither yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Contact {
    pub(super) caller: Option<CallerKey>,
    pub(super) called: Arc<str>,
    /// When its call began; `None` = the history tells of no call of it.
    pub(super) began: Option<Wall>,
    pub(super) stay: Option<Stay>,
    pub(super) offers: Vec<Offer>,
    pub(super) talks: Vec<Talking>,
    /// Talks that are over, kept until it is sure how they were passed on.
    pub(super) over: Vec<Talk>,
    /// The queues whose agents talked with it.
    pub(super) handled: Vec<Option<QueueId>>,
    pub(super) queue: Option<QueueId>,
    pub(super) agent: Option<AgentId>,
    pub(super) ticket: bool,
    /// Whether it stands in line to be called back.
    pub(super) callback: bool,
    /// When the node died with it.
    pub(super) broken: Option<Wall>,
}

impl Contact {
    /// Whether nothing of it is open any more.
    pub(super) const fn is_idle(&self) -> bool {
        self.began.is_none()
            && self.stay.is_none()
            && self.talks.is_empty()
            && self.offers.is_empty()
            && !self.callback
    }

    /// Begins a talk; says whether there was none with that agent.
    pub(super) fn talk(
        &mut self,
        contact: CallId,
        agent: &AgentId,
        queue: Option<&QueueId>,
        from: Option<&AgentId>,
        at: Wall,
    ) -> bool {
        if self.talks.iter().any(|talking| talking.talk.agent == *agent) {
            return false;
        }
        let queue = queue.cloned();
        let first = !self.handled.contains(&queue);
        if first {
            self.handled.push(queue.clone());
        }
        self.agent = Some(agent.clone());
        let talk = Talk {
            contact,
            queue,
            agent: agent.clone(),
            began: at,
            ended: at,
            held: Duration::ZERO,
            by: None,
            from: from.cloned(),
            transfer: None,
            first,
            passed: false,
            open: true,
        };
        self.talks.push(Talking { talk, held_since: None });
        true
    }

    /// The talk with an agent that is going on or was last.
    pub(super) fn talk_of(&mut self, agent: &AgentId) -> Option<&mut Talk> {
        let going = self.talks.iter_mut().map(|talking| &mut talking.talk);
        going.chain(self.over.iter_mut().rev()).find(|talk| talk.agent == *agent)
    }

    /// Takes the offer to an agent.
    pub(super) fn take_offer(&mut self, agent: &AgentId) -> Option<Offer> {
        let at = self.offers.iter().position(|offer| offer.agent == *agent)?;
        Some(self.offers.remove(at))
    }

    /// The call, as it ended.
    pub(super) fn met(&self, contact: CallId, ended: Wall) -> Option<Met> {
        Some(Met {
            contact,
            caller: self.caller.clone(),
            called: Arc::clone(&self.called),
            began: self.began?,
            ended,
            outcome: None,
            cause: None,
            by: None,
            language: None,
            topic: None,
            queue: self.queue.clone(),
            agent: self.agent.clone(),
            ticket: self.ticket,
            open: false,
        })
    }
}

/// What the row of a call's end says.
#[derive(Debug)]
pub(super) struct CallEnd<'e> {
    pub(super) outcome: Outcome,
    pub(super) cause: HangupCause,
    pub(super) by: EndedBy,
    pub(super) language: Option<&'e Language>,
    pub(super) topic: Option<&'e Arc<str>>,
}

impl CallEnd<'_> {
    /// Writes it into the call.
    pub(super) fn mark(&self, met: &mut Met) {
        met.outcome = Some(self.outcome);
        met.cause = Some(self.cause);
        met.by = Some(self.by);
        met.language = self.language.cloned();
        met.topic = self.topic.cloned();
    }
}

impl Talking {
    /// Ends a stretch of holding; gives when it began.
    pub(super) fn resume(&mut self, at: Wall) -> Option<Wall> {
        let since = self.held_since.take()?;
        self.talk.held += between(since, at);
        Some(since)
    }
}
