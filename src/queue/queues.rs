//! The queues themselves: those at the start, and what changes while callers wait.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::Seat;
use super::line::{Line, LineNumber};
use super::machine::Queues;
use super::settings::{AgentSettings, QueueSettings, Settings};
use crate::call::{AgentId, QueueId};

/// The most queues that a machine takes, those that are no longer named included; further ones are unknown to it.
const MAX_QUEUES: usize = 10_000;

impl Queues {
    /// Takes over what may change while callers wait: the settings of each queue, for what is decided from now on,
    /// and queues that are new, served at once by those known agents who name them.
    ///
    /// A queue that is no longer named stays as it was: whoever stands in it is served, and calls that began before
    /// may still ask for it. Agents, their skills and the queues they served before stay until the next start.
    pub(super) fn change_queues(&mut self, settings: Settings) {
        for (id, queue) in settings.queues {
            match self.line_numbers.get(&id) {
                Some(number) => self.lines[number.0].settings = queue,
                None => self.add_line(id, queue, &settings.agents),
            }
        }
    }

    /// Adds an empty queue, served by those who name it.
    pub(super) fn add_line(
        &mut self,
        id: QueueId,
        settings: QueueSettings,
        agents: &BTreeMap<AgentId, AgentSettings>,
    ) {
        if self.lines.len() >= MAX_QUEUES {
            return;
        }
        let serves = |(agent, seat): (_, &Seat)| {
            agents.get(agent).is_some_and(|agent| agent.queues.contains(&id)).then_some(*seat)
        };
        let members: Vec<Seat> = self.seats.iter().filter_map(serves).collect();
        let number = LineNumber(self.lines.len());
        let mut ready = BTreeSet::new();
        for &seat in &members {
            let agent = &mut self.agents[seat.0];
            agent.lines.push(number);
            ready.extend(agent.state.ready_since().map(|since| (since, seat)));
        }
        self.line_numbers.insert(id.clone(), number);
        let (order, lanes) = (BTreeSet::new(), BTreeMap::new());
        self.lines.push(Line { id, settings, members, order, lanes, ready });
    }
}
