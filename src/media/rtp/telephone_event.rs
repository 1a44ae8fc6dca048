//! The payload of a telephone-event packet, RFC 4733 §2.3.

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
        let [code, flags, high, low] = *payload.first_chunk::<4>()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(Self { code, end: flags & 0x80 != 0, volume: flags & 0x3f, duration })
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
}
