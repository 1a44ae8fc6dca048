//! A talk being recorded: what either party says goes in as it is heard, both come out on one time line.
//!
//! ```text
//!  caller ──▶ Side: tail (400 ms, what is late finds its place) ──▶┐
//!                                                                  ├─▶ one channel, or left and right ──▶ whoever writes
//!  other  ──▶ Side: tail ─────────────────────────────────────────▶┘
//! ```
//!
//! Positions are samples since the beginning, by the clock: a party's first packet is where it arrived, and the sender's
//! timestamps order those behind it. Where nothing comes there is silence, or the noise that a phone says its pause
//! sounds like. Keys leave silence where they sounded. Whatever senders say of their time, no side is ever further than
//! [`MAX_APART`] from the clock, so that little waits for the other side.

use std::collections::VecDeque;

use super::codec::SAMPLE_RATE;
use super::noise::Noise;
use super::recorder::{Recorded, Records, samples};
use super::recording::span;
use super::strand::{Strand, TAIL};
use crate::call::{Channels, MAX_RECORDING, RecordingEnd};
use crate::time::{Duration, Instant};

/// Samples of each side in a chunk for the writer: 1 s.
const CHUNK: usize = SAMPLE_RATE as usize;
/// How far packets may lie behind the clock before silence takes their place: 200 ms.
const SLACK: u64 = 1_600;
/// How far a sender's time may be from the clock; beyond that it is set anew: 1 s.
const MAX_APART: u64 = 8_000;

/// Whose voice it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// The caller's: the left channel.
    Caller,
    /// That of whom they talk with: the right channel.
    Other,
}

/// One recording of a talk in the making.
#[derive(Debug)]
pub struct TalkRecorder {
    channels: Channels,
    limit: u64,
    begun: Instant,
    /// Where the clock stands.
    clock: u64,
    caller: Side,
    other: Side,
}

/// What one party says.
#[derive(Debug, Default)]
struct Side {
    strand: Strand,
    /// Settled samples that wait for those of the other side.
    ready: VecDeque<i16>,
}

impl TalkRecorder {
    /// Begins at `now`. It ends after `limit`.
    #[must_use]
    pub fn new(channels: Channels, limit: Duration, now: Instant) -> Self {
        Self {
            channels,
            limit: samples(limit.min(MAX_RECORDING)),
            begun: now,
            clock: 0,
            caller: Side::default(),
            other: Side::default(),
        }
    }

    /// A packet of that timestamp of 8 kHz arrives: its sender's time is set by the clock, unless it is known.
    pub fn arrives(&mut self, voice: Voice, timestamp: u32, now: Instant) {
        self.clock = self.at(now);
        let clock = self.clock;
        let strand = &mut self.side(voice).strand;
        if strand.position(timestamp).is_none_or(|at| at.abs_diff(clock) > MAX_APART) {
            strand.set(timestamp, clock.max(strand.end()));
        }
    }

    /// Takes the samples that begin at a timestamp of 8 kHz. They come in order, and later than their packet.
    pub fn receive(&mut self, voice: Voice, timestamp: u32, samples: &[i16]) {
        let until = self.clock + MAX_APART;
        let side = self.side(voice);
        // What was said by a time that was set anew since has no place any more.
        let Some(at) = side.strand.position(timestamp).filter(|at| *at < until) else { return };
        let room = usize::try_from(until - at).unwrap_or(usize::MAX);
        side.strand.lay(at, samples.iter().take(room));
        side.settle(TAIL);
    }

    /// From a timestamp of 8 kHz on a party pauses: where nothing comes, this is heard.
    pub fn pause(&mut self, voice: Voice, timestamp: u32, noise: Noise) {
        let until = self.clock + MAX_APART;
        let strand = &mut self.side(voice).strand;
        if let Some(at) = strand.position(timestamp).filter(|at| *at < until) {
            strand.fill(at);
        }
        strand.pause(noise);
    }

    /// Takes a key that began at `timestamp` and has lasted so many samples: nothing is kept of its tone.
    pub fn key(&mut self, voice: Voice, timestamp: u32, lasted: u32) {
        self.side(voice).strand.key(timestamp, lasted);
    }

    /// Ends it at `now`. What is kept is counted in samples of each channel.
    #[must_use]
    pub fn finish(mut self, now: Instant) -> Recorded {
        let kept = self.at(now);
        let given = self.given();
        for side in [&mut self.caller, &mut self.other] {
            side.strand.fill(kept);
            side.settle(0);
        }
        let rest = usize::try_from(kept.saturating_sub(given)).unwrap_or(usize::MAX);
        let rest = self.give(rest.min(self.ready()));
        let lasted = span(usize::try_from(kept).unwrap_or(usize::MAX), SAMPLE_RATE);
        Recorded { rest, kept, lasted }
    }

    fn side(&mut self, voice: Voice) -> &mut Side {
        match voice {
            Voice::Caller => &mut self.caller,
            Voice::Other => &mut self.other,
        }
    }

    /// The position of a moment.
    fn at(&self, now: Instant) -> u64 {
        samples(now.since(self.begun)).min(self.limit)
    }

    /// Samples of each side that were given out.
    fn given(&self) -> u64 {
        self.caller.strand.settled() - self.caller.ready.len() as u64
    }

    /// Samples that both sides have.
    fn ready(&self) -> usize {
        self.caller.ready.len().min(self.other.ready.len())
    }

    fn give(&mut self, length: usize) -> Vec<i16> {
        let caller = self.caller.ready.drain(..length);
        let both = caller.zip(self.other.ready.drain(..length));
        match self.channels {
            Channels::Mono => both.map(|(left, right)| left.saturating_add(right)).collect(),
            Channels::Stereo => both.flat_map(|(left, right)| [left, right]).collect(),
        }
    }
}

impl Records for TalkRecorder {
    fn pass(&mut self, now: Instant) {
        self.clock = self.at(now);
        let clock = self.clock.saturating_sub(SLACK);
        for side in [&mut self.caller, &mut self.other] {
            side.strand.fill(clock);
            side.settle(TAIL);
        }
    }

    fn take(&mut self) -> Option<Vec<i16>> {
        (self.ready() >= CHUNK).then(|| self.give(CHUNK))
    }

    fn ended(&self) -> Option<RecordingEnd> {
        (self.clock >= self.limit).then_some(RecordingEnd::Limit)
    }
}

impl Side {
    /// Lets go of all but the newest samples.
    fn settle(&mut self, but: usize) {
        let ready = &mut self.ready;
        self.strand.settle(but, |sample| ready.push_back(sample));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(milliseconds: u64) -> Instant {
        Instant::from_micros(milliseconds * 1_000)
    }

    /// A second of a talk in which the caller speaks from 200 ms on and the other party from 600 ms on, each by a clock
    /// of their own.
    fn talk(channels: Channels) -> Vec<i16> {
        let mut recorder = TalkRecorder::new(channels, MAX_RECORDING, at(0));
        let mut out = Vec::new();
        for beat in 0..100_u32 {
            let now = at(u64::from(beat) * 20);
            for (voice, from, clock, level) in
                [(Voice::Caller, 10, 4_294_967_000, 100), (Voice::Other, 30, 77, 23)]
            {
                if beat >= from {
                    let timestamp = (beat * 160).wrapping_add(clock);
                    recorder.arrives(voice, timestamp, now);
                    recorder.receive(voice, timestamp, &[level; 160]);
                }
            }
            recorder.pass(now);
            out.extend(recorder.take().into_iter().flatten());
        }
        let Recorded { rest, kept, lasted } = recorder.finish(at(2_000));
        assert_eq!((kept, lasted.as_millis()), (16_000, 2_000));
        out.extend(rest);
        out
    }

    #[test]
    fn each_party_has_a_channel_and_both_have_one_time() {
        let out = talk(Channels::Stereo);
        let frames = out.as_chunks::<2>().0;
        assert_eq!(frames.len(), 16_000);
        for (position, frame) in frames.iter().enumerate() {
            let caller = if position >= 1_600 { 100 } else { 0 };
            let other = if position >= 4_800 { 23 } else { 0 };
            assert_eq!(*frame, [caller, other], "{position}");
        }
    }

    #[test]
    fn in_one_channel_both_are_heard_together() {
        let mixed = talk(Channels::Mono);
        assert_eq!((mixed.len(), mixed[1_000], mixed[3_000], mixed[9_000]), (16_000, 0, 100, 123));
    }

    #[test]
    fn who_says_nothing_for_a_while_is_in_their_place_afterwards() {
        let mut recorder = TalkRecorder::new(Channels::Stereo, MAX_RECORDING, at(0));
        for beat in (0..10_u32).chain(250..260) {
            let now = at(u64::from(beat) * 20);
            recorder.pass(now);
            recorder.arrives(Voice::Other, beat * 160, now);
            recorder.receive(Voice::Other, beat * 160, &[7; 160]);
        }
        let mut out = Vec::new();
        recorder.pass(at(5_200));
        while let Some(chunk) = recorder.take() {
            out.extend(chunk);
        }
        out.extend(recorder.finish(at(5_200)).rest);
        let right: Vec<i16> = out.as_chunks::<2>().0.iter().map(|[_, right]| *right).collect();
        assert_eq!(right.len(), 41_600);
        let loud: Vec<usize> = (0..right.len()).filter(|&n| right[n] == 7).collect();
        assert_eq!((loud.len(), loud[1_599], loud[1_600]), (3_200, 1_599, 40_000));
    }

    #[test]
    fn keys_leave_silence_on_their_own_side() {
        let mut recorder = TalkRecorder::new(Channels::Stereo, MAX_RECORDING, at(0));
        for beat in 0..50_u32 {
            let now = at(u64::from(beat) * 20);
            for voice in [Voice::Caller, Voice::Other] {
                recorder.arrives(voice, beat * 160, now);
                recorder.receive(voice, beat * 160, &[9; 160]);
            }
            if beat == 20 {
                recorder.key(Voice::Caller, beat * 160, 800);
            }
            recorder.pass(now);
        }
        let rest = recorder.finish(at(1_000)).rest;
        let frames = rest.as_chunks::<2>().0;
        let silent = |side: usize| frames.iter().filter(|frame| frame[side] == 0).count();
        assert_eq!((silent(0), silent(1)), (320 + 800 + 800, 0));
    }

    #[test]
    fn a_sender_that_runs_ahead_of_the_clock_fills_nothing() {
        let mut recorder = TalkRecorder::new(Channels::Stereo, MAX_RECORDING, at(0));
        for n in 0..20_000_u32 {
            let timestamp = n.wrapping_mul(1_000_003);
            recorder.arrives(Voice::Caller, timestamp, at(100));
            recorder.receive(Voice::Caller, timestamp, &[5; 160]);
            recorder.receive(Voice::Caller, n * 160, &[5; 160]);
        }
        let waiting = recorder.caller.ready.len() as u64 + recorder.caller.strand.end()
            - recorder.caller.strand.settled();
        assert!(waiting <= 800 + 8_000, "{waiting}");
        let Recorded { rest, kept, .. } = recorder.finish(at(100));
        assert_eq!((rest.len(), kept), (1_600, 800));
    }

    #[test]
    fn it_ends_at_its_limit() {
        let mut recorder = TalkRecorder::new(Channels::Mono, Duration::from_secs(3), at(0));
        recorder.pass(at(2_999));
        assert_eq!(recorder.ended(), None);
        recorder.pass(at(3_000));
        assert_eq!(recorder.ended(), Some(RecordingEnd::Limit));
        assert_eq!(recorder.finish(at(9_000)).kept, 24_000);
    }
}
