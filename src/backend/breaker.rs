//! The circuit breaker of a service: one that keeps failing is not asked for a while, so that no caller waits for it.
//!
//! Sans-IO: `now` is an argument.
//!
//! ```text
//!            10 calls in 20 s, half of them failed            20 s later, one call asks
//!   Closed ─────────────────────────────────────────▶ Open ─────────────────────────────▶ Probing
//!     ▲                                                ▲ └────── the probe failed ──────────┘ │
//!     └────────────────────────────────────────────────┼────────── the probe came through ────┘
//! ```

use crate::time::{Duration, Instant};

/// Over how long calls are counted.
const WINDOW: Duration = Duration::from_secs(20);
/// One part of the window; the oldest part is forgotten as a whole.
const PART: Duration = Duration::from_secs(1);
/// The parts of the window.
const PARTS: usize = 20;
/// The fewest calls that say anything.
const MIN_CALLS: u32 = 10;
/// How long an open circuit lets nothing through.
const OPEN: Duration = Duration::from_secs(20);
/// How long a probe is waited for before another may go: longer than any try takes.
const PROBE: Duration = Duration::from_secs(12);

/// The breaker of one service.
#[derive(Debug)]
pub(super) struct Breaker {
    state: State,
}

#[derive(Debug)]
enum State {
    /// Calls go through and are counted.
    Closed(Window),
    /// No call goes through.
    Open {
        /// Until then.
        until: Instant,
    },
    /// One call is under way to see whether the service is well again; others do not go through.
    Probing {
        /// Whose word is waited for.
        probe: Instant,
    },
}

/// Leave to make a call; it is handed back with how the call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// One of many.
    Ordinary,
    /// The one that tries whether the service is well again, since then.
    Probe(Instant),
}

/// What a breaker did when it heard how a call went, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It opened.
    Opened,
    /// It closed.
    Closed,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self { state: State::Closed(Window::EMPTY) }
    }

    /// Whether a call would be let through now.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        match &self.state {
            State::Closed(_) => false,
            State::Open { until } => now < *until,
            State::Probing { probe } => now.since(*probe) < PROBE,
        }
    }

    /// Lets a call through, or not.
    pub(super) fn admit(&mut self, now: Instant) -> Option<Pass> {
        if self.is_open(now) {
            return None;
        }
        match &self.state {
            State::Closed(_) => Some(Pass::Ordinary),
            State::Open { .. } | State::Probing { .. } => {
                self.state = State::Probing { probe: now };
                Some(Pass::Probe(now))
            }
        }
    }

    /// Hears how a call went. Calls that went out before the circuit opened no longer count.
    pub(super) fn report(&mut self, now: Instant, pass: Pass, failed: bool) -> Option<Turn> {
        match (&mut self.state, pass) {
            (State::Closed(window), Pass::Ordinary) => {
                window.count(now, failed);
                if !window.is_bad() {
                    return None;
                }
                self.state = State::Open { until: now + OPEN };
                Some(Turn::Opened)
            }
            (State::Probing { probe }, Pass::Probe(since)) if *probe == since => {
                if failed {
                    self.state = State::Open { until: now + OPEN };
                    Some(Turn::Opened)
                } else {
                    self.state = State::Closed(Window::EMPTY);
                    Some(Turn::Closed)
                }
            }
            (State::Closed(_) | State::Open { .. } | State::Probing { .. }, _) => None,
        }
    }
}

/// The calls of the last 20 s, counted second by second.
#[derive(Debug)]
struct Window {
    parts: [Part; PARTS],
    /// The number of the second that was counted last.
    last: u64,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    calls: u32,
    failed: u32,
}

impl Part {
    const EMPTY: Self = Self { calls: 0, failed: 0 };
}

impl Window {
    const EMPTY: Self = Self { parts: [Part::EMPTY; PARTS], last: 0 };

    fn count(&mut self, now: Instant, failed: bool) {
        let second = now.as_micros() / PART.as_micros();
        let parts = WINDOW.as_micros() / PART.as_micros();
        let passed = second.saturating_sub(self.last).min(parts);
        for old in 0..passed {
            *self.part(second - old) = Part::EMPTY;
        }
        self.last = self.last.max(second);
        let part = self.part(second);
        part.calls = part.calls.saturating_add(1);
        part.failed = part.failed.saturating_add(u32::from(failed));
    }

    fn part(&mut self, second: u64) -> &mut Part {
        let place = usize::try_from(second % (WINDOW.as_micros() / PART.as_micros()));
        &mut self.parts[place.unwrap_or_default()]
    }

    /// Whether enough calls were made and at least half of them failed.
    fn is_bad(&self) -> bool {
        let calls: u32 = self.parts.iter().map(|part| part.calls).sum();
        let failed: u32 = self.parts.iter().map(|part| part.failed).sum();
        calls >= MIN_CALLS && failed.saturating_mul(2) >= calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_micros(1_000_000_000 + millis * 1_000)
    }

    /// Makes calls that end at once, one each `step` from `from` on: `x` failed, `.` did not.
    fn calls(breaker: &mut Breaker, from: u64, step: u64, script: &str) -> Vec<Turn> {
        let mut turns = Vec::new();
        let mut millis = from;
        for mark in script.chars() {
            if let Some(pass) = breaker.admit(at(millis)) {
                turns.extend(breaker.report(at(millis), pass, mark == 'x'));
            }
            millis += step;
        }
        turns
    }

    #[test]
    fn it_opens_when_half_of_ten_calls_failed_within_twenty_seconds() {
        for (name, script, step, opens) in [
            ("nine are too few", "xxxxxxxxx", 10, false),
            ("ten of ten", "xxxxxxxxxx", 10, true),
            ("half of ten, the tenth came through", "x.x.x.x.x.", 10, true),
            ("half of ten, the tenth failed", ".x.x.x.x.x", 10, true),
            ("four of ten", ".x.x.x.x..", 10, false),
            ("half, but over 40 s", ".x.x.x.x.x", 4_000, false),
            ("all, one each 2.5 s", "xxxxxxxxxxxxxxx", 2_500, false),
            ("all, one each 1.9 s", "xxxxxxxxxxxxxxx", 1_900, true),
        ] {
            let mut breaker = Breaker::new();
            let turns = calls(&mut breaker, 0, step, script);
            assert_eq!(turns.first() == Some(&Turn::Opened), opens, "{name}: {turns:?}");
        }
    }

    #[test]
    fn open_lets_nothing_through_for_twenty_seconds_then_one_probe() {
        let mut breaker = Breaker::new();
        assert_eq!(calls(&mut breaker, 0, 0, "xxxxxxxxxx"), [Turn::Opened]);
        assert!(breaker.admit(at(1)).is_none());
        assert!(breaker.admit(at(19_999)).is_none());
        let probe = breaker.admit(at(20_000)).expect("the probe");
        assert_eq!(probe, Pass::Probe(at(20_000)));
        assert!(breaker.admit(at(20_001)).is_none(), "one probe");
        assert!(breaker.is_open(at(20_001)));
        assert_eq!(breaker.report(at(20_100), probe, true), Some(Turn::Opened));
        assert!(breaker.admit(at(40_099)).is_none());
        let probe = breaker.admit(at(40_100)).expect("the next probe");
        assert_eq!(breaker.report(at(40_200), probe, false), Some(Turn::Closed));
        assert_eq!(calls(&mut breaker, 40_300, 0, "xxxxxxxxx"), [], "the count begins anew");
    }

    #[test]
    fn a_probe_that_never_returns_makes_room_for_another() {
        let mut breaker = Breaker::new();
        calls(&mut breaker, 0, 0, "xxxxxxxxxx");
        let lost = breaker.admit(at(20_000)).expect("the probe");
        assert!(breaker.admit(at(31_999)).is_none());
        let probe = breaker.admit(at(32_000)).expect("another");
        assert_eq!(breaker.report(at(32_001), lost, false), None, "too late to say anything");
        assert_eq!(breaker.report(at(32_002), probe, false), Some(Turn::Closed));
    }

    #[test]
    fn calls_that_went_out_before_it_opened_change_nothing() {
        let mut breaker = Breaker::new();
        let slow = breaker.admit(at(0)).expect("a call");
        calls(&mut breaker, 0, 0, "xxxxxxxxxx");
        assert_eq!(breaker.report(at(100), slow, false), None);
        assert!(breaker.is_open(at(101)));
    }
}
