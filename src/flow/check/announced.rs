//! E0405: a prompt tells the caller to press a key that does nothing.

use super::Rule;
use crate::call::{Digits, Language};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{Span, Spanned};
use crate::flow::told::{announced, press_verbs};

/// E0405: a key that is announced and does nothing.
pub(crate) static ANNOUNCED_KEY: Rule =
    Rule::error("E0405", "a prompt tells the caller to press a key that does nothing there")
        .why("The caller does as told and hears that the choice does not exist.")
        .cure("Add the choice, or change the words of the prompt so that they name only keys that work there.")
        .example("menu: Untuk keluhan tekan 4\nchoices: { 1: sales }");

/// Finds keys that a text announces and that are not among `known`.
///
/// `written` is the text as it stands in the file, for the exact place; `node` is the node's name and place.
pub(crate) fn announced_keys(
    language: &Language,
    text: &Spanned<String>,
    written: &str,
    known: &[&Digits],
    node: (&str, Span),
    what: &str,
) -> Vec<Diagnostic> {
    let Some(verbs) = press_verbs(language) else { return Vec::new() };
    let mut findings = Vec::new();
    for (_, keys) in announced(&text.value, verbs) {
        if known.iter().any(|k| k.to_string() == keys) {
            continue;
        }
        let place = announced(written, verbs).into_iter().find(|(_, k)| *k == keys);
        let span = place.map_or(text.span, |(at, keys)| text.span.part(at, at + keys.len()));
        let message = format!(
            "the prompt tells the caller to press {keys}, but node `{}` has no {what} {keys}",
            node.0
        );
        findings.push(
            Diagnostic::new(&ANNOUNCED_KEY, span, message)
                .label(format!("language `{language}`"))
                .also(node.1, "the node")
                .help(format!("add the {what}, or say another key")),
        );
    }
    findings
}
