//! One caller in line.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::agent::Seat;
use super::input::OfferId;
use super::line::{LineNumber, Place};
use super::ring::LaneName;
use crate::call::{CallId, QueueId};
use crate::history::{Exit, Medium};
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
    /// When the queue closes and sends away whoever still waits, as [`Exit::Closed`](crate::history::Exit::Closed): from
    /// then on no new offer starts; a live one may finish. `None` = whoever is in line is served.
    pub closes_at: Option<Instant>,
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
    /// When the longest wait is over.
    pub(super) expires_at: Instant,
    /// When the queue closes for it.
    pub(super) closes_at: Option<Instant>,
    /// The agents who failed it, and from when each may be asked again. At most one entry per agent.
    pub(super) tried: BTreeMap<Seat, Instant>,
    /// When it came into this line.
    pub(super) entered_at: Instant,
    /// The place that was told last, from 1.
    pub(super) told: u32,
    /// The offers that are live, each with its agent: several only where all are rung together.
    pub(super) offers: BTreeMap<OfferId, Seat>,
    /// How many may be live at a time, since the first of them.
    pub(super) most: usize,
    /// The agent who has answered first while others still ring: their offer, and when the two count as connected.
    pub(super) joining: Option<(OfferId, Instant)>,
    /// When an agent who failed it may be asked again, if one must be waited for.
    pub(super) retry_at: Option<Instant>,
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
///
/// Where several are rung together it is offered until the last of them has failed, and takes further agents meanwhile.
/// The first who answers is *joined*: the others ring on until both hear each other, so that an agent who puts the phone
/// down before that costs the contact nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WaiterState {
    /// Waits for an agent. Its maximum wait runs.
    Waiting,
    /// Is offered to an agent, or to several.
    Offered,
    /// Its line is out of touch: no timer of it runs.
    Held {
        /// Since when.
        since: Instant,
    },
}

impl Waiter {
    /// When no new offer may start any more.
    pub(super) fn until(&self) -> Instant {
        self.closes_at.map_or(self.expires_at, |at| at.min(self.expires_at))
    }

    /// How it leaves when that has come.
    pub(super) fn way_out(&self, now: Instant) -> Exit {
        let is_closed = self.closes_at.is_some_and(|at| at <= now);
        if is_closed { Exit::Closed } else { Exit::Timeout }
    }

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
        usize::from(self.state == WaiterState::Waiting)
            + usize::from(self.retry_at.is_some())
            + usize::from(self.joining.is_some())
    }
}
