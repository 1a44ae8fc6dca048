//! The queues themselves: those at the start, and what changes while callers wait.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::Seat;
use super::estimate::Forecast;
use super::line::{Line, LineNumber};
use super::machine::Queues;
use super::order::Order;
use super::ring::Reach;
use super::settings::{AgentSettings, QueueSettings, Settings};
use super::timer::Timer;
use crate::bug::{self, Bug};
use crate::call::{AgentId, CallId, QueueId};

/// The most queues that a machine takes, those that are no longer named included; further ones are unknown to it.
const MAX_QUEUES: usize = 10_000;

impl Queues {
    /// Takes over what may change while callers wait: the settings of each queue, for what is decided from now on,
    /// and queues that are new, served at once by those known agents who name them.
    ///
    /// A queue that is no longer named stays as it was: whoever stands in it is served, and calls that began before
    /// may still ask for it. Agents, their skills and which queues they served before stay until the next start.
    pub(super) fn change_queues(&mut self, settings: Settings) {
        for (id, queue) in settings.queues {
            match self.line_numbers.get(&id) {
                Some(number) => self.change_line(*number, queue, &settings.agents),
                None => self.add_line(id, queue, &settings.agents),
            }
        }
        if bug::is(Bug::MissesForgotten) {
            self.agents.iter_mut().for_each(|agent| agent.missed = 0);
        }
    }

    /// Changes the settings of a queue and how its agents serve it. Who waits keeps the place, and reaches whom they
    /// would reach had it been so from the beginning.
    fn change_line(
        &mut self,
        number: LineNumber,
        settings: QueueSettings,
        agents: &BTreeMap<AgentId, AgentSettings>,
    ) {
        let line = &mut self.lines[number.0];
        let (id, reaches) = (line.id.clone(), Reach::of(&settings.rings));
        let mut memberships = line.memberships.clone();
        for (seat, member) in &mut memberships {
            let agent = agents.get(&self.agents[seat.0].id);
            if let Some(agent) = agent.filter(|agent| agent.queues.contains(&id)) {
                *member = agent.membership(&id);
            }
        }
        let same_order =
            line.settings.strategy == settings.strategy && line.memberships == memberships;
        let same_reach = line.reaches == reaches && line.memberships == memberships;
        line.settings = settings;
        line.memberships = memberships;
        if !same_order {
            let agents = &self.agents;
            let rank = |seat: &Seat| {
                let agent = &agents[seat.0];
                Some((line.rank(*seat, agent, agent.state.ready_since()?), *seat))
            };
            line.ready = line.members.iter().filter_map(rank).collect();
        }
        if !same_reach {
            self.change_reach(number, reaches);
        }
        (0..self.agents.len()).for_each(|seat| self.touch_seat(Seat(seat)));
    }

    /// Puts everybody in a line into the lane that is theirs by new rings or levels, and looks for agents anew.
    fn change_reach(&mut self, number: LineNumber, reaches: Vec<Reach>) {
        let calls: Vec<CallId> =
            self.lines[number.0].order.iter().map(|place| place.call).collect();
        for call in &calls {
            let Some(waiter) = self.waiters.remove(call) else { continue };
            self.leave_lane(&waiter);
            if let Some(at) = self.next_ring(&waiter) {
                self.timers.stop(at, Timer::Ring(*call));
            }
            self.waiters.insert(*call, waiter);
        }
        self.lines[number.0].reaches = reaches;
        for call in &calls {
            let Some(mut waiter) = self.waiters.remove(call) else { continue };
            let waited = self.now.since(waiter.enqueued_at);
            waiter.lane.ring = self.lines[number.0].ring_at(waited);
            self.join_lane(&waiter, None);
            if let Some(at) = self.next_ring(&waiter) {
                self.timers.start(at, Timer::Ring(*call));
            }
            self.touch_contact(*call, number);
            self.waiters.insert(*call, waiter);
            self.open_lane(*call);
        }
        calls.into_iter().for_each(|call| self.search_anew(call));
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
        let of = |seat: &Seat| {
            let agent = agents.get(&self.agents[seat.0].id);
            (*seat, agent.map(|agent| agent.membership(&id)).unwrap_or_default())
        };
        let mut line = Line {
            reaches: Reach::of(&settings.rings),
            memberships: members.iter().map(of).collect(),
            id: id.clone(),
            settings,
            members,
            turns: BTreeMap::new(),
            turn: 0,
            forecast: Forecast::default(),
            order: Order::default(),
            lanes: BTreeMap::new(),
            ready: BTreeSet::new(),
        };
        for &seat in &line.members {
            let agent = &mut self.agents[seat.0];
            agent.lines.push(number);
            let since = agent.state.ready_since();
            line.ready.extend(since.map(|since| (line.rank(seat, agent, since), seat)));
        }
        self.line_numbers.insert(id, number);
        self.lines.push(line);
    }
}
