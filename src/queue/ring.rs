//! Rings: whom a contact reaches the longer it waits. A ring lets further agents in, and never one out.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::agent::Seat;
use super::contact::{Waiter, WaiterState};
use super::line::{Line, LineNumber, Skills};
use super::machine::Queues;
use super::settings::{FIRST_LEVEL, Ring};
use super::timer::Timer;
use crate::call::CallId;
use crate::time::{Duration, Instant};

/// What names a lane: the ring that its contacts have reached and the skills that they ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LaneName {
    /// The ring, from 0.
    pub(super) ring: usize,
    /// What its contacts ask for.
    pub(super) skills: Skills,
}

/// One ring with all that those before it let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    /// How long a contact has waited when it comes.
    pub(super) after: Duration,
    /// The levels reached; `None` = all.
    pub(super) levels: Option<BTreeSet<u8>>,
    /// The skills that are asked for no more.
    pub(super) dropped: BTreeSet<Arc<str>>,
}

impl Reach {
    /// The rings of a queue. There is always one at the beginning: every agent where rings name no level, else those of
    /// the first level.
    pub(super) fn of(rings: &[Ring]) -> Vec<Self> {
        let levelled = rings.iter().any(|ring| !ring.levels.is_empty());
        let starts = rings.first().is_some_and(|ring| ring.after.is_zero());
        let named = rings.first().is_some_and(|ring| !ring.levels.is_empty());
        let first = if starts && named { BTreeSet::new() } else { [FIRST_LEVEL].into() };
        let levels = levelled.then_some(first);
        let mut all = vec![Self { after: Duration::ZERO, levels, dropped: BTreeSet::new() }];
        let mut rings: Vec<&Ring> = rings.iter().collect();
        rings.sort_by_key(|ring| ring.after);
        for ring in rings {
            let mut next = all.last().expect("there is a first ring").clone();
            next.after = ring.after;
            if let Some(levels) = &mut next.levels {
                levels.extend(&ring.levels);
            }
            next.dropped.extend(ring.drop_skills.iter().cloned());
            if ring.after.is_zero() {
                all.pop();
            }
            all.push(next);
        }
        all
    }

    /// Whether agents of this level are reached.
    pub(super) fn holds(&self, level: u8) -> bool {
        self.levels.as_ref().is_none_or(|levels| levels.contains(&level))
    }
}

impl Line {
    /// The ring of a contact that has waited for so long.
    pub(super) fn ring_at(&self, waited: Duration) -> usize {
        self.reaches.iter().rposition(|reach| reach.after <= waited).unwrap_or(0)
    }

    /// The widest ring.
    pub(super) fn last_ring(&self) -> usize {
        self.reaches.len() - 1
    }
}

impl Queues {
    /// Whether an agent may serve contacts of a lane: they serve the queue, their level is reached and they hold the
    /// skills that are still asked for.
    pub(super) fn reaches(&self, number: LineNumber, lane: &LaneName, seat: Seat) -> bool {
        let line = &self.lines[number.0];
        let reach = &line.reaches[lane.ring.min(line.last_ring())];
        let asked = lane.skills.iter().filter(|(skill, _)| !reach.dropped.contains(*skill));
        let agent = &self.agents[seat.0];
        line.membership(seat).is_some_and(|member| reach.holds(member.level))
            && asked.into_iter().all(|(skill, value)| agent.holds(skill, value))
    }

    /// Whether an agent may serve such contacts now or if they wait on.
    pub(super) fn could_reach(&self, number: LineNumber, skills: &Skills, seat: Seat) -> bool {
        let ring = self.lines[number.0].last_ring();
        self.reaches(number, &LaneName { ring, skills: skills.clone() }, seat)
    }

    /// When the next ring of a contact comes.
    pub(super) fn next_ring(&self, waiter: &Waiter) -> Option<Instant> {
        let reach = self.lines[waiter.line.0].reaches.get(waiter.lane.ring + 1)?;
        Some(waiter.enqueued_at + reach.after)
    }

    /// The next ring of a contact has come: one at a time, so that a late tick lets nobody overtake whose ring came
    /// earlier.
    pub(super) fn ring_due(&mut self, call: CallId) {
        let Some(waiter) = self.waiters.get(&call) else { return };
        let ring = (waiter.lane.ring + 1).min(self.lines[waiter.line.0].last_ring());
        self.refile(call, ring);
        self.search_anew(call);
    }

    /// Puts a contact into the lane of another ring, with its place.
    pub(super) fn refile(&mut self, call: CallId, ring: usize) {
        let Some(mut waiter) = self.waiters.remove(&call) else { return };
        let lane = self.lines[waiter.line.0].lanes.get(&waiter.lane);
        let since = lane.and_then(|lane| lane.unstaffed_since);
        self.leave_lane(&waiter);
        if let Some(at) = self.next_ring(&waiter) {
            self.timers.stop(at, Timer::Ring(call));
        }
        waiter.lane.ring = ring;
        self.join_lane(&waiter, since);
        if let Some(at) = self.next_ring(&waiter) {
            self.timers.start(at, Timer::Ring(call));
        }
        self.touch_contact(call, waiter.line);
        self.waiters.insert(call, waiter);
        self.open_lane(call);
    }

    /// Looks for agents for a contact that waits or takes further ones, with its retry timed anew.
    pub(super) fn search_anew(&mut self, call: CallId) {
        let state = self.waiters.get(&call).map(|waiter| waiter.state);
        if let Some(WaiterState::Waiting | WaiterState::Offered) = state {
            self.find_agent(call);
        }
    }
}
