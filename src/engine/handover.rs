//! Agents who hand their caller over (SIP REFER): to a number that is allowed or a colleague, rung for it or asked
//! before.
//!
//! ```text
//!  blind      agent's leg ── TransferRequested ─▶ rung ── answered ─▶ caller ⇄ new party, agent let go
//!                                                   └── failed ────▶ caller ⇄ agent
//!  attended   agent's leg ── TransferRequested {replaces} ─▶ caller ⇄ whom the agent had asked (`consult`)
//!  taken      newcomer ── Offered {replaces} ─▶ answered ─▶ caller ⇄ newcomer, agent let go
//! ```
//!
//! Nobody but an agent who talks with a caller may ask for it: whoever else does is refused and counted, since each
//! of them would be a way to call numbers at the owner's cost.

use std::sync::Arc;

use super::legs::Role;
use super::machine::Engine;
use super::notice::Notice;
use crate::call::{
    AgentId, Answering, CallId, CommandKind, Dial, EndedBy, HangupCause, LegId, Offer, Target,
    TransferRequest, TransferStep,
};
use crate::queue;
use crate::session::{Handed, Input as SessionInput, PeerNews};
use crate::time::Duration;

/// How often one caller may be handed over.
pub(super) const MAX_HANDOVERS: u8 = 5;
/// How long the new party is rung.
pub(super) const HANDOVER_RING: Duration = Duration::from_secs(30);

/// A caller on the way from an agent to somebody else who is rung.
#[derive(Debug)]
pub(super) struct Handover {
    /// The agent's leg, as long as it is there.
    pub(super) from: Option<LegId>,
    /// The new party's leg.
    pub(super) to: LegId,
    /// Who that is.
    pub(super) party: Handed,
}

/// Whom a caller may be handed over to.
pub(super) enum Party {
    /// A colleague, by their phone.
    Agent(AgentId, Target),
    /// A number or address of the list.
    Number(Target),
}

impl Engine {
    /// The far side of a leg asks that the party it talks with be connected with somebody else.
    pub(super) fn transfer_requested(&mut self, leg: LegId, wanted: &TransferRequest) {
        let step = match self.try_transfer(leg, wanted) {
            Ok(None) => return,
            Ok(Some(step)) => step,
            Err(cause) => {
                if cause == HangupCause::Rejected {
                    self.refused_transfers += 1;
                }
                self.notice(Notice::TransferRefused { leg, cause });
                TransferStep::Failed(cause)
            }
        };
        self.command(leg, CommandKind::TransferProgress(step));
    }

    /// `None` where the answer was given already.
    fn try_transfer(
        &mut self,
        leg: LegId,
        wanted: &TransferRequest,
    ) -> Result<Option<TransferStep>, HangupCause> {
        match (self.legs.get(leg).cloned(), wanted.replaces) {
            (Some(Role::Consulting { .. }), Some(talk)) => {
                self.attended(leg, talk, leg).map(|()| None)
            }
            (Some(role), Some(consultation)) if role.talking_agent().is_some() => {
                self.attended(leg, leg, consultation).map(|()| None)
            }
            (Some(role), None) => {
                let (call, agent) = role.talking_agent().ok_or(HangupCause::Rejected)?;
                self.blind(call, &agent, leg, &wanted.to)?;
                Ok(Some(TransferStep::Trying))
            }
            (Some(_), Some(_)) | (None, _) => Err(HangupCause::Rejected),
        }
    }

    /// Somebody is rung for a caller whom an agent does not want to keep.
    fn blind(
        &mut self,
        call: CallId,
        agent: &AgentId,
        from: LegId,
        to: &Arc<str>,
    ) -> Result<(), HangupCause> {
        let party = self.party_for(agent, to)?;
        let known = self.calls.get_mut(&call).ok_or(HangupCause::Rejected)?;
        if known.handover.is_some() || known.handovers >= MAX_HANDOVERS {
            return Err(HangupCause::Rejected);
        }
        known.handovers += 1;
        let caller = known.leg;
        let caller_id = known.session.caller_number();
        let (target, agent) = match party {
            Party::Agent(agent, target) => (target, Some(agent)),
            Party::Number(target) => (target, None),
        };
        let on = |agent| self.settings.adapter_of(agent, caller.adapter);
        let adapter = agent.as_ref().map_or(caller.adapter, on);
        let leg = self.legs.next(adapter);
        let dial = Dial {
            to: target,
            trunk: None,
            caller_id: caller_id.filter(|_| agent.is_some()),
            display: agent.is_some().then(|| "transfer".into()),
            tell: Vec::new(),
            pop_url: None,
            beside: Some(caller),
            ring: HANDOVER_RING,
        };
        let party = Handed { agent: agent.clone(), to: to.clone(), attended: false };
        self.begin_handover(call, Handover { from: Some(from), to: leg, party: party.clone() });
        self.notice(Notice::Transferring { call, agent });
        self.step(call, SessionInput::Peer(PeerNews::Transferring { to: party }));
        self.command(leg, CommandKind::Dial(Box::new(dial)));
        Ok(())
    }

    fn begin_handover(&mut self, call: CallId, handover: Handover) {
        let role = match &handover.party.agent {
            Some(agent) => {
                self.tell_queues(queue::Input::Engage { agent: agent.clone() });
                Role::Colleague { call, agent: agent.clone(), talking: false }
            }
            None => Role::Target { call, talking: false },
        };
        self.legs.insert_aside(handover.to, role);
        if let Some(known) = self.calls.get_mut(&call) {
            known.handover = Some(handover);
        }
    }

    /// Whom a number or user means that an agent names, if they may be called now.
    pub(super) fn party_for(&self, agent: &AgentId, to: &Arc<str>) -> Result<Party, HangupCause> {
        match self.party(to) {
            Some(Party::Agent(colleague, _)) if colleague == *agent => Err(HangupCause::Rejected),
            Some(Party::Agent(colleague, _)) if !self.queues.may_engage(&colleague) => {
                Err(match self.queues.agent_state(&colleague) {
                    Some(queue::AgentState::Offline | queue::AgentState::Unreachable { .. })
                    | None => HangupCause::Unreachable,
                    Some(_) => HangupCause::Busy,
                })
            }
            Some(party) => Ok(party),
            None => Err(HangupCause::Rejected),
        }
    }

    /// Whom a number or user means: a colleague, by the user of their phone, or a number where that is allowed.
    fn party(&self, to: &Arc<str>) -> Option<Party> {
        if let Some(agent) = self.users.get(to) {
            let target = self.settings.agents.get(agent)?.target.clone();
            return Some(Party::Agent(agent.clone(), target));
        }
        let target = match to.starts_with("sip:") {
            true => Target::Address(to.clone()),
            false => Target::Number(to.clone()),
        };
        self.settings.transfers.contains(to).then_some(Party::Number(target))
    }

    /// The caller is connected with whom the agent has asked before; both legs of the agent end.
    fn attended(
        &mut self,
        asked_on: LegId,
        talk: LegId,
        consultation: LegId,
    ) -> Result<(), HangupCause> {
        let refused = HangupCause::Rejected;
        let talking = self.legs.get(talk).and_then(Role::talking_agent);
        let (call, agent) = talking.ok_or(refused)?;
        let Some(Role::Consulting { agent: by, with, to, .. }) =
            self.legs.get(consultation).cloned()
        else {
            return Err(refused);
        };
        let Some(Role::Consulted { agent: colleague, talking: true, .. }) =
            self.legs.get(with).cloned()
        else {
            return Err(refused);
        };
        let known = self.calls.get_mut(&call).ok_or(refused)?;
        if by != agent || known.handover.is_some() || known.handovers >= MAX_HANDOVERS {
            return Err(refused);
        }
        known.handovers += 1;
        known.hold.peer = false;
        for leg in [talk, consultation] {
            self.legs.remove(leg);
        }
        let party = Handed { agent: colleague, to, attended: true };
        self.command(asked_on, CommandKind::TransferProgress(TransferStep::Connected));
        self.connect_party(call, with, party);
        for leg in [talk, consultation] {
            self.command(leg, CommandKind::Hangup(HangupCause::Normal));
        }
        Ok(())
    }

    /// Whoever was rung for a caller is there.
    pub(super) fn handover_answered(&mut self, call: CallId) {
        let Some(known) = self.calls.get_mut(&call) else { return };
        let Some(Handover { from, to, party }) = known.handover.take() else { return };
        known.hold.peer = false;
        if let Some(from) = from {
            self.legs.remove(from);
            self.command(from, CommandKind::TransferProgress(TransferStep::Connected));
        }
        self.connect_party(call, to, party);
        if let Some(from) = from {
            self.command(from, CommandKind::Hangup(HangupCause::Normal));
        }
    }

    /// Caller and new party talk: queues and call are told.
    fn connect_party(&mut self, call: CallId, leg: LegId, party: Handed) {
        let role = match &party.agent {
            Some(agent) => Role::Colleague { call, agent: agent.clone(), talking: true },
            None => Role::Target { call, talking: true },
        };
        self.legs.insert(leg, role);
        let (agent, attended) = (party.agent.clone(), party.attended);
        self.notice(Notice::Transferred { call, leg, agent: agent.clone() });
        let held = self.calls.get(&call).is_some_and(|call| call.hold.any());
        self.step(call, SessionInput::Peer(PeerNews::Transferred { to: party, leg, held }));
        let wanted = self.calls.get(&call).and_then(|call| call.wanted.as_ref());
        let queue = wanted.map(|wanted| wanted.request.queue.clone());
        self.handed_over(call, queue.clone(), agent.clone(), attended);
        self.parts(call, EndedBy::Agent);
        self.tell_queues(match (agent, queue) {
            (Some(agent), Some(queue)) => queue::Input::HandOver { call, queue, agent },
            (_, _) => queue::Input::TalkEnded { call },
        });
        self.hold_anew(call);
    }

    /// Whoever was rung for a caller cannot be had: the agent keeps the caller, if they are still there.
    pub(super) fn handover_failed(&mut self, call: CallId, cause: HangupCause) {
        let Some(known) = self.calls.get_mut(&call) else { return };
        let Some(Handover { from, party, .. }) = known.handover.take() else { return };
        let held = known.hold.any();
        if let Some(agent) = party.agent {
            self.tell_queues(queue::Input::Disengage { agent });
        }
        self.notice(Notice::TransferFailed { call, cause, kept: from.is_some() });
        let news = match from {
            Some(leg) => {
                let failed = TransferStep::Failed(cause);
                self.command(leg, CommandKind::TransferProgress(failed));
                PeerNews::Returned { cause, leg, held }
            }
            None => PeerNews::Ended,
        };
        // Of a call that talks on it is no news.
        if party.attended && from.is_some() {
            return;
        }
        self.step(call, SessionInput::Peer(news));
        self.hold_anew(call);
    }

    /// The agent who hands a caller over is gone already: the rest goes on without.
    pub(super) fn hands_over_unseen(&mut self, call: CallId, leg: LegId) -> bool {
        let Some(known) = self.calls.get_mut(&call) else { return false };
        let Some(handover) = known.handover.as_mut().filter(|handover| handover.from == Some(leg))
        else {
            return false;
        };
        if handover.party.attended {
            return false;
        }
        handover.from = None;
        known.hold.peer = false;
        let to = handover.to;
        self.legs.make_peer(call, to);
        self.parts(call, EndedBy::Agent);
        self.tell_queues(queue::Input::TalkEnded { call });
        true
    }

    /// Nobody is rung for a caller any more who is gone.
    pub(super) fn cancel_handover(&mut self, call: CallId) {
        let Some(known) = self.calls.get_mut(&call) else { return };
        let Some(Handover { to, party, .. }) = known.handover.take() else { return };
        self.legs.remove(to);
        self.command(to, CommandKind::Hangup(HangupCause::Cancelled));
        if let Some(agent) = party.agent {
            self.tell_queues(queue::Input::Disengage { agent });
        }
    }

    /// Somebody calls to take the place of an agent who talks (SIP `Replaces`): another agent, or nobody.
    pub(super) fn takes_place(&mut self, leg: LegId, offer: &Offer) {
        let newcomer = offer.user.as_ref().and_then(|user| self.users.get(user)).cloned();
        let talking = offer.replaces.and_then(|replaced| {
            let (call, agent) = self.legs.get(replaced)?.talking_agent()?;
            Some((replaced, call, agent))
        });
        let (Some(newcomer), Some((replaced, call, agent))) = (newcomer, talking) else {
            self.refused_transfers += 1;
            return self.refuse(leg, HangupCause::Rejected);
        };
        let free = newcomer != agent && self.queues.may_engage(&newcomer);
        let known = self.calls.get_mut(&call);
        let open = known.filter(|k| k.handover.is_none() && k.handovers < MAX_HANDOVERS);
        let Some(known) = open.filter(|_| free) else {
            return self.refuse(leg, HangupCause::Busy);
        };
        known.handovers += 1;
        let to = offer.user.clone().unwrap_or_default();
        let party = Handed { agent: Some(newcomer), to, attended: true };
        self.begin_handover(call, Handover { from: Some(replaced), to: leg, party });
        self.command(leg, CommandKind::Accept(Answering::Answer));
    }
}
