//! What the engine asks for.

use super::notice::Notice;
use crate::call::{CallJournal, CallRecord, Command, Request, RequestId};

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
    /// To the log.
    Notice(Notice),
}
