//! What came of a scenario.

use std::fmt;

/// Why a scenario did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The contract is broken: how, and by which line.
    Broken {
        /// In words.
        what: String,
        /// The line, where there is one.
        line: Option<String>,
    },
    /// It cannot be asked of this adapter: why.
    NotAsked(String),
}

impl Trouble {
    /// The contract is broken.
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self::Broken { what: what.into(), line: None }
    }

    /// The contract is broken by a line.
    pub(super) fn line(what: impl Into<String>, line: impl Into<String>) -> Self {
        Self::Broken { what: what.into(), line: Some(line.into()) }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { what, .. } => f.write_str(what),
            Self::NotAsked(why) => f.write_str(why),
        }
    }
}

/// How a scenario ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The contract is kept.
    Passed,
    /// It is not.
    Failed(Trouble),
    /// The adapter cannot do what it is about, or nobody plays its far side.
    NotRun(String),
}

impl From<Result<(), Trouble>> for Outcome {
    fn from(result: Result<(), Trouble>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(Trouble::NotAsked(why)) => Self::NotRun(why),
            Err(trouble @ Trouble::Broken { .. }) => Self::Failed(trouble),
        }
    }
}

/// What came of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its name.
    pub name: &'static str,
    /// What it asks of an adapter.
    pub asks: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// The last lines that went by: `>` from the adapter, `<` to it.
    pub lines: Vec<String>,
}
