//! What `replay` tells people.

use std::fmt::Write as _;

use super::{Held, Report};
use crate::simulation::replay::{KINDS, Kind, pairs, seconds, told};

/// The most calls of one kind that are told one by one.
const EXAMPLES: usize = 5;

/// The width of the left column of a timeline.
const COLUMN: usize = 48;

/// All calls: how many of each kind, and some of each that is not the same.
pub(super) fn totals(report: &Report) -> String {
    let mut text = format!("{} with {}\n", calls(report.totals.calls()), report.file);
    for (kind, count) in report.totals.counts() {
        line(&mut text, &format!("  {:<28}{count:>6}", kind.name()));
    }
    if report.others > 0 {
        line(&mut text, &format!("{} of other flows left out", calls(report.others)));
    }
    for kind in KINDS.into_iter().filter(|kind| *kind != Kind::Same) {
        let of_kind = |held: &&Held| held.replayed.verdict.kind == kind;
        let found: Vec<&Held> = report.told.iter().filter(of_kind).collect();
        if found.is_empty() {
            continue;
        }
        line(&mut text, &format!("\n{}", kind.name()));
        for held in found.iter().take(EXAMPLES) {
            line(&mut text, &format!("  {} {}", held.journal.call, place(held)));
        }
        if found.len() > EXAMPLES {
            line(&mut text, &format!("  … and {} more", found.len() - EXAMPLES));
        }
    }
    text
}

/// One call: as it was on the left, as it would be on the right.
pub(super) fn timeline(report: &Report) -> String {
    let mut text = String::new();
    for held in &report.told {
        let verdict = held.replayed.verdict.kind.name();
        line(&mut text, &format!("{}: {verdict} {}", held.journal.call, place(held)));
        let right = format!("with {}", report.file);
        line(&mut text, &format!("  {:<COLUMN$}  {right}", "as it was"));
        for (was, is) in pairs(&held.journal.events, &held.replayed.events) {
            let column = |entry: Option<&crate::call::JournalEntry>| {
                entry.map_or_else(String::new, |entry| {
                    format!("{:>8}  {}", seconds(entry.at), told(Some(&entry.event)))
                })
            };
            let mark = if was.is_some() && is.is_some() { ' ' } else { '|' };
            let row = format!("{mark} {:<COLUMN$}  {}", column(was), column(is));
            line(&mut text, row.trim_end());
        }
    }
    text
}

fn place(held: &Held) -> String {
    held.replayed.verdict.at.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn calls(count: usize) -> String {
    if count == 1 { "1 call".to_owned() } else { format!("{count} calls") }
}

fn line(text: &mut String, line: &str) {
    let done = writeln!(text, "{}", line.trim_end());
    debug_assert!(done.is_ok(), "text takes text");
}
