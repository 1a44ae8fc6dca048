//! 8 kHz beside 16 kHz, sample by sample, through a half-band filter.

use super::frame::{NARROW, WIDE};

/// The taps of the filter between two samples, nearest first, in 2⁻¹⁴: a windowed sinc.
const TAPS: [i32; 6] = [10_280, -3_039, 1_412, -655, 251, -54];
/// The samples that the narrow side of the filter spans.
const SPAN: usize = 2 * TAPS.len();
/// Those that the wide side spans, and the one in their middle.
const WIDE_SPAN: usize = 2 * SPAN;
const MIDDLE: usize = SPAN - 1;

/// Makes 16 kHz of 8 kHz.
#[derive(Debug, Default)]
pub(super) struct Doubler {
    past: [i16; SPAN],
}

impl Doubler {
    /// Each second sample is one of the old ones; what lies between is filtered of its neighbours.
    pub(super) fn double(&mut self, samples: &[i16; NARROW]) -> [i16; WIDE] {
        let mut out = [0; WIDE];
        for (sample, pair) in samples.iter().zip(out.as_chunks_mut::<2>().0) {
            self.past.copy_within(1.., 0);
            self.past[SPAN - 1] = *sample;
            let mut sum = 1 << 13;
            for (n, tap) in TAPS.iter().enumerate() {
                let (left, right) = (self.past[TAPS.len() - 1 - n], self.past[TAPS.len() + n]);
                sum += tap * (i32::from(left) + i32::from(right));
            }
            *pair = [self.past[TAPS.len() - 1], clip(sum >> 14)];
        }
        out
    }
}

/// Makes 8 kHz of 16 kHz.
#[derive(Debug)]
pub(super) struct Halver {
    past: [i16; WIDE_SPAN],
}

impl Default for Halver {
    fn default() -> Self {
        Self { past: [0; WIDE_SPAN] }
    }
}

impl Halver {
    /// Each sample is filtered of those around every second old one.
    pub(super) fn halve(&mut self, samples: &[i16; WIDE]) -> [i16; NARROW] {
        let mut out = [0; NARROW];
        for (pair, sample) in samples.as_chunks::<2>().0.iter().zip(&mut out) {
            self.past.copy_within(2.., 0);
            self.past[WIDE_SPAN - 2..].copy_from_slice(pair);
            let mut sum = (i32::from(self.past[MIDDLE]) << 14) + (1 << 14);
            for (n, tap) in TAPS.iter().enumerate() {
                let away = 2 * n + 1;
                let (left, right) = (self.past[MIDDLE - away], self.past[MIDDLE + away]);
                sum += tap * (i32::from(left) + i32::from(right));
            }
            *sample = clip(sum >> 15);
        }
        out
    }
}

fn clip(sample: i32) -> i16 {
    i16::try_from(sample.clamp(i16::MIN.into(), i16::MAX.into())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone of so many hertz, frame by frame.
    #[expect(clippy::cast_possible_truncation, reason = "within range by its scale")]
    fn tone<const N: usize>(hertz: f64, rate: f64, frame: usize) -> [i16; N] {
        std::array::from_fn(|n| {
            let at = (frame * N + n) as f64 / rate;
            (10_000.0 * (std::f64::consts::TAU * hertz * at).sin()) as i16
        })
    }

    /// The root of the mean square of a settled frame.
    fn loudness(samples: &[i16]) -> f64 {
        let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        (sum / samples.len() as f64).sqrt()
    }

    #[test]
    fn speech_keeps_its_level_and_what_lies_above_is_taken_away() {
        let full = 10_000.0 / 2.0_f64.sqrt();
        for (hertz, least, most) in
            [(300.0, 0.97, 1.03), (3_000.0, 0.95, 1.05), (6_000.0, 0.0, 0.03)]
        {
            let mut halver = Halver::default();
            let frames: Vec<_> = (0..4).map(|n| halver.halve(&tone(hertz, 16_000.0, n))).collect();
            let level = loudness(&frames[3]) / full;
            assert!((least..=most).contains(&level), "{hertz} Hz halved: {level}");
        }
        for hertz in [300.0, 3_000.0] {
            let mut doubler = Doubler::default();
            let frames: Vec<_> = (0..4).map(|n| doubler.double(&tone(hertz, 8_000.0, n))).collect();
            let level = loudness(&frames[3]) / full;
            assert!((0.95..=1.05).contains(&level), "{hertz} Hz doubled: {level}");
        }
    }
}
