//! What `replay` tells programs: one JSON object.

use serde_json::{Map, Value as Json, json};

use super::{Held, Report};
use crate::call::JournalEntry;
use crate::simulation::replay::{pairs, told};

/// The report as one line of JSON; `whole` = with the timeline of each call that is told.
pub(super) fn report(report: &Report, whole: bool) -> String {
    let totals: Map<String, Json> =
        report.totals.counts().map(|(kind, count)| (key(kind.name()), json!(count))).collect();
    let findings: Vec<Json> = report.told.iter().map(|held| finding(held, whole)).collect();
    let object = json!({
        "v": 1,
        "flow": report.flow,
        "flow_hash": report.flow_hash,
        "calls": report.totals.calls(),
        "other_flows": report.others,
        "totals": totals,
        "findings": findings,
    });
    format!("{object}\n")
}

fn finding(held: &Held, whole: bool) -> Json {
    let verdict = &held.replayed.verdict;
    let at = verdict.at.as_ref();
    let mut object = json!({
        "call": held.journal.call,
        "flow_hash": held.journal.flow_hash,
        "verdict": key(verdict.kind.name()),
        "node": at.and_then(|at| at.node.as_ref()),
        "at_ms": at.map(|at| at.at.as_millis()),
        "was": at.map(|at| told(at.was.as_ref())),
        "is": at.map(|at| told(at.is.as_ref())),
    });
    if whole && let Json::Object(object) = &mut object {
        let rows = pairs(&held.journal.events, &held.replayed.events);
        let timeline = rows.into_iter().map(|(was, is)| json!({ "was": row(was), "is": row(is) }));
        object.insert("timeline".to_owned(), timeline.collect());
    }
    object
}

fn row(entry: Option<&JournalEntry>) -> Json {
    entry.map_or(Json::Null, |entry| json!({ "at_ms": entry.at.as_millis(), "event": entry.event }))
}

fn key(name: &str) -> String {
    name.replace(' ', "_")
}
