//! What can be seen of queues, contacts and agents from outside. Nothing here changes or copies anything: each list is an
//! iterator over what is there, so that a page of it costs what the page holds.

use std::sync::Arc;

use super::agent::{Agent, AgentState, Shift};
use super::contact::{Waiter, WaiterState};
use super::line::Line;
use super::machine::Queues;
use super::settings::QueueSettings;
use crate::call::{AgentId, CallId, Expected, QueueId};
use crate::history::Medium;
use crate::time::Instant;

/// One queue.
#[derive(Debug, Clone, Copy)]
pub struct QueueView<'a> {
    queues: &'a Queues,
    line: &'a Line,
}

/// One contact in line.
#[derive(Debug, Clone, Copy)]
pub struct ContactView<'a> {
    /// The contact.
    pub call: CallId,
    /// The queue it stands in.
    pub queue: &'a QueueId,
    /// The place in line, from 1.
    pub position: u32,
    /// How it reaches us.
    pub medium: Medium,
    /// 1 (first) to 9.
    pub priority: u8,
    /// Since when it has waited, its first entry.
    pub since: Instant,
    /// When it has waited as long as allowed; runs on by as much as its line is out of touch.
    pub until: Instant,
    /// Whether its line is out of touch.
    pub held: bool,
    /// The ring it has reached, from 0.
    pub ring: usize,
    queues: &'a Queues,
    waiter: &'a Waiter,
}

/// One agent.
#[derive(Debug, Clone, Copy)]
pub struct AgentView<'a> {
    /// The agent.
    pub agent: &'a AgentId,
    /// What they do.
    pub state: &'a AgentState,
    /// Since when.
    pub since: Instant,
    /// The break that begins when nothing binds them any more; [`LOGGED_OUT`](super::LOGGED_OUT) of one who is logged
    /// out by word, or will be then.
    pub pending: Option<&'a str>,
    /// Whether their phone is there.
    pub reachable: bool,
    /// How many offers in a row they have missed.
    pub missed: u32,
    /// What they have done since they logged in.
    pub shift: Shift,
    queues: &'a Queues,
    inner: &'a Agent,
}

impl Queues {
    /// All queues, by name, then those that were added while the node ran.
    pub fn queues(&self) -> impl ExactSizeIterator<Item = QueueView<'_>> {
        self.lines.iter().map(|line| QueueView { queues: self, line })
    }

    /// One queue.
    #[must_use]
    pub fn queue(&self, id: &QueueId) -> Option<QueueView<'_>> {
        let number = self.line_numbers.get(id)?;
        Some(QueueView { queues: self, line: &self.lines[number.0] })
    }

    /// All agents, by name.
    pub fn agents(&self) -> impl ExactSizeIterator<Item = AgentView<'_>> {
        self.agents.iter().map(|agent| self.agent_view(agent))
    }

    /// One agent.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<AgentView<'_>> {
        self.seats.get(id).map(|seat| self.agent_view(&self.agents[seat.0]))
    }

    /// One contact in line.
    #[must_use]
    pub fn contact(&self, call: CallId) -> Option<ContactView<'_>> {
        let waiter = self.waiters.get(&call)?;
        Some(self.contact_view(call, waiter, self.lines[waiter.line.0].position(waiter.place)))
    }

    /// The time of the last input: what "since" is counted from.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    fn agent_view<'a>(&'a self, inner: &'a Agent) -> AgentView<'a> {
        AgentView {
            agent: &inner.id,
            state: &inner.state,
            since: inner.since,
            pending: inner.pending(),
            reachable: inner.reachable,
            missed: inner.missed,
            shift: inner.shift,
            queues: self,
            inner,
        }
    }

    fn contact_view<'a>(
        &'a self,
        call: CallId,
        waiter: &'a Waiter,
        position: u32,
    ) -> ContactView<'a> {
        ContactView {
            call,
            queue: &self.lines[waiter.line.0].id,
            position,
            medium: waiter.medium,
            priority: waiter.priority,
            since: waiter.enqueued_at,
            until: waiter.until(),
            ring: waiter.lane.ring,
            held: matches!(waiter.state, WaiterState::Held { .. }),
            queues: self,
            waiter,
        }
    }
}

impl<'a> QueueView<'a> {
    /// The name.
    #[must_use]
    pub const fn id(&self) -> &'a QueueId {
        &self.line.id
    }

    /// What the operator set.
    #[must_use]
    pub const fn settings(&self) -> &'a QueueSettings {
        &self.line.settings
    }

    /// How many stand in line, those being offered included.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.line.order.len()
    }

    /// How many of its agents are free.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.line.ready.len()
    }

    /// How long a contact would wait that came now; `None` where nothing good enough can be said.
    #[must_use]
    pub fn expected_wait(&self) -> Option<Expected> {
        self.queues.expected_at_end(self.line)
    }

    /// How many agents serve it.
    #[must_use]
    pub fn members(&self) -> usize {
        self.line.members.len()
    }

    /// Everybody in line, first first. Skipping costs as much as looking.
    pub fn contacts(&self) -> impl Iterator<Item = ContactView<'a>> + use<'a> {
        let queues = self.queues;
        (1..).zip(self.line.order.iter()).filter_map(move |(position, place)| {
            let waiter = queues.waiters.get(&place.call)?;
            Some(queues.contact_view(place.call, waiter, position))
        })
    }

    /// The agents who serve it.
    pub fn agents(&self) -> impl ExactSizeIterator<Item = AgentView<'a>> + use<'a> {
        let queues = self.queues;
        self.line.members.iter().map(move |seat| queues.agent_view(&queues.agents[seat.0]))
    }
}

impl<'a> ContactView<'a> {
    /// The skills asked for: name and value.
    pub fn skills(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.waiter.lane.skills.iter()
    }

    /// The agents who are rung for it.
    pub fn rung(&self) -> impl Iterator<Item = &'a AgentId> + use<'a> {
        let queues = self.queues;
        self.waiter.offers.values().map(move |seat| &queues.agents[seat.0].id)
    }
}

impl<'a> AgentView<'a> {
    /// The queues they serve.
    pub fn queues(&self) -> impl ExactSizeIterator<Item = &'a QueueId> + use<'a> {
        let queues = self.queues;
        self.inner.lines.iter().map(move |line| &queues.lines[line.0].id)
    }

    /// The values held per declared skill.
    pub fn skills(&self) -> impl Iterator<Item = (&'a str, impl Iterator<Item = &'a str>)> {
        let values = |(skill, values): (&'a Arc<str>, &'a std::collections::BTreeSet<Arc<str>>)| {
            (&**skill, values.iter().map(|value| &**value))
        };
        self.inner.skills.iter().map(values)
    }
}
