//! Measured times, and what is said of many of them.

/// Many measured times, in microseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Times(Vec<i64>);

/// Half of all times are up to `p50`, 99 of 100 up to `p99`. In milliseconds; not a number where none was measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) max_ms: f64,
}

impl Times {
    pub(super) fn add(&mut self, us: i64) {
        self.0.push(us);
    }

    /// Adds the time from one moment to another, if both are known.
    pub(super) fn span(&mut self, from: Option<i64>, to: Option<i64>) {
        if let (Some(from), Some(to)) = (from, to) {
            self.add(to - from);
        }
    }

    pub(super) fn spread(mut self) -> Spread {
        self.0.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "figures are printed to two digits")]
        let at = |percent: usize| {
            let place = (self.0.len() * percent).div_ceil(100).max(1) - 1;
            self.0.get(place).map_or(f64::NAN, |&us| us as f64 / 1_000.0)
        };
        Spread { p50_ms: at(50), p99_ms: at(99), max_ms: at(100) }
    }
}

impl Extend<i64> for Times {
    fn extend<I: IntoIterator<Item = i64>>(&mut self, times: I) {
        self.0.extend(times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_names_times_that_were_measured() {
        let mut times = Times::default();
        times.extend((1..=200).rev().map(|n| n * 1_000));
        times.span(None, Some(7));
        times.span(Some(5_000), Some(1_005_000));
        let Spread { p50_ms, p99_ms, max_ms } = times.spread();
        assert_eq!((p50_ms, p99_ms, max_ms), (101.0, 199.0, 1_000.0));
        assert!(Times::default().spread().p50_ms.is_nan(), "nothing was measured");
    }
}
