//! How many calls a trunk carries: at a time, each way, and in a day.

use std::collections::VecDeque;

use crate::time::{Duration, Instant};

/// What counts as a day: the last 24 h, in steps of an hour, so that no change of the wall clock starts a new one.
const DAY: Duration = Duration::from_mins(24 * 60);
/// One step of a day.
const STEP: Duration = Duration::from_mins(60);

/// The most calls of a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrunkLimits {
    /// Incoming calls at a time.
    pub incoming: usize,
    /// Outgoing calls at a time.
    pub outgoing: usize,
    /// Outgoing calls in 24 h, answered or not.
    pub per_day: usize,
    /// The longest a call may last.
    pub length: Duration,
}

impl Default for TrunkLimits {
    /// 10 outgoing calls at a time and 100 a day, 4 h each; incoming ones as many as the node takes.
    fn default() -> Self {
        let length = Duration::from_mins(240);
        Self { incoming: usize::MAX, outgoing: 10, per_day: 100, length }
    }
}

/// The calls of a trunk.
#[derive(Debug, Default)]
pub(super) struct Purse {
    incoming: usize,
    outgoing: usize,
    /// Outgoing calls by the hour in which they began.
    day: VecDeque<(Instant, usize)>,
}

impl Purse {
    /// Takes an incoming call, if there is room.
    pub(super) fn take_in(&mut self, limits: &TrunkLimits) -> bool {
        let room = self.incoming < limits.incoming;
        self.incoming += usize::from(room);
        room
    }

    /// An incoming call is over.
    pub(super) fn put_in(&mut self) {
        self.incoming = self.incoming.saturating_sub(1);
    }

    /// Takes an outgoing call, if there is room now and today. One that is tried `again` counts for the day already.
    pub(super) fn take_out(&mut self, now: Instant, limits: &TrunkLimits, again: bool) -> bool {
        while self.day.front().is_some_and(|(began, _)| now.since(*began) >= DAY) {
            self.day.pop_front();
        }
        let today: usize = self.day.iter().map(|(_, calls)| calls).sum();
        if self.outgoing >= limits.outgoing || (today >= limits.per_day && !again) {
            return false;
        }
        self.outgoing += 1;
        if again {
            return true;
        }
        match self.day.back_mut().filter(|(began, _)| now.since(*began) < STEP) {
            Some((_, calls)) => *calls += 1,
            None => self.day.push_back((now, 1)),
        }
        true
    }

    /// An outgoing call is over.
    pub(super) fn put_out(&mut self) {
        self.outgoing = self.outgoing.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_each_way_and_by_the_day() {
        let limits = TrunkLimits { incoming: 1, outgoing: 2, per_day: 3, ..TrunkLimits::default() };
        let mut purse = Purse::default();
        assert!(purse.take_in(&limits) && !purse.take_in(&limits));
        purse.put_in();
        assert!(purse.take_in(&limits));
        let at = |hours: u64| Instant::ZERO + STEP.times(hours);
        assert!(purse.take_out(at(0), &limits, false) && purse.take_out(at(0), &limits, false));
        assert!(!purse.take_out(at(0), &limits, false), "two at a time");
        purse.put_out();
        assert!(purse.take_out(at(1), &limits, false));
        purse.put_out();
        assert!(!purse.take_out(at(23), &limits, false), "three a day");
        assert!(purse.take_out(at(23), &limits, true), "the same call by another address");
        purse.put_out();
        assert!(purse.take_out(at(24), &limits, false), "the first hour is forgotten");
    }
}
