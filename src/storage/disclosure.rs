//! Everything that is known of a caller as one JSON object, as it is handed out to them.

use std::path::Path;

use serde_json::{Value, json};

use crate::history::{Entry, Known};

/// The object: contacts in order, each with what happened, its record and its recordings. Numbers and words are in clear.
#[must_use]
pub fn disclosure(number: &str, known: &Known, recordings: &Path) -> Value {
    let history = |entry: &Entry| -> Value {
        let line = entry.to_line(true).unwrap_or_default();
        serde_json::from_str(&line).unwrap_or(Value::Null)
    };
    let record = |(call, record): &(crate::call::CallId, std::sync::Arc<str>)| {
        let record: Value = serde_json::from_str(record).unwrap_or(Value::Null);
        json!({ "call": call, "record": record })
    };
    let files = known.recordings.iter().map(|id| {
        let file = |end: &str| recordings.join(format!("{id}.wav{end}"));
        // What a crash cut off has its last name only after the next start.
        [file(""), file(".part")].into_iter().find(|path| path.exists()).unwrap_or_else(|| file(""))
    });
    let files: Vec<Value> = files
        .map(|path| json!({ "file": path.to_string_lossy(), "there": path.exists() }))
        .collect();
    json!({
        "number": number,
        "contacts": known.contacts,
        "history": known.entries.iter().map(history).collect::<Vec<_>>(),
        "records": known.records.iter().map(record).collect::<Vec<_>>(),
        "recordings": files,
    })
}
