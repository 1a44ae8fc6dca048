//! Whether somebody speaks: by level against a floor that follows the noise of the line, then by ear.
//!
//! ```text
//!  samples ─▶ gate (16 ms, level over the floor) ─ open ─▶ network (`earshot`, 16 kHz) ─▶ speech begins, ends
//! ```
//!
//! The network listens only while the gate is open, so that a silent line costs next to nothing. How sure it must be
//! follows the floor: on a noisy line more sounds like speech. `tests/speech.rs` measures it.

use std::fmt;

use earshot::Detector;

/// Samples in a frame at 8 kHz: 16 ms.
const FRAME: usize = 128;
/// The same for the length of a sound.
const FRAME_SAMPLES: u64 = FRAME as u64;
/// How far above the floor a frame opens the gate, in decibels.
const MARGIN_DB: f32 = 6.0;
/// Frames under this never open it, in decibels of full scale: the noise of a quiet line lies well below.
const LEAST_DBFS: f32 = -52.0;
/// The range of the floor, in decibels of full scale.
const FLOOR_DBFS: (f32, f32) = (-65.0, -30.0);
/// The highest floor to begin with: a sound may begin in the middle of a word.
const FIRST_FLOOR_DBFS: f32 = -45.0;
/// How fast the floor rises, in decibels a frame: 1 dB a second.
const RISE_DB: f32 = 0.016;
/// What part of the way down the floor goes in one quieter frame.
const FALL: f32 = 0.25;
/// How fast the estimate of how far speech stands out of the floor goes up, and down, as a part of the way in a frame.
const FOLLOW: (f32, f32) = (0.1, 0.004);
/// Frames for which the gate stays open after the last loud one: 320 ms.
const HOLD: u8 = 20;
/// Frames before the gate opened that the network hears as well: 64 ms.
const BEFORE: usize = 4;
/// How sure the network must be where speech stands so many decibels out of the floor: on a clean line, on a noisy one.
const SURE: [(f32, f32); 2] = [(25.0, 0.5), (10.0, 0.7)];
/// So many frames of speech in a row begin it: 64 ms, so that a click is none.
const ONSET: u32 = 4;
/// Speech is over after so many frames without it: 208 ms, longer than a pause inside a word.
const PAUSE: u32 = 13;
/// So many frames of speech make it worth keeping: 160 ms.
const WORTH: u32 = 10;

/// What was heard. Positions are samples since the detector began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// Somebody began to speak; reported some 100 ms after they did.
    Started {
        /// Where.
        at: u64,
    },
    /// They fell silent; reported some 200 ms after they did.
    Ended {
        /// Where.
        at: u64,
    },
}

/// Tells where somebody speaks in a stream of samples at 8 kHz.
pub struct SpeechDetector {
    /// The level of the noise, in decibels of full scale; `None` before the first frame.
    floor: Option<f32>,
    /// How far speech stands out of it, in decibels.
    stands_out: f32,
    /// The frame that is not full yet, and how many samples it has.
    frame: [i16; FRAME],
    filled: usize,
    /// Samples in whole frames.
    heard: u64,
    /// The frames before, the newest last.
    before: [[i16; FRAME]; BEFORE],
    /// Frames for which the gate stays open.
    open: u8,
    /// Made when the gate opens for the first time.
    network: Option<Box<Detector>>,
    /// Frames of speech in a row, up to the last one; frames without it, likewise.
    run: u32,
    pause: u32,
    speaks: bool,
    /// Frames of speech.
    words: u32,
    /// Samples up to the end of the last word.
    last_word: u64,
}

impl Default for SpeechDetector {
    fn default() -> Self {
        Self {
            floor: None,
            stands_out: SURE[0].0,
            frame: [0; FRAME],
            filled: 0,
            heard: 0,
            before: [[0; FRAME]; BEFORE],
            open: 0,
            network: None,
            run: 0,
            pause: 0,
            speaks: false,
            words: 0,
            last_word: 0,
        }
    }
}

impl fmt::Debug for SpeechDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeechDetector")
            .field("speaks", &self.speaks)
            .field("last_word", &self.last_word)
            .finish_non_exhaustive()
    }
}

impl SpeechDetector {
    /// Hears the next samples.
    pub fn hear(&mut self, samples: &[i16], mut report: impl FnMut(Speech)) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(FRAME - self.filled));
            if let Some(room) = self.frame.get_mut(self.filled..self.filled + now.len()) {
                room.copy_from_slice(now);
            }
            self.filled += now.len();
            rest = later;
            if self.filled == FRAME {
                self.filled = 0;
                self.heard += FRAME_SAMPLES;
                if let Some(speech) = self.judge() {
                    report(speech);
                }
            }
        }
    }

    /// Whether somebody speaks.
    #[must_use]
    pub const fn speaks(&self) -> bool {
        self.speaks
    }

    /// Whether somebody has spoken so far, longer than a cough.
    #[must_use]
    pub const fn has_spoken(&self) -> bool {
        self.words >= WORTH
    }

    /// How many samples there were up to the end of the last word.
    #[must_use]
    pub const fn last_word(&self) -> u64 {
        self.last_word
    }

    fn judge(&mut self) -> Option<Speech> {
        let loud = self.is_loud();
        let opens = self.open == 0;
        self.open = if loud { HOLD } else { self.open.saturating_sub(1) };
        let voiced = self.open > 0 && {
            let network = self.network.get_or_insert_with(Detector::default_boxed);
            if opens {
                for frame in &self.before {
                    listen(network, frame);
                }
            }
            listen(network, &self.frame) >= sure(self.stands_out)
        };
        self.before.rotate_left(1);
        self.before[BEFORE - 1] = self.frame;
        self.settle(voiced, loud)
    }

    /// Whether the frame is louder than the noise of the line; the floor follows it.
    fn is_loud(&mut self) -> bool {
        let power: f32 = self.frame.iter().map(|&sample| f32::from(sample).powi(2)).sum();
        let full = FRAME as f32 * 32_768.0 * 32_768.0;
        let level = 10.0 * (power / full).max(1e-10).log10();
        let (lowest, highest) = FLOOR_DBFS;
        let floor = self.floor.unwrap_or_else(|| level.clamp(lowest, FIRST_FLOOR_DBFS));
        let moved = if level < floor { floor + (level - floor) * FALL } else { floor + RISE_DB };
        self.floor = Some(moved.clamp(lowest, highest));
        let over = (level - floor).max(MARGIN_DB);
        let part = if over > self.stands_out { FOLLOW.0 } else { FOLLOW.1 };
        self.stands_out += (over - self.stands_out) * part;
        level > (floor + MARGIN_DB).max(LEAST_DBFS)
    }

    /// Counts the frame.
    fn settle(&mut self, voiced: bool, loud: bool) -> Option<Speech> {
        if !voiced {
            self.run = 0;
            self.pause += 1;
            let ends = self.speaks && self.pause >= PAUSE;
            self.speaks &= !ends;
            return ends.then_some(Speech::Ended { at: self.last_word });
        }
        self.run += 1;
        self.pause = 0;
        if self.run < ONSET {
            return None;
        }
        self.words += if self.run == ONSET { ONSET } else { 1 };
        // The network is sure for a moment after the last sound.
        if loud {
            self.last_word = self.heard;
        }
        let starts = !std::mem::replace(&mut self.speaks, true);
        starts.then_some(Speech::Started { at: self.heard - u64::from(ONSET) * FRAME_SAMPLES })
    }
}

/// What the network makes of a frame, from 0 to 1. It wants 16 kHz; what each sample said twice adds above 4 kHz is little
/// and does not mislead it.
fn listen(network: &mut Detector, frame: &[i16; FRAME]) -> f32 {
    let mut doubled = [0; 2 * FRAME];
    for (pair, sample) in doubled.chunks_exact_mut(2).zip(frame) {
        pair.fill(*sample);
    }
    network.predict_i16(&doubled)
}

/// How sure the network must be where speech stands so far out of the floor.
fn sure(stands_out: f32) -> f32 {
    let [(clean, least), (noisy, most)] = SURE;
    let part = ((clean - stands_out) / (clean - noisy)).clamp(0.0, 1.0);
    least + (most - least) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What fills a part.
    #[derive(Clone, Copy)]
    enum Fill {
        /// A buzz of 150 Hz with its overtones, as a voice has them.
        Voice,
        Noise,
    }
    use Fill::{Noise, Voice};

    /// A sound of parts: what, its level in dBFS, and milliseconds. The same every time.
    fn sound(parts: &[(Fill, f32, usize)]) -> Vec<i16> {
        let mut state = 1_u32;
        let mut samples = Vec::new();
        for &(fill, dbfs, milliseconds) in parts {
            let level = 32_768.0 * 10.0_f32.powf(dbfs / 20.0);
            for n in 0..milliseconds * 8 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let [high, low, ..] = state.to_be_bytes();
                let noise = f32::from(i16::from_be_bytes([high, low])) / 32_768.0 * 1.7;
                let turn = std::f32::consts::TAU * 150.0 * n as f32 / 8_000.0;
                let voice: f32 = [1.0, 0.7, 0.9, 0.8, 0.5, 0.2, 0.15, 0.1]
                    .into_iter()
                    .zip(1_u8..)
                    .map(|(gain, overtone)| gain * (turn * f32::from(overtone)).sin())
                    .sum();
                let sample = match fill {
                    Voice => voice * 0.7,
                    Noise => noise,
                };
                samples.push(crate::media::recording::to_i16(sample * level / 32_768.0));
            }
        }
        samples
    }

    #[test]
    fn speech_stands_out_of_the_noise_of_its_line() {
        // Whether the parts are speech, and where that ends in milliseconds.
        for (name, parts, spoken, end) in [
            ("nothing", vec![(Noise, -90.0, 3_000)], false, 0),
            ("a quiet line", vec![(Noise, -60.0, 3_000)], false, 0),
            (
                "a word",
                vec![(Noise, -60.0, 500), (Voice, -20.0, 400), (Noise, -60.0, 900)],
                true,
                900,
            ),
            (
                "a soft voice",
                vec![(Noise, -65.0, 500), (Voice, -42.0, 600), (Noise, -65.0, 900)],
                true,
                1_100,
            ),
            ("in the middle of a word", vec![(Voice, -20.0, 400), (Noise, -60.0, 900)], true, 400),
            (
                "a click",
                vec![(Noise, -60.0, 500), (Noise, -10.0, 40), (Noise, -60.0, 900)],
                false,
                0,
            ),
            (
                "a rustle",
                vec![(Noise, -60.0, 500), (Noise, -20.0, 800), (Noise, -60.0, 900)],
                false,
                0,
            ),
            ("a loud street", vec![(Noise, -33.0, 20_000)], false, 0),
            (
                "a voice in it",
                vec![(Noise, -42.0, 9_000), (Voice, -20.0, 500), (Noise, -42.0, 500)],
                true,
                9_500,
            ),
        ] {
            let mut detector = SpeechDetector::default();
            detector.hear(&sound(&parts), |_| {});
            assert_eq!(detector.has_spoken(), spoken, "{name}");
            let last = detector.last_word() / 8;
            assert!(last.abs_diff(end) <= 40, "{name}: {last}");
        }
    }

    #[test]
    fn each_word_is_reported_once_with_its_beginning_and_end() {
        let pause = (Noise, -60.0, 600);
        let parts = [pause, (Voice, -20.0, 500), pause, (Voice, -25.0, 300), pause];
        let mut detector = SpeechDetector::default();
        let mut reports = Vec::new();
        for piece in sound(&parts).chunks(80) {
            detector.hear(piece, |speech| reports.push(speech));
        }
        let near = |at: u64, milliseconds: u64| (at / 8).abs_diff(milliseconds) <= 60;
        let [
            Speech::Started { at: first },
            Speech::Ended { at: second },
            Speech::Started { at: third },
            Speech::Ended { at: fourth },
        ] = *reports
        else {
            panic!("{reports:?}")
        };
        assert!(near(first, 600) && near(second, 1_100), "{reports:?}");
        assert!(near(third, 1_700) && near(fourth, 2_000), "{reports:?}");
        assert!(!detector.speaks());
    }
}
