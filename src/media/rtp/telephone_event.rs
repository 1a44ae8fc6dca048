//! The payload of a telephone-event packet, RFC 4733 §2.3.

use super::packet::RtpHeader;

/// The most events that are read from one packet; what follows them is left aside. Fewer than a receiver remembers, so
/// that a packet that comes twice tells nothing new.
pub const MAX_PACKED: usize = 8;
/// The length of a segment of a long key: the largest duration that a packet can state.
pub(super) const SEGMENT: u16 = u16::MAX;

/// One report about a key, as a packet carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelephoneEvent {
    /// Which event; 0–15 are keys (RFC 4733 §3.2).
    pub code: u8,
    /// Whether the key was released.
    pub end: bool,
    /// The level as a positive number of dB below 0 dBm0, 0–63.
    pub volume: u8,
    /// How long it has lasted in units of the codec's clock.
    pub duration: u16,
}

impl TelephoneEvent {
    /// Reads a payload; `None` if it is too short. What follows the first four bytes is left aside.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        payload.first_chunk().copied().map(Self::read)
    }

    fn read([code, flags, high, low]: [u8; 4]) -> Self {
        let duration = u16::from_be_bytes([high, low]);
        Self { code, end: flags & 0x80 != 0, volume: flags & 0x3f, duration }
    }

    /// Reads all events of a packet, at most [`MAX_PACKED`], each with the header that it would have alone. They follow
    /// one another without a pause (RFC 4733 §2.5.1.5), so that each begins where the one before ended (§2.5.2.4).
    ///
    /// Where a block cannot follow the one before, or the payload is no whole number of blocks, what is no event for
    /// certain is left aside: of a payload of five bytes, or eight whose first event has not ended, the first is read.
    pub fn packed(
        header: &RtpHeader,
        payload: &[u8],
    ) -> impl Iterator<Item = (RtpHeader, Self)> + use<> {
        let (blocks, rest) = payload.as_chunks::<4>();
        let most = if rest.is_empty() { MAX_PACKED } else { 1 };
        let mut events = [None; MAX_PACKED];
        let mut header = *header;
        let mut before: Option<Self> = None;
        for (place, block) in events.iter_mut().zip(blocks.iter().take(most)) {
            let event = Self::read(*block);
            if let Some(before) = before {
                if !before.may_precede(&event) {
                    break;
                }
                // What follows an end is an event that begins, whatever the marker says of the packet; what follows a
                // segment is its next.
                header.marker = before.end;
                header.timestamp = header.timestamp.wrapping_add(u32::from(before.duration));
            }
            *place = Some((header, event));
            before = Some(event);
        }
        events.into_iter().flatten()
    }

    /// Whether an event may follow this one in a packet: this one has ended, or is a whole segment of the same.
    const fn may_precede(&self, next: &Self) -> bool {
        let segment = self.duration == SEGMENT && self.code == next.code;
        self.duration > 0 && (self.end || segment)
    }

    /// Writes the payload.
    #[must_use]
    pub fn write(&self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, u8::from(self.end) << 7 | (self.volume & 0x3f), high, low]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_read_as_they_are_written() {
        let event = TelephoneEvent { code: 11, end: true, volume: 10, duration: 0x0320 };
        assert_eq!(event.write(), [11, 0x8a, 0x03, 0x20]);
        for (payload, expected) in [
            (&[11, 0x8a, 0x03, 0x20][..], Some(event)),
            (&[11, 0xca, 0x03, 0x20, 1, 2, 3], Some(event)),
            (&[11, 0x8a, 0x03], None),
            (&[], None),
        ] {
            assert_eq!(TelephoneEvent::parse(payload), expected);
        }
    }

    #[test]
    fn packed_events_begin_where_the_one_before_ended() {
        let header =
            RtpHeader { marker: true, payload_type: 101, sequence: 7, timestamp: 1_000, ssrc: 9 };
        let block = |code: u8, end: bool, duration: u16| {
            TelephoneEvent { code, end, volume: 10, duration }.write().to_vec()
        };
        let five = block(5, true, 800);
        for (name, payload, expected) in [
            ("one", five.clone(), vec![(5, 1_000, true)]),
            (
                "three",
                [five.clone(), block(6, true, 400), block(7, false, 160)].concat(),
                vec![(5, 1_000, true), (6, 1_800, true), (7, 2_200, true)],
            ),
            (
                "a segment and the next of the same key",
                [block(5, false, 0xffff), block(5, false, 160)].concat(),
                vec![(5, 1_000, true), (5, 66_535, false)],
            ),
            (
                "a segment and another key",
                [block(5, false, 0xffff), block(6, false, 160)].concat(),
                vec![(5, 1_000, true)],
            ),
            (
                "one that has not ended",
                [block(5, false, 800), block(6, false, 160)].concat(),
                vec![(5, 1_000, true)],
            ),
            (
                "one that has no length",
                [block(5, true, 0), block(6, true, 160)].concat(),
                vec![(5, 1_000, true)],
            ),
            ("a byte too many", [five.clone(), vec![6]].concat(), vec![(5, 1_000, true)]),
            (
                "a block and a half too many",
                [five.clone(), five.clone(), vec![6, 7]].concat(),
                vec![(5, 1_000, true)],
            ),
            ("too short", vec![5, 0x8a, 3], vec![]),
            ("none", vec![], vec![]),
        ] {
            let found: Vec<_> = TelephoneEvent::packed(&header, &payload)
                .map(|(header, event)| (event.code, header.timestamp, header.marker))
                .collect();
            assert_eq!(found, expected, "{name}");
        }
        let many = five.repeat(100);
        assert_eq!(TelephoneEvent::packed(&header, &many).count(), MAX_PACKED);
    }
}
