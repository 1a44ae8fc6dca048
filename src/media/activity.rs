//! Where somebody speaks in a sound: by level, against a floor that follows the noise of the line.

use super::codec::FRAME_SAMPLES;

/// Samples in one block: 20 ms.
const BLOCK: u16 = FRAME_SAMPLES as u16;
/// How far above the floor a block counts as active, in decibels.
const MARGIN_DB: f32 = 8.0;
/// Blocks under this are never active, in decibels of full scale: the noise of a quiet line lies well below.
const LEAST_DBFS: f32 = -52.0;
/// The range of the floor, in decibels of full scale.
const FLOOR_DBFS: (f32, f32) = (-65.0, -35.0);
/// The highest floor to begin with: a recording may begin in the middle of a word.
const FIRST_FLOOR_DBFS: f32 = -45.0;
/// How fast the floor rises, in decibels a block: 1 dB a second.
const RISE_DB: f32 = 0.02;
/// What part of the way down the floor goes in one quieter block.
const FALL: f32 = 0.3;
/// So many active blocks in a row begin a word (80 ms), so that a click does not.
const ONSET: u32 = 4;
/// So many blocks of words make it speech (160 ms).
const SPEECH: u32 = 8;

/// The activity of a sound so far.
#[derive(Debug, Clone)]
pub(super) struct Activity {
    /// The level of the noise, in decibels of full scale; `None` before the first block.
    floor: Option<f32>,
    /// The squares of the samples of the block that is not full yet, and how many there are.
    power: f32,
    filled: u16,
    /// Samples heard in whole blocks.
    heard: u64,
    /// Active blocks in a row, up to the last one.
    run: u32,
    /// Blocks of words.
    words: u32,
    /// Samples up to the end of the last word.
    last_word: u64,
}

impl Activity {
    pub(super) const fn new() -> Self {
        Self { floor: None, power: 0.0, filled: 0, heard: 0, run: 0, words: 0, last_word: 0 }
    }

    /// Hears the next sample.
    pub(super) fn hear(&mut self, sample: i16) {
        let sample = f32::from(sample) / 32_768.0;
        self.power += sample * sample;
        self.filled += 1;
        if self.filled == BLOCK {
            let level = 10.0 * (self.power / f32::from(BLOCK)).max(1e-10).log10();
            self.power = 0.0;
            self.filled = 0;
            self.heard += u64::from(BLOCK);
            self.judge(level);
        }
    }

    fn judge(&mut self, level: f32) {
        let (lowest, highest) = FLOOR_DBFS;
        let floor = self.floor.unwrap_or_else(|| level.clamp(lowest, FIRST_FLOOR_DBFS));
        let moved = if level < floor { floor + (level - floor) * FALL } else { floor + RISE_DB };
        self.floor = Some(moved.clamp(lowest, highest));
        if level <= (floor + MARGIN_DB).max(LEAST_DBFS) {
            self.run = 0;
            return;
        }
        self.run += 1;
        if self.run >= ONSET {
            self.words += if self.run == ONSET { ONSET } else { 1 };
            self.last_word = self.heard;
        }
    }

    /// Whether there was speech.
    pub(super) const fn has_spoken(&self) -> bool {
        self.words >= SPEECH
    }

    /// How many samples there were up to the end of the last word.
    pub(super) const fn last_word(&self) -> u64 {
        self.last_word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that is the same every time, of about the given level in dBFS.
    fn noise(dbfs: f32, milliseconds: usize) -> Vec<i16> {
        let peak = 32_768.0 * 10.0_f32.powf(dbfs / 20.0) * 3.0_f32.sqrt();
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(i16::from_be_bytes([state.to_be_bytes()[0], state.to_be_bytes()[1]]))
                / 32_768.0
        };
        (0..milliseconds * 8)
            .map(|_| crate::media::recording::to_i16(next() * peak / 32_768.0))
            .collect()
    }

    fn activity(parts: &[(f32, usize)]) -> Activity {
        let mut activity = Activity::new();
        for &(dbfs, milliseconds) in parts {
            noise(dbfs, milliseconds).into_iter().for_each(|sample| activity.hear(sample));
        }
        activity
    }

    #[test]
    fn speech_stands_out_of_the_noise_of_its_line() {
        // Parts as (level in dBFS, milliseconds), whether that is speech, and where it ends in milliseconds.
        for (name, parts, spoken, end) in [
            ("nothing", vec![(-90.0, 3_000)], false, 0),
            ("a quiet line", vec![(-60.0, 3_000)], false, 0),
            ("a word", vec![(-60.0, 500), (-20.0, 400), (-60.0, 1_000)], true, 900),
            ("a soft voice", vec![(-65.0, 500), (-44.0, 600), (-65.0, 1_000)], true, 1_100),
            ("in the middle of a word", vec![(-20.0, 400), (-60.0, 1_000)], true, 400),
            ("a click", vec![(-60.0, 500), (-10.0, 40), (-60.0, 1_000)], false, 0),
            ("a loud street", vec![(-33.0, 20_000)], true, 10_000),
            ("a voice in it", vec![(-42.0, 20_000), (-20.0, 500), (-42.0, 500)], true, 20_500),
        ] {
            let activity = activity(&parts);
            assert_eq!(activity.has_spoken(), spoken, "{name}");
            let last = activity.last_word() / 8;
            if name == "a loud street" {
                assert!(last < end, "{name}: the floor follows, {last}");
            } else if spoken {
                assert!(last.abs_diff(end) <= 40, "{name}: {last}");
            }
        }
    }
}
