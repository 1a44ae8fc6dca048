//! The way of a call through its flow: each step's outcome leads to the next step's node.

use super::breach::{Fault, require};
use crate::call::{NodeId, RecordStep};
use crate::flow::{Flow, Goto, Node, Verb};

/// Outcomes that end the flow, where a node has no way of that name.
const ENDS: [&str; 7] = ["hangup", "done", "failed", "empty", "called_back", "busy", "no_answer"];

/// Checks that a call may go from one step to the next.
pub(super) fn follows(flow: &Flow, from: &RecordStep, to: &NodeId) -> Result<(), Fault> {
    let node = find(flow, &from.node).ok_or_else(|| format!("there is no node `{}`", from.node))?;
    let aside = |index: Option<crate::flow::NodeIndex>| {
        index.is_some_and(|index| flow.node(index).id == *to)
    };
    if aside(flow.on_hangup) || aside(flow.on_fault) {
        return Ok(());
    }
    let leads = |goto: Goto| leads(flow, node, goto, to);
    let led = match (&node.verb, from.outcome.as_deref()) {
        (Verb::Call(call), Some("failed")) => {
            flow.node(flow.subflow(call.subflow).start).id == *to || call.failed.is_some_and(leads)
        }
        (Verb::Call(call), _) => flow.node(flow.subflow(call.subflow).start).id == *to,
        (_, None) => false,
        // A supervisor leads a caller in line to another queue.
        (Verb::Queue(_), Some("moved")) => {
            find(flow, to).is_some_and(|node| matches!(node.verb, Verb::Queue(_)))
        }
        (_, Some("escape")) => flow.escape.is_some_and(leads),
        (Verb::Return(_), Some(outcome)) => returns(flow, node, outcome, to),
        (Verb::Record(record), Some("hung_up")) => record.hung_up.is_some_and(leads),
        (verb, Some("command")) => match verb.input() {
            Some(input) => input
                .commands
                .iter()
                .any(|command| from.keys == Some(command.keys.to_string()) && leads(command.goto)),
            // While something is waited for, the commands of the question before work on.
            None => true,
        },
        (verb, Some(outcome)) => {
            let ways = verb.ways();
            let mut named = ways.iter().filter(|way| *way.outcome == *outcome).peekable();
            match (verb, named.peek()) {
                (Verb::Transfer(transfer), None) => transfer.failed.is_some_and(leads),
                _ => named.any(|way| leads(way.goto)),
            }
        }
    };
    let outcome = from.outcome.as_deref().unwrap_or("nothing");
    require(led, || format!("`{}` does not lead from `{}` to `{to}`", outcome, from.node))
}

/// Checks that a node can be left by an outcome.
pub(super) fn known(flow: &Flow, step: &RecordStep) -> Result<(), Fault> {
    let Some(outcome) = step.outcome.as_deref() else { return Ok(()) };
    let node = find(flow, &step.node).ok_or_else(|| format!("there is no node `{}`", step.node))?;
    let by_trouble = ["escape", "command", "left", "hung_up", "failed"].contains(&outcome);
    let led = outcome == "moved" && matches!(node.verb, Verb::Queue(_));
    let by_return = matches!(&node.verb, Verb::Return(end) if *end.outcome == *outcome);
    let ways = || node.verb.ways().iter().any(|way| *way.outcome == *outcome);
    require(by_trouble || led || by_return || ENDS.contains(&outcome) || ways(), || {
        format!("`{outcome}` is no way out of `{}`", step.node)
    })
}

/// A node by name.
pub(super) fn find<'f>(flow: &'f Flow, id: &NodeId) -> Option<&'f Node> {
    flow.nodes.iter().find(|node| node.id == *id)
}

fn leads(flow: &Flow, from: &Node, goto: Goto, to: &NodeId) -> bool {
    match goto {
        Goto::Node(index) => flow.node(index).id == *to,
        Goto::Repeat | Goto::None => from.id == *to,
        Goto::Back => find(flow, to).is_some_and(|node| node.verb.input().is_some()),
        // Out of the subflow, perhaps of several: to wherever a `call` leads on failure.
        Goto::Failed => flow.nodes.iter().any(|node| match &node.verb {
            Verb::Call(call) => match call.failed {
                Some(Goto::Node(index)) => flow.node(index).id == *to,
                Some(Goto::Back | Goto::Repeat | Goto::None) => true,
                Some(Goto::Failed) | None => false,
            },
            _ => false,
        }),
    }
}

/// Whether a subflow that ends so leads to a node, by any `call` of it.
fn returns(flow: &Flow, end: &Node, outcome: &str, to: &NodeId) -> bool {
    flow.nodes.iter().any(|node| match &node.verb {
        Verb::Call(call) if Some(call.subflow) == end.subflow => call
            .outcomes
            .iter()
            .any(|(name, goto)| **name == *outcome && leads(flow, node, *goto, to)),
        _ => false,
    })
}
