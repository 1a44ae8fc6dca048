//! What a rule says about itself.

use crate::flow::diagnostic::Level;

/// A rule of the checker.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code: a letter for the level and four digits, stable for ever.
    pub code: &'static str,
    /// How serious its findings are.
    pub level: Level,
    /// What it finds, in one line.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it.
    pub cure: &'static str,
    /// A piece of a flow that breaks the rule.
    pub example: &'static str,
}

impl Rule {
    /// A rule whose findings stop a file from loading.
    #[must_use]
    pub const fn error(code: &'static str, what: &'static str) -> Self {
        Self { code, level: Level::Error, what, why: "", cure: "", example: "" }
    }

    /// A rule whose findings are warnings.
    #[must_use]
    pub const fn warning(code: &'static str, what: &'static str) -> Self {
        Self { code, level: Level::Warning, what, why: "", cure: "", example: "" }
    }

    /// A rule whose findings are notes.
    #[must_use]
    pub const fn note(code: &'static str, what: &'static str) -> Self {
        Self { code, level: Level::Note, what, why: "", cure: "", example: "" }
    }

    /// Says why it matters.
    #[must_use]
    pub const fn why(self, why: &'static str) -> Self {
        Self { why, ..self }
    }

    /// Says what to do about it.
    #[must_use]
    pub const fn cure(self, cure: &'static str) -> Self {
        Self { cure, ..self }
    }

    /// Gives an example that breaks the rule.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}
