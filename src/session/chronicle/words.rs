//! What a caller said, in words of the flow's own that are understood alike.

use std::sync::Arc;

use crate::call::{Digits, JournalEvent, Language};
use crate::flow::{Collect, Flow, Verb, Words};
use crate::session::answering::Understood;
use crate::session::asking::Asking;
use crate::session::collector::Pick;
use crate::session::{Moment, Session};
use crate::text;

/// The most of the flow's own phrases that are tried.
const MAX_TRIES: usize = 64;

impl Session {
    /// Notes that something was said, and what of it the flow understood.
    pub(in crate::session) fn note_words(
        &mut self,
        count: usize,
        asking: Option<(&Asking, &Understood)>,
        at: Moment<'_>,
    ) {
        if self.journal.chronicle.is_none() {
            return;
        }
        let phrase =
            asking.and_then(|(asking, understood)| self.own_phrase(asking, understood, at));
        let words = u32::try_from(count).unwrap_or(u32::MAX);
        self.note(JournalEvent::Said { words, phrase });
    }

    /// Words of the flow's own that mean the same here.
    fn own_phrase(
        &mut self,
        asking: &Asking,
        understood: &Understood,
        at: Moment<'_>,
    ) -> Option<Arc<str>> {
        let flow = self.program.flow.clone();
        let verb = &flow.node(asking.node).verb;
        let (candidates, wanted) = match (understood, verb) {
            // Free words are nobody's but the caller's.
            (Understood::Words(_), _) => return None,
            (Understood::Entered(value), Verb::Collect(collect)) => {
                self.entered_aloud(collect, value, at)
            }
            (Understood::Picked(pick), _) => (picked(&flow, verb, *pick), understood.clone()),
            (Understood::Perhaps(entry), _) => {
                let whole = asked_of(&flow, verb, *entry);
                let halves = whole.iter().flat_map(|wording| parts(wording)).collect();
                (halves, understood.clone())
            }
            (Understood::AskAgain, _) => (yes(), understood.clone()),
            (Understood::Entered(_), _) => return None,
        };
        let means_it = |phrase: &String| {
            let words = text::words(phrase);
            self.understand(asking, phrase, &words).as_ref() == Some(&wanted)
        };
        candidates.into_iter().take(MAX_TRIES).find(means_it).map(Into::into)
    }

    fn entered_aloud(
        &mut self,
        collect: &Collect,
        value: &Digits,
        at: Moment<'_>,
    ) -> (Vec<String>, Understood) {
        let shown = self.spoken_stand_in(collect, value, at);
        (vec![figures(&shown)], Understood::Entered(shown))
    }
}

/// Phrases that pick an answer.
fn picked(flow: &Flow, verb: &Verb, pick: Pick) -> Vec<String> {
    match (pick, verb) {
        (Pick::Choice(choice), Verb::Menu(menu) | Verb::Confirm(menu)) => {
            let Some(choice) = menu.choices.get(choice) else { return Vec::new() };
            let mut phrases = phrases(&choice.words);
            phrases.extend(choice.keys.as_ref().map(figures));
            phrases
        }
        (Pick::Command(command), _) => {
            let command = verb.input().and_then(|input| input.commands.get(command));
            command.map(|command| phrases(&command.words)).unwrap_or_default()
        }
        (Pick::FaqEntry(entry), Verb::Answer(_)) => asked_of(flow, verb, entry),
        (Pick::Yes, _) => yes(),
        (Pick::No, _) => vec!["tidak".to_owned(), "no".to_owned()],
        (Pick::Choice(_) | Pick::FaqEntry(_), _) => Vec::new(),
    }
}

fn yes() -> Vec<String> {
    vec!["ya".to_owned(), "yes".to_owned()]
}

fn phrases(words: &Words) -> Vec<String> {
    words.values().flatten().map(|phrase| phrase.join(" ")).collect()
}

fn figures(keys: &Digits) -> String {
    let keys: Vec<String> = keys.as_slice().iter().map(ToString::to_string).collect();
    keys.join(" ")
}

/// The wordings of an entry of a FAQ, and its key.
fn asked_of(flow: &Flow, verb: &Verb, entry: usize) -> Vec<String> {
    let Verb::Answer(answer) = verb else { return Vec::new() };
    let faq = flow.faqs.get(answer.faq.0 as usize);
    let Some(entry) = faq.and_then(|faq| faq.entries.get(entry)) else { return Vec::new() };
    let asked = |(_, wordings): (&Language, &Vec<Arc<str>>)| {
        wordings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    entry.ask.iter().flat_map(asked).chain(entry.key.as_ref().map(figures)).collect()
}

/// A wording with one word left out, and each of its words alone: what a caller says who is only half understood.
fn parts(wording: &str) -> Vec<String> {
    let words: Vec<&str> = wording.split_whitespace().collect();
    let without = |left: usize| {
        let kept = words.iter().enumerate().filter(|(place, _)| *place != left);
        kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    };
    let shorter: Vec<String> = (0..words.len()).map(without).collect();
    shorter.into_iter().chain(words.iter().map(|word| (*word).to_owned())).collect()
}
