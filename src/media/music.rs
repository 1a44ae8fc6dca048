//! Hold music of our own making: a calm pentatonic arpeggio that loops without a seam.
//!
//! Notes are laid on a ring: what sounds past the end sounds on at the beginning, so the loop has no seam to hear.
//! Only additions and multiplications are used, no library sine, so every machine makes the same bytes.

use super::codec::SAMPLE_RATE;
use super::recording::Recording;

/// Steps of the arpeggio per second.
const STEPS_PER_SECOND: usize = 2;

/// From one step to the next, in samples.
const STEP: usize = SAMPLE_RATE as usize / STEPS_PER_SECOND;

/// How long one note sounds, in samples: 5 s.
const NOTE: usize = 5 * SAMPLE_RATE as usize;

/// How long a note takes to come in, in samples: 40 ms, no click.
const ATTACK: usize = SAMPLE_RATE as usize / 25;

/// How long a note's last part takes to go, in samples: 200 ms.
const RELEASE: usize = SAMPLE_RATE as usize / 5;

/// The time in which the lowest partial falls to 37 %, in samples: 0.9 s.
const DECAY: f64 = 0.9 * SAMPLE_RATE as f64;

/// The strength of each partial. Higher ones also decay faster.
const PARTIALS: [f64; 4] = [1.0, 0.4, 0.14, 0.05];

/// No partial lies above this, in hertz: telephones carry little more.
const HIGHEST_PARTIAL: f64 = 3_000.0;

/// Each note comes back once, this many samples later and this much softer.
const ECHO: (usize, f64) = (3 * STEP / 2, 0.22);

/// The highest sample of the whole, as a share of full scale: −12.5 dBFS, so that voices stand out after it.
const PEAK: f64 = 0.237;

/// The scale: C major pentatonic from A3 to A5, equal temperament, A4 = 440 Hz.
const SCALE: [f64; 11] =
    [220.0, 261.626, 293.665, 329.628, 391.995, 440.0, 523.251, 587.33, 659.255, 783.991, 880.0];

/// A step without a note.
const REST: usize = usize::MAX;

/// One bar: eight steps, each a place in [`SCALE`].
type Bar = [usize; 8];

/// The bars; every fourth one breathes.
#[rustfmt::skip]
const BARS: [Bar; 16] = [
    [1, 4, 6, 8, 6, 4, 6, REST],
    [0, 3, 5, 6, 8, 6, 5, REST],
    [2, 4, 5, 7, 5, 4, 7, REST],
    [1, 4, 6, 4, REST, 5, REST, REST],

    [1, 4, 6, 8, 9, 8, 6, REST],
    [0, 3, 5, 8, 6, 5, 3, REST],
    [2, 5, 7, 9, 7, 5, 4, REST],
    [4, 6, 8, 6, REST, 4, REST, REST],

    [0, 5, 6, 8, 10, 8, 6, 5],
    [3, 5, 6, 8, 6, 5, 8, REST],
    [1, 4, 6, 9, 8, 6, 4, 6],
    [2, 4, 7, 5, REST, 4, REST, REST],

    [1, 4, 6, 8, 6, 8, 9, REST],
    [0, 3, 5, 6, 5, 3, 6, REST],
    [2, 4, 5, 7, 9, 7, 5, REST],
    [1, 3, 4, 6, REST, REST, REST, REST],
];

/// The hold music: 64 s at telephone rate, to be looped.
#[must_use]
pub fn hold_music() -> Recording {
    let mut ring = vec![0.0_f64; BARS.len() * 8 * STEP];
    let notes = SCALE.map(note);
    let steps = BARS.iter().flatten().enumerate();
    for (step, note) in steps.filter_map(|(step, note)| Some((step, notes.get(*note)?))) {
        // The first step of a bar leads, every other one follows more softly.
        let strength = if step % 8 == 0 { 1.0 } else { 0.7 };
        lay(&mut ring, note, step * STEP, strength);
        lay(&mut ring, note, step * STEP + ECHO.0, strength * ECHO.1);
    }
    let peak = ring.iter().fold(0.0_f64, |peak, sample| peak.max(sample.abs()));
    let samples = ring.into_iter().map(|sample| single(sample * PEAK / peak)).collect();
    Recording { rate: SAMPLE_RATE, samples }
}

/// Adds a note to the ring from `start` on, beyond the end at the beginning. The ring is longer than any note.
fn lay(ring: &mut [f64], note: &[f64], start: usize, strength: f64) {
    let (before, after) = ring.split_at_mut(start % ring.len());
    let (here, beyond) = note.split_at(note.len().min(after.len()));
    for (places, samples) in [(after, here), (before, beyond)] {
        for (place, sample) in places.iter_mut().zip(samples) {
            *place += sample * strength;
        }
    }
}

/// One plucked note: partials that decay, faded in and out.
fn note(frequency: f64) -> Vec<f64> {
    let mut samples = vec![0.0_f64; NOTE];
    for (number, strength) in (1_u32..).zip(PARTIALS) {
        let frequency = frequency * f64::from(number);
        if frequency > HIGHEST_PARTIAL {
            break;
        }
        let decay = 1.0 - f64::from(number) / DECAY;
        let (cos, sin) = turn(std::f64::consts::TAU * frequency / f64::from(SAMPLE_RATE));
        // A pointer that turns by one sample's angle and shrinks a little with every sample; its height is the sound.
        let (mut x, mut y) = (strength, 0.0);
        for sample in &mut samples {
            *sample += y;
            (x, y) = ((x * cos - y * sin) * decay, (x * sin + y * cos) * decay);
        }
    }
    for (at, sample) in samples.iter_mut().enumerate() {
        *sample *= ease(at, ATTACK) * ease(NOTE - 1 - at, RELEASE);
    }
    samples
}

/// The cosine and sine of an angle in radians below π, by their power series; the error is below 10⁻⁹.
fn turn(angle: f64) -> (f64, f64) {
    let (mut cos, mut sin, mut term) = (0.0, 0.0, 1.0);
    for power in 0_u8..24 {
        let signed = if power % 4 < 2 { term } else { -term };
        if power % 2 == 0 {
            cos += signed;
        } else {
            sin += signed;
        }
        term *= angle / f64::from(power + 1);
    }
    (cos, sin)
}

/// Rises from 0 to 1 over `length` samples without an edge.
fn ease(at: usize, length: usize) -> f64 {
    if at >= length {
        return 1.0;
    }
    let share = at as f64 / length as f64;
    share * share * (3.0 - 2.0 * share)
}

#[expect(clippy::cast_possible_truncation, reason = "audio needs no more than single precision")]
fn single(sample: f64) -> f32 {
    sample as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of 20 ms.
    const BLOCK: usize = SAMPLE_RATE as usize / 50;

    fn samples() -> Vec<i32> {
        hold_music().to_samples().map(i32::from).collect()
    }

    #[test]
    fn the_shipped_file_is_this_music() {
        assert!(hold_music().to_wav() == include_bytes!("../../audio/hold.wav"), "other bytes");
    }

    #[test]
    fn it_is_long_and_soft_enough_and_never_silent() {
        let music = hold_music();
        assert!(music.duration().as_secs() >= 60, "{}", music.duration());
        let level = music.level();
        assert!(level.peak_dbfs <= -12.0, "{level:?}");
        assert!((-32.0..-20.0).contains(&level.active_dbfs), "{level:?}");
        let quiet = |block: &[i32]| block.iter().all(|s| s.abs() < 130);
        let longest = samples().chunks(BLOCK).fold((0, 0), |(longest, now), block| {
            let now = if quiet(block) { now + 1 } else { 0 };
            (longest.max(now), now)
        });
        assert!(longest.0 * 20 <= 400, "{} ms are silent", longest.0 * 20);
    }

    /// The seam is like any other place: no jump larger than those inside, no kink, and the loudness goes on.
    #[test]
    fn the_loop_has_no_seam() {
        let samples = samples();
        let jump = |pair: &[i32]| (pair[1] - pair[0]).abs();
        let kink = |three: &[i32]| (three[2] - 2 * three[1] + three[0]).abs();
        let largest_jump = samples.windows(2).map(jump).max().unwrap();
        let largest_kink = samples.windows(3).map(kink).max().unwrap();
        let around: Vec<i32> =
            samples[samples.len() - BLOCK..].iter().chain(&samples[..BLOCK]).copied().collect();
        assert!(around.windows(2).map(jump).max().unwrap() <= largest_jump);
        assert!(around.windows(3).map(kink).max().unwrap() <= largest_kink / 2);
        assert!(around.iter().any(|s| s.abs() > 200), "the last notes still sound at the seam");
    }

    #[test]
    fn little_lies_above_three_kilohertz() {
        // The second difference raises a tone of 3 kHz to 3.4 times its height and lowers one of 400 Hz to a tenth.
        let samples = samples();
        let power = |values: &[i32]| values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>();
        let bent: Vec<i32> = samples.windows(3).map(|w| w[2] - 2 * w[1] + w[0]).collect();
        assert!(power(&bent) < 0.2 * power(&samples));
    }

    #[test]
    fn the_series_is_a_sine() {
        for step in 0..32 {
            let angle = f64::from(step) * 0.1;
            let (cos, sin) = turn(angle);
            assert!(
                (cos - angle.cos()).abs() < 1e-9 && (sin - angle.sin()).abs() < 1e-9,
                "{angle}"
            );
        }
    }
}
