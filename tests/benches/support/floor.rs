//! The least that any engine must do: a socket per stream, looked at and sent from once in 20 ms.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use sambung::media::{FRAME, RTP_HEADER, RtpHeader};
use sambung::runtime::Clock;
use sambung::time::{Duration, Instant};

/// The rhythm of the engine's own threads.
const TICK: Duration = Duration::from_millis(5);
const SLOTS: usize = 4;

/// Threads that only send and receive.
pub(crate) struct Floor {
    ports: Vec<u16>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Floor {
    /// Starts `count` streams to `remote` on `threads` threads.
    pub(crate) fn start(count: usize, threads: usize, remote: SocketAddr) -> Self {
        let mut shares: Vec<Vec<UdpSocket>> = (0..threads).map(|_| Vec::new()).collect();
        let mut ports = Vec::with_capacity(count);
        for n in 0..count {
            let socket = UdpSocket::bind((super::LOCALHOST, 0)).expect("a loopback socket");
            socket.connect(remote).expect("loopback");
            socket.set_nonblocking(true).expect("a non-blocking socket");
            ports.push(socket.local_addr().expect("bound").port());
            shares[n % threads].push(socket);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let threads = shares
            .into_iter()
            .enumerate()
            .map(|(n, sockets)| {
                let stop = Arc::clone(&stop);
                let run = move || run(&sockets, &stop);
                Builder::new().name(format!("floor-{n}")).spawn(run).expect("a thread")
            })
            .collect();
        Self { ports, stop, threads }
    }

    pub(crate) fn ports(&self) -> &[u16] {
        &self.ports
    }

    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("the floor does not panic");
        }
    }
}

fn run(sockets: &[UdpSocket], stop: &AtomicBool) {
    // What the engine does too; without the right to it both run at ordinary priority.
    rustix::process::setpriority_process(None, -15).unwrap_or_default();
    let clock = Clock::new();
    let mut arrival = [0; 1_500];
    let mut datagram = [0xff; RTP_HEADER + FRAME];
    let mut tick: u32 = 0;
    while !stop.load(Ordering::Relaxed) {
        let wait = (Instant::ZERO + TICK.times(u64::from(tick))).since(clock.now());
        if !wait.is_zero() {
            std::thread::park_timeout(wait.to_std());
            continue;
        }
        let frame = tick / 4;
        let [.., high, low] = frame.to_be_bytes();
        let header = RtpHeader {
            marker: false,
            payload_type: 0,
            sequence: u16::from_be_bytes([high, low]),
            timestamp: frame.wrapping_mul(160),
            ssrc: 1,
        };
        header.write(datagram.first_chunk_mut().expect("room for the header"));
        let slot = usize::try_from(tick).unwrap_or(0) % SLOTS;
        for socket in sockets.iter().skip(slot).step_by(SLOTS) {
            while !matches!(socket.recv(&mut arrival), Err(e) if e.kind() == ErrorKind::WouldBlock)
            {
            }
            socket.send(&datagram).unwrap_or_default();
        }
        tick += 1;
    }
}
