//! What every subcommand says on standard error, and lines of results.

use std::error::Error;
use std::io::IsTerminal as _;

use crate::config;
use crate::flow::{Diagnostics, Format, Level};

/// Prints errors and warnings as a compiler does, with colours where somebody looks on. Notes are for `check`.
pub(crate) fn faults(findings: &Diagnostics) {
    let color = std::io::stderr().is_terminal() && !config::no_color();
    for finding in findings.list.iter().filter(|finding| finding.level() != Level::Note) {
        eprintln!("{}", findings.render(finding, Format::Human { color }));
    }
}

/// Prints an error with all its causes: `error: failed to read sambung.yaml: No such file or directory`.
pub(crate) fn error(error: &dyn Error) {
    let mut text = format!("error: failed to {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    eprintln!("{text}");
}

/// Prints a line of what a command was asked for.
#[expect(clippy::print_stdout, reason = "this is the result of the command")]
pub(crate) fn out(line: &str) {
    println!("{line}");
}
