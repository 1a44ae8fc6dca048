//! How the engine's own terms are told: one visit's view of the time, states by their names.

use crate::queue::{AgentState, AgentView};
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
        AgentState::Unreachable { .. } => "unreachable",
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

/// The queue that an agent's state is about.
pub(super) fn queue_of(visit: &Visit<'_>, agent: &AgentView<'_>) -> Option<String> {
    let queue = match agent.state {
        AgentState::Talking { queue, .. } | AgentState::WrapUp { queue, .. } => Some(queue),
        AgentState::Engaged { wrap_up, .. } => wrap_up.as_ref().map(|(queue, _)| queue),
        AgentState::Reserved(_)
        | AgentState::Ringing(_)
        | AgentState::Releasing { .. }
        | AgentState::Offline
        | AgentState::Unreachable { .. }
        | AgentState::Ready { .. }
        | AgentState::BackOff { .. }
        | AgentState::Rona { .. }
        | AgentState::Break { .. } => {
            let contact = agent.state.contact();
            contact.and_then(|contact| visit.engine().queues().contact(contact)).map(|c| c.queue)
        }
    };
    queue.map(ToString::to_string)
}
