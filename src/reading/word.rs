//! Words of a reading, and what becomes of them: text to look at, items to play.

use std::sync::Arc;

use super::clip::PAUSE;
use super::tongue;
use crate::call::{Item, Language, PromptId, SoundId};

/// One recorded word of a reading, or a stretch of free text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The clip that says it; `None` for free text, which has to be synthesised.
    pub clip: Option<&'static str>,
    /// What is said. A word of a clip that ends in `-` belongs together with the next one: "ninety-", "eight".
    pub text: Arc<str>,
    /// Whether a short silence follows, as between the groups of a telephone number.
    pub pause: bool,
}

/// A reading as consoles and transcripts show it: "nol delapan satu dua, tiga empat lima enam".
#[must_use]
pub fn written(words: &[Word]) -> String {
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        text.push_str(&word.text);
        if at + 1 < words.len() {
            let tied = word.clip.is_some() && word.text.ends_with('-');
            text.push_str(match (word.pause, tied) {
                (true, _) => ", ",
                (false, true) => "",
                (false, false) => " ",
            });
        }
    }
    text
}

/// The sound of a clip, for one of [`LANGUAGES`](super::LANGUAGES): `id/words/satu.wav`.
#[must_use]
pub fn sound(tag: &str, clip: &str) -> SoundId {
    SoundId::new(format!("{tag}/words/{clip}.wav"))
}

/// A reading as items to play: the sounds of its words, a silent one for every pause, and free text without a sound.
///
/// The items bear the name of the prompt in whose slot they stand. The words that a pause follows end in a comma, the
/// pause itself has no text.
#[must_use]
pub fn items(words: &[Word], prompt: &PromptId, language: &Language) -> Vec<Item> {
    let tag = tongue(language).tag();
    let item = |clip: Option<&str>, text: Arc<str>| Item {
        prompt: prompt.clone(),
        language: if clip.is_some() { Language::from(tag) } else { language.clone() },
        sound: clip.map(|name| sound(tag, name)),
        text,
    };
    let mut items = Vec::new();
    for word in words {
        let text = match (word.clip.and_then(|_| word.text.strip_suffix('-')), word.pause) {
            (Some(text), _) => text.into(),
            (None, true) => format!("{},", word.text).into(),
            (None, false) => Arc::clone(&word.text),
        };
        items.push(item(word.clip, text));
        if word.pause {
            items.push(item(Some(PAUSE), "".into()));
        }
    }
    items
}
