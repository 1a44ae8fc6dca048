//! Words of caller and author, made comparable.
//!
//! Text comes in; folded words, stems and spoken keys go out. Knows how words are written in Indonesian and English,
//! and nothing of calls, menus or questions: who asks decides what a match means.
//!
//! Menus compare whole words and allow only clitics ([`same_word`]); questions are compared by [`Stemmer`].

mod fold;
mod indonesian;
mod key;
mod phrase;
mod stem;

pub use fold::{fold, words};
pub use key::{digit_word, spoken_keys};
pub use phrase::{contains_phrase, same_word};
pub use stem::Stemmer;
