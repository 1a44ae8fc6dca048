//! What entering a node does, one file per kind that does more than pass through.

mod branch;
mod hours;
mod http;
mod note;
mod queue;
mod set;
mod settle;
mod store;
mod subflow;
mod transfer;

pub use http::read_answer;
pub use set::assign;
pub use settle::{Settled, settle};
pub use store::call_back_caller;
pub use subflow::{take_back, way_back};

use super::memory::Memory;
use super::step::Step;
use super::view::View;
use super::world::World;
use crate::flow::{Flow, NodeIndex, Verb};

/// Enters a node: evaluates what it can and says what it needs. Bounded by the node's own length.
#[must_use]
pub fn enter(flow: &Flow, node: NodeIndex, memory: &mut Memory, world: &World<'_>) -> Entered {
    let mut new_information = false;
    let step = match &flow.node(node).verb {
        Verb::Say(_) => Ok(Step::Say),
        Verb::Collect(_) => {
            if flow.surveys.contains_key(&node) {
                memory.set_surveyed();
            }
            Ok(Step::Ask)
        }
        Verb::Menu(_) | Verb::Confirm(_) | Verb::Answer(_) => Ok(Step::Ask),
        Verb::Hangup(_) => Ok(Step::Hangup),
        Verb::Set(verb) => set::enter(flow, verb, memory, world, &mut new_information),
        Verb::Branch(verb) => branch::enter(verb, &View { flow, memory, world }),
        Verb::Hours(verb) => hours::enter(verb, &View { flow, memory, world }),
        Verb::Note(verb) => note::enter(flow, verb, memory, world),
        Verb::Queue(verb) => queue::enter(verb, &View { flow, memory, world }),
        Verb::Transfer(verb) => transfer::enter(verb, &View { flow, memory, world }),
        Verb::Http(verb) => http::enter(flow, node, verb, memory, world),
        Verb::Ticket(verb) => store::ticket(verb, &View { flow, memory, world }),
        Verb::Callback(verb) => store::callback(verb, &View { flow, memory, world }),
        Verb::Record(_) => Ok(Step::Record),
        Verb::Call(verb) => subflow::call(flow, verb, memory, world),
        Verb::Return(verb) => subflow::give_back(verb, &View { flow, memory, world }),
    };
    Entered { step: step.unwrap_or_else(Step::Fault), new_information }
}

/// What entering a node came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    /// What the node asks for.
    pub step: Step,
    /// Whether a variable got a value that it did not have before.
    pub new_information: bool,
}
