//! How the engine's own terms are told: one visit's view of the time, states by their names.

use crate::call::{AgentId, CallId, QueueId};
use crate::engine::Engine;
use crate::queue::{AgentState, BackOffCause, LiveOffer};
use crate::runtime::Visit;
use crate::time::{Instant, Wall};

/// The moment of a visit, on both axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) now: Instant,
    wall: Wall,
}

impl Moment {
    pub(super) fn of(visit: &Visit<'_>) -> Self {
        Self { now: visit.now(), wall: visit.wall() }
    }

    /// A moment of the engine's axis as it is told.
    pub(super) fn told(self, at: Instant) -> String {
        self.wall_of(at).to_rfc3339()
    }

    /// The same in seconds since 1970.
    pub(super) fn unix_seconds(self, at: Instant) -> f64 {
        let millis = self.wall_of(at).as_unix_millis();
        f64::from(u32::try_from(millis / 1_000).unwrap_or(0))
    }

    fn wall_of(self, at: Instant) -> Wall {
        if at > self.now {
            self.wall.after(at.since(self.now))
        } else {
            self.wall.before(self.now.since(at))
        }
    }
}

/// The name of a state, without what belongs to it.
pub(super) const fn state_name(state: &AgentState) -> &'static str {
    match state {
        AgentState::Offline => "offline",
        AgentState::Ready { .. } => "ready",
        AgentState::Reserved(_) => "reserved",
        AgentState::Ringing(_) => "ringing",
        AgentState::Releasing { .. } => "releasing",
        AgentState::Talking { .. } => "talking",
        AgentState::Engaged { .. } => "engaged",
        AgentState::WrapUp { .. } => "wrapup",
        AgentState::BackOff { .. } => "backoff",
        AgentState::Rona { .. } => "rona",
        AgentState::Break { .. } => "break",
    }
}

/// Why an agent is in a state, if it tells.
pub(super) fn reason(state: &AgentState) -> Option<String> {
    match state {
        AgentState::Break { reason } => Some(reason.to_string()),
        AgentState::BackOff { cause: BackOffCause::Rejected, .. } => Some("rejected".to_owned()),
        AgentState::BackOff { cause: BackOffCause::Busy, .. } => Some("busy".to_owned()),
        AgentState::BackOff { cause: BackOffCause::Unreachable, .. } => {
            Some("unreachable".to_owned())
        }
        AgentState::Offline
        | AgentState::Ready { .. }
        | AgentState::Reserved(_)
        | AgentState::Ringing(_)
        | AgentState::Releasing { .. }
        | AgentState::Talking { .. }
        | AgentState::Engaged { .. }
        | AgentState::WrapUp { .. }
        | AgentState::Rona { .. } => None,
    }
}

/// Whom a state is about.
pub(super) const fn contact_of(state: &AgentState) -> Option<CallId> {
    match state {
        AgentState::Reserved(LiveOffer { call, .. })
        | AgentState::Ringing(LiveOffer { call, .. })
        | AgentState::Talking { call, .. } => Some(*call),
        AgentState::Offline
        | AgentState::Ready { .. }
        | AgentState::Releasing { .. }
        | AgentState::Engaged { .. }
        | AgentState::WrapUp { .. }
        | AgentState::BackOff { .. }
        | AgentState::Rona { .. }
        | AgentState::Break { .. } => None,
    }
}

/// The queue that a contact waits in, or came from.
pub(super) fn queue_of(engine: &Engine, contact: CallId) -> Option<&QueueId> {
    engine.live(contact)?.wanted.map(|(wanted, _)| &wanted.queue)
}

/// The agents by name, each with what they do.
pub(super) fn agents(engine: &Engine) -> impl Iterator<Item = (&AgentId, &AgentState)> {
    let agents = engine.settings().agents.keys();
    agents.filter_map(|agent| Some((agent, engine.queues().agent_state(agent)?)))
}
