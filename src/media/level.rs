//! How loud a sound is, and bringing it to telephone level.

/// The level of active speech that sounds are brought to, in decibels of full scale (RMS).
const TARGET_DBFS: f32 = -20.0;
/// How far from the target a sound may be and still stay as it is, in decibels.
const TOLERANCE_DB: f32 = 6.0;
/// The highest peak, in decibels of full scale.
const PEAK_DBFS: f32 = -3.0;
/// The most that a quiet sound is raised, in decibels, so that noise does not become speech.
const MAX_GAIN_DB: f32 = 24.0;
/// Blocks quieter than the loudest by more than this are pauses, in decibels.
const PAUSE_DB: f32 = 25.0;
/// The level under which nothing counts as sound, in decibels of full scale.
const FLOOR_DBFS: f32 = -70.0;

/// How loud a sound is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The RMS level of its active parts (20 ms blocks, pauses left out), in decibels of full scale.
    pub active_dbfs: f32,
    /// Its highest sample, in decibels of full scale.
    pub peak_dbfs: f32,
}

/// Measures `samples` taken at `rate` hertz. Silence measures as the floor.
pub(super) fn measure(samples: &[f32], rate: u32) -> Level {
    let block = (rate as usize / 50).max(1);
    let powers: Vec<f32> = samples
        .chunks(block)
        .map(|block| block.iter().map(|s| s * s).sum::<f32>() / block.len() as f32)
        .collect();
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let pause = loudest * from_db(-PAUSE_DB).powi(2);
    let active = powers.iter().copied().filter(|&power| power >= pause);
    let (sum, count) =
        active.fold((0.0, 0.0), |(sum, count), power| (sum + power, count + 1.0_f32));
    let peak = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
    Level { active_dbfs: to_db((sum / count.max(1.0)).sqrt()), peak_dbfs: to_db(peak) }
}

/// Brings `samples` to telephone level, unless they are there already or are silence.
pub(super) fn normalise(samples: &mut [f32], rate: u32) {
    let level = measure(samples, rate);
    let near = (level.active_dbfs - TARGET_DBFS).abs() <= TOLERANCE_DB;
    if level.peak_dbfs <= FLOOR_DBFS || near && level.peak_dbfs <= PEAK_DBFS {
        return;
    }
    let wanted = if near { 0.0 } else { TARGET_DBFS - level.active_dbfs };
    let gain = from_db(wanted.min(PEAK_DBFS - level.peak_dbfs).min(MAX_GAIN_DB));
    for sample in samples {
        *sample *= gain;
    }
}

fn to_db(amplitude: f32) -> f32 {
    (20.0 * amplitude.max(1e-9).log10()).max(FLOOR_DBFS)
}

fn from_db(level: f32) -> f32 {
    10.0_f32.powf(level / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of a square wave of the given amplitude, then a second of silence.
    fn sound(amplitude: f32) -> Vec<f32> {
        let wave = (0..8_000).map(|n| if n / 8 % 2 == 0 { amplitude } else { -amplitude });
        wave.chain(std::iter::repeat_n(0.0, 8_000)).collect()
    }

    #[test]
    fn pauses_do_not_count() {
        let level = measure(&sound(0.1), 8_000);
        assert!((level.active_dbfs + 20.0).abs() < 0.01, "{level:?}");
        assert!((level.peak_dbfs + 20.0).abs() < 0.01, "{level:?}");
        assert!((measure(&[], 8_000).active_dbfs - FLOOR_DBFS).abs() < 0.01);
    }

    #[test]
    fn only_what_is_off_is_moved() {
        // (amplitude, level before, level after)
        for (amplitude, after) in
            [(0.1, -20.0), (0.06, -24.4), (0.01, -20.0), (0.9, -20.0), (0.001, -36.0), (0.0, -70.0)]
        {
            let mut samples = sound(amplitude);
            normalise(&mut samples, 8_000);
            let level = measure(&samples, 8_000).active_dbfs;
            assert!((level - after).abs() < 0.1, "{amplitude} became {level}");
        }
    }

    #[test]
    fn a_sharp_peak_bounds_the_gain() {
        let mut samples = sound(0.02);
        samples[100] = 0.5;
        normalise(&mut samples, 8_000);
        assert!((measure(&samples, 8_000).peak_dbfs - PEAK_DBFS).abs() < 0.01);
    }
}
