//! What is played to a caller.

use std::sync::Arc;

use super::id::{Language, name_type};

name_type! {
    /// A prompt, by its catalogue name; literal texts are named `text-HASH8`, built-in words `std/NAME`.
    PromptId
}
name_type! {
    /// A sound file, by its path under the audio folder with `/` between parts: `id/toko/welcome.wav`.
    ///
    /// Built-in sounds read `LANGUAGE/std/NAME.wav` and are embedded in the program.
    SoundId
}

/// The sound of queue music that no flow names, and of hold: the project's own file of this name, else the built-in one.
pub const HOLD_MUSIC: &str = "hold.wav";

/// The sound that a caller hears while a phone rings: the project's own file of this name, else the built-in one.
pub const RINGING_TONE: &str = "ringback.wav";

/// The tone after which a recording begins: the project's own file of this name, else the built-in one.
pub const BEEP: &str = "beep.wav";

/// One thing to say or sound, resolved to a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The prompt it comes from.
    pub prompt: PromptId,
    /// The language it is in.
    pub language: Language,
    /// The recording, if there is one; adapters with their own voice may ignore it.
    pub sound: Option<SoundId>,
    /// The words, for consoles, transcripts and adapters that speak text. Empty for music and tones.
    pub text: Arc<str>,
}
