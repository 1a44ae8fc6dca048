//! Whether a silent phone is still there: asked by OPTIONS inside its call, reported only if it does not answer.

use super::leg::{Phase, Presence};
use super::switch::{Due, Switch};
use crate::call::{EventKind, LegId};
use crate::sip::Input;
use crate::time::{Duration, Instant};

/// How often a phone that answers and stays silent is asked again.
const ASK_EVERY: Duration = Duration::from_secs(15);

impl Switch {
    /// No media came for the media thread's limit.
    pub(super) fn missed(&mut self, now: Instant, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id)
            && leg.presence == Presence::Heard
        {
            leg.presence = Presence::Missed { until: None };
            self.ask(now, id);
        }
    }

    /// Media came again.
    pub(super) fn restored(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if std::mem::replace(&mut leg.presence, Presence::Heard) == Presence::Gone {
            self.report(now, id, EventKind::MediaRestored);
        }
    }

    /// Asks a silent phone; one that is not answered yet is asked later.
    pub(super) fn ask(&mut self, now: Instant, id: LegId) {
        let limit = now + self.settings.answer_limit;
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let Presence::Missed { until: until @ None } = &mut leg.presence else { return };
        let dialog = leg.dialog;
        match leg.phase {
            Phase::Talking => {
                *until = Some(limit);
                self.schedule(limit, id, Due::Answer);
                self.tell(now, Input::Probe { dialog });
            }
            Phase::Offered { .. }
            | Phase::Early { .. }
            | Phase::Answered
            | Phase::Calling { .. } => {
                self.schedule(now + ASK_EVERY, id, Due::Ask);
            }
            Phase::Closing { .. } => {}
        }
    }

    /// The phone answered: it is there, though silent.
    pub(super) fn alive(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if let Presence::Missed { until: until @ Some(_) } = &mut leg.presence {
            *until = None;
            self.schedule(now + ASK_EVERY, id, Due::Ask);
        }
    }

    /// The time for its answer is over.
    pub(super) fn unanswered(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let asked = matches!(leg.presence, Presence::Missed { until: Some(until) } if until <= now);
        if asked && matches!(leg.phase, Phase::Talking) {
            leg.presence = Presence::Gone;
            leg.span.in_scope(|| tracing::warn!("The phone sends no media and does not answer."));
            self.report(now, id, EventKind::MediaLost);
        }
    }
}
