//! Care of the data: what is known of a caller, what is forgotten, what is kept long enough.

use std::sync::Arc;

use super::fact::Fact;
use super::parts::{CallbackEnd, Exit, Retention, TicketDeed, TicketOutcome, TicketStatus};
use super::row::Entry;
use super::standing::Standing;
use crate::call::{CallId, RecordingId};

/// The most that one [`super::Store::expire`] lets go, so that it holds nobody up for long.
pub const EXPIRED_TOGETHER: usize = 5_000;

/// Everything that is known of a caller.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Their contacts, in order.
    pub contacts: Vec<CallId>,
    /// What happened to these, with what belongs to the person.
    pub entries: Vec<Entry>,
    /// The records of their calls, as JSON.
    pub records: Vec<(CallId, Arc<str>)>,
    /// What was recorded of them.
    pub recordings: Vec<RecordingId>,
}

/// What was forgotten, or let go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// How many contacts, records, rows, recordings or keys it was.
    pub count: u64,
    /// Recordings that the store no longer knows: their files are to be deleted.
    pub recordings: Vec<RecordingId>,
}

/// Under which class a row's private part is kept: that of tickets and callbacks is needed as long as these.
#[must_use]
pub const fn private_class(fact: &Fact) -> Retention {
    match fact {
        Fact::TicketOpened { .. }
        | Fact::TicketChanged { .. }
        | Fact::CallbackAsked { .. }
        | Fact::CallbackTried { .. }
        | Fact::CallbackEnded { .. } => Retention::Tickets,
        _ => Retention::Private,
    }
}

/// The facts that close what can no longer be done once the person behind it is forgotten: wishes to be called back, whose
/// number is gone, and tickets, whose words are.
#[must_use]
pub fn closing(standing: &Standing, contacts: &[CallId], by: &str) -> Vec<Fact> {
    let mut facts = Vec::new();
    let theirs = |fact: &Fact| fact.contact().filter(|contact| contacts.contains(contact));
    for (number, open) in &standing.callbacks {
        let Some(contact) = theirs(&open.asked.fact) else { continue };
        if let Some(waiting) = standing.waiting.get(&contact) {
            let (queue, how) = (waiting.queue.clone(), Exit::Withdrawn);
            facts.push(Fact::Left { contact, queue, how, key: None });
        }
        let how = CallbackEnd::Cancelled;
        facts.push(Fact::CallbackEnded { callback: *number, contact, how });
    }
    for (number, open) in &standing.tickets {
        if let Some(contact) = theirs(&open.opened.fact) {
            facts.push(Fact::TicketChanged {
                ticket: *number,
                contact: Some(contact),
                did: TicketDeed::Closed,
                status: TicketStatus::Closed,
                outcome: Some(TicketOutcome::Forgotten),
                owner: open.owner.clone(),
                due: open.due,
                by: by.into(),
            });
        }
    }
    facts
}
