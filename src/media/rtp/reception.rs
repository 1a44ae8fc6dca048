//! How well a stream arrives: received, lost, doubled, overtaken, jitter (RFC 3550 §6.4.1, appendix A.1, A.3, A.8), and
//! which source it is.

use super::packet::RtpHeader;
use super::rtcp::ReportBlock;
use crate::call::Quality;
use crate::time::Instant;

/// A jump forward by this many packets or more is a restart, not loss (RFC 3550 appendix A.1).
const MAX_DROPOUT: u16 = 3_000;
/// A packet this far behind the newest, or less, is late (RFC 3550 appendix A.1).
const MAX_MISORDER: u16 = 100;
/// So many packets in sequence make a second source, or a restarted one, the valid one (RFC 3550 appendix A.1).
const MIN_SEQUENTIAL: u8 = 2;

/// The most that one packet adds to the jitter: a second, in microseconds.
const MOST_CHANGE: u64 = 1_000_000;

/// What a packet's numbers say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Newer than all before it, of the source that is listened to.
    Newest,
    /// Overtaken by a newer one.
    Late,
    /// It was there already.
    Duplicate,
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
    duplicates: u64,
    overtaken: u64,
    /// The jitter in microseconds, times 16.
    jitter: u64,
    /// Packets expected and lost when the last report was written.
    reported: (u64, u64),
}

#[derive(Debug, Clone, Copy)]
struct Current {
    ssrc: u32,
    /// The first sequence number, and the newest with its wraps counted above 16 bits.
    first: u64,
    newest: u64,
    received: u64,
    /// Which of the 128 numbers up to the newest came; the lowest bit is the newest.
    came: u128,
    /// Arrival and timestamp of the newest audio packet.
    transit: Option<(Instant, u32)>,
}

#[derive(Debug, Clone, Copy)]
struct Rival {
    ssrc: u32,
    next: u16,
    count: u8,
}

impl Reception {
    /// Takes note of a packet. `audio` is the clock rate of its timestamp; `None` where that does not run with the clock
    /// (keys).
    pub fn receive(&mut self, header: &RtpHeader, audio: Option<u32>, now: Instant) -> Standing {
        let standing = self.stand(header);
        if standing == Standing::Unproven {
            return standing;
        }
        self.received += 1;
        if let Some(current) = &mut self.current {
            current.received += 1;
            if let Some(clock_rate) = audio
                && standing == Standing::Newest
                && let Some((at, timestamp)) = current.transit.replace((now, header.timestamp))
            {
                let sent = header.timestamp.wrapping_sub(timestamp).cast_signed();
                let sent = i64::from(sent) * 1_000_000 / i64::from(clock_rate.max(1));
                let arrived = i64::try_from(now.since(at).as_micros()).unwrap_or(i64::MAX);
                let change = arrived.saturating_sub(sent).unsigned_abs().min(MOST_CHANGE);
                self.jitter = self.jitter + change - (self.jitter + 8) / 16;
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
                let bit = 1 << ahead.wrapping_neg();
                if current.came & bit == 0 {
                    current.came |= bit;
                    self.overtaken += 1;
                    return Standing::Late;
                }
                self.duplicates += 1;
                return Standing::Duplicate;
            }
            if ahead < MAX_DROPOUT {
                current.newest += u64::from(ahead);
                current.came = current.came.checked_shl(ahead.into()).unwrap_or(0) | 1;
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
        self.current = Some(Current {
            ssrc: header.ssrc,
            first,
            newest: first,
            received: 0,
            came: 1,
            transit: None,
        });
        self.reported = (0, 0);
    }

    /// Packets lost so far by sequence number; duplicates count against it, as in RFC 3550 appendix A.3.
    fn lost(&self) -> u64 {
        let now = self.current.map_or(0, |current| {
            (current.newest - current.first + 1).saturating_sub(current.received)
        });
        self.lost_before + now
    }

    /// The figures for the call record, as far as arrival tells them.
    #[must_use]
    pub fn quality(&self) -> Quality {
        Quality {
            received: self.received,
            lost: self.lost(),
            duplicates: self.duplicates,
            out_of_order: self.overtaken,
            jitter_us: self.jitter / 16,
            ..Quality::default()
        }
    }

    /// Who is listened to; `None` before the first packet.
    #[must_use]
    pub fn ssrc(&self) -> Option<u32> {
        self.current.map(|current| current.ssrc)
    }

    /// What a report says about the stream since the last one, in a clock of so many hertz (RFC 3550 appendix A.3).
    pub fn report(&mut self, clock_rate: u32) -> Option<ReportBlock> {
        let current = self.current?;
        let expected = current.newest - current.first + 1;
        let lost = expected.saturating_sub(current.received);
        let (expected_before, lost_before) =
            std::mem::replace(&mut self.reported, (expected, lost));
        let expected_now = expected.saturating_sub(expected_before).max(1);
        let share = lost.saturating_sub(lost_before) * 256 / expected_now;
        Some(ReportBlock {
            ssrc: current.ssrc,
            fraction_lost: u8::try_from(share).unwrap_or(u8::MAX),
            lost: i32::try_from(lost).unwrap_or(i32::MAX),
            // Its wraps are counted from one up.
            newest: low_word(current.newest - 0x1_0000),
            jitter: low_word(self.jitter / 16 * u64::from(clock_rate) / 1_000_000),
            last_report: 0,
            delay: 0,
        })
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
                reception.receive(
                    &header(ssrc, sequence),
                    Some(8_000),
                    Instant::from_micros(n * 20_000),
                )
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
    fn what_comes_twice_and_what_was_overtaken_are_told_apart() {
        let packets = [10, 12, 11, 11, 10, 13, 9, 9, 13].map(|n| (1, n));
        let (_, quality) = receive(&packets);
        assert_eq!((quality.out_of_order, quality.duplicates, quality.lost), (2, 4, 0));
    }

    #[test]
    fn reports_tell_what_was_lost_since_the_last_one() {
        let mut reception = Reception::default();
        assert_eq!(reception.report(8_000), None);
        let mut hear = |range: std::ops::Range<u16>| {
            for n in range.filter(|n| n % 4 != 3) {
                reception.receive(
                    &header(5, n),
                    Some(8_000),
                    Instant::from_micros(u64::from(n) * 20_000),
                );
            }
            reception.report(8_000).expect("heard")
        };
        let first = hear(65_500..65_533);
        assert_eq!((first.ssrc, first.lost, first.fraction_lost, first.newest), (5, 8, 62, 65_532));
        let second = hear(65_533..65_535);
        assert_eq!((second.lost, second.fraction_lost), (8, 0));
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
            reception.receive(&header(1, n), Some(8_000), Instant::from_micros(at));
        }
        let jitter = reception.quality().jitter_us;
        assert!((3_500..=4_000).contains(&jitter), "{jitter} µs");
    }
}
