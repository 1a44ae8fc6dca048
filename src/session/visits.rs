//! Subflows: who has been entered from where, and the ways out of them.
//!
//! A subflow is never inside itself, so that the nodes' own subflow tells how many visits a way leaves: whoever goes
//! to a node outside a subflow leaves it, and its variables are wiped.

use std::sync::Arc;

use super::{Moment, Session};
use crate::flow::{Goto, NodeIndex, SubflowIndex, Value, Verb};
use crate::interpreter::{take_back, way_back};

/// A visit of a subflow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    subflow: SubflowIndex,
    /// The `call` node.
    call: NodeIndex,
    /// The place of the `call` in the journal.
    place: Option<usize>,
}

impl Visit {
    /// The `call` node that it came from.
    pub(super) const fn call_node(&self) -> NodeIndex {
        self.call
    }

    /// Its place in the journal is no longer there.
    pub(super) const fn forget_place(&mut self) {
        self.place = None;
    }
}

/// The outcome of a `call` whose subflow was left by a command or an escape.
const LEFT: &str = "left";

impl Session {
    /// Enters a subflow; returns its first node.
    pub(super) fn visit(&mut self, call: NodeIndex, subflow: SubflowIndex) -> NodeIndex {
        self.visits.push(Visit { subflow, call, place: self.journal.place() });
        self.program.flow.subflow(subflow).start
    }

    /// Leaves every subflow that `node` does not stand in.
    pub(super) fn leave_visits(&mut self, node: NodeIndex) {
        let wanted = self.program.flow.node(node).subflow;
        while self.visits.last().is_some_and(|visit| Some(visit.subflow) != wanted) {
            if let Some(visit) = self.end_visit() {
                self.journal.leave_at(visit.place, LEFT);
            }
        }
    }

    /// The visit that was entered last ends: its variables are wiped, and `back` leads into it no more.
    fn end_visit(&mut self) -> Option<Visit> {
        let visit = self.visits.pop()?;
        let flow = self.program.flow.clone();
        self.memory.end_visit(flow.subflow(visit.subflow));
        self.trail.retain(|node| flow.node(*node).subflow != Some(visit.subflow));
        Some(visit)
    }

    /// A subflow ends by `return`; says which `call` goes on, and where. `None` if the `call` knows no such outcome.
    pub(super) fn give_back(
        &mut self,
        outcome: &Arc<str>,
        values: Vec<(usize, Value)>,
    ) -> Option<(NodeIndex, Goto)> {
        let call = self.visits.last()?.call;
        let flow = self.program.flow.clone();
        let Verb::Call(verb) = &flow.node(call).verb else { return None };
        // What is given back is copied before the subflow's own values are overwritten.
        if take_back(&flow, verb, values, &mut self.memory) {
            self.budget.news();
        }
        let visit = self.end_visit()?;
        self.journal.leave_at(visit.place, Arc::clone(outcome));
        Some((call, way_back(verb, outcome)?))
    }

    /// A question's retries ran out in a subflow: it ends, by the `failed` of its `call`. `None` if that has none.
    pub(super) fn fail_visit(&mut self) -> Option<(NodeIndex, Goto)> {
        let visit = self.end_visit()?;
        self.journal.leave_at(visit.place, "failed");
        let flow = self.program.flow.clone();
        let Verb::Call(verb) = &flow.node(visit.call).verb else { return None };
        Some((visit.call, verb.failed?))
    }

    /// The node that a way leads to from `node`; `None` where it leads to the built-in apology.
    pub(super) fn target(&mut self, node: NodeIndex, goto: Goto) -> Option<NodeIndex> {
        let (mut node, mut goto) = (node, goto);
        loop {
            match goto {
                Goto::Node(next) => return Some(next),
                Goto::Repeat | Goto::None => return Some(node),
                Goto::Back => {
                    if self.trail.last() == Some(&node) {
                        self.trail.pop();
                    }
                    return Some(self.trail.last().copied().unwrap_or(node));
                }
                // Every turn leaves one visit.
                Goto::Failed => (node, goto) = self.fail_visit()?,
            }
        }
    }

    /// Goes where a way leads from `node`.
    pub(super) fn take(&mut self, node: NodeIndex, goto: Goto, at: Moment<'_>) {
        match self.target(node, goto) {
            Some(next) => self.go(next, at),
            None => self.apologise_at(node, at),
        }
    }
}
