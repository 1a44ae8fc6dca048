//! The world around the queue: an agenda of things to happen, phones that ring, and a driver that keeps the time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sambung::call::{AgentId, CallId, QueueId};
use sambung::history::{Exit, Medium};
use sambung::queue::{
    AgentSettings, AgentState, Contact, Input, OfferId, Output, QueueSettings, Queues, Settings,
};
use sambung::time::{Duration, Instant};

use crate::chance::Chance;
use crate::history::{History, require};
use crate::people::{Fate, Happening};

/// How long callers call.
const DAY: Duration = Duration::from_mins(150);
/// The mean time between two callers.
const BETWEEN_CALLERS: Duration = Duration::from_secs(60);
/// How long an agent who picks up hears that the caller left.
const SORRY: Duration = Duration::from_secs(2);
/// The longest talk.
const TALK_LIMIT: Duration = Duration::from_mins(30);
/// How many agents there are; the first is always there.
const AGENTS: u64 = 6;
/// The queues that an agent may serve.
const SERVED: [&[&str]; 3] = [&["service"], &["sales"], &["service", "sales"]];
/// The languages that an agent may declare.
const LANGUAGES: [&[&str]; 2] = [&["id"], &["id", "en"]];

/// An agent's phone leg.
#[derive(Debug)]
struct Leg {
    call: CallId,
    agent: AgentId,
    picks_up_at: Option<Instant>,
    /// Whether the leg is there, as the adapter could tell.
    exists: bool,
}

/// One day.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) log: String,
    pub(crate) history: History,
    queues: Queues,
    chance: Chance,
    agenda: BTreeMap<(Instant, u64), Happening>,
    planned: u64,
    calls: u64,
    legs: BTreeMap<OfferId, Leg>,
    contacts: BTreeMap<CallId, Contact>,
}

/// A plain contact.
pub(crate) fn contact(call: CallId, enqueued_at: Instant) -> Contact {
    Contact {
        call,
        queue: "service".into(),
        skills: Vec::new(),
        priority: 5,
        enqueued_at,
        max_wait: Duration::from_mins(8),
        medium: Medium::Voice,
        again: false,
        longest_expected: None,
        closes_at: None,
    }
}

fn agents() -> impl Iterator<Item = AgentId> {
    (0..AGENTS).map(|n| AgentId::new(format!("agent{n}")))
}

fn settings(chance: &mut Chance) -> Settings {
    let queue = QueueSettings { max_calls: 25, ..QueueSettings::default() };
    let mut settings = Settings { talk_limit: TALK_LIMIT, ..Settings::default() };
    for name in ["service", "sales"] {
        settings.queues.insert(name.into(), queue.clone());
    }
    for (n, id) in agents().enumerate() {
        let queues = chance.pick(&SERVED);
        let mut agent = AgentSettings {
            queues: queues.iter().map(|&name| name.into()).collect(),
            always_there: n == 0,
            ..AgentSettings::default()
        };
        if chance.percent(50) {
            let values = chance.pick(&LANGUAGES);
            agent.skills.insert("language".into(), values.iter().map(|&v| v.into()).collect());
        }
        settings.agents.insert(id, agent);
    }
    settings
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let queues = Queues::new(settings(&mut chance));
        let mut history = History::default();
        for agent in agents() {
            let state = queues.agent_state(&agent).cloned().expect("an agent of the settings");
            history = history.with(&agent, state);
        }
        let mut world = Self {
            now: Instant::ZERO,
            log: String::new(),
            history,
            queues,
            chance,
            agenda: BTreeMap::new(),
            planned: 0,
            calls: 0,
            legs: BTreeMap::new(),
            contacts: BTreeMap::new(),
        };
        world.plan(Duration::ZERO, Happening::Arrives);
        for agent in agents().skip(1) {
            let late = world.chance.about(Duration::from_mins(10));
            world.plan(late, Happening::Comes(agent));
        }
        world
    }

    fn plan(&mut self, after: Duration, happening: Happening) {
        self.planned += 1;
        self.agenda.insert((self.now + after, self.planned), happening);
    }

    /// Lives through the day and its evening, until nothing is left to happen.
    pub(crate) fn run(&mut self) -> Result<(), &'static str> {
        loop {
            let next = self.agenda.first_key_value().map(|(&(at, _), _)| at);
            let timeout = self.queues.poll_timeout();
            match (next, timeout) {
                (None, None) => break,
                (Some(at), None) => self.happen(at)?,
                (Some(at), Some(due)) if at < due => self.happen(at)?,
                (_, Some(due)) => {
                    // A busy driver comes late now and then.
                    let late = if self.chance.percent(10) {
                        self.chance.millis(0, 40)
                    } else {
                        Duration::ZERO
                    };
                    self.now = self.now.max(due + late);
                    self.tell(Input::Tick)?;
                }
            }
        }
        require(self.waiting() == 0, "somebody waits forever")?;
        let bound = |state: &AgentState| state.deadline().is_some();
        let states = agents().filter_map(|agent| self.queues.agent_state(&agent).cloned());
        require(!states.into_iter().any(|state| bound(&state)), "an agent is stuck")
    }

    fn waiting(&self) -> usize {
        ["service", "sales"].iter().map(|&name| self.queues.waiting(&QueueId::from(name))).sum()
    }

    fn happen(&mut self, at: Instant) -> Result<(), &'static str> {
        let Some((_, happening)) = self.agenda.pop_first() else { return Ok(()) };
        self.now = self.now.max(at);
        match happening {
            Happening::Arrives => self.arrives(),
            Happening::GivesUp(call) if self.history.stands_in_line(call) => {
                self.tell(Input::Leave { call, how: Exit::Abandoned })
            }
            Happening::GivesUp(_) => Ok(()),
            Happening::Comes(agent) => self.comes(agent),
            Happening::Goes(agent) => self.goes(agent),
            Happening::Breaks(agent) => {
                let back = self.chance.about(Duration::from_mins(5));
                self.plan(back, Happening::Returns(agent.clone()));
                self.tell(Input::Break { agent, reason: "lunch".into() })
            }
            Happening::Returns(agent) => self.tell(Input::Resume { agent }),
            Happening::WrapsUp(agent) => self.tell(Input::WrapUpDone { agent }),
            Happening::Parts(call) => self.parts(call),
            Happening::Echo(input) => self.tell(*input),
            Happening::Rings(offer)
            | Happening::PicksUp(offer)
            | Happening::Fails(offer, _)
            | Happening::LegEnds(offer) => self.phone(offer, &happening),
        }
    }

    fn arrives(&mut self) -> Result<(), &'static str> {
        // Waves of callers: every other half hour is twice as busy.
        let busy = self.now.as_micros() / Duration::from_mins(30).as_micros() % 2 == 1;
        let next = self.chance.about(BETWEEN_CALLERS);
        let next = if busy { next.times(1) } else { next.times(2) };
        if self.now + next < Instant::ZERO + DAY {
            self.plan(next, Happening::Arrives);
        }
        self.calls += 1;
        let call = CallId::new(self.calls, u128::from(self.chance.number()));
        let mut contact = contact(call, self.now);
        contact.queue = QueueId::from(*self.chance.pick(&["service", "service", "sales"]));
        contact.priority = *self.chance.pick(&[1, 5, 5, 5, 9]);
        contact.max_wait = self.chance.seconds(30, 600);
        if self.chance.percent(40) {
            let language = *self.chance.pick(&["id", "en"]);
            contact.skills.push(("language".into(), language.into()));
        }
        let patience = self.chance.about(Duration::from_mins(4));
        self.plan(patience, Happening::GivesUp(call));
        self.enqueue(contact)
    }

    fn enqueue(&mut self, contact: Contact) -> Result<(), &'static str> {
        self.contacts.insert(contact.call, contact.clone());
        self.tell(Input::Enqueue(contact))
    }

    fn comes(&mut self, agent: AgentId) -> Result<(), &'static str> {
        if self.now < Instant::ZERO + DAY {
            // A phone loses its registration for a moment, or its agent goes home for a while.
            let (stays, away) = if self.chance.percent(40) {
                (self.chance.about(Duration::from_mins(15)), self.chance.millis(200, 9_000))
            } else {
                (
                    self.chance.about(Duration::from_mins(50)),
                    self.chance.about(Duration::from_mins(12)),
                )
            };
            self.plan(stays, Happening::Goes(agent.clone()));
            self.plan(stays + away, Happening::Comes(agent.clone()));
        }
        if self.chance.percent(30) {
            let until = self.chance.about(Duration::from_mins(15));
            self.plan(until, Happening::Breaks(agent.clone()));
        }
        self.tell(Input::Reachable { agent, reachable: true })
    }

    fn goes(&mut self, agent: AgentId) -> Result<(), &'static str> {
        self.tell(Input::Reachable { agent, reachable: false })
    }

    /// Something happens at an agent's phone, if its leg is still there.
    fn phone(&mut self, offer: OfferId, happening: &Happening) -> Result<(), &'static str> {
        let live = self.history.is_live(offer);
        let Some(leg) = self.legs.get_mut(&offer).filter(|leg| leg.exists) else { return Ok(()) };
        let input = match happening {
            Happening::Rings(_) => Input::Ringing { offer },
            Happening::PicksUp(_) => {
                leg.picks_up_at = None;
                if !live {
                    self.plan(SORRY, Happening::LegEnds(offer));
                }
                Input::Answered { offer }
            }
            Happening::Fails(_, cause) => {
                leg.exists = false;
                Input::Failed { offer, cause: *cause }
            }
            _ => {
                leg.exists = false;
                Input::Released { offer }
            }
        };
        if self.chance.percent(3) {
            let late = self.chance.about(Duration::from_secs(20));
            self.plan(late, Happening::Echo(Box::new(input.clone())));
        }
        self.tell(input)
    }

    fn parts(&mut self, call: CallId) -> Result<(), &'static str> {
        for leg in self.legs.values_mut().filter(|leg| leg.call == call) {
            leg.exists = false;
        }
        if self.chance.percent(2) {
            // The word of it is lost: the agent is taken to talk until the limit.
            return Ok(());
        }
        self.history.parted(call);
        self.tell(Input::TalkEnded { call })?;
        // Now and then only the agent's leg was lost: the caller keeps the place.
        match self.contacts.get(&call).cloned() {
            Some(contact) if self.chance.percent(5) => self.enqueue(contact),
            _ => Ok(()),
        }
    }

    /// Tells the queue, then lives with what it decides.
    fn tell(&mut self, input: Input) -> Result<(), &'static str> {
        // Timers that are due come first: what they end was not ended by this input.
        self.history.next_step();
        self.queues.handle(self.now, Input::Tick);
        self.obey()?;
        self.history.next_step();
        let mut taken_back = None;
        match &input {
            Input::Enqueue(contact) => self.history.asks(contact.clone()),
            Input::Leave { call, .. } => taken_back = self.history.leaves(*call),
            _ => {}
        }
        if input != Input::Tick {
            writeln!(self.log, "{} > {input:?}", self.now).map_err(|_| "the log is full")?;
        }
        self.queues.handle(self.now, input);
        self.obey()?;
        require(taken_back.is_none_or(|offer| !self.history.is_live(offer)), "rings for nobody")?;
        self.queues.check_invariants();
        self.history.check(self.waiting())
    }

    fn obey(&mut self) -> Result<(), &'static str> {
        while let Some(output) = self.queues.poll_output() {
            writeln!(self.log, "{}   {output:?}", self.now).map_err(|_| "the log is full")?;
            self.history.see(self.now, &output)?;
            self.react(output)?;
        }
        Ok(())
    }

    fn react(&mut self, output: Output) -> Result<(), &'static str> {
        match output {
            Output::Offer { offer, call, agent, ring, .. } => {
                self.offered(offer, call, agent, ring)
            }
            Output::Cancel { offer, .. } => {
                let delay = self.chance.millis(20, 500);
                let picks_up = self.legs.get(&offer).and_then(|leg| leg.picks_up_at);
                // An answer on its way wins the race.
                if picks_up.is_none_or(|at| at > self.now + delay) {
                    self.plan(delay, Happening::LegEnds(offer));
                }
                Ok(())
            }
            Output::Connected { call, agent, .. } => {
                // Whoever carries the talk ends it at its limit.
                let talk = self.chance.about(Duration::from_mins(3)).min(TALK_LIMIT);
                self.plan(talk, Happening::Parts(call));
                if self.chance.percent(40) {
                    let wrap_up = self.chance.seconds(1, 29);
                    self.plan(talk + wrap_up, Happening::WrapsUp(agent));
                }
                Ok(())
            }
            Output::Left { call, how: Exit::Timeout, .. } if self.chance.percent(30) => {
                // Overflow: the same caller, place kept, in the other queue.
                let Some(mut contact) = self.contacts.get(&call).cloned() else { return Ok(()) };
                let other = if contact.queue.as_str() == "sales" { "service" } else { "sales" };
                contact.queue = other.into();
                contact.skills.clear();
                let patience = self.chance.about(Duration::from_mins(4));
                self.plan(patience, Happening::GivesUp(call));
                self.plan(Duration::ZERO, Happening::Echo(Box::new(Input::Enqueue(contact))));
                Ok(())
            }
            Output::Entered { .. }
            | Output::Refused { .. }
            | Output::TooLate { .. }
            | Output::Left { .. }
            | Output::OfferEnded { .. }
            | Output::Reprioritised { .. }
            | Output::Join { .. }
            | Output::Moved { .. }
            | Output::AgentState { .. } => Ok(()),
        }
    }

    fn offered(
        &mut self,
        offer: OfferId,
        call: CallId,
        agent: AgentId,
        ring: Duration,
    ) -> Result<(), &'static str> {
        let busy = self.legs.values().any(|leg| leg.exists && leg.agent == agent);
        require(!busy, "a phone in use is rung")?;
        let fate = Fate::draw(&mut self.chance);
        let mut leg = Leg { call, agent, picks_up_at: None, exists: true };
        match fate {
            Fate::PickedUp { rings, answers } => {
                self.plan(rings, Happening::Rings(offer));
                self.plan(rings + answers, Happening::PicksUp(offer));
                leg.picks_up_at = Some(self.now + rings + answers);
            }
            Fate::RungOut { rings, late } => {
                self.plan(rings, Happening::Rings(offer));
                let cause = sambung::queue::OfferFailure::NoAnswer;
                self.plan(ring + late, Happening::Fails(offer, cause));
            }
            Fate::Failed { after, cause } => self.plan(after, Happening::Fails(offer, cause)),
            Fate::Vanished => leg.exists = false,
        }
        self.legs.insert(offer, leg);
        Ok(())
    }
}
