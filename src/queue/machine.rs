//! The machine itself: what it holds, how inputs and timers reach it, what can be asked of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::agent::{Agent, AgentState, Intent, Seat, Shift};
use super::audit::Audit;
use super::contact::Waiter;
use super::input::{Input, OfferId};
use super::line::{Line, LineNumber};
use super::output::{AgentChange, Output};
use super::settings::Settings;
use super::timer::{Timer, Timers};
use crate::call::{AgentId, CallId, QueueId};
use crate::history::Exit;
use crate::time::Instant;

/// All human queues of a node and all agents who serve them.
#[derive(Debug)]
pub struct Queues {
    /// What the operator set; its queues and agents have moved into `lines` and `agents`.
    pub(super) settings: Settings,
    /// The agents, by seat.
    pub(super) agents: Vec<Agent>,
    /// The seat of each agent.
    pub(super) seats: BTreeMap<AgentId, Seat>,
    /// The queues, by number.
    pub(super) lines: Vec<Line>,
    /// The number of each queue.
    pub(super) line_numbers: BTreeMap<QueueId, LineNumber>,
    /// Everybody in line.
    pub(super) waiters: BTreeMap<CallId, Waiter>,
    /// The callers whose lines are out of touch.
    pub(super) held: BTreeSet<CallId>,
    /// The agent of each offer, live or taken back. Mirrors the agents' states.
    pub(super) offers: BTreeMap<OfferId, Seat>,
    /// The agent of each talk. Mirrors the agents' states.
    pub(super) talks: BTreeMap<CallId, Seat>,
    /// Mirrors the deadlines in states, contacts and lanes.
    pub(super) timers: Timers,
    /// Lines whose order changed in this step.
    pub(super) moved: BTreeSet<LineNumber>,
    /// The number of the last offer made.
    pub(super) last_offer: u64,
    /// What was decided and not yet fetched.
    pub(super) outputs: VecDeque<Output>,
    /// The time of the last input.
    pub(super) now: Instant,
    /// Whether no new offer starts.
    pub(super) paused: bool,
    /// What has changed since the last check, if anybody checks.
    pub(super) audit: Option<Audit>,
}

impl Queues {
    /// Makes empty queues. Agents with a fixed address are ready, all others offline.
    #[must_use]
    pub fn new(mut settings: Settings) -> Self {
        let queues = std::mem::take(&mut settings.queues);
        let staff = std::mem::take(&mut settings.agents);
        let mut agents = Vec::new();
        let mut seats = BTreeMap::new();
        for (id, agent) in &staff {
            let state = if agent.always_there {
                AgentState::Ready { idle_since: Instant::ZERO }
            } else {
                AgentState::Offline
            };
            seats.insert(id.clone(), Seat(agents.len()));
            agents.push(Agent {
                id: id.clone(),
                lines: Vec::new(),
                skills: agent.skills.clone(),
                reachable: agent.always_there,
                intent: Intent::Work,
                missed: 0,
                handles: None,
                shift: Shift::default(),
                state,
                since: Instant::ZERO,
            });
        }
        let mut machine = Self {
            settings,
            agents,
            seats,
            lines: Vec::new(),
            line_numbers: BTreeMap::new(),
            waiters: BTreeMap::new(),
            held: BTreeSet::new(),
            offers: BTreeMap::new(),
            talks: BTreeMap::new(),
            timers: Timers::default(),
            moved: BTreeSet::new(),
            last_offer: 0,
            outputs: VecDeque::new(),
            now: Instant::ZERO,
            paused: false,
            audit: None,
        };
        for (id, queue) in queues {
            machine.add_line(id, queue, &staff);
        }
        machine
    }

    /// Lets time pass until `now`, then takes `input`. Time never runs back: an earlier `now` counts as the last one.
    pub fn handle(&mut self, now: Instant, input: Input) {
        debug_assert!(now >= self.now, "time never runs back");
        self.now = self.now.max(now);
        while let Some(timer) = self.timers.take_due(self.now) {
            self.due(timer);
        }
        match input {
            Input::Tick => {}
            Input::Enqueue(contact) => self.enqueue(contact),
            Input::Leave { call, how } => self.leave(call, how),
            Input::Hold { call } => self.hold(call),
            Input::Unhold { call } => self.unhold(call),
            Input::Reachable { agent, reachable } => self.reachable(&agent, reachable),
            Input::Break { agent, reason } => self.break_asked(&agent, reason),
            Input::Resume { agent } => self.resumed(&agent),
            Input::Ringing { offer } => self.ringing(offer),
            Input::Answered { offer } => self.answered(offer),
            Input::Joined { offer } => self.joined(offer),
            Input::Failed { offer, cause } => self.failed(offer, cause),
            Input::Released { offer } => self.released(offer),
            Input::Unclaimed { offer, stale } => self.unclaimed(offer, stale),
            Input::Pause(on) => self.pause(on),
            Input::TalkEnded { call } => self.talk_ended(call),
            Input::Vanished { call } => self.vanished(call),
            Input::Engage { agent } => self.engage(&agent),
            Input::Disengage { agent } => self.disengage(&agent),
            Input::HandOver { call, queue, agent } => self.hand_over(call, queue, &agent),
            Input::WrapUpDone { agent } => self.wrap_up_done(&agent),
            Input::ExtendWrapUp { agent, by } => self.extend_wrap_up(&agent, by),
            Input::LogOut { agent } => self.log_out(&agent),
            Input::LogIn { agent } => self.log_in(&agent),
            Input::Reprioritise { call, priority } => self.reprioritise(call, priority),
            Input::Move { call, queue, closes_at } => self.move_to(call, queue, closes_at),
            Input::Change(settings) => self.change_queues(*settings),
            Input::Restore(standing) => self.restore(*standing),
        }
        self.tell_moves();
    }

    /// Fetches the next decision. Fetch all of them after each [`handle`](Self::handle).
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call [`handle`](Self::handle) with [`Input::Tick`] if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// The place of a caller in its queue, from 1; `None` if the caller is in none.
    #[must_use]
    pub fn position(&self, call: CallId) -> Option<u32> {
        let waiter = self.waiters.get(&call)?;
        Some(self.lines[waiter.line.0].position(waiter.place))
    }

    /// Whether anybody who serves the queue is logged in, on a break or busy included.
    #[must_use]
    pub fn is_staffed(&self, queue: &QueueId) -> bool {
        self.line_numbers.get(queue).is_some_and(|line| {
            self.lines[line.0].members.iter().any(|seat| self.agents[seat.0].is_present())
        })
    }

    /// How many callers are in line, those being offered included.
    #[must_use]
    pub fn waiting(&self, queue: &QueueId) -> usize {
        self.line_numbers.get(queue).map_or(0, |line| self.lines[line.0].order.len())
    }

    /// The state of an agent; `None` if the project has no such agent.
    #[must_use]
    pub fn agent_state(&self, agent: &AgentId) -> Option<&AgentState> {
        self.seats.get(agent).map(|seat| &self.agents[seat.0].state)
    }

    /// Whether an agent who is chosen still wants to work and has a phone: nobody else should be rung.
    #[must_use]
    pub fn wants_work(&self, agent: &AgentId) -> bool {
        self.seats.get(agent).is_some_and(|seat| {
            let agent = &self.agents[seat.0];
            agent.reachable && agent.intent == Intent::Work
        })
    }

    /// Does what a timer stands for.
    fn due(&mut self, timer: Timer) {
        match timer {
            Timer::Agent(seat) => self.agent_due(seat),
            Timer::Retry(call) => {
                if let Some(waiter) = self.waiters.get_mut(&call) {
                    waiter.retry_at = None;
                    self.find_agent(call);
                }
            }
            Timer::MaxWait(call) => {
                let how = self.waiters.get(&call).map(|waiter| waiter.way_out(self.now));
                self.depart(call, how.unwrap_or(Exit::Timeout));
            }
            Timer::Ring(call) => self.ring_due(call),
            Timer::Join(call) => self.join_over(call),
            Timer::Grace(line, lane) => self.grace_over(line, &lane),
        }
    }

    /// Ends the state of an agent whose deadline came.
    fn agent_due(&mut self, seat: Seat) {
        match self.agents[seat.0].state.clone() {
            AgentState::Reserved(live) | AgentState::Ringing(live) => {
                self.lease_expired(seat, live);
            }
            AgentState::Releasing { idle_since, .. } => {
                self.settle(seat, idle_since, AgentChange::ReleaseLimit);
            }
            AgentState::Talking { call, .. } => self.part(call, AgentChange::TalkLimit),
            AgentState::Engaged { .. } => self.disengage_seat(seat, AgentChange::TalkLimit),
            AgentState::WrapUp { .. } => self.settle(seat, self.now, AgentChange::WrapUpEnded),
            AgentState::BackOff { .. } | AgentState::Rona { .. } => self.pause_over(seat),
            AgentState::Unreachable { .. } => {
                self.change(seat, AgentState::Offline, AgentChange::Unregistered);
            }
            AgentState::Offline | AgentState::Ready { .. } | AgentState::Break { .. } => {}
        }
    }

    /// Tells the first places of each line that changed where they now stand.
    fn tell_moves(&mut self) {
        let told = usize::try_from(self.settings.told_places).unwrap_or(usize::MAX);
        for number in std::mem::take(&mut self.moved) {
            let line = &self.lines[number.0];
            for (position, place) in (1..).zip(line.order.iter().take(told)) {
                if let Some(waiter) = self.waiters.get_mut(&place.call)
                    && waiter.told != position
                {
                    waiter.told = position;
                    self.outputs.push_back(Output::Moved { call: place.call, position });
                }
            }
        }
    }
}
