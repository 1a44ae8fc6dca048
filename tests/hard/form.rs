//! Short or long, and how a figure is told.

use std::io::Write as _;

/// Whether the long forms run.
pub(crate) fn is_long() -> bool {
    std::env::var_os("SAMBUNG_LONG").is_some()
}

/// The first in the short form, the second in the long one.
pub(crate) fn either<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

/// Tells a figure; past the test runner's capture in the long form, so that `.ci/long` can gather them.
pub(crate) fn measured(name: &str, figure: &str, wanted: &str) {
    let line = format!("MEASURED: {name} | {figure} | {wanted}");
    if is_long() {
        writeln!(std::io::stderr(), "{line}").expect("stderr takes a line");
    } else {
        eprintln!("{line}");
    }
}
