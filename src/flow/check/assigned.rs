//! E0502: a variable may be empty where its value is needed.

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;

/// E0502: a path on which the variable is not set.
pub(crate) static MAY_BE_EMPTY: Rule = Rule::error("E0502", "a variable may be empty where its value is needed")
    .why("On the path that is shown nothing sets it, so that a condition fails, a caller hears a gap, or a service is asked for nothing.")
    .cure("Set it on that path, give it a `start:`, or lead around the place with a `branch` on `is_set(name)`; `default(name, other)` gives another value instead.")
    .example("start: greet\nnodes:\n  greet: { say: 'Pesanan {order_no:digits}.', next: bye }\nvars: { order_no: { type: digits } }");

/// The most nodes of a path that are shown.
const SHOWN: usize = 7;

/// A variable that may be empty at `span`, where node `node` needs it.
pub(crate) fn may_be_empty(name: &str, span: Span, path: &[&str], node: Span) -> Diagnostic {
    let shown = match path.len().checked_sub(SHOWN) {
        Some(cut @ 1..) => {
            let (first, rest) = path.split_first().unwrap_or((&"", &[]));
            let last = rest.get(cut + 1..).unwrap_or_default().join(" -> ");
            format!("{first} -> … -> {last}")
        }
        Some(0) | None => path.join(" -> "),
    };
    let message = match path {
        [_] => format!("`{name}` may be empty here: nothing sets it before `{shown}`"),
        _ => format!("`{name}` may be empty here: the path {shown} does not set it"),
    };
    let finding = Diagnostic::new(&MAY_BE_EMPTY, span, message);
    let finding = if node == span { finding } else { finding.also(node, "the node that needs it") };
    finding.help(format!(
        "set it on that path, give it a `start:`, or ask `is_set({name})` in a `branch` first"
    ))
}
