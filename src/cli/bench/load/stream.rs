//! The sound of one call: packets out, packets in, a key in between.

use std::net::{SocketAddrV4, UdpSocket};

use super::message::MAX_DATAGRAM;
use crate::cli::bench::times::Times;
use crate::media::{
    FRAME, MAX_SRTP_OVERHEAD, MasterKey, Opener, RTP_HEADER, RtpHeader, RtpPacket, Sealer,
};

/// The payload type of telephone-event in our offer.
const EVENT: u8 = 101;
/// How often the end of a key is sent (RFC 4733 §2.5.1.4).
const KEY_ENDS: u16 = 3;
/// Samples of a packet, for time stamps and for the duration of a key.
const STEP: u32 = 160;
const STEP_SHORT: u16 = 160;
/// The level of a key, in dBm0 below zero.
const VOLUME: u8 = 10;
/// A sequence number this far ahead was not lost on the way: the numbers begin anew.
const MAX_GAP: u16 = 3_000;

/// The prompts of the flow under test, told apart by how often the wave crosses zero in 20 ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Nothing, or noise.
    Silence,
    /// The first prompt: 500 Hz.
    First,
    /// The prompt after the key: 2,000 Hz.
    Second,
}

impl Tone {
    fn of(payload: &[u8]) -> Self {
        let crosses = |pair: &&[u8]| matches!(pair, [a, b] if (a ^ b) & 0x80 != 0);
        let crossings = payload.windows(2).filter(crosses).count();
        match crossings {
            15..=25 => Self::First,
            70..=85 => Self::Second,
            _ => Self::Silence,
        }
    }
}

/// What a call says.
#[derive(Debug)]
pub(super) struct Speech {
    to: SocketAddrV4,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    /// How many packets of the key are out, once it is pressed.
    key: Option<u16>,
    /// For how many packets it is held; its end follows.
    held: u16,
    /// The encryption, if there is one.
    sealer: Option<Sealer>,
}

impl Speech {
    pub(super) fn new(call: usize, to: SocketAddrV4, key: Option<&MasterKey>) -> Self {
        let [.., a, b, c, d] = call.to_be_bytes();
        let ssrc = u32::from_be_bytes([a, b, c, d]).wrapping_mul(0x9e37_79b1) | 1;
        Self {
            to,
            sequence: 0,
            timestamp: 0,
            ssrc,
            key: None,
            held: 0,
            sealer: key.map(Sealer::new),
        }
    }

    /// Whether the key was pressed at all.
    pub(super) const fn pressed(&self) -> bool {
        self.key.is_some()
    }

    /// Presses key 1 from the next packet on, for so many packets.
    pub(super) fn press(&mut self, held: u16) {
        self.key = Some(0);
        self.held = held;
    }

    /// Sends the packet of this 20 ms. True if it is the first that says that the key was released.
    pub(super) fn send(&mut self, socket: &UdpSocket) -> bool {
        let mut datagram = [0xff; RTP_HEADER + FRAME + MAX_SRTP_OVERHEAD];
        let held = self.held;
        let key = self.key.filter(|&sent| sent < held + KEY_ENDS);
        let (head, payload) =
            datagram.split_first_chunk_mut().expect("made with room for the header");
        let (header, length) = match key {
            None => (self.header(0, self.timestamp, false), FRAME),
            Some(sent) => {
                // All packets of a key bear the time of its start.
                let start = self.timestamp.wrapping_sub(STEP * u32::from(sent));
                let [high, low] = (STEP_SHORT * (sent + 1).min(held)).to_be_bytes();
                let end = if sent >= held { 0x80 } else { 0 };
                let event = [1, end | VOLUME, high, low];
                for (place, byte) in payload.iter_mut().zip(event) {
                    *place = byte;
                }
                (self.header(EVENT, start, sent == 0), event.len())
            }
        };
        header.write(head);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(STEP);
        self.key = self.key.map(|sent| sent.saturating_add(1));
        let length = match &mut self.sealer {
            None => RTP_HEADER + length,
            // What cannot be sealed is not sent, and missed there.
            Some(sealer) => sealer.seal(&mut datagram, RTP_HEADER + length).unwrap_or(0),
        };
        // A port that is closed already is the other side's business.
        let whole = datagram.get(..length).unwrap_or_default();
        socket.send_to(whole, self.to).unwrap_or_default();
        key == Some(held)
    }

    const fn header(&self, payload_type: u8, timestamp: u32, marker: bool) -> RtpHeader {
        RtpHeader { marker, payload_type, sequence: self.sequence, timestamp, ssrc: self.ssrc }
    }
}

/// What a call hears.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    line: Option<Line>,
    /// The encryption, if there is one.
    opener: Option<Opener>,
    /// Arrival less RTP time of each packet, in microseconds.
    offsets: Vec<i32>,
    /// Interarrival jitter in µs, as RFC 3550 §6.4.1 reckons it.
    pub(super) jitter: f64,
    /// Packets that never came.
    pub(super) lost: u64,
    /// Frames that the stream left out between two packets without a new talk-spurt: holes in the sound.
    pub(super) left_out: u64,
}

/// The time line of a stream.
#[derive(Debug)]
struct Line {
    ssrc: u32,
    first_at: i64,
    first_timestamp: u32,
    next: u16,
    next_timestamp: u32,
    /// The least offset: that of the most punctual packet.
    least: i32,
}

impl Hearing {
    /// From now on what comes is under a key.
    pub(super) fn decipher(&mut self, key: &MasterKey) {
        self.opener = Some(Opener::new(key));
    }

    /// Takes a packet in and says what it sounds like; `None` if it is none.
    pub(super) fn take(&mut self, at: i64, datagram: &[u8]) -> Option<Tone> {
        let mut opened = [0; MAX_DATAGRAM];
        let datagram = match &mut self.opener {
            None => datagram,
            Some(opener) => {
                let sealed = opened.get_mut(..datagram.len())?;
                sealed.copy_from_slice(datagram);
                let length = opener.open(sealed).ok()?;
                opened.get(..length)?
            }
        };
        let packet = RtpPacket::parse(datagram).filter(|packet| packet.header.payload_type == 0)?;
        let header = packet.header;
        let line = self.line.get_or_insert(Line {
            ssrc: header.ssrc,
            first_at: at,
            first_timestamp: header.timestamp,
            next: header.sequence,
            next_timestamp: header.timestamp,
            least: 0,
        });
        let gap = header.sequence.wrapping_sub(line.next);
        if line.ssrc != header.ssrc || gap > MAX_GAP {
            // Another stream, or one out of order: both are faults here, since nothing on loopback reorders.
            self.left_out += 1;
            return None;
        }
        self.lost += u64::from(gap);
        let expected = line.next_timestamp.wrapping_add(STEP * u32::from(gap));
        if !header.marker {
            self.left_out += u64::from(header.timestamp.wrapping_sub(expected) / STEP);
        }
        line.next = header.sequence.wrapping_add(1);
        line.next_timestamp = header.timestamp.wrapping_add(STEP);
        let rtp_us = i64::from(header.timestamp.wrapping_sub(line.first_timestamp)) * 125;
        let offset = i32::try_from(at - line.first_at - rtp_us).unwrap_or(i32::MAX);
        line.least = line.least.min(offset);
        if let Some(last) = self.offsets.last() {
            self.jitter += (f64::from((offset - last).abs()) - self.jitter) / 16.0;
        }
        self.offsets.push(offset);
        Some(Tone::of(packet.payload))
    }

    /// Forgets all figures, but not the time line.
    pub(super) fn forget(&mut self) {
        self.offsets.clear();
        self.lost = 0;
        self.left_out = 0;
    }

    /// How many packets came.
    pub(super) fn packets(&self) -> usize {
        self.offsets.len()
    }

    /// Adds how late each packet was against the most punctual one.
    pub(super) fn lateness(&self, times: &mut Times) {
        if let Some(line) = &self.line {
            times.extend(self.offsets.iter().map(|&offset| i64::from(offset - line.least)));
        }
    }
}
