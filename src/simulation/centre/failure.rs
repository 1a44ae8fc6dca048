//! A day that broke a rule.

use std::fmt;

use crate::time::Instant;

/// What was found wrong in a day. The same seed and settings find it again, at the same step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The seed of the day.
    pub seed: u64,
    /// The step of the engine after which it was found, from 1.
    pub step: u64,
    /// The moment.
    pub at: Instant,
    /// What is wrong.
    pub what: String,
    /// The last lines of the transcript.
    pub tail: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, step, at, what, tail } = self;
        tail.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        write!(f, "seed {seed}, step {step}, at {at} s: {what}")
    }
}

impl std::error::Error for Failure {}
