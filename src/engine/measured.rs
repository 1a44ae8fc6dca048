//! How the media of those was who talked with callers: told to the call, for its record.
//!
//! A leg is measured when its bridge is taken apart, and once more when it ends. So the quality of an agent is known
//! before a caller who hangs up first is gone, and that of an agent who hands the caller over while the call goes on.

use super::machine::Engine;
use crate::call::{EventKind, LegId};
use crate::session::Input;

impl Engine {
    /// Tells a call what an event says about the media of a party of its talks, present or past.
    pub(super) fn measured(&mut self, leg: LegId, kind: &EventKind) {
        let (EventKind::Unbridged { quality } | EventKind::Ended { quality, .. }) = kind else {
            return;
        };
        if let (Some(call), Some(quality)) = (self.legs.talk_on(leg), quality.clone()) {
            self.step(call, Input::PeerMeasured { leg, quality });
        }
        if matches!(kind, EventKind::Ended { .. }) {
            self.legs.ended(leg);
        }
    }
}
