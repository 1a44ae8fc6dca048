//! Calls of the past: which of them a change touches.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::change::{Change, Touch};
use crate::call::{FlowId, Language, NodeId, PromptId};

/// The course that a call took through the old version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// The flow.
    pub flow: Option<FlowId>,
    /// The language at its end.
    pub language: Option<Language>,
    /// Its steps, in order.
    pub steps: Vec<CourseStep>,
    /// The prompts that the caller heard, with their languages; `None` = not known, so that a caller counts as having
    /// heard what the steps play.
    pub heard: Option<BTreeSet<(PromptId, Language)>>,
}

/// One visit of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseStep {
    /// The node.
    pub node: NodeId,
    /// The way out that was taken.
    pub outcome: Option<Arc<str>>,
    /// The finer reason.
    pub reason: Option<Arc<str>>,
    /// The keys that were taken.
    pub keys: Option<Arc<str>>,
}

/// The reasons of records that tell of an answer that was not understood.
const MISSES: [&str; 2] = ["no_match", "words_unknown"];

impl Course {
    /// Whether the change touches this call. A change of which that cannot be told touches none.
    #[must_use]
    pub fn is_touched(&self, change: &Change) -> bool {
        let of_this_flow = change.flow.is_none() || self.flow.is_none() || change.flow == self.flow;
        of_this_flow && change.touches.iter().any(|touch| self.did(touch, change))
    }

    fn visits<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = &'a CourseStep> {
        self.steps.iter().filter(move |step| step.node == *node)
    }

    fn did(&self, touch: &Touch, change: &Change) -> bool {
        match touch {
            Touch::Every => true,
            Touch::Node(node) => self.visits(node).next().is_some(),
            Touch::NodeOf(flow, node) => {
                (self.flow.is_none() || self.flow.as_ref() == Some(flow))
                    && self.visits(node).next().is_some()
            }
            Touch::Way(node, outcome) => {
                self.visits(node).any(|step| step.outcome.as_ref() == Some(outcome))
            }
            Touch::Command(node, keys) => self.visits(node).any(|step| {
                step.reason.as_deref() == Some("command") && step.keys.as_ref() == Some(keys)
            }),
            Touch::Missed(node) => self
                .visits(node)
                .any(|step| step.reason.as_deref().is_some_and(|reason| MISSES.contains(&reason))),
            Touch::Heard(prompt, language) => match &self.heard {
                Some(heard) => heard.contains(&(prompt.clone(), language.clone())),
                None => {
                    self.language.as_ref().is_none_or(|own| own == language)
                        && change.played_at.iter().any(|node| self.visits(node).next().is_some())
                }
            },
        }
    }
}
