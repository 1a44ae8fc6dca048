//! What an operator may set: queues, agents, and how long each kind of pause lasts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::call::{AgentId, QueueId};
use crate::time::Duration;

/// Everything that `queue` is told before it starts. `Settings::default()` holds no queue and no agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The queues by name.
    pub queues: BTreeMap<QueueId, QueueSettings>,
    /// The agents by name.
    pub agents: BTreeMap<AgentId, AgentSettings>,
    /// How many offers in a row an agent may leave ringing before the pause `rona`; 0 = never paused. Default 2.
    pub missed_limit: u32,
    /// How long `rona` lasts. Default 60 s.
    pub missed_pause: Duration,
    /// How long an agent who declined rests before the next offer. Default 10 s.
    pub reject_pause: Duration,
    /// How long an agent whose phone was busy rests before the next offer. Default 30 s.
    pub busy_pause: Duration,
    /// How long an agent whose phone could not be reached rests before the next offer. Default 30 s.
    pub unreachable_pause: Duration,
    /// How long a caller waits for somebody else before an agent who failed them may be asked again. Whoever is
    /// ready and was not asked yet still comes first. Default 10 s.
    pub retry_pause: Duration,
    /// How long callers keep waiting after the last agent who could serve them logged out. Default 5 s.
    pub unstaffed_grace: Duration,
    /// How long an agent whose phone is gone counts as logged in: `unreachable`, and back at the old place among the
    /// idle if it returns. Then they are offline. Default 30 s.
    pub unreachable_grace: Duration,
    /// What the word of an adapter may be late: an offer without an outcome ends this long after its ring time.
    /// Default 2 s.
    pub lease: Duration,
    /// How long an agent stays bound to a withdrawn offer whose leg is never reported gone. Default 32 s: 64 × T1
    /// of RFC 3261 §17.1.1.1, after which no answer can come.
    pub release_limit: Duration,
    /// The longest talk; an agent still talking a lease later is taken to be in wrap-up. Default 4 h.
    pub talk_limit: Duration,
    /// What one priority class weighs in waiting time: a caller of class 2 goes before one of class 1 who came more
    /// than this later. So no class starves, and none overtakes an equal or higher class that has waited longer.
    /// Default 2 min.
    pub age_credit: Duration,
    /// How many places from the front are told of every move. Default 5.
    pub told_places: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            missed_limit: 2,
            missed_pause: Duration::from_secs(60),
            reject_pause: Duration::from_secs(10),
            busy_pause: Duration::from_secs(30),
            unreachable_pause: Duration::from_secs(30),
            retry_pause: Duration::from_secs(10),
            unstaffed_grace: Duration::from_secs(5),
            unreachable_grace: Duration::from_secs(30),
            lease: Duration::from_secs(2),
            release_limit: Duration::from_secs(32),
            talk_limit: Duration::from_mins(4 * 60),
            age_credit: Duration::from_mins(2),
            told_places: 5,
        }
    }
}

/// One queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// The most callers that may wait, those who are being offered included. Default 100.
    pub max_calls: u32,
    /// How the agent is chosen.
    pub strategy: Strategy,
    /// How long one agent is rung. Default 20 s.
    pub ring: Duration,
    /// How long an agent has after a call. Default 30 s.
    pub wrap_up: Duration,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            max_calls: 100,
            strategy: Strategy::LongestIdle,
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(30),
        }
    }
}

/// How the agent is chosen among those who are ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Who has been ready longest; of two alike, the first by name.
    LongestIdle,
}

/// One agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentSettings {
    /// The queues served. Names that [`Settings::queues`] does not hold are passed over.
    pub queues: Vec<QueueId>,
    /// The values held per skill. A skill not named here matches any value.
    pub skills: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Whether the agent has a fixed address and so is ready from the start, without registering.
    pub always_there: bool,
}
