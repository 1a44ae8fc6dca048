//! Audio as the program works on it: one channel of samples at some rate.

use super::codec::SAMPLE_RATE;
use super::level::{self, Level};
use super::resample::resample;
use super::wav::{self, WavError};
use crate::time::Duration;

/// One channel of audio.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Samples per second.
    pub rate: u32,
    /// The samples, full scale = ±1.0; 16-bit samples are kept exactly.
    pub samples: Vec<f32>,
}

impl Recording {
    /// Reads a WAV file: any rate from 4 to 192 kHz, 8 to 32 bits, float, A-law or µ-law; two channels are mixed into one.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the bytes; nothing is guessed.
    pub fn from_wav(bytes: &[u8]) -> Result<Self, WavError> {
        wav::read(bytes).map(|(rate, samples)| Self { rate, samples })
    }

    /// Reads a WAV file like [`Self::from_wav`], each of its channels for itself, at most
    /// [`MAX_CHANNELS`](super::MAX_CHANNELS).
    ///
    /// # Errors
    ///
    /// Says what is wrong with the bytes; nothing is guessed.
    pub fn channels_from_wav(bytes: &[u8]) -> Result<Vec<Self>, WavError> {
        let (rate, channels) = wav::read_channels(bytes)?;
        Ok(channels.into_iter().map(|samples| Self { rate, samples }).collect())
    }

    /// Makes a recording of 16-bit samples.
    #[must_use]
    pub fn from_samples(rate: u32, samples: &[i16]) -> Self {
        Self { rate, samples: samples.iter().map(|&s| f32::from(s) / 32_768.0).collect() }
    }

    /// Makes a silence at telephone rate.
    #[must_use]
    pub fn silence(length: Duration) -> Self {
        let samples = length.as_millis().saturating_mul(u64::from(SAMPLE_RATE)) / 1_000;
        Self { rate: SAMPLE_RATE, samples: vec![0.0; usize::try_from(samples).unwrap_or(0)] }
    }

    /// Writes a WAV file: one channel, 16 bit.
    #[must_use]
    pub fn to_wav(&self) -> Vec<u8> {
        wav::write(self.rate, self.to_samples())
    }

    /// The samples as 16-bit numbers, clipped at full scale.
    pub fn to_samples(&self) -> impl ExactSizeIterator<Item = i16> + '_ {
        self.samples.iter().map(|&s| to_i16(s))
    }

    /// How long it plays.
    #[must_use]
    pub fn duration(&self) -> Duration {
        span(self.samples.len(), self.rate)
    }

    /// The same sound at another rate, through a low-pass filter where the new rate is lower.
    #[must_use]
    pub fn resampled(&self, rate: u32) -> Self {
        Self { rate, samples: resample(&self.samples, self.rate, rate) }
    }

    /// How loud it is.
    #[must_use]
    pub fn level(&self) -> Level {
        level::measure(&self.samples, self.rate)
    }

    /// The same sound at telephone level: speech about −20 dBFS, peaks at most −3 dBFS.
    ///
    /// A sound that is within 6 dB of that already stays exactly as it is.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        level::normalise(&mut self.samples, self.rate);
        self
    }
}

/// How long `samples` play at `rate`, rounded down to microseconds.
pub(super) fn span(samples: usize, rate: u32) -> Duration {
    Duration::from_micros((samples as u64).saturating_mul(1_000_000) / u64::from(rate.max(1)))
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i16 just before")]
pub(super) fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bit_samples_are_kept_exactly() {
        let samples: Vec<i16> = (i16::MIN..=i16::MAX).collect();
        let recording = Recording::from_samples(8_000, &samples);
        assert!(recording.to_samples().eq(samples.iter().copied()));
        let again = Recording::from_wav(&recording.to_wav()).expect("our own file");
        assert_eq!(again, recording);
        assert_eq!(recording.duration(), Duration::from_micros(8_192_000));
    }

    #[test]
    fn what_is_over_full_scale_is_clipped() {
        let loud = Recording { rate: 8_000, samples: vec![1.0, 7.0, -7.0, f32::NAN] };
        assert!(loud.to_samples().eq([32_767, 32_767, -32_768, 0]));
    }
}
