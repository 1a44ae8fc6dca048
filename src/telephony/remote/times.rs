//! The adapter's clock beside ours.

use crate::time::{Duration, Instant};

/// How an adapter's monotonic clock stands to the engine's. Learnt at `hello`, and anew with each sign of life.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    /// The engine's microseconds minus the adapter's.
    offset: Option<i64>,
}

impl Times {
    /// Something that happened at `at_us` on the adapter's clock arrives now.
    pub(super) fn learn(&mut self, at_us: Option<u64>, now: Instant) {
        if let Some(at_us) = at_us {
            self.offset = Some(signed(now.since(Instant::ZERO).as_micros()) - signed(at_us));
        }
    }

    /// A moment of the adapter's clock on ours; never in the future, and now where nothing is known.
    pub(super) fn ours(&self, at_us: Option<u64>, now: Instant) -> Instant {
        let (Some(offset), Some(at_us)) = (self.offset, at_us) else { return now };
        let micros = u64::try_from(signed(at_us).saturating_add(offset)).unwrap_or(0);
        (Instant::ZERO + Duration::from_micros(micros)).min(now)
    }
}

fn signed(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_carried_over_and_never_lie_ahead() {
        let now = Instant::from_micros(5_000_000);
        let mut times = Times::default();
        assert_eq!(times.ours(Some(7), now), now, "nothing is known yet");
        times.learn(Some(90_000_000), now);
        for (at_us, ours) in [(89_000_000, 4_000_000), (95_000_000, 5_000_000), (1, 0)] {
            assert_eq!(times.ours(Some(at_us), now), Instant::from_micros(ours), "{at_us}");
        }
        assert_eq!(times.ours(None, now), now);
        times.learn(Some(u64::MAX), now);
        assert_eq!(times.ours(Some(u64::MAX), now), now, "no overflow");
    }
}
