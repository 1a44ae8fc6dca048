//! E0404: one word, two meanings.

use std::collections::BTreeMap;

use super::Rule;
use crate::call::Language;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{Span, Spanned};
use crate::text;

/// E0404: a word that belongs to two choices.
pub(crate) static WORDS_CLASH: Rule = Rule::error("E0404", "a word belongs to two choices")
    .why("A caller who says it would be understood by chance. Endings such as -nya make no difference.")
    .cure("Leave the word to one of the two, or use longer phrases that tell them apart.")
    .example("choices: { 1: { goto: a, words: [harga] }, 2: { goto: b, words: [harganya] } }");

/// The most phrases of one question that are compared with each other.
const MAX_PHRASES: usize = 2_000;

/// Phrases per language with their places.
type Phrases = BTreeMap<Language, Vec<Spanned<String>>>;

/// Finds phrases that two of the owners share in one language. Each phrase is reported once, at its later place.
pub(crate) fn words_clash(owners: &[(String, Phrases)]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut seen: Vec<(&Language, Vec<String>, &str, Span)> = Vec::new();
    for (owner, phrases) in owners {
        for (language, phrase) in phrases.iter().flat_map(|(l, p)| p.iter().map(move |p| (l, p))) {
            if seen.len() >= MAX_PHRASES {
                return findings;
            }
            let words = text::words(&phrase.value);
            let clash = seen.iter().find(|(l, w, other, _)| {
                *l == language && other != owner && same_phrase(w, &words)
            });
            if let Some((_, _, other, place)) = clash {
                findings.push(clash_finding(&phrase.value, (phrase.span, owner), (*place, other)));
            }
            seen.push((language, words, owner, phrase.span));
        }
    }
    findings
}

fn clash_finding(phrase: &str, one: (Span, &str), other: (Span, &str)) -> Diagnostic {
    let message = format!("the word `{phrase}` belongs to two choices, {} and {}", other.1, one.1);
    let ((span, owner), (first, first_owner)) =
        if one.0 < other.0 { (other, one) } else { (one, other) };
    Diagnostic::new(&WORDS_CLASH, span, message)
        .label(format!("word of {owner}"))
        .also(first, format!("word of {first_owner}"))
        .help("leave it to one of them, or make it longer: the longest phrase wins")
}

fn same_phrase(one: &[String], other: &[String]) -> bool {
    !one.is_empty()
        && one.len() == other.len()
        && one.iter().zip(other).all(|(a, b)| text::same_word(a, b) || text::same_word(b, a))
}
