//! What an engine is told before it starts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::callback::CallbackRules;
use super::codes::Codes;
use super::routes::Routes;
use crate::calendar::Calendar;
use crate::call::{
    AdapterId, AgentId, AllowList, FlowId, Language, QueueId, Symbol, TalkRecording, Target,
};
use crate::history::CallerSecret;
use crate::interpreter::{Numbers, Program};
use crate::queue;
use crate::time::Duration;

/// The flows by name.
pub type Programs = BTreeMap<FlowId, Arc<Program>>;

/// Everything that the calls of a node share.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The names of the adapters, in the order of their ids.
    pub adapters: Vec<Arc<str>>,
    /// Which flow a call leads to.
    pub routes: Routes,
    /// The flows.
    pub programs: Arc<Programs>,
    /// The calendars by name.
    pub calendars: BTreeMap<Arc<str>, Calendar>,
    /// The telephone numbers that come from the environment or files of the node.
    pub numbers: Numbers,
    /// The queue machine's settings.
    pub queues: queue::Settings,
    /// The calendar of each queue that has one.
    pub queue_hours: BTreeMap<QueueId, Arc<str>>,
    /// The queues that tell whoever still waits when their hours end; those of the others are served.
    pub closing_tells: BTreeSet<QueueId>,
    /// Where the agents' phones are.
    pub agents: BTreeMap<AgentId, Agent>,
    /// What agents may dial on their own phones to say what they do.
    pub codes: Codes,
    /// The numbers and addresses that a flow may transfer to.
    pub transfers: AllowList,
    /// The flow that takes over where another cannot be carried out.
    pub safe_flow: Option<FlowId>,
    /// The number that is rung where there is no such flow or it fails as well; always allowed.
    pub safe_number: Option<Arc<str>>,
    /// The page to open at the agent's desk; `{call}` stands for the call's id.
    pub pop_url: Option<Arc<str>>,
    /// The language that agents are spoken to in.
    pub language: Language,
    /// Who is called back, by queue; the wishes of other queues are only kept.
    pub callbacks: BTreeMap<QueueId, CallbackRules>,
    /// For how long who was cut off from a line, or hung up in it, may come back to their place; zero = never. No place is
    /// kept for longer than [`crate::history::PLACES_KEPT`].
    pub resume: Duration,
    /// The most calls at once; further ones are refused as overload.
    pub max_calls: usize,
    /// How talks with agents and transfer targets are recorded; `None` = they are not.
    pub record_talks: Option<TalkRecording>,
    /// Whether a journal of each call is kept.
    pub journals: bool,
    /// Whether a history is kept: then the engine tells what happens, and no agent's phone rings before the offer is
    /// durable.
    pub history: bool,
    /// What the history names callers by; without it they have no names there.
    pub caller_secret: Option<CallerSecret>,
}

impl Settings {
    /// The adapter that an agent is rung on, for somebody on the adapter `usual`.
    pub(super) fn adapter_of(&self, agent: &AgentId, usual: AdapterId) -> AdapterId {
        self.agents.get(agent).and_then(|agent| agent.adapter).unwrap_or(usual)
    }

    /// The opening hours of a queue that has some.
    pub(super) fn hours_of(&self, queue: &QueueId) -> Option<&Calendar> {
        self.queue_hours.get(queue).and_then(|name| self.calendars.get(name))
    }
}

/// Where an agent's phone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Whom to dial.
    pub target: Target,
    /// The key by which they take a call; `None` = picking up is taking it, but for numbers, where it is `1`.
    pub accept: Option<Symbol>,
    /// The adapter that their phone is on; `None` = that of whoever calls.
    pub adapter: Option<AdapterId>,
}
