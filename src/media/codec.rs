//! The codecs of telephone calls, as far as packets, sounds and bridges need to know them.

use super::g711;
use crate::time::Duration;

/// Samples per second of everything that is decoded here, and of the sounds.
pub const SAMPLE_RATE: u32 = 8_000;
/// Samples in one frame: 20 ms.
pub(super) const FRAME_SAMPLES: u8 = 160;
/// Samples in one frame, and its bytes in every codec that has one byte for each eighth of a millisecond.
pub const FRAME: usize = FRAME_SAMPLES as usize;
/// Bytes of a frame of Opus as we encode it: 24 kbit/s, each frame of one size, so that a sound is cut like any other.
pub const OPUS_FRAME: usize = 60;

/// How much of a sound is carried, and by how many samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Band {
    /// Up to 4 kHz: 8,000 samples a second, as prompts and all that is listened to have.
    #[default]
    Narrow,
    /// Up to 8 kHz: 16,000 samples a second.
    Wide,
}

impl Band {
    /// How many samples there are where narrow band has one.
    #[must_use]
    pub const fn factor(self) -> usize {
        match self {
            Self::Narrow => 1,
            Self::Wide => 2,
        }
    }
}

/// How audio is written into RTP payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// G.711 µ-law, static payload type 0 (RFC 3551 §4.5.14).
    Pcmu,
    /// G.711 A-law, static payload type 8 (RFC 3551 §4.5.14).
    Pcma,
    /// G.722 at 64 kbit/s, static payload type 9. Its clock runs at 8 kHz although it samples at 16 (RFC 3551 §4.5.2).
    G722,
    /// Opus, one channel (RFC 7587).
    Opus,
}

impl Codec {
    /// The law, if it is G.711.
    #[must_use]
    pub const fn law(self) -> Option<Law> {
        match self {
            Self::Pcmu => Some(Law::Mu),
            Self::Pcma => Some(Law::A),
            Self::G722 | Self::Opus => None,
        }
    }

    /// The most that it carries, as we encode and decode it.
    #[must_use]
    pub const fn band(self) -> Band {
        match self {
            Self::Pcmu | Self::Pcma => Band::Narrow,
            Self::G722 | Self::Opus => Band::Wide,
        }
    }

    /// How many units of the timestamp are a second.
    #[must_use]
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => 8_000,
            Self::Opus => 48_000,
        }
    }

    /// The bytes of a frame of 20 ms as we encode it.
    #[must_use]
    pub const fn frame_bytes(self) -> usize {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => FRAME,
            Self::Opus => OPUS_FRAME,
        }
    }

    /// Where the sample `place` of a sound lies among its bytes; for Opus a whole frame's first sample.
    #[must_use]
    pub const fn bytes_of(self, place: usize) -> usize {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => place,
            Self::Opus => place / FRAME * OPUS_FRAME,
        }
    }

    /// The parts that packets of so much time are made of: how many, and the samples of each. Parts of 20 ms where they
    /// fit, else of 10; Opus has packets of one frame of 20 ms.
    #[must_use]
    pub const fn parts(self, packet_time: Duration) -> (usize, usize) {
        match self {
            Self::Opus => (1, FRAME),
            Self::Pcmu | Self::Pcma | Self::G722 => match packet_time.as_millis() {
                10 => (1, FRAME / 2),
                30 => (3, FRAME / 2),
                40 => (2, FRAME),
                50 => (5, FRAME / 2),
                60 => (3, FRAME),
                _ => (1, FRAME),
            },
        }
    }
}

/// One of the two laws of G.711: a byte for each sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// µ-law.
    Mu,
    /// A-law.
    A,
}

impl Law {
    /// The byte of a sample of silence.
    #[must_use]
    pub const fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xff,
            Self::A => 0xd5,
        }
    }

    /// Encodes one sample.
    #[must_use]
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => g711::encode_ulaw(sample),
            Self::A => g711::encode_alaw(sample),
        }
    }

    /// Decodes one byte.
    #[must_use]
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => g711::ULAW[usize::from(byte)],
            Self::A => g711::ALAW[usize::from(byte)],
        }
    }

    /// Rewrites a payload of this law as one of `to`, in place.
    pub fn transcode(self, to: Self, payload: &mut [u8]) {
        let table = match (self, to) {
            (Self::Mu, Self::A) => &g711::ULAW_TO_ALAW,
            (Self::A, Self::Mu) => &g711::ALAW_TO_ULAW,
            (Self::Mu, Self::Mu) | (Self::A, Self::A) => return,
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
        for law in [Law::Mu, Law::A] {
            assert_eq!(law.encode(0), law.silence());
            assert!(law.decode(law.silence()).abs() <= 8);
        }
    }

    #[test]
    fn transcoding_changes_the_law_and_nothing_else() {
        let mut payload = [Law::Mu.encode(1_000), Law::Mu.silence()];
        Law::Mu.transcode(Law::A, &mut payload);
        assert_eq!(payload, [Law::A.encode(Law::Mu.decode(0xce)), Law::A.silence()]);
        let before = payload;
        Law::A.transcode(Law::A, &mut payload);
        assert_eq!(payload, before);
    }

    #[test]
    fn the_parts_of_a_packet_are_its_time() {
        for ms in [10, 20, 30, 40, 50, 60] {
            let (parts, samples) = Codec::Pcma.parts(Duration::from_millis(ms));
            assert_eq!(parts * samples, usize::try_from(ms * 8).unwrap(), "{ms} ms");
        }
    }
}
