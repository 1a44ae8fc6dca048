//! After which delay our own sound comes back: where the loudness of what is heard follows that of what was said.
//!
//! Loudness is looked at in blocks of 2 ms, less its mean of some tens of milliseconds; the likeness at each delay is summed
//! up over about a second.

use super::{LEAST_LAG, Said};
use crate::media::HEARD_SAMPLES;

/// Samples in a block: 2 ms.
const BLOCK: usize = 16;
/// Delays that are looked at, in blocks: 600 ms.
const LAGS: usize = 300;
/// The longest delay that is looked at, in samples.
pub(super) const MOST_LAG: u64 = LEAST_LAG + (LAGS * BLOCK) as u64;
/// Frames that must be heard before a delay is believed: 400 ms.
const LEAST_HEARD: u32 = 40;
/// Frames from one look at the sums to the next: 50 ms.
const LOOK: u32 = 5;
/// How alike loudness must be at a delay.
const ALIKE: f32 = 0.4;
/// The delays that are tried at a time: a voice repeats itself with its pitch, and only the path tells which was meant.
const TRIED: usize = 6;
/// Blocks that they are apart at least: less than the path takes at a time.
const APART: usize = 5;
/// How fast sums forget, as a factor in a frame: a second.
const FORGETTING: f32 = 0.99;
/// How fast the mean of loudness follows, as a part of the way in a block: 32 ms.
const MEAN: f32 = 0.062_5;
/// Frames after which nothing was found and the search rests: 6 s; and after how many delays that were none.
const EFFORT: u32 = 600;
const FAILURES: u32 = 4;
/// For how many frames it rests then, the first time: half a second; each time again twice as long, 32 s at most.
const REST: u32 = 50;
const MOST_DOUBLINGS: u32 = 6;

/// The search for a delay.
#[derive(Debug)]
pub(super) struct Search {
    /// What was said, block by block: the loudness less its mean, the newest in front.
    said: [f32; LAGS],
    said_mean: f32,
    heard_mean: f32,
    /// How alike both are at each delay; the power of both.
    alike: [f32; LAGS],
    said_power: f32,
    heard_power: f32,
    /// The position that is due next.
    due: u64,
    /// Frames that were heard.
    frames: u32,
    /// Frames for which it rests, and how often it has.
    rest: u32,
    rests: u32,
    failures: u32,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            said: [0.0; LAGS],
            said_mean: 0.0,
            heard_mean: 0.0,
            alike: [0.0; LAGS],
            said_power: 0.0,
            heard_power: 0.0,
            due: 0,
            frames: 0,
            rest: 0,
            rests: 0,
            failures: 0,
        }
    }
}

impl Search {
    /// Begins anew where a delay has changed.
    pub(super) fn begin(&mut self) {
        *self = Self::default();
    }

    /// Looks again: what was found was nothing.
    pub(super) fn go_on(&mut self) {
        self.failures += 1;
        if self.failures.is_multiple_of(FAILURES) {
            self.rest();
        }
    }

    /// Begins anew after a rest.
    fn rest(&mut self) {
        let rests = self.rests;
        let rest = REST << rests.min(MOST_DOUBLINGS);
        *self = Self { rest, rests: rests.saturating_add(1), ..Self::default() };
    }

    /// Hears 10 ms. Returns the delays in samples that may be meant, as soon as there are any.
    pub(super) fn hear(
        &mut self,
        said: &Said,
        at: u64,
        heard: &[f32; HEARD_SAMPLES],
        busy: bool,
    ) -> Vec<u64> {
        if self.rest > 0 {
            self.rest -= 1;
            return Vec::new();
        }
        self.frames += 1;
        if self.frames > EFFORT {
            self.rest();
            return Vec::new();
        }
        if self.due != at {
            self.catch_up(said, at);
        }
        self.due = at + HEARD_SAMPLES as u64;
        let mut room = [0.0; HEARD_SAMPLES];
        said.read(at.saturating_sub(LEAST_LAG), &mut room);
        let blocks = room.as_chunks::<BLOCK>().0.iter().zip(heard.as_chunks::<BLOCK>().0);
        for (said, heard) in blocks {
            self.put(loudness(said));
            let heard = less_mean(&mut self.heard_mean, loudness(heard));
            if busy {
                continue;
            }
            self.heard_power += heard * heard;
            self.said_power += self.said[0] * self.said[0];
            for (alike, said) in self.alike.iter_mut().zip(&self.said) {
                *alike += heard * said;
            }
        }
        if busy {
            return Vec::new();
        }
        self.forget();
        let looks = self.frames >= LEAST_HEARD && self.frames.is_multiple_of(LOOK);
        if looks { self.look() } else { Vec::new() }
    }

    /// Takes what was said before the frame at `at`: there was nothing to be heard meanwhile.
    fn catch_up(&mut self, said: &Said, at: u64) {
        let from = at.saturating_sub(MOST_LAG);
        let mut block = [0.0; BLOCK];
        for from in (from..at.saturating_sub(LEAST_LAG)).step_by(BLOCK) {
            said.read(from, &mut block);
            self.put(loudness(&block));
        }
    }

    fn put(&mut self, loudness: f32) {
        self.said.copy_within(..LAGS - 1, 1);
        self.said[0] = less_mean(&mut self.said_mean, loudness);
    }

    fn forget(&mut self) {
        for alike in &mut self.alike {
            *alike *= FORGETTING;
        }
        self.said_power *= FORGETTING;
        self.heard_power *= FORGETTING;
    }

    /// The delays at which both are most alike, the best first; none if they are not alike enough.
    fn look(&self) -> Vec<u64> {
        let least = ALIKE * (self.said_power * self.heard_power).sqrt();
        let mut order: Vec<usize> = (0..LAGS).collect();
        order.sort_by(|a, b| self.alike[*b].total_cmp(&self.alike[*a]));
        let mut tried: Vec<usize> = Vec::with_capacity(TRIED);
        for lag in order {
            let enough = least > 0.0 && self.alike[lag] >= least && tried.len() < TRIED;
            if enough && tried.iter().all(|other| other.abs_diff(lag) >= APART) {
                tried.push(lag);
            }
        }
        tried.into_iter().map(|lag| LEAST_LAG + (lag * BLOCK) as u64).collect()
    }
}

/// The loudness of a block: the root of its mean square.
fn loudness(block: &[f32; BLOCK]) -> f32 {
    (block.iter().map(|sample| sample * sample).sum::<f32>() / BLOCK as f32).sqrt()
}

/// What a loudness is beside its mean, which follows it.
fn less_mean(mean: &mut f32, loudness: f32) -> f32 {
    let less = loudness - *mean;
    *mean += less * MEAN;
    less
}
