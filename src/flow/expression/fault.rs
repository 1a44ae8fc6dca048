//! What is wrong with a formula, and where inside its text.

use std::ops::Range;

use crate::flow::check::{FORMULA_NAME, FORMULA_SYNTAX, FORMULA_TYPES, Rule, UNKNOWN_NAME};

/// One fault of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// The bytes of the text that it is about.
    pub(crate) range: Range<usize>,
    /// What is wrong.
    pub(crate) message: String,
    /// The way out.
    pub(crate) help: Option<String>,
    /// What to write instead of the range.
    pub(crate) instead: Option<String>,
}

impl Fault {
    fn new(rule: &'static Rule, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { rule, range, message: message.into(), help: None, instead: None }
    }

    pub(super) fn syntax(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(&FORMULA_SYNTAX, range, format!("formula: {}", message.into()))
    }

    pub(super) fn name(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(&FORMULA_NAME, range, message)
    }

    pub(super) fn calendar(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(&UNKNOWN_NAME, range, message)
    }

    pub(super) fn types(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(&FORMULA_TYPES, range, message)
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    pub(super) fn instead(mut self, text: impl Into<String>) -> Self {
        self.instead = Some(text.into());
        self
    }
}
