//! Recording what a caller says.

use super::digit::SymbolSet;
use super::id::RecordingId;
use crate::time::Duration;

/// An order to record the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its id.
    pub id: RecordingId,
    /// The longest it may be.
    pub limit: Duration,
    /// Silence after the last word that ends it.
    pub silence: Duration,
    /// Keys that end it; they are not part of it.
    pub end_on: SymbolSet,
}

/// Why a recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingEnd {
    /// A key of `end_on` was pressed.
    Key,
    /// The caller said nothing more.
    Silence,
    /// It was as long as it may be.
    Limit,
    /// By command.
    Stopped,
    /// The leg ended.
    Hangup,
    /// It could not be made or kept.
    Failed,
}
