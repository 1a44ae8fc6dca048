//! Waiting with an end: the only place of the tests that looks at the clock or sleeps.

use std::time::{Duration, Instant};

/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The time now.
#[expect(clippy::disallowed_methods, reason = "real peers live on the real clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Lets `span` pass: the length of a key press, the pace of a packet stream.
#[expect(clippy::disallowed_methods, reason = "a peer acts at its own times, nothing to wait for")]
pub(crate) fn pause(span: Duration) {
    std::thread::sleep(span);
}

/// Looks until `look` finds something, and fails the test if that takes longer than `limit`.
pub(crate) fn until<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} in vain for {what}");
        pause(LOOK_EVERY);
    }
}
