//! A look for what has come apart: agents bound to a talk without a phone in it, phones in a call that is gone. The steps
//! never leave such; a node that looks for itself notices if there is, and mends it.

use std::collections::BTreeSet;

use super::legs::Role;
use super::machine::Engine;
use crate::call::{AgentId, CallId, CommandKind, EndedBy, HangupCause, LegId};
use crate::queue::{self, AgentState};
use crate::session::{Input as SessionInput, PeerNews};

/// Something that stands without what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Adrift {
    /// An agent who is bound to a talk, and has no phone in any.
    Agent(AgentId),
    /// The phone of somebody whose call is gone.
    Leg(LegId),
    /// A call whose caller has no phone.
    Call(CallId),
}

impl Engine {
    /// What stands without what it stands on at this moment. Much of it is well for a while: a phone is about to say that
    /// it has hung up, a flow ends silently. What is still so a minute later is not. What belongs to an adapter that is out
    /// of touch is left to it.
    #[must_use]
    pub fn adrift(&self) -> BTreeSet<Adrift> {
        let agents = self.queues.agents().filter(|view| {
            let bound =
                matches!(view.state, AgentState::Talking { .. } | AgentState::Engaged { .. });
            bound && self.legs.find(|role| role.agent() == Some(view.agent)).is_empty()
        });
        let agents = agents.map(|view| Adrift::Agent(view.agent.clone()));
        let lost = self.legs.find(|role| self.is_adrift(role)).into_iter();
        let lost = lost.filter(|leg| !self.away.contains(&leg.adapter)).map(Adrift::Leg);
        let calls = self.calls.iter().filter(|(_, call)| {
            self.legs.get(call.leg).is_none() && !self.away.contains(&call.leg.adapter)
        });
        agents.chain(lost).chain(calls.map(|(id, _)| Adrift::Call(*id))).collect()
    }

    /// Whether a call is gone that somebody is, or was, connected in. Wishes to be called back have legs without a call
    /// as long as the agent is bound.
    fn is_adrift(&self, role: &Role) -> bool {
        match role {
            Role::Caller(call) | Role::Target { call, .. } => !self.calls.contains_key(call),
            Role::Agent { call, agent, .. } | Role::Colleague { call, agent, .. } => {
                let bound = |state: &AgentState| {
                    state.offer().is_some()
                        || matches!(state, AgentState::Talking { .. } | AgentState::Engaged { .. })
                };
                let bound = self.queues.agent_state(agent).is_some_and(bound);
                !self.calls.contains_key(call) && !bound
            }
            Role::Consulting { .. }
            | Role::Consulted { .. }
            | Role::Customer { .. }
            | Role::Code { .. } => false,
        }
    }

    /// Ends what is adrift: the agent is free after a rest, the phone is hung up, the call is over.
    pub(super) fn mend(&mut self, adrift: &Adrift) {
        match adrift {
            Adrift::Agent(agent) => match self.queues.agent_state(agent).cloned() {
                Some(AgentState::Talking { call, .. }) => {
                    self.cancel_handover(call);
                    self.parts(call, EndedBy::System);
                    self.tell_queues(queue::Input::Vanished { call });
                    self.step(call, SessionInput::Peer(PeerNews::Lost));
                }
                Some(AgentState::Engaged { .. }) => {
                    self.tell_queues(queue::Input::Disengage { agent: agent.clone() });
                }
                Some(_) | None => {}
            },
            Adrift::Leg(leg) => {
                if self.legs.remove(*leg).is_some() {
                    self.command(*leg, CommandKind::Hangup(HangupCause::InternalError));
                }
            }
            Adrift::Call(call) => {
                self.step(*call, SessionInput::Abort(HangupCause::InternalError));
            }
        }
    }
}

#[cfg(test)]
mod tests;
