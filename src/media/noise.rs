//! The noise of a line, made up: white, of a power that is told.

use super::recording::to_i16;

/// A source of noise. The same samples each time.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    /// The mean square of its samples.
    pub(super) power: f32,
    seed: u32,
}

impl Noise {
    /// Noise whose samples have this mean square.
    pub(super) const fn new(power: f32) -> Self {
        Self { power, seed: 1 }
    }

    /// Fills a stretch of sound with the noise that comes next.
    pub(super) fn fill<'a>(&mut self, out: impl IntoIterator<Item = &'a mut i16>) {
        // Evenly distributed within ±1.7 deviations.
        let most = (3.0 * self.power).sqrt();
        for sample in out {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [.., low, high] = self.seed.to_le_bytes();
            *sample =
                to_i16(f32::from(i16::from_le_bytes([low, high])) / 32_768.0 * most / 32_768.0);
        }
    }
}
