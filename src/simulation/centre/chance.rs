//! Chance from a seed, in whole numbers only: the same on every machine and in every build.

use crate::time::Duration;

/// A stream of numbers that a seed decides (`SplitMix64`).
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

/// The natural logarithm of 2 in parts of 65,536.
const LN_2: u64 = 45_426;

/// `-ln(1 - i / 16)` for the sixteenths of the upper half, in parts of 65,536: `i` from 0 to 8.
const LOGARITHMS: [u64; 9] = [0, 4_230, 8_751, 13_608, 18_854, 24_556, 30_802, 37_707, 45_426];

impl Chance {
    /// The stream of a seed.
    #[cfg(test)]
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The stream of one person of a day: independent of everybody else's, so that leaving somebody out changes
    /// nothing for the others.
    pub(super) fn of(seed: u64, kind: u64, number: u32) -> Self {
        let mut mixed = Self(seed ^ kind.rotate_left(32));
        let start = mixed.number() ^ u64::from(number).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self(Self(start).number())
    }

    /// The next number.
    pub(super) const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included; `low` if `high` is less.
    pub(super) const fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.number() % (high.saturating_sub(low).saturating_add(1))
    }

    /// True so many times in a hundred.
    pub(super) const fn percent(&mut self, percent: u64) -> bool {
        self.number() % 100 < percent
    }

    /// True so many times in ten thousand.
    pub(super) const fn basis_points(&mut self, points: u64) -> bool {
        self.number() % 10_000 < points
    }

    /// One of a list; `None` of an empty one.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(from.len()).ok()?.max(1);
        from.get(usize::try_from(self.number() % count).ok()?)
    }

    /// One of a list with a weight for each; 0 if all weights are 0.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let sum: u64 = weights.iter().map(|&weight| u64::from(weight)).sum();
        let mut left = self.number() % sum.max(1);
        for (place, &weight) in weights.iter().enumerate() {
            if left < u64::from(weight) {
                return place;
            }
            left -= u64::from(weight);
        }
        0
    }

    /// A span between two, in milliseconds.
    pub(super) const fn millis(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_millis(self.between(low, high))
    }

    /// A span between two, in seconds; whole milliseconds.
    pub(super) const fn seconds(&mut self, low: u64, high: u64) -> Duration {
        self.millis(low * 1_000, high * 1_000)
    }

    /// A span that is short often and long seldom (exponential), of this mean; at most 44 times the mean.
    pub(super) fn about(&mut self, mean: Duration) -> Duration {
        // -ln(u) for a uniform u in (0, 1]: the halvings from the leading zeros, the rest from a table.
        let drawn = self.number() | 1;
        let halvings = u64::from(drawn.leading_zeros());
        // What is left stands in [1/2, 1): its distance from 1 in eighths of a half, and the rest between two of them.
        let rest = !(drawn << halvings);
        let (eighth, within) = ((rest >> 60) & 7, (rest >> 44) & 0xffff);
        let place = usize::try_from(eighth).unwrap_or(0);
        let (low, high) = (LOGARITHMS[place], LOGARITHMS[place + 1]);
        let fraction = low + (high - low) * within / 65_536;
        let share = halvings * LN_2 + fraction;
        Duration::from_micros(mean.as_micros() / 1_024 * share / 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_the_mean_that_is_asked_for() {
        let mut chance = Chance::new(7);
        let mean = Duration::from_secs(100);
        let sum: u64 = (0..20_000).map(|_| chance.about(mean).as_micros()).sum();
        let average = sum / 20_000 / 1_000_000;
        assert!((98..=102).contains(&average), "the average is {average} s");
        let mut few = 0;
        for _ in 0..20_000 {
            few += u32::from(chance.about(mean) > Duration::from_secs(230));
        }
        assert!((1_800..=2_200).contains(&few), "{few} of 20,000 are over 2.3 means");
    }

    #[test]
    fn people_have_streams_of_their_own() {
        let first = |kind, number| Chance::of(17, kind, number).number();
        assert_ne!(first(1, 0), first(1, 1));
        assert_ne!(first(1, 0), first(2, 0));
        assert_eq!(first(1, 3), first(1, 3));
    }

    #[test]
    fn weights_decide_how_often() {
        let mut chance = Chance::new(3);
        let mut counts = [0_u32; 3];
        for _ in 0..10_000 {
            counts[chance.weighted(&[1, 0, 3])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((2_300..=2_700).contains(&counts[0]), "{counts:?}");
        assert_eq!(chance.weighted(&[0, 0]), 0);
    }
}
