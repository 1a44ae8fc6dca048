//! How long callers listen: the length of prompts from their recordings, else from their words.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::compile::AudioFact;
use super::node::{Piece, Prompt};
use crate::call::{Item, Language, SayAs, SoundId};
use crate::time::Duration;

/// How fast words are said where no recording tells; the simulation takes the same.
const CHARACTERS_PER_SECOND: u64 = 14;

/// Tells how long prompts last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing<'a> {
    audio: Option<&'a BTreeMap<SoundId, AudioFact>>,
}

impl<'a> Timing<'a> {
    /// Takes the lengths of recordings from `audio`.
    pub(super) const fn new(audio: Option<&'a BTreeMap<SoundId, AudioFact>>) -> Self {
        Self { audio }
    }

    /// How long a caller of `language` listens to prompts that are played one after another.
    pub(super) fn all(&self, prompts: &[Arc<Prompt>], language: &Language) -> Duration {
        prompts.iter().fold(Duration::ZERO, |sum, prompt| sum + self.one(prompt, language))
    }

    /// How long a caller of `language` listens to a prompt.
    pub(super) fn one(&self, prompt: &Prompt, language: &Language) -> Duration {
        prompt.pieces(language).fold(Duration::ZERO, |sum, (_, piece)| {
            sum + match piece {
                Piece::Words(item) => self.item(item),
                Piece::Slot(slot) => value(slot.form),
            }
        })
    }

    /// The longest of several prompts.
    pub(super) fn longest(&self, prompts: &[Arc<Prompt>], language: &Language) -> Duration {
        prompts.iter().map(|prompt| self.one(prompt, language)).max().unwrap_or(Duration::ZERO)
    }

    fn item(&self, item: &Item) -> Duration {
        let known = item.sound.as_ref().zip(self.audio).and_then(|(sound, audio)| audio.get(sound));
        match known {
            Some(AudioFact::Playable(length)) => *length,
            Some(AudioFact::Unreadable(_)) | None => {
                let characters = u64::try_from(item.text.chars().count()).unwrap_or(u64::MAX);
                Duration::from_micros(characters.saturating_mul(1_000_000) / CHARACTERS_PER_SECOND)
            }
        }
    }
}

/// How long a value of usual size takes to say.
const fn value(form: SayAs) -> Duration {
    Duration::from_millis(match form {
        SayAs::Number | SayAs::Count | SayAs::Ordinal => 1_500,
        SayAs::DateShort | SayAs::Duration | SayAs::Text => 2_000,
        SayAs::Year | SayAs::Time => 2_500,
        SayAs::Digits | SayAs::Date => 3_000,
        SayAs::Money | SayAs::When => 3_500,
        SayAs::DateFull => 4_000,
        SayAs::Phone => 5_000,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::PromptId;

    #[test]
    fn recordings_count_before_words_and_words_before_nothing() {
        let id = Language::from("id");
        let item = |sound: Option<&str>, text: &str| Item {
            prompt: PromptId::from("p"),
            language: id.clone(),
            sound: sound.map(SoundId::from),
            text: text.into(),
        };
        let prompt = |item: Item| Prompt {
            id: PromptId::from("p"),
            bargein: None,
            play: None,
            pieces: BTreeMap::from([(id.clone(), vec![Piece::Words(item)])]),
        };
        let audio = BTreeMap::from([
            (SoundId::from("a.wav"), AudioFact::Playable(Duration::from_secs(7))),
            (SoundId::from("b.wav"), AudioFact::Unreadable("no".into())),
        ]);
        let timing = Timing::new(Some(&audio));
        let words = "Empat belas huruf, dua detik.";
        for (sound, millis) in [(Some("a.wav"), 7_000), (Some("b.wav"), 2_071), (None, 2_071)] {
            let lasts = timing.one(&prompt(item(sound, words)), &id);
            assert_eq!(lasts.as_millis(), millis, "{sound:?}");
        }
        let both = [Arc::new(prompt(item(None, words))), Arc::new(prompt(item(Some("a.wav"), "")))];
        assert_eq!(timing.all(&both, &id).as_millis(), 9_071);
        assert_eq!(timing.longest(&both, &id).as_millis(), 7_000);
    }
}
