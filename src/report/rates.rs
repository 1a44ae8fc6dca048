//! Shares and ranks.

use crate::time::Duration;

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// The part; may be below 0 nowhere and above the whole nowhere.
    pub part: u64,
    /// The whole.
    pub of: u64,
}

impl Share {
    /// The share as 0 to 1; `None` of nothing.
    #[must_use]
    pub fn ratio(self) -> Option<f64> {
        (self.of > 0).then(|| self.part as f64 / self.of as f64)
    }
}

/// The mean of a sum; `None` of nothing.
#[must_use]
pub(super) fn mean(sum: Duration, count: u64) -> Option<Duration> {
    Some(Duration::from_micros(sum.as_micros().checked_div(count)?))
}

/// The value at a rank of sorted values (nearest rank: the least that at least `share` of them do not exceed).
#[must_use]
pub fn percentile(sorted: &[Duration], per_cent: u8) -> Option<Duration> {
    let rank = (sorted.len() * usize::from(per_cent)).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}
