//! What came of a case.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::call::NodeId;
use crate::flow::{MockOf, Span};
use crate::simulation::Coverage;
use crate::time::Duration;

/// What came of a case. It holds no secret.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The case.
    pub case: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// What differs from what it says; empty = it passed. The first one is the first difference in the call.
    pub differences: Vec<Difference>,
    /// The call in short: prompts, keys in brackets, queues.
    pub story: Vec<String>,
    /// How long the call took, in its own time.
    pub lasted: Duration,
    /// What it touched.
    pub coverage: Coverage,
    /// The mocks that it asked, by their place.
    pub asked: BTreeSet<Span>,
    /// Operations that it asked and no mock answers.
    pub unmocked: BTreeSet<MockOf>,
    /// What `hear` is to say instead, where that was asked for.
    pub revisions: Vec<Revision>,
}

impl Verdict {
    /// Whether everything was as the case says.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One thing that differs from what a case says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The step, claim or rule.
    pub span: Span,
    /// Where the call was then, or ended.
    pub node: Option<NodeId>,
    /// What was expected, in words.
    pub expected: String,
    /// What was found, in words.
    pub found: String,
    /// How much of the call had been heard by then: a place in [`Verdict::story`].
    pub heard: usize,
}

/// A `hear` as it should read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The step.
    pub span: Span,
    /// The prompts that were heard, as test files name them: a name, or the words of a text that has none. Never empty.
    pub prompts: Vec<String>,
    /// The words of the last one, where the step names words.
    pub text: Option<String>,
}
