//! Several agents who are rung for one contact at the same time (ring all): who may be added, whose answer counts, and
//! when the other phones fall silent.
//!
//! ```text
//!            first answer                      Joined, or the limit
//!  offered ──────────────▶ offered, joining ───────────────────────▶ connected; the others are cancelled, unblamed
//!     ▲                       │        │ another answers: cancelled at once, unblamed
//!     └── others still ring ──┴── the agent is gone: that offer failed
//! ```

use super::agent::{AgentState, LiveOffer, Seat};
use super::contact::{Waiter, WaiterState};
use super::input::OfferId;
use super::machine::Queues;
use super::output::{AgentChange, CancelReason, Output};
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::CallId;
use crate::history::Medium;

impl Queues {
    /// Whether a contact that is being offered takes further agents, as far as its time lets it.
    pub(super) fn is_open(&self, call: CallId, waiter: &Waiter) -> bool {
        let most = waiter.most + usize::from(bug::is(Bug::OfferedTwice));
        waiter.state == WaiterState::Offered
            && waiter.joining.is_none()
            && waiter.offers.len() < most
            && !self.held.contains(&call)
    }

    /// Whether one more agent may be rung for a contact now.
    pub(super) fn has_room(&self, call: CallId, waiter: &Waiter) -> bool {
        match waiter.state {
            WaiterState::Waiting => true,
            WaiterState::Offered => self.is_open(call, waiter) && waiter.until() > self.now,
            WaiterState::Held { .. } => false,
        }
    }

    /// Lets the lane of a contact know whether it takes further agents.
    pub(super) fn open_lane(&mut self, call: CallId) {
        let Some(waiter) = self.waiters.get(&call) else { return };
        let (open, place) = (self.is_open(call, waiter), waiter.place);
        let Some(lane) = self.lines[waiter.line.0].lanes.get_mut(&waiter.lane) else { return };
        if open {
            lane.open.insert(place);
        } else {
            lane.open.remove(&place);
        }
    }

    /// Whether a contact takes further agents may have changed: those who are ready are rung.
    pub(super) fn reopen(&mut self, call: CallId) {
        self.open_lane(call);
        self.find_agent(call);
    }

    /// An agent has picked up in time: connected at once, or joined while others ring, or too late for one who is.
    pub(super) fn picked_up(&mut self, seat: Seat, live: LiveOffer) {
        let Some(waiter) = self.waiters.get_mut(&live.call) else { return };
        match waiter.joining {
            Some((first, _)) if first != live.offer => {
                waiter.offers.remove(&live.offer);
                self.agents[seat.0].missed = 0;
                self.withdraw(seat, CancelReason::AnsweredElsewhere);
            }
            Some(_) => {}
            // Nobody is on the line of one who is called back: there is nothing to wait for.
            None if waiter.offers.len() > 1 && waiter.medium == Medium::Voice => {
                let until = self.now + self.settings.join_limit;
                waiter.joining = Some((live.offer, until));
                self.timers.start(until, Timer::Join(live.call));
                self.reopen(live.call);
                let agent = self.agents[seat.0].id.clone();
                self.outputs.push_back(Output::Join { offer: live.offer, call: live.call, agent });
            }
            None => self.connect(seat, live),
        }
    }

    /// Caller and agent hear each other.
    pub(super) fn joined(&mut self, offer: OfferId) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        let (AgentState::Reserved(live) | AgentState::Ringing(live)) = self.agents[seat.0].state
        else {
            return;
        };
        if self.is_joining(live) {
            self.connect(seat, live);
        }
    }

    /// Nobody said that the two hear each other, within the limit: they are taken to.
    pub(super) fn join_over(&mut self, call: CallId) {
        let joining = self.waiters.get(&call).and_then(|waiter| waiter.joining);
        if let Some((offer, _)) = joining {
            self.joined(offer);
        }
    }

    /// Whether an offer is the one whose agent has answered first.
    pub(super) fn is_joining(&self, live: LiveOffer) -> bool {
        let joining = self.waiters.get(&live.call).and_then(|waiter| waiter.joining);
        joining.is_some_and(|(offer, _)| offer == live.offer)
    }

    /// Caller and agent talk; nobody else is rung any more.
    fn connect(&mut self, seat: Seat, live: LiveOffer) {
        let LiveOffer { offer, call, .. } = live;
        self.withdraw_all(call, CancelReason::AnsweredElsewhere, Some(offer));
        let Some(waiter) = self.remove(call) else { return };
        self.forecast_over(&waiter, None);
        self.agents[seat.0].missed = 0;
        let queue = self.lines[waiter.line.0].id.clone();
        let deadline = self.now + self.settings.talk_limit + self.settings.lease;
        let talking = AgentState::Talking { call, queue: queue.clone(), deadline };
        self.change(seat, talking, AgentChange::Answered);
        let agent = self.agents[seat.0].id.clone();
        self.outputs.push_back(Output::Connected { offer, call, queue, agent });
    }

    /// Takes all offers of a contact back, but one. To be followed by what becomes of the contact.
    pub(super) fn withdraw_all(&mut self, call: CallId, why: CancelReason, but: Option<OfferId>) {
        let Some(waiter) = self.waiters.get_mut(&call) else { return };
        let mut offers = std::mem::take(&mut waiter.offers);
        waiter.offers.extend(but.and_then(|but| offers.remove_entry(&but)));
        offers.into_values().for_each(|seat| self.withdraw(seat, why));
    }
}
