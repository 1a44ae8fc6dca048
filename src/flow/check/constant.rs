//! W0507: a condition that comes out the same in every call.

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::Span;

/// W0507: a condition that is always true or always false.
pub(crate) static CONSTANT: Rule = Rule::warning("W0507", "a condition is always true or always false")
    .why("One of the two ways is never taken. Mostly a text is misspelt: the variable is set to other texts than the one it is compared with.")
    .cure("Compare with a value that the variable can have, or remove the condition.")
    .example("vars: { topic: { type: text, start: general } }\nwhen: topic == \"genaral\"");

/// A condition that never decides. `never` is a value that is compared and that the variable cannot have, with those
/// that it can have.
pub(crate) fn constant(
    span: Span,
    holds: bool,
    never: Option<(&str, String, Vec<String>)>,
) -> Diagnostic {
    let mut message = format!("the condition is always {holds}");
    let mut help = "remove it, or compare with a value that differs between calls".to_owned();
    if let Some((variable, value, possible)) = never {
        message = format!("{message}: `{variable}` is never `{value}`");
        help = match possible.as_slice() {
            [] => format!("nothing sets `{variable}`"),
            values => format!("`{variable}` can be {}", values.join(", ")),
        };
    }
    Diagnostic::new(&CONSTANT, span, message).help(help)
}
