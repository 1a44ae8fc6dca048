//! One agent: what they serve and the state they are in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::input::OfferId;
use super::line::LineNumber;
use crate::call::{AgentId, CallId, QueueId};
use crate::history::AgentStatus;
use crate::time::{Duration, Instant};

/// An agent's number inside the machine: their place among the agents by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat(pub(super) usize);

/// Where an agent stands. Every state but `offline`, `ready` and `break` has a deadline that ends it.
///
/// ```text
///            registers                offer              rings            answers
///  offline ────────────▶ ready ─────────────▶ reserved ────────▶ ringing ────────▶ talking
///     ▲                  ▲ ▲ ▲                    │                 │                 │ parted
///  unreachable: phone    │ │ │ leg gone           │ taken back      │                 ▼
///     ▲  gone (at once,  │ │ └──────── releasing ◀─┴────────────────┤              wrapup
///     │  or when the     │ └───── backoff ◀─ rejected, busy, ───────┤                 │
///     │  call is over)   │                   unreachable            │                 │
///     │                  ├─────── rona ◀─── missed too often ───────┘                 │
///     │                  └────────────────────────────────────────────────────────────┘
///  talking ──▶ backoff: the phone is gone without a word
///  any state ──▶ break: at once, or after the offer, talk and wrap-up that are under way
///  any state that no offer or talk binds ──▶ engaged ──▶ talking, or what it would be now without the call
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentState {
    /// Not logged in.
    Offline,
    /// Logged in, and the phone cannot be reached.
    Unreachable {
        /// The idle time that the agent keeps if the phone comes back.
        idle_since: Instant,
        /// When they count as logged out.
        deadline: Instant,
    },
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
        /// The caller it was for.
        call: CallId,
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
        /// The wrap-up that was under way: of which queue, and until when.
        wrap_up: Option<(QueueId, Instant)>,
        /// When the phone is taken to be free again.
        deadline: Instant,
    },
    /// Finishing the work of the last call.
    WrapUp {
        /// The contact that it is about; `None` where that was not kept.
        call: Option<CallId>,
        /// The queue that it came from.
        queue: QueueId,
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
        /// How many they were.
        missed: u32,
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

impl BackOffCause {
    /// Its name, as the history says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Busy => "busy",
            Self::Unreachable => "unreachable",
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Rejected, Self::Busy, Self::Unreachable]
            .into_iter()
            .find(|cause| cause.name() == name)
    }
}

impl AgentState {
    /// What the agent does, as the history says it.
    #[must_use]
    pub const fn status(&self) -> AgentStatus {
        match self {
            Self::Offline => AgentStatus::Offline,
            Self::Unreachable { .. } => AgentStatus::Unreachable,
            Self::Ready { .. } => AgentStatus::Ready,
            Self::Reserved(_) => AgentStatus::Reserved,
            Self::Ringing(_) => AgentStatus::Ringing,
            Self::Releasing { .. } => AgentStatus::Releasing,
            Self::Talking { .. } => AgentStatus::Talking,
            Self::Engaged { .. } => AgentStatus::Engaged,
            Self::WrapUp { .. } => AgentStatus::Wrapup,
            Self::BackOff { .. } => AgentStatus::Backoff,
            Self::Rona { .. } => AgentStatus::Rona,
            Self::Break { .. } => AgentStatus::Break,
        }
    }

    /// Why: the agent's own word, the kind of failure, `2 missed calls`.
    #[must_use]
    pub fn reason(&self) -> Option<Arc<str>> {
        match self {
            Self::Break { reason } => Some(Arc::clone(reason)),
            Self::BackOff { cause, .. } => Some(cause.name().into()),
            Self::Rona { missed: 1, .. } => Some("1 missed call".into()),
            Self::Rona { missed, .. } => Some(format!("{missed} missed calls").into()),
            Self::Offline
            | Self::Unreachable { .. }
            | Self::Ready { .. }
            | Self::Reserved(_)
            | Self::Ringing(_)
            | Self::Releasing { .. }
            | Self::Talking { .. }
            | Self::Engaged { .. }
            | Self::WrapUp { .. } => None,
        }
    }

    /// The contact that it is about.
    #[must_use]
    pub const fn contact(&self) -> Option<CallId> {
        match self {
            Self::Reserved(live) | Self::Ringing(live) => Some(live.call),
            Self::Releasing { call, .. } | Self::Talking { call, .. } => Some(*call),
            Self::WrapUp { call, .. } => *call,
            Self::Offline
            | Self::Unreachable { .. }
            | Self::Ready { .. }
            | Self::Engaged { .. }
            | Self::BackOff { .. }
            | Self::Rona { .. }
            | Self::Break { .. } => None,
        }
    }

    /// Since when the agent counts as idle: one who is not free keeps it only where the present state does not end it.
    #[must_use]
    pub const fn idle_since(&self) -> Option<Instant> {
        match self {
            Self::Ready { idle_since }
            | Self::Unreachable { idle_since, .. }
            | Self::Releasing { idle_since, .. } => Some(*idle_since),
            Self::Reserved(live) | Self::Ringing(live) => Some(live.idle_since),
            Self::Offline
            | Self::Talking { .. }
            | Self::Engaged { .. }
            | Self::WrapUp { .. }
            | Self::BackOff { .. }
            | Self::Rona { .. }
            | Self::Break { .. } => None,
        }
    }

    /// When the state ends by itself.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Offline | Self::Ready { .. } | Self::Break { .. } => None,
            Self::Reserved(live) | Self::Ringing(live) => Some(live.deadline),
            Self::Releasing { deadline, .. }
            | Self::Unreachable { deadline, .. }
            | Self::Talking { deadline, .. }
            | Self::Engaged { deadline, .. }
            | Self::WrapUp { deadline, .. }
            | Self::BackOff { deadline, .. }
            | Self::Rona { deadline, .. } => Some(*deadline),
        }
    }

    /// The offer that binds the agent, live or taken back.
    #[must_use]
    pub const fn offer(&self) -> Option<OfferId> {
        match self {
            Self::Reserved(live) | Self::Ringing(live) => Some(live.offer),
            Self::Releasing { offer, .. } => Some(*offer),
            Self::Offline
            | Self::Unreachable { .. }
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
            Self::Unreachable { .. } => "unreachable",
            Self::Ready { .. } => "ready",
            Self::Reserved(_) => "reserved",
            Self::Ringing(_) => "ringing",
            Self::Releasing { .. } => "releasing",
            Self::Talking { .. } => "talking",
            Self::Engaged { .. } => "engaged",
            Self::WrapUp { .. } => "wrapup",
            Self::BackOff { cause, .. } => return write!(f, "backoff({})", cause.name()),
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
    /// Be logged out, by word.
    Off,
}

/// What stands for the break that follows, where an agent is or will be logged out by word.
pub const LOGGED_OUT: &str = "logged_out";

/// What an agent has done since they logged in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shift {
    /// The callers they talked with.
    pub calls: u32,
    /// How long.
    pub talked: Duration,
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
    /// The queue of the call that they handle, wrap-up included, and since when.
    pub(super) handles: Option<(LineNumber, Instant)>,
    /// What they have done since they logged in.
    pub(super) shift: Shift,
    /// The state.
    pub(super) state: AgentState,
    /// Since when.
    pub(super) since: Instant,
}

impl Agent {
    /// Whether the agent holds the skill, or does not declare it at all.
    pub(super) fn holds(&self, skill: &str, value: &str) -> bool {
        self.skills.get(skill).is_none_or(|values| values.contains(value))
    }

    /// The break that begins when nothing binds the agent any more; [`LOGGED_OUT`] of one who is logged out by word.
    pub(super) fn pending(&self) -> Option<&str> {
        match (&self.intent, &self.state) {
            (Intent::Work, _) | (Intent::Break(_), AgentState::Break { .. }) => None,
            (Intent::Break(reason), _) => Some(reason),
            (Intent::Off, _) => Some(LOGGED_OUT),
        }
    }

    /// Whether the agent is logged in and their phone is there: busy or on a break, they are staff.
    pub(super) fn is_present(&self) -> bool {
        self.reachable && self.intent != Intent::Off
    }
}
