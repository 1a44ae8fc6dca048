//! Answers to spoken questions, by words: no model, no network.
//!
//! In come the entries of a FAQ with the wordings that its author gave for each, and a caller's words; out comes which
//! entry answers them, or two to choose from, or that none does. Per language an index is built once: BM25 over
//! stems finds the words that matter, character 2–4-grams forgive what a recogniser misheard. Both together give a
//! confidence from 0 (nothing in common) to 1000 ‰ (a wording of the author).
//!
//! It knows nothing of calls, prompts or retries.

mod bm25;
mod english;
mod gram;
mod index;
mod indonesian;
mod reader;
mod settings;
mod verdict;

#[cfg(test)]
mod tests;

pub use index::{Entry, Faq};
pub use settings::Settings;
pub use verdict::{Ranked, Verdict};
