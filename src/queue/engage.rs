//! Agents on the phone with somebody whom the queue did not give them, and callers who are handed to them there.

use super::agent::{AgentState, Seat};
use super::machine::Queues;
use super::output::AgentChange;
use crate::call::{AgentId, CallId, QueueId};

impl Queues {
    /// Whether an agent's phone can be rung past the queue: it is there, and no offer, talk or call binds it. A break
    /// or a wrap-up does not keep colleagues away.
    #[must_use]
    pub fn may_engage(&self, agent: &AgentId) -> bool {
        let Some(&seat) = self.seats.get(agent) else { return false };
        match self.agents[seat.0].state {
            AgentState::Ready { .. }
            | AgentState::WrapUp { .. }
            | AgentState::BackOff { .. }
            | AgentState::Rona { .. }
            | AgentState::Break { .. } => self.agents[seat.0].reachable,
            AgentState::Offline
            | AgentState::Unreachable { .. }
            | AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. } => false,
        }
    }

    pub(super) fn engage(&mut self, agent: &AgentId) {
        let Some(&seat) = self.seats.get(agent).filter(|_| self.may_engage(agent)) else { return };
        let wrap_up = match &self.agents[seat.0].state {
            AgentState::WrapUp { queue, deadline, .. } => Some((queue.clone(), *deadline)),
            _ => None,
        };
        let deadline = self.now + self.settings.talk_limit + self.settings.lease;
        self.change(seat, AgentState::Engaged { wrap_up, deadline }, AgentChange::Engaged);
    }

    pub(super) fn disengage(&mut self, agent: &AgentId) {
        if let Some(&seat) = self.seats.get(agent) {
            self.disengage_seat(seat, AgentChange::Engaged);
        }
    }

    /// The phone of an engaged agent is free again.
    pub(super) fn disengage_seat(&mut self, seat: Seat, why: AgentChange) {
        let AgentState::Engaged { wrap_up, .. } = self.agents[seat.0].state.clone() else { return };
        match wrap_up.filter(|(_, deadline)| *deadline > self.now) {
            Some((queue, deadline)) => {
                self.change(seat, AgentState::WrapUp { call: None, queue, deadline }, why);
            }
            None => self.settle(seat, self.now, why),
        }
    }

    pub(super) fn hand_over(&mut self, call: CallId, queue: QueueId, agent: &AgentId) {
        self.part(call, AgentChange::TalkEnded);
        let Some(&seat) = self.seats.get(agent) else { return };
        let engaged = matches!(self.agents[seat.0].state, AgentState::Engaged { .. });
        if engaged && !self.waiters.contains_key(&call) && self.line_numbers.contains_key(&queue) {
            let deadline = self.now + self.settings.talk_limit + self.settings.lease;
            let talking = AgentState::Talking { call, queue, deadline };
            self.change(seat, talking, AgentChange::HandedOver);
        }
    }
}
