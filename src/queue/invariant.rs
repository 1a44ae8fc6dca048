//! What must be true after every step, checked the slow and plain way.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::{AgentState, Seat};
use super::contact::WaiterState;
use super::line::LineNumber;
use super::machine::Queues;
use super::timer::Timer;
use crate::time::Instant;

impl Queues {
    /// Compares every index with the states it mirrors, and the routing with a search of all pairs. For tests and
    /// simulation: takes time in proportion to callers times agents.
    ///
    /// # Panics
    ///
    /// If an invariant is broken.
    pub fn check_invariants(&self) {
        self.check_offers();
        (0..self.lines.len()).for_each(|line| self.check_line(LineNumber(line)));
        self.check_timers();
        self.check_nobody_idle();
    }

    /// An agent holds at most one offer, a contact at most one live offer, and both name each other.
    fn check_offers(&self) {
        let mut offers = BTreeMap::new();
        let mut talks = BTreeMap::new();
        let mut live = 0;
        for (seat, agent) in self.agents.iter().enumerate().map(|(n, agent)| (Seat(n), agent)) {
            let state = &agent.state;
            if let AgentState::Reserved(held) | AgentState::Ringing(held) = state {
                live += 1;
                let contact = self.waiters.get(&held.call);
                let rung = contact.and_then(|waiter| waiter.offers.get(&held.offer));
                assert_eq!(rung, Some(&seat), "an agent's live offer is the contact's");
            }
            offers.extend(state.offer().map(|offer| (offer, seat)));
            talks.extend(state.talking_with().map(|call| (call, seat)));
            assert!(
                agent.is_present() || state.ready_since().is_none(),
                "nobody is ready without a phone, or logged out"
            );
        }
        let rung: usize = self.waiters.values().map(|waiter| waiter.offers.len()).sum();
        assert_eq!(rung, live, "each offer of a contact has its agent");
        assert_eq!(offers, self.offers, "the offers mirror the agents");
        assert_eq!(talks, self.talks, "the talks mirror the agents");
        for (call, waiter) in &self.waiters {
            self.check_rung(*call, waiter);
            let held = self.held.contains(call);
            match waiter.state {
                WaiterState::Waiting => assert!(!held, "who is out of touch is held"),
                WaiterState::Held { .. } => assert!(held, "who is held is out of touch"),
                WaiterState::Offered => {}
            }
        }
        let talking = |call| self.waiters.contains_key(call);
        assert!(!talks.keys().any(talking), "nobody talks and waits");
    }

    /// Lines, lanes and ready lists hold exactly the contacts and agents they should.
    pub(super) fn check_line(&self, number: LineNumber) {
        let line = &self.lines[number.0];
        let mine = || self.waiters.values().filter(|waiter| waiter.line == number);
        assert!(mine().all(|waiter| line.order.contains(&waiter.place)));
        assert_eq!(mine().count(), line.order.len(), "the order holds everybody in line");
        for (name, lane) in &line.lanes {
            let in_lane = || mine().filter(|waiter| &waiter.lane == name);
            let waiting = || in_lane().filter(|waiter| waiter.state == WaiterState::Waiting);
            assert!(waiting().all(|waiter| lane.waiting.contains(&waiter.place)));
            assert_eq!(waiting().count(), lane.waiting.len(), "a lane holds who waits in it");
            let open = in_lane().filter(|waiter| self.is_open(waiter.place.call, waiter));
            let open: BTreeSet<_> = open.map(|waiter| waiter.place).collect();
            assert_eq!(open, lane.open, "a lane holds who takes further agents");
            assert_eq!(in_lane().count(), lane.waiting.len() + lane.aside);
            assert!(!lane.is_empty(), "an empty lane is gone");
            let could = |seat: &&Seat| self.could_reach(number, &name.skills, **seat);
            let here = |seat: &Seat| self.agents[seat.0].is_present();
            let staffed = line.members.iter().filter(could).any(here);
            for &seat in &line.members {
                assert_eq!(
                    lane.serves(seat),
                    self.reaches(number, name, seat),
                    "who serves a lane"
                );
            }
            assert_eq!(staffed, lane.unstaffed_since.is_none());
        }
        assert!(mine().all(|waiter| line.lanes.contains_key(&waiter.lane)));
        let ready = || {
            let rank = |seat: &Seat| {
                let agent = &self.agents[seat.0];
                Some((line.rank(*seat, agent, agent.state.ready_since()?), *seat))
            };
            line.members.iter().filter_map(rank)
        };
        assert!(ready().all(|entry| line.ready.contains(&entry)));
        assert_eq!(ready().count(), line.ready.len(), "the ready list mirrors the agents");
    }

    /// The timers mirror the deadlines in states, contacts and lanes; none is overdue.
    fn check_timers(&self) {
        let mut expected: BTreeSet<(Instant, Timer)> = BTreeSet::new();
        for (seat, agent) in self.agents.iter().enumerate() {
            expected.extend(agent.state.deadline().map(|at| (at, Timer::Agent(Seat(seat)))));
        }
        for (&call, waiter) in &self.waiters {
            expected.extend(self.next_ring(waiter).map(|at| (at, Timer::Ring(call))));
            if waiter.state == WaiterState::Waiting {
                expected.insert((waiter.until(), Timer::MaxWait(call)));
            }
            expected.extend(waiter.retry_at.map(|at| (at, Timer::Retry(call))));
            expected.extend(waiter.joining.map(|(_, until)| (until, Timer::Join(call))));
            assert_eq!(waiter.retry_at, self.retry_of(call, waiter), "a retry is never forgotten");
        }
        let over = |since: Instant| since + self.settings.unstaffed_grace;
        for (number, line) in (0..).map(LineNumber).zip(&self.lines) {
            for (name, lane) in &line.lanes {
                let grace = lane.unstaffed_since.map(over).filter(|&at| at > self.now);
                expected.extend(grace.map(|at| (at, Timer::Grace(number, name.clone()))));
            }
        }
        assert_eq!(&expected, self.timers.all(), "the timers mirror the deadlines");
    }

    /// No ready agent and waiting contact are left that could meet.
    fn check_nobody_idle(&self) {
        if self.paused {
            return;
        }
        for (seat, agent) in self.agents.iter().enumerate().map(|(n, agent)| (Seat(n), agent)) {
            if agent.state.ready_since().is_none() {
                continue;
            }
            for (call, waiter) in &self.waiters {
                let serves = agent.lines.contains(&waiter.line);
                let able = serves && self.reaches(waiter.line, &waiter.lane, seat);
                let meet = able && self.may_offer(*call, seat);
                assert!(!meet, "{call} waits while {} is ready", agent.id);
            }
        }
    }
}
