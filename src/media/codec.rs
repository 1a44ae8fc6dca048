//! The codecs of telephone calls, as far as sounds and bridges need to know them.

use super::g711;

/// Samples per second of every codec here.
pub const SAMPLE_RATE: u32 = 8_000;
/// Samples in one packet: 20 ms.
pub(super) const FRAME_SAMPLES: u8 = 160;
/// Bytes of payload in one packet, one for each sample.
pub const FRAME: usize = FRAME_SAMPLES as usize;

/// How audio is written into RTP payloads: one byte per sample, 8 kHz, one channel (RFC 3551 §4.5.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// G.711 µ-law, static payload type 0.
    Pcmu,
    /// G.711 A-law, static payload type 8.
    Pcma,
}

impl Codec {
    /// The static payload type (RFC 3551 table 4).
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The byte of a sample of silence.
    #[must_use]
    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcmu => 0xff,
            Self::Pcma => 0xd5,
        }
    }

    /// Encodes one sample.
    #[must_use]
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Pcmu => g711::encode_ulaw(sample),
            Self::Pcma => g711::encode_alaw(sample),
        }
    }

    /// Decodes one byte.
    #[must_use]
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Pcmu => g711::ULAW[usize::from(byte)],
            Self::Pcma => g711::ALAW[usize::from(byte)],
        }
    }

    /// Rewrites a payload of this codec as one of `to`, in place.
    pub fn transcode(self, to: Self, payload: &mut [u8]) {
        let table = match (self, to) {
            (Self::Pcmu, Self::Pcma) => &g711::ULAW_TO_ALAW,
            (Self::Pcma, Self::Pcmu) => &g711::ALAW_TO_ULAW,
            (Self::Pcmu, Self::Pcmu) | (Self::Pcma, Self::Pcma) => return,
        };
        for byte in payload {
            *byte = table[usize::from(*byte)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_decodes_to_nothing_audible() {
        for codec in [Codec::Pcmu, Codec::Pcma] {
            assert_eq!(codec.encode(0), codec.silence());
            assert!(codec.decode(codec.silence()).abs() <= 8);
        }
    }

    #[test]
    fn transcoding_changes_the_law_and_nothing_else() {
        let mut payload = [Codec::Pcmu.encode(1_000), Codec::Pcmu.silence()];
        Codec::Pcmu.transcode(Codec::Pcma, &mut payload);
        assert_eq!(payload, [Codec::Pcma.encode(Codec::Pcmu.decode(0xce)), Codec::Pcma.silence()]);
        let before = payload;
        Codec::Pcma.transcode(Codec::Pcma, &mut payload);
        assert_eq!(payload, before);
    }
}
