//! Calls of the past: which of them a change touches.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::change::{Change, Touch};
use crate::call::{CallJournal, FlowId, JournalEvent, Language, NodeId, PromptId};

/// The course that a call took through the old version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Course {
    /// The flow.
    pub flow: Option<FlowId>,
    /// Its steps, in order.
    pub steps: Vec<CourseStep>,
    /// The prompts that the caller heard, with their languages.
    pub heard: BTreeSet<(PromptId, Language)>,
}

/// One visit of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseStep {
    /// The node.
    pub node: NodeId,
    /// The way out that was taken.
    pub outcome: Option<Arc<str>>,
    /// Whether an answer was not understood.
    pub missed: bool,
    /// The keys that were pressed meanwhile.
    pub keys: String,
}

/// The outcome of a question that was left by a command.
const BY_COMMAND: &str = "command";

impl Course {
    /// The course of a journal. That an answer was not understood is seen from the question that follows it.
    #[must_use]
    pub fn of(journal: &CallJournal) -> Self {
        let mut course = Self { flow: Some(journal.flow.clone()), ..Self::default() };
        let mut answered = false;
        for entry in &journal.events {
            match &entry.event {
                JournalEvent::Entered { node } => {
                    answered = false;
                    course.steps.push(CourseStep {
                        node: node.clone(),
                        outcome: None,
                        missed: false,
                        keys: String::new(),
                    });
                }
                JournalEvent::Left { node, outcome } => course.leave(node, outcome),
                JournalEvent::Asked { .. } => {
                    if let Some(step) = course.steps.last_mut() {
                        step.missed |= answered;
                    }
                    answered = false;
                }
                JournalEvent::Heard { prompts } => {
                    let each = prompts.iter().map(|p| (p.prompt.clone(), p.language.clone()));
                    course.heard.extend(each);
                }
                JournalEvent::Key { key } => {
                    answered = true;
                    if let Some(step) = course.steps.last_mut() {
                        step.keys.push(key.as_char());
                    }
                }
                JournalEvent::Said { .. } => answered = true,
                JournalEvent::Silent
                | JournalEvent::Enqueued { .. }
                | JournalEvent::Rang { .. }
                | JournalEvent::Requested { .. }
                | JournalEvent::Taped
                | JournalEvent::Answered
                | JournalEvent::Recorded { .. }
                | JournalEvent::PlayFailed
                | JournalEvent::Replied(_)
                | JournalEvent::Queue(_)
                | JournalEvent::Other(_)
                | JournalEvent::Closed { .. }
                | JournalEvent::Aborted { .. }
                | JournalEvent::Ended { .. } => {}
            }
        }
        course
    }

    /// The last visit of a node that was not left yet is left.
    fn leave(&mut self, node: &NodeId, outcome: &Arc<str>) {
        let open = |step: &&mut CourseStep| step.node == *node && step.outcome.is_none();
        if let Some(step) = self.steps.iter_mut().rev().find(open) {
            step.outcome = Some(outcome.clone());
        }
    }

    /// Whether the change touches this call. A change of which that cannot be told touches none.
    #[must_use]
    pub fn is_touched(&self, change: &Change) -> bool {
        let of_this_flow = change.flow.is_none() || self.flow.is_none() || change.flow == self.flow;
        of_this_flow && change.touches.iter().any(|touch| self.did(touch))
    }

    fn visits<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = &'a CourseStep> {
        self.steps.iter().filter(move |step| step.node == *node)
    }

    fn did(&self, touch: &Touch) -> bool {
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
            // Keys that were typed ahead were pressed at an earlier step.
            Touch::Command(node, keys) => self.visits(node).any(|step| {
                step.outcome.as_deref() == Some(BY_COMMAND)
                    && (step.keys.is_empty() || step.keys.ends_with(&**keys))
            }),
            Touch::Missed(node) => self.visits(node).any(|step| step.missed),
            Touch::Heard(prompt, language) => {
                self.heard.contains(&(prompt.clone(), language.clone()))
            }
        }
    }
}
