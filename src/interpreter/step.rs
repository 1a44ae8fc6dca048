//! What a node asks for.

use std::borrow::Cow;
use std::sync::Arc;

use crate::call::{Errand, QueueId, Told};
use crate::flow::{Goto, SubflowIndex, Value};
use crate::time::Duration;

/// What entering a node came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The node decided at once, without a sound.
    Decided {
        /// The outcome's name.
        outcome: Cow<'static, str>,
        /// Where it leads.
        goto: Goto,
    },
    /// The node was not carried out, and knows its way.
    Refused {
        /// The outcome's name.
        outcome: &'static str,
        /// Why.
        reason: &'static str,
        /// Where it leads.
        goto: Goto,
    },
    /// The node visits a subflow, whose variables are set.
    Visit(SubflowIndex),
    /// The node ends the subflow that it belongs to.
    Return {
        /// The outcome's name.
        outcome: Arc<str>,
        /// What is given back: the place in [`Subflow::returns`](crate::flow::Subflow::returns), and the value.
        values: Vec<(usize, Value)>,
    },
    /// The node asks something of the outside and waits for the answer: see [`settle`](super::settle).
    Request(Box<Errand>),
    /// The node records what the caller says.
    Record,
    /// The node says something and goes on.
    Say,
    /// The node asks the caller something.
    Ask,
    /// The node puts the caller into a queue.
    Enqueue(Box<Enqueue>),
    /// The node rings a number.
    Ring(Box<Ring>),
    /// The node says goodbye and ends the call.
    Hangup,
    /// The node could not be carried out.
    Fault(Fault),
}

/// A caller for a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueue {
    /// The queue.
    pub queue: QueueId,
    /// The skills asked for.
    pub skills: Vec<(Arc<str>, Arc<str>)>,
    /// 1 (first) to 9.
    pub priority: u8,
    /// What the agent is told.
    pub tell: Vec<Told>,
    /// The longest wait.
    pub max_wait: Duration,
}

/// A number to ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// The number or `sip:` address.
    pub to: Arc<str>,
    /// How long it rings.
    pub ring: Duration,
    /// The number shown there.
    pub caller_id: Option<Arc<str>>,
}

/// Why a node could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A formula had no value.
    Formula,
    /// The calendar is not known to this node.
    Calendar,
    /// The number to ring is not set on this node.
    Number,
    /// What the caller said could not be recorded.
    Recording,
    /// A subflow ended in a way that its `call` does not know.
    Outcome,
    /// More silent steps in a row than a call may take.
    EndlessLoop,
}

impl Fault {
    /// The fault's name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Formula => "fault_formula",
            Self::Calendar => "fault_calendar",
            Self::Number => "fault_number",
            Self::Recording => "fault_recording",
            Self::Outcome => "fault_outcome",
            Self::EndlessLoop => "fault_endless_loop",
        }
    }
}
