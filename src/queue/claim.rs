//! Offers that must be kept before anybody is rung: what could not be kept, and pauses in which nothing can be.

use std::collections::BTreeSet;

use super::agent::AgentState;
use super::contact::WaiterState;
use super::input::OfferId;
use super::line::Place;
use super::machine::Queues;
use super::output::AgentChange;
use crate::history::OfferResult;

impl Queues {
    /// An offer was not kept and nobody was rung: both sides are as before it.
    pub(super) fn unclaimed(&mut self, offer: OfferId, stale: bool) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        let (AgentState::Reserved(live) | AgentState::Ringing(live)) = self.agents[seat.0].state
        else {
            return self.released(offer);
        };
        let result = if stale { OfferResult::Stale } else { OfferResult::Withdrawn };
        self.offer_ended(seat, live, result);
        self.put_back(live, stale.then_some(seat));
        self.settle(seat, live.idle_since, AgentChange::Unclaimed);
    }

    /// No new offer starts from now on, or offers start again: then whoever stands first is looked after first.
    pub(super) fn pause(&mut self, on: bool) {
        if std::mem::replace(&mut self.paused, on) == on || on {
            return;
        }
        let looks = |state| matches!(state, WaiterState::Waiting | WaiterState::Offered);
        let waiting = self.waiters.values().filter(|waiter| looks(waiter.state));
        for Place { call, .. } in waiting.map(|waiter| waiter.place).collect::<BTreeSet<_>>() {
            self.search_anew(call);
        }
    }
}
