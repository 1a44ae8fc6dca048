//! Whether there is room for one more call: calls, the engine's pace, ports and open files.

use super::switch::{MAX_WAITING_REPORTS, Switch};
use crate::call::Report;
use crate::sip::Input;
use crate::time::{Duration, Instant};

/// How old a report may be that the engine has not taken; then it is behind, and new calls would only make it worse.
const BEHIND: Duration = Duration::from_millis(250);
/// How long new calls are turned away unseen after one found no port or no file.
const NO_MEDIA: Duration = Duration::from_millis(500);

impl Switch {
    /// Tells the user agent when there is no more room, and when there is again.
    pub(super) fn gauge(&mut self, now: Instant) {
        let full = self.is_full() || self.is_behind(now) || now < self.no_media_until;
        if full != self.full {
            self.full = full;
            self.tell(now, Input::Full(full));
        }
    }

    /// Whether as many calls are taken as may be.
    pub(super) fn is_full(&self) -> bool {
        self.calls >= self.settings.max_calls || self.waiting.len() >= MAX_WAITING_REPORTS / 2
    }

    /// A call found no port or no file for its media.
    pub(super) fn lacks_media(&mut self, now: Instant) {
        self.no_media_until = now + NO_MEDIA;
    }

    /// Whether the engine is behind with what it is told.
    fn is_behind(&self, now: Instant) -> bool {
        self.waiting.iter().take(1).any(|report| match report {
            Report::Leg(event) => now.since(event.at) > BEHIND,
            Report::Endpoint { .. } | Report::Away | Report::Back => false,
        })
    }
}
