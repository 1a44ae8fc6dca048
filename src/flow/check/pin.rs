//! E0607: a secret that the caller enters would be in the recording of the call.

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;

/// E0607: a PIN is asked for while the call is recorded.
pub(crate) static RECORDED_PIN: Rule =
    Rule::error("E0607", "a PIN or other secret would be in the recording of the call")
        .why("Keys can be read from the tones of a recording, which many may hear.")
        .cure("Add `record_call: pause` to the node.")
        .example("ask: { collect: pin_ask, into: pin, as: { type: pin, length: 6 }, ok: check }");

/// A question for a secret without `record_call: pause`.
pub(crate) fn recorded_pin(name: &str, node: Span) -> Diagnostic {
    let message =
        format!("`{name}` is secret, and its entry would be in the recording of the call");
    Diagnostic::new(&RECORDED_PIN, node, message).help("add `record_call: pause` to this node")
}
