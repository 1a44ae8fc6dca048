//! Which answer spoken words name: whole words, the longest phrase wins, two equally long ones name none.

use super::collector::Pick;
use crate::call::{Digits, Language};
use crate::flow::{Flow, Verb, Words};
use crate::text::{contains_phrase, spoken_keys};

use super::question::Stage;

/// What words came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// They name one answer.
    Picked(Pick),
    /// They name two answers equally well.
    Ambiguous,
    /// They name none.
    Nothing,
}

/// Words for yes and no where the question is built in.
pub(super) const YES: [&str; 10] =
    ["ya", "iya", "betul", "benar", "setuju", "yes", "yeah", "correct", "right", "sure"];
pub(super) const NO: [&str; 10] =
    ["tidak", "bukan", "salah", "nggak", "enggak", "no", "nope", "wrong", "nothing", "cukup"];

/// Utterances longer than this are no plain yes or no.
const SHORT: usize = 3;

/// Matches spoken words with what a node waits for; `language` is `None` while all are listened for.
pub(super) fn pick(
    verb: &Verb,
    stage: &Stage,
    language: Option<&Language>,
    words: &[String],
) -> Heard {
    let mut best: Option<(usize, Pick)> = None;
    let mut ambiguous = false;
    let mut consider = |length: usize, pick: Pick| match best {
        Some((longest, _)) if length < longest => {}
        Some((longest, held)) if length == longest => ambiguous |= held != pick,
        _ => {
            best = Some((length, pick));
            ambiguous = false;
        }
    };
    if let (Verb::Menu(menu) | Verb::Confirm(menu), Stage::Question) = (verb, stage) {
        for (i, choice) in menu.choices.iter().enumerate() {
            if let Some(length) = longest(&choice.words, language, words) {
                consider(length, Pick::Choice(i));
            }
        }
    }
    for (i, command) in verb.input().into_iter().flat_map(|input| &input.commands).enumerate() {
        if let Some(length) = longest(&command.words, language, words) {
            consider(length, Pick::Command(i));
        }
    }
    match best {
        Some(_) if ambiguous => Heard::Ambiguous,
        Some((_, pick)) => Heard::Picked(pick),
        None => Heard::Nothing,
    }
}

/// A plain yes or no.
pub(super) fn yes_or_no(words: &[String]) -> Option<bool> {
    if words.len() > SHORT {
        return None;
    }
    let says = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    match (says(&YES), says(&NO)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Keys said aloud: "satu", "press one", "nol delapan satu".
pub(super) fn keys(words: &[String]) -> Option<Digits> {
    Digits::parse(&spoken_keys(words)?)
}

/// The languages whose words are compared: the caller's, or all of the flow's.
pub(super) fn question_languages<'a>(
    flow: &'a Flow,
    language: Option<&'a Language>,
) -> &'a [Language] {
    language.map_or(&flow.languages, std::slice::from_ref)
}

fn longest(words: &Words, language: Option<&Language>, spoken: &[String]) -> Option<usize> {
    words
        .iter()
        .filter(|(of, _)| language.is_none_or(|l| l == *of))
        .flat_map(|(_, phrases)| phrases)
        .filter(|phrase| contains_phrase(spoken, phrase))
        .map(Vec::len)
        .max()
}
