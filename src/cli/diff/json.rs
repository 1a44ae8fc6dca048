//! The report for programs: one JSON object.

use serde::Serialize;

use super::Report;

/// The version of the form.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct Written<'a> {
    v: u8,
    old: &'a str,
    new: &'a str,
    /// How many changes callers notice.
    noticed: usize,
    changes: Vec<WrittenChange<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<WrittenCalls>,
}

#[derive(Serialize)]
struct WrittenChange<'a> {
    group: &'static str,
    noticed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow: Option<&'a str>,
    nodes: Vec<&'a str>,
    at: Option<&'a str>,
    text: String,
    details: &'a [String],
    /// How many calls it touches.
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<usize>,
}

#[derive(Serialize)]
struct WrittenCalls {
    all: usize,
    untouched: usize,
    other_version: usize,
    elsewhere: usize,
}

/// The report as one JSON object with an end of line.
pub(super) fn written(report: &Report<'_>) -> String {
    let changes = report.changes.iter().map(|told| WrittenChange {
        group: told.change.group.name(),
        noticed: told.change.is_noticed(),
        flow: told.change.flow.as_ref().map(|flow| flow.as_str()),
        nodes: told.change.nodes.iter().map(|node| node.as_str()).collect(),
        at: told.place.as_deref(),
        text: told.change.said(),
        details: &told.change.details,
        calls: told.calls,
    });
    let written = Written {
        v: VERSION,
        old: &report.old,
        new: &report.new,
        noticed: report.changes.iter().filter(|told| told.change.is_noticed()).count(),
        changes: changes.collect(),
        calls: report.calls.map(|calls| WrittenCalls {
            all: calls.all,
            untouched: calls.untouched,
            other_version: calls.other_version,
            elsewhere: calls.elsewhere,
        }),
    };
    let mut text = serde_json::to_string_pretty(&written).expect("text and numbers are JSON");
    text.push('\n');
    text
}
