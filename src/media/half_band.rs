//! Between 8 and 16 kHz, a few samples at a time: one half-band filter for both ways.

use super::codec::FRAME;

/// The taps of the half-band filter on either side of its middle, nearest first, in 2⁻¹⁴: a windowed sinc. Each second one
/// is none.
const TAPS: [i32; 6] = [10_280, -3_039, 1_412, -655, 251, -54];
/// The samples of 16 kHz that the filter reaches, and the one in their middle.
const REACH: usize = 4 * TAPS.len() - 1;
const MIDDLE: usize = REACH / 2;

/// Makes 16 kHz of 8 kHz: each second sample is one of the old ones, what lies between is filtered of its neighbours.
#[derive(Debug, Default)]
pub struct Doubler {
    /// The newest samples, the oldest first.
    past: [i16; 2 * TAPS.len()],
}

impl Doubler {
    /// Doubles at most a frame of samples.
    pub fn double<'a>(&mut self, samples: &[i16], out: &'a mut [i16; 2 * FRAME]) -> &'a [i16] {
        for (sample, pair) in samples.iter().zip(out.as_chunks_mut::<2>().0) {
            self.past.copy_within(1.., 0);
            self.past[2 * TAPS.len() - 1] = *sample;
            let mut sum = 1 << 13;
            for (n, tap) in TAPS.iter().enumerate() {
                let sides = [TAPS.len() - 1 - n, TAPS.len() + n].map(|at| i32::from(self.past[at]));
                sum += tap * (sides[0] + sides[1]);
            }
            *pair = [self.past[TAPS.len() - 1], clamped(sum >> 14)];
        }
        &out[..2 * samples.len().min(FRAME)]
    }
}

/// Makes 8 kHz of 16 kHz: each second sample, less what 8 kHz cannot carry.
#[derive(Debug, Default)]
pub struct Halver {
    /// The newest samples, the oldest first.
    past: [i16; REACH],
}

impl Halver {
    /// Halves an even number of samples, as far as `out` has room.
    pub fn halve(&mut self, samples: &[i16], out: &mut [i16]) {
        for (pair, sample) in samples.as_chunks::<2>().0.iter().zip(out) {
            self.past.copy_within(2.., 0);
            self.past[REACH - 2..].copy_from_slice(pair);
            let mut sum = (i32::from(self.past[MIDDLE]) << 14) + (1 << 14);
            for (n, tap) in TAPS.iter().enumerate() {
                let sides = [MIDDLE - 1 - 2 * n, MIDDLE + 1 + 2 * n];
                let sides = sides.map(|at| i32::from(self.past[at]));
                sum += tap * (sides[0] + sides[1]);
            }
            *sample = clamped(sum >> 15);
        }
    }
}

fn clamped(sample: i32) -> i16 {
    i16::try_from(sample.clamp(i16::MIN.into(), i16::MAX.into())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half a second of a tone.
    fn tone(frequency: f32, rate: f32) -> Vec<i16> {
        (0_u16..8_000)
            .map(|n| f32::from(n) / rate * frequency * std::f32::consts::TAU)
            .map(|turn| super::super::recording::to_i16(turn.sin() * 0.5))
            .collect()
    }

    /// The loudness of what became of a sound, in decibels of what it was.
    fn change(out: &[i16], sound: &[i16]) -> f32 {
        let power = |samples: &[i16]| {
            samples.iter().map(|s| f32::from(*s).powi(2)).sum::<f32>() / samples.len() as f32
        };
        10.0 * (power(&out[100..]) / power(sound)).log10()
    }

    #[test]
    fn what_8_khz_can_carry_stays_and_the_rest_goes() {
        for (frequency, low, high) in [
            (697.0, -0.1, 0.1),
            (1_633.0, -0.1, 0.1),
            (3_000.0, -0.5, 0.5),
            (5_300.0, -99.0, -25.0),
            (6_400.0, -99.0, -35.0),
            (7_300.0, -99.0, -35.0),
        ] {
            let (tone, mut out) = (tone(frequency, 16_000.0), [0; 4_000]);
            Halver::default().halve(&tone, &mut out);
            let level = change(&out, &tone);
            assert!((low..=high).contains(&level), "{frequency} Hz: {level} dB");
        }
    }

    #[test]
    fn speech_keeps_its_level_in_twice_as_many_samples() {
        for frequency in [300.0, 3_000.0] {
            let (tone, mut doubler) = (tone(frequency, 8_000.0), Doubler::default());
            let double = |part: &[i16]| doubler.double(part, &mut [0; 2 * FRAME]).to_vec();
            let out: Vec<i16> = tone.chunks(FRAME).flat_map(double).collect();
            assert_eq!(out.len(), 2 * tone.len());
            let level = change(&out, &tone);
            assert!(level.abs() < 0.5, "{frequency} Hz: {level} dB");
        }
    }
}
