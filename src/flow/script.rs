//! Tests of a flow as a project writes them: scripts of callers, and what must hold.
//!
//! Made by [`compile`](super::compile) from files with the top key `tests`, with every name held against the flow that
//! they test; `simulation` plays them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::expression::Value;
use super::node::VariableIndex;
use super::source::{Span, Spanned};
use crate::call::{Class, Digits, Failure, FlowId, NodeId, Origin, PromptId, QueueId};
use crate::time::{Duration, Moment};

/// A file of tests.
#[derive(Debug, Clone)]
pub struct TestFile {
    /// Its path, as findings name it.
    pub path: Arc<str>,
    /// The flow that it tests.
    pub flow: FlowId,
    /// Its cases, `setup` merged into each, in the author's order.
    pub cases: Vec<Case>,
    /// What holds in every case, and wherever `explore` comes.
    pub rules: Vec<Spanned<CallRule>>,
}

/// One call with everything around it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// When the call comes in: by the clock on the wall, in this IANA zone.
    pub at: Option<(Moment, Arc<str>)>,
    /// Who calls whom.
    pub origin: Origin,
    /// Environment variables that the flow takes settings from, such as the number of a `transfer`.
    pub env: BTreeMap<Arc<str>, Arc<str>>,
    /// Who serves which queue.
    pub agents: BTreeMap<QueueId, Staff>,
    /// How services and stores answer.
    pub mocks: Vec<Mock>,
    /// What happens, top to bottom.
    pub steps: Vec<Spanned<Step>>,
    /// What must be true of the call afterwards.
    pub then: Vec<Spanned<Claim>>,
}

/// The agents of one queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Staff {
    /// How many are logged in.
    pub count: u32,
    /// Whether all of them are in other talks, and stay there.
    pub busy: bool,
    /// How many other callers are in line already, and stay there; none unless all agents are busy.
    pub waiting: u32,
}

/// How one operation of a service answers, or the store of tickets or callbacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Mock {
    /// Where it stands.
    pub span: Span,
    /// What is asked.
    pub of: MockOf,
    /// The answers to successive requests; past the end the last one repeats. Never empty.
    pub answers: Vec<MockAnswer>,
}

/// What a mock stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MockOf {
    /// An operation of a service.
    Operation {
        /// The service.
        service: Arc<str>,
        /// The operation.
        operation: Arc<str>,
    },
    /// The store of tickets (`tickets:`).
    Tickets,
    /// The store of callbacks (`callbacks:`).
    Callbacks,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct MockAnswer {
    /// How long it takes.
    pub after: Duration,
    /// What it is.
    pub what: MockReply,
}

/// What a mock answers.
#[derive(Debug, Clone, PartialEq)]
pub enum MockReply {
    /// The body, as the service would send it; it fits the declared shape unless the test wants otherwise (`body:`).
    Body(Json),
    /// The service knows no such thing (`status: 404`).
    NotFound,
    /// It comes to nothing, once per try that the request allows.
    Failed(Failure),
    /// The store keeps it under this number.
    Kept(Arc<str>),
}

/// One step of a script. Each waits until it can be done, or has become impossible.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The caller hears these prompts, in this order, since the last step that acted; others may lie between.
    Hear(Hear),
    /// The caller presses keys, each list entry at one question.
    Press {
        /// The keys.
        keys: Vec<Digits>,
        /// Whether at once, into the prompt, and not when the question is asked.
        early: bool,
    },
    /// The caller says something, each list entry at one question.
    Say {
        /// The words.
        words: Vec<Arc<str>>,
        /// Whether at once, into the prompt.
        early: bool,
    },
    /// The caller says nothing until the question is missed.
    Silence,
    /// Time passes.
    Wait(Duration),
    /// The caller speaks into a recording.
    Speak(Duration),
    /// A person at our side does something.
    Agent(AgentAct),
    /// The call waits in a queue.
    Queued(Queued),
    /// A number is rung for the caller; `None` = whichever.
    Transferred(Option<Arc<str>>),
    /// The call is at a node.
    AtNode(NodeId),
    /// The call is over, or with a person; with a name, that this is how.
    End(Option<Ending>),
    /// The caller hangs up.
    Hangup,
    /// After the call: the node rings somebody because the caller wished to be called back.
    Rung(Rung),
    /// After the call: the customer who is called back does something.
    Customer(CustomerAct),
    /// After the call: the wish to be called back ends so.
    WishEnds(WishEnd),
}

impl Step {
    /// Whether the step is about a wish to be called back, once the call is over.
    #[must_use]
    pub const fn is_callback(&self) -> bool {
        matches!(self, Self::Rung(_) | Self::Customer(_) | Self::WishEnds(_))
    }
}

/// Whom the node rings for a wish to be called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// An agent of the queue.
    Agent,
    /// The customer.
    Customer,
    /// Nobody is rung for so long: a gap, or the hours in which nobody may be called.
    Nobody(Duration),
}

/// What the customer who is called back does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerAct {
    /// Picks up.
    Answers,
    /// Presses 1: they are who asked.
    Confirms,
    /// Presses 2: they no longer want it.
    Declines,
    /// Is on the phone already.
    IsBusy,
    /// Does not take the call.
    Rejects,
    /// Lets it ring until the node gives up.
    DoesNotAnswer,
    /// A machine picks up and presses no key, until the node gives up.
    MachineAnswers,
    /// Hangs up.
    HangsUp,
    /// Calls once more by themselves: the steps that follow are of that call.
    CallsAgain,
}

/// How a wish to be called back ends, by the names of the history. A test cannot bring about that a supervisor takes it
/// back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WishEnd {
    /// Agent and customer talked.
    Done,
    /// The customer called by themselves and was served.
    CalledAgain,
    /// Every try failed.
    Exhausted,
    /// Its time was over.
    Expired,
    /// The customer said that they no longer want it.
    Declined,
    /// An older wish of the same number for the same queue stands for it.
    Merged,
    /// The number may not be called.
    NotAllowed,
}

impl WishEnd {
    /// Its name in test files and in the history.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::CalledAgain => "called_again",
            Self::Exhausted => "exhausted",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::Merged => "merged",
            Self::NotAllowed => "not_allowed",
        }
    }
}

/// What the caller hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hear {
    /// The prompts, by name.
    pub prompts: Vec<PromptId>,
    /// The words of the last of them, values read aloud.
    pub text: Option<Arc<str>>,
    /// Whether none of them must be heard.
    pub not: bool,
}

/// What a person at our side does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentAct {
    /// Picks up.
    Answers,
    /// Declines.
    Rejects,
    /// Is on the phone already: whoever rings finds the line busy.
    IsBusy,
    /// Hangs up, or stops ringing.
    HangsUp,
    /// One of those who are busy ends the talk with another caller.
    ComesFree,
}

/// A stay in a queue as a test expects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The queue.
    pub queue: QueueId,
    /// The skills asked for; those not named are not looked at.
    pub skills: BTreeMap<Arc<str>, Arc<str>>,
    /// The priority, 1 to 9.
    pub priority: Option<u8>,
}

/// How a call ends for the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// With a person, or in line for one.
    Queue,
    /// We hung up after the flow's last words.
    Hangup,
    /// With a number that was rung.
    Transfer,
    /// With a wish to be called back.
    Callback,
}

/// What must be true of a call afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// An operation was asked.
    Asked {
        /// What.
        of: MockOf,
        /// How often, tries included; `None` = at least once.
        times: Option<u32>,
        /// Parameters of the last request, as the service reads them.
        with: Vec<(Arc<str>, Json)>,
    },
    /// A variable holds a value at the end.
    Variable(VariableIndex, Value),
    /// The call record holds a note.
    Note(Arc<str>, Json),
    /// So many messages were kept.
    Recordings(u32),
    /// So many tickets of a kind were opened.
    Tickets(Arc<str>, u32),
    /// So many wishes to be called back were kept.
    Callbacks(u32),
    /// The whole call takes less than this.
    ShorterThan(Duration),
    /// The whole call takes more than this.
    LongerThan(Duration),
    /// Nothing that is logged or kept holds this text.
    NeverLogged(Arc<str>),
}

/// What holds in every call of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallRule {
    /// `every call ends in: […]`; a caller who hangs up is always content.
    EndsIn(BTreeSet<Ending>),
    /// `no silence longer: 8s`, music and a person's voice not counted as silence, a caller's time to answer neither.
    NoSilenceLonger(Duration),
    /// `never longer in flow: 15m`; queue and talk do not count.
    NeverLongerInFlow(Duration),
    /// `log never has: [personal, secret]`: no value of these classes in clear.
    NeverLogged(BTreeSet<Class>),
    /// `never: { visit: a, before: b }`: no call comes to `a` that was not at `b` before.
    NeverBefore {
        /// The node that comes too early.
        visit: NodeId,
        /// The node that must come first.
        before: NodeId,
    },
}
