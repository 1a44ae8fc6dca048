//! What the line makes of our own sound: a filter that is fitted by least squares to what comes back.
//!
//! The sums that it is fitted to forget within two seconds, so that it follows the line. What it takes away is measured on
//! sound that it was not fitted to.

use super::Said;
use super::levinson;
use crate::media::HEARD_SAMPLES;

/// Taps: 16 ms, in which the echo of a line has its strength.
const TAPS: usize = 96;
/// Samples by which the first of them lies before the delay that was found: 6 ms.
const BEFORE: u64 = 36;
/// Samples of ours that a frame is made of.
const WINDOW: usize = HEARD_SAMPLES + TAPS - 1;
/// How fast sums forget, as a factor in a frame.
const FORGETTING: f32 = 0.995;
/// Frames from one fitting to the next: 100 ms.
const FITTING: u32 = 10;
/// How fast the measured powers forget, as a factor in a frame: 200 ms.
const MEASURING: f32 = 0.95;
/// Frames over which a new path is measured before it is used, and before it is given up: 200 ms, 500 ms.
const LEAST_MEASURED: u32 = 20;
const PATIENCE: u32 = 50;
/// Frames over which a path is measured before it is the only one: 400 ms.
const SETTLED: u32 = 40;
/// What part of the power is left at most by a path that is used; by one that has been lost.
const USEFUL: f32 = 0.4;
const LOST: f32 = 1.0;
/// A frame that leaves so many times the usual part, and as much as this of it, holds somebody else too: nothing is learnt.
const OTHERS: f32 = 4.0;
const MUCH: f32 = 0.3;
/// A frame that becomes so many times louder is left as it was heard: the line has changed. A little is better borne than a
/// step in the middle of a key.
const WORSE: f32 = 4.0;
/// The mean square of our own sound from which on there is anything to learn: −50 dB of full scale.
const LOUD: f32 = 10_000.0;
/// What is added to the power of our own sound, as a part of it, so that rare frequencies are not guessed at: the next one
/// where there is no solution with the one before.
const DAMPING: [f64; 4] = [0.002, 0.008, 0.03, 0.1];

/// The way that our own sound comes back by.
#[derive(Debug)]
pub(super) struct Path {
    /// The delay of its first tap in samples.
    lag: u64,
    /// The last tap first, so that it lies beside the samples in their order.
    taps: [f32; TAPS],
    /// Our own sound beside itself, and beside what is heard, in the order of the taps.
    ours: [f32; TAPS],
    both: [f32; TAPS],
    /// Frames that were learnt of, and those on which what it takes away was measured.
    learnt: u32,
    measured: u32,
    /// The power that was heard, and that was left.
    heard: f32,
    left: f32,
    useful: bool,
}

impl Path {
    /// Begins with a delay in samples.
    pub(super) fn new(lag: u64) -> Self {
        Self {
            lag: lag.saturating_sub(BEFORE),
            taps: [0.0; TAPS],
            ours: [0.0; TAPS],
            both: [0.0; TAPS],
            learnt: 0,
            measured: 0,
            heard: 0.0,
            left: 0.0,
            useful: false,
        }
    }

    /// Hears 10 ms. Returns what is left of it, if that is less.
    pub(super) fn hear(
        &mut self,
        said: &Said,
        at: u64,
        heard: &[f32; HEARD_SAMPLES],
        busy: bool,
    ) -> Option<[f32; HEARD_SAMPLES]> {
        let mut ours = [0.0; WINDOW];
        said.read(at.checked_sub(self.lag + TAPS as u64 - 1)?, &mut ours);
        let loud = power(&ours) >= LOUD * WINDOW as f32;
        let mut left = *heard;
        for (n, tap) in self.taps.iter().enumerate() {
            let ours = ours.get(n..n + HEARD_SAMPLES).unwrap_or_default();
            for (left, ours) in left.iter_mut().zip(ours) {
                *left -= tap * ours;
            }
        }
        let (before, after) = (power(heard), power(&left));
        if loud && !busy {
            self.learn(&ours, heard, (before, after));
        }
        (self.useful && after < before * WORSE).then_some(left)
    }

    /// Whether it leads nowhere, or no longer.
    pub(super) fn is_lost(&self) -> bool {
        let leaves = self.left > self.heard * if self.useful { LOST } else { USEFUL };
        leaves && self.measured >= PATIENCE
    }

    /// Whether it has been measured for long enough to tell it from others.
    pub(super) const fn is_settled(&self) -> bool {
        self.measured >= SETTLED
    }

    /// What part of what is heard it leaves, if it is of use.
    pub(super) fn leaves(&self) -> Option<f32> {
        self.useful.then(|| self.left / self.heard.max(1.0))
    }

    /// Learns of 10 ms of which the power is `before`, and `after` what would be taken away.
    fn learn(
        &mut self,
        ours: &[f32; WINDOW],
        heard: &[f32; HEARD_SAMPLES],
        (before, after): (f32, f32),
    ) {
        if self.learnt >= FITTING {
            self.measured += 1;
            self.heard = self.heard * MEASURING + before;
            self.left = self.left * MEASURING + after;
            let part = self.left / self.heard.max(1.0);
            self.useful |= self.measured >= LEAST_MEASURED && part <= USEFUL;
        }
        if self.leaves().is_some_and(|usual| after > before * (OTHERS * usual).max(MUCH)) {
            return;
        }
        for (ours, heard) in ours.windows(TAPS).zip(heard) {
            let newest = ours.last().copied().unwrap_or(0.0);
            for ((own, both), sample) in self.ours.iter_mut().zip(&mut self.both).zip(ours) {
                *own += newest * sample;
                *both += heard * sample;
            }
        }
        for sum in self.ours.iter_mut().chain(&mut self.both) {
            *sum *= FORGETTING;
        }
        self.learnt += 1;
        if self.learnt.is_multiple_of(FITTING) {
            self.fit();
        }
    }

    /// Fits the taps to the sums.
    fn fit(&mut self) {
        let reversed = |sums: &[f32; TAPS]| {
            let mut sums = sums.map(f64::from);
            sums.reverse();
            sums
        };
        let (mut ours, both) = (reversed(&self.ours), reversed(&self.both));
        let power = ours[0];
        let fitted = DAMPING.iter().find_map(|damping| {
            ours[0] = power * (1.0 + damping);
            levinson::solve(&ours, &both)
        });
        if let Some(mut taps) = fitted {
            taps.reverse();
            self.taps = taps.map(single);
        }
    }
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|sample| sample * sample).sum()
}

#[expect(clippy::cast_possible_truncation, reason = "audio needs no more than single precision")]
const fn single(value: f64) -> f32 {
    value as f32
}
