//! Finishing a synthesised voice for the telephone: rumble out, silence off its ends, one loudness for all prompts.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::recording::Recording;

/// What lies below is no speech on a telephone, in hertz.
const LOWEST: f64 = 200.0;
/// The level of active speech, in decibels of full scale (RMS).
const SPEECH_DBFS: f32 = -20.0;
/// The highest peak as a share of full scale: −3 dBFS, less what rounding adds.
const PEAK: f32 = 0.707;
/// Peaks above this share of full scale are bent down towards [`PEAK`]: −6 dBFS.
const KNEE: f32 = 0.5;
/// Ends quieter than this share of full scale are silence: −45 dBFS.
const SILENCE: f32 = 0.005_623;
/// How much silence stays at either end of a prompt, in milliseconds.
const KEPT_MS: u32 = 60;
/// How much of it stays at either end of a word. Two words are then 20–40 ms apart: a sound is sent in whole frames.
const KEPT_OF_WORD_MS: u32 = 10;
/// Bending takes a little of the level; this many corrections of the gain settle it.
const ROUNDS: usize = 4;

impl Recording {
    /// Makes a prompt of a synthesised voice: high-pass at 200 Hz, resampled, speech at −20 dBFS, peaks at most −3 dBFS,
    /// 60 ms of silence at most at either end. A recording without sound becomes empty.
    #[must_use]
    pub fn finished(self, rate: u32) -> Self {
        self.trimmed_to(rate, KEPT_MS)
    }

    /// Makes a word that is played between others of a synthesised voice: as [`Self::finished`], with 10 ms of silence at
    /// most at either end.
    #[must_use]
    pub fn finished_word(self, rate: u32) -> Self {
        self.trimmed_to(rate, KEPT_OF_WORD_MS)
    }

    fn trimmed_to(mut self, rate: u32, kept_ms: u32) -> Self {
        high_pass(&mut self.samples, self.rate);
        let mut finished = levelled(&self.resampled(rate));
        trim(&mut finished, kept_ms);
        finished
    }
}

/// Brings speech to its level and keeps its peaks below theirs.
fn levelled(recording: &Recording) -> Recording {
    let mut gain = 1.0;
    let mut levelled = recording.clone();
    for _ in 0..ROUNDS {
        gain *= 10.0_f32.powf((SPEECH_DBFS - levelled.level().active_dbfs) / 20.0);
        levelled.samples.clear();
        levelled.samples.extend(recording.samples.iter().map(|sample| bend(sample * gain)));
    }
    levelled
}

/// Leaves small samples alone and brings large ones smoothly under the peak.
fn bend(sample: f32) -> f32 {
    let over = sample.abs() - KNEE;
    if over <= 0.0 {
        return sample;
    }
    let room = PEAK - KNEE;
    (KNEE + room * over / (over + room)).copysign(sample)
}

/// Cuts silence from both ends but for so many milliseconds, and takes the edges off what is left.
fn trim(recording: &mut Recording, kept_ms: u32) {
    let kept = (recording.rate / 1_000 * kept_ms) as usize;
    let loud = |sample: &f32| sample.abs() >= SILENCE;
    let Some(first) = recording.samples.iter().position(loud) else {
        recording.samples.clear();
        return;
    };
    let last = recording.samples.iter().rposition(loud).unwrap_or(first);
    recording.samples.truncate(last + 1 + kept);
    recording.samples.drain(..first.saturating_sub(kept));
    let edge = (recording.rate / 200) as usize;
    let length = recording.samples.len();
    for at in 0..edge.min(length / 2) {
        let share = (at as f32 + 0.5) / edge as f32;
        recording.samples[at] *= share;
        recording.samples[length - 1 - at] *= share;
    }
}

/// A Butterworth high-pass of second order, by the bilinear transform.
fn high_pass(samples: &mut [f32], rate: u32) {
    let angle = TAU * LOWEST / f64::from(rate.max(1));
    let (sin, cos) = angle.sin_cos();
    let alpha = sin * FRAC_1_SQRT_2;
    let scale = 1.0 / (1.0 + alpha);
    let (b0, b1) = (f64::midpoint(1.0, cos) * scale, -(1.0 + cos) * scale);
    let (a1, a2) = (-2.0 * cos * scale, (1.0 - alpha) * scale);
    let (mut s1, mut s2) = (0.0, 0.0);
    for sample in samples {
        let x = f64::from(*sample);
        let y = b0 * x + s1;
        s1 = b1 * x - a1 * y + s2;
        s2 = b0 * x - a2 * y;
        *sample = single(y);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "audio needs no more than single precision")]
fn single(sample: f64) -> f32 {
    sample as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half a second of silence, a second of a tone whose height rises and falls five times, half a second of silence.
    fn voice(frequency: f32, height: f32) -> Recording {
        let rate = 22_050_u16;
        let tone = (0..rate).map(|n| {
            let time = f32::from(n) / f32::from(rate);
            let swell = (time * 5.0 * std::f32::consts::PI).sin().abs();
            height * swell * (time * frequency * std::f32::consts::TAU).sin()
        });
        let pause = || std::iter::repeat_n(0.0, 11_025);
        Recording { rate: rate.into(), samples: pause().chain(tone).chain(pause()).collect() }
    }

    #[test]
    fn prompts_come_out_at_one_level_whatever_the_voice_was() {
        for height in [0.02, 0.3, 0.99] {
            let prompt = voice(500.0, height).finished(8_000);
            let level = prompt.level();
            assert!((level.active_dbfs + 20.0).abs() < 0.5, "{height}: {level:?}");
            assert!(level.peak_dbfs <= -3.0, "{height}: {level:?}");
        }
    }

    #[test]
    fn sharp_peaks_are_bent_and_not_cut() {
        let mut sharp = voice(500.0, 0.1);
        sharp.samples.iter_mut().skip(12_000).step_by(441).for_each(|s| *s = 0.9);
        let level = sharp.finished(8_000).level();
        assert!(level.peak_dbfs <= -3.0 && level.active_dbfs > -21.0, "{level:?}");
        for pair in [0.0_f32, 0.3, 0.51, 0.8, 2.0, 50.0].windows(2) {
            assert!(bend(pair[0]) < bend(pair[1]) && bend(-pair[1]) < bend(-pair[0]));
            assert!(bend(pair[1]) < PEAK);
        }
    }

    #[test]
    fn ends_are_trimmed_to_sixty_milliseconds() {
        let prompt = voice(500.0, 0.5).finished(8_000);
        let ms = prompt.duration().as_millis();
        assert!((1_090..=1_125).contains(&ms), "{ms} ms");
        let ms = voice(500.0, 0.5).finished_word(8_000).duration().as_millis();
        assert!((990..=1_025).contains(&ms), "{ms} ms");
        assert!(voice(500.0, 0.0).finished(8_000).samples.is_empty());
        let nothing = Recording { rate: 8_000, samples: Vec::new() };
        assert!(nothing.finished(8_000).samples.is_empty());
    }

    #[test]
    fn rumble_goes_and_speech_stays() {
        let height = |frequency| {
            let mut samples = voice(frequency, 0.5).samples;
            high_pass(&mut samples, 22_050);
            samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()))
        };
        assert!(height(50.0) < 0.06 && height(600.0) > 0.45, "{} {}", height(50.0), height(600.0));
    }
}
