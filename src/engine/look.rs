//! What can be seen of the calls of a node from outside. Nothing here changes one.

use super::legs::Role;
use super::machine::{Call, Engine};
use super::settings::Settings;
use crate::call::{CallId, LegId};
use crate::interpreter::Enqueue;
use crate::session::{Attention, Session};
use crate::time::Instant;

/// A live call, to look at.
#[derive(Debug, Clone, Copy)]
pub struct LiveCall<'a> {
    /// Its id.
    pub id: CallId,
    /// Where it stands.
    pub session: &'a Session,
    /// When it was offered.
    pub began: Instant,
    /// The name of its adapter.
    pub adapter: &'a str,
    /// What the caller last wanted of a queue, and since when.
    pub wanted: Option<(&'a Enqueue, Instant)>,
}

impl Engine {
    /// What new calls live by.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The live calls after one, in the order in which they began; `None` = from the first.
    pub fn live_after(&self, after: Option<CallId>) -> impl Iterator<Item = LiveCall<'_>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.calls.range((from, Unbounded)).map(|(id, call)| self.seen(*id, call))
    }

    /// One live call.
    #[must_use]
    pub fn live(&self, id: CallId) -> Option<LiveCall<'_>> {
        self.calls.get(&id).map(|call| self.seen(id, call))
    }

    fn seen<'a>(&'a self, id: CallId, call: &'a Call) -> LiveCall<'a> {
        let adapter = self.settings.adapters.get(usize::from(call.leg.adapter.0));
        LiveCall {
            id,
            session: &call.session,
            began: call.began,
            adapter: adapter.map_or("", |name| name),
            wanted: call.wanted.as_ref().map(|wanted| (&wanted.request, wanted.since)),
        }
    }

    /// The call of a caller's leg; `None` if it is no live caller's leg.
    #[must_use]
    pub fn session(&self, leg: LegId) -> Option<&Session> {
        match self.legs.get(leg)? {
            Role::Caller(call) => Some(&self.calls.get(call)?.session),
            Role::Agent { .. }
            | Role::Colleague { .. }
            | Role::Consulting { .. }
            | Role::Consulted { .. }
            | Role::Customer { .. }
            | Role::Code { .. }
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
            | Role::Customer { .. }
            | Role::Code { .. }
            | Role::Target { .. } => None,
        }
    }
}
