//! Our own sound, as it comes back from the far side, taken out of what is heard: the four-wire end of an analogue line
//! sends a part of each prompt back, beneath which keys are hard to hear and out of which keys may be heard.
//!
//! ```text
//!  said ─▶ search (which delay: 16–616 ms) ─▶ path (16 ms, least squares) ─▶ what would come back
//!                                                                                    │ subtracted
//!  heard ────────────────────────────────────────────────────────────────────────────┴─▶ what is left
//! ```
//!
//! It costs nothing while nothing of ours sounds or the line is silent, and changes nothing before it has seen that what it
//! takes away leaves less. Positions are samples of one clock of 8 kHz, on which both directions are counted. No clock, no
//! allocation once it is made.

mod levinson;
mod path;
mod said;
mod search;

pub use said::Said;

use super::heard::HEARD_SAMPLES;
use path::Path;
use search::Search;

/// The mean square of a sample beneath which a line is silent: −60 dB of full scale.
const SILENT: f32 = 1_074.0;

/// Samples in so much time as an echo takes at least: a frame that is heard may be of what is being sent.
const LEAST_LAG: u64 = 128;

/// What takes our own sound out of what one leg hears.
#[derive(Debug, Default)]
pub struct EchoCanceller {
    search: Search,
    /// The ways that it may come back by: several until one is of use.
    paths: Vec<Path>,
}

impl EchoCanceller {
    /// Takes what comes back of `said` out of 10 ms that were heard at the position `at`. `busy` = somebody presses a
    /// key, or the audio was made up: then nothing is learnt. Returns whether anything was taken out.
    pub fn cancel(
        &mut self,
        said: &Said,
        at: u64,
        samples: &mut [i16; HEARD_SAMPLES],
        busy: bool,
    ) -> bool {
        if !said.may_come_back(at) {
            return false;
        }
        let heard = samples.map(f32::from);
        let power = heard.iter().map(|sample| sample * sample).sum::<f32>();
        if power < SILENT * HEARD_SAMPLES as f32 {
            return false;
        }
        if !self.is_settled() {
            let delays = self.search.hear(said, at, &heard, busy);
            if self.paths.is_empty() {
                self.paths.extend(delays.into_iter().map(Path::new));
                return false;
            }
        }
        let mut best = None;
        for path in &mut self.paths {
            let left = path.hear(said, at, &heard, busy);
            best = best.or(left);
        }
        self.weed();
        let Some(left) = best else { return false };
        for (sample, left) in samples.iter_mut().zip(left) {
            *sample = super::recording::to_i16(left / 32_768.0);
        }
        true
    }

    /// Whether the best path is certain.
    fn is_settled(&self) -> bool {
        self.paths.first().is_some_and(|best| best.leaves().is_some() && best.is_settled())
    }

    /// Lets go of paths that lead nowhere, and of all but the best once that is certain.
    fn weed(&mut self) {
        let leaves = |path: &Path| path.leaves().unwrap_or(1.0);
        let was_useful = self.paths.iter().any(|path| path.leaves().is_some());
        self.paths.retain(|path| !path.is_lost());
        self.paths.sort_by(|a, b| leaves(a).total_cmp(&leaves(b)));
        if self.is_settled() {
            self.paths.truncate(1);
        }
        match (self.paths.is_empty(), was_useful) {
            (true, true) => self.search.begin(),
            (true, false) => self.search.go_on(),
            (false, _) => {}
        }
    }
}

#[cfg(test)]
mod tests;
