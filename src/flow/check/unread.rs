//! W0506: a variable that nothing reads.

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;

/// W0506: a variable that is never read.
pub(crate) static NEVER_READ: Rule = Rule::warning("W0506", "a variable is never read")
    .why("It is left over, or the place that should use it uses another one.")
    .cure("Use it in a prompt, a formula, `tell` or `note`, or remove it.")
    .example("vars: { topic: { type: text, start: general } }");

/// A variable that no formula and no prompt reads.
pub(crate) fn never_read(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&NEVER_READ, span, format!("variable `{name}` is never read"))
        .help("use it in a prompt, a formula, `tell` or `note`, or remove it")
}
