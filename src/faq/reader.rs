//! Reading a text as its terms: colloquial words made standard, stop words left out, stems, synonyms as one.

use std::collections::BTreeMap;

use super::{english, indonesian};
use crate::text::{Stemmer, words};

/// The most words of one question that are read; the rest of a longer speech is ignored.
pub(super) const MOST_WORDS: usize = 64;

/// What is known of a language beyond its stems.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexicon {
    /// Colloquial, abbreviated or misspelt words and what they stand for (one or more words, or none).
    pub colloquial: &'static [(&'static str, &'static str)],
    /// Words that say nothing about the matter.
    pub stop_words: &'static [&'static str],
    /// Groups of words that mean the same to a customer; the first stands for all.
    pub synonyms: &'static [&'static [&'static str]],
}

/// A text as the indexes see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// The folded text, for finding an author's very words.
    pub exact: String,
    /// Stems of the words that matter, in order, doubles included.
    pub terms: Vec<String>,
}

/// Reads the texts of one language.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    stemmer: Stemmer,
    colloquial: BTreeMap<&'static str, &'static str>,
    stop_words: &'static [&'static str],
    synonyms: BTreeMap<String, String>,
}

impl Reader {
    /// A reader for a language tag; `texts` teach it the roots of the author's own words.
    pub(super) fn new<'a>(language: &str, texts: impl Iterator<Item = &'a str>) -> Self {
        let lexicon = match language.split('-').next() {
            Some("id") => indonesian::LEXICON,
            Some("en") => english::LEXICON,
            _ => Lexicon { colloquial: &[], stop_words: &[], synonyms: &[] },
        };
        let mut stemmer = Stemmer::new(language);
        let own: Vec<String> = texts.flat_map(words).collect();
        stemmer.learn(own.iter().map(String::as_str));
        let synonyms = lexicon
            .synonyms
            .iter()
            .filter_map(|group| group.split_first())
            .flat_map(|(first, rest)| rest.iter().map(move |word| (*word, *first)))
            .map(|(word, first)| {
                (stemmer.stem(word).into_owned(), stemmer.stem(first).into_owned())
            })
            .collect();
        Self {
            stemmer,
            colloquial: lexicon.colloquial.iter().copied().collect(),
            stop_words: lexicon.stop_words,
            synonyms,
        }
    }

    /// Reads a text. Where only stop words were said, they count after all.
    pub(super) fn read(&self, text: &str) -> Reading {
        let mut folded = words(text);
        folded.truncate(MOST_WORDS);
        let standard: Vec<&str> = folded.iter().flat_map(|word| self.standard(word)).collect();
        let mut terms: Vec<String> = standard
            .iter()
            .filter(|word| !self.stop_words.contains(word))
            .map(|word| self.term(word))
            .collect();
        if terms.is_empty() {
            terms = standard.iter().map(|word| self.term(word)).collect();
        }
        Reading { exact: folded.join(" "), terms }
    }

    /// The standard words for a colloquial one.
    fn standard<'a>(&self, word: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.colloquial.get(word).copied().unwrap_or(word).split_whitespace()
    }

    fn term(&self, word: &str) -> String {
        let stem = self.stemmer.stem(word);
        self.synonyms.get(stem.as_ref()).cloned().unwrap_or_else(|| stem.into_owned())
    }
}
