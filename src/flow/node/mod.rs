//! A compiled flow: what the interpreter reads. Names are resolved, defaults merged, times parsed, words folded.
//!
//! Everything here is immutable and made by [`compile`](super::compile) alone.

mod input;
mod outside;
mod people;
mod prompt;
mod silent;
mod speech;
mod subflow;
mod uses;
mod ways;

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::definition::{FaqDefinition, RecordType, VariableDefinition};
use crate::call::{FlowHash, FlowId, Language, NodeId};
use crate::time::Duration;

pub use input::{
    AnswerNode, CheckDigit, Choice, Collect, CommandBinding, Entry, EntryKind, Input, MAX_ENTRY,
    Menu, Retry, Words,
};
pub use outside::{HttpNode, RecordNode, TicketNode};
pub use people::{
    Announce, CallbackNode, Destination, OfferCallback, QueueKey, QueueKeyAction, QueueNode,
    Transfer,
};
pub use prompt::{Bargein, Piece, Prompt, Slot};
pub use silent::{Assignment, Branch, Hours, NoteNode, Place, SetNode};
pub use speech::{HangupNode, Say};
pub use subflow::{CallNode, ReturnNode, Subflow, SubflowIndex};
pub(super) use uses::Use;
pub use ways::{Way, WayKind};

/// The place of a node in [`Flow::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(pub u32);

/// The place of a variable in [`Flow::variables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableIndex(pub u32);

/// The place of a FAQ in [`Flow::faqs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaqIndex(pub u32);

/// A call flow, ready to run.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its name.
    pub id: FlowId,
    /// The hash of its content and of everything that it uses.
    pub hash: FlowHash,
    /// Its languages, the fallback first; never empty.
    pub languages: Vec<Language>,
    /// The node where a call begins.
    pub start: NodeIndex,
    /// How an incoming call is picked up.
    pub answer: AnswerPolicy,
    /// Limits on self-service.
    pub limits: Limits,
    /// Its nodes, then those of its subflows as `SUBFLOW.NAME`.
    pub nodes: Vec<Node>,
    /// Its variables, in the order of declaration, then those of its subflows as `SUBFLOW.NAME`.
    pub variables: IndexMap<Arc<str>, VariableDefinition>,
    /// The record types of the project, which variables name by their place here.
    pub records: Arc<[RecordType]>,
    /// Its subflows; their nodes and variables stand among its own.
    pub subflows: Vec<Subflow>,
    /// The questions about the service, with the names under which their answers are noted: see [`SURVEY_NOTES`].
    pub surveys: BTreeMap<NodeIndex, &'static str>,
    /// The calendar whose zone `now` is told in; `None` = UTC.
    pub home: Option<Arc<str>>,
    /// The FAQs that `answer` nodes use.
    pub faqs: Vec<FaqDefinition>,
    /// Where errors, limits and the loop fuse lead: the target of command `0`, else `defaults.failed`.
    pub escape: Option<Goto>,
    /// A silent node that runs when the call has ended.
    pub on_hangup: Option<NodeIndex>,
    /// Where an engine fault in a node leads.
    pub on_fault: Option<NodeIndex>,
    /// The built-in words, by name (`no_input`, `apology`, `digit_7` …), in every language of the flow.
    pub built_in: BTreeMap<&'static str, Arc<Prompt>>,
}

/// The notes that keep answers about the service: satisfaction from 1 to 5, recommendation from 0 to 10, whether the
/// matter is settled. A `collect` whose answer one of them keeps is a question of a survey.
pub const SURVEY_NOTES: [&str; 3] = ["csat", "nps", "solved"];

/// How an incoming call is picked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerPolicy {
    /// How long it rings first.
    pub after: Duration,
    /// Whether the caller hears our own ringing tone meanwhile (early media) instead of the network's.
    pub early: bool,
}

/// Limits on self-service; queue and talk time do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time in the flow over the whole call.
    pub call: Duration,
    /// Visits of one node without new information (the loop fuse).
    pub visits: u32,
    /// No-inputs and no-matches over the whole call.
    pub errors: u32,
    /// Time in menus before a person is offered.
    pub menus: Duration,
}

/// One node.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its name.
    pub id: NodeId,
    /// What it does.
    pub verb: Verb,
    /// The subflow that it belongs to.
    pub subflow: Option<SubflowIndex>,
    /// Whether the recording of the call pauses here (`record_call: pause`); always where a secret is asked for.
    pub pauses_recording: bool,
}

/// What a node does.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Plays prompts.
    Say(Say),
    /// Asks for one of several choices.
    Menu(Menu),
    /// Asks for a string of keys.
    Collect(Collect),
    /// Asks yes or no; its choices are named `yes` and `no`.
    Confirm(Menu),
    /// Answers spoken questions from a FAQ.
    Answer(AnswerNode),
    /// Sets variables.
    Set(SetNode),
    /// Chooses a way by conditions.
    Branch(Branch),
    /// Chooses a way by a calendar.
    Hours(Hours),
    /// Asks a service.
    Http(HttpNode),
    /// Visits a subflow.
    Call(CallNode),
    /// Records what the caller says.
    Record(RecordNode),
    /// Opens a ticket.
    Ticket(TicketNode),
    /// Writes into the call record.
    Note(NoteNode),
    /// Waits for a human.
    Queue(QueueNode),
    /// Keeps the wish to be called back.
    Callback(CallbackNode),
    /// Connects to a number.
    Transfer(Transfer),
    /// Ends a subflow.
    Return(ReturnNode),
    /// Says goodbye and ends the call.
    Hangup(HangupNode),
}

/// Where an outcome leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goto {
    /// To a node.
    Node(NodeIndex),
    /// To the previous menu; at the first one, the same as `Repeat`.
    Back,
    /// The same question again.
    Repeat,
    /// Nowhere: the command is switched off here.
    None,
    /// Out of the subflow, by its outcome `failed`.
    Failed,
}

impl Flow {
    /// The node at `index`.
    #[must_use]
    pub fn node(&self, index: NodeIndex) -> &Node {
        &self.nodes[index.0 as usize]
    }

    /// The subflow at `index`.
    #[must_use]
    pub fn subflow(&self, index: SubflowIndex) -> &Subflow {
        &self.subflows[index.0 as usize]
    }

    /// The fallback language.
    #[must_use]
    pub fn fallback(&self) -> &Language {
        &self.languages[0]
    }
}

impl Verb {
    /// The part that all input verbs share; `None` for a verb that asks nothing.
    #[must_use]
    pub const fn input(&self) -> Option<&Input> {
        match self {
            Self::Menu(menu) | Self::Confirm(menu) => Some(&menu.input),
            Self::Collect(collect) => Some(&collect.input),
            Self::Answer(answer) => Some(&answer.input),
            Self::Say(_)
            | Self::Set(_)
            | Self::Branch(_)
            | Self::Hours(_)
            | Self::Http(_)
            | Self::Call(_)
            | Self::Record(_)
            | Self::Ticket(_)
            | Self::Note(_)
            | Self::Queue(_)
            | Self::Callback(_)
            | Self::Transfer(_)
            | Self::Return(_)
            | Self::Hangup(_) => None,
        }
    }

    /// The verb's name in a flow file and in records.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Say(_) => "say",
            Self::Menu(_) => "menu",
            Self::Collect(_) => "collect",
            Self::Confirm(_) => "confirm",
            Self::Answer(_) => "answer",
            Self::Set(_) => "set",
            Self::Branch(_) => "branch",
            Self::Hours(_) => "hours",
            Self::Http(_) => "http",
            Self::Call(_) => "call",
            Self::Record(_) => "record",
            Self::Ticket(_) => "ticket",
            Self::Note(_) => "note",
            Self::Queue(_) => "queue",
            Self::Callback(_) => "callback",
            Self::Transfer(_) => "transfer",
            Self::Return(_) => "return",
            Self::Hangup(_) => "hangup",
        }
    }
}
