//! The one table of environment variables, and the one place that reads them.

use std::env;

/// Which log lines are shown, as `tracing-subscriber` directives: `info`, `sambung=debug`, `sambung::telephony=trace`.
pub const LOG: &str = "SAMBUNG_LOG";
/// Set and not empty: no colours (<https://no-color.org>).
pub const NO_COLOR: &str = "NO_COLOR";

/// The log directives of `SAMBUNG_LOG`, if set.
#[must_use]
pub fn log_directives() -> Option<String> {
    read(LOG)
}

/// Whether colours are unwanted.
#[must_use]
pub fn no_color() -> bool {
    read(NO_COLOR).is_some()
}

/// The value of a variable that the configuration names (`{ env: NAME }`); `None` when unset, empty or no text.
pub(super) fn read(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
