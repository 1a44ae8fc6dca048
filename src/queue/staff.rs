//! What agents do: come and go, take breaks, end their wrap-up; and what their coming and going means for lanes.

use std::sync::Arc;

use super::agent::{AgentState, BackOffCause, Intent, Seat};
use super::line::{Line, LineNumber, Skills};
use super::machine::Queues;
use super::output::{AgentChange, Output};
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::{AgentId, CallId};
use crate::time::{Duration, Instant};

impl Queues {
    /// An agent's phone came or went.
    pub(super) fn reachable(&mut self, agent: &AgentId, reachable: bool) {
        let Some(&seat) = self.seats.get(agent) else { return };
        if self.agents[seat.0].reachable == reachable {
            return;
        }
        self.agents[seat.0].reachable = reachable;
        self.agents[seat.0].missed = 0;
        self.touch_seat(seat);
        self.restaff(seat);
        match self.agents[seat.0].state {
            AgentState::Offline => self.settle(seat, self.now, AgentChange::Registered),
            AgentState::Ready { .. }
            | AgentState::BackOff { .. }
            | AgentState::Rona { .. }
            | AgentState::Break { .. } => self.settle(seat, self.now, AgentChange::Unregistered),
            // What is under way goes on without a registration; then the agent is offline.
            AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. } => {}
        }
    }

    /// An agent asked for a break.
    pub(super) fn break_asked(&mut self, agent: &AgentId, reason: Arc<str>) {
        let Some(&seat) = self.seats.get(agent) else { return };
        self.agents[seat.0].intent = Intent::Break(reason);
        match self.agents[seat.0].state {
            AgentState::Ready { .. }
            | AgentState::BackOff { .. }
            | AgentState::Rona { .. }
            | AgentState::Break { .. } => self.settle(seat, self.now, AgentChange::BreakAsked),
            AgentState::Offline
            | AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. } => {}
        }
    }

    /// An agent is back from a break, or wants to be done with a pause.
    pub(super) fn resumed(&mut self, agent: &AgentId) {
        let Some(&seat) = self.seats.get(agent) else { return };
        self.agents[seat.0].intent = Intent::Work;
        match self.agents[seat.0].state {
            AgentState::BackOff { .. } | AgentState::Rona { .. } | AgentState::Break { .. } => {
                self.agents[seat.0].missed = 0;
                self.settle(seat, self.now, AgentChange::Resumed);
            }
            AgentState::Offline
            | AgentState::Ready { .. }
            | AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. } => {}
        }
    }

    /// Caller and agent no longer talk.
    pub(super) fn talk_ended(&mut self, call: CallId) {
        self.part(call, AgentChange::TalkEnded);
    }

    /// Ends a talk, if there is one: the agent wraps up.
    pub(super) fn part(&mut self, call: CallId, why: AgentChange) {
        let Some(&seat) = self.talks.get(&call) else { return };
        let AgentState::Talking { queue, .. } = &self.agents[seat.0].state else { return };
        let Some(line) = self.line_numbers.get(queue) else { return };
        let wrap_up = self.lines[line.0].settings.wrap_up;
        if wrap_up.is_zero() || bug::is(Bug::WrapUpIgnored) {
            self.settle(seat, self.now, why);
        } else {
            self.change(seat, AgentState::WrapUp { deadline: self.now + wrap_up }, why);
        }
    }

    /// The phone of an agent who talks is gone without a word: nobody is offered to it for a while.
    pub(super) fn vanished(&mut self, call: CallId) {
        let Some(&seat) = self.talks.get(&call) else { return };
        let AgentState::Talking { queue, .. } = &self.agents[seat.0].state else { return };
        let line = self.line_numbers.get(queue).map(|line| &self.lines[line.0]);
        let wrap_up = line.map_or(Duration::ZERO, |line| line.settings.wrap_up);
        let rest = self.settings.unreachable_pause.max(wrap_up);
        let mut to = self.unbound(seat, self.now);
        if let (AgentState::Ready { .. }, false) = (&to, rest.is_zero()) {
            let deadline = self.now + rest;
            to = AgentState::BackOff { cause: BackOffCause::Unreachable, deadline };
        }
        self.change(seat, to, AgentChange::Vanished);
    }

    /// An agent ended the wrap-up early.
    pub(super) fn wrap_up_done(&mut self, agent: &AgentId) {
        let Some(&seat) = self.seats.get(agent) else { return };
        if matches!(self.agents[seat.0].state, AgentState::WrapUp { .. }) {
            self.settle(seat, self.now, AgentChange::WrapUpEnded);
        }
    }

    /// A pause after failed offers is over; the misses that led to it are forgotten.
    pub(super) fn pause_over(&mut self, seat: Seat) {
        if matches!(self.agents[seat.0].state, AgentState::Rona { .. }) {
            self.agents[seat.0].missed = 0;
        }
        self.settle(seat, self.now, AgentChange::PauseEnded);
    }

    /// The state of an agent whom nothing binds any more.
    pub(super) fn unbound(&self, seat: Seat, idle_since: Instant) -> AgentState {
        let agent = &self.agents[seat.0];
        if !agent.reachable {
            return AgentState::Offline;
        }
        if let Intent::Break(reason) = &agent.intent {
            return AgentState::Break { reason: Arc::clone(reason) };
        }
        let limit = self.settings.missed_limit;
        if limit > 0 && agent.missed >= limit {
            return AgentState::Rona { deadline: self.now + self.settings.missed_pause };
        }
        AgentState::Ready { idle_since }
    }

    /// Puts an agent whom nothing binds any more into the state they ought to have.
    pub(super) fn settle(&mut self, seat: Seat, idle_since: Instant, why: AgentChange) {
        let to = self.unbound(seat, idle_since);
        self.change(seat, to, why);
    }

    /// The only way an agent's state changes. One who becomes ready is given the next caller at once.
    pub(super) fn change(&mut self, seat: Seat, to: AgentState, reason: AgentChange) {
        if self.agents[seat.0].state == to {
            return;
        }
        self.touch_seat(seat);
        let agent = &mut self.agents[seat.0];
        let from = std::mem::replace(&mut agent.state, to.clone());
        for line in &agent.lines {
            let ready = &mut self.lines[line.0].ready;
            if let Some(since) = from.ready_since() {
                ready.remove(&(since, seat));
            }
            ready.extend(to.ready_since().map(|since| (since, seat)));
        }
        if let Some(offer) = from.offer() {
            self.offers.remove(&offer);
        }
        if let Some(call) = from.talking_with() {
            self.talks.remove(&call);
        }
        if let Some(deadline) = from.deadline() {
            self.timers.stop(deadline, Timer::Agent(seat));
        }
        self.offers.extend(to.offer().map(|offer| (offer, seat)));
        self.talks.extend(to.talking_with().map(|call| (call, seat)));
        if let Some(deadline) = to.deadline() {
            self.timers.start(deadline, Timer::Agent(seat));
        }
        let became_ready = to.ready_since().is_some();
        let agent = agent.id.clone();
        self.outputs.push_back(Output::AgentState { agent, from, to, reason });
        if became_ready {
            self.find_contact(seat);
        }
    }

    /// Looks anew at each lane that an agent serves: whether anybody is logged in for it.
    fn restaff(&mut self, seat: Seat) {
        let agents = &self.agents;
        for &number in &agents[seat.0].lines {
            let Line { members, lanes, .. } = &mut self.lines[number.0];
            for (skills, lane) in lanes.iter_mut().filter(|(_, lane)| lane.serves(seat)) {
                let staffed =
                    members.iter().any(|&seat| lane.serves(seat) && agents[seat.0].reachable);
                let timer = || Timer::Grace(number, skills.clone());
                match lane.unstaffed_since {
                    Some(since) if staffed => {
                        lane.unstaffed_since = None;
                        self.timers.stop(since + self.settings.unstaffed_grace, timer());
                    }
                    None if !staffed => {
                        lane.unstaffed_since = Some(self.now);
                        self.timers.start(self.now + self.settings.unstaffed_grace, timer());
                    }
                    Some(_) | None => {}
                }
            }
        }
    }

    /// Nobody logged in for a lane within the grace: all who wait in it leave. Live offers may finish.
    pub(super) fn grace_over(&mut self, line: LineNumber, skills: &Skills) {
        let Some(lane) = self.lines[line.0].lanes.get(skills) else { return };
        for place in lane.waiting.clone() {
            self.remove(place.call);
            self.outputs.push_back(Output::Unstaffed { call: place.call });
        }
    }
}
