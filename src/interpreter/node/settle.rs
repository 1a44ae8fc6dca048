//! What the answer to a request comes to.

use super::{http, store};
use crate::call::{Failure, Reply};
use crate::flow::{Flow, Goto, NodeIndex, Verb};
use crate::interpreter::memory::Memory;

/// How an `http`, `ticket` or `callback` node went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The outcome's name.
    pub outcome: &'static str,
    /// Why, where it came to nothing.
    pub reason: Option<&'static str>,
    /// Where it leads.
    pub goto: Goto,
    /// Whether a variable got a value that it did not have before.
    pub new_information: bool,
}

impl Settled {
    pub(super) const fn new(outcome: &'static str, goto: Goto, new_information: bool) -> Self {
        Self { outcome, reason: None, goto, new_information }
    }

    pub(super) const fn failed(failure: Failure, goto: Goto, memory: &mut Memory) -> Self {
        memory.set_fault(Some(failure));
        Self { outcome: "failed", reason: Some(failure.name()), goto, new_information: false }
    }
}

/// Takes the answer to the request of a node: variables are set, or none is. `None` for a node that asks nothing of the
/// outside.
#[must_use]
pub fn settle(flow: &Flow, node: NodeIndex, reply: Reply, memory: &mut Memory) -> Option<Settled> {
    match &flow.node(node).verb {
        Verb::Http(verb) => Some(http::settle(flow, verb, reply, memory)),
        Verb::Ticket(verb) => Some(store::ticket_settled(flow, verb, reply, memory)),
        Verb::Callback(verb) => Some(store::callback_settled(verb, &reply, memory)),
        Verb::Say(_)
        | Verb::Menu(_)
        | Verb::Collect(_)
        | Verb::Confirm(_)
        | Verb::Answer(_)
        | Verb::Set(_)
        | Verb::Branch(_)
        | Verb::Hours(_)
        | Verb::Call(_)
        | Verb::Record(_)
        | Verb::Note(_)
        | Verb::Queue(_)
        | Verb::Transfer(_)
        | Verb::Return(_)
        | Verb::Hangup(_) => None,
    }
}
