//! Calls of agents: to a colleague or an allowed number, to ask before they hand a caller over, or for anything else.
//!
//! Two legs and no flow, so there is no session and no record: what is said here belongs to no caller. Both agents'
//! phones count as in use meanwhile.

use std::sync::Arc;

use super::handover::{HANDOVER_RING, Party};
use super::legs::Role;
use super::machine::Engine;
use super::notice::Notice;
use crate::call::{
    AgentId, Answering, CommandKind, Dial, EventKind, HOLD_MUSIC, HangupCause, LegId, Offer,
    SoundId,
};
use crate::queue;

impl Engine {
    /// Whether a call is one of an agent to a colleague or an allowed number; then it is taken care of.
    pub(super) fn consults(&mut self, leg: LegId, offer: &Offer) -> bool {
        let agent = offer.user.as_ref().and_then(|user| self.users.get(user)).cloned();
        let Some(agent) = agent else { return false };
        let named = self.users.contains_key(&offer.origin.called)
            || self.settings.transfers.contains(&offer.origin.called);
        if !named || self.legs.get(leg).is_some() {
            return false;
        }
        match self.party_for(&agent, &offer.origin.called) {
            Ok(_) if self.is_draining() => self.refuse(leg, HangupCause::Overload),
            Ok(party) => self.consult(leg, agent, party, &offer.origin.called),
            Err(cause) => self.refuse(leg, cause),
        }
        true
    }

    fn consult(&mut self, leg: LegId, agent: AgentId, party: Party, to: &Arc<str>) {
        self.notice(Notice::AgentCalls { leg, agent: agent.clone() });
        // Without effect where the agent talks with a caller, who binds them anyway.
        self.tell_queues(queue::Input::Engage { agent: agent.clone() });
        let (target, colleague) = match party {
            Party::Agent(colleague, target) => (target, Some(colleague)),
            Party::Number(target) => (target, None),
        };
        if let Some(agent) = colleague.clone() {
            self.tell_queues(queue::Input::Engage { agent });
        }
        let on = |agent| self.settings.adapter_of(agent, leg.adapter);
        let adapter = colleague.as_ref().map_or(leg.adapter, on);
        let with = self.legs.next(adapter);
        let dial = Dial {
            to: target,
            trunk: None,
            caller_id: colleague.as_ref().and_then(|_| self.user_of(&agent)),
            display: colleague.as_ref().map(|_| agent.as_str().into()),
            tell: Vec::new(),
            pop_url: None,
            beside: Some(leg),
            ring: HANDOVER_RING,
        };
        self.legs.insert(leg, Role::Consulting { agent, with, to: to.clone(), answered: false });
        self.legs.insert(with, Role::Consulted { by: leg, agent: colleague, talking: false });
        self.command(leg, CommandKind::Accept(Answering::Ring));
        self.command(with, CommandKind::Dial(Box::new(dial)));
    }

    fn user_of(&self, agent: &AgentId) -> Option<Arc<str>> {
        self.users.iter().find(|(_, known)| *known == agent).map(|(user, _)| user.clone())
    }

    /// Something happened on the leg of an agent who calls somebody.
    pub(super) fn consulting_event(&mut self, leg: LegId, with: LegId, kind: &EventKind) {
        match kind {
            EventKind::Answered => {
                if let Some(Role::Consulting { answered, .. }) = self.legs.get_mut(leg) {
                    *answered = true;
                }
                self.connect_consulted(with);
                self.command(leg, CommandKind::Bridge(with));
            }
            EventKind::Held => self.consult_held(with),
            EventKind::Resumed => self.consult_resumed(leg, with),
            EventKind::MediaLost => {
                self.command(leg, CommandKind::Hangup(HangupCause::MediaLost));
            }
            EventKind::Ended { .. } => {
                self.end_consulting(leg);
                let colleague = match self.legs.remove(with) {
                    Some(Role::Consulted { agent, .. }) => agent,
                    _ => None,
                };
                self.command(with, CommandKind::Hangup(HangupCause::Cancelled));
                self.free(colleague);
            }
            _ => {}
        }
    }

    /// Something happened on the leg of whomever an agent called.
    pub(super) fn consulted_event(&mut self, leg: LegId, by: LegId, kind: &EventKind) {
        match kind {
            EventKind::Answered => self.command(by, CommandKind::Accept(Answering::Answer)),
            EventKind::Held => self.consult_held(by),
            EventKind::Resumed => self.consult_resumed(leg, by),
            EventKind::MediaLost => {
                self.command(leg, CommandKind::Hangup(HangupCause::MediaLost));
            }
            EventKind::Ended { cause, .. } => self.consulted_gone(leg, by, *cause),
            EventKind::Rejected { command: CommandKind::Dial(_), .. } => {
                self.consulted_gone(leg, by, HangupCause::Unreachable);
            }
            _ => {}
        }
    }

    fn connect_consulted(&mut self, with: LegId) {
        if let Some(Role::Consulted { talking, .. }) = self.legs.get_mut(with) {
            *talking = true;
        }
    }

    fn consult_held(&mut self, other: LegId) {
        self.command(other, CommandKind::Unbridge);
        self.command(other, CommandKind::Music(Some(SoundId::from(HOLD_MUSIC))));
    }

    fn consult_resumed(&mut self, leg: LegId, other: LegId) {
        self.command(other, CommandKind::Music(None));
        self.command(other, CommandKind::Bridge(leg));
    }

    fn consulted_gone(&mut self, leg: LegId, by: LegId, cause: HangupCause) {
        if let Some(Role::Consulted { agent, .. }) = self.legs.remove(leg) {
            self.free(agent);
        }
        let answered = match self.legs.get(by) {
            Some(Role::Consulting { answered, .. }) => *answered,
            _ => return,
        };
        self.command(
            by,
            match answered {
                true => CommandKind::Hangup(HangupCause::Normal),
                false => CommandKind::Refuse(cause),
            },
        );
        self.end_consulting(by);
    }

    /// An agent's own call is over.
    fn end_consulting(&mut self, leg: LegId) {
        if let Some(Role::Consulting { agent, .. }) = self.legs.remove(leg) {
            self.free(Some(agent));
        }
    }

    fn free(&mut self, agent: Option<AgentId>) {
        if let Some(agent) = agent {
            self.tell_queues(queue::Input::Disengage { agent });
        }
    }
}
