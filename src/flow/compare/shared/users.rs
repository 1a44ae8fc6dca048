//! Which queues, calendars and services a step uses, formulas and values inside prompts included.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::flow::compare::Used;
use crate::flow::expression::Formula;
use crate::flow::node::{Flow, Node, Verb};

/// What a step uses of what flows share.
pub(super) fn of(flow: &Flow, node: &Node) -> Used {
    let mut used = Used::default();
    match &node.verb {
        Verb::Hours(hours) => {
            used.calendars.insert(hours.calendar.clone());
        }
        Verb::Http(http) => {
            used.services.insert(http.operation.service.clone());
        }
        Verb::Queue(queue) => {
            used.queues.insert(queue.queue.as_str().into());
        }
        Verb::Callback(callback) => {
            used.queues.insert(callback.queue.as_str().into());
        }
        Verb::Say(_)
        | Verb::Menu(_)
        | Verb::Collect(_)
        | Verb::Confirm(_)
        | Verb::Answer(_)
        | Verb::Set(_)
        | Verb::Branch(_)
        | Verb::Call(_)
        | Verb::Record(_)
        | Verb::Ticket(_)
        | Verb::Note(_)
        | Verb::Transfer(_)
        | Verb::Return(_)
        | Verb::Hangup(_) => {}
    }
    for (formula, _) in node.verb.uses() {
        calendars(formula, &mut used.calendars);
    }
    for (_, slot) in node.verb.slots(flow) {
        calendars(&slot.value, &mut used.calendars);
    }
    used
}

/// The calendars that a formula asks.
fn calendars(formula: &Formula, found: &mut BTreeSet<Arc<str>>) {
    if let Formula::IsOpen(name, _) | Formula::NextOpen(name) = formula {
        found.insert(name.clone());
    }
    for part in formula.parts() {
        calendars(part, found);
    }
}
