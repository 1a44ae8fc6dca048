//! What the engine asks for.

use super::notice::Notice;
use crate::call::{CallRecord, Command};

/// One thing to be done, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// To the adapter that the command's leg names.
    Command(Command),
    /// To the record store: exactly one per call.
    Record(Box<CallRecord>),
    /// To the log.
    Notice(Notice),
}
