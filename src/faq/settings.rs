//! How sure is sure enough.

/// Thresholds for judging a ranking, all in per mille of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// From here on an entry is an answer.
    pub confidence: u16,
    /// How far below `confidence` an entry is still worth a "did you mean …?".
    pub confirm_band: u16,
    /// How far the best entry must lie ahead of the second to be given without asking.
    pub margin: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { confidence: 550, confirm_band: 150, margin: 40 }
    }
}
