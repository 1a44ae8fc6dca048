//! A recording of one telephone: what it is to be, and when it ends.

use crate::call::{Recording, RecordingEnd};
use crate::time::Instant;

/// A recording that runs.
#[derive(Debug, Clone)]
pub(super) struct Taping {
    pub(super) recording: Recording,
    pub(super) since: Instant,
    /// When the last word fell; `None` until the first.
    pub(super) spoken: Option<Instant>,
}

impl Taping {
    /// When it ends by itself, and why.
    pub(super) fn due(&self) -> (Instant, RecordingEnd) {
        let limit = self.since + self.recording.limit;
        let silence = self.spoken.unwrap_or(self.since) + self.recording.silence;
        if limit <= silence {
            (limit, RecordingEnd::Limit)
        } else {
            (silence, RecordingEnd::Silence)
        }
    }
}
