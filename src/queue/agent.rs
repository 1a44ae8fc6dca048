//! One agent: what they serve and the state they are in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::input::OfferId;
use super::line::{LineNumber, Skills};
use crate::call::{AgentId, CallId, QueueId};
use crate::time::Instant;

/// An agent's number inside the machine: their place among the agents by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat(pub(super) usize);

/// Where an agent stands. Every state but `offline`, `ready` and `break` has a deadline that ends it.
///
/// ```text
///            registers                offer              rings            answers
///  offline ────────────▶ ready ─────────────▶ reserved ────────▶ ringing ────────▶ talking
///     ▲                  ▲ ▲ ▲                    │                 │                 │ parted
///     │ phone gone       │ │ │ leg gone           │ taken back      │                 ▼
///     │ (at once, or     │ │ └──────── releasing ◀─┴────────────────┤              wrapup
///     │ when the call    │ └───── backoff ◀─ rejected, busy, ───────┤                 │
///     │ is over)         │                   unreachable            │                 │
///     │                  ├─────── rona ◀─── missed too often ───────┘                 │
///     │                  └────────────────────────────────────────────────────────────┘
///  talking ──▶ backoff: the phone is gone without a word
///  any state ──▶ break: at once, or after the offer, talk and wrap-up that are under way
///  any state that no offer or talk binds ──▶ engaged ──▶ talking, or what it would be now without the call
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentState {
    /// No phone can be reached.
    Offline,
    /// Free to be offered a caller.
    Ready {
        /// Since when, for the choice of who has been idle longest.
        idle_since: Instant,
    },
    /// Chosen for a caller; the phone does not ring yet.
    Reserved(LiveOffer),
    /// The phone rings for a caller.
    Ringing(LiveOffer),
    /// The offer was taken back, its leg still exists. Not free until it is gone.
    Releasing {
        /// The offer that was taken back.
        offer: OfferId,
        /// The idle time that the agent keeps.
        idle_since: Instant,
        /// When the leg is taken to be gone.
        deadline: Instant,
    },
    /// Connected with a caller.
    Talking {
        /// The caller.
        call: CallId,
        /// The queue the caller came from.
        queue: QueueId,
        /// When the talk is taken to be over.
        deadline: Instant,
    },
    /// On the phone with somebody whom the queue did not give them: a colleague, or a caller whom one hands over.
    Engaged {
        /// Until when a wrap-up lasts that was under way; past if there was none.
        wrap_up: Instant,
        /// When the phone is taken to be free again.
        deadline: Instant,
    },
    /// Finishing the work of the last call.
    WrapUp {
        /// When it ends.
        deadline: Instant,
    },
    /// Resting after an offer failed for a reason other than being missed, or after the phone was gone from a talk.
    BackOff {
        /// The reason.
        cause: BackOffCause,
        /// When it ends.
        deadline: Instant,
    },
    /// Paused after too many missed offers in a row (redirection on no answer).
    Rona {
        /// When it ends.
        deadline: Instant,
    },
    /// On a break of their own choice.
    Break {
        /// Why.
        reason: Arc<str>,
    },
}

/// An offer under way, as the agent's state holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveOffer {
    /// The offer.
    pub offer: OfferId,
    /// The caller.
    pub call: CallId,
    /// The idle time that the agent keeps if the caller leaves.
    pub idle_since: Instant,
    /// When it is taken back for want of an outcome: ring time and lease.
    pub deadline: Instant,
}

/// Why an agent rests after a failed offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackOffCause {
    /// The agent declined.
    Rejected,
    /// The phone was in use.
    Busy,
    /// The phone could not be reached.
    Unreachable,
}

impl AgentState {
    /// When the state ends by itself.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Offline | Self::Ready { .. } | Self::Break { .. } => None,
            Self::Reserved(live) | Self::Ringing(live) => Some(live.deadline),
            Self::Releasing { deadline, .. }
            | Self::Talking { deadline, .. }
            | Self::Engaged { deadline, .. }
            | Self::WrapUp { deadline }
            | Self::BackOff { deadline, .. }
            | Self::Rona { deadline } => Some(*deadline),
        }
    }

    /// The offer that binds the agent, live or taken back.
    #[must_use]
    pub const fn offer(&self) -> Option<OfferId> {
        match self {
            Self::Reserved(live) | Self::Ringing(live) => Some(live.offer),
            Self::Releasing { offer, .. } => Some(*offer),
            Self::Offline
            | Self::Ready { .. }
            | Self::Talking { .. }
            | Self::Engaged { .. }
            | Self::WrapUp { .. }
            | Self::BackOff { .. }
            | Self::Rona { .. }
            | Self::Break { .. } => None,
        }
    }

    /// The caller the agent talks with.
    #[must_use]
    pub const fn talking_with(&self) -> Option<CallId> {
        if let Self::Talking { call, .. } = self { Some(*call) } else { None }
    }

    /// Since when the agent is ready, if they are.
    #[must_use]
    pub const fn ready_since(&self) -> Option<Instant> {
        if let Self::Ready { idle_since } = self { Some(*idle_since) } else { None }
    }
}

impl fmt::Display for AgentState {
    /// The state's name as logs and explanations show it: `ready`, `break(lunch)`, `backoff(busy)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Offline => "offline",
            Self::Ready { .. } => "ready",
            Self::Reserved(_) => "reserved",
            Self::Ringing(_) => "ringing",
            Self::Releasing { .. } => "releasing",
            Self::Talking { .. } => "talking",
            Self::Engaged { .. } => "engaged",
            Self::WrapUp { .. } => "wrapup",
            Self::BackOff { cause: BackOffCause::Rejected, .. } => "backoff(rejected)",
            Self::BackOff { cause: BackOffCause::Busy, .. } => "backoff(busy)",
            Self::BackOff { cause: BackOffCause::Unreachable, .. } => "backoff(unreachable)",
            Self::Rona { .. } => "rona",
            Self::Break { reason } => return write!(f, "break({reason})"),
        })
    }
}

/// What an agent wants to do when nothing binds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    /// Take calls.
    Work,
    /// Be on a break, for this reason.
    Break(Arc<str>),
}

/// One agent of the project.
#[derive(Debug)]
pub(super) struct Agent {
    /// The name.
    pub(super) id: AgentId,
    /// The queues served.
    pub(super) lines: Vec<LineNumber>,
    /// The values held per declared skill.
    pub(super) skills: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Whether a call can reach the phone. Independent of the state: a phone may go while its agent talks.
    pub(super) reachable: bool,
    /// What the agent wants. Outlives states, so that a break survives a lost registration.
    pub(super) intent: Intent,
    /// How many offers in a row were missed.
    pub(super) missed: u32,
    /// The state.
    pub(super) state: AgentState,
}

impl Agent {
    /// Whether the agent holds the skill, or does not declare it at all.
    pub(super) fn holds(&self, skill: &str, value: &str) -> bool {
        self.skills.get(skill).is_none_or(|values| values.contains(value))
    }

    /// Whether the agent holds every skill asked for.
    pub(super) fn holds_all(&self, skills: &Skills) -> bool {
        skills.iter().all(|(skill, value)| self.holds(skill, value))
    }
}
