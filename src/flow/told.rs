//! Which keys the words of a prompt tell a caller to press, in Indonesian and English.

use std::collections::BTreeSet;

use crate::call::Language;
use crate::text::{digit_word, words};

/// How a language tells to press a key.
const PRESS: [(&str, &[&str]); 2] =
    [("id", &["tekan tombol ", "tekan angka ", "tekan "]), ("en", &["press the ", "press "])];

/// The words between the ends of a span of keys: "1 sampai 5".
const SPANS: [&str; 6] = ["sampai", "hingga", "to", "through", "until", "sd"];

/// The words after which a key is named by a word: "tombol pagar".
const BEFORE_KEY: [&str; 6] = ["tekan", "tombol", "angka", "press", "the", "key"];

/// The verbs by which a language tells to press a key; `None` where they are not known.
pub(super) fn press_verbs(language: &Language) -> Option<&'static [&'static str]> {
    let base = language.as_str().split('-').next().unwrap_or_default();
    PRESS.iter().find(|(tag, _)| *tag == base).map(|(_, verbs)| *verbs)
}

/// Every key that a text speaks of in any way: "tekan 1", "tombol pagar", "1 sampai 5".
pub(super) fn spoken_of(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let signs = text.chars().filter(|c| matches!(c, '*' | '#'));
    keys.extend(signs.map(String::from));
    let spread = text.replace('-', " sd ");
    let words = words(&spread);
    for (at, word) in words.iter().enumerate() {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            keys.insert(word.clone());
            keys.extend(span_of_keys(&words, at));
        } else if let Some(key) = digit_word(word)
            && at > 0
            && BEFORE_KEY.contains(&&*words[at - 1])
        {
            keys.insert(key.to_string());
        }
    }
    keys
}

/// The keys between the figure at `at` and the one that ends its span, if a span begins there.
fn span_of_keys(words: &[String], at: usize) -> Vec<String> {
    let digit = |at: usize| words.get(at).and_then(|word| word.parse::<u8>().ok());
    let joined = words.get(at + 1).is_some_and(|word| SPANS.contains(&word.as_str()));
    // "Tekan 1 untuk sangat tidak puas, sampai 5": the span may stand a few words on.
    let end = if joined {
        digit(at + 2)
    } else {
        let later = words.iter().enumerate().skip(at + 1).take(SPAN_WORDS);
        let later = later.take_while(|(_, word)| word.parse::<u8>().is_err());
        let place = later.filter(|(_, word)| SPANS.contains(&word.as_str())).map(|(i, _)| i).last();
        place.and_then(|place| digit(place + 1))
    };
    match (digit(at), end) {
        (Some(from @ 0..=9), Some(to @ 0..=9)) => (from..=to).map(|key| key.to_string()).collect(),
        _ => Vec::new(),
    }
}

/// How many words may stand between the ends of a span of keys.
const SPAN_WORDS: usize = 8;

/// The keys that a text tells to press, with their byte offsets.
pub(super) fn announced<'t>(text: &'t str, verbs: &[&str]) -> Vec<(usize, &'t str)> {
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
    fn every_way_to_speak_of_a_key_counts() {
        for (text, keys) in [
            ("Untuk harga, tekan 1. Untuk petugas, tekan tombol nol.", "0 1"),
            ("Tekan 1 untuk sangat tidak puas, sampai 5 untuk sangat puas.", "1 2 3 4 5"),
            ("Press 2 to 4, the hash key, or *.", "# * 2 3 4"),
            ("Pilih 1-3.", "1 2 3"),
            ("Silakan tekan salah satu tombol.", ""),
            ("Kami buka pukul 8 sampai 17.", "17 8"),
        ] {
            let found: Vec<String> = spoken_of(text).into_iter().collect();
            assert_eq!(found.join(" "), keys, "{text}");
        }
    }

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
