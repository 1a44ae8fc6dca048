//! Windows over blocks: which two tones are in them, at exactly which frequency, how strong, and what else there is.

use std::f32::consts::{PI, TAU};

use super::bank::{Bank, Bin};
use super::tables::{
    BESIDE_COUNT, BLOCK, BLOCKS_PER_SECOND, Bins, ROWS, TONE_COUNT, TONES, Waves, beside_waves,
    hann,
};

/// Blocks of the long window, in which keys are recognised: 32 ms. A tone of 40 ms fills it wherever its blocks begin, one of 23 ms never does.
pub(super) const LONG: usize = 16;
/// Blocks of the short window, in which a tone's beginning and end are seen: 10 ms.
pub(super) const SHORT: usize = 5;
/// Blocks of the two windows whose phases tell the frequency, and from one to the other.
const PHASED: usize = 12;
const APART: usize = LONG - PHASED;

static LONG_WINDOW: [f32; LONG] = hann();
static SHORT_WINDOW: [f32; SHORT] = hann();
static PHASED_WINDOW: [f32; PHASED] = hann();
static BESIDE_WAVES: [Waves; LONG] = beside_waves();

/// One tone in a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tone {
    /// Which of the tones it is.
    pub(super) tone: usize,
    /// How far its frequency is from that, in turns per block.
    pub(super) offset: f32,
    /// Its power, in squares of samples.
    pub(super) power: f32,
    /// By how much the differences raise its power: 4·sin².
    pub(super) raised: f32,
    /// Cosine and sine of its offset.
    step: (f32, f32),
}

/// The strongest row and the strongest column of the newest long window, by a first look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glance {
    pub(super) row: usize,
    pub(super) column: usize,
    /// What part of the power these two are, at their nominal frequencies.
    pub(super) part: f32,
    /// The mean power in the window after the difference.
    pub(super) power: f32,
}

/// Looks at the newest long window; `None` if there is no `least` power in it.
pub(super) fn glance(bank: &Bank, least: f32) -> Option<Glance> {
    let first = bank.count().checked_sub(LONG as u64)?;
    let power = loudness(bank, first, &LONG_WINDOW);
    if power < least {
        return None;
    }
    let powers = powers(bank, first, &LONG_WINDOW);
    let row = strongest(&powers, 0..ROWS);
    let column = strongest(&powers, ROWS..TONE_COUNT);
    let part = (powers[row] + powers[column]) / power.max(1e-3);
    Some(Glance { row, column, part, power })
}

/// The strongest row and the strongest column in the short window from block `first` on.
pub(super) fn strongest_short(bank: &Bank, first: u64) -> (usize, usize) {
    let powers = powers(bank, first, &SHORT_WINDOW);
    (strongest(&powers, 0..ROWS), strongest(&powers, ROWS..TONE_COUNT))
}

/// The powers of all tones at their nominal frequencies, as the differences have them.
fn powers<const N: usize>(bank: &Bank, first: u64, window: &[f32; N]) -> [f32; TONE_COUNT] {
    let mut sums: Bins = [0.0; 2 * TONE_COUNT];
    let mut weight = 0.0;
    for (number, &window) in (first..).zip(window) {
        let block = bank.block(number);
        let window = if block.made_up { 0.0 } else { window };
        for (sum, bin) in sums.iter_mut().zip(&block.bins) {
            *sum += window * bin;
        }
        weight += window;
    }
    let samples = weight * BLOCK as f32;
    let scale = 2.0 / (samples * samples).max(1.0);
    let (reals, imaginaries) = sums.split_at(TONE_COUNT);
    let mut powers = [0.0; TONE_COUNT];
    for ((power, real), imaginary) in powers.iter_mut().zip(reals).zip(imaginaries) {
        *power = scale * (real * real + imaginary * imaginary);
    }
    powers
}

fn strongest(powers: &[f32; TONE_COUNT], among: std::ops::Range<usize>) -> usize {
    let mut best = among.start;
    for tone in among {
        if powers[tone] > powers[best] {
            best = tone;
        }
    }
    best
}

impl Tone {
    fn new(tone: usize, offset: f32) -> Self {
        let (sine, cosine) = (TAU * offset).sin_cos();
        let hertz = f32::from(TONES[tone]) + offset * f32::from(BLOCKS_PER_SECOND);
        let raise = 2.0 * (TAU * hertz / 8_000.0).sin();
        Self { tone, offset, power: 0.0, raised: raise * raise, step: (cosine, sine) }
    }

    /// Finds the exact frequency and the power of a tone that is somewhere near in the long window from block `first` on.
    pub(super) fn find(bank: &Bank, first: u64, tone: usize) -> Self {
        let part: [Bin; LONG] = bank.part(first, tone);
        // From one window to the other, a tone that is beside its frequency turns on by that.
        let (early, late) = (straight(part.first_chunk()), straight(part.last_chunk()));
        let real = late.0 * early.0 + late.1 * early.1;
        let imaginary = late.1 * early.0 - late.0 * early.1;
        let mut found = Self::new(tone, imaginary.atan2(real) / (TAU * APART as f32));
        found.power = found.power(&part, &LONG_WINDOW).unwrap_or(0.0);
        found
    }

    /// Its power in the short window from block `first` on; `None` if most of that was made up.
    pub(super) fn short(&self, bank: &Bank, first: u64) -> Option<f32> {
        self.power(&bank.part(first, self.tone), &SHORT_WINDOW)
    }

    fn power<const N: usize>(&self, part: &[Bin; N], window: &[f32; N]) -> Option<f32> {
        let ((real, imaginary), weight) = self.sum(Some(part), window);
        let all: f32 = window.iter().sum();
        if weight * 2.0 < all {
            return None;
        }
        let samples = weight * BLOCK as f32;
        // A block's own sum is short of a tone that is beside its frequency.
        let angle = PI * self.offset;
        let short = 1.0 - angle * angle / 3.0;
        Some(
            2.0 * (real * real + imaginary * imaginary) / (samples * samples * short * self.raised),
        )
    }

    /// The weighted sum of its bins, turned back by its offset to the first of them; and the weight that was not made up.
    fn sum<const N: usize>(&self, part: Option<&[Bin; N]>, window: &[f32; N]) -> ((f32, f32), f32) {
        let (step_cosine, step_sine) = self.step;
        let (mut cosine, mut sine) = (1.0_f32, 0.0_f32);
        let (mut real, mut imaginary, mut weight) = (0.0, 0.0, 0.0);
        for (bin, window) in part.into_iter().flatten().zip(window) {
            let (turned_cosine, turned_sine) = (window * cosine, window * sine);
            real += bin.real * turned_cosine + bin.imaginary * turned_sine;
            imaginary += bin.imaginary * turned_cosine - bin.real * turned_sine;
            weight += bin.heard * window;
            (cosine, sine) =
                (cosine * step_cosine - sine * step_sine, sine * step_cosine + cosine * step_sine);
        }
        ((real, imaginary), weight)
    }
}

/// The weighted sum of bins in a window whose phase is wanted, as they are.
fn straight(part: Option<&[Bin; PHASED]>) -> (f32, f32) {
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (bin, window) in part.into_iter().flatten().zip(PHASED_WINDOW) {
        real += window * bin.real;
        imaginary += window * bin.imaginary;
    }
    (real, imaginary)
}

/// The mean power of everything in the long window from block `first` on.
pub(super) fn whole(bank: &Bank, first: u64) -> f32 {
    let (mut whole, mut weight) = (0.0, 0.0);
    for (number, window) in (first..).zip(LONG_WINDOW) {
        let block = bank.block(number);
        if !block.made_up {
            whole += window * block.whole;
            weight += window;
        }
    }
    whole / (weight * BLOCK as f32).max(1.0)
}

/// The power in the long window of what may be heard beside a key: an offset and the hum of the mains, and the dial tones
/// of ITU-T E.180 (425 Hz, or 350 and 440 Hz).
pub(super) fn allowed(bank: &Bank, first: u64) -> f32 {
    let mut sums = [0.0_f32; 2 * BESIDE_COUNT];
    let mut weight = 0.0;
    for ((number, window), waves) in (first..).zip(LONG_WINDOW).zip(&BESIDE_WAVES) {
        if bank.block(number).made_up {
            continue;
        }
        for (sample, waves) in bank.samples(number).iter().zip(waves) {
            let sample = f32::from(*sample) * window;
            for (sum, wave) in sums.iter_mut().zip(waves) {
                *sum += sample * wave;
            }
        }
        weight += window * BLOCK as f32;
    }
    let scale = 2.0 / (weight * weight).max(1.0);
    let [dial, one, other, offset, hum] = std::array::from_fn(|n| {
        let (real, imaginary) = (sums[n], sums[n + BESIDE_COUNT]);
        scale * (real * real + imaginary * imaginary)
    });
    dial.max(one + other) + offset / 2.0 + hum
}

/// The power of the tone an octave above another one.
pub(super) fn octave(bank: &Bank, first: u64, tone: &Tone) -> f32 {
    let hertz = f32::from(TONES[tone.tone]) + tone.offset * f32::from(BLOCKS_PER_SECOND);
    beside(bank, first, 2.0 * hertz)
}

/// The power of a tone of so many hertz in the long window.
fn beside(bank: &Bank, first: u64, hertz: f32) -> f32 {
    let (step_sine, step_cosine) = (TAU * hertz / 8_000.0).sin_cos();
    let (mut cosine, mut sine) = (1.0_f32, 0.0_f32);
    let (mut real, mut imaginary, mut weight) = (0.0, 0.0, 0.0);
    for (number, window) in (first..).zip(LONG_WINDOW) {
        let window = if bank.block(number).made_up { 0.0 } else { window };
        for &sample in bank.samples(number) {
            let sample = f32::from(sample) * window;
            real += sample * cosine;
            imaginary += sample * sine;
            (cosine, sine) =
                (cosine * step_cosine - sine * step_sine, sine * step_cosine + cosine * step_sine);
        }
        weight += window * BLOCK as f32;
    }
    2.0 * (real * real + imaginary * imaginary) / (weight * weight).max(1.0)
}

/// The mean power of the differences in a short window.
pub(super) fn loudness_short(bank: &Bank, first: u64) -> f32 {
    loudness(bank, first, &SHORT_WINDOW)
}

/// The mean power of the differences in a window from block `first` on.
fn loudness<const N: usize>(bank: &Bank, first: u64, window: &[f32; N]) -> f32 {
    let (mut power, mut weight) = (0.0, 0.0);
    for (number, &window) in (first..).zip(window) {
        let block = bank.block(number);
        if !block.made_up {
            power += window * block.power;
            weight += window;
        }
    }
    power / (weight * BLOCK as f32).max(1.0)
}
