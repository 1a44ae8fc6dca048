//! The report for people: what callers notice first at the head.

use super::{Calls, Report, Told};
use crate::flow::Group;

/// The report as text.
pub(super) fn written(report: &Report<'_>) -> String {
    let mut lines = Vec::new();
    for group in Group::ALL {
        let mut changes =
            report.changes.iter().filter(|told| told.change.group == group).peekable();
        if changes.peek().is_some() {
            lines.push(group.title().to_owned());
            changes.for_each(|told| tell(told, report.calls.as_ref(), &mut lines));
            lines.push(String::new());
        }
    }
    let noticed = report.changes.iter().filter(|told| told.change.is_noticed()).count();
    let count = if noticed == 0 { "no change".to_owned() } else { many(noticed, "change") };
    lines.push(format!("{count} for callers from {} to {}", report.old, report.new));
    if let Some(Calls { all, untouched, other_version, elsewhere }) = report.calls {
        lines.push(format!("{untouched} of {} touched by none of them", many(all, "call")));
        if other_version > 0 {
            let calls = many(other_version, "call");
            lines.push(format!("{calls} ran on another version than {}", report.old));
        }
        if elsewhere > 0 {
            lines.push(format!("{} of other flows left out", many(elsewhere, "call")));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// One change: its place, the sentence, the words below it.
fn tell(told: &Told<'_>, calls: Option<&Calls>, lines: &mut Vec<String>) {
    let place = told.place.as_deref().map_or_else(String::new, |place| format!("{place}: "));
    let touched = match (told.calls, calls) {
        (Some(touched), Some(calls)) => format!(" ({touched} of {})", many(calls.all, "call")),
        _ => String::new(),
    };
    lines.push(format!("  {place}{}{touched}", told.change.said()));
    lines.extend(told.change.details.iter().map(|detail| format!("      {detail}")));
}

/// "1 call", "2 calls".
fn many(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}
