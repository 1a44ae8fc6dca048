//! Sounds without a file: the ringing tone, the beep, and the neutral tones that stand in for missing recordings, so that a
//! caller never hears dead air.

use std::f64::consts::TAU;

use super::codec::SAMPLE_RATE;
use super::recording::Recording;

/// The two frequencies of the tone in hertz: a soft interval that is no signal of any telephone network.
const FREQUENCIES: [f64; 2] = [523.25, 659.25];
/// The amplitude of each, so that both together stay under −20 dBFS.
const AMPLITUDE: f64 = 0.06;
/// How long one of the two tones sounds, in milliseconds.
const TONE_MS: u32 = 180;
/// The rest between the two, in milliseconds.
const REST_MS: u32 = 60;
/// From one pair of tones to the next while nothing better can be played, in milliseconds.
const PERIOD_MS: u32 = 4_000;

/// Two short soft tones: played in the place of a prompt that has no sound.
pub(super) fn double_tone() -> Recording {
    let mut samples = Vec::new();
    samples.extend(tone());
    samples.resize(samples.len() + count(REST_MS), 0.0);
    samples.extend(tone());
    Recording { rate: SAMPLE_RATE, samples }
}

/// The double tone every four seconds, as a loop: played in the place of music that is missing.
pub(super) fn waiting_tone() -> Recording {
    let mut recording = double_tone();
    recording.samples.resize(count(PERIOD_MS), 0.0);
    recording
}

/// The frequency of the ringing tone in hertz, as in the Indonesian network (ITU-T E.180 supplement 2).
const RINGING_FREQUENCY: f64 = 425.0;
/// The amplitude of the ringing tone: about −20 dBFS.
const RINGING_AMPLITUDE: f64 = 0.14;

/// The ringing tone, one second on and four off, as a loop: heard while a phone rings for the caller.
#[must_use]
pub fn ringing_tone() -> Recording {
    let mut samples: Vec<f32> =
        steady(RINGING_FREQUENCY, RINGING_AMPLITUDE, count(1_000)).collect();
    samples.resize(count(5_000), 0.0);
    Recording { rate: SAMPLE_RATE, samples }
}

/// The frequency of the beep in hertz, as answering machines have it.
const BEEP_FREQUENCY: f64 = 1_000.0;
/// The amplitude of the beep: about −20 dBFS.
const BEEP_AMPLITUDE: f64 = 0.14;
/// How long the beep sounds, in milliseconds.
const BEEP_MS: u32 = 250;

/// A short beep: heard just before a caller is recorded.
#[must_use]
pub fn beep() -> Recording {
    let samples = steady(BEEP_FREQUENCY, BEEP_AMPLITUDE, count(BEEP_MS)).collect();
    Recording { rate: SAMPLE_RATE, samples }
}

/// A tone whose edges of 10 ms keep it from clicking.
fn steady(frequency: f64, amplitude: f64, length: usize) -> impl Iterator<Item = f32> {
    (0..length).map(move |n| {
        let time = n as f64 / f64::from(SAMPLE_RATE);
        let edge = (n.min(length - 1 - n) as f64 / 80.0).min(1.0);
        single((TAU * frequency * time).sin() * amplitude * edge)
    })
}

/// One tone with raised-cosine edges.
fn tone() -> impl Iterator<Item = f32> {
    let length = count(TONE_MS);
    (0..length).map(move |n| {
        let time = n as f64 / f64::from(SAMPLE_RATE);
        let wave: f64 = FREQUENCIES.iter().map(|frequency| (TAU * frequency * time).sin()).sum();
        let edge = 0.5 - 0.5 * (TAU * (n as f64 + 0.5) / length as f64).cos();
        single(wave * AMPLITUDE * edge)
    })
}

const fn count(milliseconds: u32) -> usize {
    (SAMPLE_RATE / 1_000 * milliseconds) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "audio needs no more than single precision")]
fn single(sample: f64) -> f32 {
    sample as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tones_are_short_soft_and_heard() {
        let tone = double_tone();
        assert_eq!(tone.duration().as_millis(), 420);
        let level = tone.level();
        assert!((-32.0..-20.0).contains(&level.active_dbfs), "{level:?}");
        assert_eq!(waiting_tone().duration().as_millis(), 4_000);
    }

    #[test]
    fn the_beep_is_short_and_clear() {
        let beep = beep();
        assert_eq!(beep.duration().as_millis(), 250);
        assert!((-22.0..-18.0).contains(&beep.level().active_dbfs), "{:?}", beep.level());
    }

    #[test]
    fn the_ringing_tone_is_one_second_of_five() {
        let recording = ringing_tone();
        let samples: Vec<i16> = recording.to_samples().collect();
        assert_eq!(samples.len(), 40_000);
        assert!(samples[8_000..].iter().all(|&s| s == 0), "four seconds of silence");
        let crossings =
            samples[..8_000].windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        assert!((423..=425).contains(&crossings), "{crossings} periods in the second");
    }
}
