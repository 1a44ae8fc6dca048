//! A rule that was found broken.

use std::fmt;

use crate::time::Instant;

/// A rule that the engine broke, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// When it was found.
    pub at: Instant,
    /// What it is about: a call, a leg, an agent, a request.
    pub about: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s, {}: {}", self.at, self.about, self.what)
    }
}

impl std::error::Error for Breach {}

/// What is wrong, before it is known when and with whom.
pub(super) type Fault = String;

/// `Err` with the fault unless something holds.
pub(super) fn require(holds: bool, fault: impl FnOnce() -> Fault) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(fault()) }
}
