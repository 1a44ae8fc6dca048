//! What is counted of one agent in one interval.

use std::collections::BTreeMap;

use super::counts::{Transfers, merge, missed};
use super::piece::{Offer, OfferEnd, Talk};
use super::rates::{Share, mean};
use crate::history::{AgentStatus, OfferResult};
use crate::time::Duration;

/// From so much time logged in on, a day of an agent counts as one.
pub const MIN_AGENT_DAY: Duration = Duration::from_mins(60);

/// Counts and sums of one agent: times of the interval in which they happened, talks of that in which they began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentCounts {
    /// Time in each state.
    pub times: Times,
    /// Talks, each part of a contact that was passed on for itself.
    pub talks: u64,
    /// Time connected, holding included.
    pub connected: Duration,
    /// Of it, on hold.
    pub held: Duration,
    /// Contacts passed on.
    pub transfers: Transfers,
    /// Offers.
    pub offers: u64,
    /// How those without an answer ended.
    pub misses: BTreeMap<OfferResult, u64>,
}

/// Time in each state, in a place of its own: it is added to for every row of an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times([Duration; STATES]);

/// How many states there are.
const STATES: usize = AgentStatus::Unreachable as usize + 1;

impl Times {
    /// Time in one state.
    #[must_use]
    pub const fn of(&self, status: AgentStatus) -> Duration {
        self.0[status as usize]
    }

    /// Time in all of them.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.0.iter().fold(Duration::ZERO, |sum, time| sum + *time)
    }

    /// Adds time in a state.
    pub(super) fn add(&mut self, status: AgentStatus, time: Duration) {
        self.0[status as usize] += time;
    }

    /// Takes others in.
    fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum += more);
    }
}

impl AgentCounts {
    /// Time in one state.
    #[must_use]
    pub const fn time(&self, status: AgentStatus) -> Duration {
        self.times.of(status)
    }

    /// Time of work for contacts: ringing, talking, holding and wrap-up.
    #[must_use]
    pub fn handling(&self) -> Duration {
        [
            AgentStatus::Reserved,
            AgentStatus::Ringing,
            AgentStatus::Releasing,
            AgentStatus::Talking,
            AgentStatus::Wrapup,
        ]
        .into_iter()
        .fold(Duration::ZERO, |sum, status| sum + self.time(status))
    }

    /// Time logged in.
    #[must_use]
    pub fn logged_in(&self) -> Duration {
        self.times.total().saturating_sub(self.time(AgentStatus::Offline))
    }

    /// Occupancy: handling of handling and ready. Breaks do not count.
    #[must_use]
    pub fn occupancy(&self) -> Share {
        let busy = self.handling().as_micros();
        Share { part: busy, of: busy + self.time(AgentStatus::Ready).as_micros() }
    }

    /// Utilisation: handling and ready of all time logged in.
    #[must_use]
    pub fn utilisation(&self) -> Share {
        let at_work = self.handling() + self.time(AgentStatus::Ready);
        Share { part: at_work.as_micros(), of: self.logged_in().as_micros() }
    }

    /// Average handle time of the agent: talk, hold and wrap-up per talk.
    #[must_use]
    pub fn handle_time(&self) -> Option<Duration> {
        mean(self.connected + self.time(AgentStatus::Wrapup), self.talks)
    }

    /// Talks per hour logged in.
    #[must_use]
    pub fn per_hour(&self) -> Option<f64> {
        let hours = self.logged_in().as_micros() as f64 / 3.6e9;
        (hours > 0.0).then(|| self.talks as f64 / hours)
    }

    /// Offers that the agent let ring, of those that the caller did not end.
    #[must_use]
    pub fn missed(&self) -> Share {
        missed(self.offers, &self.misses)
    }

    /// Counts an offer.
    pub(super) fn offer(&mut self, offer: &Offer) {
        self.offers += 1;
        if let OfferEnd::Closed(result) = offer.end {
            *self.misses.entry(result).or_default() += 1;
        }
    }

    /// Counts a talk.
    pub(super) fn talk(&mut self, talk: &Talk) {
        self.talks += 1;
        if let Some(transfer) = talk.transfer {
            *self.transfers.entry(transfer).or_default() += 1;
        }
    }

    /// Takes others in.
    pub fn merge(&mut self, other: &Self) {
        self.times.merge(&other.times);
        self.talks += other.talks;
        self.connected += other.connected;
        self.held += other.held;
        merge(&mut self.transfers, &other.transfers);
        self.offers += other.offers;
        merge(&mut self.misses, &other.misses);
    }
}
