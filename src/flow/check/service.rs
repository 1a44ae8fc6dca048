//! What a service may say of itself.

use super::{BAD_NAME, GIVEN_TWICE, MISSING_KEY, WRONG_FORM};
use crate::flow::definition::{Parameter, ParameterPlace};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{Span, Spanned};

/// A currency that is none.
pub(crate) fn bad_currency(name: &Spanned<String>) -> Diagnostic {
    let message = format!("`{}` names no currency", name.value);
    Diagnostic::new(&WRONG_FORM, name.span, message)
        .help("write the three letters of ISO 4217, such as `money(IDR)`, or another field of the same type that holds them")
}

/// None of several keys, or more than one.
pub(crate) fn one_of(what: &str, span: Span, wanted: &str) -> Diagnostic {
    Diagnostic::new(&WRONG_FORM, span, format!("`{what}` needs exactly one of {wanted}"))
}

/// A parameter of an operation that stands in two places.
pub(crate) fn parameter_twice(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&GIVEN_TWICE, name.span, format!("parameter `{}` is given twice", name.value))
        .help("a parameter goes into the path, the query or the body")
}

/// A `get` with a body.
pub(crate) fn body_of_get(span: Span) -> Diagnostic {
    Diagnostic::new(&WRONG_FORM, span, "a `get` has no body")
        .help("put the parameter under `query:`, or use `post`")
}

/// The parameters of a path against those that stand in it.
pub(crate) fn path_parameters(path: &Spanned<String>, parameters: &[Parameter]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let in_path = |p: &&Parameter| p.place == ParameterPlace::Path;
    for parameter in parameters.iter().filter(in_path) {
        if !path.value.contains(&format!("{{{}}}", parameter.name)) {
            let message = format!("parameter `{}` does not stand in the path", parameter.name);
            findings.push(
                Diagnostic::new(&MISSING_KEY, path.span, message)
                    .help(format!("write `{{{}}}` where its value goes", parameter.name)),
            );
        }
    }
    for piece in path.value.split('{').skip(1) {
        let name = piece.split('}').next().unwrap_or_default();
        if !parameters.iter().filter(in_path).any(|parameter| &*parameter.name == name) {
            let message = format!("the path holds `{{{name}}}`, which is no parameter");
            findings.push(
                Diagnostic::new(&BAD_NAME, path.span, message)
                    .help(format!("declare it: `path: {{ {name}: text }}`")),
            );
        }
    }
    findings
}
