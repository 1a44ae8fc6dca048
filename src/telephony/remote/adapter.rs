//! The adapter as the runtime sees it: the machine, its transport and the port in one loop.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::{sleep_until, timeout};

use super::machine::{Machine, Output};
use super::settings::{Kind, Settings};
use super::sounding::Studio;
use super::transport::{Bound, Heard, Order, Plug};
use crate::call::{Command, CommandKind, Report};
use crate::media::Library;
use crate::runtime::{
    Adapter, AdapterError, AdapterFuture, Capabilities, Exchange, LaidRelay, Port,
};
use crate::storage::RecordingSlot;
use crate::time::{Duration, Instant};

/// Reports that may wait for the engine; with more nothing is read from the adapter.
const MAX_WAITING: usize = 256;
/// How long the last legs may take to end.
const FAREWELL: Duration = Duration::from_millis(1_000);

/// An adapter that lives outside of this process.
#[derive(Debug)]
pub struct RemoteAdapter {
    settings: Settings,
    bound: Bound,
    studio: Option<Studio>,
}

impl RemoteAdapter {
    /// Binds what it listens on, so that what is in use is known before anything else starts.
    ///
    /// # Errors
    /// [`AdapterError::Start`] when it cannot be had.
    pub fn bind(settings: Settings) -> Result<Self, AdapterError> {
        let bound = Bound::new(&settings.kind)?;
        Ok(Self { settings, bound, studio: None })
    }

    /// Lets it play prompts of a library and record, where audio can pass through this node: by WebSocket.
    #[must_use]
    pub fn sounding(
        mut self,
        library: watch::Receiver<Arc<Library>>,
        tapes: RecordingSlot,
    ) -> Self {
        if matches!(self.settings.kind, Kind::WebSocket(_)) {
            self.studio = Some(Studio { library, tapes });
        }
        self
    }
}

impl Adapter for RemoteAdapter {
    fn name(&self) -> &str {
        &self.settings.name
    }

    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    fn run(self: Box<Self>, port: Port) -> AdapterFuture {
        Box::pin(async move {
            let Self { settings, bound, studio } = *self;
            let plug = bound.start(&settings.name);
            let mut machine = Machine::new(port.id, settings.max_calls, settings.sounds);
            machine.studio = studio;
            let mut life =
                Life { machine, plug, connection: 0, waiting: VecDeque::new(), unsent: 0 };
            life.serve(port).await;
            life.plug.end().await;
            Ok(())
        })
    }
}

/// The machine and what it is connected with.
struct Life {
    machine: Machine,
    plug: Plug,
    /// The number of the present connection.
    connection: u64,
    /// Reports that wait for the engine.
    waiting: VecDeque<Report>,
    /// Frames of audio that the present connection had no room for.
    unsent: u64,
}

/// What woke the loop.
enum Woken {
    Ordered(Command),
    Relayed(LaidRelay),
    Heard(Heard),
    Reported,
    Due,
    Drain,
    Over,
}

impl Life {
    async fn serve(&mut self, mut port: Port) {
        let clock = port.clock;
        if *port.drain.borrow() {
            self.machine.drain();
        }
        loop {
            let woken = self.wait(&mut port).await;
            let now = clock.now();
            // What was read after the node began to drain is refused, whichever of the two woke us.
            if !self.machine.draining && *port.drain.borrow() {
                self.machine.drain();
            }
            match woken {
                Woken::Over => break,
                Woken::Ordered(command) => self.order(now, command, &port.exchange),
                Woken::Relayed(LaidRelay { leg, relay }) => self.machine.relay(now, leg, relay),
                Woken::Heard(heard) => {
                    self.heard(now, heard);
                    port.exchange.carry(self.machine.carries());
                }
                Woken::Drain | Woken::Reported | Woken::Due => {}
            }
            self.settle(now);
        }
        self.machine.hang_up_all(clock.now());
        self.settle(clock.now());
        let quiet = async {
            while !self.machine.is_idle() {
                let due = self.machine.poll_timeout().map(|at| clock.moment(at));
                tokio::select! {
                    heard = self.plug.heard.recv() => match heard {
                        Some(heard) => self.heard(clock.now(), heard),
                        None => return,
                    },
                    () = until(due) => {}
                }
                self.settle(clock.now());
                self.waiting.clear();
            }
        };
        if timeout(FAREWELL.to_std(), quiet).await.is_err() {
            let left = self.machine.callers().count();
            tracing::debug!(left, "Not every leg has ended.");
        }
    }

    async fn wait(&mut self, port: &mut Port) -> Woken {
        let due = self.machine.poll_timeout().map(|at| port.clock.moment(at));
        let room = self.waiting.len() < MAX_WAITING;
        tokio::select! {
            command = port.commands.recv() => command.map_or(Woken::Over, Woken::Ordered),
            permit = port.reports.reserve(), if !self.waiting.is_empty() => {
                let Ok(permit) = permit else { return Woken::Over };
                if let Some(first) = self.waiting.pop_front() {
                    permit.send(first);
                }
                pass_on(&port.reports, &mut self.waiting);
                Woken::Reported
            }
            Some(heard) = self.plug.heard.recv(), if room => Woken::Heard(heard),
            Some(laid) = port.relays.recv() => Woken::Relayed(laid),
            Ok(()) = port.drain.changed(), if !self.machine.draining => Woken::Drain,
            () = until(due) => Woken::Due,
        }
    }

    /// Carries out an order; what is about a leg of another adapter needs a way there.
    fn order(&mut self, now: Instant, command: Command, exchange: &Exchange) {
        let Command { leg, kind } = command;
        match &kind {
            CommandKind::Bridge(other) if exchange.is_afar(*other) => match exchange.lay(*other) {
                Some(relay) => self.machine.relay(now, leg, relay),
                None => self.machine.refuse(now, leg, kind),
            },
            // Nobody is rung for somebody with whom they could not be bridged.
            CommandKind::Dial(dial) if dial.beside.is_some_and(|leg| !exchange.reaches(leg)) => {
                self.machine.refuse(now, leg, kind);
            }
            _ => self.machine.order(now, Command { leg, kind }),
        }
    }

    fn heard(&mut self, now: Instant, heard: Heard) {
        match heard {
            Heard::Opened(number) => {
                self.connection = number;
                self.machine.opened(now);
            }
            Heard::Line(number, line) if number == self.connection => {
                self.machine.line_in(now, &line);
            }
            Heard::Sound(number, frame) if number == self.connection => {
                self.machine.sound_in(&frame);
            }
            Heard::Closed(number, why) if number == self.connection => {
                let unsent = std::mem::take(&mut self.unsent);
                tracing::debug!(why, unsent, "The connection is gone.");
                self.machine.closed(now);
            }
            Heard::Said(said) => tracing::info!(said, "The adapter says."),
            Heard::Line(..) | Heard::Sound(..) | Heard::Closed(..) => {}
        }
    }

    /// Does what is due and carries out what the machine wants.
    fn settle(&mut self, now: Instant) {
        self.machine.tick(now);
        while let Some(output) = self.machine.poll() {
            match output {
                Output::Line(line) => self.tell(now, Order::Line(self.connection, line)),
                Output::Sound(frame) => self.sound(frame),
                Output::Report(report) => self.waiting.push_back(report),
                Output::Close(why) => {
                    tracing::warn!(why, "The connection to the adapter is closed.");
                    self.tell(now, Order::Close(self.connection));
                    self.machine.closed(now);
                }
                Output::Lapsed => self.tell(now, Order::Close(self.connection)),
            }
        }
    }

    /// Sends a frame, if there is room for more than words.
    fn sound(&mut self, frame: Vec<u8>) {
        let orders = &self.plug.orders;
        let room = orders.capacity() > orders.max_capacity() / 2;
        if !room || orders.try_send(Order::Sound(self.connection, frame)).is_err() {
            if self.unsent == 0 {
                tracing::warn!("The adapter does not read: frames of audio are left out.");
            }
            self.unsent += 1;
        }
    }

    /// Tells the transport. One that takes no more has stalled: for the machine the connection is gone.
    fn tell(&mut self, now: Instant, order: Order) {
        if self.plug.orders.try_send(order).is_err() {
            self.machine.closed(now);
        }
    }
}

/// Reports as many as there is room for.
fn pass_on(reports: &mpsc::Sender<Report>, waiting: &mut VecDeque<Report>) {
    while !waiting.is_empty() {
        let Ok(permit) = reports.try_reserve() else { return };
        if let Some(report) = waiting.pop_front() {
            permit.send(report);
        }
    }
}

/// Waits for a moment; for ever if there is none.
async fn until(moment: Option<std::time::Instant>) {
    match moment {
        Some(moment) => sleep_until(moment.into()).await,
        None => pending().await,
    }
}
