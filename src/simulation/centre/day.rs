//! One day: the engine, the telephones and the people around it, from the first call to the end of the last.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::agenda::{Agenda, Happening};
use super::agent::{Agent, staff};
use super::book::Book;
use super::caller::Caller;
use super::failure::Failure;
use super::outside::Outside;
use super::reload::reloads;
use super::settings::Settings;
use super::store::Paper;
use super::supervisor::orders;
use super::totals::Totals;
use super::transcript::Transcript;
use super::wire::Wire;
use crate::call::{AdapterId, CallId, Direction, Errand, LegId, Reply, Report, RequestId};
use crate::engine::{self, Engine, Input, Notice, Output};
use crate::history::{OfferId, Standing, Verdict};
use crate::simulation::watch::Watch;
use crate::simulation::{Heard, Phones, Rehearsal};
use crate::time::{Duration, Instant, Wall};

/// The most steps of the engine that a day may take for each caller and agent: whoever needs more goes round in
/// circles.
const MAX_STEPS_EACH: u64 = 20_000;

/// After how many steps everything is checked, and not only what the step has touched.
const FULL_CHECK: u64 = 256;

/// How long after the last call a day must have come to its end, wishes to be called back not counted.
const EVENING: Duration = Duration::from_mins(12 * 60);

/// For how long a queue with wishes may be closed meanwhile, which does not count for them: a weekend, and a holiday before
/// or after it.
const CLOSED: Duration = Duration::from_mins(4 * 24 * 60);

/// One day of a call centre.
#[derive(Debug)]
pub struct Day {
    pub(super) seed: u64,
    span: Duration,
    evening: Duration,
    pub(super) begins: Wall,
    pub(super) engine: Engine,
    pub(super) phones: Phones,
    pub(super) now: Instant,
    pub(super) agenda: Agenda,
    pub(super) book: Book,
    pub(super) outside: Outside,
    pub(super) callers: BTreeMap<u32, Caller>,
    pub(super) agents: Vec<Agent>,
    /// The agents by the user of their phone.
    pub(super) users: BTreeMap<Arc<str>, u32>,
    /// Who holds which telephone.
    pub(super) holders: BTreeMap<LegId, Holder>,
    /// The legs of agents and customers who are rung because somebody is to be called back.
    pub(super) called_back: BTreeSet<LegId>,
    /// Who makes which call.
    pub(super) calls: BTreeMap<CallId, u32>,
    /// What is asked of the outside, with the answer that is on its way.
    pub(super) asked: BTreeMap<RequestId, (CallId, Errand, Reply)>,
    pub(super) paper: Paper,
    /// What the store has said of offers that are to be kept.
    pub(super) claimed: VecDeque<(OfferId, Verdict)>,
    pub(super) wire: Wire,
    pub(super) totals: Totals,
    transcript: Transcript,
    watch: Watch,
}

/// Whoever holds a telephone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder {
    /// Who it is.
    pub(super) person: Person,
    /// Whether the two sides have heard each other.
    pub(super) talked: bool,
    /// Whether they have hung up.
    pub(super) gone: bool,
}

/// Who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    /// The caller of this number.
    Caller(u32),
    /// The agent of this number.
    Agent(u32),
    /// Whoever is rung by a transfer of this caller.
    Target(u32),
}

/// What is wrong, in words.
pub(super) type Broken = String;

impl Day {
    /// Sets a day up: the flows, queues and routes of `engine`, and people from the seed. The agents of `engine` are
    /// replaced by those of the day.
    #[must_use]
    pub fn new(seed: u64, settings: &Settings, mut engine: engine::Settings) -> Self {
        let settings = settings.bounded();
        staff(&mut engine, settings.agents);
        engine.history = true;
        let mut agenda = Agenda::default();
        let (mut agents, mut users) = (Vec::new(), BTreeMap::new());
        for index in 0..settings.agents {
            let (agent, comes) = Agent::new(seed, index, settings.span);
            agenda.plan(comes, Happening::Comes(index));
            users.insert(agent.user.clone(), index);
            agents.push(agent);
        }
        let mut callers = BTreeMap::new();
        let calls = |index: &u32| settings.only.as_ref().is_none_or(|only| only.contains(index));
        for index in (0..settings.calls).filter(calls) {
            let (caller, arrives) = Caller::new(seed, index, &settings);
            agenda.plan(arrives, Happening::Calls(index));
            callers.insert(index, caller);
        }
        for (at, reload) in reloads(seed, &settings) {
            agenda.plan(at, Happening::Reloads(reload));
        }
        for (at, order) in orders(seed, &settings) {
            agenda.plan(at, Happening::Supervises(order));
        }
        let (book, outside) = (Book::new(&engine.programs), Outside::new(&engine.programs));
        let watch = Watch::new(&engine);
        let longest = engine.callbacks.values().map(|rules| rules.expires).max();
        let evening = EVENING + longest.map_or(Duration::ZERO, |longest| longest + CLOSED);
        let mut engine = Engine::new(engine, seed);
        engine.audit();
        Self {
            seed,
            span: settings.span,
            evening,
            begins: settings.begins,
            engine,
            phones: Phones::new(Rehearsal::by_text()),
            now: Instant::ZERO,
            agenda,
            book,
            outside,
            callers,
            agents,
            users,
            holders: BTreeMap::new(),
            called_back: BTreeSet::new(),
            calls: BTreeMap::new(),
            asked: BTreeMap::new(),
            paper: Paper::default(),
            claimed: VecDeque::new(),
            wire: Wire::new(settings.faults),
            totals: Totals::default(),
            transcript: Transcript::default(),
            watch,
        }
    }

    /// Lives through the day and its evening, until nothing is left to happen.
    ///
    /// # Errors
    /// When a rule is broken, with the place and the last lines of the transcript.
    pub fn run(mut self) -> Result<Totals, Box<Failure>> {
        let lived = catch_unwind(AssertUnwindSafe(|| self.live()));
        let what = match lived {
            Ok(Ok(())) => {
                self.totals.faults = self.wire.counts;
                self.totals.lines = self.transcript.lines();
                self.totals.fingerprint = self.transcript.fingerprint();
                return Ok(self.totals);
            }
            Ok(Err(fault)) => fault,
            Err(panic) => said_by(panic.as_ref()),
        };
        let (step, tail) = (self.totals.steps, self.transcript.tail());
        Err(Box::new(Failure { seed: self.seed, step, at: self.now, what, tail }))
    }

    fn live(&mut self) -> Result<(), Broken> {
        let people = u64::try_from(self.callers.len() + self.agents.len()).unwrap_or(u64::MAX);
        let most = MAX_STEPS_EACH.saturating_mul(people.max(1));
        let end = Instant::ZERO + self.span + self.evening;
        self.tell(Input::Clock(self.begins))?;
        while let Some(due) = self.next_due() {
            self.now = self.now.max(due);
            if self.totals.steps > most || self.now > end {
                return Err("the day does not come to its end".to_owned());
            }
            if self.phones.poll_timeout().is_some_and(|at| at <= self.now) {
                self.phones.tick(self.now);
            } else if self.agenda.next().is_some_and(|at| at <= self.now) {
                if let Some(happening) = self.agenda.take() {
                    self.happen(happening)?;
                }
            } else {
                self.tell(Input::Tick)?;
            }
            self.settle()?;
        }
        self.close()
    }

    fn next_due(&self) -> Option<Instant> {
        let dues = [self.phones.poll_timeout(), self.agenda.next(), self.engine.poll_timeout()];
        dues.into_iter().flatten().min()
    }

    /// What must hold when nothing is left to happen.
    fn close(&mut self) -> Result<(), Broken> {
        self.totals.lasted = self.now.since(Instant::ZERO);
        self.engine.check_invariants();
        let Totals { offered, refused, records, .. } = self.totals;
        require(self.engine.live_calls() == 0, "a call is left over")?;
        require(self.engine.live_legs() == 0, "the engine still holds a leg")?;
        require(self.phones.legs().next().is_none(), "a telephone is still in use")?;
        require(self.engine.open_callbacks() == 0, "somebody is still to be called back")?;
        require(records == offered - refused, "there is not one record per call")?;
        let Standing { calls, waiting, offers, .. } = &self.paper.standing;
        require(calls.is_empty(), "the history leaves a call under way")?;
        require(waiting.is_empty(), "the history leaves somebody in line")?;
        require(offers.is_empty(), "the history leaves an offer open")?;
        self.watch.close().map_err(|breach| breach.to_string())
    }

    /// Tells the engine something: one step.
    pub(super) fn tell(&mut self, input: Input) -> Result<(), Broken> {
        self.totals.steps += 1;
        self.watch.told(self.now, &input).map_err(|breach| breach.to_string())?;
        self.engine.handle(self.now, input);
        self.obey()?;
        self.engine.check_step();
        if self.totals.steps.is_multiple_of(FULL_CHECK) {
            self.engine.check_invariants();
        }
        self.watch.settled(&self.engine).map_err(|breach| breach.to_string())
    }

    /// Carries reports to the engine and commands to the telephones until nobody has more to say.
    fn settle(&mut self) -> Result<(), Broken> {
        self.answer_claims()?;
        while let Some(report) = self.phones.poll_report() {
            let fate = self.carried(&report);
            self.reported(&report);
            for _ in 0..fate.times {
                match fate.at {
                    Some(at) => {
                        self.agenda.plan(at, Happening::Arrives(Box::new(report.clone())));
                    }
                    None => self.deliver(report.clone())?,
                }
            }
            self.answer_claims()?;
        }
        Ok(())
    }

    /// A report reaches the engine.
    pub(super) fn deliver(&mut self, report: Report) -> Result<(), Broken> {
        self.hear(Heard::Report(self.now, report.clone()))?;
        self.tell(Input::Report { adapter: AdapterId::default(), report })
    }

    /// Carries out what the engine asks for.
    fn obey(&mut self) -> Result<(), Broken> {
        while let Some(output) = self.engine.poll_output() {
            self.watch.done(&output).map_err(|breach| breach.to_string())?;
            match output {
                Output::Command(command) => {
                    self.hear(Heard::Command(self.now, command.clone()))?;
                    self.obeyed(command);
                }
                Output::Request(request) => self.hear(Heard::Request(self.now, request))?,
                Output::Abandon(request) => self.abandoned(request),
                Output::Happened(row) => {
                    self.totals.happened(&row.fact);
                    self.paper.keep(*row);
                }
                Output::Claim(row) => self.claims(*row)?,
                Output::Journal(journal) => self.hear(Heard::Journal(journal))?,
                Output::Record(record) => self.hear(Heard::Record(record))?,
                Output::Notice(notice) => self.hear(Heard::Notice(self.now, notice))?,
            }
        }
        Ok(())
    }

    /// Takes note of one thing, and lets people react.
    fn hear(&mut self, heard: Heard) -> Result<(), Broken> {
        self.transcript.add(&heard);
        match heard {
            Heard::Command(_, command) => self.commanded(&command),
            Heard::Request(_, request) => self.request(*request),
            Heard::Notice(_, Notice::CallFault { what, .. }) => {
                return Err(format!("a fault inside a call: {what}"));
            }
            Heard::Notice(_, Notice::CallRefused { .. }) => {
                self.totals.offered += 1;
                self.totals.refused += 1;
            }
            Heard::Notice(_, Notice::CallStarted { call, leg, .. }) => {
                self.totals.offered += 1;
                if let Some(Person::Caller(index)) = self.holder(leg) {
                    self.calls.insert(call, index);
                }
            }
            Heard::Report(..) | Heard::Notice(..) | Heard::Journal(_) | Heard::Fact(..) => {}
            Heard::Record(record) if record.direction == Direction::Out => {
                self.totals.tries += 1;
            }
            Heard::Record(record) => {
                self.totals.add(&record);
                self.calls.remove(&record.call);
            }
        }
        Ok(())
    }
}

/// What a panic says.
fn said_by(panic: &(dyn Any + Send)) -> Broken {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

/// `Err` with the fault unless something holds.
pub(super) fn require(holds: bool, fault: &str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(fault.to_owned()) }
}
