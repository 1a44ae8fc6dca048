//! What is listened for while a call stands as it does, told to adapters that understand speech.
//!
//! The words are a hint: whatever is said is matched in `answering`, as if nothing had been told.

use std::sync::Arc;

use super::Session;
use super::asking::{Asking, is_secret};
use super::pressing::CALL_BACK;
use super::question::Stage;
use super::spoken::{NO, YES, question_languages};
use super::state::State;
use crate::call::{CommandKind, Language, Listen};
use crate::flow::{CommandBinding, EntryKind, Input, Verb, Words};

/// The most phrases that are told.
pub const MAX_PHRASES: usize = 200;

impl Session {
    /// Orders what is to be listened for, if that is another thing than before.
    pub(super) fn listen_anew(&mut self) {
        if !self.arrival.speech {
            return;
        }
        let wanted = self.wanted_words();
        if self.listening == wanted {
            return;
        }
        self.listening.clone_from(&wanted);
        let over = matches!(self.state, State::Leaving { .. } | State::Parted(_) | State::Ended);
        if self.gone || over {
            return;
        }
        self.command(match wanted {
            Some(listen) => CommandKind::Listen(Box::new(listen)),
            None => CommandKind::Unlisten,
        });
    }

    fn wanted_words(&self) -> Option<Listen> {
        let words = match &self.state {
            // Keys were taken: speech is over for this visit.
            State::Asking(asking) if !asking.collector.has_keys() => self.question_words(asking)?,
            State::Queued(line) if line.offers_callback() => {
                CALL_BACK.iter().map(|phrase| phrase.join(" ").into()).collect()
            }
            State::Queued(line) if line.takes_keys() => Vec::new(),
            _ => return None,
        };
        let flow = &self.program.flow;
        let languages = question_languages(flow, self.memory.listening_language()).to_vec();
        Some(Listen { words, languages })
    }

    /// The phrases that a question waits for; none where anything may be said, `None` where nothing may.
    fn question_words(&self, asking: &Asking) -> Option<Vec<Arc<str>>> {
        let flow = &self.program.flow;
        let verb = &flow.node(asking.node).verb;
        let language = self.memory.listening_language();
        let mut phrases = match (verb, &asking.stage) {
            (_, Stage::ReadBack { .. } | Stage::DidYouMean { .. }) => yes_and_no(),
            // A secret is not said aloud, and nobody is to listen to one who does.
            (verb, _) if is_secret(verb) => return None,
            (Verb::Collect(collect), _) if collect.entry.kind == EntryKind::YesNo => yes_and_no(),
            (Verb::Menu(menu) | Verb::Confirm(menu), _) => {
                menu.choices.iter().flat_map(|choice| spelt(&choice.words, language)).collect()
            }
            _ => return Some(Vec::new()),
        };
        let commands = verb.input().map(|input: &Input| input.commands.as_slice());
        let of_command = |command: &CommandBinding| spelt(&command.words, language);
        phrases.extend(commands.unwrap_or_default().iter().flat_map(of_command));
        phrases.truncate(MAX_PHRASES);
        Some(phrases)
    }
}

fn yes_and_no() -> Vec<Arc<str>> {
    YES.into_iter().chain(NO).map(Into::into).collect()
}

/// Phrases as they are written, of one language or of all.
fn spelt(words: &Words, language: Option<&Language>) -> Vec<Arc<str>> {
    let of_language = words.iter().filter(|(of, _)| language.is_none_or(|l| l == *of));
    of_language.flat_map(|(_, phrases)| phrases).map(|phrase| phrase.join(" ").into()).collect()
}

#[cfg(test)]
mod tests;
