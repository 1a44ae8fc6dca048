//! Callers whose lines are out of touch: they keep their place, and nobody is offered to them.

use super::contact::WaiterState;
use super::machine::Queues;
use super::timer::Timer;
use crate::call::CallId;

impl Queues {
    /// A caller's line is out of touch. What is under way goes on; what would be new waits.
    pub(super) fn hold(&mut self, call: CallId) {
        self.held.insert(call);
        self.set_aside(call);
        self.reopen(call);
    }

    /// Takes a contact that waits out of its lane, with its timers. Its place in line stays.
    pub(super) fn set_aside(&mut self, call: CallId) {
        let Some(mut waiter) = self.waiters.remove(&call) else { return };
        if waiter.state == WaiterState::Waiting {
            self.touch_contact(call, waiter.line);
            self.stop_waiting(call, &mut waiter);
            waiter.state = WaiterState::Held { since: self.now };
            let lane = self.lines[waiter.line.0].lanes.get_mut(&waiter.lane);
            let lane = lane.expect("a contact in line has its lane");
            lane.waiting.remove(&waiter.place);
            lane.aside += 1;
        }
        self.waiters.insert(call, waiter);
    }

    /// A caller's line is back: the wait runs on by as much as it stood still.
    pub(super) fn unhold(&mut self, call: CallId) {
        self.held.remove(&call);
        let Some(waiter) = self.waiters.get_mut(&call) else { return };
        let WaiterState::Held { since } = waiter.state else {
            // Further agents may be rung for one for whom some ring.
            return self.reopen(call);
        };
        waiter.state = WaiterState::Waiting;
        waiter.expires_at += self.now.since(since);
        let (line, place, until) = (waiter.line, waiter.place, waiter.until());
        let name = waiter.lane.clone();
        let lane = self.lines[line.0].lanes.get_mut(&name);
        let lane = lane.expect("a contact in line has its lane");
        lane.aside -= 1;
        lane.waiting.insert(place);
        self.timers.start(until, Timer::MaxWait(call));
        self.touch_contact(call, line);
        self.wait_on(call);
    }
}
