//! Who meets whom: the agent for a contact, the contact for an agent.
//!
//! Before each step no ready agent and waiting contact are left that could meet. A step makes one agent ready, or
//! lets one contact wait, at a time; so looking for that one's partner is enough to keep it so.

use std::collections::BTreeSet;

use super::agent::Seat;
use super::contact::{Waiter, WaiterState};
use super::line::{Lane, Line, Place};
use super::machine::Queues;
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::{AgentId, CallId};
use crate::time::Instant;

impl Queues {
    /// Offers a contact to the best agents who are ready for it, as many as it takes, or lets it wait on.
    pub(super) fn find_agent(&mut self, call: CallId) {
        while let Some(seat) = self.best_agent(call) {
            self.offer(call, seat);
        }
        let Some(waiter) = self.waiters.get(&call) else { return };
        let (line, old) = (waiter.line, waiter.retry_at);
        let retry_at = self.retry_of(call, waiter);
        if let Some(at) = old {
            self.timers.stop(at, Timer::Retry(call));
        }
        if let Some(at) = retry_at {
            self.timers.start(at, Timer::Retry(call));
        }
        if let Some(waiter) = self.waiters.get_mut(&call) {
            waiter.retry_at = retry_at;
        }
        self.touch_contact(call, line);
    }

    /// When a contact may be offered to an agent who failed it, if it looks for one.
    pub(super) fn retry_of(&self, call: CallId, waiter: &Waiter) -> Option<Instant> {
        let looks = waiter.state == WaiterState::Waiting || self.is_open(call, waiter);
        waiter.next_retry(self.now).filter(|_| looks)
    }

    /// The ready agent to ask next: first those who were not asked yet, then those who failed long enough ago.
    fn best_agent(&self, call: CallId) -> Option<Seat> {
        if self.paused {
            return None;
        }
        let waiter = self.waiters.get(&call).filter(|waiter| self.has_room(call, waiter))?;
        let line = &self.lines[waiter.line.0];
        let lane = line.lanes.get(&waiter.lane)?;
        let able = || line.ready.iter().filter(|(_, seat)| lane.serves(*seat));
        self.choose(line, able().filter(|(_, seat)| !waiter.tried.contains_key(seat))).or_else(
            || self.choose(line, able().filter(|(_, seat)| waiter.may_ask(*seat, self.now))),
        )
    }

    /// A contact that waits although an agent who may take it is ready, with that agent. Each step of the machine joins
    /// such pairs, so that there is never one; a node that looks for itself notices if there is.
    #[must_use]
    pub fn unmatched(&self) -> Option<(CallId, &AgentId)> {
        let served = |line: &Line, lane: &Lane| line.ready.iter().any(|(_, s)| lane.serves(*s));
        let lanes = self.lines.iter().flat_map(|line| {
            line.lanes.values().filter(move |lane| !self.paused && served(line, lane))
        });
        let mut waiting = lanes.flat_map(|lane| lane.waiting.iter().chain(&lane.open));
        waiting.find_map(|place| {
            let seat = self.best_agent(place.call)?;
            Some((place.call, &self.agents[seat.0].id))
        })
    }

    /// Offers an agent who became ready the first contact, of all queues served, that may be offered to them.
    pub(super) fn find_contact(&mut self, seat: Seat) {
        if let Some(place) = self.first_contact(seat) {
            self.offer(place.call, seat);
            self.find_agent(place.call);
        }
    }

    /// The first contact that may be offered to an agent: of those for whom nobody is rung, then of those who take one
    /// more.
    fn first_contact(&self, seat: Seat) -> Option<Place> {
        if self.paused {
            return None;
        }
        let waits = self.first_of(seat, |lane| &lane.waiting);
        waits.or_else(|| self.first_of(seat, |lane| &lane.open))
    }

    /// The first of some contacts of each lane that may be offered to an agent.
    ///
    /// Only heads of lanes are looked at, except where a head was failed by this very agent a moment ago.
    fn first_of(&self, seat: Seat, of: impl Fn(&Lane) -> &BTreeSet<Place>) -> Option<Place> {
        let lines = self.agents[seat.0].lines.iter().map(|line| &self.lines[line.0]);
        let lanes = lines.flat_map(|line| line.lanes.values()).filter(|lane| lane.serves(seat));
        let mut first: Option<Place> = None;
        for lane in lanes {
            let open = of(lane)
                .iter()
                .take_while(|&&place| first.is_none_or(|first| place < first))
                .find(|place| self.may_offer(place.call, seat));
            first = open.copied().or(first);
            if bug::is(Bug::LastServedFirst) {
                first = of(lane).last().copied().or(first);
            }
        }
        first
    }

    /// Whether a contact takes an agent now, and earlier failures let it be offered to this one.
    pub(super) fn may_offer(&self, call: CallId, seat: Seat) -> bool {
        let may = |waiter: &Waiter| self.has_room(call, waiter) && waiter.may_ask(seat, self.now);
        self.waiters.get(&call).is_some_and(may)
    }
}
