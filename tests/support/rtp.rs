//! A raw RTP endpoint (RFC 3550, RFC 4733): keeps what arrives, sends what a test wants.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sambung::media::Law;

use super::{ports, sound, wait};

/// Payload type of PCMU, RFC 3551 §6.
pub(crate) const PCMU: u8 = 0;
/// The payload type under which the scenarios offer telephone events.
pub(crate) const EVENTS: u8 = 101;
/// The length of one packet.
const PACE: Duration = Duration::from_millis(20);
/// Samples in one packet.
const FRAME: u32 = 160;
/// How long the receiver waits before it looks whether it is to end.
const POLL: Duration = Duration::from_millis(50);

/// One packet that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) at: Instant,
    pub(crate) from: SocketAddr,
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) payload: Vec<u8>,
}

impl Packet {
    fn parse(datagram: &[u8], from: SocketAddr) -> Option<Self> {
        let (header, payload) = datagram.split_at_checked(12)?;
        // Reports come to the port of the media too (RFC 5761).
        if header[0] != 0x80 || (192..=223).contains(&header[1]) {
            return None;
        }
        Some(Self {
            at: wait::now(),
            from,
            marker: header[1] & 0x80 != 0,
            payload_type: header[1] & 0x7f,
            sequence: u16::from_be_bytes([header[2], header[3]]),
            timestamp: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            ssrc: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
            payload: payload.to_vec(),
        })
    }
}

impl Packet {
    /// Whether a tone is what one hears in it.
    pub(crate) fn is_tone(&self, hertz: f64) -> bool {
        let samples: Vec<i16> = self.payload.iter().map(|byte| Law::Mu.decode(*byte)).collect();
        self.payload_type == PCMU && sound::share(&samples, hertz) > 0.8
    }
}

/// Somebody who speaks; stops when dropped.
#[derive(Debug)]
pub(crate) struct Speech {
    ended: Arc<AtomicBool>,
    mouth: Option<JoinHandle<()>>,
}

impl Drop for Speech {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(mouth) = self.mouth.take() {
            mouth.join().expect("the mouth does not panic");
        }
    }
}

/// A socket with an ear.
#[derive(Debug)]
pub(crate) struct Endpoint {
    socket: UdpSocket,
    port: u16,
    arrived: Arc<Mutex<Vec<Packet>>>,
    ended: Arc<AtomicBool>,
    ear: Option<JoinHandle<()>>,
    sequence: u16,
    timestamp: u32,
}

impl Endpoint {
    /// Opens one on a free even port.
    pub(crate) fn open() -> Self {
        let port = ports::block(2);
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).expect("a port found free");
        socket.set_read_timeout(Some(POLL)).expect("a socket takes a time-out");
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let ear = std::thread::spawn({
            let socket = socket.try_clone().expect("a socket can be doubled");
            let (arrived, ended) = (Arc::clone(&arrived), Arc::clone(&ended));
            move || listen(&socket, &arrived, &ended)
        });
        Self { socket, port, arrived, ended, ear: Some(ear), sequence: 7, timestamp: 1_000 }
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// All that has arrived, as it arrived.
    pub(crate) fn packets(&self) -> Vec<Packet> {
        self.arrived.lock().expect("the ear does not panic").clone()
    }

    /// The audio that has arrived, put in order by sequence number.
    pub(crate) fn audio(&self) -> Vec<u8> {
        let mut packets = self.packets();
        packets.retain(|packet| packet.payload_type == PCMU);
        let first = packets.first().map_or(0, |packet| packet.sequence);
        packets.sort_by_key(|packet| packet.sequence.wrapping_sub(first));
        packets.into_iter().flat_map(|packet| packet.payload).collect()
    }

    /// The audio that has arrived, as samples.
    pub(crate) fn samples(&self) -> Vec<i16> {
        self.audio().into_iter().map(|byte| Law::Mu.decode(byte)).collect()
    }

    /// Waits for the first packet and tells where it came from.
    pub(crate) fn peer(&self) -> SocketAddr {
        wait::until(Duration::from_secs(5), "the first RTP packet", || {
            self.arrived.lock().expect("the ear does not panic").first().map(|packet| packet.from)
        })
    }

    /// Sends `millis` of µ-law silence to `to`, in real time.
    pub(crate) fn send_silence(&mut self, to: SocketAddr, millis: u64) {
        for _ in 0..millis / 20 {
            self.send(to, PCMU, false, &[0xff; 160]);
            self.timestamp = self.timestamp.wrapping_add(FRAME);
            wait::pause(PACE);
        }
    }

    /// Speaks a tone to `to` until what this gives is dropped, in real time, from a thread of its own.
    pub(crate) fn speaks(&self, hertz: f64, to: SocketAddr) -> Speech {
        let socket = self.socket.try_clone().expect("a socket can be doubled");
        let ended = Arc::new(AtomicBool::new(false));
        let mouth = std::thread::spawn({
            let ended = Arc::clone(&ended);
            let tone = sound::tone(hertz, 1_000).into_iter().map(|sample| Law::Mu.encode(sample));
            let tone: Vec<u8> = tone.collect();
            move || speak(&socket, to, &tone, &ended)
        });
        Speech { ended, mouth: Some(mouth) }
    }

    /// When a tone was first heard after `since`, by the packet that brought it.
    pub(crate) fn first_heard(&self, hertz: f64, since: Instant) -> Option<Instant> {
        let packets = self.packets();
        let mut later = packets.iter().filter(|packet| packet.at >= since);
        later.find(|packet| packet.is_tone(hertz)).map(|packet| packet.at)
    }

    /// Presses a key by its RFC 4733 event code for 100 ms, in real time: updates, then the end three times.
    pub(crate) fn press(&mut self, to: SocketAddr, event: u8) {
        const UPDATES: u16 = 5;
        const LEVEL: u8 = 10;
        for update in 1..=UPDATES {
            let [high, low] = (update * 160).to_be_bytes();
            self.send(to, EVENTS, update == 1, &[event, LEVEL, high, low]);
            wait::pause(PACE);
        }
        let [high, low] = (UPDATES * 160).to_be_bytes();
        for _ in 0..3 {
            self.send(to, EVENTS, false, &[event, 0x80 | LEVEL, high, low]);
        }
        self.timestamp = self.timestamp.wrapping_add(FRAME * u32::from(UPDATES));
    }

    fn send(&mut self, to: SocketAddr, payload_type: u8, marker: bool, payload: &[u8]) {
        let mut datagram = vec![0x80, payload_type | if marker { 0x80 } else { 0 }];
        datagram.extend(self.sequence.to_be_bytes());
        datagram.extend(self.timestamp.to_be_bytes());
        datagram.extend(0x5a4d_4255_u32.to_be_bytes());
        datagram.extend(payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.socket.send_to(&datagram, to).expect("loopback takes a datagram");
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(ear) = self.ear.take() {
            ear.join().expect("the ear does not panic");
        }
    }
}

/// Sends a tone of whole frames over and over, one packet each 20 ms.
fn speak(socket: &UdpSocket, to: SocketAddr, tone: &[u8], ended: &AtomicBool) {
    let start = wait::now();
    let frames = tone.chunks_exact(160).cycle();
    for (number, payload) in (0_u32..).zip(frames) {
        if ended.load(Ordering::Relaxed) {
            return;
        }
        let [.., high, low] = number.to_be_bytes();
        let mut datagram = vec![0x80, PCMU, high, low];
        datagram.extend(number.wrapping_mul(FRAME).to_be_bytes());
        datagram.extend(0x5350_4b52_u32.to_be_bytes());
        datagram.extend(payload);
        // A far side that is gone refuses.
        drop(socket.send_to(&datagram, to));
        wait::pause((start + PACE * (number + 1)).saturating_duration_since(wait::now()));
    }
}

fn listen(socket: &UdpSocket, arrived: &Mutex<Vec<Packet>>, ended: &AtomicBool) {
    let mut buffer = [0; 2_048];
    while !ended.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        if let Some(packet) = Packet::parse(&buffer[..length], from) {
            arrived.lock().expect("no reader panics").push(packet);
        }
    }
}
