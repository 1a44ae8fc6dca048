//! The far side of all streams: one socket that speaks to each of them and times what comes back.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};

use sambung::media::{FRAME, RTP_HEADER, RtpHeader, RtpPacket};
use sambung::runtime::Clock;
use sambung::time::{Duration, Instant};

/// How often the load looks at its socket and speaks to the streams that are due.
const TICK: Duration = Duration::from_millis(1);
/// Ticks in one frame.
const PHASES: usize = 20;
/// Buckets of lateness, a tenth of a millisecond each; the last takes all that is later.
const BUCKETS: usize = 2_000;

/// How late packets came against their own time line.
pub(crate) struct Lateness {
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
    pub(crate) lost: u64,
}

/// The far side.
pub(crate) struct Load {
    socket: UdpSocket,
    clock: Clock,
    lines: Vec<Line>,
    by_port: BTreeMap<u16, usize>,
    lateness: Vec<u64>,
    max_us: u64,
    lost: u64,
}

/// One stream, seen from here.
#[derive(Clone, Default)]
struct Line {
    port: u16,
    sent: u32,
    next: Option<u16>,
    /// Arrival less RTP time of the most punctual packet so far, in microseconds.
    base: Option<i64>,
}

impl Load {
    /// Makes room for `count` streams before anything is measured.
    pub(crate) fn new(count: usize) -> Self {
        let socket = UdpSocket::bind((super::LOCALHOST, 0)).expect("a loopback socket");
        socket.set_nonblocking(true).expect("a non-blocking socket");
        // The bench goes on with a small buffer where the system allows no larger one.
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 8 << 20).unwrap_or_default();
        Self {
            socket,
            clock: Clock::new(),
            lines: vec![Line::default(); count],
            by_port: BTreeMap::new(),
            lateness: vec![0; BUCKETS],
            max_us: 0,
            lost: 0,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().expect("bound")
    }

    /// Aims at the streams' ports.
    pub(crate) fn against(mut self, ports: &[u16]) -> Self {
        for (n, (line, &port)) in self.lines.iter_mut().zip(ports).enumerate() {
            line.port = port;
            self.by_port.insert(port, n);
        }
        self
    }

    /// Speaks and listens for a while.
    pub(crate) fn run(&mut self, span: Duration) {
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
    pub(crate) fn forget(&mut self) {
        self.lateness.fill(0);
        self.max_us = 0;
        self.lost = 0;
    }

    pub(crate) fn lateness(&self) -> Lateness {
        let total: u64 = self.lateness.iter().sum();
        let mut seen = 0;
        let p99 = self.lateness.iter().position(|&count| {
            seen += count;
            seen * 100 >= total * 99
        });
        let round = |us: u64| us as f64 / 1_000.0;
        Lateness {
            p99_ms: round(p99.unwrap_or(0) as u64 * 100),
            max_ms: round(self.max_us / 100 * 100),
            lost: self.lost,
        }
    }

    fn speak(&mut self, n: usize) {
        let line = &mut self.lines[n];
        let [.., high, low] = line.sent.to_be_bytes();
        let header = RtpHeader {
            marker: false,
            payload_type: 0,
            sequence: u16::from_be_bytes([high, low]),
            timestamp: line.sent.wrapping_mul(160),
            ssrc: 1,
        };
        line.sent = line.sent.wrapping_add(1);
        let mut datagram = [0xff; RTP_HEADER + FRAME];
        header.write(datagram.first_chunk_mut().expect("room for the header"));
        self.socket.send_to(&datagram, (super::LOCALHOST, line.port)).unwrap_or_default();
    }

    /// Takes all that has come.
    fn listen(&mut self) {
        let mut datagram = [0; 1_500];
        loop {
            match self.socket.recv_from(&mut datagram) {
                Ok((length, from)) => {
                    let now = self.clock.now();
                    if let Some(packet) = RtpPacket::parse(&datagram[..length])
                        && let Some(&n) = self.by_port.get(&from.port())
                    {
                        self.arrive(n, &packet.header, now);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => {}
            }
        }
    }

    fn arrive(&mut self, n: usize, header: &RtpHeader, now: Instant) {
        let line = &mut self.lines[n];
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
        self.lateness[bucket] += 1;
        self.max_us = self.max_us.max(late);
    }
}
