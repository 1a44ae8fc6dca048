//! Who meets whom: the agent for a contact, the contact for an agent.
//!
//! Before each step no ready agent and waiting contact are left that could meet. A step makes one agent ready, or
//! lets one contact wait, at a time; so looking for that one's partner is enough to keep it so.

use super::agent::Seat;
use super::contact::WaiterState;
use super::line::Place;
use super::machine::Queues;
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::CallId;

impl Queues {
    /// Offers a contact that waits to the best agent who is ready for it, or lets it wait on.
    pub(super) fn find_agent(&mut self, call: CallId) {
        if let Some(seat) = self.best_agent(call) {
            self.offer(call, seat);
            return;
        }
        let now = self.now;
        if let Some(waiter) = self.waiters.get_mut(&call) {
            let retry_at = waiter.next_retry(now);
            waiter.state = WaiterState::Waiting { retry_at };
            let line = waiter.line;
            if let Some(at) = retry_at {
                self.timers.start(at, Timer::Retry(call));
            }
            self.touch_contact(call, line);
        }
    }

    /// The ready agent to ask next: first those who were not asked yet, then those who failed long enough ago.
    fn best_agent(&self, call: CallId) -> Option<Seat> {
        if self.paused {
            return None;
        }
        let waiter = self.waiters.get(&call)?;
        let line = &self.lines[waiter.line.0];
        let lane = line.lanes.get(&waiter.lane)?;
        let able = || line.ready.iter().filter(|(_, seat)| lane.serves(*seat));
        self.choose(line, able().filter(|(_, seat)| !waiter.tried.contains_key(seat))).or_else(
            || self.choose(line, able().filter(|(_, seat)| waiter.may_ask(*seat, self.now))),
        )
    }

    /// Offers an agent who became ready the first contact, of all queues served, that may be offered to them.
    pub(super) fn find_contact(&mut self, seat: Seat) {
        if let Some(place) = self.first_contact(seat) {
            self.offer(place.call, seat);
        }
    }

    /// The first contact that may be offered to an agent.
    ///
    /// Only heads of lanes are looked at, except where a head was failed by this very agent a moment ago.
    fn first_contact(&self, seat: Seat) -> Option<Place> {
        if self.paused {
            return None;
        }
        let lines = self.agents[seat.0].lines.iter().map(|line| &self.lines[line.0]);
        let lanes = lines.flat_map(|line| line.lanes.values()).filter(|lane| lane.serves(seat));
        let mut first: Option<Place> = None;
        for lane in lanes {
            let open = lane
                .waiting
                .iter()
                .take_while(|&&place| first.is_none_or(|first| place < first))
                .find(|place| self.may_offer(place.call, seat));
            first = open.copied().or(first);
            if bug::is(Bug::LastServedFirst) {
                first = lane.waiting.last().copied().or(first);
            }
        }
        first
    }

    /// Whether earlier failures let a contact be offered to an agent now.
    pub(super) fn may_offer(&self, call: CallId, seat: Seat) -> bool {
        self.waiters.get(&call).is_some_and(|waiter| waiter.may_ask(seat, self.now))
    }
}
