//! A node that begins anew: agents go on with what they did, contacts stand where they stood.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::agent::{AgentState, BackOffCause, Intent, LOGGED_OUT, Seat, Shift};
use super::contact::Contact;
use super::machine::Queues;
use super::output::AgentChange;
use crate::call::{AgentId, CallId, QueueId};
use crate::history::AgentStatus;
use crate::time::Instant;

/// What stood when the node before this one ended. Instants may lie before the clock's zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The agents. Those who are not named are as at the first start.
    pub agents: Vec<AgentStanding>,
    /// Who is in line: they come in without being refused, at the place of `enqueued_at`.
    pub contacts: Vec<Contact>,
    /// What agents have done since they logged in, for the strategies that count. Default: nothing.
    pub shifts: BTreeMap<AgentId, Shift>,
}

/// What one agent did, as the last [`AgentChanged`](crate::history::Fact::AgentChanged) of them says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentStanding {
    /// The agent.
    pub agent: AgentId,
    /// What they did.
    pub status: AgentStatus,
    /// Why: of a break its reason, of a back-off its cause.
    pub reason: Option<Arc<str>>,
    /// Since when.
    pub since: Instant,
    /// When it ends by itself.
    pub until: Option<Instant>,
    /// Since when they count as idle.
    pub idle_since: Option<Instant>,
    /// The contact that it is about.
    pub contact: Option<CallId>,
    /// The queue that it is about.
    pub queue: Option<QueueId>,
    /// The break that begins when nothing binds them any more.
    pub pending: Option<Arc<str>>,
    /// How many offers in a row they have missed.
    pub missed: u32,
}

impl Queues {
    /// Puts agents back into what they did, and contacts where they stood.
    ///
    /// Who was free is `ready` once their phone is there, with the idle time of before, and `unreachable` until then.
    /// What bound an agent to a leg died with the node: an offer leaves them as they were before it, a talk is followed
    /// by a wrap-up, since a person needs a moment. Agents of whom nothing is known begin now.
    pub(super) fn restore(&mut self, standing: Standing) {
        let known: BTreeSet<&AgentId> = standing.agents.iter().map(|agent| &agent.agent).collect();
        let new = self.seats.iter().filter(|(agent, _)| !known.contains(agent));
        let new: Vec<Seat> = new.map(|(_, seat)| *seat).collect();
        new.into_iter().for_each(|seat| self.begin_agent(seat));
        for (agent, shift) in standing.shifts {
            if let Some(&seat) = self.seats.get(&agent) {
                self.list(seat, false);
                self.agents[seat.0].shift = shift;
                self.list(seat, true);
            }
        }
        for agent in standing.agents {
            if let Some(&seat) = self.seats.get(&agent.agent) {
                self.restore_agent(seat, &agent);
            }
        }
        for contact in standing.contacts {
            let known = self.waiters.contains_key(&contact.call);
            if let Some(&number) = self.line_numbers.get(&contact.queue).filter(|_| !known) {
                self.enter(contact, number);
            }
        }
    }

    /// An agent who was never heard of is what they are since now, so that nobody who was there before is idle for less.
    fn begin_agent(&mut self, seat: Seat) {
        self.touch_seat(seat);
        self.list(seat, false);
        let agent = &mut self.agents[seat.0];
        agent.since = self.now;
        if let AgentState::Ready { idle_since } = &mut agent.state {
            *idle_since = self.now;
        }
        self.list(seat, true);
    }

    fn restore_agent(&mut self, seat: Seat, was: &AgentStanding) {
        let agent = &mut self.agents[seat.0];
        agent.missed = was.missed;
        let reason = was.pending.clone();
        agent.intent = match (was.status, was.reason.clone()) {
            (AgentStatus::Break, Some(reason)) => Intent::Break(reason),
            _ if reason.as_deref() == Some(LOGGED_OUT) => Intent::Off,
            _ => reason.map_or(Intent::Work, Intent::Break),
        };
        let kept = self.kept_state(was);
        let (state, since) = match kept {
            Some(state) => (state, was.since),
            None => (self.unbound(seat, was.idle_since.unwrap_or(self.now)), self.now),
        };
        self.change(seat, state, AgentChange::Restored);
        self.agents[seat.0].since = since;
    }

    /// The state that goes on whether the phone is there or not.
    fn kept_state(&self, was: &AgentStanding) -> Option<AgentState> {
        let deadline = was.until.filter(|until| *until > self.now);
        let queue = was.queue.clone().filter(|queue| self.line_numbers.contains_key(queue));
        match was.status {
            AgentStatus::Break => Some(AgentState::Break { reason: was.reason.clone()? }),
            AgentStatus::Wrapup => {
                Some(AgentState::WrapUp { call: was.contact, queue: queue?, deadline: deadline? })
            }
            AgentStatus::Talking => {
                let queue = queue?;
                let wrap_up = self.wrap_up_of(&queue);
                let deadline = Some(self.now + wrap_up).filter(|_| !wrap_up.is_zero())?;
                Some(AgentState::WrapUp { call: was.contact, queue, deadline })
            }
            AgentStatus::Backoff => {
                let cause = BackOffCause::named(was.reason.as_deref()?)?;
                Some(AgentState::BackOff { cause, deadline: deadline? })
            }
            AgentStatus::Rona => {
                Some(AgentState::Rona { missed: was.missed.max(1), deadline: deadline? })
            }
            AgentStatus::Unreachable => {
                let idle_since = was.idle_since.unwrap_or(self.now);
                Some(AgentState::Unreachable { idle_since, deadline: deadline? })
            }
            AgentStatus::Offline => Some(AgentState::Offline),
            AgentStatus::Ready
            | AgentStatus::Reserved
            | AgentStatus::Ringing
            | AgentStatus::Releasing
            | AgentStatus::Engaged => None,
        }
    }
}
