//! What agents and supervisors order: from a desk, the command line or a phone.

use std::sync::Arc;

use super::legs::Role;
use super::machine::Engine;
use crate::bug::{self, Bug};
use crate::call::{AgentId, CallId, CommandKind, HangupCause, LegId, QueueId};
use crate::history::{CallerKey, Exit, Fact};
use crate::queue::{self, AgentState};
use crate::time::Duration;

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
    /// About a contact in line: a caller, or one who is to be called back.
    Contact {
        /// Which.
        contact: CallId,
        /// What.
        order: ContactOrder,
    },
    /// A caller is to be forgotten: nobody calls them back any more, and no place is kept for them. What the store knows
    /// is not touched.
    Forget {
        /// Who.
        caller: CallerKey,
    },
}

/// What becomes of a contact in line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactOrder {
    /// It has another priority, 1 (first) to 9: its place is what it would be, had it come with that one.
    Priority(u8),
    /// It stands in another queue, with its place: all that follows is told of that one.
    Queue(QueueId),
}

/// What an agent is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentOrder {
    /// Take calls: logs in, and ends a break, one that was asked for, and any pause after failed offers.
    Ready,
    /// Have a break for this reason, once the present offer, talk and wrap-up are over.
    Break(Arc<str>),
    /// Be logged out, once the present offer, talk and wrap-up are over. Only `Ready` ends it.
    Offline,
    /// Be done with the wrap-up.
    WrapUpDone,
    /// Have longer for the wrap-up, by so much, as far as the queues allow.
    ExtendWrapUp(Duration),
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
                self.tell_queues(queue::Input::LogIn { agent: agent.clone() });
                self.tell_queues(queue::Input::Resume { agent });
            }
            Order::Agent { agent, order: AgentOrder::Offline } => {
                self.tell_queues(queue::Input::LogOut { agent });
            }
            Order::Agent { agent, order: AgentOrder::ExtendWrapUp(by) } => {
                self.tell_queues(queue::Input::ExtendWrapUp { agent, by });
            }
            Order::Agent { agent, order: AgentOrder::Break(reason) } => {
                self.tell_queues(queue::Input::Break { agent, reason });
            }
            Order::Agent { agent, order: AgentOrder::WrapUpDone } => {
                self.tell_queues(queue::Input::WrapUpDone { agent });
            }
            Order::Agent { agent, order: AgentOrder::Free } => self.set_free(agent),
            Order::Contact { contact, order: ContactOrder::Priority(priority) } => {
                self.tell_queues(queue::Input::Reprioritise { call: contact, priority });
            }
            Order::Contact { contact, order: ContactOrder::Queue(queue) } => {
                self.lead(contact, queue);
            }
            Order::Forget { caller } => {
                self.places.forget(&caller);
                self.forget_callbacks(&caller);
            }
        }
        self.by = None;
    }

    /// Leads a contact in line to another queue. What was wanted of the old one is wanted of the new one from here on,
    /// so that whatever is told of the contact names that.
    fn lead(&mut self, contact: CallId, queue: QueueId) {
        let Some(from) = self.queues.contact(contact).map(|contact| contact.queue.clone()) else {
            return;
        };
        if from == queue || self.queues.queue(&queue).is_none() {
            return;
        }
        let is_call = self.calls.contains_key(&contact);
        if !is_call && !self.callback_led(contact, &queue) {
            return;
        }
        if let Some(wanted) = self.calls.get_mut(&contact).and_then(|call| call.wanted.as_mut()) {
            wanted.request.queue = queue.clone();
            // It is offered to the new queue for the first time.
            wanted.again = false;
        }
        if let Some(by) = self.by.clone() {
            let contact = Some(contact);
            self.happened(Fact::Supervised { by, what: "move".into(), agent: None, contact });
        }
        self.left(contact, Exit::Moved, None);
        self.led_from = Some((contact, from));
        let closes_at = self.closes_at(contact, &queue);
        self.tell_queues(queue::Input::Move { call: contact, queue, closes_at });
        self.led_from = None;
    }

    /// A contact has another priority: what was wanted says so too.
    pub(super) fn reprioritised(&mut self, contact: CallId, queue: QueueId, priority: u8) {
        match self.calls.get_mut(&contact).and_then(|call| call.wanted.as_mut()) {
            Some(wanted) => wanted.request.priority = priority,
            None => self.callback_reprioritised(contact, priority),
        }
        let by = self.by.clone();
        self.happened(Fact::Reprioritised { contact, queue, priority, by });
    }

    /// Ends whatever binds an agent. A break that was asked for begins.
    fn set_free(&mut self, agent: AgentId) {
        let Some(state) = self.queues.agent_state(&agent).cloned() else { return };
        match state {
            AgentState::Talking { .. } if bug::is(Bug::StaysBound) => {}
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
                // Nobody is to blame: no pause follows. A break that was asked for does.
                let paused = self.queues.agent_state(&agent).is_some_and(|state| {
                    matches!(state, AgentState::BackOff { .. } | AgentState::Rona { .. })
                });
                if paused {
                    self.tell_queues(queue::Input::Resume { agent });
                }
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
