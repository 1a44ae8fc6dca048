//! Comfort noise as RTP payloads, RFC 3389: what a far side sends once instead of the packets of a pause.

/// How loud the noise in a pause of the far side is: 0–127 decibels below overload (RFC 3389 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseLevel(u8);

impl NoiseLevel {
    /// The loudest that is believed, in −dBov: what is louder is no noise of a room, and nobody is to be startled by a
    /// wrong byte.
    const LOUDEST: u8 = 30;

    /// Reads a payload. `None` if it is empty: then only that there is a pause is known. The spectrum that may follow
    /// the level is left out.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        payload.first().map(|byte| Self((byte & 0x7f).max(Self::LOUDEST)))
    }

    /// The level in −dBov, 30–127.
    #[must_use]
    pub const fn below_overload_db(self) -> u8 {
        self.0
    }

    /// The mean square of its samples of 16 bits. Overload is a square wave of full scale (RFC 3389 §3.1).
    pub(in crate::media) fn power(self) -> f32 {
        32_768.0_f32.powi(2) * 10.0_f32.powf(-f32::from(self.0) / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_read_within_its_bounds() {
        for (name, payload, expected) in [
            ("empty", &[][..], None),
            ("a quiet room", &[70], Some(70)),
            ("with a spectrum", &[55, 1, 2, 3], Some(55)),
            ("longer than any", &[78; 1_400], Some(78)),
            ("overload", &[0], Some(30)),
            ("the least", &[127], Some(127)),
            ("the bit that must be none", &[0x80 | 65], Some(65)),
            ("all bits", &[0xff], Some(127)),
        ] {
            let level = NoiseLevel::parse(payload).map(NoiseLevel::below_overload_db);
            assert_eq!(level, expected, "{name}");
        }
        let power = |db| NoiseLevel::parse(&[db]).expect("a level").power();
        assert!((power(40).sqrt() - 327.68).abs() < 0.1, "a hundredth of full scale");
        assert!(power(127) < 0.001, "less than half a step: silence");
    }
}
