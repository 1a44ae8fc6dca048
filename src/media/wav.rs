//! WAV bytes to samples and back, through hound.
//!
//! It knows nothing of files: bytes come in, bytes go out. Whatever is not a sound WAV file is refused in words.

use std::io::Cursor;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::codec::SAMPLE_RATE;
use super::companded::Companded;
use super::recording::span;
use crate::call::Channels;
use crate::time::Duration;

/// The longest recording that is taken: one hour.
pub const MAX_DURATION: Duration = Duration::from_mins(60);
/// The largest WAV file that is taken: one hour of 8 kHz, 16 bit, and some room.
pub const MAX_WAV_BYTES: usize = 64 * 1024 * 1024;
/// The most channels of a file that are read each for itself: what a recorder of eight lines writes.
pub const MAX_CHANNELS: u16 = 8;
/// The most channels of a file that is one sound.
const MIXED: u16 = 2;
/// The sample rates that are taken, in hertz.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// What the head of a WAV file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WavFormat {
    /// Samples per second and channel.
    pub rate: u32,
    /// 1 or 2, or up to [`MAX_CHANNELS`] where each is read for itself.
    pub channels: u16,
    /// Bits per sample: 8, 16, 24 or 32.
    pub bits: u16,
    /// How long it plays.
    pub duration: Duration,
}

/// Why bytes are not a recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// The file is larger than [`MAX_WAV_BYTES`].
    #[error("the file has {bytes} bytes, at most {MAX_WAV_BYTES} are taken")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It plays longer than [`MAX_DURATION`].
    #[error("it plays {seconds} s, at most one hour is taken")]
    TooLong {
        /// Its length in whole seconds.
        seconds: u64,
    },
    /// It holds no samples.
    #[error("it holds no samples")]
    Empty,
    /// No channel, or more than are taken.
    #[error("it has {channels} channels, 1 to {most} are taken")]
    Channels {
        /// How many.
        channels: u16,
        /// How many are taken.
        most: u16,
    },
    /// A sample rate outside 4–192 kHz.
    #[error("its sample rate is {rate} Hz, 4000 to 192000 are taken")]
    Rate {
        /// The rate in hertz.
        rate: u32,
    },
    /// A sample form that is not 8, 16, 24 or 32 bit PCM, 32 bit float, A-law or µ-law.
    #[error(
        "its samples are in a form that is not taken (8, 16, 24 or 32 bit PCM, 32 bit float, A-law and µ-law are)"
    )]
    Form,
    /// The header promises more samples than the file holds.
    #[error("it ends in the middle: the header promises {promised} samples, {found} are there")]
    Truncated {
        /// Samples that the header promises, all channels.
        promised: u32,
        /// Samples found.
        found: usize,
    },
    /// The header is not that of a WAV file.
    #[error("it is no WAV file: {reason}")]
    NotWav {
        /// What is wrong with it.
        reason: String,
    },
}

impl WavFormat {
    /// Reads the head of a WAV file.
    ///
    /// # Errors
    ///
    /// Whatever [`Recording::from_wav`](super::Recording::from_wav) would refuse by the head alone.
    pub fn read(bytes: &[u8]) -> Result<Self, WavError> {
        if let Some(companded) = companded(bytes)? {
            return companded.format(MIXED);
        }
        open(bytes, MIXED).map(|(_, format)| format)
    }

    /// Checks everything that the head tells, of at most so many channels and so many samples in each.
    fn checked(self, most: u16, samples: u32) -> Result<Self, WavError> {
        let Self { rate, channels, .. } = self;
        if !(1..=most).contains(&channels) {
            return Err(WavError::Channels { channels, most });
        }
        if !RATES.contains(&rate) {
            return Err(WavError::Rate { rate });
        }
        if samples == 0 {
            return Err(WavError::Empty);
        }
        let duration = span(samples as usize, rate);
        if duration > MAX_DURATION {
            return Err(WavError::TooLong { seconds: duration.as_secs() });
        }
        Ok(Self { duration, ..self })
    }
}

impl Companded<'_> {
    fn format(&self, most: u16) -> Result<WavFormat, WavError> {
        let samples = self.data.len() / usize::from(self.channels.max(1));
        let samples = u32::try_from(samples).unwrap_or(u32::MAX);
        let Self { rate, channels, .. } = *self;
        WavFormat { rate, channels, bits: 8, duration: Duration::ZERO }.checked(most, samples)
    }
}

/// The file as one of G.711, if it is one.
fn companded(bytes: &[u8]) -> Result<Option<Companded<'_>>, WavError> {
    if bytes.len() > MAX_WAV_BYTES {
        return Err(WavError::TooLarge { bytes: bytes.len() });
    }
    Companded::open(bytes)
}

/// Reads all samples as numbers of full scale ±1.0, the channels mixed into one.
pub(super) fn read(bytes: &[u8]) -> Result<(u32, Vec<f32>), WavError> {
    let (format, interleaved) = interleaved(bytes, MIXED)?;
    let samples = match format.channels {
        1 => interleaved,
        _ => interleaved.chunks_exact(2).map(|pair| f32::midpoint(pair[0], pair[1])).collect(),
    };
    Ok((format.rate, samples))
}

/// Reads all samples as numbers of full scale ±1.0, each of at most [`MAX_CHANNELS`] channels for itself.
pub(super) fn read_channels(bytes: &[u8]) -> Result<(u32, Vec<Vec<f32>>), WavError> {
    let (format, interleaved) = interleaved(bytes, MAX_CHANNELS)?;
    let count = usize::from(format.channels);
    let channel = |n: usize| interleaved.iter().skip(n).step_by(count).copied().collect();
    Ok((format.rate, (0..count).map(channel).collect()))
}

/// Reads all samples of at most so many channels as numbers of full scale ±1.0, as they lie in the file.
fn interleaved(bytes: &[u8], most: u16) -> Result<(WavFormat, Vec<f32>), WavError> {
    if let Some(companded) = companded(bytes)? {
        let format = companded.format(most)?;
        let decoded = |&byte: &u8| f32::from(companded.law.decode(byte)) / 32_768.0;
        return Ok((format, companded.data.iter().map(decoded).collect()));
    }
    let (mut reader, format) = open(bytes, most)?;
    let promised = reader.len();
    let interleaved: Vec<f32> = match (reader.spec().sample_format, sample_pairs(bytes)) {
        (SampleFormat::Float, _) => {
            let clean = |s: f32| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 };
            reader.samples::<f32>().map_while(Result::ok).map(clean).collect()
        }
        (SampleFormat::Int, Some(pairs)) => {
            pairs.iter().map(|&pair| f32::from(i16::from_le_bytes(pair)) / 32_768.0).collect()
        }
        (SampleFormat::Int, None) => {
            let full_scale = (1_u64 << (u32::from(format.bits) - 1)) as f32;
            reader.samples::<i32>().map_while(Result::ok).map(|s| s as f32 / full_scale).collect()
        }
    };
    if u32::try_from(interleaved.len()) != Ok(promised) {
        return Err(WavError::Truncated { promised, found: interleaved.len() });
    }
    Ok((format, interleaved))
}

/// The samples of a 16-bit file as they lie there, if two bytes are given to each: nearly all files are like that, and
/// hound takes ten times as long, one sample at a time.
fn sample_pairs(bytes: &[u8]) -> Option<&[[u8; 2]]> {
    let (reader, format) = open(bytes, MAX_CHANNELS).ok()?;
    let length = reader.len().checked_mul(2)?;
    let data = reader.into_inner();
    let head = bytes.get(..bytes.len().checked_sub(data.len())?)?;
    // The data follow their own length. It would be another one if each sample took more room than it needs.
    let plain = format.bits == 16 && u32::from_le_bytes(*head.last_chunk()?) == length;
    let data = data.get(..data.len().min(usize::try_from(length).ok()?))?;
    plain.then_some(data.as_chunks().0)
}

/// Writes a WAV file: one channel, 16 bit. The samples of at most an hour fit its 4 GiB.
pub(super) fn write(rate: u32, samples: impl ExactSizeIterator<Item = i16>) -> Vec<u8> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut bytes = Vec::with_capacity(44 + samples.len() * 2);
    let mut writer = WavWriter::new(Cursor::new(&mut bytes), spec).expect("memory takes a header");
    for sample in samples {
        writer.write_sample(sample).expect("memory takes a sample");
    }
    writer.finalize().expect("memory takes the lengths");
    bytes
}

/// Bytes of the head of a WAV file before its samples.
pub const WAV_HEAD: usize = 44;

/// The head of a WAV file of so many samples: one channel, 16 bit, 8 kHz. The samples follow it, low byte first.
#[must_use]
pub fn wav_head(samples: u32) -> [u8; WAV_HEAD] {
    wav_head_of(Channels::Mono, samples)
}

/// The head of a WAV file of so many samples in each channel, 16 bit, 8 kHz. The samples follow it, those of the left
/// channel each before that of the right.
#[must_use]
pub fn wav_head_of(channels: Channels, samples: u32) -> [u8; WAV_HEAD] {
    let mut head = [0; WAV_HEAD];
    let empty = write(SAMPLE_RATE, std::iter::empty::<i16>());
    head.copy_from_slice(empty.get(..WAV_HEAD).expect("the head of every file"));
    let frame = channels.count() * 2;
    let bytes = samples.saturating_mul(u32::from(frame));
    let whole = bytes.saturating_add(36);
    head[4..8].copy_from_slice(&whole.to_le_bytes());
    head[22..24].copy_from_slice(&channels.count().to_le_bytes());
    head[28..32].copy_from_slice(&(SAMPLE_RATE * u32::from(frame)).to_le_bytes());
    head[32..34].copy_from_slice(&frame.to_le_bytes());
    head[40..].copy_from_slice(&bytes.to_le_bytes());
    head
}

/// Opens WAV bytes and checks everything that the head tells, of at most so many channels.
fn open(bytes: &[u8], most: u16) -> Result<(WavReader<&[u8]>, WavFormat), WavError> {
    if bytes.len() > MAX_WAV_BYTES {
        return Err(WavError::TooLarge { bytes: bytes.len() });
    }
    let reader = WavReader::new(bytes).map_err(|error| refusal(&error))?;
    let spec = reader.spec();
    let known = match spec.sample_format {
        SampleFormat::Int => matches!(spec.bits_per_sample, 8 | 16 | 24 | 32),
        SampleFormat::Float => spec.bits_per_sample == 32,
    };
    if !known {
        return Err(WavError::Form);
    }
    let WavSpec { sample_rate: rate, channels, bits_per_sample: bits, .. } = spec;
    let format = WavFormat { rate, channels, bits, duration: Duration::ZERO };
    let format = format.checked(most, reader.duration())?;
    Ok((reader, format))
}

/// What hound says, in our words.
fn refusal(error: &hound::Error) -> WavError {
    match error {
        hound::Error::FormatError(reason) => WavError::NotWav { reason: (*reason).to_owned() },
        hound::Error::IoError(_) => {
            WavError::NotWav { reason: "its header is cut short".to_owned() }
        }
        hound::Error::TooWide
        | hound::Error::Unsupported
        | hound::Error::InvalidSampleFormat
        | hound::Error::UnfinishedSample => WavError::Form,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(spec: WavSpec, samples: &[i32]) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut bytes, spec).expect("a spec that hound takes");
        for &sample in samples {
            match spec.sample_format {
                SampleFormat::Int => writer.write_sample(sample),
                SampleFormat::Float => writer.write_sample(sample as f32 / 100.0),
            }
            .expect("a sample that fits");
        }
        writer.finalize().expect("in memory");
        bytes.into_inner()
    }

    fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16) -> WavSpec {
        WavSpec { channels, sample_rate, bits_per_sample, sample_format: SampleFormat::Int }
    }

    #[test]
    fn a_head_and_samples_are_a_file() {
        let samples = [1_i16, -2, 300];
        let mut bytes = wav_head(3).to_vec();
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        assert_eq!(bytes, write(SAMPLE_RATE, samples.into_iter()));
    }

    #[test]
    fn every_form_is_read_at_its_full_scale() {
        let float = WavSpec { sample_format: SampleFormat::Float, ..spec(1, 8_000, 32) };
        for (name, spec, samples, expected) in [
            ("8 bit", spec(1, 8_000, 8), vec![64, -128], vec![0.5, -1.0]),
            ("16 bit", spec(1, 8_000, 16), vec![1, -32_768], vec![1.0 / 32_768.0, -1.0]),
            ("24 bit", spec(1, 48_000, 24), vec![4_194_304], vec![0.5]),
            ("32 bit", spec(1, 44_100, 32), vec![i32::MIN], vec![-1.0]),
            ("float", float, vec![50, -300], vec![0.5, -1.0]),
            ("stereo", spec(2, 16_000, 16), vec![16_384, 0, -16_384, -16_384], vec![0.25, -0.5]),
        ] {
            let (rate, read) = read(&file(spec, &samples)).expect(name);
            assert_eq!((rate, read), (spec.sample_rate, expected), "{name}");
        }
    }

    #[test]
    fn unfit_files_are_refused_in_words() {
        let mut cut = file(spec(1, 8_000, 16), &[1, 2, 3, 4]);
        cut.truncate(cut.len() - 3);
        for (bytes, words) in [
            (vec![], "it is no WAV file: its header is cut short"),
            (b"RIFFxxxxAIFF".to_vec(), "it is no WAV file: no WAVE tag found"),
            (cut, "it ends in the middle: the header promises 4 samples, 2 are there"),
            (file(spec(1, 8_000, 16), &[]), "it holds no samples"),
            (file(spec(3, 8_000, 16), &[1, 2, 3]), "it has 3 channels, 1 to 2 are taken"),
            (
                file(spec(1, 1_000, 16), &[1]),
                "its sample rate is 1000 Hz, 4000 to 192000 are taken",
            ),
            (
                file(spec(1, 4_000, 8), &vec![0; 4_000 * 3_601]),
                "it plays 3601 s, at most one hour is taken",
            ),
        ] {
            assert_eq!(read(&bytes).expect_err(words).to_string(), words);
        }
    }

    #[test]
    fn channels_are_read_each_for_itself() {
        for channels in [1, 2, 3, MAX_CHANNELS] {
            let samples: Vec<i32> = (0..i32::from(channels) * 2).map(|n| n * 256).collect();
            let (rate, read) =
                read_channels(&file(spec(channels, 8_000, 16), &samples)).expect("a sound");
            assert_eq!((rate, read.len()), (8_000, usize::from(channels)));
            for (n, channel) in (0_u16..).zip(read) {
                let expected = [n, n + channels].map(|n| f32::from(n) / 128.0);
                assert_eq!(channel, expected, "{n} of {channels}");
            }
        }
        let many = file(spec(MAX_CHANNELS + 1, 8_000, 16), &[0; 9]);
        let refused = read_channels(&many).expect_err("too many").to_string();
        assert_eq!(refused, "it has 9 channels, 1 to 8 are taken");
        let refused = read(&many).expect_err("too many").to_string();
        assert_eq!(refused, "it has 9 channels, 1 to 2 are taken");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes = write(16_000, [0, 1, -1, i16::MAX, i16::MIN].into_iter());
        let format = WavFormat::read(&bytes).expect("our own file");
        assert_eq!((format.rate, format.channels, format.bits), (16_000, 1, 16));
        let (_, samples) = read(&bytes).expect("our own file");
        let full = 32_768.0;
        assert_eq!(samples, [0.0, 1.0 / full, -1.0 / full, 32_767.0 / full, -1.0]);
    }

    proptest! {
        /// Whatever a header says, both ways of reading 16-bit samples agree.
        #[test]
        fn sample_pairs_are_what_hound_reads(
            samples in proptest::collection::vec(any::<i16>(), 1..20),
            tail in proptest::collection::vec(any::<u8>(), 0..20),
            place in 0_usize..44,
            value: u8,
        ) {
            let mut bytes = write(8_000, samples.into_iter());
            bytes.extend(tail);
            prop_assert!(sample_pairs(&bytes).is_some());
            bytes[place] = value;
            if let Some(pairs) = sample_pairs(&bytes) {
                let (mut reader, _) = open(&bytes, MAX_CHANNELS).expect("pairs were found");
                let slow: Vec<i16> = reader.samples().map_while(Result::ok).collect();
                let fast: Vec<i16> = pairs.iter().map(|&pair| i16::from_le_bytes(pair)).collect();
                prop_assert_eq!(fast, slow);
            }
        }

        #[test]
        fn no_bytes_panic(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
            place in 0_usize..44,
            value: u8,
        ) {
            drop(read(&bytes));
            let mut near = write(8_000, [1, 2, 3].into_iter());
            near[place] = value;
            drop(read(&near));
            near.truncate(place);
            near.append(&mut bytes);
            drop(read(&near));
        }
    }
}
