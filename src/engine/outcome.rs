//! What came of a call, as the caller would say: read from its record.

use crate::call::{CallRecord, EndedBy, HangupCause};
use crate::history::Outcome;

/// What of a call's record tells what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// What the note `resolved` says.
    pub resolved: Option<bool>,
    /// Whether it was answered.
    pub answered: bool,
    /// Why it ended.
    pub cause: HangupCause,
    /// Who ended it.
    pub by: EndedBy,
    /// The verb and the outcome of each step.
    pub steps: &'a [(&'a str, Option<&'a str>)],
}

/// What came of a call that was, or was not, led to a person, by its record.
pub(super) fn outcome(record: &CallRecord, to_human: bool) -> Outcome {
    let steps: Vec<_> =
        record.steps.iter().map(|step| (step.verb, step.outcome.as_deref())).collect();
    let course = Course {
        resolved: record.notes.get("resolved").and_then(serde_json::Value::as_bool),
        answered: record.answered.is_some(),
        cause: record.cause,
        by: record.ended_by,
        steps: &steps,
    };
    course.outcome(to_human)
}

impl Course<'_> {
    /// What came of a call that was, or was not, led to a person; the promise to be called by one is such a way.
    ///
    /// Self-service counts as `resolved` where the flow says so by the note `resolved` (true or false), else where it ends
    /// the call by a `hangup` node and the last question before it, if there was one, did not fail. A caller who hangs up
    /// is never counted as served.
    #[must_use]
    pub fn outcome(&self, to_human: bool) -> Outcome {
        let served = self.resolved.unwrap_or_else(|| self.was_said_goodbye());
        let promised = self.steps.iter().any(|(verb, outcome)| {
            *verb == "callback" && !matches!(outcome, None | Some("failed"))
        });
        match (to_human || promised, served) {
            (true, _) => Outcome::ToHuman,
            (false, true) => Outcome::Resolved,
            (false, false) => Outcome::AbandonedInIvr,
        }
    }

    /// Whether the flow came to an end of its own: not by an error, a limit or an apology.
    fn was_said_goodbye(&self) -> bool {
        let ordinary = self.by == EndedBy::System && self.cause == HangupCause::Normal;
        let hung_up = self.steps.last().is_some_and(|(verb, _)| *verb == "hangup");
        let asked = self.steps.iter().rev().find(|(verb, _)| asks(verb));
        let failed = asked.is_some_and(|(_, outcome)| {
            matches!(outcome, None | Some("failed" | "unknown" | "not_found"))
        });
        ordinary && hung_up && !failed && self.answered
    }
}

/// Whether a node asks something, of the caller or of a service.
fn asks(verb: &str) -> bool {
    matches!(verb, "menu" | "confirm" | "collect" | "answer" | "record" | "ticket" | "http")
}
