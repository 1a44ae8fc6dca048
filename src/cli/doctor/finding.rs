//! One thing that was looked at.

use std::fmt;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// As it should be.
    Well,
    /// It works and could be better.
    Note,
    /// It must be mended.
    Mend,
}

/// What was looked at, how it is, and the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// What, such as `udp:0.0.0.0:5060`.
    what: String,
    /// How it is, in words.
    how: String,
    /// What to do.
    cure: Option<String>,
}

impl Finding {
    pub(super) fn well(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self { level: Level::Well, what: what.into(), how: how.into(), cure: None }
    }

    pub(super) fn note(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self { level: Level::Note, ..Self::well(what, how) }
    }

    pub(super) fn mend(what: impl Into<String>, how: impl Into<String>) -> Self {
        Self { level: Level::Mend, ..Self::well(what, how) }
    }

    /// Adds the way out.
    pub(super) fn cure(self, cure: impl Into<String>) -> Self {
        Self { cure: Some(cure.into()), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Well => "ok  ",
            Level::Note => "note",
            Level::Mend => "MEND",
        };
        write!(f, "{level}  {}: {}", self.what, self.how)?;
        match &self.cure {
            Some(cure) => write!(f, "\n        {cure}"),
            None => Ok(()),
        }
    }
}
