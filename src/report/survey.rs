//! What callers say when they are asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rates::Share;

/// The answers that are told apart: 0 to 10.
const SCORES: usize = 11;

/// Answers to one question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scores([u64; SCORES]);

/// What was asked and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SurveyFigures {
    /// How many callers were asked.
    pub asked: u64,
    /// How many gave at least one answer.
    pub answered: u64,
    /// The answers by question.
    pub questions: BTreeMap<Arc<str>, Scores>,
}

impl Scores {
    /// Counts an answer; one above 10 counts as 10.
    pub fn add(&mut self, score: u8) {
        self.0[usize::from(score).min(SCORES - 1)] += 1;
    }

    /// How many answers lie between two, both included.
    #[must_use]
    pub fn count(&self, from: u8, to: u8) -> u64 {
        self.0.iter().take(usize::from(to) + 1).skip(usize::from(from)).sum()
    }

    /// All answers.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The answers with how often each was given.
    pub fn each(&self) -> impl Iterator<Item = (u8, u64)> + '_ {
        (0_u8..).zip(self.0.iter().copied()).filter(|(_, count)| *count > 0)
    }

    /// Customer satisfaction: the share of 4 and 5 on a scale of 1 to 5.
    #[must_use]
    pub fn satisfied(&self) -> Share {
        Share { part: self.count(4, 10), of: self.total() }
    }

    /// Net promoter score, −100 to 100: the share of 9 and 10 less that of 0 to 6.
    #[must_use]
    pub fn promoters(&self) -> Option<f64> {
        let of = self.total();
        let net = self.count(9, 10) as f64 - self.count(0, 6) as f64;
        (of > 0).then(|| 100.0 * net / of as f64)
    }

    /// Takes another set of answers in.
    pub fn merge(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }
}

impl SurveyFigures {
    /// Takes others in.
    pub fn merge(&mut self, other: &Self) {
        self.asked += other.asked;
        self.answered += other.answered;
        for (question, scores) in &other.questions {
            self.questions.entry(Arc::clone(question)).or_default().merge(scores);
        }
    }
}

/// The interval that holds the true share with 95 % confidence, as 0 to 1 (E. B. Wilson, 1927, without correction for
/// continuity): unlike the usual ± it stays inside 0 to 1 and is honest about few answers.
#[must_use]
pub fn wilson(share: Share) -> Option<(f64, f64)> {
    /// The 97.5 % point of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    let (p, n) = (share.ratio()?, share.of as f64);
    let z2 = Z * Z / n;
    let centre = p + z2 / 2.0;
    let half = Z * (p * (1.0 - p) / n + z2 / (4.0 * n)).sqrt();
    Some((((centre - half) / (1.0 + z2)).max(0.0), ((centre + half) / (1.0 + z2)).min(1.0)))
}
