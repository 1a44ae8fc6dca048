//! How well a stream arrives: received, lost, jitter (RFC 3550 §6.4.1, appendix A.1, A.3, A.8), and which source it is.

use crate::call::Quality;
use crate::media::codec::SAMPLE_RATE;
use crate::time::Instant;

use super::packet::RtpHeader;

/// A jump forward by this many packets or more is a restart, not loss (RFC 3550 appendix A.1).
const MAX_DROPOUT: u16 = 3_000;
/// A packet this far behind the newest, or less, is late (RFC 3550 appendix A.1).
const MAX_MISORDER: u16 = 100;
/// So many packets in sequence make a second source, or a restarted one, the valid one (RFC 3550 appendix A.1).
const MIN_SEQUENTIAL: u8 = 2;

/// What a packet's numbers say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Newer than all before it, of the source that is listened to.
    Newest,
    /// Late or a duplicate.
    Late,
    /// Of a source that has not shown itself yet; not to be used.
    Unproven,
}

/// The statistics of everything received on one leg.
#[derive(Debug, Clone, Default)]
pub struct Reception {
    current: Option<Current>,
    /// A source or a place in the sequence that may become the current one.
    rival: Option<Rival>,
    received: u64,
    lost_before: u64,
    /// The jitter in units of the codec's clock, times 16.
    jitter: u64,
}

#[derive(Debug, Clone, Copy)]
struct Current {
    ssrc: u32,
    /// The first sequence number, and the newest with its wraps counted above 16 bits.
    first: u64,
    newest: u64,
    received: u64,
    /// Arrival less timestamp of the newest audio packet, in units of the codec's clock.
    transit: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Rival {
    ssrc: u32,
    next: u16,
    count: u8,
}

impl Reception {
    /// Takes note of a packet. `audio` is false for packets whose timestamp does not run with the clock (keys).
    pub fn receive(&mut self, header: &RtpHeader, audio: bool, now: Instant) -> Standing {
        let standing = self.stand(header);
        if standing == Standing::Unproven {
            return standing;
        }
        self.received += 1;
        if let Some(current) = &mut self.current {
            current.received += 1;
            if audio && standing == Standing::Newest {
                let arrival = now.as_micros().wrapping_mul(u64::from(SAMPLE_RATE)) / 1_000_000;
                let transit = low_word(arrival).wrapping_sub(header.timestamp);
                if let Some(before) = current.transit.replace(transit) {
                    let change =
                        u64::from(transit.wrapping_sub(before).cast_signed().unsigned_abs());
                    self.jitter =
                        self.jitter + change.min(u64::from(SAMPLE_RATE)) - (self.jitter + 8) / 16;
                }
            }
        }
        standing
    }

    fn stand(&mut self, header: &RtpHeader) -> Standing {
        let Some(current) = self.current.as_mut() else {
            self.begin(header);
            return Standing::Newest;
        };
        if current.ssrc == header.ssrc {
            let ahead = header.sequence.wrapping_sub(low_half(current.newest));
            if ahead == 0 || ahead > u16::MAX - MAX_MISORDER {
                return Standing::Late;
            }
            if ahead < MAX_DROPOUT {
                current.newest += u64::from(ahead);
                return Standing::Newest;
            }
        }
        self.contend(header)
    }

    /// A packet out of place: the second of its kind in a row makes it the stream that is listened to.
    fn contend(&mut self, header: &RtpHeader) -> Standing {
        let count = match self.rival {
            Some(rival) if rival.ssrc == header.ssrc && rival.next == header.sequence => {
                rival.count + 1
            }
            _ => 1,
        };
        if count < MIN_SEQUENTIAL {
            self.rival =
                Some(Rival { ssrc: header.ssrc, next: header.sequence.wrapping_add(1), count });
            return Standing::Unproven;
        }
        self.lost_before = self.lost();
        self.begin(header);
        Standing::Newest
    }

    fn begin(&mut self, header: &RtpHeader) {
        // One wrap up, so that a packet from just before the first does not run below zero.
        let first = u64::from(header.sequence) + 0x1_0000;
        self.rival = None;
        self.current =
            Some(Current { ssrc: header.ssrc, first, newest: first, received: 0, transit: None });
    }

    /// Packets lost so far by sequence number; duplicates count against it, as in RFC 3550 appendix A.3.
    fn lost(&self) -> u64 {
        let now = self.current.map_or(0, |current| {
            (current.newest - current.first + 1).saturating_sub(current.received)
        });
        self.lost_before + now
    }

    /// The figures for the call record.
    #[must_use]
    pub fn quality(&self) -> Quality {
        let jitter_us = (self.jitter / 16) * 1_000_000 / u64::from(SAMPLE_RATE);
        Quality { received: self.received, lost: self.lost(), jitter_us }
    }
}

/// The lowest 16 bits.
fn low_half(value: u64) -> u16 {
    let [low, high, ..] = value.to_le_bytes();
    u16::from_le_bytes([low, high])
}

/// The lowest 32 bits.
fn low_word(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(ssrc: u32, sequence: u16) -> RtpHeader {
        RtpHeader {
            marker: false,
            payload_type: 0,
            sequence,
            timestamp: u32::from(sequence) * 160,
            ssrc,
        }
    }

    /// Receives (source, sequence) pairs, one every 20 ms.
    fn receive(packets: &[(u32, u16)]) -> (Vec<Standing>, Quality) {
        let mut reception = Reception::default();
        let standings = packets
            .iter()
            .zip(0..)
            .map(|(&(ssrc, sequence), n)| {
                reception.receive(&header(ssrc, sequence), true, Instant::from_micros(n * 20_000))
            })
            .collect();
        (standings, reception.quality())
    }

    #[test]
    fn loss_is_counted_over_wraps_restarts_and_changes_of_source() {
        let (a, b) = (1, 2);
        for (name, packets, received, lost) in [
            ("nothing", vec![], 0, 0),
            ("a wrap", vec![(a, 65_534), (a, 65_535), (a, 0), (a, 1)], 4, 0),
            ("two lost", vec![(a, 10), (a, 13)], 2, 2),
            ("late is not lost", vec![(a, 10), (a, 12), (a, 11)], 3, 0),
            ("before the first", vec![(a, 10), (a, 9), (a, 12)], 3, 0),
            ("a duplicate", vec![(a, 10), (a, 10), (a, 11)], 3, 0),
            ("a restart", vec![(a, 10), (a, 12), (a, 40_000), (a, 40_001), (a, 40_002)], 4, 1),
            ("a stray number", vec![(a, 10), (a, 40_000), (a, 11)], 2, 0),
            ("a new source", vec![(a, 10), (a, 12), (b, 500), (b, 501), (b, 503)], 4, 2),
            ("a stray source", vec![(a, 10), (b, 500), (a, 11)], 2, 0),
        ] {
            let (_, quality) = receive(&packets);
            assert_eq!((quality.received, quality.lost), (received, lost), "{name}");
        }
    }

    #[test]
    fn a_second_source_must_show_itself_twice() {
        let (standings, _) = receive(&[(1, 5), (2, 9), (1, 6), (2, 20), (2, 21), (1, 7)]);
        use Standing::{Newest, Unproven};
        assert_eq!(standings, [Newest, Unproven, Newest, Unproven, Newest, Unproven]);
    }

    #[test]
    fn jitter_follows_the_formula() {
        let mut reception = Reception::default();
        for n in 0..200_u16 {
            // Every second packet comes 4 ms late: |D| is 4 ms each time.
            let at = u64::from(n) * 20_000 + u64::from(n % 2) * 4_000;
            reception.receive(&header(1, n), true, Instant::from_micros(at));
        }
        let jitter = reception.quality().jitter_us;
        assert!((3_500..=4_000).contains(&jitter), "{jitter} µs");
    }
}
