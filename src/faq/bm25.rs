//! Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over the terms of entries,
//! turned into the share of a question that an entry covers.

use std::collections::{BTreeMap, BTreeSet};

/// Saturation of repeated terms. Low: a wording that repeats a word says it no more clearly.
const K1: f32 = 0.6;

/// Weight of an entry's length. Low: entries with more wordings are not less likely to be asked for.
const B: f32 = 0.3;

/// How much a word that no entry knows counts against the question, as a share of the rarest known word's weight.
const UNSEEN: f32 = 0.45;

/// The terms of all entries of one language.
#[derive(Debug, Clone)]
pub(super) struct Bm25 {
    entries: usize,
    /// For each term its weight and, per entry, its saturated frequency.
    postings: BTreeMap<String, Posting>,
    rarest: f32,
}

#[derive(Debug, Clone)]
struct Posting {
    weight: f32,
    entries: Vec<(usize, f32)>,
}

impl Bm25 {
    /// Builds the index from each entry's terms.
    pub(super) fn build(entries: &[Vec<String>]) -> Self {
        let count = to_f32(entries.len());
        let average = entries.iter().map(|terms| to_f32(terms.len())).sum::<f32>() / count.max(1.0);
        let mut frequencies: BTreeMap<&str, BTreeMap<usize, usize>> = BTreeMap::new();
        for (entry, terms) in entries.iter().enumerate() {
            for term in terms {
                *frequencies.entry(term).or_default().entry(entry).or_default() += 1;
            }
        }
        let saturated = |entry: usize, times: usize| {
            let length = entries.get(entry).map_or(0.0, |terms| to_f32(terms.len()));
            let times = to_f32(times);
            times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length / average.max(1.0)))
        };
        let postings = frequencies
            .into_iter()
            .map(|(term, found)| {
                let weight = inverse_frequency(count, to_f32(found.len()));
                let entries =
                    found.into_iter().map(|(e, times)| (e, saturated(e, times))).collect();
                (term.to_owned(), Posting { weight, entries })
            })
            .collect();
        Self { entries: entries.len(), postings, rarest: inverse_frequency(count, 1.0) }
    }

    /// For each entry the share of the question's weight that it covers, 0–1, and the weight that it covers in units
    /// of the rarest term.
    pub(super) fn cover(&self, terms: &BTreeSet<&str>) -> Vec<Cover> {
        let mut asked = 0.0;
        let mut covered = vec![0.0; self.entries];
        for term in terms {
            let Some(posting) = self.postings.get(*term) else {
                asked += self.rarest * UNSEEN;
                continue;
            };
            asked += posting.weight;
            for (entry, frequency) in &posting.entries {
                if let Some(sum) = covered.get_mut(*entry) {
                    *sum += posting.weight * frequency.min(1.0);
                }
            }
        }
        let share = |covered: f32| Cover { share: covered / asked, mass: covered / self.rarest };
        if asked > 0.0 {
            covered.into_iter().map(share).collect()
        } else {
            vec![Cover::default(); self.entries]
        }
    }
}

/// How much of a question an entry covers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cover {
    /// The share of the question's weight, 0–1.
    pub share: f32,
    /// The weight of what was covered: 1 = one word that no other entry has.
    pub mass: f32,
}

/// The weight of a term that `found` of `count` documents have; always positive.
pub(super) fn inverse_frequency(count: f32, found: f32) -> f32 {
    (1.0 + (count - found + 0.5) / (found + 0.5)).ln()
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts of words and wordings lie far below 2^24")]
pub(super) fn to_f32(count: usize) -> f32 {
    count as f32
}
