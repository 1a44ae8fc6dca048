//! Where things are sent on: a session's actions and the queue's decisions, each to its one destination.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::ear::SPARE;
use super::legs::Role;
use super::machine::{Engine, Wanted};
use super::notice::Notice;
use super::output::Output;
use super::settings::Settings;
use crate::bug::{self, Bug, Place};
use crate::calendar::Opening;
use crate::call::{
    AgentId, CallId, CallRecord, Class, Command, CommandKind, Dial, EndedBy, HangupCause, Item,
    LegId, QueueId, Target,
};
use crate::history::{Exit, Medium, Refusal};
use crate::interpreter::{Enqueue, Ring, World};
use crate::queue::{self, CancelReason, Contact, OfferId};
use crate::session::{Action, Input, PeerNews, QueueNews};
use crate::time::{Duration, Instant};

impl Engine {
    pub(super) fn command(&mut self, leg: LegId, kind: CommandKind) {
        self.outputs.push_back(Output::Command(Command { leg, kind }));
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.outputs.push_back(Output::Notice(notice));
    }

    /// Tells one call something and carries out what it asks for. A fault inside ends that call alone.
    pub(super) fn step(&mut self, id: CallId, input: Input) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let settings = Arc::clone(&call.settings);
        let now = call.pace.at(self.now);
        // It looks at everybody who stands before: only where it is told.
        let tells = call.session.tells_wait(now, &input);
        let expected = if tells { self.queues.expected_wait(id) } else { None };
        let world = World {
            wall: self.clock.at(self.now),
            stood_still: call.pace.stood_still(self.now),
            calendars: &settings.calendars,
            numbers: &settings.numbers,
            expected,
        };
        let leg = call.leg.number;
        let done = catch_unwind(AssertUnwindSafe(|| {
            bug::trip(Place::Session, leg);
            call.session.handle(now, input, &world);
        }));
        if done.is_err() {
            return self.call_fault(id);
        }
        self.carry_out(id);
    }

    /// Carries out what a call asks for, then sets its timer.
    pub(super) fn carry_out(&mut self, id: CallId) {
        self.touch(id);
        while let Some(call) = self.calls.get_mut(&id) {
            let leg = call.leg;
            let Some(action) = call.session.poll_action() else { break };
            match action {
                Action::Command(CommandKind::Bridge(to)) if call.stands(to) => {}
                Action::Command(kind) => {
                    if let CommandKind::Record(recording) = &kind {
                        self.taping(id, &recording.id);
                    }
                    self.command(leg, kind);
                }
                Action::Enqueue(wanted) => self.enqueue(id, *wanted),
                Action::Rejoin { queue } => self.rejoin(id, &queue),
                Action::LeaveQueue { how, key } => self.leave_line(id, how, key),
                Action::Told { position, expected } => self.announced(id, position, expected),
                Action::Ring(wanted) => self.ring(id, leg, *wanted),
                Action::HangupPeer(cause) => self.hangup_peer(id, cause),
                Action::Request(errand) => self.request(id, *errand),
                Action::Abandon => self.abandon(id),
                Action::Record(record) => {
                    let lasted = self.now.since(call.began);
                    self.legs.remove(leg);
                    self.notice(Notice::CallEnded {
                        call: id,
                        cause: record.cause,
                        by: record.ended_by,
                        lasted,
                    });
                    if bug::is(Bug::SecondRecord) {
                        self.outputs.push_back(Output::Record(record.clone()));
                    }
                    self.hand_out(id, record);
                    self.drop_call(id);
                }
            }
        }
        self.set_timer(id);
    }

    pub(super) fn set_timer(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let deadline = call.session.deadline().and_then(|at| call.pace.due(at));
        if deadline == call.deadline {
            return;
        }
        if let Some(old) = call.deadline.take() {
            self.timers.remove(&(old, id));
        }
        call.deadline = deadline;
        self.timers.extend(deadline.map(|at| (at, id)));
    }

    fn drop_call(&mut self, id: CallId) {
        self.touch(id);
        self.abandon(id);
        if self.calls.get(&id).is_some_and(|call| call.pace.stands()) {
            self.tell_queues(queue::Input::Unhold { call: id });
        }
        if let Some(call) = self.calls.remove(&id)
            && let Some(at) = call.deadline
        {
            self.timers.remove(&(at, id));
        }
    }

    /// A broken invariant inside one call: that call ends, with what record can still be made.
    fn call_fault(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let leg = call.leg;
        let (now, still) = (call.pace.at(self.now), call.pace.stood_still(self.now));
        let record = call.session.fault_record(now, self.clock.at(self.now), still);
        self.notice(Notice::CallFault {
            call: id,
            what: "an invariant of the call was broken".into(),
        });
        self.leave_line(id, Exit::System, None);
        self.hangup_peer(id, HangupCause::InternalError);
        self.command(leg, CommandKind::Hangup(HangupCause::InternalError));
        self.legs.remove(leg);
        self.hand_out(id, Box::new(record));
        self.drop_call(id);
    }

    /// The last of a call: its journal, where one is kept, and its record.
    fn hand_out(&mut self, id: CallId, record: Box<CallRecord>) {
        self.call_ended(id, &record);
        let journal = self.calls.get_mut(&id).and_then(|call| call.session.take_journal());
        self.outputs.extend(journal.map(|journal| Output::Journal(Box::new(journal))));
        self.outputs.push_back(Output::Record(record));
    }

    fn enqueue(&mut self, id: CallId, wanted: Enqueue) {
        let wall = self.clock.at(self.now);
        let Some(settings) = self.settings_of(id) else { return };
        let hours = settings.hours_of(&wanted.queue);
        let closed = hours.is_some_and(|calendar| calendar.at(wall) != Opening::Open);
        if let Some(call) = self.calls.get_mut(&id) {
            call.to_human = true;
        }
        if closed {
            self.refused(id, &wanted.queue, Refusal::Closed);
            return self.step(id, Input::Queue(QueueNews::Closed));
        }
        let dropped = self.place_before(id, &wanted.queue);
        let mut since = dropped.unwrap_or(self.now);
        if let Some(call) = self.calls.get_mut(&id) {
            // Whoever left for a menu by themselves and comes back to the same line has the place of before.
            let before =
                call.wanted.as_ref().filter(|old| old.left && old.request.queue == wanted.queue);
            since = before.map_or(since, |old| old.since);
            let again = dropped.is_some();
            call.wanted = Some(Wanted { request: wanted.clone(), since, again, left: false });
        }
        self.stand_in_line(id, wanted, since);
    }

    /// A caller whose talk broke off is in line again. It has its place since it first came, whether the queue has
    /// closed or is full meanwhile.
    fn rejoin(&mut self, id: CallId, queue: &QueueId) {
        let wanted = self.calls.get_mut(&id).and_then(|call| call.wanted.as_mut());
        match wanted.filter(|wanted| wanted.request.queue == *queue) {
            Some(wanted) => {
                wanted.again = true;
                let (request, since) = (wanted.request.clone(), wanted.since);
                self.stand_in_line(id, request, since);
            }
            None => self.step(id, Input::Queue(QueueNews::Unstaffed)),
        }
    }

    fn stand_in_line(&mut self, id: CallId, wanted: Enqueue, since: Instant) {
        let closes_at = self.closes_at(id, &wanted.queue);
        let contact = Contact {
            call: id,
            closes_at,
            queue: wanted.queue,
            skills: wanted.skills,
            priority: wanted.priority,
            enqueued_at: since,
            max_wait: wanted.max_wait,
            longest_expected: None,
            medium: Medium::Voice,
            again: since < self.now,
        };
        self.tell_queues(queue::Input::Enqueue(contact));
    }

    /// When a queue closes for a caller who waits in it: never where it serves whoever is in line, or is closed already,
    /// so that they have their place for another reason.
    pub(super) fn closes_at(&self, call: CallId, queue: &QueueId) -> Option<Instant> {
        let settings = self.settings_of(call)?;
        let hours = settings.hours_of(queue).filter(|_| settings.closing_tells.contains(queue))?;
        let wall = self.clock.at(self.now);
        let closes = hours.next_closed(wall).filter(|closes| wall < *closes)?;
        Some(self.clock.instant(closes))
    }

    /// Tells the queues something and carries out what they decide.
    pub(super) fn tell_queues(&mut self, input: queue::Input) {
        self.queues.handle(self.now, input);
        while let Some(output) = self.queues.poll_output() {
            self.queue_decided(output);
        }
    }

    fn queue_decided(&mut self, output: queue::Output) {
        match output {
            queue::Output::Entered { contact, position } => {
                let Contact { call, queue, again, .. } = *contact;
                let led_from = self.led_from.take_if(|(contact, _)| *contact == call);
                let again = again && led_from.is_none();
                match self.callback_entered(call, again) {
                    Some(fact) => self.callback_in_line(call, &queue, fact),
                    None => self.entered(call),
                }
                let news = match led_from {
                    Some((_, from)) => {
                        self.notice(Notice::Led { call, from, queue: queue.clone(), position });
                        QueueNews::Led { queue, position }
                    }
                    None => {
                        self.notice(Notice::Queued { call, queue, position });
                        QueueNews::Entered { position }
                    }
                };
                self.step(call, Input::Queue(news));
            }
            queue::Output::Refused { call, queue, why } => self.queue_refused(call, &queue, why),
            // Other ways out are told where they are asked for.
            queue::Output::Left { call, how: how @ Exit::Unstaffed, .. } => {
                self.left(call, how, None);
                self.step(call, Input::Queue(QueueNews::Unstaffed));
            }
            queue::Output::Left { call, how: how @ Exit::Closed, .. } => {
                self.left(call, how, None);
                self.step(call, Input::Queue(QueueNews::Closed));
            }
            queue::Output::Left { call, how: how @ Exit::Timeout, .. } => {
                self.left(call, how, None);
                self.step(call, Input::Queue(QueueNews::Expired));
            }
            queue::Output::Left { .. } => {}
            queue::Output::Offer { offer, call, agent, ring, together, .. } => {
                self.offer(offer, call, agent, ring, together)
            }
            queue::Output::Cancel { offer, why, .. } => self.cancel(offer, why),
            queue::Output::Join { offer, call, .. } => self.join(offer, call),
            queue::Output::Connected { offer, call, agent, .. } => {
                self.connected(offer, call, agent)
            }
            queue::Output::OfferEnded { offer, result, .. } => self.offer_closed(offer, result),
            queue::Output::Reprioritised { call: contact, queue, priority } => {
                self.reprioritised(contact, queue, priority);
            }
            // The leg has been told to end already; the queue hears of it when it has.
            queue::Output::TooLate { .. } => {}
            queue::Output::Moved { call, position } => {
                self.step(call, Input::Queue(QueueNews::Moved { position }))
            }
            queue::Output::AgentState { agent, from, to, queue, pending, .. } => {
                self.agent_changed(&agent, &from, &to);
                self.tell_agent(&agent, &to, queue, pending);
                if from == to {
                    return;
                }
                self.notice(Notice::AgentState { agent, state: to.to_string().into() });
            }
        }
    }

    /// An offer is taken back.
    fn cancel(&mut self, offer: OfferId, why: CancelReason) {
        if self.claims.withdraw(offer) {
            return self.tell_queues(queue::Input::Released { offer });
        }
        let Some(leg) = self.legs.of_offer(offer).filter(|_| !bug::is(Bug::CancelLost)) else {
            return;
        };
        if let Some(Role::Agent { call, .. }) = self.legs.get(leg).cloned() {
            self.unjoin(call, offer);
        }
        match why {
            // Whoever picks up just then is ready again at once.
            CancelReason::AnsweredElsewhere => self.hushes(leg),
            CancelReason::CallerLeft | CancelReason::Deadline | CancelReason::Moved => {
                if self.parts_from(leg) {
                    return;
                }
            }
        }
        self.command(leg, CommandKind::Hangup(HangupCause::Cancelled));
    }

    fn queue_refused(&mut self, call: CallId, queue: &QueueId, why: Refusal) {
        self.refused(call, queue, why);
        if self.callbacks.holds(call) {
            return self.callback_refused(call);
        }
        let news = match why {
            Refusal::Full | Refusal::TooLong => QueueNews::Full,
            Refusal::Closed => QueueNews::Closed,
            Refusal::Unstaffed => QueueNews::Unstaffed,
        };
        self.step(call, Input::Queue(news));
    }

    /// An agent is rung for a caller.
    pub(super) fn ring_agent(
        &mut self,
        offer: OfferId,
        call: CallId,
        agent: &AgentId,
        ring: Duration,
    ) {
        let callback = self.callback_display(call);
        let caller = self.calls.get(&call);
        let Some(adapter) = caller.map(|c| c.leg.adapter).or(callback.as_ref().map(|one| one.0))
        else {
            return;
        };
        let until = self.now + (ring + self.settings.queues.lease).saturating_sub(SPARE);
        let ring = self.ring_for(agent, ring);
        let Some(target) = self.settings.agents.get(agent).map(|a| a.target.clone()) else {
            return self.tell_queues(queue::Input::Failed {
                offer,
                cause: queue::OfferFailure::Unreachable,
            });
        };
        let dial = Dial {
            to: target,
            trunk: None,
            caller_id: caller.and_then(|caller| caller.session.caller_number()),
            display: self
                .wanted(call)
                .map(|wanted| display(&wanted.request, self.now.since(wanted.since)))
                .or(callback.map(|one| one.1)),
            tell: self.wanted(call).map(|wanted| wanted.request.tell.clone()).unwrap_or_default(),
            pop_url: caller
                .map_or(&self.settings, |caller| &caller.settings)
                .pop_url
                .as_ref()
                .map(|url| url.replace("{call}", &call.to_string()).into()),
            beside: caller.map(|caller| caller.leg),
            ring,
        };
        let leg = self.legs.next(self.settings.adapter_of(agent, adapter));
        self.ears.rung(leg, until);
        self.legs.insert(leg, Role::Agent { call, offer, agent: agent.clone(), talking: false });
        self.notice(Notice::AgentRung { call, agent: agent.clone() });
        self.command(leg, CommandKind::Dial(Box::new(dial)));
        self.step(call, Input::Queue(QueueNews::Offered { agent: agent.clone() }));
    }

    fn connected(&mut self, offer: OfferId, call: CallId, agent: AgentId) {
        let Some(leg) = self.legs.of_offer(offer) else { return };
        self.legs.connected(leg);
        self.notice(Notice::Connected { call, agent: agent.clone() });
        if self.callbacks.holds(call) {
            return self.callback_connected(call, agent, leg);
        }
        if let (Some(wanted), Some(caller)) = (self.wanted(call), self.calls.get(&call)) {
            let (queue, number) = (wanted.request.queue.clone(), caller.session.caller_number());
            self.callback_served(&queue, number.as_ref());
        }
        self.step(call, Input::Queue(QueueNews::Connected { agent, leg }));
    }

    /// What the agent who takes a call is told before; nothing where the flow does not say so.
    pub(super) fn whispered(&mut self, id: CallId) -> Vec<Item> {
        let Some(call) = self.calls.get_mut(&id) else { return Vec::new() };
        let settings = Arc::clone(&call.settings);
        let world = World {
            wall: self.clock.at(self.now),
            stood_still: call.pace.stood_still(self.now),
            calendars: &settings.calendars,
            numbers: &settings.numbers,
            expected: None,
        };
        call.session.whisper(call.pace.at(self.now), &world)
    }

    fn ring(&mut self, call: CallId, caller: LegId, wanted: Ring) {
        if let Some(call) = self.calls.get_mut(&call) {
            call.to_human = true;
        }
        let Some(settings) = self.settings_of(call) else { return };
        let safe = settings.safe_number.as_ref() == Some(&wanted.to);
        if !safe && !settings.transfers.contains(&wanted.to) {
            return self.step(call, Input::Peer(PeerNews::Failed(HangupCause::Rejected)));
        }
        let to = if wanted.to.starts_with("sip:") || wanted.to.starts_with("sips:") {
            Target::Address(wanted.to)
        } else {
            Target::Number(wanted.to)
        };
        let dial = Dial {
            to,
            trunk: None,
            caller_id: wanted.caller_id,
            display: None,
            tell: Vec::new(),
            pop_url: None,
            beside: Some(caller),
            ring: wanted.ring,
        };
        let leg = self.legs.next(caller.adapter);
        self.legs.insert(leg, Role::Target { call, talking: false });
        self.command(leg, CommandKind::Dial(Box::new(dial)));
    }

    pub(super) fn hangup_peer(&mut self, call: CallId, cause: HangupCause) {
        self.cancel_handover(call);
        let Some(leg) = self.legs.peer_of(call) else { return };
        self.command(leg, CommandKind::Hangup(cause));
        match self.legs.get(leg) {
            Some(Role::Agent { talking: true, .. } | Role::Colleague { .. }) => {
                self.legs.remove(leg);
                let gone = self.calls.get(&call).is_some_and(|c| self.legs.get(c.leg).is_none());
                self.parts(call, if gone { EndedBy::Caller } else { EndedBy::System });
                self.tell_queues(queue::Input::TalkEnded { call });
            }
            Some(Role::Target { .. }) => {
                self.legs.remove(leg);
            }
            // The queue learns from the leg's end that the agent is free.
            Some(
                Role::Agent { .. }
                | Role::Caller(_)
                | Role::Code { .. }
                | Role::Consulting { .. }
                | Role::Consulted { .. }
                | Role::Customer { .. },
            )
            | None => {}
        }
    }

    /// What a call lives by.
    fn settings_of(&self, call: CallId) -> Option<&Settings> {
        Some(&self.calls.get(&call)?.settings)
    }

    pub(super) fn wanted(&self, call: CallId) -> Option<&Wanted> {
        self.calls.get(&call)?.wanted.as_ref()
    }
}

/// What the agent's phone shows: queue, topic where one is told openly, and the wait.
fn display(wanted: &Enqueue, waited: Duration) -> Arc<str> {
    let topic = wanted
        .tell
        .iter()
        .find(|told| told.name.as_ref() == "topic" && told.class == Class::Public);
    let mut text = wanted.queue.to_string();
    if let Some(topic) = topic {
        text.push_str(" · ");
        text.push_str(&topic.value);
    }
    text.push_str(&format!(" · {} s", waited.as_secs()));
    text.into()
}
