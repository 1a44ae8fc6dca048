//! W0406, W0407 and W0408: how the words of a menu name its choices.

use std::collections::BTreeSet;

use super::Rule;
use super::subject::{Site, Subject};
use crate::call::Language;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Menu, Verb};
use crate::flow::source::{Span, Spanned};
use crate::flow::told::{announced, press_verbs};

/// W0406: a choice that the words of the menu pass over.
pub(crate) static UNMENTIONED: Rule =
    Rule::warning("W0406", "a choice is never mentioned in the prompt")
        .why("Nobody presses a key that nobody has told them about.")
        .cure("Name the key in the words of the menu, or remove the choice.")
        .example("menu: Untuk harga, tekan 1.\nchoices: { 1: price, 2: stock }");

/// W0407: keys out of order.
pub(crate) static DISORDER: Rule =
    Rule::warning("W0407", "the prompt names the keys out of order or with a gap")
        .why("Who hears 1, then 3, thinks that 2 was missed and listens again.")
        .cure("Number the choices from 1 without gaps and name them in this order; `0` comes last.")
        .example(
            "menu: Untuk stok, tekan 2. Untuk harga, tekan 1.\nchoices: { 1: price, 2: stock }",
        );

/// W0408: the key before the thing.
pub(crate) static KEY_FIRST: Rule =
    Rule::warning("W0408", "the prompt names the key before what it stands for")
        .why("Callers wait for what they want to hear; when it comes, the key that was said before it is forgotten.")
        .cure("Say what it is first and the key last: \"for prices, press 1\".")
        .example("menu: Tekan 1 untuk harga.\nchoices: { 1: price }");

/// Looks at the words of every menu, as a caller of each language hears them.
pub(crate) fn mentions(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    for (_, node, site) in subject.nodes() {
        let Verb::Menu(menu) = &node.verb else { continue };
        for language in &subject.flow.languages {
            let heard = subject.heard(&menu.input.prompts, language);
            if heard.is_empty() || heard.iter().any(|(l, _)| press_verbs(l).is_none()) {
                continue;
            }
            let spoken_of = subject.spoken_of(&menu.input, language);
            findings.extend(unmentioned(menu, site, language, &spoken_of));
            findings.extend(disorder(&heard, menu, site));
            findings.extend(heard.iter().filter_map(|(l, text)| key_first(l, text)));
        }
    }
}

fn unmentioned(
    menu: &Menu,
    site: &Site<'_>,
    language: &Language,
    spoken_of: &BTreeSet<String>,
) -> Vec<Diagnostic> {
    let can_be_said =
        |words: &crate::flow::node::Words| words.get(language).is_some_and(|w| !w.is_empty());
    if spoken_of.is_empty() && menu.choices.iter().all(|choice| can_be_said(&choice.words)) {
        // An open question for speech: the keys are short cuts for those who know them.
        return Vec::new();
    }
    let mut findings = Vec::new();
    for choice in &menu.choices {
        let Some(keys) = choice.keys.as_ref().map(ToString::to_string) else { continue };
        if !spoken_of.contains(&keys) {
            let message = format!(
                "choice `{keys}` of menu `{}` is never mentioned in its words in `{language}`",
                site.name
            );
            let place = site.key(&["choices", &choice.name]);
            let finding = Diagnostic::new(&UNMENTIONED, place, message);
            findings.push(finding.help("name the key in the prompt, or remove the choice"));
        }
    }
    findings
}

/// A choice's key in the words of a menu.
struct Named<'a> {
    language: &'a Language,
    text: &'a Spanned<String>,
    at: usize,
    key: u32,
}

/// The keys of choices from 1 to 9, in the order in which the words name them.
fn named<'a>(heard: &[(&'a Language, &'a Spanned<String>)], menu: &Menu) -> Vec<Named<'a>> {
    let mut named = Vec::new();
    for (language, text) in heard {
        for (at, keys) in announced(&text.value, press_verbs(language).unwrap_or_default()) {
            let choice = menu.choices.iter().any(|choice| &*choice.name == keys);
            if let Some(key) = keys.parse().ok().filter(|key| choice && (1..=9).contains(key)) {
                named.push(Named { language, text, at, key });
            }
        }
    }
    named
}

/// Keys out of order, or with a gap: the first such place. With each new language the numbers may begin again.
fn disorder(
    heard: &[(&Language, &Spanned<String>)],
    menu: &Menu,
    site: &Site<'_>,
) -> Option<Diagnostic> {
    if menu.choices.iter().filter_map(|choice| choice.keys.as_ref()).any(|keys| keys.len() > 1) {
        // Codes of several digits are no numbering.
        return None;
    }
    let named = named(heard, menu);
    let (mut before, mut speaking) = (0, None);
    for (place, Named { language, text, at, key }) in named.iter().enumerate() {
        let begins = speaking.replace(*language) != Some(*language);
        if *key == before || *key == before + 1 || (begins && *key == 1) {
            before = *key;
            continue;
        }
        let missing = before + 1;
        let later = named.iter().skip(place).any(|named| named.key == missing);
        let fault = match key {
            _ if *key < before => format!("name {key} after {before}"),
            _ if later => format!("name {key} before {missing}"),
            _ => format!("skip {missing}"),
        };
        let message = format!("the words of menu `{}` {fault}", site.name);
        let finding = Diagnostic::new(&DISORDER, self::place(text, *at, 1), message);
        return Some(
            finding
                .label(format!("language `{language}`"))
                .also(site.span, "the menu")
                .help("number the choices from 1 and name them in this order"),
        );
    }
    None
}

/// Words that begin what a key stands for.
const PURPOSES: [&str; 9] =
    ["untuk", "jika", "kalau", "bila", "apabila", "for", "to", "if", "when"];

/// Finds `tekan 1 untuk …` where nothing was said before it.
fn key_first(language: &Language, text: &Spanned<String>) -> Option<Diagnostic> {
    for (at, keys) in announced(&text.value, press_verbs(language)?) {
        let rest = text.value.get(at + keys.len()..).unwrap_or("").trim_start();
        let next: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
        let before = text.value.get(..at).unwrap_or("");
        let sentence = before.rsplit(['.', '!', '?', ';', ':']).next().unwrap_or("").to_lowercase();
        let named = sentence.split_whitespace().any(|word| PURPOSES.contains(&word));
        if PURPOSES.contains(&&*next.to_lowercase()) && !named {
            let message = format!("the prompt names key {keys} before what it stands for");
            return Some(
                Diagnostic::new(&KEY_FIRST, place(text, at, keys.len()), message)
                    .label(format!("language `{language}`"))
                    .help("say what it is first and the key last: \"for prices, press 1\""),
            );
        }
    }
    None
}

/// The place of some bytes of a text, exact where the text stands in the file as it is.
fn place(text: &Spanned<String>, at: usize, length: usize) -> Span {
    let written = usize::try_from(text.span.end - text.span.start).unwrap_or(0);
    let quotes = written.saturating_sub(text.value.len());
    match quotes {
        0 => text.span.part(at, at + length),
        2 => text.span.part(at + 1, at + 1 + length),
        _ => text.span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_comes_last() {
        for (language, text, found) in [
            ("id", "Tekan 1 untuk harga.", true),
            ("id", "Selamat datang. Silakan tekan 2 untuk stok.", true),
            ("id", "Untuk harga, tekan 1 untuk lanjut.", false),
            ("id", "Untuk harga, tekan 1. Untuk stok, tekan 2.", false),
            ("en", "Press 1 for prices.", true),
            ("en", "For prices, press 1.", false),
            ("en", "If you are finished press 3 to leave.", false),
        ] {
            let text = Spanned::new(text.to_owned(), Span::default());
            let finding = key_first(&Language::from(language), &text);
            assert_eq!(finding.is_some(), found, "{}", text.value);
        }
    }
}
