//! What people do in a day: callers with their telephones, agents with theirs, and the outside.

use super::agenda::Happening;
use super::agent::{Agent, Fate, talk};
use super::caller::{Act, Caller, Sight};
use super::chance::Chance;
use super::day::{Broken, Day, Holder, Person};
use crate::call::{
    AgentId, Command, CommandKind, Dial, Event, EventKind, HangupCause, LegId, Origin, Report,
    Symbol, Target,
};
use crate::engine::{AgentOrder, Input, Order};
use crate::session::Attention;
use crate::time::Duration;

/// How long somebody who picked up waits for the other side.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long they do where somebody is called back, and has to be rung and asked first.
const BACK_PATIENCE: Duration = Duration::from_secs(90);

impl Day {
    /// Something that was planned happens.
    pub(super) fn happen(&mut self, happening: Happening) -> Result<(), Broken> {
        match happening {
            Happening::Calls(caller) => self.calls(caller),
            Happening::Considers(caller, leg) => self.considers(caller, leg),
            Happening::Presses(leg, key) if !self.is_gone(leg) => {
                self.phones.press(self.now, leg, key);
            }
            Happening::Presses(..) => {}
            Happening::GivesUp(leg, during) => {
                if self.engine.attention(leg) == Some(during) {
                    self.hangs_up(leg, HangupCause::Normal);
                }
            }
            Happening::Comes(agent) => self.comes(agent),
            Happening::Goes(agent) => self.phone_goes(agent),
            Happening::Breaks(agent) => return self.breaks(agent),
            Happening::Returns(agent) => return self.returns(agent),
            Happening::Reloads(reload) => return self.reloads(reload),
            Happening::Supervises(order) => return self.supervises(order),
            Happening::Recalls(agent) => return self.recalls(agent),
            Happening::PicksUp(leg) => self.picks_up(leg),
            Happening::Wonders(leg) => {
                if self.holders.get(&leg).is_some_and(|holder| !holder.talked) {
                    self.hangs_up(leg, HangupCause::Normal);
                }
            }
            Happening::HangsUp(leg, cause) => self.hangs_up(leg, cause),
            Happening::Ends(leg, cause) => self.phones.hang_up(self.now, leg, cause),
            Happening::Holds(leg, held) => self.phones.hold(self.now, leg, held),
            Happening::Claimed(offer, verdict) => return self.judged(offer, verdict),
            Happening::Answers(request) => return self.answers(request),
            Happening::Crashes(agent) => self.crashes(agent),
            Happening::Lapses(agent) => self.lapses(agent),
            Happening::Expires(agent) => self.expires(agent),
            Happening::Restarts(agent) => self.restarts(agent),
            Happening::Arrives(report) => return self.deliver(*report),
        }
        Ok(())
    }

    /// Plans something so long from now.
    pub(super) fn plan(&mut self, after: Duration, happening: Happening) {
        self.agenda.plan(self.now + after, happening);
    }

    fn calls(&mut self, index: u32) {
        let Some(caller) = self.callers.get_mut(&index) else { return };
        let origin = Origin::new(&caller.called, caller.number.as_deref());
        let leg = self.phones.call(self.now, origin);
        let look = caller.begin(leg);
        self.hold(leg, Person::Caller(index));
        self.plan(look, Happening::Considers(index, leg));
    }

    /// A caller looks at its call, if that is still on, and acts.
    fn considers(&mut self, index: u32, leg: LegId) {
        let Some(phone) = self.phones.leg(leg).filter(|_| !self.is_gone(leg)) else { return };
        let Some(caller) = self.callers.get_mut(&index).filter(|caller| caller.leg == Some(leg))
        else {
            return;
        };
        let attention = self.engine.attention(leg).unwrap_or(Attention::Gone);
        let session = self.engine.session(leg);
        let question = session
            .and_then(|session| self.book.question(&session.program().flow.id, session.node()?));
        let act = caller.act(&Sight { attention, playing: phone.is_playing(), question });
        let look = match act {
            Act::Wait(look) => look,
            Act::Bear { at_most, look } => {
                self.plan(at_most, Happening::GivesUp(leg, attention));
                look
            }
            Act::Press(keys, look) => {
                for (after, key) in keys {
                    self.plan(after, Happening::Presses(leg, key));
                }
                look
            }
            Act::Say(words, look) => {
                self.phones.say(self.now, leg, &words);
                look
            }
            Act::Speak(length, look) => {
                self.phones.speak(self.now, leg, length);
                look
            }
            Act::HangUp => return self.hangs_up(leg, HangupCause::Normal),
        };
        self.plan(look, Happening::Considers(index, leg));
    }

    pub(super) fn agent(&mut self, index: u32) -> Option<&mut Agent> {
        self.agents.get_mut(usize::try_from(index).ok()?)
    }

    fn comes(&mut self, index: u32) {
        let now = self.now;
        let Some(agent) = self.agent(index) else { return };
        agent.there = true;
        let (user, works, goes) = (agent.user.clone(), agent.works_for(now), agent.goes);
        self.phones.register(&user, true);
        self.agenda.plan(goes.max(now), Happening::Goes(index));
        if let Some(works) = works {
            self.plan(works, Happening::Breaks(index));
        }
        self.may_crash(index);
        self.may_lapse(index);
    }

    /// An agent's phone is gone.
    pub(super) fn phone_goes(&mut self, index: u32) {
        let Some(agent) = self.agent(index).filter(|agent| agent.there) else { return };
        agent.there = false;
        let user = agent.user.clone();
        self.phones.register(&user, false);
    }

    /// Whoever is rung picks up, if their phone works.
    fn picks_up(&mut self, leg: LegId) {
        let dead = match self.holder(leg) {
            Some(Person::Agent(index)) => self.agent(index).is_some_and(|agent| agent.dead),
            Some(Person::Caller(_) | Person::Target(_)) | None => false,
        };
        if !dead {
            self.phones.pick_up(self.now, leg);
            let back = self.called_back.contains(&leg);
            let patience = if back { BACK_PATIENCE } else { PATIENCE };
            self.plan(patience, Happening::Wonders(leg));
            if let (true, Some(Person::Target(index))) = (back, self.holder(leg)) {
                self.confirms(index, leg);
            }
        }
    }

    /// A customer who is called back is asked whether it is them: most say so, some no longer want it, some are machines.
    fn confirms(&mut self, index: u32, leg: LegId) {
        let Some(caller) = self.callers.get_mut(&index) else { return };
        let after = caller.chance.millis(500, 9_000);
        let key = match caller.chance.between(0, 99) {
            0..=74 => '1',
            75..=84 => '2',
            _ => return,
        };
        if let Some(key) = Symbol::from_char(key) {
            self.plan(after, Happening::Presses(leg, key));
        }
    }

    fn breaks(&mut self, index: u32) -> Result<(), Broken> {
        let Some(agent) = self.agent(index).filter(|agent| agent.there) else { return Ok(()) };
        let (id, rests) = (AgentId::new(agent.user.clone()), agent.rests_for());
        self.plan(rests, Happening::Returns(index));
        let order = Order::Agent { agent: id, order: AgentOrder::Break("lunch".into()) };
        self.tell(Input::Ordered { by: None, order })
    }

    fn returns(&mut self, index: u32) -> Result<(), Broken> {
        let now = self.now;
        let Some(agent) = self.agent(index) else { return Ok(()) };
        let (id, works) = (AgentId::new(agent.user.clone()), agent.works_for(now));
        if let Some(works) = works {
            self.plan(works, Happening::Breaks(index));
        }
        let order = Order::Agent { agent: id, order: AgentOrder::Ready };
        self.tell(Input::Ordered { by: None, order })
    }

    /// The engine commanded something: whoever is rung decides what to do.
    pub(super) fn commanded(&mut self, command: &Command) {
        if let CommandKind::Dial(dial) = &command.kind {
            self.rings(command.leg, dial);
        }
    }

    fn rings(&mut self, leg: LegId, dial: &Dial) {
        let agent = match &dial.to {
            Target::User(user) => self.users.get(user).copied(),
            Target::Address(_) | Target::Number(_) => None,
        };
        let caller = dial.beside.and_then(|beside| self.holder(beside));
        let customer = match (&dial.to, caller) {
            (Target::Number(number), None | Some(Person::Agent(_))) => self.numbered(number),
            (Target::User(_) | Target::Number(_) | Target::Address(_), _) => None,
        };
        if customer.is_some() || (agent.is_some() && dial.beside.is_none()) {
            self.called_back.insert(leg);
        }
        let caller = customer.map(Person::Caller).or(caller);
        let fate = match (agent, caller) {
            (Some(index), _) => {
                self.hold(leg, Person::Agent(index));
                self.agent(index).map(|agent| agent.rung(dial.ring))
            }
            (None, Some(Person::Caller(index))) => {
                self.hold(leg, Person::Target(index));
                self.callers.get_mut(&index).map(|caller| Fate::of_target(&mut caller.chance))
            }
            (None, _) => None,
        };
        match fate {
            Some(Fate::Answers(after)) => self.plan(after, Happening::PicksUp(leg)),
            Some(Fate::Fails(after, cause)) => self.plan(after, Happening::HangsUp(leg, cause)),
            Some(Fate::RingsOut) | None => {}
        }
    }

    /// The caller of a number.
    fn numbered(&self, number: &str) -> Option<u32> {
        let mut callers = self.callers.iter();
        let found = callers.find(|(_, caller)| caller.number.as_deref() == Some(number));
        found.map(|(index, _)| *index)
    }

    fn hold(&mut self, leg: LegId, person: Person) {
        self.holders.insert(leg, Holder { person, talked: false, gone: false });
    }

    /// Who holds a telephone.
    pub(super) fn holder(&self, leg: LegId) -> Option<Person> {
        self.holders.get(&leg).map(|holder| holder.person)
    }

    /// What somebody draws from.
    fn chance(&mut self, person: Person) -> Option<&mut Chance> {
        match person {
            Person::Caller(index) | Person::Target(index) => {
                self.callers.get_mut(&index).map(|caller| &mut caller.chance)
            }
            Person::Agent(index) => self.agent(index).map(|agent| &mut agent.chance),
        }
    }

    /// A report was heard: people learn what became of their telephones.
    pub(super) fn reported(&mut self, report: &Report) {
        let Report::Leg(Event { leg, kind, .. }) = report else { return };
        match kind {
            EventKind::Bridged => self.talks(*leg),
            EventKind::Ended { .. } => self.ended(*leg),
            _ => {}
        }
    }

    /// Two sides hear each other: whoever was rung ends the talk some time.
    fn talks(&mut self, leg: LegId) {
        let Some(holder) = self.holders.get_mut(&leg) else { return };
        let person = holder.person;
        if std::mem::replace(&mut holder.talked, true) || matches!(person, Person::Caller(_)) {
            return;
        }
        let Some(chance) = self.chance(person) else { return };
        let talk = talk(chance);
        let hold = chance.percent(8).then(|| chance.seconds(1, 60));
        self.plan(talk, Happening::HangsUp(leg, HangupCause::Normal));
        if let Some(hold) = hold {
            self.plan(hold, Happening::Holds(leg, true));
            self.plan(hold.times(2), Happening::Holds(leg, false));
        }
    }

    fn ended(&mut self, leg: LegId) {
        self.called_back.remove(&leg);
        if let Some(Holder { person: Person::Caller(index), .. }) = self.holders.remove(&leg)
            && let Some(after) = self.callers.get_mut(&index).and_then(Caller::end)
        {
            self.plan(after, Happening::Calls(index));
        }
    }
}
