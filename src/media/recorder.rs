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

use std::collections::VecDeque;

use super::activity::SpeechDetector;
use super::codec::SAMPLE_RATE;
use super::noise::Noise;
use super::recording::span;
use crate::call::{MAX_RECORDING, RecordingEnd};
use crate::time::{Duration, Instant};

/// Samples in a chunk for the writer: 1 s.
const CHUNK: usize = SAMPLE_RATE as usize;
/// Samples that late packets and keys can still change: 400 ms.
const TAIL: usize = 3_200;
/// How far packets may lie behind the clock before silence takes their place: 200 ms.
const SLACK: u64 = 1_600;
/// A jump of the timestamps by more than this is a new beginning, not a pause: 2 s.
const MAX_GAP: u64 = 16_000;
/// The time to the first word, if the order names less silence.
const FIRST_WORD: Duration = Duration::from_secs(5);
/// What is kept after the last word: 200 ms.
const AFTER_WORDS: u64 = 1_600;
/// A key is heard for so long before its first packet says so, and after its last one: 40 and 100 ms.
pub(super) const KEY_EDGES: (u64, u64) = (320, 800);

/// One recording in the making.
#[derive(Debug)]
pub struct Recorder {
    limit: u64,
    silence: u64,
    begun: Instant,
    /// The timestamp of position 0; `None` before the first packet.
    origin: Option<u32>,
    /// Samples that nothing can change any more.
    settled: u64,
    tail: VecDeque<i16>,
    /// What the pause sounds like that the sender makes; `None` = silence.
    pause: Option<Noise>,
    chunk: Vec<i16>,
    activity: SpeechDetector,
    /// The positions of the latest key.
    key: (u64, u64),
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
            origin: None,
            settled: 0,
            tail: VecDeque::with_capacity(TAIL * 2),
            pause: None,
            chunk: Vec::with_capacity(CHUNK + TAIL),
            activity: SpeechDetector::default(),
            key: (0, 0),
        }
    }

    /// Takes the samples that begin at a timestamp of 8 kHz. They come in order.
    pub fn receive(&mut self, timestamp: u32, samples: &[i16]) {
        let at = self.place(timestamp, samples.len() as u64);
        self.fill(at);
        self.pause = None;
        for (position, sample) in (at..).zip(samples) {
            let Some(behind) = position.checked_sub(self.settled) else { continue };
            match usize::try_from(behind).ok().and_then(|behind| self.tail.get_mut(behind)) {
                Some(place) => *place = *sample,
                None => self.tail.push_back(*sample),
            }
        }
        self.settle(TAIL);
    }

    /// From a timestamp of 8 kHz on the sender pauses: where nothing comes, this is heard.
    pub fn pause(&mut self, timestamp: u32, noise: Noise) {
        let end = self.end();
        match self.position(timestamp) {
            Some(at) if at <= end + MAX_GAP => self.fill(at),
            // Nothing was heard before, or the sender's clock was set anew: what is said next tells how.
            Some(_) | None => {}
        }
        self.pause = Some(noise);
    }

    /// Takes a key that began at `timestamp` and has lasted so many samples: nothing is kept of its tone.
    pub fn key(&mut self, timestamp: u32, lasted: u32) {
        let Some(at) = self.position(timestamp) else { return };
        let (before, after) = KEY_EDGES;
        let (from, to) = (at.saturating_sub(before), at + u64::from(lasted) + after);
        let (known, end) = self.key;
        // What lies between two keys in the tail is no word.
        self.key =
            if from <= end + TAIL as u64 { (known.min(from), end.max(to)) } else { (from, to) };
    }

    /// Lets time pass: where packets do not come, silence does.
    pub fn pass(&mut self, now: Instant) {
        let clock = samples(now.since(self.begun)).saturating_sub(SLACK).min(self.limit);
        self.fill(clock);
        self.settle(TAIL);
    }

    /// The next chunk of a second, if there is one.
    pub fn take(&mut self) -> Option<Vec<i16>> {
        (self.chunk.len() >= CHUNK)
            .then(|| std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK + TAIL)))
    }

    /// Why it is over, if it is.
    #[must_use]
    pub fn ended(&self) -> Option<RecordingEnd> {
        if self.end() >= self.limit {
            return Some(RecordingEnd::Limit);
        }
        let patience = self.silence.max(samples(FIRST_WORD));
        let quiet = if self.activity.has_spoken() {
            self.settled.saturating_sub(self.activity.last_word()) >= self.silence
        } else {
            self.settled >= patience
        };
        quiet.then_some(RecordingEnd::Silence)
    }

    /// Ends it.
    #[must_use]
    pub fn finish(mut self) -> Recorded {
        self.settle(0);
        let words = self.activity.last_word() + AFTER_WORDS;
        let kept =
            if self.activity.has_spoken() { words.min(self.settled).min(self.limit) } else { 0 };
        let lasted = span(usize::try_from(kept).unwrap_or(usize::MAX), SAMPLE_RATE);
        Recorded { rest: self.chunk, kept, lasted }
    }

    /// The position after the last sample.
    fn end(&self) -> u64 {
        self.settled + self.tail.len() as u64
    }

    /// Where samples belong.
    fn place(&mut self, timestamp: u32, length: u64) -> u64 {
        let end = self.end();
        let known = self.position(timestamp);
        known.filter(|&at| at + length > self.settled && at <= end + MAX_GAP).unwrap_or_else(|| {
            // The first packet, or the sender's clock was set anew.
            let [a, b, c, d, ..] = end.to_le_bytes();
            self.origin = Some(timestamp.wrapping_sub(u32::from_le_bytes([a, b, c, d])));
            end
        })
    }

    /// The position of a timestamp; one from before the beginning is at the beginning.
    fn position(&self, timestamp: u32) -> Option<u64> {
        let since = timestamp.wrapping_sub(self.origin?).cast_signed();
        Some(u64::try_from(since).unwrap_or(0))
    }

    /// Fills up with silence, or with what the pause sounds like, to a position.
    fn fill(&mut self, to: u64) {
        let missing = to.saturating_sub(self.end());
        let known = self.tail.len();
        self.tail.resize(known + usize::try_from(missing).unwrap_or(0), 0);
        if let Some(noise) = &mut self.pause {
            noise.fill(self.tail.iter_mut().skip(known));
        }
    }

    /// Lets go of all but the newest samples.
    fn settle(&mut self, but: usize) {
        let over = self.tail.len().saturating_sub(but);
        for sample in self.tail.drain(..over) {
            let (from, to) = self.key;
            let sample = if (from..to).contains(&self.settled) { 0 } else { sample };
            self.activity.hear(&[sample], |_| {});
            self.chunk.push(sample);
            self.settled += 1;
        }
    }
}

/// How many samples a span holds.
pub(super) fn samples(span: Duration) -> u64 {
    span.as_micros().saturating_mul(u64::from(SAMPLE_RATE)) / 1_000_000
}

#[cfg(test)]
mod tests;
