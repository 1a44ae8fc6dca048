//! What a leg has said lately, by position.

use super::LEAST_LAG;
use super::search::MOST_LAG;

/// Samples that are remembered: a second.
const ROOM: usize = 8_192;
/// The same as positions.
const REACH: u64 = ROOM as u64;
/// A sample beyond this is heard: −54 dB of full scale.
const AUDIBLE: u16 = 64;
/// How long sound comes back after its delay: the longest echo of a line.
const TRAIL: u64 = 160;

/// What was said, the newest second of it. Where nothing was said there is silence.
#[derive(Debug)]
pub struct Said {
    samples: Box<[i16; ROOM]>,
    /// The position after the newest sample.
    end: u64,
    /// The position after the newest one that is heard.
    audible: u64,
}

impl Default for Said {
    fn default() -> Self {
        Self { samples: Box::new([0; ROOM]), end: 0, audible: 0 }
    }
}

impl Said {
    /// Takes what is said from the position `at` on; not more than a second at a time, and none twice: what overlaps
    /// with samples of before takes their place.
    pub fn add(&mut self, at: u64, samples: impl IntoIterator<Item = i16>) {
        for silent in self.end.max(at.saturating_sub(REACH))..at {
            self.samples[place(silent)] = 0;
        }
        for (at, sample) in (at..).zip(samples) {
            self.samples[place(at)] = sample;
            self.end = self.end.max(at + 1);
            if sample.unsigned_abs() > AUDIBLE {
                self.audible = at + 1;
            }
        }
    }

    /// Whether something may be heard at a position that was said before.
    pub(super) const fn may_come_back(&self, at: u64) -> bool {
        at + LEAST_LAG < self.audible + MOST_LAG + TRAIL && self.audible > 0
    }

    /// Reads the samples from a position on.
    pub(super) fn read(&self, from: u64, out: &mut [f32]) {
        for (at, out) in (from..).zip(out) {
            let known = at < self.end && at + REACH >= self.end;
            *out = if known { f32::from(self.samples[place(at)]) } else { 0.0 };
        }
    }
}

/// Where a position is.
fn place(at: u64) -> usize {
    usize::try_from(at % REACH).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_second_is_remembered_and_gaps_are_silent() {
        let mut said = Said::default();
        said.add(10, [1, 2, 3]);
        said.add(15, [6]);
        let mut read = [9.0; 8];
        said.read(9, &mut read);
        assert_eq!(read, [0.0, 1.0, 2.0, 3.0, 0.0, 0.0, 6.0, 0.0]);
        said.add(20 + REACH, [7, 8]);
        said.read(14 + REACH, &mut read);
        assert_eq!(read, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 8.0]);
        said.read(10, &mut read);
        assert_eq!(read, [0.0; 8], "that is forgotten");
    }

    #[test]
    fn nothing_comes_back_of_silence_or_of_what_is_long_ago() {
        let mut said = Said::default();
        said.add(0, [0; 800]);
        assert!(!said.may_come_back(800));
        said.add(800, [5_000; 80]);
        assert!(said.may_come_back(1_000) && said.may_come_back(880 + MOST_LAG - LEAST_LAG));
        assert!(!said.may_come_back(880 + MOST_LAG + TRAIL));
    }
}
