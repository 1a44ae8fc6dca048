//! Threads that send and receive what streams send and receive, in the rhythm of the media threads.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use super::way::{Room, Sockets, Way};
use crate::cli::bench::error::BenchError;
use crate::runtime::Clock;
use crate::time::{Duration, Instant};

/// The rhythm of the engine's own threads.
const TICK: Duration = Duration::from_millis(5);
/// Ticks in a frame; each stream has its turn in one of them.
const TICKS: u32 = 4;
const SLOTS: usize = TICKS as usize;

/// How the threads are named, with a number behind it.
pub(super) const NAME: &str = "floor-";
/// The nice value that the media threads ask for.
const NICE: i32 = -15;

/// Threads that only send and receive.
#[derive(Debug)]
pub(super) struct Streams {
    ports: Vec<u16>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Streams {
    /// Starts `count` streams to `remote` on `threads` threads.
    ///
    /// # Errors
    /// [`BenchError::System`] where a socket or thread cannot be had.
    pub(super) fn start(
        count: u32,
        threads: usize,
        remote: SocketAddr,
        way: Way,
    ) -> Result<Self, BenchError> {
        let mut ports = vec![0; count as usize];
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = Vec::new();
        for n in 0..threads.max(1) {
            let sources: Vec<u32> = (0..count).skip(n).step_by(threads.max(1)).collect();
            let sockets = Sockets::new(way, &sources, remote)?;
            for (&source, port) in sources.iter().zip(sockets.ports()?) {
                ports[source as usize] = port;
            }
            let stop = Arc::clone(&stop);
            let run = move || run(sockets, &stop);
            let thread = Builder::new().name(format!("{NAME}{n}")).spawn(run);
            running.push(thread.map_err(BenchError::system("a thread"))?);
        }
        Ok(Self { ports, stop, threads: running })
    }

    /// The ports of the streams.
    pub(super) fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// Ends all streams.
    pub(super) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("the floor does not panic");
        }
    }
}

fn run(mut sockets: Sockets, stop: &AtomicBool) {
    // What the engine does too; without the right to it both run at ordinary priority.
    rustix::process::setpriority_process(None, NICE).unwrap_or_default();
    let clock = Clock::new();
    let (mut room, mut tick) = (Room::new(), 0_u32);
    while !stop.load(Ordering::Relaxed) {
        let wait = (Instant::ZERO + TICK.times(u64::from(tick))).since(clock.now());
        if !wait.is_zero() {
            std::thread::park_timeout(wait.to_std());
            continue;
        }
        let mut datagram = super::datagram(tick / TICKS, 0);
        let slot = usize::try_from(tick).unwrap_or(0) % SLOTS;
        sockets.tick((slot, SLOTS), &mut room, &mut datagram);
        tick += 1;
    }
}
