//! Keys as telephone-event packets, RFC 4733 §2.5.1: a packet every 20 ms while the key is held, its end three times.

use super::telephone_event::TelephoneEvent;
use crate::call::Symbol;
use crate::media::codec::SAMPLE_RATE;
use crate::time::Duration;

/// What the duration grows by from packet to packet: 20 ms.
const STEP: u16 = 160;
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

/// One key being sent: call [`KeySender::next_packet`] every 20 ms.
#[derive(Debug, Clone)]
pub struct KeySender {
    symbol: Symbol,
    total: u16,
    sent: u16,
    ends: u8,
}

impl KeySender {
    /// Presses `symbol` for `length`, at least 40 ms and at most 8 s.
    #[must_use]
    pub fn new(symbol: Symbol, length: Duration) -> Self {
        let samples = length.as_millis().clamp(40, 8_000) * u64::from(SAMPLE_RATE) / 1_000;
        let total = u16::try_from(samples).expect("8 s are 64,000 samples");
        Self { symbol, total, sent: 0, ends: 0 }
    }

    /// The next packet; `None` once the end was said three times.
    pub fn next_packet(&mut self) -> Option<EventPacket> {
        let marker = self.sent == 0;
        let end = self.sent.saturating_add(STEP) >= self.total;
        if end {
            if self.ends == ENDS {
                return None;
            }
            self.ends += 1;
        } else {
            self.sent += STEP;
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
        let mut sender = KeySender::new(Symbol::POUND, Duration::from_millis(100));
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

    #[test]
    fn lengths_are_bounded() {
        for (length, packets) in [(0, 4), (40, 4), (60_000, 402)] {
            let mut sender = KeySender::new(Symbol::STAR, Duration::from_millis(length));
            assert_eq!(std::iter::from_fn(|| sender.next_packet()).count(), packets, "{length} ms");
        }
    }
}
