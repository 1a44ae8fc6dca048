//! What the caller is told to hear: prompts in order, with their words, values read aloud.

use crate::call::{Item, Language, PromptId};

/// The marks that end a sentence or a part of one.
const MARKS: [char; 6] = ['.', ',', ';', ':', '!', '?'];

/// One prompt that was commanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) prompt: PromptId,
    pub(super) language: Language,
    /// Its words; empty for music and tones.
    pub(super) words: String,
}

/// The prompts of one play, however many sounds each is put together from.
pub(super) fn prompts(items: &[Item]) -> impl Iterator<Item = Spoken> {
    let same = |one: &Item, next: &Item| one.prompt == next.prompt && one.language == next.language;
    items.chunk_by(same).filter_map(|items| {
        let first = items.first()?;
        let words = items.iter().map(|item| &*item.text).collect::<Vec<_>>().join(" ");
        let (prompt, language) = (first.prompt.clone(), first.language.clone());
        Some(Spoken { prompt, language, words: tidy(&words) })
    })
}

/// Words with single spaces between them, none before a full stop or a comma.
pub(super) fn tidy(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        if !text.is_empty() && !word.starts_with(MARKS) {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Whether two texts are the same words; marks between them are how they are written, not what is heard.
fn same_words(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let bare = |word: &str| word.trim_matches(MARKS).to_owned();
        text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
    };
    words(one) == words(other)
}

/// Where prompts end that are heard in this order from `start` on, others between them; else how many of them were
/// heard before the first that was not.
pub(super) fn follow(
    heard: &[Spoken],
    start: usize,
    wanted: &[PromptId],
    words: Option<&str>,
) -> Result<usize, Unheard> {
    let mut at = start;
    for (nth, prompt) in wanted.iter().enumerate() {
        let rest = heard.get(at..).unwrap_or(&[]);
        let Some(first) = rest.iter().position(|one| one.prompt == *prompt) else {
            return Err(Unheard::Prompt(nth));
        };
        let last = nth + 1 == wanted.len();
        at = match words.filter(|_| last) {
            None => at + first + 1,
            Some(words) => {
                let fits = |one: &Spoken| one.prompt == *prompt && same_words(&one.words, words);
                match rest.iter().position(fits) {
                    Some(place) => at + place + 1,
                    None => return Err(Unheard::Words(at + first)),
                }
            }
        };
    }
    Ok(at)
}

/// What was not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unheard {
    /// The n-th prompt.
    Prompt(usize),
    /// The words of the last prompt, which was heard at this place with others.
    Words(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(prompts: &[(&str, &str)]) -> Vec<Spoken> {
        let spoken = |(prompt, words): &(&str, &str)| Spoken {
            prompt: PromptId::from(*prompt),
            language: Language::from("en"),
            words: tidy(words),
        };
        prompts.iter().map(spoken).collect()
    }

    #[test]
    fn prompts_are_found_in_order_with_others_between() {
        let heard = heard(&[("a", "one"), ("b", "two"), ("a", "three , four ."), ("c", "")]);
        for (start, wanted, words, found) in [
            (0, &["a"][..], None, Ok(1)),
            (0, &["a", "c"], None, Ok(4)),
            (0, &["b", "a"], None, Ok(3)),
            (0, &["c", "a"], None, Err(Unheard::Prompt(1))),
            (1, &["b"], None, Ok(2)),
            (2, &["b"], None, Err(Unheard::Prompt(0))),
            (9, &["b"], None, Err(Unheard::Prompt(0))),
            (0, &["a"], Some("three four"), Ok(3)),
            (0, &["a"], Some("three, fours."), Err(Unheard::Words(0))),
            (0, &["b", "a"], Some("one"), Err(Unheard::Words(2))),
        ] {
            let wanted: Vec<PromptId> = wanted.iter().map(|name| PromptId::from(*name)).collect();
            assert_eq!(follow(&heard, start, &wanted, words), found, "{wanted:?} from {start}");
        }
    }
}
