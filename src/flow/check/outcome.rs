//! E0102, E0103, E0110, E0112 and N0304: what a node does and where it leads.

use super::{MISSING_KEY, Rule, WRONG_FORM};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::read::list;
use crate::flow::source::{Span, Spanned};
use crate::flow::suggest::nearest;

/// E0102: a node without a verb, or with two.
pub(crate) static NOT_ONE_VERB: Rule = Rule::error(
    "E0102",
    "a node does nothing, or does two things",
)
.why("A node has exactly one verb: it says, asks, decides or connects. Two things are two nodes.")
.cure("Give the node one verb; put the second into a node of its own and lead there.")
.example("agent: { say: one_moment, queue: service }");

/// E0103: an outcome that a caller needs is not given.
pub(crate) static MISSING_OUTCOME: Rule = Rule::error("E0103", "a way out of the node is not given")
    .why("Whatever happens, a caller must hear what comes next; an outcome without a target would be silence.")
    .cure("Add the outcome with the node that it leads to.")
    .example("welcome: { say: welcome }");

/// E0110: a `branch` without `else`.
pub(crate) static NO_ELSE: Rule = Rule::error("E0110", "a `branch` has no `else`")
    .why("When no condition holds, the call would have nowhere to go.")
    .cure("Add `- else: NODE` at the end of the list.")
    .example("check: { branch: [ { when: score > 3, goto: happy } ] }");

/// E0112: `on_hangup` leads to a node that speaks.
pub(crate) static NOT_SILENT: Rule =
    Rule::error("E0112", "`on_hangup` leads to a node that speaks or asks")
        .why("The caller is gone; only `set`, `note`, `branch` and `hours` make sense.")
        .cure("Lead to a `set`, `note`, `branch` or `hours`.")
        .example("on_hangup: goodbye");

/// N0304: the retries of a question lead nowhere.
pub(crate) static NO_FAILED: Rule = Rule::note("N0304", "`failed` is not set")
    .why("A call that fails there ends with the built-in apology. A person or a message is kinder.")
    .cure("Add `failed:` to the node, or once for all of them under `defaults:`.")
    .example("main: { menu: main_menu, choices: { 1: sales } }");

/// A node whose keys hold no verb, or several.
pub(crate) fn not_one_verb(
    name: &Spanned<String>,
    found: &[&str],
    keys: &[&Spanned<String>],
    verbs: &[&str],
) -> Diagnostic {
    let node = &name.value;
    if let [first, .., last] = found {
        let message = format!("node `{node}` does {} things: {}", count(found.len()), list(found));
        let place =
            |verb: &str| keys.iter().find(|k| k.value == verb).map_or(name.span, |k| k.span);
        return Diagnostic::new(&NOT_ONE_VERB, place(last), message)
            .also(place(first), "the first thing")
            .help("make a node of each and lead from one to the other");
    }
    let message = format!("node `{node}` does nothing: none of its keys is a verb");
    let slip = keys.iter().find_map(|key| Some((key, nearest(&key.value, verbs.iter().copied())?)));
    match slip {
        Some((key, verb)) => {
            Diagnostic::new(&NOT_ONE_VERB, key.span, message).did_you_mean(Some(verb))
        }
        None => Diagnostic::new(&NOT_ONE_VERB, name.span, message)
            .help(format!("the verbs are {}", list(verbs))),
    }
}

fn count(number: usize) -> String {
    match number {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        n => n.to_string(),
    }
}

/// An outcome that must be given and is not.
pub(crate) fn missing_outcome(verb: &str, outcome: &str, place: Span) -> Diagnostic {
    let why = match (verb, outcome) {
        (_, "next") => "what comes after it",
        ("confirm", _) => "both answers lead somewhere",
        ("answer", "done") => "where a caller goes who has no further question",
        ("answer", _) => "where a caller goes whose question nobody could answer",
        ("hours", _) => "where a caller goes at these hours",
        ("queue", "too_long") => "where a caller goes who waited too long",
        ("queue", "full") => "where a caller goes when too many wait already",
        ("queue", "closed") => "where a caller goes outside the opening hours",
        ("queue", _) => "where a caller goes when nobody is logged in",
        _ => "where a caller goes with an answer",
    };
    let this = if outcome == "next" { "this node".to_owned() } else { format!("`{verb}`") };
    Diagnostic::new(&MISSING_OUTCOME, place, format!("{this} needs `{outcome}:`: {why}"))
        .help(format!("add `{outcome}: NODE`"))
}

/// A `branch` without `else`.
pub(crate) fn no_else(place: Span) -> Diagnostic {
    Diagnostic::new(&NO_ELSE, place, "this `branch` has no `else:`")
        .help("add `else: NODE` for the case that no condition holds")
}

/// `on_hangup` leads to a node that speaks or asks.
pub(crate) fn not_silent(place: Span, verb: &str) -> Diagnostic {
    let message = format!("`on_hangup` leads to a `{verb}` node, but nobody is there any more");
    Diagnostic::new(&NOT_SILENT, place, message)
        .help("lead to a `note`, `set`, `branch` or `hours` node")
}

/// All nodes of a flow whose `failed` is nowhere set, as one note.
pub(crate) fn without_failed(nodes: &[(String, Span)]) -> Option<Diagnostic> {
    let (_, first) = nodes.first()?;
    let names: Vec<&str> = nodes.iter().map(|(name, _)| name.as_str()).collect();
    let message = format!(
        "`failed` is not set in {}: a call that fails there ends with the built-in apology",
        list(&names)
    );
    Some(
        Diagnostic::new(&NO_FAILED, *first, message)
            .help("set `failed:` in the node, or `defaults: { failed: NODE }` for all"),
    )
}

/// `none` as the target of something that is no command.
pub(crate) fn none_is_for_commands(span: Span) -> Diagnostic {
    Diagnostic::new(
        &WRONG_FORM,
        span,
        "`none` only switches a command off; a caller cannot go there",
    )
    .help("name a node, or use `back` or `repeat`")
}

/// `repeat` at a node that asks nothing.
pub(crate) fn repeat_is_for_questions(span: Span) -> Diagnostic {
    Diagnostic::new(&WRONG_FORM, span, "`repeat` asks a question again; this node asks none")
        .help("name the node that comes next")
}

/// A key that must be there.
pub(crate) fn missing_key(owner: &str, key: &str, place: Span) -> Diagnostic {
    Diagnostic::new(&MISSING_KEY, place, format!("{owner} needs `{key}:`"))
}

/// A `menu` without choices.
pub(crate) fn no_choices(place: Span) -> Diagnostic {
    missing_key("a `menu` node", "choices", place)
        .help("write `choices: { 1: NODE, 2: { goto: NODE, words: [word] } }`")
}

/// A flow without `start`.
pub(crate) fn no_start(place: Span) -> Diagnostic {
    missing_key("a flow file", "start", place).help("name the node where a call begins")
}

/// A flow without a language.
pub(crate) fn no_language(place: Span) -> Diagnostic {
    missing_key("a flow file", "languages", place)
        .help("write `languages: [id, en]`, the fallback first, or `language: id`")
}
