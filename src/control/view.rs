//! What is told, and what is taken: the shapes of JSON. Times are RFC 3339 in UTC, durations whole seconds; what belongs to
//! people is masked.

mod data;
mod tickets;

pub(super) use data::{CallerNumber, Erasing};
pub use data::{ErasedView, ExpiredView};
pub(super) use tickets::{TicketAssignment, TicketClosing, TicketNote, WantedOutcome};
pub use tickets::{TicketDetail, TicketList, TicketStepView, TicketView};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// All agents, or as many as were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentList {
    /// By name.
    pub agents: Vec<AgentView>,
    /// What `after` must say for the next ones; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentView {
    /// The name.
    pub agent: String,
    /// What they do: `offline`, `ready`, `reserved`, `ringing`, `releasing`, `talking`, `engaged`, `wrapup`, `backoff`,
    /// `rona`, `break`, `unreachable`.
    pub state: String,
    /// Why: the agent's own word for a break, the kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when.
    pub since: String,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The break that begins when nothing binds them any more; `logged_out` of one who is, or then will be, logged out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<String>,
    /// Whether their phone is there.
    pub reachable: bool,
    /// The contact that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The queue that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The queues that they serve.
    pub queues: Vec<String>,
    /// The values that they hold of each skill.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<String, Vec<String>>,
}

/// What an agent is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentChange {
    /// What.
    pub(super) state: WantedState,
    /// Why: needed for a break, such as `lunch`, up to 64 characters.
    #[serde(default)]
    pub(super) reason: Option<String>,
    /// By how many seconds a wrap-up is extended: 1 to 3600, 30 if it is left out.
    #[serde(default)]
    pub(super) seconds: Option<u64>,
}

/// What becomes of a contact in line: one of the two, or both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactChange {
    /// 1 (first) to 9.
    #[serde(default)]
    pub(super) priority: Option<u8>,
    /// The queue to stand in, with its place.
    #[serde(default)]
    pub(super) queue: Option<String>,
}

/// What an agent can be told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WantedState {
    /// Take calls: logs in, and ends a break and any pause after failed offers.
    Ready,
    /// Be logged out, once the present offer, talk and wrap-up are over. Only `ready` ends it.
    Offline,
    /// Have a break.
    Break,
    /// Be done with the wrap-up.
    WrapupDone,
    /// Have longer for the wrap-up, by `seconds`, up to 30 minutes in all.
    ExtendWrapup,
}

/// All queues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueueList {
    /// By name.
    pub queues: Vec<QueueView>,
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueueView {
    /// The name.
    pub queue: String,
    /// How many are in line, those being offered included.
    pub waiting: usize,
    /// How long the one who has waited longest has, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_wait_s: Option<u64>,
    /// Whether anybody who serves it is logged in, on a break or busy included.
    pub staffed: bool,
    /// How many of those who serve it do what.
    pub agents: BTreeMap<String, usize>,
    /// What has come of the day so far; absent where no history is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<QueueToday>,
}

/// What has come so far of those whom a queue took in today: what `sambung report day` tells of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueueToday {
    /// The day, as a date of `zone`.
    pub day: String,
    /// The zone.
    pub zone: String,
    /// How service level is reckoned: `SL#4/20s/short=5s`.
    pub reckoned: String,
    /// Service level, 0 to 1; absent while there is nothing to reckon it of.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "share")]
    pub service_level: Option<f64>,
    /// Abandonment without short ones, 0 to 1; absent while there is nothing to reckon it of.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "share")]
    pub abandonment: Option<f64>,
    /// Callers taken in.
    pub offered: u64,
    /// Of those, answered by an agent.
    pub answered: u64,
    /// Of those, hung up in line.
    pub abandoned: u64,
    /// Whether all of the day is counted; `false` while it is read after a start.
    pub whole: bool,
}

/// Reads a share that may be absent. Within a flattened structure numbers of every precision come as a map of their own.
fn share<'de, D: Deserializer<'de>>(value: D) -> Result<Option<f64>, D::Error> {
    let number = Option::<serde_json::Number>::deserialize(value)?;
    Ok(number.as_ref().and_then(serde_json::Number::as_f64))
}

/// One queue with those who wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueueDetail {
    /// How it stands.
    #[serde(flatten)]
    pub view: QueueView,
    /// Who waits, first first: the first thousand.
    pub contacts: Vec<ContactView>,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactView {
    /// The id.
    pub contact: String,
    /// The queue.
    pub queue: String,
    /// How it reaches us: `voice`, `callback`.
    pub medium: String,
    /// The place in line, from 1.
    pub position: u32,
    /// 1 (first) to 9.
    pub priority: u8,
    /// Since when.
    pub since: String,
    /// How long that is, in seconds.
    pub waited_s: u64,
    /// When it has waited as long as allowed.
    pub until: String,
    /// The number, masked; absent where it is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The language that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The skills asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<String, String>,
    /// The agents who are rung for it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered_to: Vec<String>,
}

/// Why a contact is, or is not, offered to an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explained {
    /// Whether every rule holds.
    pub may_offer: bool,
    /// The rules in the order in which they are asked; those after one that leaves nothing to ask are absent.
    pub findings: Vec<FindingView>,
}

/// What was found about one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingView {
    /// The rule.
    pub rule: String,
    /// Whether it lets the offer happen.
    pub holds: bool,
    /// The facts, for people.
    pub fact: String,
}

/// The offers under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OfferList {
    /// By agent.
    pub offers: Vec<OfferView>,
}

/// One offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OfferView {
    /// Its number.
    pub offer: u64,
    /// `reserved`, `ringing`, or `releasing`: taken back, its phone still rings.
    pub state: String,
    /// The agent.
    pub agent: String,
    /// The contact; absent once it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// When it ends for want of an outcome.
    pub until: String,
}

/// The live calls, or as many as were asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallList {
    /// In the order in which they began.
    pub calls: Vec<CallView>,
    /// What `after` must say for the next ones; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One live call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallView {
    /// The id.
    pub call: String,
    /// The adapter that carries it.
    pub adapter: String,
    /// The flow.
    pub flow: String,
    /// The node of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// What the caller's attention is on: `ringing`, `hearing`, `asked`, `recorded`, `waiting`, `talking`, `gone`.
    pub state: String,
    /// When it began.
    pub began: String,
    /// The number, masked; absent where it is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The language that is spoken.
    pub language: String,
    /// The queue that was last asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The agent who talks with the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// The node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NodeView {
    /// The program's version.
    pub version: String,
    /// Since when it runs.
    pub started: String,
    /// Calls that have no record yet.
    pub calls: usize,
    /// The most at a time.
    pub max_calls: usize,
    /// Whether it takes no more calls.
    pub draining: bool,
    /// The adapters, in their order.
    pub adapters: Vec<AdapterView>,
}

/// One adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdapterView {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub up: bool,
}

/// How the node stands, for probes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(super) struct Standing {
    /// `ok`, or what is wrong: `draining`, `full`, `no_adapter`.
    pub(super) status: String,
    /// `ok`; `offline` while the history cannot be written: calls go on, nobody is offered to agents; `degraded` while
    /// only something else of `unwritten` cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) storage: Option<String>,
    /// What cannot be written for now: `history`, `records`, `recordings`, `journals`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unwritten: Vec<String>,
}
