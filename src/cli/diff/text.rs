//! The report for people: what callers notice first at the head.

use std::fmt::Write as _;

use super::{Calls, Report, Told};
use crate::flow::Group;

/// The report as text.
pub(super) fn written(report: &Report<'_>) -> String {
    let mut text = String::new();
    for group in Group::ALL {
        let changes: Vec<&Told<'_>> =
            report.changes.iter().filter(|told| told.change.group == group).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", group.title());
        for told in changes {
            line(told, report.calls.as_ref(), &mut text);
        }
        text.push('\n');
    }
    let noticed = report.changes.iter().filter(|told| told.change.is_noticed()).count();
    let _ = match noticed {
        0 => writeln!(text, "no change for callers from {} to {}", report.old, report.new),
        n => writeln!(
            text,
            "{} for callers from {} to {}",
            many(n, "change"),
            report.old,
            report.new
        ),
    };
    if let Some(calls) = &report.calls {
        let Calls { all, untouched, other_version, elsewhere } = calls;
        let _ = writeln!(text, "{untouched} of {} touched by none of them", many(*all, "call"));
        if *other_version > 0 {
            let _ = writeln!(
                text,
                "{} ran on another version than {}",
                many(*other_version, "call"),
                report.old
            );
        }
        if *elsewhere > 0 {
            let _ = writeln!(text, "{} of other flows left out", many(*elsewhere, "call"));
        }
    }
    text
}

/// One change: its place, the sentence, the words below it.
fn line(told: &Told<'_>, calls: Option<&Calls>, text: &mut String) {
    let place = told.place.as_deref().map_or_else(String::new, |place| format!("{place}: "));
    let touched = match (told.calls, calls) {
        (Some(touched), Some(calls)) => format!(" ({touched} of {})", many(calls.all, "call")),
        _ => String::new(),
    };
    let _ = writeln!(text, "  {place}{}{touched}", told.change.said());
    for detail in &told.change.details {
        let _ = writeln!(text, "      {detail}");
    }
}

/// "1 call", "2 calls".
fn many(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
