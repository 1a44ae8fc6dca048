//! The one task that owns the engine.
//!
//! Comes in: reports of the adapters, replies of the outside, requests through the door, deadlines of the engine, and the
//! wall clock now and then. Goes out: commands to the adapters, requests of calls, finished call records and journals, lines of the
//! log. Every input is followed by
//! all that the engine has to say to it, before the next input is looked at. No decision about a call is taken here.

use std::future::{pending, poll_fn};
use std::task::{Context, Poll};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use super::clock::Clock;
use super::handle::{DOOR_CAPACITY, Handle, Request, Status};
use super::history::{History, Keeper};
use super::outside::{Outside, Requests};
use super::port::{Adapter, AdapterError, Port, Wire};
use super::relay::Hub;
use super::tally::Tally;
use super::trace::Trace;
use crate::call::{
    self, AdapterId, CallJournal, CallRecord, Command, HangupCause, Reply, Report, RequestId,
};
use crate::engine::{Engine, Input, Output};
use crate::history::{OfferId, Verdict};
use crate::time::Duration;

mod lookout;
mod visit;

use lookout::{LOOK_EVERY, Lookout};
pub use visit::Visit;

/// How often the engine is told the wall clock anew, so that it follows when somebody sets it.
const WALL_EVERY: Duration = Duration::from_secs(10);
/// How long adapters may take to hang up and end once they are told to stop; then they are cut off.
const STOP_LIMIT: Duration = Duration::from_millis(1_700);

/// What a call leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub enum Left {
    /// Its journal, where journals are kept.
    Journal(Box<CallJournal>),
    /// Its record: exactly one.
    Record(Box<CallRecord>),
}

/// Where goes what calls leave behind. It must not wait.
pub type RecordSink = Box<dyn FnMut(Left) + Send>;

/// Why the driver ended before it was told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// Every adapter is gone: no call can come or go.
    #[error("keep the last adapter, `{last}`, going")]
    NoAdapter {
        /// The last one that was lost.
        last: Box<str>,
    },
}

/// The engine with everything around it, ready to [`run`](Self::run).
pub struct Driver {
    engine: Engine,
    clock: Clock,
    lines: Vec<Line>,
    adapters: JoinSet<()>,
    door: mpsc::Receiver<Request>,
    drain: watch::Sender<bool>,
    status: watch::Sender<Status>,
    records: RecordSink,
    requests: Requests,
    history: History,
    trace: Trace,
    tally: Tally,
    lookout: Lookout,
    /// Whether adapters were told to end.
    stopping: bool,
    /// The line that is asked for a report first, so that a busy adapter does not starve the others.
    turn: usize,
}

/// The driver's side of one adapter.
struct Line {
    id: AdapterId,
    name: Box<str>,
    /// What it tells; `None` once it is lost or has ended.
    reports: Option<mpsc::Receiver<Report>>,
    /// What it is ordered; `None` as well when it was told to end.
    commands: Option<mpsc::Sender<Command>>,
    task: tokio::task::AbortHandle,
}

/// What woke the driver.
enum Wake {
    Report(usize, Report),
    Closed(usize),
    Reply(RequestId, Reply),
    Claimed(OfferId, Verdict),
    Request(Request),
    Deadline,
    Wall,
    Look,
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("stopping", &self.stopping).finish_non_exhaustive()
    }
}

impl Driver {
    /// Starts the adapters on the current tokio runtime, in the order of their ids, and lays the wires.
    ///
    /// `clock` must be the one that the adapters were made with, if they took one. `keeper` is told the history, where the
    /// engine tells one.
    #[must_use]
    pub fn start(
        engine: Engine,
        clock: Clock,
        adapters: Vec<Box<dyn Adapter>>,
        records: RecordSink,
        outside: Box<dyn Outside>,
        keeper: Option<Box<dyn Keeper>>,
    ) -> (Handle, Self) {
        let (drain, _) = watch::channel(false);
        let (status, status_out) = watch::channel(Status::default());
        let (door_in, door) = mpsc::channel(DOOR_CAPACITY);
        let mut running = JoinSet::new();
        let hub = Hub::default();
        let lines = (0..)
            .map(AdapterId)
            .zip(adapters)
            .map(|(id, adapter)| {
                let name: Box<str> = adapter.name().into();
                let max_calls = adapter.capabilities().max_calls;
                let (mut port, wire) = Port::new(id, max_calls, drain.subscribe(), clock);
                port.join(&hub);
                let task = running.spawn(run_adapter(name.clone(), adapter, port));
                let Wire { id, reports, commands } = wire;
                Line { id, name, reports: Some(reports), commands: Some(commands), task }
            })
            .collect();
        let driver = Self {
            engine,
            clock,
            lines,
            adapters: running,
            door,
            drain,
            status,
            records,
            requests: Requests::new(outside),
            history: History::new(keeper),
            trace: Trace::default(),
            tally: Tally::default(),
            lookout: Lookout::default(),
            stopping: false,
            turn: 0,
        };
        (Handle::new(door_in, status_out), driver)
    }

    /// Runs until the door says stop and every adapter has ended.
    ///
    /// # Errors
    /// When every adapter is lost without having been told to stop.
    pub async fn run(mut self) -> Result<(), DriverError> {
        let mut wall = interval(WALL_EVERY.to_std());
        wall.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut look = interval(LOOK_EVERY.to_std());
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop_at = None;
        self.handle(Input::Clock(self.clock.wall()));
        while self.lines.iter().any(|line| line.reports.is_some()) {
            let timeout = self.engine.poll_timeout().map(|at| self.clock.moment(at).into());
            let wake = tokio::select! {
                wake = next_report(&mut self.lines, &mut self.turn) => wake,
                Some((request, reply)) = self.requests.next() => Wake::Reply(request, reply),
                Some((offer, verdict)) = self.history.next() => Wake::Claimed(offer, verdict),
                Some(request) = self.door.recv() => Wake::Request(request),
                () = until(timeout) => Wake::Deadline,
                _ = wall.tick() => Wake::Wall,
                _ = look.tick() => Wake::Look,
                () = until(stop_at) => break,
            };
            self.take(wake);
            if self.stopping && stop_at.is_none() {
                stop_at = Some(self.clock.moment(self.clock.now() + STOP_LIMIT).into());
            }
        }
        self.end().await
    }

    fn take(&mut self, wake: Wake) {
        match wake {
            Wake::Report(place, report) => {
                let adapter = self.lines[place].id;
                self.trace.report(&self.lines[place].name, &report);
                self.handle(Input::Report { adapter, report });
            }
            Wake::Closed(place) => self.lose(place),
            Wake::Reply(request, reply) => self.handle(Input::Reply { request, reply }),
            Wake::Claimed(offer, verdict) => self.handle(Input::Claimed { offer, verdict }),
            Wake::Deadline => self.handle(Input::Tick),
            Wake::Wall => self.handle(Input::Clock(self.clock.wall())),
            Wake::Look => self.look(),
            Wake::Request(request) => self.obey(request),
        }
    }

    fn obey(&mut self, request: Request) {
        match request {
            Request::Drain => {
                self.drain.send_replace(true);
                self.handle(Input::Drain);
                self.status.send_modify(|status| status.draining = true);
            }
            Request::HangUpAll(cause) => self.handle(Input::HangupAll(cause)),
            Request::Stop => {
                self.drain.send_replace(true);
                self.stopping = true;
                for line in &mut self.lines {
                    line.commands = None;
                }
            }
            Request::Visit(visit) => visit(&mut Visit(self)),
            Request::Publish(settings) => self.handle(Input::Publish(settings)),
        }
    }

    /// Gives the engine one input and carries out all it has to say.
    fn handle(&mut self, input: Input) {
        self.engine.handle(self.clock.now(), input);
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Command(command) => self.send(command),
                Output::Request(request) => self.ask(*request),
                // What is under way is let finish: a write must not be cut in its middle, and its time is short.
                Output::Abandon(_) => {}
                Output::Happened(row) => {
                    self.tally.note(&row.fact);
                    self.history.keep(*row);
                }
                Output::Claim(row) => self.history.claim(*row),
                Output::Journal(journal) => (self.records)(Left::Journal(journal)),
                Output::Record(record) => (self.records)(Left::Record(record)),
                Output::Notice(notice) => self.trace.notice(&notice),
            }
        }
        let live_calls = self.engine.live_calls();
        self.status.send_if_modified(|status| {
            std::mem::replace(&mut status.live_calls, live_calls) != live_calls
        });
    }

    /// Passes a command to the adapter of its leg. An adapter that takes no more has stalled and is lost.
    fn send(&mut self, command: Command) {
        let place = usize::from(command.leg.adapter.0);
        let Some(line) = self.lines.get_mut(place) else {
            tracing::error!(leg = %command.leg, "A command names an adapter that does not exist.");
            return;
        };
        self.trace.command(&line.name, &command);
        let Some(commands) = &line.commands else { return };
        let why = match commands.try_send(command) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => "it has stalled",
            Err(TrySendError::Closed(_)) => "it takes no more commands",
        };
        // What it reported before is still read; the loss follows when that is done.
        line.commands = None;
        line.task.abort();
        if !self.stopping {
            tracing::error!(adapter = %line.name, why, "The adapter is cut off.");
        }
    }

    /// Passes a request of a call on; what finds no room is answered at once.
    fn ask(&mut self, request: call::Request) {
        let id = request.id;
        let span = self.trace.request(&request);
        if let Err(reply) = span.in_scope(|| self.requests.ask(request)) {
            span.in_scope(|| tracing::warn!("Too many requests of calls are under way."));
            self.engine.handle(self.clock.now(), Input::Reply { request: id, reply });
        }
    }

    /// Tells the engine that an adapter is gone.
    fn lose(&mut self, place: usize) {
        let line = &mut self.lines[place];
        line.reports = None;
        line.commands = None;
        let adapter = line.id;
        if self.stopping {
            tracing::debug!(adapter = %line.name, "The adapter has ended.");
        } else {
            tracing::error!(adapter = %line.name, "The adapter is lost; its calls end.");
        }
        self.handle(Input::AdapterLost(adapter));
    }

    /// Cuts off what still runs, and sees each call to its record.
    async fn end(mut self) -> Result<(), DriverError> {
        for place in 0..self.lines.len() {
            if self.lines[place].reports.is_some() {
                tracing::warn!(adapter = %self.lines[place].name, "The adapter did not end in time; it is cut off.");
                self.lose(place);
            }
        }
        // A call whose caller is gone may still wait for an answer of the outside.
        self.handle(Input::HangupAll(HangupCause::Shutdown));
        self.adapters.shutdown().await;
        let last = self.lines.pop().map(|line| line.name).unwrap_or_default();
        if self.stopping { Ok(()) } else { Err(DriverError::NoAdapter { last }) }
    }
}

/// Runs one adapter to its end and logs how that was.
async fn run_adapter(name: Box<str>, adapter: Box<dyn Adapter>, port: Port) {
    match adapter.run(port).await {
        Ok(()) => tracing::debug!(adapter = %name, "The adapter has returned."),
        Err(error) => log_failure(&name, &error),
    }
}

fn log_failure(name: &str, error: &AdapterError) {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let why: Vec<String> = causes.map(ToString::to_string).collect();
    tracing::error!(adapter = name, %error, why = why.join(": "), "The adapter failed.");
}

/// The next report of any adapter, or the news that one has closed its side. Pends for ever with no adapter left.
async fn next_report(lines: &mut [Line], turn: &mut usize) -> Wake {
    poll_fn(|context| poll_lines(lines, turn, context)).await
}

fn poll_lines(lines: &mut [Line], turn: &mut usize, context: &mut Context<'_>) -> Poll<Wake> {
    for step in 0..lines.len() {
        let place = (*turn + step) % lines.len();
        let Some(reports) = &mut lines[place].reports else { continue };
        if let Poll::Ready(report) = reports.poll_recv(context) {
            *turn = place + 1;
            return Poll::Ready(match report {
                Some(report) => Wake::Report(place, report),
                None => Wake::Closed(place),
            });
        }
    }
    Poll::Pending
}

/// Sleeps until a moment; with none, for ever.
async fn until(moment: Option<tokio::time::Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
