//! Several agents who are rung for one caller: the first who answers is bridged while the others ring on, and these hear
//! silence only when caller and agent hear each other.
//!
//! The caller's session knows nothing of it: for it the caller waits until the two are connected. So an agent who puts the
//! phone down before that leaves a caller who waits as before, for the phones that still ring.

use super::legs::Role;
use super::machine::{Call, Engine};
use crate::call::{AgentId, CallId, CommandKind, HangupCause, LegId};
use crate::queue::{self, OfferFailure, OfferId};
use crate::session::{Input, QueueNews};

/// The agent who answered first, being bridged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Joining {
    pub(super) offer: OfferId,
    pub(super) leg: LegId,
}

impl Call {
    /// Whether the bridge stands already that the session asks for.
    pub(super) fn stands(&mut self, to: LegId) -> bool {
        self.joining.take_if(|joining| joining.leg == to).is_some()
    }
}

impl Engine {
    /// The first of several agents has answered: caller and agent are to hear each other.
    pub(super) fn join(&mut self, offer: OfferId, call: CallId) {
        let Some(leg) = self.legs.of_offer(offer) else { return };
        let Some(known) = self.calls.get_mut(&call) else { return };
        known.joining = Some(Joining { offer, leg });
        let caller = known.leg;
        self.command(caller, CommandKind::Bridge(leg));
    }

    /// Caller and agent hear each other.
    pub(super) fn bridged(&mut self, call: CallId) {
        if let Some(Joining { offer, .. }) = self.joining(call) {
            self.tell_queues(queue::Input::Joined { offer });
        }
    }

    /// Who is being bridged with a caller.
    pub(super) fn joining(&self, call: CallId) -> Option<Joining> {
        self.calls.get(&call)?.joining
    }

    /// An offer is over: nobody is bridged by it.
    pub(super) fn unjoin(&mut self, call: CallId, offer: OfferId) -> bool {
        let known = self.calls.get_mut(&call);
        known.is_some_and(|call| call.joining.take_if(|joining| joining.offer == offer).is_some())
    }

    /// The agent who answered first put the phone down before caller and agent heard each other, or cannot be bridged:
    /// the others ring on, and the caller hears music again.
    pub(super) fn join_failed(&mut self, call: CallId, offer: OfferId, agent: AgentId) {
        self.offer_refused(call, offer, agent, (OfferFailure::NotAccepted, "not_accepted"));
        if let Some(position) = self.queues.position(call).filter(|_| self.joining(call).is_none())
        {
            self.step(call, Input::Queue(QueueNews::Entered { position }));
        }
    }

    /// The adapter could not bridge a caller with whoever answered first. `false` if nobody is being bridged.
    pub(super) fn bridge_rejected(&mut self, call: CallId) -> bool {
        let Some(Joining { offer, leg }) = self.joining(call) else { return false };
        self.unjoin(call, offer);
        self.command(leg, CommandKind::Hangup(HangupCause::InternalError));
        if let Some(Role::Agent { agent, .. }) = self.legs.remove(leg) {
            self.join_failed(call, offer, agent);
        }
        true
    }

    /// Whether a phone that is to be rung for a caller rings for the same caller already, as that of another agent.
    pub(super) fn rings_already(&self, call: CallId, agent: &AgentId) -> bool {
        let target = |agent: &AgentId| self.settings.agents.get(agent).map(|agent| &agent.target);
        let contact = self.queues.contact(call);
        let mut others = contact.iter().flat_map(|contact| contact.rung());
        others.any(|other| other != agent && target(other) == target(agent))
    }
}

#[cfg(test)]
mod tests;
