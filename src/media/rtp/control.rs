//! The reports that two parties of a stream exchange about it (RTCP, RFC 3550 §6): when ours are due, what they say,
//! and what theirs mean.

use super::packet::RtpHeader;
use super::rtcp::{CNAME, ControlPacket, ReportBlock, SenderInfo, parse_control, write_report};
use crate::time::{Duration, Instant};

/// The time between two reports before chance is put to it (RFC 3550 §6.2).
const INTERVAL: Duration = Duration::from_secs(5);

/// What was sent so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Packets of audio.
    pub packets: u64,
    /// Bytes of their payloads.
    octets: u64,
    /// The timestamp of the newest, and when it was sent.
    newest: Option<(u32, Instant)>,
}

impl Sent {
    /// Takes note of a packet.
    pub fn note(&mut self, header: &RtpHeader, octets: usize, now: Instant) {
        self.packets += 1;
        self.octets += octets as u64;
        self.newest = Some((header.timestamp, now));
    }
}

/// What the far side says about our stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Packets of ours that it lost; `None` = it never reported.
    pub lost: Option<u64>,
    /// The jitter that it sees, in units of our clock.
    pub jitter: u32,
    /// The time there and back, as far as it is known.
    pub round_trip: Option<Duration>,
}

/// Our side of the reports of one leg.
#[derive(Debug, Clone)]
pub struct Control {
    ssrc: u32,
    cname: [u8; CNAME],
    /// The state of the chance that spreads reports (xorshift).
    chance: u64,
    due: Option<Instant>,
    /// The newest sender report of the far side: the middle of its clock, and when it came.
    their_report: Option<(u32, Instant)>,
    told: Told,
}

impl Control {
    /// Begins for our stream `ssrc`; `chance` is any random number.
    #[must_use]
    pub fn new(ssrc: u32, chance: u64) -> Self {
        let mut control = Self {
            ssrc,
            cname: [b'0'; CNAME],
            chance: chance | 1,
            due: None,
            their_report: None,
            told: Told::default(),
        };
        // RFC 7022 §4.2: random, new for each call, nothing in it that belongs to anybody.
        for n in 0..CNAME {
            let digit = u8::try_from(control.roll() >> 60).unwrap_or(0);
            control.cname[n] = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        }
        control
    }

    /// What the far side told.
    #[must_use]
    pub const fn told(&self) -> Told {
        self.told
    }

    /// Reads a datagram of the far side, whose stream is `theirs` as far as it is known. Returns whether it was one of
    /// its reports.
    pub fn receive(&mut self, datagram: &[u8], theirs: Option<u32>, now: Instant) -> bool {
        let Some(packets) = parse_control(datagram) else { return false };
        let known = |ssrc: u32| theirs.is_none_or(|theirs| theirs == ssrc);
        let mut taken = false;
        for packet in packets {
            match packet {
                ControlPacket::SenderReport { ssrc, sent, blocks } if known(ssrc) => {
                    self.their_report = Some((middle(sent.ntp), now));
                    self.read(blocks, now);
                    taken = true;
                }
                ControlPacket::ReceiverReport { ssrc, blocks } => {
                    // A party that only receives has no stream that would be known.
                    taken |= known(ssrc) || theirs.is_none();
                    self.read(blocks, now);
                }
                ControlPacket::SenderReport { .. }
                | ControlPacket::Goodbye
                | ControlPacket::Other => {}
            }
        }
        taken
    }

    fn read(&mut self, blocks: &[u8], now: Instant) {
        let Some(block) = ReportBlock::about(blocks, self.ssrc) else { return };
        self.told.lost = Some(u64::try_from(block.lost).unwrap_or(0));
        self.told.jitter = block.jitter;
        if block.last_report != 0 {
            // RFC 3550 §6.4.1, in 2⁻¹⁶ s. What is negative or absurd comes of a broken clock.
            let since = middle(ntp(now)).wrapping_sub(block.last_report).wrapping_sub(block.delay);
            if since < 60 << 16 {
                let micros = (u64::from(since) * 1_000_000) >> 16;
                self.told.round_trip = Some(Duration::from_micros(micros));
            }
        }
    }

    /// Whether a report is due; the first one half an interval after the first time that this is asked.
    pub fn is_due(&mut self, now: Instant) -> bool {
        match self.due {
            None => {
                let wait = self.interval().as_micros() / 2;
                self.due = Some(now + Duration::from_micros(wait));
                false
            }
            Some(due) if now < due => false,
            Some(_) => {
                self.due = Some(now + self.interval());
                true
            }
        }
    }

    /// Our report: `sent` is about our stream, whose clock runs at so many hertz, `block` about the far side's. `last`
    /// says goodbye.
    #[must_use]
    pub fn report(
        &self,
        sent: &Sent,
        block: Option<ReportBlock>,
        clock_rate: u32,
        now: Instant,
        last: bool,
    ) -> Vec<u8> {
        let info = sent.newest.map(|(timestamp, at)| {
            let units = now.since(at).as_micros() * u64::from(clock_rate) / 1_000_000;
            SenderInfo {
                ntp: ntp(now),
                timestamp: timestamp.wrapping_add(low_word(units)),
                packets: low_word(sent.packets),
                octets: low_word(sent.octets),
            }
        });
        let block = block.map(|block| match self.their_report {
            None => block,
            Some((last_report, at)) => {
                let delay = (now.since(at).as_micros() << 16) / 1_000_000;
                ReportBlock {
                    last_report,
                    delay: u32::try_from(delay).unwrap_or(u32::MAX),
                    ..block
                }
            }
        });
        write_report(self.ssrc, info, block, &self.cname, last)
    }

    /// The interval with chance: 0.5 to 1.5 of it, over e − 1.5 (RFC 3550 §6.3.1).
    fn interval(&mut self) -> Duration {
        let share = self.roll() >> 48;
        let micros = INTERVAL.as_micros();
        let spread = micros / 2 + ((micros * share) >> 16);
        Duration::from_micros(spread * 100_000 / 121_828)
    }

    fn roll(&mut self) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance
    }
}

/// The time on our clock in 2⁻³² s.
fn ntp(now: Instant) -> u64 {
    let micros = now.as_micros();
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    (seconds << 32) | ((rest << 32) / 1_000_000)
}

/// The middle 32 of 64 bits.
fn middle(ntp: u64) -> u32 {
    let [_, _, a, b, c, d, _, _] = ntp.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// The lowest 32 bits.
fn low_word(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_micros(ms * 1_000)
    }

    fn sent(now: Instant) -> Sent {
        let mut sent = Sent::default();
        let header =
            RtpHeader { marker: false, payload_type: 0, sequence: 0, timestamp: 1_000, ssrc: 1 };
        sent.note(&header, 160, now);
        sent
    }

    fn block(ssrc: u32) -> Option<ReportBlock> {
        Some(ReportBlock {
            ssrc,
            fraction_lost: 0,
            lost: 3,
            newest: 10,
            jitter: 80,
            last_report: 0,
            delay: 0,
        })
    }

    #[test]
    fn two_parties_learn_the_way_there_and_back() {
        let (mut a, mut b) = (Control::new(1, 11), Control::new(2, 12));
        let sent = sent(at(10_000));
        // a's report takes 30 ms, b answers 500 ms later, the answer takes 50 ms.
        assert!(b.receive(&a.report(&sent, None, 8_000, at(10_000), false), Some(1), at(10_030)));
        assert!(a.receive(
            &b.report(&sent, block(1), 8_000, at(10_530), false),
            Some(2),
            at(10_580)
        ));
        let told = a.told();
        assert_eq!((told.lost, told.jitter), (Some(3), 80));
        let round_trip = told.round_trip.expect("known").as_micros();
        assert!(round_trip.abs_diff(80_000) < 100, "{round_trip}");
        assert_eq!(b.told(), Told::default(), "nothing was said about b's stream");
    }

    #[test]
    fn strangers_and_nonsense_teach_nothing() {
        let mut a = Control::new(1, 11);
        let stranger = Control::new(9, 12);
        let report = stranger.report(&sent(at(0)), block(5), 8_000, at(1), false);
        assert!(!a.receive(&report, Some(2), at(2)));
        assert!(!a.receive(b"junk", Some(2), at(2)));
        assert_eq!(a.told(), Told::default());
    }

    #[test]
    fn reports_come_every_five_seconds_or_so_and_not_at_once() {
        let mut control = Control::new(1, 99);
        let mut reports = Vec::new();
        for ms in (0..600_000).step_by(20) {
            if control.is_due(at(ms)) {
                reports.push(ms);
            }
        }
        assert!((1_000..=3_100).contains(&reports[0]), "{}", reports[0]);
        let gaps: Vec<u64> = reports.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().all(|gap| (2_050..=6_180).contains(gap)), "{gaps:?}");
        let mean = gaps.iter().sum::<u64>() / gaps.len() as u64;
        assert!((3_700..=4_500).contains(&mean), "{mean}");
    }

    #[test]
    fn names_are_new_each_time_and_say_nothing() {
        let names = [1, 2, 3].map(|chance| Control::new(1, chance * 7_919).cname);
        assert!(names[0] != names[1] && names[1] != names[2]);
        assert!(names.iter().flatten().all(u8::is_ascii_hexdigit));
    }
}
