//! Prompts: words and recordings per language, with slots for values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::call::{Item, Language, PromptId, SayAs};
use crate::flow::expression::Formula;

/// A prompt with its words and recordings per language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its name.
    pub id: PromptId,
    /// The barge-in rule that its catalogue entry states, if any; it wins over the node's.
    pub bargein: Option<Bargein>,
    /// The languages to play it in one after another (`play: [id, en]`); `None` = the caller's.
    pub play: Option<Vec<Language>>,
    /// What is played in each language, in order; every language of the flow has an entry.
    pub pieces: BTreeMap<Language, Vec<Piece>>,
}

/// Whether the caller may interrupt a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bargein {
    /// Any key or speech (`true`).
    #[default]
    Any,
    /// Only a key that is or begins a valid answer, or words that match (`words`).
    Match,
    /// Nothing (`false`): it must be heard.
    None,
}

/// A piece of a prompt in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words that are always the same, with their recording.
    Words(Item),
    /// A value that is read aloud.
    Slot(Slot),
}

/// A value inside a prompt: `{order.eta:date:short}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The value.
    pub value: Formula,
    /// How it is read.
    pub form: SayAs,
    /// The slot as the prompt writes it, without braces.
    pub written: Arc<str>,
    /// The punctuation that follows in writing, such as `.`; nobody hears it.
    pub tail: Arc<str>,
}

impl Prompt {
    /// What is played to a caller of `language`: its own pieces, or those of each language of `play` in turn. A
    /// language without an entry hears another one.
    pub fn pieces<'a>(
        &'a self,
        language: &'a Language,
    ) -> impl Iterator<Item = (&'a Language, &'a Piece)> {
        let own = std::slice::from_ref(language);
        let wanted = self.play.as_deref().unwrap_or(own).iter();
        let entry =
            |l: &Language| self.pieces.get_key_value(l).or_else(|| self.pieces.first_key_value());
        wanted.filter_map(entry).flat_map(|(l, pieces)| pieces.iter().map(move |piece| (l, piece)))
    }
}
