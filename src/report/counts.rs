//! What is counted of one queue in one interval.

use std::collections::BTreeMap;

use super::piece::{Ended, Offer, OfferEnd, Stay, Talk, Transfer};
use super::rates::{Share, mean};
use crate::history::{Exit, Medium, OfferResult, Refusal};
use crate::time::Duration;

/// Exits from a line that are neither an answer, an abandon nor a loss.
pub type Exits = BTreeMap<Exit, u64>;

/// Ways in which agents passed contacts on.
pub type Transfers = BTreeMap<Transfer, u64>;

/// Counts and sums of one queue, of the interval in which contacts were enqueued and work happened. Callers alone stand
/// in the counts of the line; callbacks are counted beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// `O`: contacts that the queue took in.
    pub offered: u64,
    /// `A`: answered by an agent.
    pub answered: u64,
    /// `A_T`: of those, with a wait of at most the target.
    pub answered_in_time: u64,
    /// `B`: hung up in line.
    pub abandoned: u64,
    /// `B_T`: of those, after at most the target.
    pub abandoned_in_time: u64,
    /// `B_s`: of those, after at most the short time.
    pub short: u64,
    /// Of `B`, while an agent's phone rang.
    pub abandoned_ringing: u64,
    /// `X`: other ways out.
    pub exits: Exits,
    /// `L`: the node died with them.
    pub lost: u64,
    /// Those who still wait.
    pub waiting: u64,
    /// The waits of the answered.
    pub wait_answered: Duration,
    /// The waits of the abandoned.
    pub wait_abandoned: Duration,
    /// The waits of the abandoned without the short ones.
    pub wait_abandoned_long: Duration,
    /// The longest wait of the answered.
    pub wait_longest: Duration,
    /// Not taken in.
    pub refused: BTreeMap<Refusal, u64>,
    /// Callbacks that the queue took in.
    pub callbacks: u64,
    /// Callbacks that an agent took.
    pub callbacks_answered: u64,
    /// Their time in line.
    pub callbacks_wait: Duration,
    /// Callbacks that left the line otherwise.
    pub callbacks_left: u64,
    /// Callbacks that still wait.
    pub callbacks_waiting: u64,
    /// Contacts that came back to the line after an answer that came to nothing.
    pub back: u64,
    /// Talks of agents.
    pub talks: u64,
    /// Contacts that were handled: once each, however many agents talked.
    pub handled: u64,
    /// Time connected, holding included.
    pub connected: Duration,
    /// Of it, on hold.
    pub held: Duration,
    /// Time of wrap-up.
    pub wrapup: Duration,
    /// Of those handled, passed on at least once.
    pub passed_on: u64,
    /// How they were passed on, each time.
    pub transfers: Transfers,
    /// Offers to agents.
    pub offers: u64,
    /// How those without an answer ended.
    pub misses: BTreeMap<OfferResult, u64>,
}

impl Counts {
    /// `X` as one number.
    #[must_use]
    pub fn other(&self) -> u64 {
        self.exits.values().sum()
    }

    /// What the line ought to have taken in: `A + B + X + L + waiting`.
    #[must_use]
    pub fn accounted(&self) -> u64 {
        self.answered + self.abandoned + self.other() + self.lost + self.waiting
    }

    /// Whether what came in is what came out, or still waits.
    #[must_use]
    pub fn balances(&self) -> bool {
        let out = self.callbacks_answered + self.callbacks_left + self.callbacks_waiting;
        self.offered == self.accounted() && self.callbacks == out
    }

    /// Abandonment, net: `(B - B_s) / (O - B_s)`.
    #[must_use]
    pub const fn abandonment(&self) -> Share {
        Share { part: self.abandoned - self.short, of: self.offered.saturating_sub(self.short) }
    }

    /// Abandonment, raw: `B / O`.
    #[must_use]
    pub const fn abandonment_raw(&self) -> Share {
        Share { part: self.abandoned, of: self.offered }
    }

    /// Average speed of answer: waits of the answered, ringing included.
    #[must_use]
    pub fn speed_of_answer(&self) -> Option<Duration> {
        mean(self.wait_answered, self.answered)
    }

    /// Average time to abandon.
    #[must_use]
    pub fn time_to_abandon(&self) -> Option<Duration> {
        mean(self.wait_abandoned, self.abandoned)
    }

    /// The same without short abandons.
    #[must_use]
    pub fn time_to_abandon_long(&self) -> Option<Duration> {
        mean(self.wait_abandoned_long, self.abandoned - self.short)
    }

    /// Time connected and not on hold.
    #[must_use]
    pub const fn talked(&self) -> Duration {
        self.connected.saturating_sub(self.held)
    }

    /// Average handle time of the queue: talk, hold and wrap-up per contact handled.
    #[must_use]
    pub fn handle_time(&self) -> Option<Duration> {
        mean(self.connected + self.wrapup, self.handled)
    }

    /// Average time connected and not on hold, per contact handled.
    #[must_use]
    pub fn talk_time(&self) -> Option<Duration> {
        mean(self.talked(), self.handled)
    }

    /// Average time of wrap-up per contact handled.
    #[must_use]
    pub fn wrapup_time(&self) -> Option<Duration> {
        mean(self.wrapup, self.handled)
    }

    /// Share of handled contacts that agents passed on, however often.
    #[must_use]
    pub const fn transferred(&self) -> Share {
        Share { part: self.passed_on, of: self.handled }
    }

    /// Offers that nobody picked up, of those that the caller did not end.
    #[must_use]
    pub fn missed(&self) -> Share {
        missed(self.offers, &self.misses)
    }

    /// Offers that nobody picked up, of all.
    #[must_use]
    pub fn missed_raw(&self) -> Share {
        missed_raw(self.offers, &self.misses)
    }

    /// Counts how a stay ended.
    pub(super) fn stay(&mut self, stay: &Stay, target: Duration, short: Duration) {
        let wait = stay.wait();
        if stay.back {
            self.back += 1;
            return;
        }
        if stay.medium == Medium::Callback {
            match stay.end {
                Ended::Answered(_) => {
                    self.callbacks_answered += 1;
                    self.callbacks_wait += wait;
                }
                Ended::Left(_) => self.callbacks_left += 1,
                Ended::Waiting => self.callbacks_waiting += 1,
            }
            return;
        }
        match stay.end {
            Ended::Answered(_) => {
                self.answered += 1;
                self.answered_in_time += u64::from(wait <= target);
                self.wait_answered += wait;
                self.wait_longest = self.wait_longest.max(wait);
            }
            Ended::Left(how @ (Exit::Abandoned | Exit::AbandonedRinging)) => {
                self.abandoned += 1;
                self.abandoned_in_time += u64::from(wait <= target);
                self.abandoned_ringing += u64::from(how == Exit::AbandonedRinging);
                self.wait_abandoned += wait;
                if wait <= short {
                    self.short += 1;
                } else {
                    self.wait_abandoned_long += wait;
                }
            }
            Ended::Left(Exit::Lost) => self.lost += 1,
            Ended::Left(
                how @ (Exit::Key
                | Exit::Timeout
                | Exit::Unstaffed
                | Exit::Closed
                | Exit::Callback
                | Exit::Voicemail
                | Exit::Moved
                | Exit::Withdrawn
                | Exit::System),
            ) => *self.exits.entry(how).or_default() += 1,
            Ended::Waiting => self.waiting += 1,
        }
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
        self.handled += u64::from(talk.first);
        self.passed_on += u64::from(talk.passed);
        if let Some(transfer) = talk.transfer {
            *self.transfers.entry(transfer).or_default() += 1;
        }
    }

    /// Takes others in.
    pub fn merge(&mut self, other: &Self) {
        self.offered += other.offered;
        self.answered += other.answered;
        self.answered_in_time += other.answered_in_time;
        self.abandoned += other.abandoned;
        self.abandoned_in_time += other.abandoned_in_time;
        self.short += other.short;
        self.abandoned_ringing += other.abandoned_ringing;
        merge(&mut self.exits, &other.exits);
        self.lost += other.lost;
        self.waiting += other.waiting;
        self.wait_answered += other.wait_answered;
        self.wait_abandoned += other.wait_abandoned;
        self.wait_abandoned_long += other.wait_abandoned_long;
        self.wait_longest = self.wait_longest.max(other.wait_longest);
        merge(&mut self.refused, &other.refused);
        self.callbacks += other.callbacks;
        self.callbacks_answered += other.callbacks_answered;
        self.callbacks_wait += other.callbacks_wait;
        self.callbacks_left += other.callbacks_left;
        self.callbacks_waiting += other.callbacks_waiting;
        self.back += other.back;
        self.talks += other.talks;
        self.handled += other.handled;
        self.connected += other.connected;
        self.held += other.held;
        self.wrapup += other.wrapup;
        self.passed_on += other.passed_on;
        merge(&mut self.transfers, &other.transfers);
        self.offers += other.offers;
        merge(&mut self.misses, &other.misses);
    }
}

/// Offers that nobody picked up, of those that the caller did not end.
pub(super) fn missed(offers: u64, misses: &BTreeMap<OfferResult, u64>) -> Share {
    let of = |result| misses.get(&result).copied().unwrap_or(0);
    Share { part: of(OfferResult::NoAnswer), of: offers - of(OfferResult::CallerLeft) }
}

/// Offers that nobody picked up, of all, those included that ended because the caller left.
pub(super) fn missed_raw(offers: u64, misses: &BTreeMap<OfferResult, u64>) -> Share {
    Share { part: misses.get(&OfferResult::NoAnswer).copied().unwrap_or(0), of: offers }
}

/// Adds counts by name.
pub(super) fn merge<K: Ord + Copy>(sums: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (key, count) in more {
        *sums.entry(*key).or_default() += count;
    }
}
