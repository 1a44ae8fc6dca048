//! The far side of all streams: one socket that speaks to each of them and times what comes back.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};

use crate::cli::bench::error::BenchError;
use crate::media::{RtpHeader, RtpPacket};
use crate::runtime::Clock;
use crate::time::{Duration, Instant};

/// How often the load looks at its socket and speaks to the streams that are due.
const TICK: Duration = Duration::from_millis(1);
/// Ticks in one frame.
const PHASES: usize = 20;
/// Buckets of lateness, a tenth of a millisecond each; the last takes all that is later.
const BUCKETS: usize = 2_000;
/// Kernel buffer asked for, so that a burst waits instead of being lost.
const BUFFER: usize = 8 << 20;

/// How late packets came against their own time line.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::bench) struct Lateness {
    pub(in crate::cli::bench) p99_ms: f64,
    pub(in crate::cli::bench) max_ms: f64,
    /// Packets that never came.
    pub(in crate::cli::bench) lost: f64,
}

/// The far side.
#[derive(Debug)]
pub(super) struct FarSide {
    socket: UdpSocket,
    clock: Clock,
    lines: Vec<Line>,
    lateness: Vec<u64>,
    max_us: u64,
    lost: u64,
}

/// One stream, seen from here.
#[derive(Debug, Clone, Default)]
struct Line {
    port: u16,
    sent: u32,
    next: Option<u16>,
    /// Arrival less RTP time of the most punctual packet so far, in microseconds.
    base: Option<i64>,
}

impl FarSide {
    /// Makes room for `count` streams before anything is measured.
    ///
    /// # Errors
    /// [`BenchError::System`] where a socket cannot be had.
    pub(super) fn new(count: u32) -> Result<Self, BenchError> {
        let refused = BenchError::system("a loopback socket");
        let socket = UdpSocket::bind((super::LOCALHOST, 0)).map_err(&refused)?;
        socket.set_nonblocking(true).map_err(&refused)?;
        // It goes on with a small buffer where the system allows no larger one.
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, BUFFER).unwrap_or_default();
        Ok(Self {
            socket,
            clock: Clock::new(),
            lines: (0..count).map(|_| Line::default()).collect(),
            lateness: vec![0; BUCKETS],
            max_us: 0,
            lost: 0,
        })
    }

    /// Where the streams are to send.
    ///
    /// # Errors
    /// [`BenchError::System`] where the system does not know.
    pub(super) fn address(&self) -> Result<SocketAddr, BenchError> {
        self.socket.local_addr().map_err(BenchError::system("a socket's address"))
    }

    /// Aims at the streams' ports.
    pub(super) fn aim(&mut self, ports: &[u16]) {
        for (line, &port) in self.lines.iter_mut().zip(ports) {
            line.port = port;
        }
    }

    /// Speaks and listens for a while.
    pub(super) fn run(&mut self, span: Duration) {
        let start = self.clock.now();
        let mut tick = 0;
        while self.clock.now().since(start) < span {
            let due = start + TICK.times(tick);
            let wait = due.since(self.clock.now());
            if !wait.is_zero() {
                std::thread::park_timeout(wait.to_std());
            }
            self.listen();
            let phase = usize::try_from(tick).unwrap_or(0) % PHASES;
            for n in (phase..self.lines.len()).step_by(PHASES) {
                self.speak(n);
            }
            tick += 1;
        }
        self.listen();
    }

    /// Forgets all figures, but not the time lines.
    pub(super) fn forget(&mut self) {
        self.lateness.fill(0);
        self.max_us = 0;
        self.lost = 0;
    }

    /// How late packets came since the figures were forgotten.
    pub(super) fn lateness(&self) -> Lateness {
        let total: u64 = self.lateness.iter().sum();
        let mut seen = 0;
        let p99 = self.lateness.iter().position(|&count| {
            seen += count;
            seen * 100 >= total * 99
        });
        #[expect(clippy::cast_precision_loss, reason = "figures are printed to two digits")]
        let (p99_ms, max_ms, lost) =
            (p99.unwrap_or(0) as f64 / 10.0, (self.max_us / 100) as f64 / 10.0, self.lost as f64);
        Lateness { p99_ms, max_ms, lost }
    }

    fn speak(&mut self, n: usize) {
        let Some(line) = self.lines.get_mut(n) else { return };
        let datagram = super::datagram(line.sent, u32::try_from(n).unwrap_or(u32::MAX));
        line.sent = line.sent.wrapping_add(1);
        // What is not sent is missed there, which is what is measured.
        self.socket.send_to(&datagram, (super::LOCALHOST, line.port)).unwrap_or_default();
    }

    /// Takes all that has come.
    fn listen(&mut self) {
        let mut datagram = [0; 1_500];
        loop {
            match self.socket.recv(&mut datagram) {
                Ok(length) => {
                    let now = self.clock.now();
                    let datagram = datagram.get(..length).unwrap_or_default();
                    if let Some(packet) = RtpPacket::parse(datagram) {
                        self.arrive(&packet.header, now);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => {}
            }
        }
    }

    /// Times a packet; each stream has its own source, which is its number.
    fn arrive(&mut self, header: &RtpHeader, now: Instant) {
        let Some(line) = self.lines.get_mut(header.ssrc as usize) else { return };
        if let Some(next) = line.next {
            self.lost += u64::from(header.sequence.wrapping_sub(next));
        }
        line.next = Some(header.sequence.wrapping_add(1));
        let rtp_us = i64::from(header.timestamp) * 125;
        let at = now.as_micros().cast_signed() - rtp_us;
        let base = line.base.map_or(at, |base| base.min(at));
        line.base = Some(base);
        let late = (at - base).cast_unsigned();
        let bucket = usize::try_from(late / 100).unwrap_or(BUCKETS).min(BUCKETS - 1);
        if let Some(count) = self.lateness.get_mut(bucket) {
            *count += 1;
        }
        self.max_us = self.max_us.max(late);
    }
}
