//! What came of a call, as the caller would say: read from its record.

use crate::call::{CallRecord, EndedBy, HangupCause};
use crate::history::Outcome;

/// What came of a call that was, or was not, led to a person; the promise to be called by one is such a way.
///
/// Self-service counts as `resolved` where the flow says so by the note `resolved` (true or false), else where it ends
/// the call by a `hangup` node and the last question before it, if there was one, did not fail. A caller who hangs up
/// is never counted as served.
pub(super) fn outcome(record: &CallRecord, to_human: bool) -> Outcome {
    let served = match record.notes.get("resolved").and_then(serde_json::Value::as_bool) {
        Some(said) => said,
        None => was_said_goodbye(record),
    };
    let promised = record.steps.iter().any(|step| {
        step.verb == "callback" && !matches!(step.outcome.as_deref(), None | Some("failed"))
    });
    match (to_human || promised, served) {
        (true, _) => Outcome::ToHuman,
        (false, true) => Outcome::Resolved,
        (false, false) => Outcome::AbandonedInIvr,
    }
}

/// Whether the flow came to an end of its own: not by an error, a limit or an apology.
fn was_said_goodbye(record: &CallRecord) -> bool {
    let ordinary = record.ended_by == EndedBy::System && record.cause == HangupCause::Normal;
    let hung_up = record.steps.last().is_some_and(|step| step.verb == "hangup");
    let asked = record.steps.iter().rev().find(|step| asks(step.verb));
    let failed = asked.is_some_and(|step| {
        matches!(step.outcome.as_deref(), None | Some("failed" | "unknown" | "not_found"))
    });
    ordinary && hung_up && !failed && record.answered.is_some()
}

/// Whether a node asks something, of the caller or of a service.
fn asks(verb: &str) -> bool {
    matches!(verb, "menu" | "confirm" | "collect" | "answer" | "record" | "ticket" | "http")
}
