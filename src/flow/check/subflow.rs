//! E0105–E0109: subflows, their outcomes and parameters. W0111: names that nothing uses.

use super::{Rule, WRONG_VARIABLE};
use crate::flow::definition::VariableKind;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::read::list;
use crate::flow::source::{Span, Spanned};
use crate::flow::suggest::nearest;

/// E0105: an outcome of a subflow that a `call` does not handle.
pub(crate) static UNHANDLED_OUTCOME: Rule =
    Rule::error("E0105", "a `call` does not handle an outcome of its subflow")
        .why("A subflow may end in each of its outcomes; one without a target would leave the caller in silence.")
        .cure("Add the outcome to the `call` with the node that it leads to.")
        .example("subflows: { verify: { outcomes: [ok, locked] } }\ncheck: { call: verify, ok: balance }");

/// E0106: parameters that do not fit.
pub(crate) static WRONG_PARAMETER: Rule = Rule::error("E0106", "a parameter is missing or unknown")
    .why("What is called expects exactly its declared parameters.")
    .cure("Give each declared parameter a value under `with`, and no others.")
    .example("find: { http: orders.find, with: { number: =order_no }, ok: tell, failed: down }");

/// E0107: a subflow that calls itself.
pub(crate) static RECURSION: Rule = Rule::error("E0107", "a subflow calls itself")
    .why("A call inside such a circle would never end; each subflow has one visit at a time.")
    .cure("Lead back to a node inside the subflow instead of calling it.")
    .example("subflows: { a: { nodes: { x: { call: b } } }, b: { nodes: { y: { call: a } } } }");

/// E0108: `return` outside a subflow.
pub(crate) static RETURN_OUTSIDE: Rule = Rule::error("E0108", "`return` outside a subflow")
    .why("There is nothing to return to: nobody called.")
    .cure("End the call with `hangup`, or lead to another node.")
    .example("nodes: { done: { return: ok } }");

/// E0109: an outcome that the subflow does not declare.
pub(crate) static UNDECLARED_OUTCOME: Rule =
    Rule::error("E0109", "the subflow does not declare this outcome")
        .why("Callers of a subflow see its declared outcomes only; `failed` is always there and never declared.")
        .cure("Add the name to `outcomes` of the subflow, or use one that is there.")
        .example("verify: { outcomes: [ok], nodes: { locked: { return: locked } } }");

/// W0111: a subflow, queue, calendar or service that nothing uses.
pub(crate) static UNUSED: Rule =
    Rule::warning("W0111", "a subflow, queue, calendar or service is never used")
        .why("It is left over, or the node that was to use it names another one.")
        .cure("Use it, or remove it.")
        .example("calendars: { shop: { zone: Asia/Jakarta, open: { mon-fri: 08:00-17:00 } } }");

/// An outcome that a `call` does not handle.
pub(crate) fn unhandled_outcome(subflow: &str, outcome: &str, place: Span) -> Diagnostic {
    let message = format!(
        "the subflow `{subflow}` can end with `{outcome}`, which this `call` does not handle"
    );
    Diagnostic::new(&UNHANDLED_OUTCOME, place, message).help(format!("add `{outcome}: NODE`"))
}

/// A key of a `call` that is no outcome of its subflow.
pub(crate) fn unknown_outcome(
    subflow: &str,
    outcome: &Spanned<String>,
    known: &[&str],
) -> Diagnostic {
    let message = format!("the subflow `{subflow}` never ends with `{}`", outcome.value);
    let finding = Diagnostic::new(&UNDECLARED_OUTCOME, outcome.span, message);
    let keys = ["with", "returns", "failed", "about", "tags", "allow", "record_call"];
    match nearest(&outcome.value, known.iter().copied().chain(keys)) {
        Some(near) => finding.did_you_mean(Some(near)),
        None => finding.help(ends(known)),
    }
}

/// A `return` by an outcome that the subflow does not declare.
pub(crate) fn undeclared_outcome(
    subflow: &str,
    outcome: &Spanned<String>,
    known: &[&str],
) -> Diagnostic {
    let message = format!("`{subflow}` does not declare the outcome `{}`", outcome.value);
    let finding = Diagnostic::new(&UNDECLARED_OUTCOME, outcome.span, message);
    match nearest(&outcome.value, known.iter().copied()) {
        Some(near) => finding.did_you_mean(Some(near)),
        None => finding.help(ends(known)),
    }
}

fn ends(known: &[&str]) -> String {
    match known {
        [] => "the subflow declares no `outcomes`".to_owned(),
        known => format!("it can end with {}", list(known)),
    }
}

/// Outcomes that cannot be declared.
pub(crate) fn bad_outcomes(
    subflow: &Spanned<String>,
    outcomes: &[Spanned<String>],
) -> Vec<Diagnostic> {
    const TAKEN: [&str; 8] =
        ["failed", "call", "with", "returns", "about", "tags", "allow", "record_call"];
    let mut findings = Vec::new();
    for (i, outcome) in outcomes.iter().enumerate() {
        if TAKEN.contains(&outcome.as_str()) {
            findings.push(super::bad_name(&outcome.value, outcome.span, "outcome"));
        }
        if let Some(first) = outcomes.iter().take(i).find(|first| first.value == outcome.value) {
            let message =
                format!("outcome `{}` of `{}` is given twice", outcome.value, subflow.value);
            let finding = Diagnostic::new(&super::GIVEN_TWICE, outcome.span, message);
            findings.push(finding.also(first.span, "first given here"));
        }
    }
    findings
}

/// A parameter that what is called does not have.
pub(crate) fn unknown_parameter(owner: &str, name: &Spanned<String>, known: &[&str]) -> Diagnostic {
    let message = format!("`{owner}` has no parameter `{}`", name.value);
    let finding = Diagnostic::new(&WRONG_PARAMETER, name.span, message);
    match nearest(&name.value, known.iter().copied()) {
        Some(near) => finding.did_you_mean(Some(near)),
        None if known.is_empty() => finding.help("it takes none"),
        None => finding.help(format!("it takes {}", list(known))),
    }
}

/// A parameter without a value.
pub(crate) fn missing_parameter(owner: &str, name: &str, place: Span) -> Diagnostic {
    Diagnostic::new(&WRONG_PARAMETER, place, format!("`{owner}` needs `{name}`"))
        .help(format!("add `with: {{ {name}: … }}`"))
}

/// A returned value of another type than the variable that takes it.
pub(crate) fn wrong_return(
    ours: &Spanned<String>,
    holds: VariableKind,
    given: VariableKind,
) -> Diagnostic {
    let message =
        format!("`{}` holds {}, but {} is returned", ours.value, holds.words(), given.words());
    Diagnostic::new(&WRONG_VARIABLE, ours.span, message)
        .help("declare the variable with the type that is returned")
}

/// A subflow that calls itself.
pub(crate) fn recursion(path: &[&str], place: Span) -> Diagnostic {
    let first = path.first().copied().unwrap_or_default();
    let message = format!("subflow `{first}` calls itself: {}", path.join(" -> "));
    Diagnostic::new(&RECURSION, place, message)
        .help("lead back to a node inside the subflow instead")
}

/// `return` outside a subflow.
pub(crate) fn return_outside(place: Span) -> Diagnostic {
    Diagnostic::new(&RETURN_OUTSIDE, place, "`return` ends a subflow, and this node is in none")
        .help("end the call with `hangup`")
}

/// A name that nothing uses.
pub(crate) fn unused(what: &str, name: &str, place: Span) -> Diagnostic {
    Diagnostic::new(&UNUSED, place, format!("{what} `{name}` is never used"))
        .help("use it, or remove it")
}
