//! What a process leaves behind when it dies, and how the next one closes it.

use std::collections::BTreeMap;

use super::fact::Fact;
use super::parts::{AgentStatus, Exit, Medium, OfferResult, Outcome};
use super::row::Row;
use super::standing::{AgentStanding, Standing};
use crate::call::{AgentId, CallId, EndedBy, HangupCause};
use crate::time::{Duration, Wall};

/// Why an agent is in wrap-up after the node died in the middle of a talk.
pub const LOST_NODE: &str = "lost_node";
/// How long that wrap-up lasts: a human needs a moment, and the caller may ring again.
pub const LOST_WRAP_UP: Duration = Duration::from_secs(30);

/// How a call ended whose end the history has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// What came of it.
    pub outcome: Outcome,
    /// Why it ended.
    pub cause: HangupCause,
    /// Who ended it.
    pub by: EndedBy,
}

/// What is found of the process before beside the history, which it could not tell any more: told with the beginning of
/// the next epoch, whole or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// How calls ended that the history has under way.
    pub ends: BTreeMap<CallId, End>,
    /// Rows that come before everything is closed.
    pub rows: Vec<Row>,
}

/// The facts that close what an earlier process left open, in the order in which they are to be written: offers without an
/// owner, callers whose line is dead (who keep their place for a redial), talks, agents whom any of it bound, and calls.
/// Wishes to be called back go on waiting. A call of which `ends` knows nothing was interrupted.
#[must_use]
pub fn reap(standing: &Standing, ends: &BTreeMap<CallId, End>, at: Wall) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (offer, live) in &standing.offers {
        facts.push(Fact::OfferClosed {
            offer: *offer,
            contact: live.contact,
            queue: live.queue.clone(),
            agent: live.agent.clone(),
            result: OfferResult::Lost,
        });
    }
    for (contact, waiting) in &standing.waiting {
        if waiting.medium == Medium::Voice {
            let queue = waiting.queue.clone();
            facts.push(Fact::Left { contact: *contact, queue, how: Exit::Lost, key: None });
        }
    }
    for (name, agent) in &standing.agents {
        facts.extend(released(name, agent, at));
    }
    for (contact, call) in &standing.calls {
        let outcome = if call.queued { Outcome::ToHuman } else { Outcome::AbandonedInIvr };
        let (cause, by) = (HangupCause::Interrupted, EndedBy::System);
        let end = ends.get(contact).copied().unwrap_or(End { outcome, cause, by });
        let End { outcome, cause, by } = end;
        let (language, topic) = (None, None);
        facts.push(Fact::CallEnded { contact: *contact, outcome, cause, by, language, topic });
    }
    facts
}

/// How an agent goes on who was bound to something that died.
fn released(name: &AgentId, agent: &AgentStanding, at: Wall) -> Vec<Fact> {
    if !agent.is_bound() {
        return Vec::new();
    }
    let mut facts = Vec::new();
    if let (AgentStatus::Talking, Some(contact)) = (agent.status, agent.contact) {
        facts.push(Fact::TalkEnded {
            contact,
            queue: agent.queue.clone(),
            agent: name.clone(),
            by: EndedBy::System,
        });
    }
    let spoke = matches!(agent.status, AgentStatus::Talking | AgentStatus::Engaged);
    let status = if spoke { AgentStatus::Wrapup } else { AgentStatus::Ready };
    facts.push(Fact::AgentChanged {
        agent: name.clone(),
        status,
        reason: spoke.then(|| LOST_NODE.into()),
        contact: agent.contact.filter(|_| spoke),
        queue: agent.queue.clone().filter(|_| spoke),
        until: spoke.then(|| at.after(LOST_WRAP_UP)),
        idle_since: None,
        pending: agent.pending.clone(),
        by: None,
    });
    facts
}
