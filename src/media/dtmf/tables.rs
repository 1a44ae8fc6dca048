//! What the detector multiplies with: the tones of ITU-T Q.23, and everything of them that never changes.

use std::f64::consts::PI;

/// The tones in hertz (ITU-T Q.23): the four rows of the keypad, then its four columns.
pub(super) const TONES: [u16; TONE_COUNT] = [697, 770, 852, 941, 1_209, 1_336, 1_477, 1_633];
/// How many tones there are.
pub(super) const TONE_COUNT: usize = 8;
/// How many of them are rows.
pub(super) const ROWS: usize = 4;
/// Samples in a block: 2 ms.
pub(super) const BLOCK: usize = 16;
/// Blocks in a second.
pub(super) const BLOCKS_PER_SECOND: u16 = 500;

/// A real part for each tone, then an imaginary part for each.
pub(super) type Bins = [f32; 2 * TONE_COUNT];

/// Cosine and sine of each tone.
type Wave = ([f32; TONE_COUNT], [f32; TONE_COUNT]);

/// For each sample in the second half of a block, what it counts in each bin: the tones seen from the block's middle.
pub(super) static WAVES: [Wave; BLOCK / 2] = {
    let mut waves = [([0.0; TONE_COUNT], [0.0; TONE_COUNT]); BLOCK / 2];
    let mut sample = 0;
    while sample < BLOCK / 2 {
        let mut tone = 0;
        while tone < TONE_COUNT {
            let turns = TONES[tone] as f64 * (sample as f64 + 0.5) / 8_000.0;
            let (sine, cosine) = sine_and_cosine(turns);
            waves[sample].0[tone] = single(cosine);
            waves[sample].1[tone] = single(sine);
            tone += 1;
        }
        sample += 1;
    }
    waves
};

/// What may be heard beside a key, in hertz: the dial tones of ITU-T E.180, an offset, the hum of the mains.
const BESIDE: [u16; BESIDE_COUNT] = [425, 350, 440, 0, 55];
/// How many tones that are.
pub(super) const BESIDE_COUNT: usize = 5;

/// For each sample of a block, what it counts in the real part of each tone beside a key, then in the imaginary parts.
pub(super) type Waves = [[f32; 2 * BESIDE_COUNT]; BLOCK];

/// The waves of so many blocks in a row.
pub(super) const fn beside_waves<const N: usize>() -> [Waves; N] {
    let mut waves = [[[0.0; 2 * BESIDE_COUNT]; BLOCK]; N];
    let mut sample = 0;
    while sample < N * BLOCK {
        let mut tone = 0;
        while tone < BESIDE_COUNT {
            let turns = BESIDE[tone] as f64 * sample as f64 / 8_000.0;
            let (sine, cosine) = sine_and_cosine(turns);
            waves[sample / BLOCK][sample % BLOCK][tone] = single(cosine);
            waves[sample / BLOCK][sample % BLOCK][tone + BESIDE_COUNT] = single(sine);
            tone += 1;
        }
        sample += 1;
    }
    waves
}

/// The turn of a tone of `n` hertz from one block to the next is `TURNS[n]`: real and imaginary part. All tones are whole
/// numbers of hertz, so that the table goes round once in a second and nothing drifts.
pub(super) static TURNS: [[f32; 2]; BLOCKS_PER_SECOND as usize] = {
    let mut turns = [[0.0; 2]; BLOCKS_PER_SECOND as usize];
    let mut n = 0;
    while n < turns.len() {
        let (sine, cosine) = sine_and_cosine(n as f64 / BLOCKS_PER_SECOND as f64);
        turns[n] = [single(cosine), single(-sine)];
        n += 1;
    }
    turns
};

/// A Hann window of so many blocks.
pub(super) const fn hann<const N: usize>() -> [f32; N] {
    let mut window = [0.0; N];
    let mut n = 0;
    while n < N {
        let (_, cosine) = sine_and_cosine((n as f64 + 0.5) / N as f64);
        window[n] = single(0.5 - 0.5 * cosine);
        n += 1;
    }
    window
}

/// Sine and cosine of an angle in turns, by their power series.
const fn sine_and_cosine(turns: f64) -> (f64, f64) {
    let mut part = turns % 1.0;
    if part > 0.5 {
        part -= 1.0;
    }
    let x = 2.0 * PI * part;
    let (mut sine, mut cosine) = (0.0, 0.0);
    let mut term = 1.0;
    let mut n = 0;
    while n < 32 {
        match n % 4 {
            0 => cosine += term,
            1 => sine += term,
            2 => cosine -= term,
            _ => sine -= term,
        }
        n += 1;
        term *= x / n as f64;
    }
    (sine, cosine)
}

#[expect(clippy::cast_possible_truncation, reason = "audio needs no more than single precision")]
const fn single(value: f64) -> f32 {
    value as f32
}
