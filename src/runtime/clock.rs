//! The one place in the crate that asks the operating system what time it is.
//!
//! The driver makes one [`Clock`] at start and hands a copy to every adapter, so that all of them stamp their
//! reports on the same axis as the engine.

use std::time::SystemTime;

use crate::time::{Duration, Instant, Wall};

/// The node's clocks: a monotonic one that starts at zero when it is made, and the wall clock.
///
/// A copy reads the same axis. It keeps running while the machine's wall clock is set back or forth.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: std::time::Instant,
    /// How long before it was made the axis begins.
    past: Duration,
}

impl Clock {
    /// Starts a clock: this moment is [`Instant::ZERO`].
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    #[expect(clippy::new_without_default, reason = "a default would hide that it reads the time")]
    pub fn new() -> Self {
        Self { began: std::time::Instant::now(), past: Duration::ZERO }
    }

    /// The clock with an axis that begins so long before it was made, so that what was before has a place on it.
    #[must_use]
    pub const fn with_past(self, past: Duration) -> Self {
        Self { past, ..self }
    }

    /// When it was made.
    #[must_use]
    pub fn began(self) -> Instant {
        Instant::ZERO + self.past
    }

    /// Now, on the engine's axis. Never runs back.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    pub fn now(self) -> Instant {
        self.at(std::time::Instant::now())
    }

    /// A moment of the operating system's monotonic clock on the engine's axis; the clock's start if it was before.
    #[must_use]
    pub fn at(self, moment: std::time::Instant) -> Instant {
        self.began() + Duration::from_std(moment.saturating_duration_since(self.began))
    }

    /// A moment of the engine's axis as the operating system's, for sleeping until then.
    ///
    /// A moment too far off to be written reads as ten years from the clock's start.
    #[must_use]
    pub fn moment(self, at: Instant) -> std::time::Instant {
        const FAR: std::time::Duration = std::time::Duration::from_secs(10 * 365 * 86_400);
        self.began.checked_add(at.since(self.began()).to_std()).unwrap_or_else(|| self.began + FAR)
    }

    /// The wall clock, as the operating system has it now. It may jump.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    pub fn wall(self) -> Wall {
        let micros = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => {
                i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros)
            }
        };
        Wall::from_unix_micros(micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_go_both_ways() {
        let clock = Clock::new();
        let at = Instant::from_micros(1_500_000);
        assert_eq!(clock.at(clock.moment(at)), at);
        assert_eq!(clock.at(clock.began - std::time::Duration::from_secs(1)), Instant::ZERO);
        let older = clock.with_past(Duration::from_secs(60));
        assert_eq!(older.at(clock.moment(at)), at + Duration::from_secs(60));
        assert_eq!(older.moment(at + Duration::from_secs(60)), clock.moment(at));
        assert!(clock.moment(Instant::from_micros(u64::MAX)) > clock.moment(at), "no overflow");
    }

    #[test]
    fn now_never_runs_back_and_the_wall_is_after_2025() {
        let clock = Clock::new();
        assert!(clock.now() <= clock.now());
        assert!(clock.wall().as_unix_millis() > 1_735_689_600_000);
    }
}
