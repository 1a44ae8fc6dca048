//! A witness of the engine: it sees all that goes in and out, keeps its own books, and says when a rule is broken.
//!
//! Whoever drives the engine tells the watch what the engine is told ([`Watch::told`], just before), what it asks for
//! ([`Watch::done`], in order), and shows the engine whenever it has settled ([`Watch::settled`]). At the end of a day
//! [`Watch::close`] looks for what was never finished. A [`Breach`] says what is wrong, with whom and when.
//!
//! The watch shares nothing with the engine but the vocabulary, the flows and the settings: its books are kept from
//! commands, reports, requests, notices and records alone, so that a fault of the engine's own books shows as well.
//! What it looks at per step are the calls that the step touched; a step of a day costs as much with twenty thousand
//! calls behind it as with one.

mod account;
mod back;
mod books;
mod breach;
mod call;
mod claims;
mod consult;
mod desk;
mod outside;
mod path;
mod reach;
mod staff;
mod tally;
mod typed;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::call::{AgentId, CallId, Errand, LegId, Report, Target};
use crate::engine::{Engine, Input, Order, Output, Settings};
use crate::time::{Instant, Wall};

pub use breach::Breach;

use back::Backs;
use breach::require;
use call::{Call, Trigger};
use claims::Claims;
use desk::Desk;
use outside::Outside;
use tally::Tally;
use wire::Wire;

/// The books of one day.
#[derive(Debug)]
pub struct Watch {
    settings: Settings,
    agents: BTreeMap<Target, AgentId>,
    now: Instant,
    step: u64,
    wall: Option<(Instant, Wall)>,
    trigger: Trigger,
    /// Whether an answer that nobody waits for has been told and not been dropped.
    stray: bool,
    wires: BTreeMap<LegId, Wire>,
    /// The legs that have ended.
    ended: BTreeSet<LegId>,
    calls: BTreeMap<CallId, Call>,
    callers: BTreeMap<LegId, CallId>,
    /// Whom each dialled leg is connected with.
    peers: BTreeMap<LegId, CallId>,
    /// The agent's leg of each leg that an agent has called.
    consults: BTreeMap<LegId, LegId>,
    /// The calls that this step has to do with.
    touched: BTreeSet<CallId>,
    dues: BTreeSet<(Instant, CallId)>,
    /// The phone that was picked up in this step: somebody must be there.
    picked_up: Option<LegId>,
    /// Whose offer came to nothing in this step.
    failed: Option<AgentId>,
    desk: Desk,
    backs: Backs,
    outside: Outside,
    claims: Claims,
    tally: Tally,
}

impl Watch {
    /// Begins to watch an engine that has been made with `settings` and told nothing yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let agents = settings.agents.iter();
        Self {
            agents: agents.map(|(id, agent)| (agent.target.clone(), id.clone())).collect(),
            desk: Desk::new(settings.queues.clone()),
            backs: Backs::new(&settings.callbacks),
            settings: settings.clone(),
            now: Instant::ZERO,
            step: 0,
            wall: None,
            trigger: Trigger::Other,
            stray: false,
            wires: BTreeMap::new(),
            ended: BTreeSet::new(),
            calls: BTreeMap::new(),
            callers: BTreeMap::new(),
            peers: BTreeMap::new(),
            consults: BTreeMap::new(),
            touched: BTreeSet::new(),
            dues: BTreeSet::new(),
            picked_up: None,
            failed: None,
            outside: Outside::default(),
            claims: Claims::default(),
            tally: Tally::default(),
        }
    }

    /// The engine is about to be told something.
    ///
    /// # Errors
    /// If time runs back, or something should have happened before.
    pub fn told(&mut self, now: Instant, input: &Input) -> Result<(), Breach> {
        if now < self.now {
            return Err(self.breach("the clock", "it ran back"));
        }
        self.now = now;
        self.step += 1;
        self.trigger = Trigger::Other;
        if let Some(&(at, id)) = self.dues.first()
            && at < now
        {
            let due = self.calls.get(&id).and_then(|call| call.due);
            return Err(self.breach(self.named(id), due.map_or("it stalls", |due| due.1)));
        }
        match input {
            Input::Report { report: Report::Leg(event), .. } => self.reported(event),
            Input::Report { report: Report::Endpoint { user, reachable }, .. } => {
                if let Some(agent) = self.agents.get(&Target::User(user.clone())) {
                    self.desk.staff.reachable(agent, *reachable);
                }
            }
            // No day has an adapter that is out of touch for a while.
            Input::Report { report: Report::Away | Report::Back, .. } => {}
            Input::Reply { request, .. } => {
                let call = self.outside.settle(*request);
                self.stray = call.is_none();
                self.touched.extend(call);
                self.trigger = Trigger::Reply(call);
            }
            Input::Clock(wall) => self.wall = Some((now, *wall)),
            Input::Ordered { order: Order::Agent { agent, order }, .. } => {
                self.desk.staff.ordered(now, agent, order);
            }
            // What comes of it is seen in what is told.
            Input::Ordered { order: Order::Contact { .. } | Order::Forget { .. }, .. } => {}
            Input::Publish(settings) => {
                self.desk.change(&settings.queues);
                self.settings.programs = Arc::clone(&settings.programs);
            }
            Input::Claimed { offer, verdict } => {
                if let Some((call, agent)) = self.claims.decided(*offer, *verdict) {
                    self.desk.unclaimed(call, &agent, self.step);
                }
            }
            Input::Tick
            | Input::Drain
            | Input::HangupAll(_)
            | Input::AdapterLost(_)
            | Input::Mend(_) => {}
        }
        Ok(())
    }

    /// The engine asks for something.
    ///
    /// # Errors
    /// If it may not be asked for.
    pub fn done(&mut self, output: &Output) -> Result<(), Breach> {
        let (about, result) = match output {
            Output::Command(command) => (format!("leg {}", command.leg), self.commanded(command)),
            Output::Request(request) => {
                self.touched.insert(request.call);
                if let Errand::Callback(wish) = &request.what {
                    self.backs.wished(wish);
                }
                let known = self.calls.contains_key(&request.call);
                let known = require(known, || "it asks after its end".to_owned());
                let result =
                    known.and_then(|()| self.outside.ask(self.now, request.id, request.call));
                (format!("call {}", request.call), result)
            }
            Output::Abandon(request) => {
                let known = self.outside.settle(*request).is_some();
                let fault = || "it is given up and nobody waits for it".to_owned();
                (format!("request {}", request.0), require(known, fault))
            }
            Output::Happened(row) => {
                let about = row.fact.contact();
                let about = about.map_or("the history".to_owned(), |id| format!("call {id}"));
                self.desk.history(self.now, self.step, &row.fact);
                self.claims.closed(&row.fact);
                let told = self.backs.happened(self.now, &row.fact);
                (about, told.and_then(|()| self.tally.happened(&row.fact)))
            }
            Output::Claim(row) => {
                self.claims.claimed(&row.fact);
                self.desk.history(self.now, self.step, &row.fact);
                return Ok(());
            }
            Output::Journal(journal) => {
                let known = self.calls.contains_key(&journal.call);
                let known = require(known, || "its journal comes after its record".to_owned());
                (format!("call {}", journal.call), known)
            }
            Output::Record(record) => (format!("call {}", record.call), self.recorded(record)),
            Output::Notice(notice) => {
                let about = notice.call().map_or("the node".to_owned(), |id| format!("call {id}"));
                (about, self.noted(notice))
            }
        };
        result.map_err(|fault| self.breach(about, fault))
    }

    /// The engine has nothing more to ask for.
    ///
    /// # Errors
    /// If something is left undone that the step should have done.
    pub fn settled(&mut self, engine: &Engine) -> Result<(), Breach> {
        for id in std::mem::take(&mut self.touched) {
            self.look(id, engine).map_err(|fault| self.breach(self.named(id), fault))?;
        }
        if std::mem::take(&mut self.stray) {
            return Err(self.breach("an answer", "nobody waited for it and it was taken"));
        }
        if let Some(leg) = self.picked_up.take() {
            let settled = |wire: &Wire| wire.closed || wire.bridged.is_some();
            let there = self.wires.get(&leg).is_none_or(settled)
                || self.peers.contains_key(&leg)
                || self.backs.has_leg(leg)
                || self.desk.staff.talk_on(leg).is_some_and(|call| self.backs.holds(call))
                || self.consulted_by(leg).is_some_and(|wire| wire.accepted);
            if !there {
                return Err(
                    self.breach(format!("leg {leg}"), "it was picked up and nobody is there")
                );
            }
        }
        self.check_consultations()?;
        let freed = self.desk.staff.check_freed();
        freed.map_err(|fault| self.breach("the order of a supervisor", fault))?;
        let left = self.leave_back();
        left.map_err(|fault| self.breach("a wish to be called back", fault))?;
        let order = self.desk.check_order(self.now, self.step);
        order.map_err(|fault| self.breach("the queues", fault))?;
        let waiting = |queue: &_| engine.queues().waiting(queue);
        let sums = self.tally.check(waiting);
        sums.map_err(|fault| self.breach("the history", fault))?;
        self.desk.check(waiting).map_err(|fault| self.breach("the queues", fault))
    }

    /// The day is over: nothing may be left.
    ///
    /// # Errors
    /// If a call has no record, or a leg no end.
    pub fn close(&self) -> Result<(), Breach> {
        if let Some(id) = self.calls.keys().next() {
            return Err(self.breach(format!("call {id}"), "it has no record"));
        }
        if let Some(wish) = self.backs.close() {
            return Err(self.breach(format!("wish {wish}"), "it has no end"));
        }
        match self.wires.keys().next() {
            Some(leg) => Err(self.breach(format!("leg {leg}"), "it never ended")),
            None => Ok(()),
        }
    }

    /// A call with its leg.
    fn named(&self, id: CallId) -> String {
        match self.calls.get(&id) {
            Some(call) => format!("call {id} on leg {}", call.leg),
            None => format!("call {id}"),
        }
    }

    fn breach(&self, about: impl Into<String>, what: impl Into<String>) -> Breach {
        Breach { at: self.now, about: about.into(), what: what.into() }
    }
}
