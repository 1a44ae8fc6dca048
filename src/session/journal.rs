//! What happened in a call, collected for its record.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chronicle::Chronicle;
use crate::call::{
    AgentId, JournalEvent, LegId, NodeId, Offered, Quality, QueueId, QueueStay, RecordStep,
    TalkStay, TransferStay,
};
use crate::time::{Duration, Instant};

/// The most node visits that a record lists; later ones are left out.
pub const MAX_STEPS: usize = 500;

/// The most offers of one queue stay that a record lists.
pub const MAX_OFFERS: usize = 100;

/// How an offer ends of which nothing more is heard.
const OPEN: &str = "cancelled";

/// The notes of one call in time.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    pub(super) offered_at: Instant,
    /// When it was answered, and how long the call's clock had stood still by then.
    pub(super) answered: Option<(Instant, Duration)>,
    pub(super) steps: Vec<RecordStep>,
    pub(super) queue: Option<QueueStay>,
    pub(super) transfer: Option<TransferStay>,
    pub(super) agent: Option<AgentId>,
    pub(super) talk: Duration,
    /// The talks that are over, each with the leg of the other party, and whom the present one is with.
    pub(super) talks: Vec<(LegId, TalkStay)>,
    pub(super) party: Option<Party>,
    /// How the media of those legs was, as far as it is known.
    pub(super) qualities: BTreeMap<LegId, Quality>,
    /// How long one side has held in the present talk, and since when it does.
    pub(super) held: Duration,
    pub(super) held_since: Option<Instant>,
    /// The journal, where one is kept.
    pub(super) chronicle: Option<Box<Chronicle>>,
    /// Keys that did nothing while the caller waited.
    pub(super) ignored_keys: u32,
    queued_at: Option<Instant>,
    /// Whether the present node visit is listed.
    listed: bool,
    /// The present node.
    node: Option<NodeId>,
}

/// Whom a caller talks with.
#[derive(Debug, Clone)]
pub(super) struct Party {
    pub(super) leg: LegId,
    /// The agent, if it is one.
    pub(super) agent: Option<AgentId>,
    /// The number, masked, if it is none.
    pub(super) to: Option<String>,
}

impl Journal {
    pub(super) const fn new(offered_at: Instant) -> Self {
        Self {
            offered_at,
            answered: None,
            steps: Vec::new(),
            queue: None,
            transfer: None,
            agent: None,
            talk: Duration::ZERO,
            talks: Vec::new(),
            party: None,
            qualities: BTreeMap::new(),
            held: Duration::ZERO,
            held_since: None,
            chronicle: None,
            ignored_keys: 0,
            queued_at: None,
            listed: false,
            node: None,
        }
    }

    pub(super) fn enter(&mut self, node: &NodeId, verb: &'static str, now: Instant) {
        self.listed = self.steps.len() < MAX_STEPS;
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.note(JournalEvent::Entered { node: node.clone() });
            self.node = Some(node.clone());
        }
        if self.listed {
            let at_ms = now.since(self.offered_at).as_millis();
            self.steps.push(RecordStep {
                node: node.clone(),
                verb,
                outcome: None,
                reason: None,
                at_ms,
                keys: None,
            });
        }
    }

    /// The present node's visit, if it is listed.
    fn present(&mut self) -> Option<&mut RecordStep> {
        self.steps.last_mut().filter(|_| self.listed)
    }

    /// The present node is left by `outcome`.
    pub(super) fn leave(&mut self, outcome: impl Into<Arc<str>>) {
        let outcome = outcome.into();
        if let (Some(chronicle), Some(node)) = (&mut self.chronicle, &self.node) {
            let (node, outcome) = (node.clone(), outcome.clone());
            chronicle.note(JournalEvent::Left { node, outcome });
        }
        if let Some(step) = self.present() {
            step.outcome = Some(outcome);
        }
    }

    /// The present node is left by `outcome`, if it was not left before.
    pub(super) fn leave_if_open(&mut self, outcome: &'static str) {
        if self.present().is_some_and(|step| step.outcome.is_none()) {
            self.leave(outcome);
        }
    }

    /// The place of the present node's visit in the list, if it is listed.
    pub(super) fn place(&self) -> Option<usize> {
        self.steps.len().checked_sub(1).filter(|_| self.listed)
    }

    /// An earlier visit is left by `outcome`: that of a `call`, whose subflow has ended.
    pub(super) fn leave_at(&mut self, place: Option<usize>, outcome: impl Into<Arc<str>>) {
        if let Some(step) = place.and_then(|place| self.steps.get_mut(place)) {
            let outcome = outcome.into();
            if let Some(chronicle) = &mut self.chronicle {
                let (node, outcome) = (step.node.clone(), outcome.clone());
                chronicle.note(JournalEvent::Left { node, outcome });
            }
            step.outcome = Some(outcome);
        }
    }

    /// Something worth knowing about the present node, unless its way has a reason already.
    pub(super) fn remark(&mut self, reason: &'static str) {
        if let Some(step) = self.present() {
            step.reason.get_or_insert(reason);
        }
    }

    /// The present node was answered: what went wrong before is no reason any more.
    pub(super) fn answered(&mut self) {
        if let Some(step) = self.present() {
            step.reason = None;
        }
    }

    /// Why the present node went the way it did.
    pub(super) fn reason(&mut self, reason: &'static str) {
        if let Some(step) = self.present() {
            step.reason = Some(reason);
        }
    }

    /// The keys taken at the present node, as their class allows.
    pub(super) fn keys(&mut self, keys: Option<String>) {
        if let Some(step) = self.present() {
            step.keys = keys;
        }
    }

    pub(super) fn queue_entered(&mut self, name: &QueueId, now: Instant) {
        self.queued_at = Some(now);
        self.queue = Some(QueueStay { name: name.clone(), wait_ms: 0, offers: Vec::new() });
    }

    /// The caller is in line. For one who has lost the agent of a talk a stay begins only now: the queue might have
    /// refused.
    pub(super) fn queue_rejoined(&mut self, name: &QueueId, now: Instant) {
        if self.queued_at.is_none() {
            self.queue_entered(name, now);
        }
    }

    /// The caller was led to another queue: the stay goes on there.
    pub(super) fn queue_led(&mut self, name: &QueueId) {
        if let Some(stay) = &mut self.queue {
            stay.name = name.clone();
        }
    }

    /// The queue of the last stay, else the one that a node names.
    pub(super) fn queue_or(&self, named: &QueueId) -> QueueId {
        self.queue.as_ref().map_or(named, |stay| &stay.name).clone()
    }

    /// A key that does nothing here, in line.
    pub(super) const fn ignored_key(&mut self) {
        self.ignored_keys = self.ignored_keys.saturating_add(1);
    }

    /// The wait is over: answered, left or hung up.
    pub(super) fn queue_left(&mut self, now: Instant) {
        if let (Some(since), Some(stay)) = (self.queued_at.take(), self.queue.as_mut()) {
            stay.wait_ms = now.since(since).as_millis();
        }
    }

    pub(super) fn offered(&mut self, agent: &AgentId, now: Instant) {
        let at_ms = now.since(self.offered_at).as_millis();
        if let Some(stay) = self.queue.as_mut().filter(|stay| stay.offers.len() < MAX_OFFERS) {
            stay.offers.push(Offered { agent: agent.clone(), at_ms, result: OPEN });
        }
    }

    pub(super) fn offer_ended(&mut self, agent: &AgentId, result: &'static str) {
        let stay = self.queue.as_mut();
        if let Some(offer) = stay.and_then(|stay| {
            stay.offers.iter_mut().rev().find(|o| o.agent == *agent && o.result == OPEN)
        }) {
            offer.result = result;
        }
    }
}
