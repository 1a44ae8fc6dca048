//! Recording what a caller says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::digit::SymbolSet;
use super::id::RecordingId;
use crate::time::Duration;

/// The longest recording of any order: two hours.
pub const MAX_RECORDING: Duration = Duration::from_mins(120);

/// The least that is kept of a recording, however it ended: what is shorter was no message, and nobody sees to it.
pub const LEAST_KEPT: Duration = Duration::from_secs(2);

/// The channels of a recorded talk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// Both parties in one.
    #[default]
    Mono,
    /// The caller left, the other party right.
    Stereo,
}

impl Channels {
    /// How many there are: 1 or 2.
    #[must_use]
    pub const fn count(self) -> u16 {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}

/// How talks with agents and transfer targets are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TalkRecording {
    /// The channels.
    pub channels: Channels,
    /// How long a recording is kept; `None` = until somebody deletes it.
    pub keep: Option<Duration>,
}

/// An order to record the caller, or their talk.
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
    /// `Some` = what the caller and whoever they are bridged with say to each other, on one time line, in these
    /// channels; silence ends nothing, and leads to nothing being kept only where the talk was shorter than
    /// [`LEAST_KEPT`]. `None` = the caller alone, up to the last word.
    pub talk: Option<Channels>,
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
