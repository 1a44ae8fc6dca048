//! What agents do and what becomes of offers, told as rows of the history: read from each change of an agent's state,
//! the only place where the queue changes one.

use std::sync::Arc;

use super::history::Teller;
use super::machine::Engine;
use crate::call::{AgentId, CallId, EndedBy, QueueId};
use crate::history::{self, Fact, OfferResult};
use crate::queue::{AgentState, LiveOffer, OfferId};
use crate::time::Instant;

impl Engine {
    /// An agent's state has changed: what that means for an offer or a talk is told, then the state.
    pub(super) fn agent_changed(&mut self, agent: &AgentId, from: &AgentState, to: &AgentState) {
        if self.teller.is_none() {
            return;
        }
        match (from, to) {
            (AgentState::Reserved(live), AgentState::Ringing(_)) => self.rang(agent, live),
            (
                AgentState::Reserved(live) | AgentState::Ringing(live),
                AgentState::Talking { .. },
            ) => {
                self.answered(live);
            }
            (AgentState::Talking { call, queue, .. }, _) => self.talk_over(agent, *call, queue),
            (_, _) => {}
        }
        if let (AgentState::Talking { call, .. }, Some(teller)) = (to, &mut self.teller) {
            teller.agents.insert(*call, agent.clone());
        }
    }

    /// The agents who are there from the start are told of once, when the time of day is known.
    pub(super) fn tell_staff(&mut self) {
        self.tell_staff_but(|_| false);
    }

    /// The same but for those of whom enough is told already.
    pub(super) fn tell_staff_but(&mut self, known: impl Fn(&AgentId) -> bool) {
        let Some(Teller { staff_told: told @ false, .. }) = &mut self.teller else { return };
        *told = true;
        let staff: Vec<AgentId> = self.settings.agents.keys().cloned().collect();
        for agent in staff.into_iter().filter(|agent| !known(agent)) {
            let state = self.queues.agent_state(&agent).cloned();
            if let Some(state) = state.filter(|state| *state != AgentState::Offline) {
                self.tell_agent(&agent, &state, None, None);
            }
        }
    }

    /// An offer came to nothing.
    pub(super) fn offer_closed(&mut self, offer: OfferId, result: OfferResult) {
        let Some(teller) = &mut self.teller else { return };
        let Some((contact, queue, agent)) = teller.offers.remove(&offer) else { return };
        teller.ringing.remove(&(contact, offer));
        let offer = history::OfferId(offer.0);
        self.happened(Fact::OfferClosed { offer, contact, queue, agent, result });
    }

    fn rang(&mut self, agent: &AgentId, live: &LiveOffer) {
        let Some(teller) = &mut self.teller else { return };
        teller.ringing.insert((live.call, live.offer));
        let offer = history::OfferId(live.offer.0);
        self.happened(Fact::Rang { offer, contact: live.call, agent: agent.clone() });
    }

    /// The agent has answered.
    fn answered(&mut self, live: &LiveOffer) {
        let Some(teller) = &mut self.teller else { return };
        teller.ringing.remove(&(live.call, live.offer));
        let Some((contact, queue, agent)) = teller.offers.remove(&live.offer) else { return };
        self.is_answered(contact);
        let offer = history::OfferId(live.offer.0);
        self.happened(Fact::Answered { offer, contact, queue, agent });
    }

    fn talk_over(&mut self, agent: &AgentId, contact: CallId, queue: &QueueId) {
        let Some(teller) = &mut self.teller else { return };
        let by = teller.parting.remove(&contact).unwrap_or(EndedBy::System);
        let (queue, agent) = (Some(queue.clone()), agent.clone());
        self.happened(Fact::TalkEnded { contact, queue, agent, by });
    }

    /// What an agent does, the queue it is about, and the break that follows.
    pub(super) fn tell_agent(
        &mut self,
        agent: &AgentId,
        state: &AgentState,
        queue: Option<QueueId>,
        pending: Option<Arc<str>>,
    ) {
        let wall = |at: Instant| self.clock.at(at);
        let fact = Fact::AgentChanged {
            agent: agent.clone(),
            status: state.status(),
            reason: state.reason(),
            contact: state.contact(),
            queue,
            until: state.deadline().map(wall),
            idle_since: state.idle_since().map(wall),
            pending,
            by: self.by.clone(),
        };
        self.happened(fact);
    }
}
