//! From a ranking to what is said: the answer, a question back, or that nobody knows.

use super::settings::Settings;

/// One entry with the confidence that it answers the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// The entry's place in the list that the FAQ was built from.
    pub entry: usize,
    /// Per mille: 1000 = a wording of the author, 0 = nothing in common.
    pub confidence: u16,
}

/// What a FAQ makes of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This entry answers it.
    Sure {
        /// The entry's place in the list that the FAQ was built from.
        entry: usize,
    },
    /// One of these may answer it: ask.
    Unsure {
        /// One or two entries, the best first.
        entries: Vec<usize>,
    },
    /// No entry answers it.
    Unknown,
}

impl Settings {
    /// Judges a ranking (best first, see [`Faq::rank`](crate::faq::Faq::rank)).
    #[must_use]
    pub fn judge(&self, ranking: &[Ranked]) -> Verdict {
        let Some(best) = ranking.first() else { return Verdict::Unknown };
        let worth_asking = self.confidence.saturating_sub(self.confirm_band).max(1);
        if best.confidence < worth_asking {
            return Verdict::Unknown;
        }
        let rival = ranking.get(1).filter(|second| {
            second.confidence >= worth_asking && best.confidence - second.confidence < self.margin
        });
        if best.confidence >= self.confidence && rival.is_none() {
            return Verdict::Sure { entry: best.entry };
        }
        let second = ranking.get(1).filter(|second| second.confidence >= worth_asking);
        Verdict::Unsure {
            entries: [Some(best), second].into_iter().flatten().map(|r| r.entry).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rankings_are_judged_by_threshold_band_and_margin() {
        let settings = Settings { confidence: 550, confirm_band: 150, margin: 40 };
        let rows: [(&str, &[u16], Verdict); 8] = [
            ("nothing", &[], Verdict::Unknown),
            ("no confidence", &[0, 0], Verdict::Unknown),
            ("below the band", &[399, 0], Verdict::Unknown),
            ("in the band", &[400, 100], Verdict::Unsure { entries: vec![0] }),
            ("two in the band", &[500, 400], Verdict::Unsure { entries: vec![0, 1] }),
            ("at the threshold", &[550, 100], Verdict::Sure { entry: 0 }),
            ("just ahead", &[800, 760], Verdict::Sure { entry: 0 }),
            ("not ahead enough", &[800, 761], Verdict::Unsure { entries: vec![0, 1] }),
        ];
        for (name, confidences, expected) in rows {
            let ranking: Vec<Ranked> = confidences
                .iter()
                .enumerate()
                .map(|(entry, &confidence)| Ranked { entry, confidence })
                .collect();
            assert_eq!(settings.judge(&ranking), expected, "{name}");
        }
    }
}
