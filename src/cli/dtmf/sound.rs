//! Keys in sound.

use crate::call::Symbol;
use crate::media::{Recording, SAMPLE_RATE, ToneDetector, Tones};

/// A key that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FoundKey {
    pub(super) symbol: Symbol,
    /// When it began, in milliseconds since the beginning of the file.
    pub(super) onset_ms: u64,
    /// How long it lasted; zero if that is not known.
    pub(super) duration_ms: u64,
    pub(super) source: Source,
}

/// How a key was carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// By tones in the audio.
    InBand,
    /// By telephone-events (RFC 4733).
    Event,
}

impl Source {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::InBand => "in_band",
            Self::Event => "telephone_event",
        }
    }
}

/// The keys that a detector reports, put together.
#[derive(Debug, Default)]
pub(super) struct Tally {
    detector: ToneDetector,
    keys: Vec<FoundKey>,
}

impl Tally {
    /// Hears the next samples, 8 kHz.
    pub(super) fn hear(&mut self, samples: &[i16], made_up: bool) {
        let keys = &mut self.keys;
        self.detector.hear(samples, made_up, |tones| match tones {
            Tones::Pressed { symbol, onset } => keys.push(FoundKey {
                symbol,
                onset_ms: milliseconds(onset),
                duration_ms: 0,
                source: Source::InBand,
            }),
            Tones::Released { duration, .. } => {
                if let Some(key) = keys.last_mut() {
                    key.duration_ms = milliseconds(duration);
                }
            }
        });
    }

    /// The keys, in milliseconds since the first sample.
    pub(super) fn finish(mut self) -> Vec<FoundKey> {
        // A key that sounds up to the very end is heard out.
        self.hear(&[0; SAMPLE_RATE as usize / 5], false);
        self.keys
    }
}

/// The keys in a channel of a recording.
pub(super) fn keys_of(channel: Recording) -> Vec<FoundKey> {
    let mut tally = Tally::default();
    let heard = if channel.rate == SAMPLE_RATE { channel } else { channel.resampled(SAMPLE_RATE) };
    tally.hear(&heard.to_samples().collect::<Vec<i16>>(), false);
    tally.finish()
}

fn milliseconds(samples: u64) -> u64 {
    samples * 1_000 / u64::from(SAMPLE_RATE)
}
