//! What changes for callers between two versions of a project: its flows, and the queues, opening hours and services
//! that they use, compared in words.
//!
//! Two compilations come in, a list of [`Change`]s goes out, what callers notice first at the head. Nodes that were
//! only renamed are recognised; what callers cannot notice (another order, another name, the fields of a record) is
//! told apart. How many calls of the past a change touches, their [`Course`]s tell.

mod change;
mod choice;
mod course;
mod faq;
mod feature;
mod formula;
mod pair;
mod pairing;
mod shared;
mod spoken;
mod step;
mod way;
mod whole;
mod wording;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::compile::Compiled;
use super::node::Flow;
use super::source::Span;
use crate::call::FlowId;

pub use change::{Change, Group, Origin, Touch};
pub use course::{Course, CourseStep};

use change::Changes;
use pair::Pair;

/// One version of what is compared.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// Everything that was compiled.
    pub compiled: &'a Compiled,
    /// The one flow that is meant; `None` = all of them.
    pub flow: Option<&'a Flow>,
}

/// Tells what changes for callers from `old` to `new`. Where a version means one flow, that is compared with the one
/// of the other version, whatever its name; else flows of the same name are compared.
#[must_use]
pub fn compare(old: Version<'_>, new: Version<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut used = Used::default();
    let pairs = pairs(old, new);
    for (before, after) in &pairs {
        used.read(before, old.compiled);
        used.read(after, new.compiled);
        let pair = Pair::new((before, old.compiled), (after, new.compiled));
        let mut found = Changes::default();
        pair.whole(&mut found);
        pair.steps(&mut found);
        pair.prompts(&mut found);
        pair.faqs(&mut found);
        changes.extend(found.finish(&pair));
    }
    let whole = old.flow.is_none() && new.flow.is_none();
    if whole {
        changes.extend(flows_apart(old.compiled, new.compiled, &pairs));
    }
    let shared = shared::Shared { old: old.compiled, new: new.compiled, used: &used, whole };
    changes.extend(shared.changes());
    changes.sort_by_key(|change| change.group);
    changes
}

/// The flows that are held against each other.
fn pairs<'a>(old: Version<'a>, new: Version<'a>) -> Vec<(&'a Flow, &'a Flow)> {
    let named = |compiled: &'a Compiled, id: &FlowId| -> Option<&'a Flow> {
        compiled.flows.iter().map(|flow| &**flow).find(|flow| flow.id == *id)
    };
    match (old.flow, new.flow) {
        (Some(before), Some(after)) => vec![(before, after)],
        (Some(before), None) => {
            named(new.compiled, &before.id).map(|after| (before, after)).into_iter().collect()
        }
        (None, Some(after)) => {
            named(old.compiled, &after.id).map(|before| (before, after)).into_iter().collect()
        }
        (None, None) => {
            let before = old.compiled.flows.iter();
            before.filter_map(|flow| Some((&**flow, named(new.compiled, &flow.id)?))).collect()
        }
    }
}

/// Flows that only one version has.
fn flows_apart(old: &Compiled, new: &Compiled, pairs: &[(&Flow, &Flow)]) -> Vec<Change> {
    let mut changes = Vec::new();
    for flow in old.flows.iter().filter(|flow| !pairs.iter().any(|(o, _)| o.id == flow.id)) {
        let what = format!("the flow `{}` is gone: callers no longer reach it", flow.id);
        changes.push(Change::whole(Group::Beginning, what, origin(old, &flow.id, Origin::Old)));
    }
    for flow in new.flows.iter().filter(|flow| !pairs.iter().any(|(_, n)| n.id == flow.id)) {
        let what = format!("the flow `{}` is new", flow.id);
        changes.push(Change::whole(Group::Beginning, what, origin(new, &flow.id, Origin::New)));
    }
    changes
}

fn origin(compiled: &Compiled, flow: &FlowId, side: fn(Span) -> Origin) -> Option<Origin> {
    compiled.flow_files.iter().find(|file| file.flow == *flow).map(|file| side(file.name))
}

/// What the compared flows use of what their projects share.
#[derive(Debug, Default)]
struct Used {
    queues: BTreeSet<Arc<str>>,
    calendars: BTreeSet<Arc<str>>,
    services: BTreeSet<Arc<str>>,
}

#[cfg(test)]
mod tests;
