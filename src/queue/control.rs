//! What people change while callers wait: priorities, lines, who is logged in, how long a wrap-up lasts.

use super::agent::{AgentState, Intent};
use super::contact::{Contact, Waiter, WaiterState};
use super::line::Place;
use super::machine::Queues;
use super::output::{AgentChange, CancelReason, Output};
use crate::bug::{self, Bug};
use crate::call::{AgentId, CallId, QueueId};
use crate::history::Exit;
use crate::time::{Duration, Instant};

impl Queues {
    /// A contact gets another priority: its place is what it would be, had it come with that one.
    pub(super) fn reprioritise(&mut self, call: CallId, priority: u8) {
        let priority = Place::class(priority);
        let Some(waiter) = self.waiters.get_mut(&call) else { return };
        if waiter.priority == priority {
            return;
        }
        let old = waiter.place;
        waiter.priority = priority;
        if !bug::is(Bug::PriorityIgnored) {
            waiter.place = Place::new(call, priority, waiter.enqueued_at, self.settings.age_credit);
        }
        let (number, place) = (waiter.line, waiter.place);
        let line = &mut self.lines[number.0];
        line.order.remove(&old);
        line.order.insert(place);
        if let Some(lane) = line.lanes.get_mut(&waiter.lane) {
            for places in [&mut lane.waiting, &mut lane.open] {
                if places.remove(&old) {
                    places.insert(place);
                }
            }
        }
        let queue = line.id.clone();
        self.touch_contact(call, number);
        self.moved.insert(number);
        self.outputs.push_back(Output::Reprioritised { call, queue, priority });
    }

    /// A contact goes to another queue, with its place. Offers that are under way are taken back, unless an agent has
    /// answered one: then it stays. What the new queue does not know of a limit or of staff does not keep it out.
    /// `closes_at` is when the new queue closes for whoever waits.
    pub(super) fn move_to(&mut self, call: CallId, queue: QueueId, closes_at: Option<Instant>) {
        let Some(&number) = self.line_numbers.get(&queue) else { return };
        let elsewhere = |waiter: &&Waiter| waiter.line != number && waiter.joining.is_none();
        let Some(waiter) = self.waiters.get(&call).filter(elsewhere) else { return };
        let stood_still = match waiter.state {
            WaiterState::Held { since } => self.now.since(since),
            WaiterState::Waiting | WaiterState::Offered => Duration::ZERO,
        };
        let pair = |(skill, value): (&str, &str)| (skill.into(), value.into());
        let contact = Contact {
            call,
            queue,
            skills: waiter.lane.skills.iter().map(pair).collect(),
            priority: waiter.priority,
            enqueued_at: if bug::is(Bug::MovedToTheEnd) { self.now } else { waiter.enqueued_at },
            max_wait: (waiter.expires_at + stood_still).since(self.now),
            closes_at,
            longest_expected: None,
            medium: waiter.medium,
            again: true,
        };
        self.withdraw_all(call, CancelReason::Moved, None);
        self.depart(call, Exit::Moved);
        self.enter(contact, number);
    }

    /// An agent is logged out: at once, or when what binds them is over. Their phone may go on to register.
    pub(super) fn log_out(&mut self, agent: &AgentId) {
        let Some(&seat) = self.seats.get(agent) else { return };
        if self.agents[seat.0].intent == Intent::Off {
            return;
        }
        self.agents[seat.0].intent = Intent::Off;
        self.touch_seat(seat);
        self.restaff(seat);
        match self.agents[seat.0].state {
            AgentState::Unreachable { .. }
            | AgentState::Ready { .. }
            | AgentState::BackOff { .. }
            | AgentState::Rona { .. }
            | AgentState::Break { .. } => {
                self.change(seat, AgentState::Offline, AgentChange::LoggedOut);
            }
            AgentState::Offline
            | AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. } => self.tell_state(seat, AgentChange::LoggedOut),
        }
    }

    /// An agent who was logged out is back.
    pub(super) fn log_in(&mut self, agent: &AgentId) {
        let Some(&seat) = self.seats.get(agent) else { return };
        if self.agents[seat.0].intent != Intent::Off {
            return;
        }
        self.agents[seat.0].intent = Intent::Work;
        self.agents[seat.0].missed = 0;
        self.touch_seat(seat);
        self.restaff(seat);
        if self.agents[seat.0].state == AgentState::Offline {
            self.settle(seat, self.now, AgentChange::LoggedIn);
        } else {
            self.tell_state(seat, AgentChange::LoggedIn);
        }
    }

    /// A wrap-up lasts longer, up to [`wrap_up_limit`](super::Settings::wrap_up_limit) from its beginning.
    pub(super) fn extend_wrap_up(&mut self, agent: &AgentId, by: Duration) {
        let Some(&seat) = self.seats.get(agent) else { return };
        let AgentState::WrapUp { call, queue, deadline } = self.agents[seat.0].state.clone() else {
            return;
        };
        let since = self.agents[seat.0].since;
        let longest = since + self.settings.wrap_up_limit;
        let by = if bug::is(Bug::ExtensionLost) { Duration::ZERO } else { by };
        let deadline = (deadline + by).min(longest.max(deadline));
        let longer = AgentState::WrapUp { call, queue, deadline };
        self.change(seat, longer, AgentChange::WrapUpExtended);
        self.agents[seat.0].since = since;
    }
}
