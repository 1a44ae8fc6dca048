//! Character 2–4-grams with TF-IDF weights and cosine similarity: near words count, letter by letter.

use std::collections::BTreeMap;

use super::bm25::{inverse_frequency, to_f32};

/// Gram lengths in letters.
const LENGTHS: [usize; 3] = [2, 3, 4];

/// The grams of all wordings of one language.
#[derive(Debug, Clone)]
pub(super) struct Grams {
    postings: BTreeMap<Box<str>, Posting>,
    wordings: usize,
    unseen: f32,
}

/// One gram.
#[derive(Debug, Clone)]
struct Posting {
    weight: f32,
    /// The wordings that have it, with its part of their unit vector.
    wordings: Vec<(usize, f32)>,
}

impl Grams {
    /// Builds the index from the terms of each wording.
    pub(super) fn build(wordings: &[Vec<String>]) -> Self {
        let counted: Vec<BTreeMap<Box<str>, usize>> =
            wordings.iter().map(|terms| count(terms)).collect();
        let total = to_f32(wordings.len());
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for gram in counted.iter().flat_map(BTreeMap::keys) {
            *found.entry(gram).or_default() += 1;
        }
        let weight =
            |gram: &str| inverse_frequency(total, to_f32(found.get(gram).copied().unwrap_or(0)));
        let mut postings: BTreeMap<Box<str>, Posting> = BTreeMap::new();
        for (wording, grams) in counted.iter().enumerate() {
            let parts: Vec<(&str, f32)> =
                grams.iter().map(|(gram, times)| (&**gram, part(*times, weight(gram)))).collect();
            let length = parts.iter().map(|(_, p)| p * p).sum::<f32>().sqrt();
            for (gram, p) in parts {
                let posting = postings
                    .entry(gram.into())
                    .or_insert_with(|| Posting { weight: weight(gram), wordings: Vec::new() });
                posting.wordings.push((wording, p / length.max(f32::MIN_POSITIVE)));
            }
        }
        Self { postings, wordings: wordings.len(), unseen: inverse_frequency(total, 1.0) }
    }

    /// The cosine of the question with each wording, 0–1.
    pub(super) fn similarity(&self, terms: &[String]) -> Vec<f32> {
        let mut products = vec![0.0; self.wordings];
        let mut square = 0.0;
        for (gram, times) in count(terms) {
            let Some(posting) = self.postings.get(&gram) else {
                square += part(times, self.unseen).powi(2);
                continue;
            };
            let asked = part(times, posting.weight);
            square += asked * asked;
            for (wording, p) in &posting.wordings {
                if let Some(product) = products.get_mut(*wording) {
                    *product += asked * p;
                }
            }
        }
        let length = square.sqrt();
        if length > 0.0 {
            products.iter_mut().for_each(|product| *product /= length);
        }
        products
    }
}

/// A gram's part of a vector: repetitions count, but less and less.
fn part(times: usize, weight: f32) -> f32 {
    (1.0 + to_f32(times).ln()) * weight
}

/// Counts the grams of terms, each term with its edges.
fn count(terms: &[String]) -> BTreeMap<Box<str>, usize> {
    let mut counted = BTreeMap::new();
    for term in terms {
        let letters: Vec<char> = std::iter::once(' ').chain(term.chars()).chain([' ']).collect();
        for length in LENGTHS {
            for gram in letters.windows(length) {
                *counted.entry(gram.iter().collect::<String>().into_boxed_str()).or_default() += 1;
            }
        }
    }
    counted
}
