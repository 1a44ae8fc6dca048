//! Agents, kept from outside: rung only while free, bound to one caller at a time, left alone while they rest.

use std::collections::BTreeMap;

use super::breach::{Fault, require};
use crate::call::{AgentId, CallId, HangupCause, LegId, QueueId};
use crate::engine::AgentOrder;
use crate::queue::{QueueSettings, Settings};
use crate::time::{Duration, Instant};

/// What binds an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bond {
    /// Nothing.
    Free,
    /// The phone is rung for a caller.
    Rung { call: CallId, leg: Option<LegId> },
    /// The offer was taken back; the phone may still ring until its end is reported, or at most until then.
    Released { leg: Option<LegId>, until: Instant },
    /// They talk.
    Talking { call: CallId, leg: Option<LegId>, wrap_up: Duration },
}

/// One agent.
#[derive(Debug)]
struct Person {
    reachable: bool,
    on_break: bool,
    /// Whether they are logged out by word.
    off: bool,
    bond: Bond,
    /// Since when the work after a call takes, and until when.
    wraps_since: Instant,
    wraps_until: Instant,
    /// Until when a failed offer keeps them from the next.
    rests_until: Instant,
    /// The state that the engine told last.
    told: String,
}

impl Person {
    /// The work after a call begins.
    fn wraps(&mut self, now: Instant, wrap_up: Duration) {
        (self.wraps_since, self.wraps_until) = (now, now + wrap_up);
    }

    /// Whether they are at the work after a call, by the engine's word.
    fn wraps_up(&self) -> bool {
        self.told == "wrapup"
    }

    /// What keeps them from the next caller is over, but for the work after a call.
    fn rested(&mut self) {
        self.rests_until = Instant::ZERO;
        if !self.wraps_up() {
            self.wraps_until = Instant::ZERO;
        }
    }
}

/// All agents.
#[derive(Debug)]
pub(super) struct Staff {
    people: BTreeMap<AgentId, Person>,
    legs: BTreeMap<LegId, AgentId>,
    talks: BTreeMap<CallId, AgentId>,
    /// The work after a talk with each caller who has talked.
    wrap_ups: BTreeMap<CallId, (QueueId, Duration)>,
    pauses: [(&'static str, Duration); 3],
    release_limit: Duration,
    wrap_up_limit: Duration,
    /// Who is freed in this step of what binds them.
    freed: Option<AgentId>,
    /// Legs of agents who talked and were hung up on because nothing came from them any more.
    lost: BTreeMap<LegId, CallId>,
    /// The caller whose agent is gone without a word, and when that was told.
    forsaken: Option<(CallId, Instant)>,
}

impl Staff {
    pub(super) fn new(settings: &Settings) -> Self {
        let person = |always_there: bool| Person {
            reachable: always_there,
            on_break: false,
            off: false,
            bond: Bond::Free,
            wraps_since: Instant::ZERO,
            wraps_until: Instant::ZERO,
            rests_until: Instant::ZERO,
            told: if always_there { "ready" } else { "offline" }.to_owned(),
        };
        let people = settings.agents.iter();
        Self {
            people: people.map(|(id, agent)| (id.clone(), person(agent.always_there))).collect(),
            legs: BTreeMap::new(),
            talks: BTreeMap::new(),
            wrap_ups: BTreeMap::new(),
            pauses: [
                ("rejected", settings.reject_pause),
                ("busy", settings.busy_pause),
                ("unreachable", settings.unreachable_pause),
            ],
            release_limit: settings.release_limit,
            wrap_up_limit: settings.wrap_up_limit,
            freed: None,
            lost: BTreeMap::new(),
            forsaken: None,
        }
    }

    /// A phone came or went.
    pub(super) fn reachable(&mut self, agent: &AgentId, reachable: bool) {
        if let Some(person) = self.people.get_mut(agent)
            && person.reachable != reachable
        {
            person.reachable = reachable;
            person.rested();
        }
    }

    /// Somebody orders something of an agent.
    pub(super) fn ordered(&mut self, now: Instant, agent: &AgentId, order: &AgentOrder) {
        let limit = self.wrap_up_limit;
        let Some(person) = self.people.get_mut(agent) else { return };
        let wraps_up = person.wraps_up();
        match order {
            AgentOrder::Break(_) if person.off => {}
            AgentOrder::Break(_) => {
                person.on_break = true;
                person.rested();
            }
            AgentOrder::Ready => {
                (person.on_break, person.off) = (false, false);
                person.rested();
            }
            AgentOrder::Offline => (person.on_break, person.off) = (false, true),
            AgentOrder::WrapUpDone if wraps_up => person.wraps_until = now,
            AgentOrder::ExtendWrapUp(by) if wraps_up => {
                let longest = person.wraps_until.max(person.wraps_since + limit);
                person.wraps_until = (person.wraps_until + *by).min(longest);
            }
            AgentOrder::WrapUpDone | AgentOrder::ExtendWrapUp(_) => {}
            AgentOrder::Free => {
                if matches!(person.bond, Bond::Released { .. }) {
                    person.bond = Bond::Free;
                }
                if wraps_up {
                    person.wraps_until = now;
                } else if person.bond == Bond::Free && !person.off {
                    person.on_break &= !person.told.starts_with("break");
                    person.rested();
                }
                self.freed = Some(agent.clone());
            }
        }
    }

    /// Whether a leg is one of an agent who is freed in this step.
    pub(super) fn is_freed(&self, leg: LegId) -> bool {
        self.freed.is_some() && self.legs.get(&leg) == self.freed.as_ref()
    }

    /// Whoever was freed in this step must be free now.
    pub(super) fn check_freed(&mut self) -> Result<(), Fault> {
        let Some(agent) = self.freed.take() else { return Ok(()) };
        let bond = self.people.get(&agent).map_or(Bond::Free, |person| person.bond);
        require(bond == Bond::Free, || {
            format!("agent {agent} was freed and is still bound: {bond:?}")
        })
    }

    /// The engine tells an agent's state.
    pub(super) fn told(&mut self, agent: &AgentId, state: &str) -> Result<(), Fault> {
        let Some(person) = self.people.get_mut(agent) else { return Ok(()) };
        require(state != "reserved" || person.told == "ready", || {
            format!("chosen for a caller while {}", person.told)
        })?;
        state.clone_into(&mut person.told);
        Ok(())
    }

    /// An agent is rung for a caller.
    pub(super) fn ring(
        &mut self,
        now: Instant,
        agent: &AgentId,
        call: CallId,
    ) -> Result<(), Fault> {
        let Some(person) = self.people.get_mut(agent) else {
            return Err(format!("agent {agent}, who is rung for it, does not exist"));
        };
        let fault = |why: &str| Err(format!("agent {agent} is rung for it {why}"));
        match person.bond {
            Bond::Free => {}
            Bond::Released { until, .. } if until <= now => {}
            Bond::Rung { .. } => return fault("while rung for somebody else"),
            Bond::Released { .. } => return fault("while the phone still rings for somebody else"),
            Bond::Talking { .. } => return fault("while talking"),
        }
        if !person.reachable {
            return fault("without a phone");
        }
        if person.on_break {
            return fault("while on a break");
        }
        if person.off {
            return fault("while logged out");
        }
        if now < person.wraps_until {
            return fault("before the work after the last call is over");
        }
        if now < person.rests_until {
            return fault("too soon after a failed offer");
        }
        if person.told != "reserved" {
            return fault(&format!("while {}", person.told));
        }
        person.bond = Bond::Rung { call, leg: None };
        Ok(())
    }

    /// The leg on which an agent is rung.
    pub(super) fn dialled(&mut self, agent: &AgentId, on: LegId) {
        if let Some(person) = self.people.get_mut(agent)
            && let Bond::Rung { leg, .. } = &mut person.bond
        {
            *leg = Some(on);
            self.legs.insert(on, agent.clone());
        }
    }

    /// A leg is ordered to end: an offer is taken back, or a talk is over. Says which caller the agent was rung for.
    pub(super) fn hung_up(
        &mut self,
        now: Instant,
        leg: LegId,
        cause: HangupCause,
    ) -> Option<(CallId, AgentId)> {
        let agent = self.legs.get(&leg)?.clone();
        let limit = self.release_limit;
        let person = self.people.get_mut(&agent)?;
        match person.bond {
            Bond::Rung { call, leg } => {
                person.bond = Bond::Released { leg, until: now + limit };
                Some((call, agent))
            }
            Bond::Talking { call, wrap_up, .. } => {
                person.bond = Bond::Free;
                self.talks.remove(&call);
                // A rest after a phone that vanished is no shorter than the wrap-up.
                person.wraps(now, wrap_up);
                if cause == HangupCause::MediaLost {
                    self.lost.insert(leg, call);
                }
                None
            }
            Bond::Free | Bond::Released { .. } => None,
        }
    }

    /// A leg is gone: an offer failed, or a talk is over. Says whose offer came to nothing.
    pub(super) fn ended(
        &mut self,
        now: Instant,
        leg: LegId,
        cause: HangupCause,
    ) -> Option<(CallId, AgentId)> {
        let agent = self.legs.remove(&leg)?;
        if let Some(call) = self.lost.remove(&leg) {
            self.forsaken = Some((call, now)).filter(|_| cause == HangupCause::MediaLost);
            self.rests(now, &agent, "unreachable");
            return None;
        }
        let freed = self.freed.as_ref() == Some(&agent);
        let person = self.people.get_mut(&agent)?;
        let mut failed = None;
        match person.bond {
            Bond::Talking { call, leg: Some(mine), wrap_up } if mine == leg => {
                person.bond = Bond::Free;
                self.talks.remove(&call);
                if cause == HangupCause::MediaLost {
                    self.forsaken = Some((call, now));
                    self.rests(now, &agent, "unreachable");
                } else {
                    person.wraps(now, if freed { Duration::ZERO } else { wrap_up });
                }
            }
            Bond::Rung { call, leg: Some(mine) } if mine == leg => {
                person.bond = Bond::Free;
                failed = Some((call, agent));
            }
            Bond::Released { leg: Some(mine), .. } if mine == leg => person.bond = Bond::Free,
            Bond::Free | Bond::Rung { .. } | Bond::Released { .. } | Bond::Talking { .. } => {}
        }
        failed
    }

    /// The engine says how a live offer came to nothing: some ways are followed by a rest.
    pub(super) fn rests(&mut self, now: Instant, agent: &AgentId, result: &str) {
        if self.freed.as_ref() == Some(agent) {
            return;
        }
        let pause = self.pauses.iter().find(|(name, _)| *name == result);
        if let (Some((_, pause)), Some(person)) = (pause, self.people.get_mut(agent))
            && person.reachable
            && !person.on_break
        {
            person.rests_until = now + *pause;
        }
    }

    /// Caller and agent talk.
    pub(super) fn talk(
        &mut self,
        agent: &AgentId,
        call: CallId,
        (queue, wrap_up): (QueueId, Duration),
    ) -> Result<(), Fault> {
        let known = self.talks.insert(call, agent.clone());
        self.wrap_ups.insert(call, (queue, wrap_up));
        require(known.is_none(), || "it talks with two agents".to_owned())?;
        let Some(person) = self.people.get_mut(agent) else { return Ok(()) };
        let Bond::Rung { leg, .. } = person.bond else {
            return Err(format!("agent {agent} talks without having been rung"));
        };
        person.bond = Bond::Talking { call, leg, wrap_up };
        Ok(())
    }

    /// The caller, or the wish to be called back, for which an agent talks on a leg.
    pub(super) fn talk_on(&self, on: LegId) -> Option<CallId> {
        match self.people.get(self.legs.get(&on)?)?.bond {
            Bond::Talking { call, leg: Some(leg), .. } if leg == on => Some(call),
            Bond::Free | Bond::Rung { .. } | Bond::Released { .. } | Bond::Talking { .. } => None,
        }
    }

    /// An agent is on the phone for somebody who is not there yet.
    pub(super) fn nothing_to_wrap_up(&mut self, agent: &AgentId) {
        if let Some(person) = self.people.get_mut(agent)
            && let Bond::Talking { call, wrap_up, .. } = &mut person.bond
        {
            *wrap_up = Duration::ZERO;
            self.wrap_ups.remove(call);
        }
    }

    /// Somebody who was called back is there: the talk will be wrapped up.
    pub(super) fn wraps_up(&mut self, call: CallId, queue: &QueueId, after: Duration) {
        let agent = self.talks.get(&call).and_then(|agent| self.people.get_mut(agent));
        if let Some(Person { bond: Bond::Talking { wrap_up, .. }, .. }) = agent {
            *wrap_up = after;
            self.wrap_ups.insert(call, (queue.clone(), after));
        }
    }

    /// The work after a talk is that of its queue when the talk ends, also where it has changed meanwhile.
    pub(super) fn change(&mut self, queues: &BTreeMap<QueueId, QueueSettings>) {
        for (of, wrap_up) in self.wrap_ups.values_mut() {
            *wrap_up = queues.get(of).map_or(*wrap_up, |queue| queue.wrap_up);
        }
        for person in self.people.values_mut() {
            if let Bond::Talking { call, wrap_up, .. } = &mut person.bond
                && let Some((_, changed)) = self.wrap_ups.get(call)
            {
                *wrap_up = *changed;
            }
        }
    }

    /// A caller is handed over: whoever talked with them is done, and a colleague may have them now.
    pub(super) fn takes_over(
        &mut self,
        now: Instant,
        call: CallId,
        leg: LegId,
        agent: Option<&AgentId>,
    ) -> Result<(), Fault> {
        let former = self.talks.remove(&call);
        if let Some(person) = former.and_then(|former| self.people.get_mut(&former))
            && let Bond::Talking { wrap_up, .. } = person.bond
        {
            person.bond = Bond::Free;
            person.wraps(now, wrap_up);
        }
        let Some(agent) = agent else { return Ok(()) };
        let wrap_up = self.wrap_ups.get(&call).map_or(Duration::ZERO, |(_, wrap_up)| *wrap_up);
        let Some(person) = self.people.get_mut(agent) else { return Ok(()) };
        require(person.bond == Bond::Free, || {
            format!("agent {agent} is handed a caller over while {:?}", person.bond)
        })?;
        person.bond = Bond::Talking { call, leg: Some(leg), wrap_up };
        self.legs.insert(leg, agent.clone());
        self.talks.insert(call, agent.clone());
        Ok(())
    }

    /// A caller's call is over: whose leg is yet to end because of it has lost nobody.
    pub(super) fn caller_ended(&mut self, call: CallId) {
        self.lost.retain(|_, lost| *lost != call);
    }

    /// Whether the caller has just lost the agent, whose phone is gone without a word.
    pub(super) fn has_lost(&self, call: CallId, now: Instant) -> bool {
        self.forsaken == Some((call, now))
    }

    /// Whether a caller talks with an agent.
    pub(super) fn talks(&self, call: CallId) -> bool {
        self.talks.contains_key(&call)
    }
}
