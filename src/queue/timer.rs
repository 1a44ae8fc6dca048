//! The timers of the queue, ordered by when they are due.
//!
//! A deadline belongs to the state that carries it; this set only mirrors them so that the next one is found at once.

use std::collections::BTreeSet;

use super::agent::Seat;
use super::line::LineNumber;
use super::ring::LaneName;
use crate::call::CallId;
use crate::time::Instant;

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// An agent's state ends.
    Agent(Seat),
    /// Agents who failed a contact may be asked again.
    Retry(CallId),
    /// A contact has waited as long as allowed.
    MaxWait(CallId),
    /// The next ring of a contact comes.
    Ring(CallId),
    /// An agent who has answered counts as connected with a contact.
    Join(CallId),
    /// A lane was without staff for the grace.
    Grace(LineNumber, LaneName),
}

/// All timers that run.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeSet<(Instant, Timer)>);

impl Timers {
    /// Starts a timer.
    pub(super) fn start(&mut self, at: Instant, timer: Timer) {
        self.0.insert((at, timer));
    }

    /// Drops a timer, whether it ran or not.
    pub(super) fn stop(&mut self, at: Instant, timer: Timer) {
        self.0.remove(&(at, timer));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes out the first timer that is due at `now`.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, timer)| timer)
    }

    /// All timers, for comparison with the states they belong to.
    pub(super) fn all(&self) -> &BTreeSet<(Instant, Timer)> {
        &self.0
    }
}
