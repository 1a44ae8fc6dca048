//! The queues and their agents, kept from outside: who waits since when, who is rung for whom, who talks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::breach::{Fault, require};
use super::reach::reaches;
use super::staff::Staff;
use crate::call::{AgentId, CallId, LegId, QueueId};
use crate::history::{Fact, OfferResult};
use crate::interpreter::Enqueue;
use crate::queue::Settings;
use crate::time::{Duration, Instant};

/// What an adapter's word and a busy driver may be late.
pub(super) const LATE: Duration = Duration::from_secs(1);

/// The lowest priority class.
const LOWEST_CLASS: u8 = 9;

/// Who waits for the same: a queue and the skills asked for.
type Lane = (QueueId, Vec<(Arc<str>, Arc<str>)>);

/// A caller in line.
#[derive(Debug)]
struct Standing {
    lane: Lane,
    /// The lesser goes first.
    place: Option<Instant>,
    /// Since when: one who lost the agent of a talk keeps what they had.
    since: Instant,
    /// When the present wait began.
    came: Instant,
    /// The longest it may stand there.
    until: Option<Instant>,
    /// The step since which the caller waits; `None` while being offered.
    waits_since_step: Option<u64>,
    /// The agents who are rung.
    offered: BTreeSet<AgentId>,
    /// The agents of offers that are made, whether the phone rings yet or not.
    made: BTreeSet<AgentId>,
    /// The agents who failed this caller, and when.
    failed: BTreeMap<AgentId, Instant>,
}

/// All lines.
#[derive(Debug)]
pub(super) struct Desk {
    settings: Settings,
    pub(super) staff: Staff,
    standing: BTreeMap<CallId, Standing>,
    lanes: BTreeMap<Lane, BTreeSet<(Instant, CallId)>>,
    /// How many stand in each queue.
    counts: BTreeMap<QueueId, usize>,
    /// An agent was said to be rung; the order to ring must follow.
    rung: Option<(CallId, AgentId)>,
    /// The offers of this step.
    offers: Vec<(CallId, AgentId)>,
    /// Since when each caller who was connected had been in line.
    talked: BTreeMap<CallId, Instant>,
    /// Where and since when each caller had been in line who left it by a key: coming back, they have that place.
    stepped_out: BTreeMap<CallId, (QueueId, Instant)>,
    /// The queue in which each contact who was connected had stood.
    back_in: BTreeMap<CallId, QueueId>,
    entered: u64,
    answered: u64,
    left: u64,
}

impl Desk {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            staff: Staff::new(&settings),
            settings,
            standing: BTreeMap::new(),
            lanes: BTreeMap::new(),
            counts: BTreeMap::new(),
            rung: None,
            offers: Vec::new(),
            talked: BTreeMap::new(),
            stepped_out: BTreeMap::new(),
            back_in: BTreeMap::new(),
            entered: 0,
            answered: 0,
            left: 0,
        }
    }

    /// The operator changed the queues.
    pub(super) fn change(&mut self, settings: &Settings) {
        for (id, queue) in &settings.queues {
            self.settings.queues.insert(id.clone(), queue.clone());
        }
        self.staff.change(&settings.queues);
        for (id, agent) in &settings.agents {
            if let Some(known) = self.settings.agents.get_mut(id) {
                known.memberships.clone_from(&agent.memberships);
            }
        }
    }

    /// A caller is in line; what it wants there is learnt when the step has settled.
    pub(super) fn enter(
        &mut self,
        now: Instant,
        step: u64,
        call: CallId,
        queue: &QueueId,
    ) -> Result<(), Fault> {
        require(!self.standing.contains_key(&call), || "it enters a line twice".to_owned())?;
        require(!self.staff.talks(call), || "it enters a line while it talks".to_owned())?;
        let kept = self.talked.remove(&call).filter(|_| self.staff.has_lost(call, now));
        let stepped_out = self.stepped_out.remove(&call).filter(|(of, _)| of == queue);
        let since = kept.or(stepped_out.map(|(_, since)| since)).unwrap_or(now);
        *self.counts.entry(queue.clone()).or_default() += 1;
        self.entered += 1;
        let standing = Standing {
            lane: (queue.clone(), Vec::new()),
            place: None,
            since,
            came: now,
            until: None,
            waits_since_step: Some(step),
            offered: BTreeSet::new(),
            made: BTreeSet::new(),
            failed: BTreeMap::new(),
        };
        self.standing.insert(call, standing);
        Ok(())
    }

    /// What a caller in line wants: its place is found once, and kept.
    pub(super) fn wants(&mut self, call: CallId, wanted: &Enqueue) {
        let Some(standing) = self.standing.get_mut(&call).filter(|one| one.place.is_none()) else {
            return;
        };
        let mut skills = wanted.skills.clone();
        skills.sort();
        skills.dedup();
        let score = score(standing.since, wanted.priority, self.settings.age_credit);
        let ring = self.settings.queues.get(&wanted.queue).map_or(Duration::ZERO, |q| q.ring);
        let until = standing.came + wanted.max_wait + ring + self.settings.lease + LATE;
        standing.lane.1 = skills;
        (standing.place, standing.until) = (Some(score), Some(until));
        self.lanes.entry(standing.lane.clone()).or_default().insert((score, call));
    }

    /// A caller is led to another queue, with their place; nobody there has failed them yet.
    pub(super) fn led(&mut self, step: u64, call: CallId, queue: &QueueId) -> Result<(), Fault> {
        let Some(mine) = self.standing.get_mut(&call) else {
            return Err(format!("it is led to queue `{queue}` and stands in no line"));
        };
        require(mine.offered.is_empty(), || "it is led away while an agent is rung".to_owned())?;
        let ring = self.settings.queues.get(queue).map_or(Duration::ZERO, |queue| queue.ring);
        let new = (queue.clone(), mine.lane.1.clone());
        let old = std::mem::replace(&mut mine.lane, new.clone());
        mine.until = mine.until.map(|until| until + ring);
        mine.waits_since_step = Some(step);
        mine.failed.clear();
        mine.made.clear();
        if let (Some(place), Some(lane)) = (mine.place, self.lanes.get_mut(&old)) {
            lane.remove(&(place, call));
            if lane.is_empty() {
                self.lanes.remove(&old);
            }
            self.lanes.entry(new).or_default().insert((place, call));
        }
        if let Some(count) = self.counts.get_mut(&old.0) {
            *count -= 1;
        }
        *self.counts.entry(queue.clone()).or_default() += 1;
        Ok(())
    }

    /// A caller in line has another priority: the place is what it would be, had they come with that one.
    fn reprioritised(&mut self, call: CallId, priority: u8) {
        let Some(mine) = self.standing.get_mut(&call) else { return };
        let Some(old) = mine.place else { return };
        let score = score(mine.since, priority, self.settings.age_credit);
        mine.place = Some(score);
        if let Some(lane) = self.lanes.get_mut(&mine.lane) {
            lane.remove(&(old, call));
            lane.insert((score, call));
        }
    }

    /// What the history is told: an offer that is to be kept first is made now, whenever the phone rings, and the caller
    /// waits on where it comes to nothing before that.
    pub(super) fn history(&mut self, now: Instant, step: u64, fact: &Fact) {
        match fact {
            Fact::Offered { contact, agent, .. } => {
                if let Some(mine) = self.standing.get_mut(contact) {
                    mine.waits_since_step = None;
                    mine.made.insert(agent.clone());
                }
                self.offers.push((*contact, agent.clone()));
            }
            Fact::OfferClosed { contact, agent, result, .. } => {
                self.unclaimed(*contact, agent, step);
                if let (OfferResult::Stale, Some(mine)) = (result, self.standing.get_mut(contact)) {
                    mine.failed.insert(agent.clone(), now);
                }
            }
            Fact::Reprioritised { contact, priority, .. } => {
                self.reprioritised(*contact, *priority);
            }
            _ => {}
        }
    }

    /// An offer came to nothing: a caller for whom there is no other waits again.
    pub(super) fn unclaimed(&mut self, call: CallId, agent: &AgentId, step: u64) {
        let Some(mine) = self.standing.get_mut(&call) else { return };
        mine.made.remove(agent);
        if mine.offered.is_empty() && mine.made.is_empty() {
            mine.waits_since_step = Some(step);
        }
    }

    /// An agent is said to be rung for a caller.
    pub(super) fn offer(
        &mut self,
        now: Instant,
        call: CallId,
        agent: &AgentId,
        history: bool,
    ) -> Result<(), Fault> {
        let Some(mine) = self.standing.get_mut(&call) else {
            return Err(format!("agent {agent} is rung for a caller who is not in line"));
        };
        let queue = self.settings.queues.get(&mine.lane.0);
        let most = queue.map_or(1, |queue| queue.strategy.most());
        if let (Some(other), true) = (mine.offered.first(), mine.offered.len() >= most) {
            return Err(format!("it is offered to {agent} while {other} is rung for it"));
        }
        let pause = self.settings.retry_pause;
        require(mine.failed.get(agent).is_none_or(|at| *at + pause <= now), || {
            format!("agent {agent}, who has just failed it, is rung for it again")
        })?;
        mine.offered.insert(agent.clone());
        mine.waits_since_step = None;
        self.staff.ring(now, agent, call)?;
        self.rung = Some((call, agent.clone()));
        if !history {
            self.offers.push((call, agent.clone()));
        }
        Ok(())
    }

    /// Whoever stands before `score`, could have been offered to this agent, and was not.
    fn overtaken(
        &self,
        now: Instant,
        step: u64,
        score: Instant,
        agent: &AgentId,
    ) -> Option<CallId> {
        let pause = self.settings.retry_pause;
        let before = self
            .lanes
            .values()
            .flat_map(|lane| lane.iter().take_while(|(at, _)| *at < score).map(|(_, call)| call));
        before.copied().find(|call| {
            let Some(standing) = self.standing.get(call) else { return false };
            let (queue, skills) = &standing.lane;
            let waits = standing.waits_since_step.is_some_and(|since| since < step);
            let open = standing.failed.get(agent).is_none_or(|at| *at + pause <= now);
            let waited = now.since(standing.since);
            waits && open && reaches(&self.settings, queue, skills, agent, waited)
        })
    }

    /// The order to ring an agent's phone: whose call it is for.
    pub(super) fn dialled(&mut self, leg: LegId) -> Option<(CallId, AgentId)> {
        let (call, agent) = self.rung.take()?;
        self.staff.dialled(&agent, leg);
        Some((call, agent))
    }

    /// An offer came to nothing: a caller for whom nobody else is rung waits again, on the same place. `blamed` = the
    /// agent is not to be asked again for a while.
    pub(super) fn failed(
        &mut self,
        now: Instant,
        step: u64,
        call: CallId,
        (agent, blamed): (&AgentId, bool),
    ) {
        if let Some(standing) = self.standing.get_mut(&call)
            && standing.offered.remove(agent)
        {
            standing.made.remove(agent);
            if standing.offered.is_empty() && standing.made.is_empty() {
                standing.waits_since_step = Some(step);
            }
            if blamed {
                standing.failed.insert(agent.clone(), now);
            }
        }
    }

    /// Caller and agent are said to talk.
    pub(super) fn connect(
        &mut self,
        now: Instant,
        call: CallId,
        agent: &AgentId,
    ) -> Result<(), Fault> {
        let Some(standing) = self.standing.get(&call) else {
            return Err(format!("agent {agent} is connected with a caller who is not in line"));
        };
        require(standing.offered.contains(agent), || {
            format!("it is connected with {agent}, who was not rung for it")
        })?;
        let other = standing.offered.iter().find(|other| *other != agent);
        if let Some(other) = other {
            return Err(format!("it is connected with {agent} while {other} is rung for it"));
        }
        let queue = standing.lane.0.clone();
        self.talked.insert(call, standing.since);
        self.back_in.insert(call, queue.clone());
        self.answered += 1;
        self.gone(now, call)?;
        let wrap_up = self.settings.queues.get(&queue).map_or(Duration::ZERO, |q| q.wrap_up);
        self.staff.talk(agent, call, (queue, wrap_up))
    }

    /// A caller is no longer in line, for another reason: the agent who was rung must be let go in the same step.
    /// One who leaves by themselves keeps the place for when they come back.
    pub(super) fn leave(
        &mut self,
        now: Instant,
        call: CallId,
        by_themselves: bool,
    ) -> Result<Option<AgentId>, Fault> {
        let Some(standing) = self.standing.get(&call) else { return Ok(None) };
        if by_themselves {
            self.stepped_out.insert(call, (standing.lane.0.clone(), standing.since));
        }
        let offered = standing.offered.first().cloned();
        self.left += 1;
        self.gone(now, call)?;
        Ok(offered)
    }

    fn gone(&mut self, now: Instant, call: CallId) -> Result<(), Fault> {
        let Some(standing) = self.standing.remove(&call) else { return Ok(()) };
        if let Some(lane) = self.lanes.get_mut(&standing.lane) {
            if let Some(place) = standing.place {
                lane.remove(&(place, call));
            }
            if lane.is_empty() {
                self.lanes.remove(&standing.lane);
            }
        }
        if let Some(count) = self.counts.get_mut(&standing.lane.0) {
            *count -= 1;
        }
        require(standing.until.is_none_or(|until| now <= until), || {
            "it waited beyond the longest wait".to_owned()
        })
    }

    /// A customer who was called back talks with the agent.
    pub(super) fn talks_back(&mut self, contact: CallId) {
        let Some(queue) = self.back_in.get(&contact) else { return };
        let wrap_up = self.settings.queues.get(queue).map_or(Duration::ZERO, |q| q.wrap_up);
        self.staff.wraps_up(contact, queue, wrap_up);
    }

    /// Whether a caller is in line.
    pub(super) fn holds(&self, call: CallId) -> bool {
        self.standing.contains_key(&call)
    }

    /// Until when a caller may be in line at most.
    pub(super) fn until(&self, call: CallId) -> Option<Instant> {
        self.standing.get(&call).and_then(|standing| standing.until)
    }

    /// Checks the offers of this step: nobody was overtaken.
    pub(super) fn check_order(&mut self, now: Instant, step: u64) -> Result<(), Fault> {
        for (call, agent) in std::mem::take(&mut self.offers) {
            let place = self.standing.get(&call).and_then(|standing| standing.place);
            let Some(place) = place else { continue };
            if let Some(other) = self.overtaken(now, step, place, &agent) {
                return Err(format!(
                    "agent {agent} is rung for call {call} although call {other} waited longer"
                ));
            }
        }
        Ok(())
    }

    /// Checks the sums after a step, with the number of callers that the engine says are waiting in each queue.
    pub(super) fn check(&self, waiting: impl Fn(&QueueId) -> usize) -> Result<(), Fault> {
        for (queue, count) in &self.counts {
            let said = waiting(queue);
            require(said == *count, || {
                format!("{count} callers stand in queue `{queue}`, the engine says {said}")
            })?;
        }
        require(self.rung.is_none(), || "an agent is said to be rung and is not".to_owned())?;
        let sum = self.answered + self.left + u64::try_from(self.standing.len()).unwrap_or(0);
        require(self.entered == sum, || "who entered the lines is not who left them".to_owned())
    }
}

/// Where a caller stands: the lesser goes first. Each class below the first is worth the credit.
fn score(since: Instant, priority: u8, credit: Duration) -> Instant {
    let below_first = priority.clamp(1, LOWEST_CLASS) - 1;
    since + credit.times(u64::from(below_first))
}
