//! One caller in line.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::agent::Seat;
use super::input::OfferId;
use super::line::{LineNumber, Place};
use super::ring::LaneName;
use crate::call::{CallId, QueueId};
use crate::history::Medium;
use crate::time::{Duration, Instant};

/// A caller who wants a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The call.
    pub call: CallId,
    /// The queue to wait in.
    pub queue: QueueId,
    /// The skills asked for: name and value. An agent must hold all of them.
    pub skills: Vec<(Arc<str>, Arc<str>)>,
    /// The priority class, 1 (served first) to 9; anything else counts as the nearer end.
    pub priority: u8,
    /// When the caller first began to wait. One who comes back keeps it; a time before now is a place kept, which a
    /// full queue does not refuse.
    pub enqueued_at: Instant,
    /// How long the caller may wait, from now on. Then no new offer starts; a live one may finish.
    pub max_wait: Duration,
    /// The longest wait that may be expected: where it is longer, the queue refuses. `None` = none, and where nothing is
    /// known of it.
    pub longest_expected: Option<Duration>,
    /// How it reaches us. One who is to be called back listens to nobody: they are neither refused nor sent away for
    /// want of staff.
    pub medium: Medium,
    /// Whether this is the rest of a stay that broke off: the history counts it at its first entry.
    pub again: bool,
}

/// A contact that stands in a line.
#[derive(Debug)]
pub(super) struct Waiter {
    /// The line it stands in.
    pub(super) line: LineNumber,
    /// The ring it has reached and what it asks for.
    pub(super) lane: LaneName,
    /// Where it stands.
    pub(super) place: Place,
    /// The priority class, 1 to 9.
    pub(super) priority: u8,
    /// When it first began to wait.
    pub(super) enqueued_at: Instant,
    /// How it reaches us.
    pub(super) medium: Medium,
    /// When no new offer may start.
    pub(super) expires_at: Instant,
    /// The agents who failed it, and from when each may be asked again. At most one entry per agent.
    pub(super) tried: BTreeMap<Seat, Instant>,
    /// When it came into this line.
    pub(super) entered_at: Instant,
    /// The place that was told last, from 1.
    pub(super) told: u32,
    /// What it does.
    pub(super) state: WaiterState,
}

/// What a contact in line does.
///
/// ```text
///  enters ──▶ waiting ───────────────▶ offered ──▶ connected: out of the line
///             ▲ │  ▲                      │
///             │ │  └── the offer failed ──┤
///             │ ├──▶ left, expired, unstaffed: out of the line
///             │ ▼                         │
///             held ◀── its line is out of touch
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaiterState {
    /// Waits for an agent. Its maximum wait runs.
    Waiting {
        /// When an agent who failed it may be asked again, if one must be waited for.
        retry_at: Option<Instant>,
    },
    /// Is offered to an agent.
    Offered {
        /// The offer.
        offer: OfferId,
        /// The agent.
        seat: Seat,
    },
    /// Its line is out of touch: no timer of it runs.
    Held {
        /// Since when.
        since: Instant,
    },
}

impl Waiter {
    /// Whether the agent may be asked for this contact at `now`, as far as earlier failures go.
    pub(super) fn may_ask(&self, seat: Seat, now: Instant) -> bool {
        self.tried.get(&seat).is_none_or(|&again_at| again_at <= now)
    }

    /// When the next agent who failed this contact may be asked again.
    pub(super) fn next_retry(&self, now: Instant) -> Option<Instant> {
        self.tried.values().copied().filter(|&again_at| again_at > now).min()
    }

    /// How many timers run for it.
    pub(super) fn timers(&self) -> usize {
        match self.state {
            WaiterState::Waiting { retry_at } => 1 + usize::from(retry_at.is_some()),
            WaiterState::Offered { .. } | WaiterState::Held { .. } => 0,
        }
    }
}
