//! What agents do and what becomes of offers, told as rows of the history: read from each change of an agent's state,
//! the only place where the queue changes one.

use std::sync::Arc;

use super::history::Teller;
use super::machine::Engine;
use crate::call::{AgentId, CallId, EndedBy, QueueId};
use crate::history::{self, AgentStatus, Fact, OfferResult};
use crate::queue::{
    AgentChange, AgentState, BackOffCause, CancelReason, LiveOffer, OfferFailure, OfferId,
};
use crate::time::Instant;

/// A state, and the break that follows it.
pub(super) type Pending = Option<(AgentState, Option<Arc<str>>)>;

impl Engine {
    /// An agent's state has changed: what that means for an offer or a talk is told, then the state.
    pub(super) fn agent_changed(
        &mut self,
        agent: &AgentId,
        from: &AgentState,
        to: &AgentState,
        reason: AgentChange,
    ) {
        if self.teller.is_none() {
            return;
        }
        match (from, to) {
            (AgentState::Reserved(live), AgentState::Ringing(_)) => self.rang(agent, live),
            (AgentState::Reserved(live) | AgentState::Ringing(live), to) => {
                let rang = matches!(from, AgentState::Ringing(_));
                self.offer_over(agent, live, to, rang, reason);
            }
            (AgentState::Talking { call, queue, .. }, _) => self.talk_over(agent, *call, queue),
            (_, _) => {}
        }
        if let (AgentState::Talking { call, .. }, Some(teller)) = (to, &mut self.teller) {
            teller.agents.insert(*call, agent.clone());
        }
        self.tell_agent(agent, Some(from), to);
    }

    /// What an agent does, and the break that is asked for.
    pub(super) fn pending_state(&self, agent: &AgentId) -> Pending {
        self.teller.as_ref()?;
        let state = self.queues.agent_state(agent)?.clone();
        Some((state, self.queues.pending_break(agent).cloned()))
    }

    /// A break that is asked for and cannot begin yet, or no longer is, is told of although the state stays.
    pub(super) fn tell_pending(&mut self, agent: &AgentId, before: Pending) {
        let (Some((state, break_before)), Some((now, pending))) =
            (before, self.pending_state(agent))
        else {
            return;
        };
        if state == now && pending != break_before {
            self.tell_agent(agent, None, &now);
        }
    }

    /// The agents who are there from the start are told of once, when the time of day is known.
    pub(super) fn tell_staff(&mut self) {
        let Some(Teller { staff_told: told @ false, .. }) = &mut self.teller else { return };
        *told = true;
        for agent in self.settings.agents.keys().cloned().collect::<Vec<_>>() {
            let state = self.queues.agent_state(&agent).cloned();
            if let Some(state) = state.filter(|state| *state != AgentState::Offline) {
                self.tell_agent(&agent, None, &state);
            }
        }
    }

    /// How an offer ends that is about to; `None` = nothing was kept of it, so that nothing has to be closed.
    pub(super) fn offer_ends_as(&mut self, offer: OfferId, result: Option<OfferResult>) {
        if let Some(teller) = &mut self.teller {
            teller.ends_as.insert(offer, result);
        }
    }

    fn rang(&mut self, agent: &AgentId, live: &LiveOffer) {
        let Some(teller) = &mut self.teller else { return };
        teller.ringing.insert((live.call, live.offer));
        let offer = history::OfferId(live.offer.0);
        self.happened(Fact::Rang { offer, contact: live.call, agent: agent.clone() });
    }

    /// An offer is no longer open.
    fn offer_over(
        &mut self,
        agent: &AgentId,
        live: &LiveOffer,
        to: &AgentState,
        rang: bool,
        reason: AgentChange,
    ) {
        let Some(teller) = &mut self.teller else { return };
        teller.ringing.remove(&(live.call, live.offer));
        let ends_as = teller.ends_as.remove(&live.offer);
        let Some((contact, queue)) = teller.offers.remove(&live.offer) else { return };
        let (offer, agent) = (history::OfferId(live.offer.0), agent.clone());
        if let AgentState::Talking { .. } = to {
            self.is_answered(contact);
            return self.happened(Fact::Answered { offer, contact, queue, agent });
        }
        if let Some(result) = ends_as.unwrap_or_else(|| Some(result_of(reason, rang))) {
            self.happened(Fact::OfferClosed { offer, contact, queue, agent, result });
        }
    }

    fn talk_over(&mut self, agent: &AgentId, contact: CallId, queue: &QueueId) {
        let Some(teller) = &mut self.teller else { return };
        let by = teller.parting.remove(&contact).unwrap_or(EndedBy::System);
        let (queue, agent) = (Some(queue.clone()), agent.clone());
        self.happened(Fact::TalkEnded { contact, queue, agent, by });
    }

    fn tell_agent(&mut self, agent: &AgentId, from: Option<&AgentState>, to: &AgentState) {
        let wall = |at: Instant| self.clock.at(at);
        let (contact, queue) = about(from, to);
        let fact = Fact::AgentChanged {
            agent: agent.clone(),
            status: status_of(to),
            reason: self.reason_of(to),
            contact,
            queue,
            until: to.deadline().map(wall),
            idle_since: idle_since(to).map(wall),
            pending: self.queues.pending_break(agent).cloned(),
            by: self.by.clone(),
        };
        self.happened(fact);
    }

    /// Why an agent is in a state, where it has a reason.
    fn reason_of(&self, state: &AgentState) -> Option<Arc<str>> {
        match state {
            AgentState::Break { reason } => Some(reason.clone()),
            AgentState::Rona { .. } => {
                Some(format!("{} missed calls", self.settings.queues.missed_limit).into())
            }
            AgentState::BackOff { cause, .. } => Some(
                match cause {
                    BackOffCause::Rejected => "rejected",
                    BackOffCause::Busy => "busy",
                    BackOffCause::Unreachable => "unreachable",
                }
                .into(),
            ),
            AgentState::Offline
            | AgentState::Ready { .. }
            | AgentState::Reserved(_)
            | AgentState::Ringing(_)
            | AgentState::Releasing { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. } => None,
        }
    }
}

/// How an offer ended, by what changed the agent's state.
const fn result_of(reason: AgentChange, rang: bool) -> OfferResult {
    match reason {
        AgentChange::Failed(OfferFailure::Rejected) => OfferResult::Rejected,
        AgentChange::Failed(OfferFailure::Busy) => OfferResult::Busy,
        AgentChange::Failed(OfferFailure::NoAnswer) => OfferResult::NoAnswer,
        AgentChange::Failed(OfferFailure::Unreachable) => OfferResult::Unreachable,
        AgentChange::Cancelled(CancelReason::CallerLeft) => OfferResult::CallerLeft,
        AgentChange::Cancelled(CancelReason::Deadline) if rang => OfferResult::NoAnswer,
        AgentChange::Cancelled(CancelReason::Deadline)
        | AgentChange::Unclaimed
        | AgentChange::Registered
        | AgentChange::Unregistered
        | AgentChange::Offered
        | AgentChange::Rang
        | AgentChange::Answered
        | AgentChange::Released
        | AgentChange::ReleaseLimit
        | AgentChange::Engaged
        | AgentChange::HandedOver
        | AgentChange::TalkEnded
        | AgentChange::Vanished
        | AgentChange::TalkLimit
        | AgentChange::WrapUpEnded
        | AgentChange::PauseEnded
        | AgentChange::BreakAsked
        | AgentChange::Resumed => OfferResult::Withdrawn,
    }
}

const fn status_of(state: &AgentState) -> AgentStatus {
    match state {
        AgentState::Offline => AgentStatus::Offline,
        AgentState::Ready { .. } => AgentStatus::Ready,
        AgentState::Reserved(_) => AgentStatus::Reserved,
        AgentState::Ringing(_) => AgentStatus::Ringing,
        AgentState::Releasing { .. } => AgentStatus::Releasing,
        AgentState::Talking { .. } => AgentStatus::Talking,
        AgentState::Engaged { .. } => AgentStatus::Engaged,
        AgentState::WrapUp { .. } => AgentStatus::Wrapup,
        AgentState::BackOff { .. } => AgentStatus::Backoff,
        AgentState::Rona { .. } => AgentStatus::Rona,
        AgentState::Break { .. } => AgentStatus::Break,
    }
}

/// Whom a change is about, and which queue: the contact that is offered or talked with, or whose work is finished.
fn about(from: Option<&AgentState>, to: &AgentState) -> (Option<CallId>, Option<QueueId>) {
    match (from, to) {
        (_, AgentState::Reserved(live) | AgentState::Ringing(live)) => (Some(live.call), None),
        (_, AgentState::Talking { call, queue, .. })
        | (
            Some(AgentState::Talking { call, queue, .. }),
            AgentState::WrapUp { .. } | AgentState::BackOff { .. },
        ) => (Some(*call), Some(queue.clone())),
        (_, _) => (None, None),
    }
}

/// Since when an agent counts as idle.
const fn idle_since(state: &AgentState) -> Option<Instant> {
    match state {
        AgentState::Ready { idle_since } | AgentState::Releasing { idle_since, .. } => {
            Some(*idle_since)
        }
        AgentState::Reserved(live) | AgentState::Ringing(live) => Some(live.idle_since),
        AgentState::Offline
        | AgentState::Talking { .. }
        | AgentState::Engaged { .. }
        | AgentState::WrapUp { .. }
        | AgentState::BackOff { .. }
        | AgentState::Rona { .. }
        | AgentState::Break { .. } => None,
    }
}
