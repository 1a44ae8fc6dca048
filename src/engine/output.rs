//! What the engine asks for.

use super::notice::Notice;
use crate::call::{CallJournal, CallRecord, Command, Request, RequestId};
use crate::history::Row;

/// One thing to be done, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// To the adapter that the command's leg names.
    Command(Command),
    /// To the services or the store: it is answered by [`Input::Reply`](super::Input::Reply).
    Request(Box<Request>),
    /// To the services or the store: nobody waits for this answer any more.
    Abandon(RequestId),
    /// To the journals, right before the call's record: one per call, where journals are kept.
    Journal(Box<CallJournal>),
    /// To the record store: exactly one per call.
    Record(Box<CallRecord>),
    /// To the history, in this order among themselves and with claims; nobody waits. Only where a history is kept.
    Happened(Box<Row>),
    /// To the history: an offer that must be durable before a phone rings. Answered by
    /// [`Input::Claimed`](super::Input::Claimed). Only where a history is kept.
    Claim(Box<Row>),
    /// To the log.
    Notice(Notice),
}
