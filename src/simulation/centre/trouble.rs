//! What goes wrong in a day: on the wire, with telephones, outside.

use super::agenda::Happening;
use super::chance::Chance;
use super::day::{Broken, Day, Person};
use super::fault::Fault;
use super::outside::Answer;
use super::wire::Fate;
use crate::call::{
    Command, CommandKind, Event, EventKind, HangupCause, LegId, Rejection, Report, Request,
    RequestId,
};
use crate::engine::Input;
use crate::time::Duration;

/// How long an adapter waits for the other side to confirm an answer: 64 × T1 (RFC 3261 §13.3.1.4).
const ANSWER_LIMIT: Duration = Duration::from_secs(32);

/// How long a registration that is lost has lasted, on average.
const LAPSE: Duration = Duration::from_mins(3);

impl Day {
    /// What decides what goes wrong around somebody.
    fn faults(&mut self, person: Person) -> Option<&mut Chance> {
        match person {
            Person::Caller(index) | Person::Target(index) => {
                self.callers.get_mut(&index).map(|caller| &mut caller.faults)
            }
            Person::Agent(index) => self.agent(index).map(|agent| &mut agent.faults),
        }
    }

    /// Lends out what decides what goes wrong around somebody.
    pub(super) fn draw<T>(
        &mut self,
        person: Person,
        what: impl FnOnce(&mut Self, &mut Chance) -> T,
    ) -> Option<T> {
        let mut chance = self.faults(person)?.clone();
        let drawn = what(self, &mut chance);
        *self.faults(person)? = chance;
        Some(drawn)
    }

    /// Whether something goes wrong around somebody this time.
    pub(super) fn hits(&mut self, person: Person, fault: Fault) -> bool {
        self.draw(person, |day, chance| day.wire.hits(fault, chance)).unwrap_or(false)
    }

    /// Whether whoever holds a telephone has hung up, as the engine may not know yet.
    pub(super) fn is_gone(&self, leg: LegId) -> bool {
        self.holders.get(&leg).is_some_and(|holder| holder.gone)
    }

    /// Somebody hangs up. The adapter learns of it at once, or late.
    pub(super) fn hangs_up(&mut self, leg: LegId, cause: HangupCause) {
        let Some(holder) = self.holders.get_mut(&leg).filter(|holder| !holder.gone) else { return };
        holder.gone = true;
        let person = holder.person;
        let late =
            |day: &mut Self, chance: &mut Chance| day.wire.late(Fault::LateEnd, 32_000, chance);
        match self.draw(person, late).flatten() {
            Some(late) => self.plan(late, Happening::Ends(leg, cause)),
            None => self.phones.hang_up(self.now, leg, cause),
        }
    }

    /// What becomes of a report on its way to the engine.
    pub(super) fn carried(&mut self, report: &Report) -> Fate {
        let person = match report {
            Report::Leg(event) => self.holder(event.leg),
            Report::Away | Report::Back => None,
            Report::Endpoint { user, .. } => self.users.get(user).copied().map(Person::Agent),
        };
        let whole = Fate { times: 1, at: None };
        let Some(person) = person else { return whole };
        if let Report::Leg(Event { leg, kind, .. }) = report {
            match (kind, person) {
                (EventKind::PlayEnded { .. } | EventKind::Bridged, _) => self.media(*leg, person),
                (EventKind::Answered, Person::Caller(_))
                    if self.hits(person, Fault::LostAnswer) =>
                {
                    self.plan(ANSWER_LIMIT, Happening::Ends(*leg, HangupCause::Unreachable));
                    return Fate { times: 0, at: None };
                }
                _ => {}
            }
        }
        let now = self.now;
        self.draw(person, |day, chance| day.wire.carry(now, report, chance)).unwrap_or(whole)
    }

    /// Now and then no more sound comes from a leg: its adapter tells so after its limit.
    fn media(&mut self, leg: LegId, person: Person) {
        let drawn = self.draw(person, |day, chance| {
            (day.wire.hits(Fault::LostMedia, chance), chance.seconds(1, 10))
        });
        if let Some((true, after)) = drawn {
            self.silent(leg, after);
        }
    }

    /// The adapter will tell that no more sound comes from a leg.
    fn silent(&mut self, leg: LegId, after: Duration) {
        let event = Event { at: self.now + after, leg, kind: EventKind::MediaLost };
        self.plan(after, Happening::Arrives(Box::new(Report::Leg(event))));
    }

    /// A command reaches its telephone, which obeys if it can.
    pub(super) fn obeyed(&mut self, command: Command) {
        let person = self.holder(command.leg);
        let plays = matches!(command.kind, CommandKind::Play(_));
        if let (true, Some(person)) = (plays, person)
            && self.phones.leg(command.leg).is_some()
            && self.hits(person, Fault::FailedPlay)
        {
            let Command { leg, kind: command } = command;
            let kind = EventKind::Rejected { command, reason: Rejection::Failed };
            let report = Report::Leg(Event { at: self.now, leg, kind });
            return self.plan(Duration::ZERO, Happening::Arrives(Box::new(report)));
        }
        self.phones.obey(self.now, command);
    }

    /// An agent who has come may be one whose phone stops working.
    pub(super) fn may_crash(&mut self, index: u32) {
        let mean = Duration::from_mins(40);
        let drawn = self.draw(Person::Agent(index), |day, chance| {
            (day.wire.hits(Fault::Crash, chance), chance.about(mean))
        });
        if let Some((true, after)) = drawn {
            self.plan(after, Happening::Crashes(index));
        }
    }

    /// A phone stops working: nothing is said, nothing heard; its registration runs out, unless it is back before.
    pub(super) fn crashes(&mut self, index: u32) {
        let Some(agent) = self.agent(index).filter(|agent| agent.there) else { return };
        agent.dead = true;
        let expires = agent.faults.seconds(1, 120);
        let back = agent.faults.seconds(10, 600);
        let held = self.holders.iter().find(|(_, holder)| holder.person == Person::Agent(index));
        let talks = held.filter(|(_, holder)| holder.talked).map(|(leg, _)| *leg);
        if let Some(leg) = talks {
            self.silent(leg, Duration::from_secs(10));
        }
        self.plan(expires, Happening::Expires(index));
        self.plan(back, Happening::Restarts(index));
    }

    /// The registration of an agent who has come, or come back, may be lost.
    pub(super) fn may_lapse(&mut self, index: u32) {
        let drawn = self.draw(Person::Agent(index), |day, chance| {
            (day.wire.hits(Fault::LostRegistration, chance), chance.about(LAPSE))
        });
        if let Some((true, after)) = drawn {
            self.plan(after, Happening::Lapses(index));
        }
    }

    /// The registration of a phone that works is lost, and comes back.
    pub(super) fn lapses(&mut self, index: u32) {
        let agent = self.agent(index).filter(|agent| agent.there && !agent.dead);
        if let Some(back) = agent.map(|agent| agent.faults.seconds(1, 90)) {
            self.phone_goes(index);
            self.plan(back, Happening::Restarts(index));
        }
    }

    /// The registration of a phone that does not work runs out.
    pub(super) fn expires(&mut self, index: u32) {
        if self.agent(index).is_some_and(|agent| agent.dead) {
            self.phone_goes(index);
        }
    }

    /// A phone works again, or its network does, and registers.
    pub(super) fn restarts(&mut self, index: u32) {
        let now = self.now;
        let Some(agent) = self.agent(index) else { return };
        agent.dead = false;
        if now < agent.goes {
            agent.there = true;
            let user = agent.user.clone();
            self.phones.register(&user, true);
            self.may_lapse(index);
        }
    }

    /// A call asks the outside.
    pub(super) fn request(&mut self, request: Request) {
        let Request { id, call, what } = request;
        let Some(&index) = self.calls.get(&call) else { return };
        let person = Person::Caller(index);
        let amiss = self.draw(person, |day, chance| {
            let answer = Answer::amiss(chance);
            day.wire.hits(Fault::Outside, chance).then_some(answer)
        });
        let Some(caller) = self.callers.get_mut(&index) else { return };
        let usual = self.outside.answer(&what, &mut caller.chance);
        let Answer { after, reply } = amiss.flatten().unwrap_or(usual);
        self.asked.insert(id, (call, what, reply));
        if let Some(after) = after {
            self.plan(after, Happening::Answers(id));
        }
    }

    /// A call no longer waits for an answer; it may come all the same.
    pub(super) fn abandoned(&mut self, request: RequestId) {
        let call = self.asked.get(&request).map(|(call, ..)| *call);
        let caller = call.and_then(|call| self.calls.get(&call).copied());
        if !caller.is_some_and(|caller| self.hits(Person::Caller(caller), Fault::LateReply)) {
            self.asked.remove(&request);
        }
    }

    /// The outside answers.
    pub(super) fn answers(&mut self, request: RequestId) -> Result<(), Broken> {
        let Some((call, what, reply)) = self.asked.remove(&request) else { return Ok(()) };
        let asked = Request { id: request, call, what };
        self.paper_keeps(&asked, &reply);
        self.totals.outside(&asked.what, &reply);
        self.tell(Input::Reply { request, reply })
    }
}
