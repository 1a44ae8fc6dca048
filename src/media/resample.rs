//! Change of sample rate: a polyphase windowed-sinc filter (Kaiser window).
//!
//! Runs when sounds are loaded or rendered, never in a call, so it is built for quality: about 90 dB of stop band,
//! flat to 87 % of the lower Nyquist frequency.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side of its centre.
const HALF_WIDTH: usize = 48;
/// The shape of the Kaiser window; 9 gives about 90 dB.
const KAISER_BETA: f64 = 9.0;
/// The middle of the transition band as a part of the lower of the two Nyquist frequencies.
const CUTOFF: f64 = 0.935;

/// Resamples `samples` from `from` to `to` hertz. The result begins at the same instant and has the same length in time, rounded up.
pub(super) fn resample(samples: &[f32], from: u32, to: u32) -> Vec<f32> {
    if from == to || samples.is_empty() || from == 0 || to == 0 {
        return samples.to_vec();
    }
    let divisor = greatest_common_divisor(from, to);
    let (up, down) = ((to / divisor) as usize, (from / divisor) as usize);
    let bank = Bank::new(up, down);
    let length = (samples.len() * up).div_ceil(down);
    (0..length).map(|n| bank.sample(samples, n * down / up, n * down % up)).collect()
}

/// The filter's taps for each of the `up` places that an output sample can have between two input samples.
struct Bank {
    taps: Vec<Vec<f32>>,
    reach: usize,
}

impl Bank {
    fn new(up: usize, down: usize) -> Self {
        let lower = (up as f64 / down as f64).min(1.0);
        let width = HALF_WIDTH as f64 / lower;
        let reach = whole(width) + 1;
        let taps = (0..up)
            .map(|phase| {
                let offset = phase as f64 / up as f64;
                let taps: Vec<f64> = (0..2 * reach)
                    .map(|tap| kernel(tap as f64 - (reach - 1) as f64 - offset, lower, width))
                    .collect();
                let sum: f64 = taps.iter().sum();
                taps.iter().map(|tap| to_f32(tap / sum)).collect()
            })
            .collect();
        Self { taps, reach }
    }

    /// The output sample that lies `phase` past input sample `place`; outside the input there is silence.
    fn sample(&self, samples: &[f32], place: usize, phase: usize) -> f32 {
        let first = (place + 1).saturating_sub(self.reach);
        let skipped = (self.reach - 1).saturating_sub(place);
        let taps = self.taps[phase].iter().skip(skipped);
        samples.iter().skip(first).zip(taps).map(|(sample, tap)| sample * tap).sum()
    }
}

/// The windowed sinc at `x` input samples from its centre, `width` input samples wide to each side.
fn kernel(x: f64, lower: f64, width: f64) -> f64 {
    if x.abs() >= width {
        return 0.0;
    }
    let angle = PI * x * lower * CUTOFF;
    let sinc = if angle == 0.0 { 1.0 } else { angle.sin() / angle };
    let edge = x / width;
    sinc * bessel_i0(KAISER_BETA * (1.0 - edge * edge).sqrt()) / bessel_i0(KAISER_BETA)
}

/// The modified Bessel function of the first kind, order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= quarter / f64::from(k * k);
        sum += term;
    }
    sum
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a filter width: positive, at most some thousands"
)]
fn whole(width: f64) -> usize {
    width.ceil() as usize
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "filter taps need no more than single precision"
)]
fn to_f32(tap: f64) -> f32 {
    tap as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(frequency: f64, rate: u32, seconds: f64) -> Vec<f32> {
        (0..whole(f64::from(rate) * seconds))
            .map(|n| to_f32((2.0 * PI * frequency * n as f64 / f64::from(rate)).sin() * 0.5))
            .collect()
    }

    /// The level against a full sine of 0.5, in decibels, edges left out.
    fn level(samples: &[f32]) -> f64 {
        let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
        let power: f64 =
            middle.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / middle.len() as f64;
        10.0 * (power / 0.125 + 1e-30).log10()
    }

    #[test]
    fn tones_in_the_band_pass_and_others_do_not() {
        // (frequency, from, to, lowest level, highest level)
        for (frequency, from, to, low, high) in [
            (300.0, 16_000, 8_000, -0.01, 0.01),
            (3_400.0, 16_000, 8_000, -0.05, 0.05),
            (3_400.0, 44_100, 8_000, -0.05, 0.05),
            (1_000.0, 22_050, 16_000, -0.01, 0.01),
            (1_000.0, 8_000, 48_000, -0.01, 0.01),
            (3_400.0, 11_025, 8_000, -0.05, 0.05),
            (4_100.0, 16_000, 8_000, -300.0, -80.0),
            (5_000.0, 44_100, 8_000, -300.0, -85.0),
            (20_000.0, 48_000, 8_000, -300.0, -85.0),
        ] {
            let result = level(&resample(&tone(frequency, from, 1.0), from, to));
            assert!((low..=high).contains(&result), "{frequency} Hz {from} → {to}: {result:.3} dB");
        }
    }

    #[test]
    fn the_wave_keeps_its_place_in_time() {
        let result = resample(&tone(440.0, 48_000, 0.5), 48_000, 8_000);
        let expected = tone(440.0, 8_000, 0.5);
        assert_eq!(result.len(), expected.len());
        let middle = 400..3_600;
        let worst = result[middle.clone()]
            .iter()
            .zip(&expected[middle])
            .map(|(a, b)| (a - b).abs())
            .fold(0.0_f32, f32::max);
        assert!(worst < 1e-3, "{worst}");
    }

    #[test]
    fn short_and_empty_inputs_have_their_length() {
        for (length, from, to, expected) in [
            (0, 16_000, 8_000, 0),
            (1, 16_000, 8_000, 1),
            (3, 16_000, 8_000, 2),
            (1, 8_000, 8_000, 1),
            (1, 8_000, 48_000, 6),
        ] {
            assert_eq!(resample(&vec![0.5; length], from, to).len(), expected);
        }
    }
}
