//! How the books are kept: what each report, order, notice and record means for them.

use super::Watch;
use super::account::tells_the_truth;
use super::breach::{Fault, require};
use super::call::{Call, Gone, Sight, Trigger};
use super::desk::LATE;
use super::wire::Wire;
use crate::call::{
    AgentId, Answering, CallId, CallRecord, Command, CommandKind, Dial, Direction, EndedBy, Event,
    EventKind, LegId, Offered, QueueId, QueueStay,
};
use crate::engine::{Engine, Notice};
use crate::session::{Attention, LEAVING_LIMIT, MAX_OFFERS, REQUEST_LIMIT};

/// How an offer ends of which nothing more is heard.
const OPEN: &str = "cancelled";

/// What is wrong when a caller hangs up and the other party is left on the line.
const ALONE: &str = "the caller is gone and the other party was not hung up";

impl Watch {
    /// The engine is told what happened on a leg.
    pub(super) fn reported(&mut self, event: &Event) {
        let Event { leg, kind, .. } = event;
        self.touched.extend(self.callers.get(leg));
        self.touched.extend(self.peers.get(leg));
        let now = self.now;
        match kind {
            EventKind::Offered(_) => {
                self.wires.insert(*leg, Wire::default());
            }
            EventKind::Digit { symbol, pressed_at, .. } => {
                self.trigger = Trigger::Key(*leg, *symbol);
                if let Some(call) = self.caller(*leg) {
                    call.typed.press(*symbol, *pressed_at);
                }
            }
            EventKind::Said { .. } => self.trigger = Trigger::Words(*leg),
            EventKind::Answered => {
                if let Some(call) = self.caller(*leg) {
                    call.answered.get_or_insert(now);
                } else if self.wires.contains_key(leg) {
                    self.picked_up = Some(*leg);
                }
            }
            EventKind::Ended { by, cause, .. } => {
                let gone = Gone { at: now, by: *by, cause: *cause, steps: 0 };
                return self.leg_ended(*leg, gone);
            }
            _ => {}
        }
        if let Some(wire) = self.wires.get_mut(leg) {
            wire.reported(kind);
        }
    }

    fn leg_ended(&mut self, leg: LegId, gone: Gone) {
        if self.wires.remove(&leg).is_none() {
            return;
        }
        self.ended.insert(leg);
        self.backs.ended(leg);
        if let Some(call) = self.caller(leg) {
            call.part(gone.at);
            // Of a leg that was hung up long ago the end is no longer waited for.
            let waited = call.hung_up.is_none_or(|(at, _)| gone.at <= at + LEAVING_LIMIT);
            call.gone = waited.then_some(Gone { steps: call.steps(), ..gone });
            return;
        }
        if let Some(call) = self.peers.remove(&leg).and_then(|id| self.calls.get_mut(&id)) {
            // An agent who has handed the caller over is no longer part of the talk.
            if call.peer == Some(leg) {
                call.part(gone.at);
            }
            if let Some(wire) = self.wires.get_mut(&call.leg) {
                wire.bridged = wire.bridged.filter(|other| *other != leg);
            }
        }
        if let Some((call, agent)) = self.desk.staff.ended(gone.at, leg, gone.cause) {
            self.desk.failed(gone.at, self.step, call, (&agent, true));
            self.failed = Some(agent);
        }
    }

    fn caller(&mut self, leg: LegId) -> Option<&mut Call> {
        self.calls.get_mut(self.callers.get(&leg)?)
    }

    /// The engine orders something.
    pub(super) fn commanded(&mut self, command: &Command) -> Result<(), Fault> {
        let Command { leg, kind } = command;
        let now = self.now;
        if let CommandKind::Dial(dial) = kind {
            return self.dialled(*leg, dial);
        }
        let name = kind.name();
        require(!self.ended.contains(leg), || format!("`{name}` is ordered after its end"))?;
        self.meant_for(*leg, name)?;
        let by_key = matches!(self.trigger, Trigger::Key(of, _) if of == *leg);
        let protects = self.caller(*leg).is_some_and(|call| call.protects());
        let Some(wire) = self.wires.get_mut(leg) else {
            return Err(format!("`{name}` is ordered and there is no such leg"));
        };
        wire.commanded(kind, by_key && protects)?;
        if let CommandKind::Bridge(other) = kind {
            self.bridged_back(*leg, *other);
        }
        if let Some(id) = self.callers.get(leg).copied() {
            self.touched.insert(id);
            if let CommandKind::Bridge(other) = kind {
                self.peers.insert(*other, id);
            }
            // Of several who are rung the first who answers is bridged while the caller is in line; the talk begins when
            // the two are said to be connected.
            let joins = self.desk.holds(id);
            if let Some(call) = self.calls.get_mut(&id) {
                match kind {
                    CommandKind::Accept(Answering::Answer) => call.accepted = true,
                    CommandKind::Play(_) => call.played = true,
                    CommandKind::Bridge(other) if !joins => {
                        call.peer = Some(*other);
                        call.talks_since.get_or_insert(now);
                    }
                    CommandKind::Hangup(cause) | CommandKind::Refuse(cause) => {
                        call.part(now);
                        call.hung_up = Some((now, *cause));
                        // Whoever talks with them is let go because of them, whatever the cause.
                        self.desk.staff.caller_ended(id);
                    }
                    _ => {}
                }
            }
        } else if let CommandKind::Hangup(cause) = kind {
            self.touched.extend(self.peers.get(leg));
            if self.desk.staff.is_freed(*leg) {
                // Whoever is freed is not bound until the end of the leg is known.
                let gone = Gone { at: now, by: EndedBy::System, cause: *cause, steps: 0 };
                self.leg_ended(*leg, gone);
            } else if let Some((call, agent)) = self.desk.staff.hung_up(now, *leg, *cause) {
                let blamed = !self.is_joining(call);
                self.desk.failed(now, self.step, call, (&agent, blamed));
            }
        }
        Ok(())
    }

    /// What one caller does or is answered moves no other caller's leg.
    fn meant_for(&self, leg: LegId, name: &str) -> Result<(), Fault> {
        let Some(of) = self.callers.get(&leg) else { return Ok(()) };
        let mine = match self.trigger {
            Trigger::Key(on, _) | Trigger::Words(on) => {
                on == leg || !self.callers.contains_key(&on)
            }
            Trigger::Reply(call) => call == Some(*of),
            Trigger::Other => true,
        };
        require(mine, || format!("`{name}` follows from what happened to another call"))
    }

    fn dialled(&mut self, leg: LegId, dial: &Dial) -> Result<(), Fault> {
        require(!self.wires.contains_key(&leg) && !self.ended.contains(&leg), || {
            "it is dialled on a leg that was there before".to_owned()
        })?;
        self.wires.insert(leg, Wire::default());
        if self.dialled_back(leg, dial)? {
            return Ok(());
        }
        let beside = dial.beside.and_then(|beside| self.callers.get(&beside));
        if let Some((call, agent)) = self.desk.dialled(leg) {
            let target = self.settings.agents.get(&agent).map(|agent| &agent.target);
            require(target == Some(&dial.to), || {
                format!("not the phone of agent {agent} is rung")
            })?;
            let back = dial.beside.is_none() && self.backs.holds(call);
            let fault = || "it is dialled beside another call".to_owned();
            require(back || beside == Some(&call), fault)?;
        } else if let Some(call) = beside.and_then(|call| self.calls.get_mut(call))
            && std::mem::take(&mut call.handing)
        {
            call.handed = Some(leg);
        } else if let Some(asking) = dial.beside.filter(|beside| !self.callers.contains_key(beside))
        {
            self.consults.insert(leg, asking);
        }
        Ok(())
    }

    /// The engine notes something.
    pub(super) fn noted(&mut self, notice: &Notice) -> Result<(), Fault> {
        self.touched.extend(notice.call());
        let now = self.now;
        match notice {
            Notice::CallStarted { call, leg, flow } => {
                let Some(program) = self.settings.programs.get(flow) else {
                    return Err(format!("there is no flow `{flow}`"));
                };
                require(!self.calls.contains_key(call), || "it begins twice".to_owned())?;
                self.calls.insert(*call, Call::new(*leg, program.flow.clone(), now));
                self.callers.insert(*leg, *call);
                Ok(())
            }
            // Its queue and what it wants of it are looked up when the step has settled.
            Notice::Queued { call, queue, .. } => self.queued(*call, queue),
            Notice::Led { call, queue, .. } => self.led(*call, queue),
            Notice::AgentRung { call, agent } => {
                if self.settings.history {
                    self.claims.ring(*call, agent)?;
                }
                if let Some(known) = self.calls.get_mut(call) {
                    let at_ms = now.since(known.began).as_millis();
                    let offers = known.stay.as_mut().map(|stay| &mut stay.offers);
                    if let Some(offers) = offers.filter(|offers| offers.len() < MAX_OFFERS) {
                        offers.push(Offered { agent: agent.clone(), at_ms, result: OPEN });
                    }
                }
                self.desk.offer(now, *call, agent, self.settings.history)
            }
            Notice::OfferFailed { call, agent, result } => {
                if self.failed.take().as_ref() == Some(agent) {
                    self.desk.staff.rests(now, agent, result);
                }
                self.offer_ended(*call, agent, result);
                Ok(())
            }
            Notice::Connected { call, agent } => {
                self.offer_ended(*call, agent, "answered");
                self.end_stay(*call);
                self.connected(*call, agent)
            }
            Notice::Transferring { .. }
            | Notice::Transferred { .. }
            | Notice::TransferFailed { .. }
            | Notice::TransferRefused { .. }
            | Notice::AgentCalls { .. }
            | Notice::CodeDialled { .. } => self.handed_over(notice),
            Notice::AgentState { agent, state } => self.desk.staff.told(agent, state),
            Notice::ReplyDropped { .. } => require(std::mem::take(&mut self.stray), || {
                "an answer that was waited for is dropped".to_owned()
            }),
            Notice::CallEnded { .. }
            | Notice::CallRefused { .. }
            | Notice::OfferStale { .. }
            | Notice::OffersPaused {}
            | Notice::OffersResumed {} => Ok(()),
            Notice::CallFault { what, .. } => Err(what.to_string()),
        }
    }

    /// A caller enters a line.
    fn queued(&mut self, call: CallId, queue: &QueueId) -> Result<(), Fault> {
        self.leave_back()?;
        self.leave_line(call)?;
        if let Some(known) = self.calls.get_mut(&call) {
            known.stay = Some(QueueStay { name: queue.clone(), wait_ms: 0, offers: Vec::new() });
            known.stays_since = Some(self.now);
            known.queued = true;
        }
        self.desk.enter(self.now, self.step, call, queue)
    }

    /// A caller in line is led to another queue: the stay goes on there.
    fn led(&mut self, call: CallId, queue: &QueueId) -> Result<(), Fault> {
        if let Some(call) = self.calls.get_mut(&call) {
            if let Some(stay) = &mut call.stay {
                stay.name = queue.clone();
            }
            call.queued = true;
        }
        self.desk.led(self.step, call, queue)
    }

    fn offer_ended(&mut self, call: CallId, agent: &AgentId, result: &'static str) {
        let stay = self.calls.get_mut(&call).and_then(|call| call.stay.as_mut());
        let offers = stay.map(|stay| stay.offers.iter_mut().rev()).into_iter().flatten();
        let mut open = offers.filter(|offer| offer.agent == *agent && offer.result == OPEN);
        if let Some(offer) = open.next() {
            offer.result = result;
        }
    }

    fn end_stay(&mut self, id: CallId) {
        let now = self.now;
        if let Some(call) = self.calls.get_mut(&id)
            && let (Some(since), Some(stay)) = (call.stays_since.take(), call.stay.as_mut())
        {
            stay.wait_ms = now.since(since).as_millis();
        }
    }

    /// A caller is no longer in line: nobody may be rung for it any more.
    fn leave_line(&mut self, call: CallId) -> Result<(), Fault> {
        if !self.desk.holds(call) {
            return Ok(());
        }
        self.end_stay(call);
        let by_themselves = matches!(self.trigger, Trigger::Key(..) | Trigger::Reply(_));
        match self.desk.leave(self.now, call, by_themselves)? {
            Some(agent) => Err(format!("it left the line and agent {agent} is still rung for it")),
            None => Ok(()),
        }
    }

    /// Caller and agent talk; who was joined hears the caller already.
    fn connected(&mut self, call: CallId, agent: &AgentId) -> Result<(), Fault> {
        if let Some(call) = self.calls.get_mut(&call) {
            call.agent = Some(agent.clone());
            if let Some(joined) = self.wires.get(&call.leg).and_then(|wire| wire.bridged) {
                call.peer = Some(joined);
                call.talks_since.get_or_insert(self.now);
            }
        }
        self.desk.connect(self.now, call, agent)?;
        if self.backs.holds(call) {
            // The customer is not there yet: what comes to nothing is not wrapped up.
            self.desk.staff.nothing_to_wrap_up(agent);
        }
        Ok(())
    }

    /// Whether a caller in line is bridged with an agent who has answered first.
    fn is_joining(&self, call: CallId) -> bool {
        let leg = self.calls.get(&call).map(|call| call.leg);
        let wire = leg.and_then(|leg| self.wires.get(&leg));
        self.desk.holds(call) && wire.is_some_and(|wire| wire.bridged.is_some())
    }

    /// Whether the caller is gone and the other party of the talk was not told to go.
    fn is_alone(&self, call: &Call) -> bool {
        let others = [call.peer, call.handed];
        let mut wires = others.into_iter().flatten().filter_map(|leg| self.wires.get(&leg));
        call.gone.is_some() && wires.any(|wire| !wire.closed)
    }

    /// A call's record is written: the last thing of it.
    pub(super) fn recorded(&mut self, record: &CallRecord) -> Result<(), Fault> {
        let id = record.call;
        if record.direction == Direction::Out {
            return self.recorded_back(record);
        }
        self.leave_line(id)?;
        self.desk.staff.caller_ended(id);
        let Some(mut call) = self.calls.remove(&id) else {
            return Err("a second record is written, or one of no call".to_owned());
        };
        if let Some((at, _)) = call.due {
            self.dues.remove(&(at, id));
        }
        require(self.outside.awaited_since(id).is_none(), || {
            "its record is written and it still asks".to_owned()
        })?;
        // Our own hang-up may never be confirmed: the leg is taken for gone.
        self.wires.remove(&call.leg);
        self.ended.insert(call.leg);
        require(!self.is_alone(&call), || ALONE.to_owned())?;
        let sight = Sight { now: self.now, trigger: self.trigger, steps: &record.steps };
        call.walk(&sight)?;
        let wall = self.wall.map(|(read_at, wall)| wall.after(self.now.since(read_at)));
        tells_the_truth(&call, record, self.now, wall)
    }

    /// Looks at a call that the step had to do with.
    pub(super) fn look(&mut self, id: CallId, engine: &Engine) -> Result<(), Fault> {
        let Some(call) = self.calls.get(&id) else { return Ok(()) };
        let session = engine.session(call.leg);
        let in_line = session.is_some_and(|session| {
            let last = session.steps().last();
            session.attention() == Attention::Waiting
                && last.is_some_and(|step| step.verb == "queue" && step.outcome.is_none())
        });
        let left = if in_line { Ok(()) } else { self.leave_line(id) };
        let Some(mut call) = self.calls.remove(&id) else { return Ok(()) };
        let found = self.look_at(id, &mut call, engine);
        let old = call.due;
        call.expect(self.now, self.wires.get(&call.leg), session);
        let line = self.desk.until(id).map(|until| (until, "it waits beyond the longest wait"));
        let asked = self.outside.awaited_since(id);
        let reply = asked.map(|since| (since + REQUEST_LIMIT + LATE, "it waits for its answer"));
        call.due = [call.due, line, reply].into_iter().flatten().min();
        if let Some((at, _)) = old {
            self.dues.remove(&(at, id));
        }
        self.dues.extend(call.due.map(|(at, _)| (at, id)));
        let alone = self.is_alone(&call);
        self.calls.insert(id, call);
        found?;
        require(!alone, || ALONE.to_owned())?;
        left
    }

    fn look_at(&mut self, id: CallId, call: &mut Call, engine: &Engine) -> Result<(), Fault> {
        let Some(session) = engine.session(call.leg) else { return Ok(()) };
        let sight = Sight { now: self.now, trigger: self.trigger, steps: session.steps() };
        call.look(&sight, session)?;
        call.await_end(&sight, session);
        if let Some(wanted) = engine.wanted_of(call.leg)
            && self.desk.holds(id)
        {
            self.desk.wants(id, wanted);
        }
        let wire = self.wires.get(&call.leg).filter(|wire| !wire.closed);
        let recorded = wire.is_some_and(Wire::is_recorded);
        require(!recorded || call.is_recorded(), || "it is recorded and nobody listens".to_owned())
    }
}
