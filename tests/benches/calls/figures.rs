//! Measured times, and what is said of many of them.

/// Many measured times, in microseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times(Vec<i64>);

/// Half of all times are up to `p50`, 99 of 100 up to `p99`. In milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Times {
    pub(crate) fn add(&mut self, us: i64) {
        self.0.push(us);
    }

    pub(crate) fn spread(mut self) -> Spread {
        self.0.sort_unstable();
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
