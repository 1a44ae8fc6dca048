//! A contact's way: into the line, through offers, out of it.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::{AgentState, BackOffCause, LiveOffer, Seat};
use super::contact::{Contact, Waiter, WaiterState};
use super::input::{OfferFailure, OfferId};
use super::line::{Lane, LineNumber, Place, Skills};
use super::machine::Queues;
use super::output::{AgentChange, CancelReason, Output};
use super::ring::LaneName;
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::CallId;
use crate::history::{Exit, Medium, OfferResult, Refusal};
use crate::time::{Duration, Instant};

impl Queues {
    /// A caller wants a human.
    pub(super) fn enqueue(&mut self, contact: Contact) {
        self.leave(contact.call, Exit::Moved);
        match self.may_enter(&contact) {
            Ok(number) => self.enter(contact, number),
            Err(why) => {
                let Contact { call, queue, .. } = contact;
                self.outputs.push_back(Output::Refused { call, queue, why });
            }
        }
    }

    /// The line that a contact may enter: there is room, and somebody to serve it.
    fn may_enter(&self, contact: &Contact) -> Result<LineNumber, Refusal> {
        let Some(&number) = self.line_numbers.get(&contact.queue) else {
            return Err(Refusal::Unstaffed);
        };
        if self.lines[number.0].is_full() && contact.enqueued_at >= self.now {
            return Err(Refusal::Full);
        }
        let listens = contact.medium == Medium::Voice;
        if listens && !self.is_staffed_for(number, &Skills::new(contact.skills.clone())) {
            return Err(Refusal::Unstaffed);
        }
        if contact.enqueued_at >= self.now && self.is_too_long(contact, number) {
            return Err(Refusal::TooLong);
        }
        Ok(number)
    }

    /// Whether a contact that comes now would wait longer than it may: nobody is ready for it, and the estimate says so.
    fn is_too_long(&self, contact: &Contact, number: LineNumber) -> bool {
        let Some(longest) = contact.longest_expected else { return false };
        let line = &self.lines[number.0];
        let name = LaneName { ring: 0, skills: Skills::new(contact.skills.clone()) };
        let served = line.ready.iter().any(|(_, seat)| self.reaches(number, &name, *seat));
        !served && self.expected_at_end(line).is_some_and(|expected| expected.wait > longest)
    }

    /// Puts a contact in line and looks for an agent.
    pub(super) fn enter(&mut self, mut contact: Contact, number: LineNumber) {
        let skills = Skills::new(contact.skills.clone());
        contact.priority = Place::class(contact.priority);
        let Contact { call, priority, enqueued_at, max_wait, closes_at, medium, .. } = contact;
        let place = Place::new(call, priority, enqueued_at, self.settings.age_credit);
        let held = self.held.contains(&call);
        self.forecast_enters(number);
        let line = &mut self.lines[number.0];
        line.order.insert(place);
        let position = line.position(place);
        let ring = line.ring_at(self.now.since(enqueued_at));
        let expires_at = self.now + max_wait;
        let state = if held {
            WaiterState::Held { since: self.now }
        } else {
            let until = closes_at.map_or(expires_at, |at| at.min(expires_at));
            self.timers.start(until, Timer::MaxWait(call));
            WaiterState::Waiting
        };
        let (line, tried, told) = (number, BTreeMap::new(), position);
        let waiter = Waiter {
            line,
            lane: LaneName { ring, skills },
            place,
            priority,
            enqueued_at,
            medium,
            expires_at,
            closes_at,
            entered_at: self.now,
            tried,
            told,
            offers: BTreeMap::new(),
            most: 1,
            joining: None,
            retry_at: None,
            state,
        };
        self.join_lane(&waiter, None);
        if let Some(at) = self.next_ring(&waiter) {
            self.timers.start(at, Timer::Ring(call));
        }
        self.waiters.insert(call, waiter);
        self.touch_contact(call, number);
        self.moved.insert(number);
        self.outputs.push_back(Output::Entered { contact: Box::new(contact), position });
        if !held {
            self.find_agent(call);
        }
    }

    /// Whether anybody who could serve such contacts, now or later, is logged in.
    fn is_staffed_for(&self, number: LineNumber, skills: &Skills) -> bool {
        let here = |seat: &&Seat| self.agents[seat.0].is_present();
        let mut members = self.lines[number.0].members.iter().filter(here);
        members.any(|seat| self.could_reach(number, skills, *seat))
    }

    /// Puts a contact into its lane, which is made if it is the first. `since` is from when a new lane without staff
    /// counts as such; `None` = from now on.
    pub(super) fn join_lane(&mut self, waiter: &Waiter, since: Option<Instant>) {
        let (number, name) = (waiter.line, &waiter.lane);
        if !self.lines[number.0].lanes.contains_key(name) {
            let lane = self.new_lane(number, name, since);
            self.lines[number.0].lanes.insert(name.clone(), lane);
        }
        let lane = self.lines[number.0].lanes.get_mut(name).expect("the lane is there");
        match waiter.state {
            WaiterState::Waiting => {
                lane.waiting.insert(waiter.place);
            }
            WaiterState::Offered | WaiterState::Held { .. } => lane.aside += 1,
        }
    }

    fn new_lane(&mut self, number: LineNumber, name: &LaneName, since: Option<Instant>) -> Lane {
        let mut serves = vec![false; self.agents.len()].into_boxed_slice();
        let mut could = serves.clone();
        let mut staffed = false;
        for &seat in &self.lines[number.0].members {
            serves[seat.0] = self.reaches(number, name, seat);
            could[seat.0] = self.could_reach(number, &name.skills, seat);
            staffed |= could[seat.0] && self.agents[seat.0].is_present();
        }
        let since = since.unwrap_or(self.now);
        let over = since + self.settings.unstaffed_grace;
        if !staffed && over > self.now {
            self.timers.start(over, Timer::Grace(number, name.clone()));
        }
        let unstaffed_since = (!staffed).then_some(since);
        let (waiting, open) = (BTreeSet::new(), BTreeSet::new());
        Lane { serves, could, waiting, open, aside: 0, unstaffed_since }
    }

    /// Takes a contact out of its lane, which is gone with the last.
    pub(super) fn leave_lane(&mut self, waiter: &Waiter) {
        let line = &mut self.lines[waiter.line.0];
        let Some(lane) = line.lanes.get_mut(&waiter.lane) else { return };
        lane.open.remove(&waiter.place);
        match waiter.state {
            WaiterState::Waiting => {
                lane.waiting.remove(&waiter.place);
            }
            WaiterState::Offered | WaiterState::Held { .. } => lane.aside -= 1,
        }
        if lane.is_empty() {
            if let Some(since) = lane.unstaffed_since {
                let timer = Timer::Grace(waiter.line, waiter.lane.clone());
                self.timers.stop(since + self.settings.unstaffed_grace, timer);
            }
            line.lanes.remove(&waiter.lane);
        }
    }

    /// The caller hung up or goes elsewhere.
    pub(super) fn leave(&mut self, call: CallId, mut how: Exit) {
        self.part(call, AgentChange::TalkEnded);
        let Some(waiter) = self.waiters.get(&call) else { return };
        let rings = |seat: &Seat| matches!(self.agents[seat.0].state, AgentState::Ringing(_));
        if how == Exit::Abandoned && waiter.offers.values().any(rings) {
            how = Exit::AbandonedRinging;
        }
        self.withdraw_all(call, CancelReason::CallerLeft, None);
        self.depart(call, how);
    }

    /// A contact leaves its line without an answer.
    pub(super) fn depart(&mut self, call: CallId, how: Exit) {
        let Some(waiter) = self.remove(call) else { return };
        self.forecast_over(&waiter, Some(how));
        let queue = self.lines[waiter.line.0].id.clone();
        self.outputs.push_back(Output::Left { call, queue, how });
    }

    /// Takes a contact out of its line, with its timers.
    pub(super) fn remove(&mut self, call: CallId) -> Option<Waiter> {
        let mut waiter = self.waiters.remove(&call)?;
        self.touch_contact(call, waiter.line);
        let line = &mut self.lines[waiter.line.0];
        line.order.remove(&waiter.place);
        self.moved.insert(waiter.line);
        self.leave_lane(&waiter);
        if let Some(at) = self.next_ring(&waiter) {
            self.timers.stop(at, Timer::Ring(call));
        }
        self.stop_waiting(call, &mut waiter);
        Some(waiter)
    }

    /// Stops the timers of a contact but that of its next ring.
    pub(super) fn stop_waiting(&mut self, call: CallId, waiter: &mut Waiter) {
        if waiter.state == WaiterState::Waiting {
            self.timers.stop(waiter.until(), Timer::MaxWait(call));
        }
        if let Some(at) = waiter.retry_at.take() {
            self.timers.stop(at, Timer::Retry(call));
        }
        if let Some((_, until)) = waiter.joining.take() {
            self.timers.stop(until, Timer::Join(call));
        }
    }

    /// Offers a contact that waits, or takes further agents, to one who is ready.
    pub(super) fn offer(&mut self, call: CallId, seat: Seat) {
        let AgentState::Ready { idle_since } = self.agents[seat.0].state else { return };
        let Some(mut waiter) = self.waiters.remove(&call) else { return };
        self.touch_contact(call, waiter.line);
        self.stop_waiting(call, &mut waiter);
        self.last_offer += 1;
        let offer = OfferId(self.last_offer);
        let number = waiter.line;
        let line = &mut self.lines[number.0];
        let (ring, queue) = (line.settings.ring, line.id.clone());
        if waiter.state == WaiterState::Waiting {
            waiter.state = WaiterState::Offered;
            // The first of some who are rung together says how many they may be.
            waiter.most = line.settings.strategy.most();
            if let Some(lane) = line.lanes.get_mut(&waiter.lane) {
                lane.waiting.remove(&waiter.place);
                lane.aside += 1;
            }
        }
        waiter.offers.insert(offer, seat);
        let together = waiter.most > 1;
        self.waiters.insert(call, waiter);
        self.open_lane(call);
        let deadline = self.now + ring + self.settings.lease;
        let live = LiveOffer { offer, call, idle_since, deadline };
        self.change(seat, AgentState::Reserved(live), AgentChange::Offered);
        self.lines[number.0].took_turn(seat);
        let agent = self.agents[seat.0].id.clone();
        let until = deadline;
        let offer = Output::Offer { offer, call, queue, agent, ring, until, together };
        self.outputs.push_back(offer);
    }

    /// The agent's phone rings.
    pub(super) fn ringing(&mut self, offer: OfferId) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        if let AgentState::Reserved(live) = self.agents[seat.0].state {
            self.change(seat, AgentState::Ringing(live), AgentChange::Rang);
        }
    }

    /// The agent picked up: connects or joins, or tells them that it is too late.
    pub(super) fn answered(&mut self, offer: OfferId) {
        let Some(&seat) = self.offers.get(&offer) else { return };
        match self.agents[seat.0].state {
            AgentState::Reserved(live) | AgentState::Ringing(live) => self.picked_up(seat, live),
            AgentState::Releasing { .. } => {
                let agent = self.agents[seat.0].id.clone();
                self.agents[seat.0].missed = 0;
                self.outputs.push_back(Output::TooLate { offer, agent });
            }
            AgentState::Offline
            | AgentState::Unreachable { .. }
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
        self.offer_ended(seat, live, cause.result());
        self.blame(seat, cause);
        // The caller first: whoever is ready and was not asked yet comes before the one who just failed.
        self.put_back(live, Some(seat));
        let mut to = self.unbound(seat, self.now);
        if let (AgentState::Ready { .. }, Some((cause, pause))) = (&to, self.back_off(cause)) {
            to = AgentState::BackOff { cause, deadline: self.now + pause };
        }
        self.change(seat, to, AgentChange::Failed(cause));
    }

    /// Tells how an offer ended that nobody answered in time.
    pub(super) fn offer_ended(&mut self, seat: Seat, live: LiveOffer, result: OfferResult) {
        let LiveOffer { offer, call, .. } = live;
        let Some(queue) = self.queue_of(call).cloned() else { return };
        let agent = self.agents[seat.0].id.clone();
        self.outputs.push_back(Output::OfferEnded { offer, call, queue, agent, result });
    }

    /// What rest follows a failed offer; none after a first miss.
    fn back_off(&self, cause: OfferFailure) -> Option<(BackOffCause, Duration)> {
        let settings = &self.settings;
        let (cause, pause) = match cause {
            OfferFailure::Rejected => (BackOffCause::Rejected, settings.reject_pause),
            OfferFailure::Busy => (BackOffCause::Busy, settings.busy_pause),
            OfferFailure::Unreachable => (BackOffCause::Unreachable, settings.unreachable_pause),
            OfferFailure::NoAnswer | OfferFailure::NotAccepted => return None,
        };
        (!pause.is_zero()).then_some((cause, pause))
    }

    /// Counts a miss.
    fn blame(&mut self, seat: Seat, cause: OfferFailure) {
        let missed = &mut self.agents[seat.0].missed;
        if matches!(cause, OfferFailure::NoAnswer | OfferFailure::NotAccepted) {
            *missed = missed.saturating_add(1);
        }
    }

    /// No outcome came within ring time and lease: takes the offer back. Counts as a miss if the phone rang. Who has
    /// answered counts as connected.
    pub(super) fn lease_expired(&mut self, seat: Seat, live: LiveOffer) {
        if self.is_joining(live) {
            return self.joined(live.offer);
        }
        if matches!(self.agents[seat.0].state, AgentState::Ringing(_)) {
            self.blame(seat, OfferFailure::NoAnswer);
        }
        self.withdraw(seat, CancelReason::Deadline);
        self.put_back(live, Some(seat));
    }

    /// Takes an offer back. The agent stays bound until its leg is gone.
    pub(super) fn withdraw(&mut self, seat: Seat, why: CancelReason) {
        let (AgentState::Reserved(live) | AgentState::Ringing(live)) = self.agents[seat.0].state
        else {
            return;
        };
        let rang = matches!(self.agents[seat.0].state, AgentState::Ringing(_));
        self.offer_ended(seat, live, why.result(rang));
        let deadline = self.now + self.settings.release_limit;
        let LiveOffer { offer, call, idle_since, .. } = live;
        let mut releasing = AgentState::Releasing { offer, call, idle_since, deadline };
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

    /// Returns a contact whose offer failed to its old place, unless others ring for it, and looks for somebody else than
    /// the agent who failed it.
    pub(super) fn put_back(&mut self, live: LiveOffer, failed: Option<Seat>) {
        let call = live.call;
        let joining = self.is_joining(live);
        let Some(mut waiter) = self.waiters.remove(&call) else { return };
        self.touch_contact(call, waiter.line);
        waiter.offers.remove(&live.offer);
        if let Some((_, until)) = waiter.joining.take_if(|_| joining) {
            self.timers.stop(until, Timer::Join(call));
        }
        if let Some(failed) = failed.filter(|_| !bug::is(Bug::AskedAgainAtOnce)) {
            waiter.tried.insert(failed, self.now + self.settings.retry_pause);
        }
        if !waiter.offers.is_empty() {
            self.waiters.insert(call, waiter);
            return self.reopen(call);
        }
        let line = &mut self.lines[waiter.line.0];
        let Some(lane) = line.lanes.get_mut(&waiter.lane) else { return };
        lane.open.remove(&waiter.place);
        if bug::is(Bug::PlaceLost) {
            line.order.remove(&waiter.place);
            waiter.place.score = self.now;
            line.order.insert(waiter.place);
        }
        lane.aside -= 1;
        lane.waiting.insert(waiter.place);
        waiter.state = WaiterState::Waiting;
        let until = waiter.until();
        self.waiters.insert(call, waiter);
        self.timers.start(until, Timer::MaxWait(call));
        if self.held.contains(&call) {
            self.set_aside(call);
        } else {
            self.wait_on(call);
        }
    }

    /// Lets a contact that is in no offer wait on, unless its time is over or nobody is left who could serve it.
    pub(super) fn wait_on(&mut self, call: CallId) {
        let Some(waiter) = self.waiters.get(&call) else { return };
        let lane = self.lines[waiter.line.0].lanes.get(&waiter.lane);
        let grace = self.settings.unstaffed_grace;
        let deserted = waiter.medium == Medium::Voice
            && lane
                .and_then(|lane| lane.unstaffed_since)
                .is_some_and(|since| since + grace <= self.now);
        if waiter.until() <= self.now {
            self.depart(call, waiter.way_out(self.now));
        } else if deserted {
            self.depart(call, Exit::Unstaffed);
        } else {
            self.find_agent(call);
        }
    }
}
