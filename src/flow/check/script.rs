//! E0901 to E0907: tests that name what is not there, cannot be understood, or ask for what cannot be; and W0902 and
//! W0903, which only a run of the tests can know.

use super::{Rule, SECRET_SHOWN};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::read::list;
use crate::flow::source::{Span, Spanned};
use crate::flow::suggest::nearest;

/// E0901: a test names something that the flow or the project does not have.
pub(crate) static UNKNOWN_IN_TEST: Rule =
    Rule::error("E0901", "a test names something that does not exist")
        .why("Such a test can never pass, or never fails: what it looks at is not there.")
        .cure("Correct the name. After a rename in the flow, rename it in the tests too.")
        .example("cases: [{ name: prices, call: [{ hear: main_meun }] }]");

/// W0902: a node that no test comes to.
pub(crate) static NEVER_VISITED: Rule = Rule::warning("W0902", "no test comes to this node")
    .why("What no test visits can break without anybody noticing.")
    .cure("Add a case that goes there, or remove the node if no caller needs it.")
    .example("cases: [{ name: the main menu only, call: [{ hear: main_menu }, hangup] }]");

/// W0903: a mock that nothing asks.
pub(crate) static MOCK_NEVER_USED: Rule = Rule::warning("W0903", "no call asks this mock")
    .why("The case looks as if it tested the service, and never comes to it.")
    .cure("Lead the call to the request, or remove the mock.")
    .example("cases: [{ name: prices, mock: { orders.find: { status: 500 } }, call: [hangup] }]");

/// E0905: a step that cannot be understood.
pub(crate) static BAD_STEP: Rule = Rule::error("E0905", "a step does nothing, or does two things")
    .why("A call is told step by step, so that a failure can say which of them went wrong.")
    .cure("Give each step one verb, with only what belongs to that verb beside it.")
    .example("call: [{ press: 1, hear: main_menu }]");

/// E0906: a value of another type than the flow or the service declares.
pub(crate) static WRONG_TEST_VALUE: Rule =
    Rule::error("E0906", "a value in a test is not of its declared type")
        .why("The real service never answers so. A test with such a mock would prove nothing.")
        .cure("Write a value of the declared type. To test a faulty answer, write it as `body:`.")
        .example("mock: { orders.find: { reply: { status: 5, total: cheap } } }");

/// E0907: a test that contradicts itself.
pub(crate) static CONTRADICTION: Rule = Rule::error("E0907", "a test contradicts itself")
    .why(
        "No call can do both, so that the test can never pass, or a part of it is never looked at.",
    )
    .cure("Decide for one of the two, or make two cases of them.")
    .example("call: [hangup, { hear: goodbye }]");

/// A name that nothing has.
pub(crate) fn unknown_in_test(what: &str, name: &Spanned<String>, known: &[&str]) -> Diagnostic {
    let message = format!("there is no {what} named `{}`", name.value);
    let finding = Diagnostic::new(&UNKNOWN_IN_TEST, name.span, message);
    match nearest(&name.value, known.iter().copied()) {
        Some(near) => finding.did_you_mean(Some(near)),
        None if known.is_empty() => finding.help(format!("there is no {what} at all")),
        None if known.len() > MAX_LISTED => {
            finding.help(format!("there are {} others, none of them near", known.len()))
        }
        None => finding.help(format!("there is {}", list(known))),
    }
}

/// The most names that a finding lists.
const MAX_LISTED: usize = 12;

/// Words that no prompt of the flow has.
pub(crate) fn unheard(words: &Spanned<String>) -> Diagnostic {
    let message = "no prompt of this flow has these words".to_owned();
    Diagnostic::new(&UNKNOWN_IN_TEST, words.span, message)
        .help("write the name of a prompt, or the words of one that stands in a node, from their beginning")
}

/// A node that no test comes to.
#[must_use]
pub fn never_visited(node: &str, place: Span) -> Diagnostic {
    let message = format!("no test comes to node `{node}`");
    Diagnostic::new(&NEVER_VISITED, place, message).help("add a case that goes there")
}

/// A mock that no call asks. `of` is how the test file names it.
#[must_use]
pub fn mock_never_used(of: &str, place: Span) -> Diagnostic {
    let message = format!("no call asks the mock of `{of}`");
    Diagnostic::new(&MOCK_NEVER_USED, place, message)
        .help("lead the call to the request, or remove the mock")
}

/// A step with no verb or with several.
pub(crate) fn not_one_step(verbs: &[&str], known: &[&str], span: Span) -> Diagnostic {
    match verbs {
        [first, second, ..] => {
            let message = format!("this step does two things: `{first}` and `{second}`");
            Diagnostic::new(&BAD_STEP, span, message).help("make a step of each")
        }
        _ => Diagnostic::new(&BAD_STEP, span, "this step does nothing")
            .help(format!("a step has one of {}", list(known))),
    }
}

/// Something beside a verb that does not belong to it.
pub(crate) fn not_of_step(option: &str, verb: &str, owners: &str, span: Span) -> Diagnostic {
    let message = format!("`{option}` does not belong to `{verb}`");
    Diagnostic::new(&BAD_STEP, span, message).help(format!("`{option}` goes with {owners}"))
}

/// A value of another type than its place has.
pub(crate) fn wrong_test_value(place: &str, wanted: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&WRONG_TEST_VALUE, span, format!("{place} must be {wanted}"))
}

/// A reply without a field that its type has.
pub(crate) fn missing_field(field: &str, record: &str, span: Span) -> Diagnostic {
    let message = format!("the reply lacks `{field}`, which every `{record}` has");
    Diagnostic::new(&WRONG_TEST_VALUE, span, message)
        .help("add it; to test an answer without it, write the answer as `body:`")
}

/// Two things that cannot both be.
pub(crate) fn contradiction(message: impl Into<String>, span: Span, help: &str) -> Diagnostic {
    Diagnostic::new(&CONTRADICTION, span, message).help(help)
}

/// A secret that a failed test would print.
pub(crate) fn secret_in_test(what: &str, span: Span) -> Diagnostic {
    let message = format!("{what} is secret and would stand in the report of a failed test");
    Diagnostic::new(&SECRET_SHOWN, span, message)
        .help("look at what the call does with it instead, or that it is asked at all")
}
