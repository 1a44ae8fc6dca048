//! A caller being recorded: samples in as they are heard, samples out in order, and when it is over.
//!
//! ```text
//!  samples ──▶ tail (400 ms, what is late finds its place) ──▶ chunk (1 s) ──▶ whoever writes
//!                                                          └──▶ activity: where somebody speaks
//! ```
//!
//! Positions are samples since the beginning. The sender's timestamps order the packets; where none come, as from a
//! phone that is muted or sends nothing in pauses, silence follows the clock, or the noise that the phone says its pause
//! sounds like. Keys leave silence where they sounded.

use super::activity::SpeechDetector;
use super::codec::SAMPLE_RATE;
use super::noise::Noise;
use super::recording::span;
use super::strand::{Strand, TAIL};
use crate::call::{MAX_RECORDING, RecordingEnd};
use crate::time::{Duration, Instant};

/// Samples in a chunk for the writer: 1 s.
const CHUNK: usize = SAMPLE_RATE as usize;
/// How far packets may lie behind the clock before silence takes their place: 200 ms.
const SLACK: u64 = 1_600;
/// A jump of the timestamps by more than this is a new beginning, not a pause: 2 s.
const MAX_GAP: u64 = 16_000;
/// The time to the first word, if the order names less silence.
const FIRST_WORD: Duration = Duration::from_secs(5);
/// What is kept after the last word: 200 ms.
const AFTER_WORDS: u64 = 1_600;

/// One recording in the making.
#[derive(Debug)]
pub struct Recorder {
    limit: u64,
    silence: u64,
    begun: Instant,
    strand: Strand,
    chunk: Vec<i16>,
    activity: SpeechDetector,
}

/// The end of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The samples that were not taken yet.
    pub rest: Vec<i16>,
    /// How many samples of the whole are to be kept: up to the last word. Zero if nothing was said.
    pub kept: u64,
    /// How long that plays.
    pub lasted: Duration,
}

impl Recorder {
    /// Begins at `now`. It ends after `limit`, and after so much `silence` behind the last word.
    #[must_use]
    pub fn new(limit: Duration, silence: Duration, now: Instant) -> Self {
        Self {
            limit: samples(limit.min(MAX_RECORDING)),
            silence: samples(silence),
            begun: now,
            strand: Strand::default(),
            chunk: Vec::with_capacity(CHUNK + TAIL),
            activity: SpeechDetector::default(),
        }
    }

    /// Takes the samples that begin at a timestamp of 8 kHz. They come in order.
    pub fn receive(&mut self, timestamp: u32, samples: &[i16]) {
        let at = self.place(timestamp, samples.len() as u64);
        self.strand.lay(at, samples);
        self.settle(TAIL);
    }

    /// From a timestamp of 8 kHz on the sender pauses: where nothing comes, this is heard.
    pub fn pause(&mut self, timestamp: u32, noise: Noise) {
        let end = self.strand.end();
        match self.strand.position(timestamp) {
            Some(at) if at <= end + MAX_GAP => self.strand.fill(at),
            // Nothing was heard before, or the sender's clock was set anew: what is said next tells how.
            Some(_) | None => {}
        }
        self.strand.pause(noise);
    }

    /// Takes a key that began at `timestamp` and has lasted so many samples: nothing is kept of its tone.
    pub fn key(&mut self, timestamp: u32, lasted: u32) {
        self.strand.key(timestamp, lasted);
    }

    /// Ends it.
    #[must_use]
    pub fn finish(mut self) -> Recorded {
        self.settle(0);
        let words = self.activity.last_word() + AFTER_WORDS;
        let kept = if self.activity.has_spoken() {
            words.min(self.strand.settled()).min(self.limit)
        } else {
            0
        };
        let lasted = span(usize::try_from(kept).unwrap_or(usize::MAX), SAMPLE_RATE);
        Recorded { rest: self.chunk, kept, lasted }
    }

    /// Where samples belong.
    fn place(&mut self, timestamp: u32, length: u64) -> u64 {
        let (settled, end) = (self.strand.settled(), self.strand.end());
        let known = self.strand.position(timestamp);
        known.filter(|&at| at + length > settled && at <= end + MAX_GAP).unwrap_or_else(|| {
            // The first packet, or the sender's clock was set anew.
            self.strand.set(timestamp, end);
            end
        })
    }

    /// Lets go of all but the newest samples.
    fn settle(&mut self, but: usize) {
        let (activity, chunk) = (&mut self.activity, &mut self.chunk);
        self.strand.settle(but, |sample| {
            activity.hear(&[sample], |_| {});
            chunk.push(sample);
        });
    }
}

/// What makes chunks of a recording while it runs.
pub trait Records {
    /// Lets time pass: where packets do not come, silence does.
    fn pass(&mut self, now: Instant);

    /// The next chunk of a second, if there is one. Of two channels the samples come in turn.
    fn take(&mut self) -> Option<Vec<i16>>;

    /// Why it is over, if it is.
    fn ended(&self) -> Option<RecordingEnd>;
}

impl Records for Recorder {
    fn pass(&mut self, now: Instant) {
        let clock = samples(now.since(self.begun)).saturating_sub(SLACK).min(self.limit);
        self.strand.fill(clock);
        self.settle(TAIL);
    }

    fn take(&mut self) -> Option<Vec<i16>> {
        (self.chunk.len() >= CHUNK)
            .then(|| std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK + TAIL)))
    }

    fn ended(&self) -> Option<RecordingEnd> {
        if self.strand.end() >= self.limit {
            return Some(RecordingEnd::Limit);
        }
        let patience = self.silence.max(samples(FIRST_WORD));
        let quiet = if self.activity.has_spoken() {
            self.strand.settled().saturating_sub(self.activity.last_word()) >= self.silence
        } else {
            self.strand.settled() >= patience
        };
        quiet.then_some(RecordingEnd::Silence)
    }
}

/// How many samples a span holds.
pub(super) fn samples(span: Duration) -> u64 {
    span.as_micros().saturating_mul(u64::from(SAMPLE_RATE)) / 1_000_000
}

#[cfg(test)]
mod tests;
