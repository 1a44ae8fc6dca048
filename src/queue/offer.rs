//! A contact's way: into the line, through offers, out of it.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::{AgentState, BackOffCause, LiveOffer, Seat};
use super::contact::{Contact, Waiter, WaiterState};
use super::input::{OfferFailure, OfferId};
use super::line::{Lane, LineNumber, Place, Skills};
use super::machine::Queues;
use super::output::{AgentChange, CancelReason, Output, Refusal};
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::CallId;
use crate::time::Duration;

impl Queues {
    /// A caller wants a human.
    pub(super) fn enqueue(&mut self, contact: Contact) {
        self.leave(contact.call);
        match self.admit(contact) {
            Ok((call, position)) => {
                self.outputs.push_back(Output::Entered { call, position });
                if !self.held.contains(&call) {
                    self.find_agent(call);
                }
            }
            Err((call, why)) => self.outputs.push_back(Output::Refused { call, why }),
        }
    }

    /// Puts a caller in line, if there is room and anybody to serve them.
    fn admit(&mut self, contact: Contact) -> Result<(CallId, u32), (CallId, Refusal)> {
        let Contact { call, queue, skills, priority, enqueued_at, max_wait } = contact;
        let Some(&number) = self.line_numbers.get(&queue) else {
            return Err((call, Refusal::Unstaffed));
        };
        if self.lines[number.0].is_full() && enqueued_at >= self.now {
            return Err((call, Refusal::Full));
        }
        let skills = Skills::new(skills);
        if !self.is_lane_staffed(number, &skills) {
            return Err((call, Refusal::Unstaffed));
        }
        let place = Place::new(call, priority, enqueued_at, self.settings.age_credit);
        let held = self.held.contains(&call);
        let lane = self.lane_of(number, &skills);
        if held {
            lane.aside += 1;
        } else {
            lane.waiting.insert(place);
        }
        let line = &mut self.lines[number.0];
        line.order.insert(place);
        let position = line.position(place);
        let expires_at = self.now + max_wait;
        let state = if held {
            WaiterState::Held { since: self.now }
        } else {
            self.timers.start(expires_at, Timer::MaxWait(call));
            WaiterState::Waiting { retry_at: None }
        };
        let tried = BTreeMap::new();
        let waiter =
            Waiter { line: number, skills, place, expires_at, tried, told: position, state };
        self.waiters.insert(call, waiter);
        self.touch_contact(call, number);
        self.moved.insert(number);
        Ok((call, position))
    }

    /// Whether anybody who could serve such contacts is logged in.
    fn is_lane_staffed(&self, number: LineNumber, skills: &Skills) -> bool {
        let line = &self.lines[number.0];
        if let Some(lane) = line.lanes.get(skills) {
            return lane.unstaffed_since.is_none();
        }
        line.members
            .iter()
            .map(|seat| &self.agents[seat.0])
            .any(|agent| agent.reachable && agent.holds_all(skills))
    }

    /// The lane of contacts that ask for `skills`, made if it is the first.
    fn lane_of(&mut self, number: LineNumber, skills: &Skills) -> &mut Lane {
        let agents = &self.agents;
        let line = &mut self.lines[number.0];
        let members = &line.members;
        line.lanes.entry(skills.clone()).or_insert_with(|| {
            let mut serves = vec![false; agents.len()].into_boxed_slice();
            for seat in members {
                serves[seat.0] = agents[seat.0].holds_all(skills);
            }
            Lane { serves, waiting: BTreeSet::new(), aside: 0, unstaffed_since: None }
        })
    }

    /// The caller hung up or goes elsewhere.
    pub(super) fn leave(&mut self, call: CallId) {
        self.part(call, AgentChange::TalkEnded);
        let Some(waiter) = self.remove(call) else { return };
        if let WaiterState::Offered { seat, .. } = waiter.state {
            self.withdraw(seat, CancelReason::CallerLeft);
        }
    }

    /// Takes a contact out of its line, with its timers.
    pub(super) fn remove(&mut self, call: CallId) -> Option<Waiter> {
        let waiter = self.waiters.remove(&call)?;
        self.touch_contact(call, waiter.line);
        let line = &mut self.lines[waiter.line.0];
        line.order.remove(&waiter.place);
        self.moved.insert(waiter.line);
        if let Some(lane) = line.lanes.get_mut(&waiter.skills) {
            match waiter.state {
                WaiterState::Waiting { .. } => {
                    lane.waiting.remove(&waiter.place);
                }
                WaiterState::Offered { .. } | WaiterState::Held { .. } => lane.aside -= 1,
            }
            if lane.is_empty() {
                if let Some(since) = lane.unstaffed_since {
                    let timer = Timer::Grace(waiter.line, waiter.skills.clone());
                    self.timers.stop(since + self.settings.unstaffed_grace, timer);
                }
                line.lanes.remove(&waiter.skills);
            }
        }
        self.stop_waiting(call, &waiter);
        Some(waiter)
    }

    /// Stops the timers of a contact that waits.
    pub(super) fn stop_waiting(&mut self, call: CallId, waiter: &Waiter) {
        if let WaiterState::Waiting { retry_at } = waiter.state {
            self.timers.stop(waiter.expires_at, Timer::MaxWait(call));
            if let Some(at) = retry_at {
                self.timers.stop(at, Timer::Retry(call));
            }
        }
    }

    /// Offers a waiting contact to a ready agent.
    pub(super) fn offer(&mut self, call: CallId, seat: Seat) {
        let Some(mut waiter) = self.waiters.remove(&call) else { return };
        self.touch_contact(call, waiter.line);
        let AgentState::Ready { idle_since } = self.agents[seat.0].state else { return };
        self.stop_waiting(call, &waiter);
        self.last_offer += 1;
        let offer = OfferId(self.last_offer);
        waiter.state = WaiterState::Offered { offer, seat };
        let line = &mut self.lines[waiter.line.0];
        let ring = line.settings.ring;
        if let Some(lane) = line.lanes.get_mut(&waiter.skills) {
            if !bug::is(Bug::OfferedTwice) {
                lane.waiting.remove(&waiter.place);
            }
            lane.aside += 1;
        }
        self.waiters.insert(call, waiter);
        let deadline = self.now + ring + self.settings.lease;
        let live = LiveOffer { offer, call, idle_since, deadline };
        self.change(seat, AgentState::Reserved(live), AgentChange::Offered);
        let agent = self.agents[seat.0].id.clone();
        self.outputs.push_back(Output::Offer { offer, call, agent, ring });
    }

    /// The agent's phone rings.
    pub(super) fn ringing(&mut self, offer: OfferId) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        if let AgentState::Reserved(live) = self.agents[seat.0].state {
            self.change(seat, AgentState::Ringing(live), AgentChange::Rang);
        }
    }

    /// The agent picked up: connects, or tells them that it is too late.
    pub(super) fn answered(&mut self, offer: OfferId) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        let agent = self.agents[seat.0].id.clone();
        match self.agents[seat.0].state {
            AgentState::Reserved(live) | AgentState::Ringing(live) => {
                let call = live.call;
                let Some(waiter) = self.remove(call) else { return };
                self.agents[seat.0].missed = 0;
                let queue = self.lines[waiter.line.0].id.clone();
                let deadline = self.now + self.settings.talk_limit + self.settings.lease;
                let talking = AgentState::Talking { call, queue, deadline };
                self.change(seat, talking, AgentChange::Answered);
                self.outputs.push_back(Output::Connected { offer, call, agent });
            }
            AgentState::Releasing { .. } => {
                self.agents[seat.0].missed = 0;
                self.outputs.push_back(Output::TooLate { offer, agent });
            }
            AgentState::Offline
            | AgentState::Ready { .. }
            | AgentState::Talking { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. }
            | AgentState::BackOff { .. }
            | AgentState::Rona { .. }
            | AgentState::Break { .. } => {}
        }
    }

    /// The agent's leg ended without an answer.
    pub(super) fn failed(&mut self, offer: OfferId, cause: OfferFailure) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        let (AgentState::Reserved(live) | AgentState::Ringing(live)) = self.agents[seat.0].state
        else {
            return self.released(offer);
        };
        self.blame(seat, cause);
        // The caller first: whoever is ready and was not asked yet comes before the one who just failed.
        self.put_back(live.call, Some(seat));
        let mut to = self.unbound(seat, self.now);
        if let (AgentState::Ready { .. }, Some((cause, pause))) = (&to, self.back_off(cause)) {
            to = AgentState::BackOff { cause, deadline: self.now + pause };
        }
        self.change(seat, to, AgentChange::Failed(cause));
    }

    /// What rest follows a failed offer; none after a first miss.
    fn back_off(&self, cause: OfferFailure) -> Option<(BackOffCause, Duration)> {
        let settings = &self.settings;
        let (cause, pause) = match cause {
            OfferFailure::Rejected => (BackOffCause::Rejected, settings.reject_pause),
            OfferFailure::Busy => (BackOffCause::Busy, settings.busy_pause),
            OfferFailure::Unreachable => (BackOffCause::Unreachable, settings.unreachable_pause),
            OfferFailure::NoAnswer => return None,
        };
        (!pause.is_zero()).then_some((cause, pause))
    }

    /// Counts a miss.
    fn blame(&mut self, seat: Seat, cause: OfferFailure) {
        let missed = &mut self.agents[seat.0].missed;
        if cause == OfferFailure::NoAnswer {
            *missed = missed.saturating_add(1);
        }
    }

    /// No outcome came within ring time and lease: takes the offer back. Counts as a miss if the phone rang.
    pub(super) fn lease_expired(&mut self, seat: Seat, live: LiveOffer) {
        if matches!(self.agents[seat.0].state, AgentState::Ringing(_)) {
            self.blame(seat, OfferFailure::NoAnswer);
        }
        self.withdraw(seat, CancelReason::Deadline);
        self.put_back(live.call, Some(seat));
    }

    /// Takes an offer back. The agent stays bound until its leg is gone.
    fn withdraw(&mut self, seat: Seat, why: CancelReason) {
        let (AgentState::Reserved(live) | AgentState::Ringing(live)) = self.agents[seat.0].state
        else {
            return;
        };
        let deadline = self.now + self.settings.release_limit;
        let LiveOffer { offer, idle_since, .. } = live;
        let mut releasing = AgentState::Releasing { offer, idle_since, deadline };
        if bug::is(Bug::FreedTooEarly) {
            releasing = self.unbound(seat, idle_since);
        }
        self.change(seat, releasing, AgentChange::Cancelled(why));
        let agent = self.agents[seat.0].id.clone();
        self.outputs.push_back(Output::Cancel { offer, agent, why });
    }

    /// The leg of an offer that was taken back is gone.
    pub(super) fn released(&mut self, offer: OfferId) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        if let AgentState::Releasing { idle_since, .. } = self.agents[seat.0].state {
            self.settle(seat, idle_since, AgentChange::Released);
        }
    }

    /// Returns a contact whose offer failed to its old place and looks for somebody else than the agent who failed it.
    pub(super) fn put_back(&mut self, call: CallId, failed: Option<Seat>) {
        let Some(mut waiter) = self.waiters.remove(&call) else { return };
        self.touch_contact(call, waiter.line);
        let line = &mut self.lines[waiter.line.0];
        let Some(lane) = line.lanes.get_mut(&waiter.skills) else { return };
        if bug::is(Bug::PlaceLost) {
            line.order.remove(&waiter.place);
            waiter.place.score = self.now;
            line.order.insert(waiter.place);
        }
        lane.aside -= 1;
        lane.waiting.insert(waiter.place);
        if let Some(failed) = failed.filter(|_| !bug::is(Bug::AskedAgainAtOnce)) {
            waiter.tried.insert(failed, self.now + self.settings.retry_pause);
        }
        waiter.state = WaiterState::Waiting { retry_at: None };
        let expires_at = waiter.expires_at;
        self.waiters.insert(call, waiter);
        self.timers.start(expires_at, Timer::MaxWait(call));
        if self.held.contains(&call) {
            self.set_aside(call);
        } else {
            self.wait_on(call);
        }
    }

    /// Lets a contact that is in no offer wait on, unless its time is over or nobody is left who could serve it.
    pub(super) fn wait_on(&mut self, call: CallId) {
        let Some(waiter) = self.waiters.get(&call) else { return };
        let lane = self.lines[waiter.line.0].lanes.get(&waiter.skills);
        let grace = self.settings.unstaffed_grace;
        let deserted = lane
            .and_then(|lane| lane.unstaffed_since)
            .is_some_and(|since| since + grace <= self.now);
        if waiter.expires_at <= self.now {
            self.remove(call);
            self.outputs.push_back(Output::Expired { call });
        } else if deserted {
            self.remove(call);
            self.outputs.push_back(Output::Unstaffed { call });
        } else {
            self.find_agent(call);
        }
    }
}
