//! Voices: programs that turn a text into sound.
//!
//! A text and a language go in, a WAV file comes out. The programs stay programs: nothing of theirs is linked, and a
//! machine without one can do everything but render prompts. It knows nothing of flows or of where sounds are kept.

mod espeak;
mod stream;

pub use espeak::{Espeak, Manner, SpeechError};
