//! What a process leaves behind when it dies, and how the next one closes it.

use super::fact::Fact;
use super::parts::{AgentStatus, Exit, Medium, OfferResult, Outcome};
use super::standing::{AgentStanding, Standing};
use crate::call::{AgentId, EndedBy, HangupCause};
use crate::time::{Duration, Wall};

/// Why an agent is in wrap-up after the node died in the middle of a talk.
pub const LOST_NODE: &str = "lost_node";
/// How long that wrap-up lasts: a human needs a moment, and the caller may ring again.
pub const LOST_WRAP_UP: Duration = Duration::from_secs(30);

/// The facts that close what an earlier process left open, in the order in which they are to be written: offers without an
/// owner, callers whose line is dead (who keep their place for a redial), talks, agents whom any of it bound, and calls.
/// Wishes to be called back go on waiting.
#[must_use]
pub fn reap(standing: &Standing, at: Wall) -> Vec<Fact> {
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
        facts.push(Fact::CallEnded {
            contact: *contact,
            outcome: if call.queued { Outcome::ToHuman } else { Outcome::AbandonedInIvr },
            cause: HangupCause::Interrupted,
            by: EndedBy::System,
            language: None,
            topic: None,
        });
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
