//! What was found out about a flow.

use std::sync::Arc;

/// What was found out.
#[derive(Debug, Clone)]
pub struct Report {
    /// How many states calls can come to, as far as they were found.
    pub states: usize,
    /// How many moves were played from them.
    pub moves: usize,
    /// Whether these are all.
    pub complete: bool,
    /// What is true of the flow, and what is not.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether something is not as it must be.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.findings.iter().any(|finding| matches!(finding.verdict, Verdict::Failed(_)))
    }
}

/// One thing that must be true of a flow.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The thing, in words: `every state can reach a person or the end`.
    pub what: String,
    /// Whether it is.
    pub verdict: Verdict,
}

/// Whether something is true.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is, in every call.
    Proved,
    /// No call was found in which it is not, in so many random ones.
    NotFound(u32),
    /// A way was found on paper in which it is not, but no real call that takes it: why.
    Open(String),
    /// It is not.
    Failed(Box<Counterexample>),
}

/// A call in which something is not as it must be.
#[derive(Debug, Clone)]
pub struct Counterexample {
    /// What is wrong.
    pub what: String,
    /// The world that the call comes into; empty if it is like any other.
    pub world: String,
    /// What happens, line by line: where the call is, and what comes next.
    pub lines: Vec<String>,
    /// A short name, for a file.
    pub name: &'static str,
    /// The call as a test file, which fails.
    pub test: Arc<str>,
}
