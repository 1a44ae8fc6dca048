//! Keys as telephone-event packets, RFC 4733 §2.5.1: one in place of each audio packet while the key is held, its end
//! three times.

use super::telephone_event::TelephoneEvent;
use crate::call::Symbol;
use crate::time::Duration;

/// How often the end is said.
const ENDS: u8 = 3;
/// The level that keys are said to have, in dB below 0 dBm0.
const VOLUME: u8 = 10;

/// One packet to send: its payload, and whether it begins the key. All packets of a key bear the timestamp of its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPacket {
    /// Set on the first packet of the key.
    pub marker: bool,
    /// The payload.
    pub payload: [u8; 4],
}

/// One key being sent: call [`KeySender::next_packet`] whenever a packet is due.
#[derive(Debug, Clone)]
pub struct KeySender {
    symbol: Symbol,
    /// What the duration grows by from packet to packet.
    step: u16,
    total: u16,
    sent: u16,
    ends: u8,
}

impl KeySender {
    /// Presses `symbol` for `length`, at least 40 ms and at most 8 s or what one segment holds, by packets that are
    /// `packet_time` apart, on a clock of `clock_rate` hertz.
    #[must_use]
    pub fn new(symbol: Symbol, length: Duration, packet_time: Duration, clock_rate: u32) -> Self {
        let units = |ms: u64| u16::try_from(ms * u64::from(clock_rate) / 1_000).unwrap_or(u16::MAX);
        let total = units(length.as_millis().clamp(40, 8_000));
        let step = units(packet_time.as_millis()).max(1);
        Self { symbol, step, total, sent: 0, ends: 0 }
    }

    /// The next packet; `None` once the end was said three times.
    pub fn next_packet(&mut self) -> Option<EventPacket> {
        let marker = self.sent == 0;
        let end = self.sent.saturating_add(self.step) >= self.total;
        if end {
            if self.ends == ENDS {
                return None;
            }
            self.ends += 1;
        } else {
            self.sent += self.step;
        }
        let duration = if end { self.total } else { self.sent };
        let code = self.symbol.event_code();
        let payload = TelephoneEvent { code, end, volume: VOLUME, duration }.write();
        Some(EventPacket { marker, payload })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_100_ms_is_four_packets_and_three_ends() {
        let mut sender = pressed(Symbol::POUND, 100);
        let packets: Vec<_> = std::iter::from_fn(|| sender.next_packet())
            .map(|p| (p.marker, TelephoneEvent::parse(&p.payload).expect("our own")))
            .collect();
        let seen: Vec<_> = packets.iter().map(|(m, e)| (*m, e.end, e.duration)).collect();
        assert_eq!(
            seen,
            [
                (true, false, 160),
                (false, false, 320),
                (false, false, 480),
                (false, false, 640),
                (false, true, 800),
                (false, true, 800),
                (false, true, 800),
            ]
        );
        assert!(packets.iter().all(|(_, event)| event.code == 11));
    }

    fn pressed(symbol: Symbol, ms: u64) -> KeySender {
        KeySender::new(symbol, Duration::from_millis(ms), Duration::from_millis(20), 8_000)
    }

    #[test]
    fn durations_follow_the_clock_and_the_packet_time() {
        let half = Duration::from_millis(90);
        let mut sender = KeySender::new(Symbol::POUND, half, Duration::from_millis(30), 48_000);
        let told: Vec<_> = std::iter::from_fn(|| sender.next_packet())
            .map(|packet| TelephoneEvent::parse(&packet.payload).expect("our own").duration)
            .collect();
        assert_eq!(told, [1_440, 2_880, 4_320, 4_320, 4_320]);
        let long = Duration::from_secs(8);
        let mut sender = KeySender::new(Symbol::POUND, long, Duration::from_millis(20), 48_000);
        let last = std::iter::from_fn(|| sender.next_packet()).last().expect("an end");
        assert_eq!(TelephoneEvent::parse(&last.payload).expect("our own").duration, u16::MAX);
    }

    #[test]
    fn lengths_are_bounded() {
        for (length, packets) in [(0, 4), (40, 4), (60_000, 402)] {
            let mut sender = pressed(Symbol::STAR, length);
            assert_eq!(std::iter::from_fn(|| sender.next_packet()).count(), packets, "{length} ms");
        }
    }
}
