//! The FAQ itself: entries in, a ranking for each question out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::bm25::{Bm25, Cover};
use super::gram::Grams;
use super::reader::Reader;
use super::settings::Settings;
use super::verdict::{Ranked, Verdict};
use crate::call::Language;

/// How much of the confidence comes from whole words; the rest comes from letters.
const WORD_SHARE: f32 = 0.7;

/// The covered weight (1 = one word that no other entry has) at which evidence counts half.
const HALF_EVIDENCE: f32 = 0.25;

/// One answerable question as its author describes it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: Arc<str>,
    /// Wordings of the question, per language; three to five each work well.
    pub ask: BTreeMap<Language, Vec<Arc<str>>>,
}

/// A FAQ, ready to be asked.
#[derive(Debug, Clone)]
pub struct Faq {
    settings: Settings,
    languages: BTreeMap<Language, Index>,
}

/// The wordings of one language.
#[derive(Debug, Clone)]
struct Index {
    reader: Reader,
    /// The author's very words and their entry; where two entries share a wording, the first has it.
    exact: BTreeMap<String, usize>,
    words: Bm25,
    grams: Grams,
    /// The entry of each wording.
    wordings: Vec<usize>,
    entries: usize,
}

impl Faq {
    /// Builds the indexes of all languages that occur in the entries.
    #[must_use]
    pub fn build(entries: &[Entry], settings: &Settings) -> Self {
        let tags: BTreeSet<&Language> = entries.iter().flat_map(|entry| entry.ask.keys()).collect();
        let languages =
            tags.into_iter().map(|tag| (tag.clone(), Index::build(tag, entries))).collect();
        Self { settings: *settings, languages }
    }

    /// Judges a caller's question with the settings that the FAQ was built with.
    #[must_use]
    pub fn ask(&self, language: &Language, text: &str) -> Verdict {
        self.settings.judge(&self.rank(language, text))
    }

    /// Ranks the entries for a question, best first, the author's order among equals; entries with no confidence at
    /// all are left out, and so is everything where the language has no wordings.
    #[must_use]
    pub fn rank(&self, language: &Language, text: &str) -> Vec<Ranked> {
        self.languages.get(language).map(|index| index.rank(text)).unwrap_or_default()
    }
}

impl Index {
    fn build(language: &Language, entries: &[Entry]) -> Self {
        let asked: Vec<(usize, &str)> = entries
            .iter()
            .enumerate()
            .flat_map(|(at, entry)| {
                entry.ask.get(language).into_iter().flatten().map(move |text| (at, &**text))
            })
            .collect();
        let reader = Reader::new(language.as_str(), asked.iter().map(|(_, text)| *text));
        let mut exact = BTreeMap::new();
        let mut per_entry = vec![Vec::new(); entries.len()];
        let mut per_wording = Vec::new();
        for (entry, text) in &asked {
            let reading = reader.read(text);
            exact.entry(reading.exact).or_insert(*entry);
            if let Some(terms) = per_entry.get_mut(*entry) {
                terms.extend(reading.terms.iter().cloned());
            }
            per_wording.push(reading.terms);
        }
        Self {
            reader,
            exact,
            words: Bm25::build(&per_entry),
            grams: Grams::build(&per_wording),
            wordings: asked.iter().map(|(entry, _)| *entry).collect(),
            entries: entries.len(),
        }
    }

    fn rank(&self, text: &str) -> Vec<Ranked> {
        let reading = self.reader.read(text);
        let covers = self.words.cover(&reading.terms.iter().map(String::as_str).collect());
        let mut letters = vec![0.0_f32; self.entries];
        for (similarity, entry) in
            self.grams.similarity(&reading.terms).into_iter().zip(&self.wordings)
        {
            if let Some(best) = letters.get_mut(*entry) {
                *best = best.max(similarity);
            }
        }
        let exact = self.exact.get(&reading.exact);
        let mut ranking: Vec<Ranked> = covers
            .into_iter()
            .zip(letters)
            .enumerate()
            .map(|(entry, (cover, letters))| Ranked {
                entry,
                confidence: if exact == Some(&entry) {
                    1000
                } else {
                    per_mille(confidence(cover, letters))
                },
            })
            .filter(|ranked| ranked.confidence > 0)
            .collect();
        ranking.sort_by_key(|ranked| std::cmp::Reverse(ranked.confidence));
        ranking
    }
}

/// Combines words and letters, 0–1: how much of the question is covered, and whether what is covered says anything.
fn confidence(cover: Cover, letters: f32) -> f32 {
    let evidence = cover.mass / (cover.mass + HALF_EVIDENCE) * (1.0 + HALF_EVIDENCE);
    WORD_SHARE * cover.share * evidence.min(1.0) + (1.0 - WORD_SHARE) * letters
}

/// A share of one as whole per mille; what is no author's wording never reaches 1000.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0–999 before the cast"
)]
fn per_mille(share: f32) -> u16 {
    (share * 1000.0).clamp(0.0, 999.0) as u16
}
