//! Recording what a caller says.

use serde::{Deserialize, Serialize};

use super::digit::SymbolSet;
use super::id::RecordingId;
use crate::time::Duration;

/// The longest recording of any order: two hours.
pub const MAX_RECORDING: Duration = Duration::from_mins(120);

/// The least that is kept of a recording, however it ended: what is shorter was no message, and nobody sees to it.
pub const LEAST_KEPT: Duration = Duration::from_secs(2);

/// An order to record the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Its id.
    pub id: RecordingId,
    /// The longest it may be; at most [`MAX_RECORDING`].
    pub limit: Duration,
    /// Silence after the last word that ends it.
    pub silence: Duration,
    /// Keys that end it; they are not part of it.
    pub end_on: SymbolSet,
    /// How long it is kept; `None` = until somebody deletes it.
    pub keep: Option<Duration>,
}

/// Why a recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingEnd {
    /// A key of `end_on` was pressed.
    Key,
    /// The caller said nothing more, or nothing at all.
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
