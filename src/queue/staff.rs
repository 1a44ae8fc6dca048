//! What agents do: come and go, take breaks, end their wrap-up; and what their coming and going means for lanes.

use std::sync::Arc;

use super::agent::{AgentState, BackOffCause, Intent, Seat, Shift};
use super::line::{Line, LineNumber};
use super::machine::Queues;
use super::output::{AgentChange, Output};
use super::ring::LaneName;
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::{AgentId, CallId, QueueId};
use crate::history::{Exit, Medium};
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
            AgentState::Unreachable { idle_since, .. } => {
                self.settle(seat, idle_since, AgentChange::Registered);
            }
            AgentState::Ready { .. } if bug::is(Bug::GoneAndReady) => {}
            AgentState::Ready { idle_since } => {
                self.settle(seat, idle_since, AgentChange::Unregistered);
            }
            AgentState::BackOff { .. } | AgentState::Rona { .. } | AgentState::Break { .. } => {
                self.settle(seat, self.now, AgentChange::Unregistered)
            }
            // What is under way goes on without a registration; then the agent is unreachable.
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
        if self.agents[seat.0].intent == Intent::Off {
            return;
        }
        self.agents[seat.0].intent = Intent::Break(reason);
        match self.agents[seat.0].state {
            AgentState::Ready { .. }
            | AgentState::BackOff { .. }
            | AgentState::Rona { .. }
            | AgentState::Break { .. } => self.settle(seat, self.now, AgentChange::BreakAsked),
            AgentState::Offline
            | AgentState::Unreachable { .. }
            | AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. } => self.tell_state(seat, AgentChange::BreakAsked),
        }
    }

    /// An agent is back from a break, or wants to be done with a pause.
    pub(super) fn resumed(&mut self, agent: &AgentId) {
        let Some(&seat) = self.seats.get(agent) else { return };
        if self.agents[seat.0].intent == Intent::Off {
            return;
        }
        let pending = self.agents[seat.0].pending().is_some();
        self.agents[seat.0].intent = Intent::Work;
        match self.agents[seat.0].state {
            AgentState::BackOff { .. } | AgentState::Rona { .. } | AgentState::Break { .. } => {
                self.agents[seat.0].missed = 0;
                self.settle(seat, self.now, AgentChange::Resumed);
            }
            AgentState::Offline
            | AgentState::Unreachable { .. }
            | AgentState::Ready { .. }
            | AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. } => {
                if pending {
                    self.tell_state(seat, AgentChange::Resumed);
                }
            }
        }
    }

    /// Caller and agent no longer talk.
    pub(super) fn talk_ended(&mut self, call: CallId) {
        self.part(call, AgentChange::TalkEnded);
    }

    /// Ends a talk, if there is one: the agent wraps up.
    pub(super) fn part(&mut self, call: CallId, why: AgentChange) {
        let Some(&seat) = self.talks.get(&call) else { return };
        let AgentState::Talking { queue, .. } = self.agents[seat.0].state.clone() else { return };
        let wrap_up = self.wrap_up_of(&queue);
        if wrap_up.is_zero() || bug::is(Bug::WrapUpIgnored) {
            self.settle(seat, self.now, why);
        } else {
            let deadline = self.now + wrap_up;
            self.change(seat, AgentState::WrapUp { call: Some(call), queue, deadline }, why);
        }
    }

    /// The phone of an agent who talks is gone without a word: nobody is offered to it for a while.
    pub(super) fn vanished(&mut self, call: CallId) {
        let Some(&seat) = self.talks.get(&call) else { return };
        let AgentState::Talking { queue, .. } = &self.agents[seat.0].state else { return };
        let rest = self.settings.unreachable_pause.max(self.wrap_up_of(queue));
        let mut to = self.unbound(seat, self.now);
        if let (AgentState::Ready { .. }, false) = (&to, rest.is_zero()) {
            let deadline = self.now + rest;
            to = AgentState::BackOff { cause: BackOffCause::Unreachable, deadline };
        }
        self.change(seat, to, AgentChange::Vanished);
    }

    /// How long the work after a call of a queue takes at most.
    pub(super) fn wrap_up_of(&self, queue: &QueueId) -> Duration {
        let line = self.line_numbers.get(queue).map(|line| &self.lines[line.0]);
        line.map_or(Duration::ZERO, |line| line.settings.wrap_up)
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
        if agent.intent == Intent::Off && !bug::is(Bug::LogOutForgotten) {
            return AgentState::Offline;
        }
        if !agent.reachable {
            let grace = self.settings.unreachable_grace;
            let deadline = self.now + grace;
            return match grace.is_zero() {
                true => AgentState::Offline,
                false => AgentState::Unreachable { idle_since, deadline },
            };
        }
        if let Intent::Break(reason) = &agent.intent
            && !bug::is(Bug::BreakIgnored)
        {
            return AgentState::Break { reason: Arc::clone(reason) };
        }
        let limit = self.settings.missed_limit;
        if limit > 0 && agent.missed >= limit {
            let deadline = self.now + self.settings.missed_pause;
            return AgentState::Rona { missed: agent.missed, deadline };
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
        self.list(seat, false);
        let agent = &mut self.agents[seat.0];
        let from = std::mem::replace(&mut agent.state, to.clone());
        if from.talking_with().is_some() {
            agent.shift.talked += self.now.since(agent.since);
        }
        if to.talking_with().is_some() {
            agent.shift.calls = agent.shift.calls.saturating_add(1);
        }
        let bound = matches!(
            to,
            AgentState::Talking { .. } | AgentState::WrapUp { .. } | AgentState::Engaged { .. }
        );
        if let AgentState::Talking { queue, .. } = &to {
            agent.handles = self.line_numbers.get(queue).map(|line| (*line, self.now));
        } else if let Some((line, since)) = agent.handles.take_if(|_| !bound) {
            self.lines[line.0].forecast.handled(self.now.since(since));
        }
        if to == AgentState::Offline {
            agent.shift = Shift::default();
        }
        self.list(seat, true);
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
        self.agents[seat.0].since = self.now;
        self.push_state(seat, from, to, reason);
        if became_ready {
            self.find_contact(seat);
        }
    }

    /// Puts an agent who is ready into the lists of the queues they serve, or takes them out.
    pub(super) fn list(&mut self, seat: Seat, add: bool) {
        let agent = &self.agents[seat.0];
        let Some(since) = agent.state.ready_since() else { return };
        for number in &agent.lines {
            let line = &mut self.lines[number.0];
            let entry = (line.rank(seat, agent, since), seat);
            if add {
                line.ready.insert(entry);
            } else {
                line.ready.remove(&entry);
            }
        }
    }

    /// Tells of an agent whose state stays, while what follows it changes.
    pub(super) fn tell_state(&mut self, seat: Seat, reason: AgentChange) {
        let state = self.agents[seat.0].state.clone();
        self.push_state(seat, state.clone(), state, reason);
    }

    fn push_state(&mut self, seat: Seat, from: AgentState, to: AgentState, reason: AgentChange) {
        let agent = &self.agents[seat.0];
        let queue = match &to {
            AgentState::Talking { queue, .. } | AgentState::WrapUp { queue, .. } => {
                Some(queue.clone())
            }
            _ => to.contact().and_then(|call| self.queue_of(call)).cloned(),
        };
        let (agent, pending) = (agent.id.clone(), agent.pending().map(Arc::from));
        self.outputs.push_back(Output::AgentState { agent, from, to, reason, queue, pending });
    }

    /// The queue in whose line a contact stands.
    pub(super) fn queue_of(&self, call: CallId) -> Option<&QueueId> {
        self.waiters.get(&call).map(|waiter| &self.lines[waiter.line.0].id)
    }

    /// Looks anew at each lane that an agent serves: whether anybody is logged in for it.
    pub(super) fn restaff(&mut self, seat: Seat) {
        let agents = &self.agents;
        for &number in &agents[seat.0].lines {
            let Line { members, lanes, .. } = &mut self.lines[number.0];
            for (name, lane) in lanes.iter_mut().filter(|(_, lane)| lane.could(seat)) {
                let staffed =
                    members.iter().any(|&seat| lane.could(seat) && agents[seat.0].is_present());
                let timer = || Timer::Grace(number, name.clone());
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
    pub(super) fn grace_over(&mut self, line: LineNumber, name: &LaneName) {
        let Some(lane) = self.lines[line.0].lanes.get(name) else { return };
        for place in lane.waiting.clone() {
            if self.waiters.get(&place.call).is_some_and(|waiter| waiter.medium == Medium::Voice) {
                self.depart(place.call, Exit::Unstaffed);
            }
        }
    }
}
