//! What must be true after every step, checked for what the step has touched. The slow and plain check of everything is
//! in `invariant`.

use std::collections::BTreeSet;

use super::agent::{AgentState, Seat};
use super::contact::{Waiter, WaiterState};
use super::line::LineNumber;
use super::machine::Queues;
use super::timer::Timer;
use crate::call::CallId;

/// What has changed since the last check.
#[derive(Debug, Default)]
pub(super) struct Audit {
    seats: BTreeSet<Seat>,
    calls: BTreeSet<CallId>,
    lines: BTreeSet<LineNumber>,
}

impl Queues {
    /// From now on takes note of what each step touches, for [`check_step`](Self::check_step). For tests and
    /// simulations: live nodes do not.
    pub fn audit(&mut self) {
        self.audit = Some(Audit::default());
    }

    /// Checks what must hold after every step for the agents, contacts and lines that were touched since the last
    /// check, and counts the rest. Everything, where [`audit`](Self::audit) was not called.
    ///
    /// # Panics
    /// If an invariant is broken.
    pub fn check_step(&mut self) {
        let Some(audit) = &mut self.audit else { return self.check_invariants() };
        let Audit { seats, calls, lines } = std::mem::take(audit);
        if seats.is_empty() && calls.is_empty() && lines.is_empty() {
            return;
        }
        seats.iter().for_each(|seat| self.check_seat(*seat));
        calls.iter().for_each(|call| self.check_contact(*call));
        lines.iter().for_each(|line| self.check_line(*line));
        self.check_counts();
    }

    /// An agent was touched.
    pub(super) fn touch_seat(&mut self, seat: Seat) {
        if let Some(audit) = &mut self.audit {
            audit.seats.insert(seat);
            audit.lines.extend(&self.agents[seat.0].lines);
        }
    }

    /// A contact was touched that stands, or stood, in a line.
    pub(super) fn touch_contact(&mut self, call: CallId, line: LineNumber) {
        if let Some(audit) = &mut self.audit {
            audit.calls.insert(call);
            audit.lines.insert(line);
        }
    }

    /// All that names an agent names what the agent's state says.
    fn check_seat(&self, seat: Seat) {
        let agent = &self.agents[seat.0];
        let state = &agent.state;
        if let AgentState::Reserved(held) | AgentState::Ringing(held) = state {
            let rung =
                self.waiters.get(&held.call).and_then(|waiter| waiter.offers.get(&held.offer));
            assert_eq!(rung, Some(&seat), "an agent's live offer is the contact's");
        }
        let offered = |offer| self.offers.get(&offer) == Some(&seat);
        assert!(state.offer().is_none_or(offered), "the offers mirror the agents");
        if let Some(call) = state.talking_with() {
            assert_eq!(self.talks.get(&call), Some(&seat), "the talks mirror the agents");
            assert!(!self.waiters.contains_key(&call), "nobody talks and waits");
        }
        let timed = |at| self.timers.all().contains(&(at, Timer::Agent(seat)));
        assert!(state.deadline().is_none_or(timed), "the timers mirror the deadlines");
        let Some(since) = state.ready_since() else { return };
        assert!(agent.is_present(), "nobody is ready without a phone, or logged out");
        for number in &agent.lines {
            let line = &self.lines[number.0];
            let entry = (line.rank(seat, agent, since), seat);
            assert!(line.ready.contains(&entry), "the ready list mirrors the agents");
            for lane in line.lanes.iter().filter(|(name, _)| self.reaches(*number, name, seat)) {
                let all = lane.1.waiting.iter().chain(&lane.1.open);
                let mut waiting = all.filter(|_| !self.paused);
                let meet = waiting.find(|place| self.may_offer(place.call, seat));
                assert_eq!(meet, None, "a contact waits while {} is ready", agent.id);
            }
        }
    }

    /// A contact stands where it says, is timed as it waits, and waits only for want of an agent.
    fn check_contact(&self, call: CallId) {
        let Some(waiter) = self.waiters.get(&call) else { return };
        let line = &self.lines[waiter.line.0];
        let lane = line.lanes.get(&waiter.lane).expect("a contact in line has its lane");
        assert!(line.order.contains(&waiter.place), "the order holds everybody in line");
        assert!(!self.talks.contains_key(&call), "nobody talks and waits");
        let waits = lane.waiting.contains(&waiter.place);
        let timed = |at, timer| self.timers.all().contains(&(at, timer));
        self.check_rung(call, waiter);
        let open = lane.open.contains(&waiter.place);
        assert_eq!(open, self.is_open(call, waiter), "a lane holds who takes further agents");
        match waiter.state {
            WaiterState::Offered => assert!(!waits, "a lane holds who waits in it"),
            WaiterState::Held { since } => {
                assert!(!waits, "nobody who is out of touch is offered to anybody");
                assert!(since <= self.now && self.held.contains(&call), "who is held is known");
            }
            WaiterState::Waiting => {
                assert!(!self.held.contains(&call), "who is out of touch is held");
                assert!(waits, "a lane holds who waits in it");
                assert!(timed(waiter.until(), Timer::MaxWait(call)), "the wait has its limit");
            }
        }
        let again = |at| timed(at, Timer::Retry(call));
        assert!(waiter.retry_at.is_none_or(again), "a retry is timed");
        assert_eq!(waiter.retry_at, self.retry_of(call, waiter), "a retry is never forgotten");
        let joins = |(_, until)| timed(until, Timer::Join(call));
        assert!(waiter.joining.is_none_or(joins), "joining has its limit");
        let able = |seat: Seat| {
            self.reaches(waiter.line, &waiter.lane, seat) && self.may_offer(call, seat)
        };
        let mut ready = line.ready.iter().filter(|_| !self.paused);
        let meet = ready.find(|(_, seat)| able(*seat));
        assert_eq!(meet, None, "{call} waits while an agent is ready");
    }

    /// A contact is offered while somebody is rung for it: no more than may be, and nobody twice.
    pub(super) fn check_rung(&self, call: CallId, waiter: &Waiter) {
        let offered = waiter.state == WaiterState::Offered;
        assert_eq!(offered, !waiter.offers.is_empty(), "who is offered has an agent who is rung");
        assert!(waiter.offers.len() <= waiter.most, "{call} is offered to more than may be rung");
        for (offer, seat) in &waiter.offers {
            let held = match &self.agents[seat.0].state {
                AgentState::Reserved(held) | AgentState::Ringing(held) => Some(*held),
                _ => None,
            };
            let held = held.map(|held| (held.offer, held.call));
            assert_eq!(held, Some((*offer, call)), "each offered contact has its agent");
        }
        let joined = |(offer, _)| waiter.offers.contains_key(&offer);
        assert!(waiter.joining.is_none_or(joined), "who is joined is rung");
    }

    /// Nothing is held twice, and nothing is left of what is gone: there are as many of each as there should be.
    fn check_counts(&self) {
        let count = |holds: fn(&AgentState) -> bool| {
            self.agents.iter().filter(|agent| holds(&agent.state)).count()
        };
        assert_eq!(count(|state| state.offer().is_some()), self.offers.len(), "offers");
        assert_eq!(count(|state| state.talking_with().is_some()), self.talks.len(), "talks");
        let timed = count(|state| state.deadline().is_some());
        let rings = |waiter: &Waiter| usize::from(self.next_ring(waiter).is_some());
        let waiters = self.waiters.values();
        let timed = timed + waiters.map(|waiter| waiter.timers() + rings(waiter)).sum::<usize>();
        let over = |since| since + self.settings.unstaffed_grace > self.now;
        let lanes = self.lines.iter().flat_map(|line| line.lanes.values());
        let grace = lanes.filter(|lane| lane.unstaffed_since.is_some_and(over)).count();
        assert_eq!(timed + grace, self.timers.all().len(), "the timers mirror the deadlines");
    }
}
