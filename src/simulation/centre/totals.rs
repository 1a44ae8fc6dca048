//! What a day came to.

use std::collections::BTreeMap;

use super::fault::Fault;
use crate::call::{CallRecord, EndedBy, Errand, QueueId, Reply};
use crate::history::{CallbackEnd, Fact};
use crate::time::Duration;

/// What a day came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls that were offered to us.
    pub offered: u64,
    /// Of these, turned away at the door.
    pub refused: u64,
    /// Records written.
    pub records: u64,
    /// Calls in which caller and agent, or the number of a transfer, talked.
    pub answered: u64,
    /// Calls whose caller hung up while standing in line.
    pub abandoned: u64,
    /// Calls that never stood in line and that the flow brought to an end.
    pub self_served: u64,
    /// Calls whose caller hung up in the flow, and those that stood in line and were turned away.
    pub other: u64,
    /// Agents' phones rung for callers, by the last stay of each call.
    pub offers: u64,
    /// Tickets kept.
    pub tickets: u64,
    /// Wishes to be called back that were kept.
    pub callbacks: u64,
    /// Tries to call somebody back that have a record.
    pub tries: u64,
    /// How wishes to be called back ended.
    pub called_back: BTreeMap<CallbackEnd, u64>,
    /// Orders that supervisors gave.
    pub orders: u64,
    /// The queues, by name.
    pub queues: BTreeMap<QueueId, QueueTotals>,
    /// How often each thing went wrong.
    pub faults: BTreeMap<Fault, u64>,
    /// What the engine was told, each one step.
    pub steps: u64,
    /// Lines of the transcript.
    pub lines: u64,
    /// From the first call to the end of the last.
    pub lasted: Duration,
    /// The SHA-256 of the transcript, as 64 hexadecimal digits.
    pub fingerprint: String,
}

/// What a day came to at one queue, by the last stay of each call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueTotals {
    /// Calls that stood in line.
    pub stood: u64,
    /// Of these, answered by an agent.
    pub answered: u64,
    /// Of these, hung up by the caller while standing in line.
    pub abandoned: u64,
    /// The time of all in line together.
    pub waited: Duration,
}

impl Totals {
    /// Takes in a record.
    pub(super) fn add(&mut self, record: &CallRecord) {
        self.records += 1;
        let offers = record.queue.as_ref().map_or(0, |stay| stay.offers.len());
        self.offers += u64::try_from(offers).unwrap_or(0);
        let last = record.steps.last();
        let in_line = last.is_some_and(|step| step.verb == "queue" && step.outcome.is_none());
        let transferred = record.transfer.as_ref().is_some_and(|stay| stay.result == "answered");
        let answered = record.agent.is_some() || transferred;
        let abandoned = !answered && in_line && record.ended_by == EndedBy::Caller;
        match (answered, abandoned, &record.queue, record.ended_by) {
            (true, ..) => self.answered += 1,
            (_, true, ..) => self.abandoned += 1,
            (_, _, None, EndedBy::System) => self.self_served += 1,
            (..) => self.other += 1,
        }
        if let Some(stay) = &record.queue {
            let queue = self.queues.entry(stay.name.clone()).or_default();
            queue.stood += 1;
            queue.answered += u64::from(record.agent.is_some());
            queue.abandoned += u64::from(abandoned);
            queue.waited += Duration::from_millis(stay.wait_ms);
        }
    }

    /// Takes in a row of the history.
    pub(super) fn happened(&mut self, fact: &Fact) {
        if let Fact::CallbackEnded { how, .. } = fact {
            *self.called_back.entry(*how).or_default() += 1;
        }
    }

    /// Takes in an answer of the outside.
    pub(super) fn outside(&mut self, what: &Errand, reply: &Reply) {
        match (what, reply) {
            (Errand::Ticket(_), Reply::Kept(_)) => self.tickets += 1,
            (Errand::Callback(_), Reply::Kept(_)) => self.callbacks += 1,
            (Errand::Operation(_) | Errand::Ticket(_) | Errand::Callback(_), _) => {}
        }
    }
}
