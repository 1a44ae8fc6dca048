//! A socket per stream, looked at and sent from once in 20 ms.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use crate::cli::bench::error::BenchError;
use crate::runtime::Clock;
use crate::time::{Duration, Instant};

/// The rhythm of the engine's own threads.
const TICK: Duration = Duration::from_millis(5);
/// Ticks in a frame; each socket has its turn in one of them.
const TICKS: u32 = 4;
const SLOTS: usize = TICKS as usize;
/// Packets that are taken from a socket in one turn.
const MAX_ARRIVALS: usize = 16;

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
    ) -> Result<Self, BenchError> {
        let mut shares: Vec<Vec<UdpSocket>> = (0..threads.max(1)).map(|_| Vec::new()).collect();
        let mut ports = Vec::new();
        let refused = BenchError::system("a socket for each stream");
        for (_, share) in (0..count).zip((0..shares.len()).cycle()) {
            let socket = UdpSocket::bind((super::LOCALHOST, 0)).map_err(&refused)?;
            socket.connect(remote).map_err(&refused)?;
            socket.set_nonblocking(true).map_err(&refused)?;
            ports.push(socket.local_addr().map_err(&refused)?.port());
            if let Some(share) = shares.get_mut(share) {
                share.push(socket);
            }
        }
        let stop = Arc::new(AtomicBool::new(false));
        let start = |(n, sockets): (usize, Vec<UdpSocket>)| {
            let stop = Arc::clone(&stop);
            let run = move || run(&sockets, &stop);
            Builder::new().name(format!("{NAME}{n}")).spawn(run)
        };
        let threads = shares.into_iter().enumerate().map(start).collect::<Result<_, _>>();
        let threads = threads.map_err(BenchError::system("a thread"))?;
        Ok(Self { ports, stop, threads })
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

fn run(sockets: &[UdpSocket], stop: &AtomicBool) {
    // What the engine does too; without the right to it both run at ordinary priority.
    rustix::process::setpriority_process(None, NICE).unwrap_or_default();
    let clock = Clock::new();
    let mut arrival = [0; 1_500];
    let mut tick: u32 = 0;
    while !stop.load(Ordering::Relaxed) {
        let wait = (Instant::ZERO + TICK.times(u64::from(tick))).since(clock.now());
        if !wait.is_zero() {
            std::thread::park_timeout(wait.to_std());
            continue;
        }
        let datagram = super::datagram(tick / TICKS);
        let slot = usize::try_from(tick).unwrap_or(0) % SLOTS;
        for socket in sockets.iter().skip(slot).step_by(SLOTS) {
            for _ in 0..MAX_ARRIVALS {
                if matches!(socket.recv(&mut arrival), Err(e) if e.kind() == ErrorKind::WouldBlock)
                {
                    break;
                }
            }
            socket.send(&datagram).unwrap_or_default();
        }
        tick += 1;
    }
}
