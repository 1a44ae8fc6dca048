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
    /// How long the other phones ring on after an agent has answered, where several are rung together: then caller and
    /// agent count as connected without a word of it. Default 2 s.
    pub join_limit: Duration,
    /// How long an agent stays bound to a withdrawn offer whose leg is never reported gone. Default 32 s: 64 × T1
    /// of RFC 3261 §17.1.1.1, after which no answer can come.
    pub release_limit: Duration,
    /// The longest talk; an agent still talking a lease later is taken to be in wrap-up. Default 4 h.
    pub talk_limit: Duration,
    /// What one priority class weighs in waiting time: a caller of class 2 goes before one of class 1 who came more
    /// than this later. So no class starves, and none overtakes an equal or higher class that has waited longer.
    /// Default 2 min.
    pub age_credit: Duration,
    /// The longest wrap-up, however often it is made longer. Default 30 min.
    pub wrap_up_limit: Duration,
    /// What chance is made of where a strategy draws. Default 0.
    pub seed: u64,
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
            join_limit: Duration::from_secs(2),
            release_limit: Duration::from_secs(32),
            talk_limit: Duration::from_mins(4 * 60),
            age_credit: Duration::from_mins(2),
            wrap_up_limit: Duration::from_mins(30),
            seed: 0,
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
    /// Whom callers reach the longer they wait. Default: everybody from the beginning.
    pub rings: Vec<Ring>,
    /// How long one agent is rung. Default 20 s.
    pub ring: Duration,
    /// How long an agent has after a call. Default 30 s.
    pub wrap_up: Duration,
}

impl Settings {
    /// Whether a queue chooses agents by what they have done since they logged in.
    #[must_use]
    pub fn counts_shifts(&self) -> bool {
        let counts = |queue: &QueueSettings| {
            matches!(queue.strategy, Strategy::FewestCalls | Strategy::LeastTalk)
        };
        self.queues.values().any(counts)
    }
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            max_calls: 100,
            strategy: Strategy::LongestIdle,
            rings: Vec::new(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(30),
        }
    }
}

/// How the agent is chosen among those who are ready. Agents of a lower level always come first; of two alike, the one
/// who has been idle longer, then the first by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Who has been ready longest.
    #[default]
    LongestIdle,
    /// Who was last asked for a caller of this queue the longest ago.
    RoundRobin,
    /// Who has had the fewest calls since they logged in, of whatever queue.
    FewestCalls,
    /// Who has talked the least since they logged in, with callers of whatever queue.
    LeastTalk,
    /// Who stands first in the list.
    Linear,
    /// Anybody, each as likely as the other.
    Random,
    /// Anybody, each as likely as their weight says.
    Weighted,
    /// All who are ready at the same time, who has been ready longest first; the first who answers has the caller.
    RingAll {
        /// How many at most; 0 counts as 1.
        most: u32,
    },
}

impl Strategy {
    /// Its name, as settings write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LongestIdle => "longest_idle",
            Self::RoundRobin => "round_robin",
            Self::FewestCalls => "fewest_calls",
            Self::LeastTalk => "least_talk",
            Self::Linear => "linear",
            Self::Random => "random",
            Self::Weighted => "weighted",
            Self::RingAll { .. } => "ring_all",
        }
    }

    /// How many agents may be rung for one caller at the same time.
    #[must_use]
    pub const fn most(self) -> usize {
        match self {
            Self::LongestIdle
            | Self::RoundRobin
            | Self::FewestCalls
            | Self::LeastTalk
            | Self::Linear
            | Self::Random
            | Self::Weighted
            | Self::RingAll { most: 0 } => 1,
            Self::RingAll { most } => most as usize,
        }
    }
}

/// The level of agents for whom none is given.
pub const FIRST_LEVEL: u8 = 1;

/// Whom a contact reaches that has waited for so long, in addition to those before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ring {
    /// How long, since it first entered.
    pub after: Duration,
    /// The levels that are reached. Where no ring of a queue names any, all are from the beginning; else the first level
    /// alone, until a ring names others.
    pub levels: BTreeSet<u8>,
    /// The skills that are asked for no more.
    pub drop_skills: BTreeSet<Arc<str>>,
}

/// How an agent serves one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The level: which ring reaches them, and who is asked first. Default 1.
    pub level: u8,
    /// How likely they are drawn by [`Strategy::Weighted`], against the others. Default 1.
    pub weight: u32,
    /// Where they stand in the list of [`Strategy::Linear`].
    pub position: u32,
}

impl Default for Membership {
    fn default() -> Self {
        Self { level: FIRST_LEVEL, weight: 1, position: 0 }
    }
}

/// One agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentSettings {
    /// The queues served. Names that [`Settings::queues`] does not hold are passed over.
    pub queues: Vec<QueueId>,
    /// How they serve a queue, where that is not the plain way.
    pub memberships: BTreeMap<QueueId, Membership>,
    /// The values held per skill. A skill not named here matches any value.
    pub skills: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Whether the agent has a fixed address and so is ready from the start, without registering.
    pub always_there: bool,
}

impl AgentSettings {
    /// How they serve a queue that they serve.
    #[must_use]
    pub fn membership(&self, queue: &QueueId) -> Membership {
        self.memberships.get(queue).copied().unwrap_or_default()
    }
}
