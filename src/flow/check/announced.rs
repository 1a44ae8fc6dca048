//! E0405: a prompt tells the caller to press a key that does nothing.

use super::Rule;
use crate::call::{Digits, Language};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{Span, Spanned};

/// E0405: a key that is announced and does nothing.
pub(crate) static ANNOUNCED_KEY: Rule =
    Rule::error("E0405", "a prompt tells the caller to press a key that does nothing there")
        .why("The caller does as told and hears that the choice does not exist.")
        .cure("Add the choice, or change the words of the prompt so that they name only keys that work there.")
        .example("menu: Untuk keluhan tekan 4\nchoices: { 1: sales }");

/// How a language tells to press a key.
const PRESS: [(&str, &[&str]); 2] =
    [("id", &["tekan tombol ", "tekan angka ", "tekan "]), ("en", &["press the ", "press "])];

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
    let base = language.as_str().split('-').next().unwrap_or_default();
    let Some((_, verbs)) = PRESS.iter().find(|(tag, _)| *tag == base) else { return Vec::new() };
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

/// The keys that a text tells to press, with their byte offsets.
fn announced<'t>(text: &'t str, verbs: &[&str]) -> Vec<(usize, &'t str)> {
    // Only ASCII letters are lowered, so that every offset fits both texts.
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, verb)) = next_verb(&lower, verbs, from) {
        from = at + verb.len();
        let rest = text.get(from..).unwrap_or("");
        let length = rest.find(|c: char| !is_key(c)).unwrap_or(rest.len());
        let keys = rest.get(..length).unwrap_or("");
        let ends =
            rest.get(length..).and_then(|r| r.chars().next()).is_none_or(|c| !c.is_alphanumeric());
        if !keys.is_empty() && ends {
            found.push((from, keys));
        }
    }
    found
}

/// The next place where one of the verbs begins a word; the longest verb there.
fn next_verb<'v>(lower: &str, verbs: &[&'v str], from: usize) -> Option<(usize, &'v str)> {
    let rest = lower.get(from..)?;
    let begins_word = |at: usize| {
        lower
            .get(..from + at)
            .and_then(|t| t.chars().next_back())
            .is_none_or(|c| !c.is_alphanumeric())
    };
    verbs
        .iter()
        .filter_map(|verb| {
            let mut places = rest.match_indices(verb).map(|(at, _)| at);
            places.find(|at| begins_word(*at)).map(|at| (from + at, *verb))
        })
        .min_by_key(|(at, verb)| (*at, usize::MAX - verb.len()))
}

const fn is_key(c: char) -> bool {
    c.is_ascii_digit() || c == '*' || c == '#'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announced_keys_are_found_with_their_place() {
        let (id, en) = (PRESS[0].1, PRESS[1].1);
        for (text, verbs, keys) in [
            ("Untuk harga, tekan 1. Tekan tombol 12, atau tekan #.", id, vec!["1", "12", "#"]),
            ("Tekan 1 untuk sangat tidak puas, sampai 5", id, vec!["1"]),
            ("ditekan 3 kali; tekan tombol pagar; tekan 2x", id, vec![]),
            ("Press 1, or press the 2 key. Pressing 3", en, vec!["1", "2"]),
            ("Ekspress 4", en, vec![]),
        ] {
            let found: Vec<&str> = announced(text, verbs).into_iter().map(|(_, k)| k).collect();
            assert_eq!(found, keys, "{text}");
        }
        assert_eq!(announced("é tekan 7", id), [(9, "7")]);
    }
}
