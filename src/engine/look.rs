//! What can be seen of the calls of a node from outside. Nothing here changes one.

use super::legs::Role;
use super::machine::Engine;
use crate::call::LegId;
use crate::interpreter::Enqueue;
use crate::session::{Attention, Session};

impl Engine {
    /// The call of a caller's leg; `None` if it is no live caller's leg.
    #[must_use]
    pub fn session(&self, leg: LegId) -> Option<&Session> {
        match self.legs.get(leg)? {
            Role::Caller(call) => Some(&self.calls.get(call)?.session),
            Role::Agent { .. }
            | Role::Colleague { .. }
            | Role::Consulting { .. }
            | Role::Consulted { .. }
            | Role::Target { .. } => None,
        }
    }

    /// What the caller on this leg attends to; `None` if it is no live caller's leg.
    #[must_use]
    pub fn attention(&self, leg: LegId) -> Option<Attention> {
        self.session(leg).map(Session::attention)
    }

    /// What the caller on this leg last wanted of a queue.
    #[must_use]
    pub fn wanted_of(&self, leg: LegId) -> Option<&Enqueue> {
        match self.legs.get(leg)? {
            Role::Caller(call) => Some(&self.calls.get(call)?.wanted.as_ref()?.request),
            Role::Agent { .. }
            | Role::Colleague { .. }
            | Role::Consulting { .. }
            | Role::Consulted { .. }
            | Role::Target { .. } => None,
        }
    }
}
