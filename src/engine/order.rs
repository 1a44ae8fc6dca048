//! What agents and supervisors order: from a desk, the command line or a phone.

use std::sync::Arc;

use super::legs::Role;
use super::machine::Engine;
use crate::call::{AgentId, CommandKind, HangupCause, LegId};
use crate::queue::{self, AgentState};

/// One order. What it names and is not there is passed over: whoever orders looks first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// About an agent.
    Agent {
        /// Who.
        agent: AgentId,
        /// What.
        order: AgentOrder,
    },
}

/// What an agent is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentOrder {
    /// Take calls: ends a break, one that was asked for, and any pause after failed offers.
    Ready,
    /// Have a break for this reason, once the present offer, talk and wrap-up are over.
    Break(Arc<str>),
    /// Be done with the wrap-up.
    WrapUpDone,
    /// Be freed of whatever binds them, as far as it goes on: an offer is taken back, a talk is ended, a wrap-up and a
    /// pause are over. For agents who are stuck.
    Free,
}

impl Engine {
    /// Carries an order out; what changes by it is told as done by `by`.
    pub(super) fn ordered(&mut self, by: Option<Arc<str>>, order: Order) {
        self.by = by;
        match order {
            Order::Agent { agent, order: AgentOrder::Ready } => {
                self.tell_queues(queue::Input::Resume { agent });
            }
            Order::Agent { agent, order: AgentOrder::Break(reason) } => {
                self.tell_queues(queue::Input::Break { agent, reason });
            }
            Order::Agent { agent, order: AgentOrder::WrapUpDone } => {
                self.tell_queues(queue::Input::WrapUpDone { agent });
            }
            Order::Agent { agent, order: AgentOrder::Free } => self.set_free(agent),
        }
        self.by = None;
    }

    /// Ends whatever binds an agent. A break that was asked for begins.
    fn set_free(&mut self, agent: AgentId) {
        let Some(state) = self.queues.agent_state(&agent).cloned() else { return };
        match state {
            AgentState::Talking { call, .. } => {
                match self.legs_of(&agent).first() {
                    Some(leg) => self.cut_off(*leg),
                    None => self.tell_queues(queue::Input::TalkEnded { call }),
                }
                self.tell_queues(queue::Input::WrapUpDone { agent });
            }
            AgentState::Reserved(live) | AgentState::Ringing(live) => {
                match self.legs.of_offer(live.offer) {
                    Some(leg) => self.cut_off(leg),
                    None => self.tell_queues(queue::Input::Failed {
                        offer: live.offer,
                        cause: queue::OfferFailure::Unreachable,
                    }),
                }
                self.tell_queues(queue::Input::Resume { agent });
            }
            AgentState::Releasing { offer, .. } => {
                self.tell_queues(queue::Input::Released { offer });
            }
            AgentState::Engaged { .. } => {
                for leg in self.legs_of(&agent) {
                    self.command(leg, CommandKind::Hangup(HangupCause::Cancelled));
                }
                self.tell_queues(queue::Input::Disengage { agent });
            }
            AgentState::WrapUp { .. } => self.tell_queues(queue::Input::WrapUpDone { agent }),
            AgentState::BackOff { .. } | AgentState::Rona { .. } | AgentState::Break { .. } => {
                self.tell_queues(queue::Input::Resume { agent });
            }
            AgentState::Offline | AgentState::Unreachable { .. } | AgentState::Ready { .. } => {}
        }
    }

    /// Ends a leg, and takes it to be gone without waiting for word of it.
    fn cut_off(&mut self, leg: LegId) {
        self.command(leg, CommandKind::Hangup(HangupCause::Cancelled));
        self.peer_ended(leg, HangupCause::Unreachable);
    }

    /// The legs on which an agent talks or calls.
    fn legs_of(&self, agent: &AgentId) -> Vec<LegId> {
        self.legs.find(|role| occupied_by(role) == Some(agent))
    }
}

/// The agent who talks or calls on a leg of this role.
const fn occupied_by(role: &Role) -> Option<&AgentId> {
    match role {
        Role::Agent { agent, talking: true, .. }
        | Role::Colleague { agent, talking: true, .. }
        | Role::Consulting { agent, .. } => Some(agent),
        Role::Consulted { agent, .. } => agent.as_ref(),
        Role::Agent { .. }
        | Role::Colleague { .. }
        | Role::Caller(_)
        | Role::Customer { .. }
        | Role::Code { .. }
        | Role::Target { .. } => None,
    }
}
