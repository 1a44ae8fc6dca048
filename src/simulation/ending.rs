//! How a call ended for the flow, told from its record.

use std::collections::BTreeSet;

use crate::call::CallRecord;
use crate::flow::Ending;

/// The ways in which a call ended: none for one that just broke off, two where a caller who is to be called back hears
/// a goodbye.
#[must_use]
pub fn endings(record: &CallRecord) -> BTreeSet<Ending> {
    let mut endings = BTreeSet::new();
    let place = record.ended_at.as_ref().map(|place| &place.node);
    let last = record.steps.iter().rev().find(|step| Some(&step.node) == place);
    let outcome = last.and_then(|step| step.outcome.as_deref());
    match last.map(|step| step.verb) {
        Some("hangup") => {
            endings.insert(Ending::Hangup);
        }
        // Whoever hung up, the caller was in line or with a person.
        Some("queue") if matches!(outcome, None | Some("done")) => {
            endings.insert(Ending::Queue);
        }
        Some("transfer") if matches!(outcome, None | Some("done")) => {
            endings.insert(Ending::Transfer);
        }
        Some(_) | None => {}
    }
    let kept = |verb: &str, outcome: Option<&str>| {
        matches!((verb, outcome), ("callback", Some("ok")) | ("queue", Some("called_back")))
    };
    if record.steps.iter().any(|step| kept(step.verb, step.outcome.as_deref())) {
        endings.insert(Ending::Callback);
    }
    endings
}

/// An ending as test files write it.
pub(super) const fn name(ending: Ending) -> &'static str {
    match ending {
        Ending::Queue => "queue",
        Ending::Hangup => "hangup",
        Ending::Transfer => "transfer",
        Ending::Callback => "callback",
    }
}
