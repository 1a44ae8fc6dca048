//! Frames of audio as they travel: `line` and `timestamp` as u32, then 20 ms of samples as s16, all little-endian.

/// The bytes before the samples.
const HEAD: usize = 8;
/// Samples of 20 ms at 8 kHz.
pub(super) const NARROW: usize = 160;
/// Samples of 20 ms at 16 kHz.
pub(super) const WIDE: usize = 320;

/// How many samples a second hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::telephony::remote) enum Rate {
    /// 8 kHz.
    Narrow,
    /// 16 kHz.
    Wide,
}

impl Rate {
    /// The rate as adapters say it; nothing = 8 kHz.
    pub(in crate::telephony::remote) const fn of(hertz: Option<u32>) -> Option<Self> {
        match hertz {
            None | Some(8_000) => Some(Self::Narrow),
            Some(16_000) => Some(Self::Wide),
            Some(_) => None,
        }
    }

    /// The samples of a frame.
    pub(super) const fn samples(self) -> usize {
        match self {
            Self::Narrow => NARROW,
            Self::Wide => WIDE,
        }
    }
}

/// A frame that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// The number of its leg.
    pub(super) line: u32,
    /// The position of its first sample.
    pub(super) timestamp: u32,
    /// 20 ms of samples.
    pub(super) samples: Vec<i16>,
}

impl Frame {
    /// Reads a frame; `None` if it is not exactly one.
    pub(super) fn read(bytes: &[u8], rate: Rate) -> Option<Self> {
        let (line, rest) = bytes.split_first_chunk::<4>()?;
        let (timestamp, rest) = rest.split_first_chunk::<4>()?;
        let (samples, []) = rest.as_chunks::<2>() else { return None };
        (samples.len() == rate.samples()).then(|| Self {
            line: u32::from_le_bytes(*line),
            timestamp: u32::from_le_bytes(*timestamp),
            samples: samples.iter().map(|bytes| i16::from_le_bytes(*bytes)).collect(),
        })
    }

    /// Writes a frame.
    pub(super) fn write(line: u32, timestamp: u32, samples: &[i16]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + samples.len() * 2);
        bytes.extend(line.to_le_bytes());
        bytes.extend(timestamp.to_le_bytes());
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        for rate in [Rate::Narrow, Rate::Wide] {
            let samples: Vec<i16> = (-9_000..).step_by(90).take(rate.samples()).collect();
            let bytes = Frame::write(7, u32::MAX, &samples);
            let expected = Frame { line: 7, timestamp: u32::MAX, samples };
            assert_eq!(Frame::read(&bytes, rate), Some(expected));
            for length in 0..bytes.len() {
                assert_eq!(Frame::read(&bytes[..length], rate), None, "cut to {length}");
            }
            assert_eq!(Frame::read(&[&bytes[..], &[0, 0]].concat(), rate), None, "too long");
        }
        assert_eq!(Rate::of(Some(44_100)), None);
    }
}
