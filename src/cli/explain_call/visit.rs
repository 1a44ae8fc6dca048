//! One step of a call, and why it was left as it was.

use serde::Deserialize;

use crate::call::RecordStep;

/// One visit of one node.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Visit {
    /// The node.
    pub(super) node: String,
    /// Its verb.
    pub(super) verb: String,
    /// The way out that was taken.
    pub(super) outcome: Option<String>,
    /// The finer reason.
    pub(super) reason: Option<String>,
    /// When it was entered, in milliseconds since the call was offered.
    pub(super) at_ms: u64,
    /// The keys taken here, as their class allows.
    pub(super) keys: Option<String>,
}

impl From<&RecordStep> for Visit {
    fn from(step: &RecordStep) -> Self {
        Self {
            node: step.node.to_string(),
            verb: step.verb.to_owned(),
            outcome: step.outcome.as_ref().map(ToString::to_string),
            reason: step.reason.map(str::to_owned),
            at_ms: step.at_ms,
            keys: step.keys.clone(),
        }
    }
}

impl Visit {
    /// Why the call went on from here: "key 2 at `main`", "`closed` of `opening`".
    pub(super) fn because(&self) -> String {
        let node = &self.node;
        let Some(outcome) = &self.outcome else {
            return self.reason.as_ref().map_or_else(
                || format!("`{node}` was cut short"),
                |reason| format!("`{node}` was cut short ({reason})"),
            );
        };
        let asks = ["menu", "confirm", "collect", "answer"].contains(&&*self.verb);
        let reason = self.reason.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        match (&**outcome, &self.keys) {
            ("command", Some(keys)) => format!("the command {keys} at `{node}`"),
            ("failed" | "unknown", _) if asks => format!("no answer at `{node}`{reason}"),
            ("ok", Some(keys)) if self.verb == "collect" => {
                format!("the answer {keys} at `{node}`")
            }
            (choice, Some(keys)) if asks && choice == keys => format!("key {keys} at `{node}`"),
            (choice, Some(keys)) if asks => format!("key {keys} (`{choice}`) at `{node}`"),
            (choice, None) if asks => format!("`{choice}` at `{node}`{reason}"),
            _ => format!("`{outcome}` of `{node}`{reason}"),
        }
    }

    /// When it was entered, in seconds: `12.400`.
    pub(super) fn time(&self) -> String {
        format!("{}.{:03}", self.at_ms / 1_000, self.at_ms % 1_000)
    }
}
