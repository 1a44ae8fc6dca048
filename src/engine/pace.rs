//! A call's own clock. It stands still while the caller's adapter is out of touch, so that no time of the flow passes.

use crate::session::Input;
use crate::time::{Duration, Instant};

/// How a call's clock goes beside the engine's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// How long it has stood still so far.
    lag: Duration,
    /// Since when it stands still, on the engine's clock.
    since: Option<Instant>,
}

impl Pace {
    /// Whether it stands still.
    pub(super) const fn stands(&self) -> bool {
        self.since.is_some()
    }

    /// Stands still from now on.
    pub(super) const fn stop(&mut self, now: Instant) {
        if self.since.is_none() {
            self.since = Some(now);
        }
    }

    /// Goes on from now on.
    pub(super) fn go(&mut self, now: Instant) {
        if let Some(since) = self.since.take() {
            self.lag += now.since(since);
        }
    }

    /// The call's time at a moment of the engine's.
    pub(super) fn at(&self, now: Instant) -> Instant {
        self.since.map_or(now, |since| since.min(now)).before(self.lag)
    }

    /// How long it has stood still until a moment of the engine's.
    pub(super) fn stood_still(&self, now: Instant) -> Duration {
        self.lag + self.since.map_or(Duration::ZERO, |since| now.since(since))
    }

    /// When a moment of the call's time comes, on the engine's clock; `None` while it stands still.
    pub(super) fn due(&self, at: Instant) -> Option<Instant> {
        (!self.stands()).then(|| at + self.lag)
    }

    /// What is reported of the caller's leg, on the call's clock.
    pub(super) fn own(&self, input: Input) -> Input {
        match input {
            Input::Key { symbol, pressed_at } => {
                Input::Key { symbol, pressed_at: self.at(pressed_at) }
            }
            Input::PlayEnded { play, audible_end } => {
                Input::PlayEnded { play, audible_end: self.at(audible_end) }
            }
            Input::Tick
            | Input::Answered
            | Input::Said { .. }
            | Input::PlayStopped { .. }
            | Input::PlayFailed { .. }
            | Input::Recorded { .. }
            | Input::Reply(_)
            | Input::Queue(_)
            | Input::Peer(_)
            | Input::PeerMeasured { .. }
            | Input::CallerEnded { .. }
            | Input::Close(_)
            | Input::Abort(_) => input,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn time_that_stood_still_is_left_out() {
        let mut pace = Pace::default();
        assert_eq!((pace.at(at(5)), pace.due(at(9))), (at(5), Some(at(9))));
        pace.stop(at(10));
        pace.stop(at(12));
        assert_eq!((pace.at(at(30)), pace.due(at(9))), (at(10), None));
        assert_eq!(pace.stood_still(at(30)), Duration::from_secs(20));
        pace.go(at(40));
        assert_eq!((pace.at(at(45)), pace.due(at(20))), (at(15), Some(at(50))));
        pace.stop(at(50));
        pace.go(at(60));
        assert_eq!(pace.at(at(61)), at(21), "each pause counts");
        assert_eq!(pace.stood_still(at(61)), Duration::from_secs(40));
    }
}
