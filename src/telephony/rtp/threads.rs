//! The door to the media threads: opens legs on them and passes orders on.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle, available_parallelism};

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use super::event::{MediaEvent, Outbox};
use super::kitchen::Kitchen;
use super::leg::{Leg, Opening};
use super::order::{Order, What};
use super::port::Ports;
use super::settings::Settings;
use super::stream::Stream;
use super::wheel::TICK;
use super::worker::Worker;
use crate::call::{LegId, Play, PlayId, Recording, RecordingId, SoundId, Symbol};
use crate::media::{Library, Outgoing};
use crate::runtime::{Clock, Relay};
use crate::storage::Tape;
use crate::time::Duration;

/// Orders that may wait at one thread. The sender of a further one waits, at most for a tick of that thread.
const MAILBOX: usize = 1_024;
/// Ports that are tried for one leg, where other programs hold some of them.
const MAX_TRIES: usize = 64;
/// What a packet adds to the timestamp before anything was agreed: 20 ms of 8 kHz.
const USUAL_STEP: u32 = 160;
/// The nice value that media threads ask for.
const NICE: i32 = -15;

/// Why a leg was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// [`Settings::max_streams`] legs are open.
    #[error("{max} media streams are open, no more are allowed")]
    Full {
        /// The limit.
        max: usize,
    },
    /// The leg is open already.
    #[error("leg {leg} is open already")]
    Duplicate {
        /// The leg.
        leg: LegId,
    },
    /// No port of the range can be taken.
    #[error("no free RTP port")]
    NoPort {
        /// What the system said to the last one tried, if any was free.
        #[source]
        source: Option<io::Error>,
    },
}

/// The media threads of a node.
///
/// Orders for an unknown leg are without effect, but a play there ends as failed. Dropping this closes all legs.
#[derive(Debug)]
pub struct Threads {
    settings: Settings,
    /// The newest sounds. What plays already keeps its own.
    library: watch::Receiver<Arc<Library>>,
    workers: Vec<Desk>,
    /// The thread that encodes sounds; it ends after the others.
    cook: JoinHandle<()>,
    directory: Mutex<Directory>,
    /// Where the first numbers of streams come from: keyed by the system's randomness.
    chance: RandomState,
}

/// The way to one thread.
#[derive(Debug)]
struct Desk {
    mailbox: SyncSender<Order>,
    thread: JoinHandle<()>,
}

/// Who is where.
#[derive(Debug)]
struct Directory {
    home: BTreeMap<LegId, usize>,
    /// Legs on each thread.
    load: Vec<usize>,
    ports: Ports,
    free_ports: Receiver<u16>,
    /// Legs opened since the start.
    opened: u64,
}

impl Threads {
    /// Starts the threads. Each play and each music takes its sounds from what `library` holds at that moment. Reports go to `events`; while that is full each thread keeps 16,384 of them and goes on
    /// with its media, and drops and logs what comes beyond that.
    ///
    /// # Errors
    ///
    /// The system starts no more threads.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the threads hold the only senders, so that the channel ends when they do"
    )]
    pub fn start(
        settings: Settings,
        library: watch::Receiver<Arc<Library>>,
        clock: Clock,
        events: Sender<MediaEvent>,
    ) -> io::Result<Self> {
        let count = match settings.threads {
            0 => available_parallelism()?.get(),
            count => count,
        };
        let (free_ports, receiver) = channel();
        let (kitchen, cook) = Kitchen::open()?;
        let mut workers = Vec::with_capacity(count);
        for n in 0..count {
            let (mailbox, orders) = sync_channel(MAILBOX);
            let worker = Worker {
                settings: settings.clone(),
                clock,
                mailbox: orders,
                outbox: Outbox::new(events.clone()),
                free_ports: free_ports.clone(),
                kitchen: kitchen.clone(),
            };
            let offset = Duration::from_micros(TICK.as_micros() * n as u64 / count as u64);
            let thread = Builder::new().name(format!("media-{n}")).spawn(move || {
                raise_priority();
                worker.run(offset);
            })?;
            workers.push(Desk { mailbox, thread });
        }
        let chance = RandomState::new();
        let ports = Ports::new(settings.ports.clone(), chance.hash_one("ports"));
        let directory = Directory {
            home: BTreeMap::new(),
            load: vec![0; count],
            ports,
            free_ports: receiver,
            opened: 0,
        };
        Ok(Self { settings, library, workers, cook, directory: Mutex::new(directory), chance })
    }

    /// Opens a leg: takes a port and gives it to the thread of `beside`, else to the one with the fewest legs.
    /// Returns the port. Nothing is sent before [`Threads::connect`].
    ///
    /// # Errors
    ///
    /// Too many legs, the same leg twice, or no free port.
    pub fn open(&self, leg: LegId, beside: Option<LegId>) -> Result<u16, OpenError> {
        let mut directory = self.directory();
        if directory.home.contains_key(&leg) {
            return Err(OpenError::Duplicate { leg });
        }
        if directory.home.len() >= self.settings.max_streams {
            return Err(OpenError::Full { max: self.settings.max_streams });
        }
        let (port, socket) = self.bind(&mut directory)?;
        let home = directory.place(beside);
        directory.home.insert(leg, home);
        directory.load[home] += 1;
        directory.opened += 1;
        let outgoing = self.new_stream(directory.opened);
        let chance = self.chance.hash_one((directory.opened, "reports"));
        let opening = Opening { id: leg, port, socket, outgoing, chance };
        self.order(home, leg, What::Open(Box::new(Leg::new(opening))));
        Ok(port)
    }

    /// Tells what was agreed for the leg; again after every new agreement.
    pub fn connect(&self, leg: LegId, stream: Stream) {
        self.send(leg, What::Connect(stream));
    }

    /// Plays after what plays already. A sound that the library lacks is a short double tone.
    pub fn play(&self, leg: LegId, play: Play) {
        let Play { id, items, stop_on } = play;
        let library = Arc::clone(&self.library.borrow());
        let sounds = items.into_iter().map(|item| library.prompt(item.sound.as_ref())).collect();
        self.send(leg, What::Play { id, sounds, stop_on });
    }

    /// Stops a play; without effect if it has ended.
    pub fn stop(&self, leg: LegId, play: PlayId) {
        self.send(leg, What::Stop(play));
    }

    /// Sets or ends the music that sounds whenever no play does. It goes on where it was left on this leg.
    pub fn music(&self, leg: LegId, music: Option<SoundId>) {
        let music = music.map(|id| {
            let sound = self.library.borrow().music(&id);
            (id, sound)
        });
        self.send(leg, What::Music(music));
    }

    /// Records what the leg hears on a tape; one that still runs is stopped.
    /// [`MediaEventKind::Recorded`](super::MediaEventKind::Recorded) follows when it is over and on the disk.
    pub fn record(&self, leg: LegId, order: Recording, tape: Tape) {
        self.send(leg, What::Record { order, tape });
    }

    /// Stops a recording; without effect if it has ended.
    pub fn stop_recording(&self, leg: LegId, recording: RecordingId) {
        self.send(leg, What::StopRecording(recording));
    }

    /// Tells of a key that came by SIP INFO: it ends a recording as one of the media does, and a bridged party is sent it by
    /// telephone-events, unless the leg is masked.
    pub fn pressed(&self, leg: LegId, symbol: Symbol) {
        self.send(leg, What::Key(symbol));
    }

    /// Connects two legs both ways; their plays and music end. If they are on two threads, `b` moves to that of `a`.
    pub fn bridge(&self, a: LegId, b: LegId) {
        let mut directory = self.directory();
        let (Some(&here), Some(&there)) = (directory.home.get(&a), directory.home.get(&b)) else {
            return;
        };
        if here != there {
            let (to, leg) = sync_channel(1);
            let wake = self.workers[here].thread.thread().clone();
            self.order(here, b, What::Expect(leg));
            self.order(there, b, What::Release { to, wake });
            directory.home.insert(b, here);
            directory.load[there] -= 1;
            directory.load[here] += 1;
        }
        self.order(here, a, What::Bridge(b));
    }

    /// Connects a leg with one of another adapter both ways; its plays and music end. When the relay is over the leg is
    /// bridged no longer, and that is reported.
    pub fn relay(&self, leg: LegId, relay: Relay) {
        self.send(leg, What::Relay(relay));
    }

    /// Takes the bridge of a leg apart; both legs stay.
    pub fn unbridge(&self, leg: LegId) {
        self.send(leg, What::Unbridge);
    }

    /// Sends keys to the far side by telephone-events, 100 ms each, in place of audio; without effect where those were not
    /// agreed. At most 64 wait.
    pub fn press(&self, leg: LegId, keys: Vec<Symbol>) {
        self.send(leg, What::Press(keys));
    }

    /// Keeps the leg's keys from the party it is bridged with, or no longer.
    pub fn mask(&self, leg: LegId, masked: bool) {
        self.send(leg, What::Mask(masked));
    }

    /// Closes a leg; [`MediaEventKind::Closed`](super::MediaEventKind::Closed) follows as its last report.
    pub fn close(&self, leg: LegId) {
        let mut directory = self.directory();
        if let Some(home) = directory.home.remove(&leg) {
            directory.load[home] -= 1;
            self.order(home, leg, What::Close);
        }
    }

    /// Closes all legs and waits for the threads to end.
    pub fn shutdown(self) {
        let threads = self.workers.into_iter().map(|Desk { mailbox, thread }| {
            drop(mailbox);
            thread.thread().unpark();
            thread
        });
        for thread in threads.chain([self.cook]) {
            if thread.join().is_err() {
                tracing::error!("A media thread panicked.");
            }
        }
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        // Nothing under this lock panics half-way; if it did, the maps would still be whole.
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an order to wherever the leg is. The lock is held meanwhile, so that orders keep their order.
    fn send(&self, leg: LegId, what: What) {
        let directory = self.directory();
        let home = directory.home.get(&leg).copied().unwrap_or_default();
        self.order(home, leg, what);
    }

    fn order(&self, worker: usize, leg: LegId, what: What) {
        let Some(desk) = self.workers.get(worker) else { return };
        let urgent = what.is_urgent();
        if desk.mailbox.send(Order { leg, what }).is_err() {
            tracing::error!(%leg, "Media order lost: its thread is gone.");
        }
        if urgent {
            desk.thread.thread().unpark();
        }
    }

    /// Takes a port that nobody else holds.
    fn bind(&self, directory: &mut Directory) -> Result<(u16, UdpSocket), OpenError> {
        while let Ok(port) = directory.free_ports.try_recv() {
            directory.ports.give_back(port);
        }
        let mut refusal = None;
        for _ in 0..MAX_TRIES.min(directory.ports.len()) {
            let Some(port) = directory.ports.take() else { break };
            let socket = UdpSocket::bind((self.settings.bind, port))
                .and_then(|socket| socket.set_nonblocking(true).map(|()| socket));
            match socket {
                Ok(socket) => return Ok((port, socket)),
                Err(error) => refusal = Some(error),
            }
            directory.ports.give_back(port);
        }
        Err(OpenError::NoPort { source: refusal })
    }

    /// A stream with random first numbers (RFC 3550 §5.1).
    fn new_stream(&self, number: u64) -> Outgoing {
        let [a, b, c, d, e, f, g, h] = self.chance.hash_one(number).to_be_bytes();
        let [i, j, ..] = self.chance.hash_one((number, "sequence")).to_be_bytes();
        Outgoing::new(
            u32::from_be_bytes([a, b, c, d]),
            u16::from_be_bytes([i, j]),
            u32::from_be_bytes([e, f, g, h]),
            USUAL_STEP,
        )
    }
}

impl Directory {
    /// Which thread takes a new leg.
    fn place(&self, beside: Option<LegId>) -> usize {
        let beside = beside.and_then(|leg| self.home.get(&leg).copied());
        beside.unwrap_or_else(|| {
            (0..self.load.len()).min_by_key(|&worker| self.load[worker]).unwrap_or(0)
        })
    }
}

/// Asks for a higher priority for this thread; without the right to it (`CAP_SYS_NICE`) it stays as it is.
fn raise_priority() {
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "Media thread runs at ordinary priority.");
    }
}
