//! Why a caller is, or is not, offered to an agent: rule by rule.

use std::fmt;

use super::agent::Seat;
use super::contact::{Waiter, WaiterState};
use super::input::OfferId;
use super::machine::Queues;
use crate::call::{AgentId, CallId};

/// The rules that must hold for a caller to be offered to an agent, each with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// One finding per rule, in the order the rules are asked; those after one that leaves nothing to ask are absent.
    pub findings: Vec<Finding>,
}

/// What was found about one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Whether it lets the offer happen.
    pub holds: bool,
    /// The facts, as a sentence fragment for people.
    pub fact: String,
}

/// One rule of routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The caller stands in a queue and is not being offered.
    CallerWaits,
    /// The project has such an agent.
    AgentKnown,
    /// The agent serves the caller's queue.
    ServesQueue,
    /// Offers are made at all: the store takes them.
    OffersStart,
    /// The ring that the caller has reached lets the agent's level in.
    RingReaches,
    /// The agent holds a skill asked for, or does not declare it.
    HoldsSkill,
    /// The agent is ready.
    AgentReady,
    /// The agent did not fail this caller a moment ago.
    NotJustTried,
    /// The strategy of the queue asks nobody else before them.
    AskedFirst,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CallerWaits => "caller waits",
            Self::AgentKnown => "agent known",
            Self::ServesQueue => "serves queue",
            Self::OffersStart => "offers start",
            Self::RingReaches => "ring reaches",
            Self::HoldsSkill => "holds skill",
            Self::AgentReady => "agent ready",
            Self::NotJustTried => "not just tried",
            Self::AskedFirst => "asked first",
        })
    }
}

impl fmt::Display for Explanation {
    /// One line per rule: `yes  serves queue    budi serves service`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|Finding { rule, holds, fact }| {
            writeln!(f, "{:<4} {rule:<15} {fact}", if *holds { "yes" } else { "no" })
        })
    }
}

impl Explanation {
    /// Whether every rule holds.
    #[must_use]
    pub fn may_offer(&self) -> bool {
        self.findings.iter().all(|finding| finding.holds)
    }

    fn add(&mut self, rule: Rule, holds: bool, fact: impl Into<String>) {
        self.findings.push(Finding { rule, holds, fact: fact.into() });
    }
}

impl Queues {
    /// Tells rule by rule why a caller is, or is not, offered to an agent now.
    #[must_use]
    pub fn explain(&self, call: CallId, agent: &AgentId) -> Explanation {
        let mut told = Explanation { findings: Vec::new() };
        let waiter = self.waiters.get(&call);
        match waiter {
            Some(waiter) => self.explain_place(waiter, &mut told),
            None => told.add(Rule::CallerWaits, false, "the caller is in no queue"),
        }
        let seat = self.seats.get(agent).copied();
        match seat {
            Some(_) => told.add(Rule::AgentKnown, true, format!("{agent} is an agent here")),
            None => told.add(Rule::AgentKnown, false, format!("there is no agent {agent}")),
        }
        if let (Some(waiter), Some(seat)) = (waiter, seat) {
            self.explain_pair(waiter, seat, &mut told);
        }
        told
    }

    fn explain_place(&self, waiter: &Waiter, told: &mut Explanation) {
        let line = &self.lines[waiter.line.0];
        let position = line.position(waiter.place);
        match waiter.state {
            WaiterState::Waiting => {
                told.add(Rule::CallerWaits, true, format!("place {position} in {}", line.id));
            }
            WaiterState::Held { .. } => {
                told.add(Rule::CallerWaits, false, "the caller's line is out of touch");
            }
            WaiterState::Offered => {
                let one = |(offer, seat): (&OfferId, &Seat)| {
                    format!("{offer:?} to {}", self.agents[seat.0].id)
                };
                let all: Vec<String> = waiter.offers.iter().map(one).collect();
                let verb = if all.len() > 1 { "are" } else { "is" };
                let mut fact = format!("{} {verb} under way", all.join(", "));
                if let Some((offer, _)) = waiter.joining {
                    fact.push_str(&format!(", {offer:?} was answered"));
                } else if waiter.most > 1 {
                    fact.push_str(&format!(", up to {} ring together", waiter.most));
                }
                let room = self.has_room(waiter.place.call, waiter);
                told.add(Rule::CallerWaits, room, fact);
            }
        }
    }

    fn explain_pair(&self, waiter: &Waiter, seat: Seat, told: &mut Explanation) {
        let agent = &self.agents[seat.0];
        let (name, queue) = (&agent.id, &self.lines[waiter.line.0].id);
        let serves = agent.lines.contains(&waiter.line);
        let verb = if serves { "serves" } else { "does not serve" };
        if self.paused {
            told.add(Rule::OffersStart, false, "no offer starts until the store is back");
        }
        told.add(Rule::ServesQueue, serves, format!("{name} {verb} {queue}"));
        let line = &self.lines[waiter.line.0];
        let reach = &line.reaches[waiter.lane.ring];
        if let (Some(member), true) = (line.membership(seat), line.reaches.len() > 1) {
            let fact = self.ring_words(waiter, member.level, name);
            told.add(Rule::RingReaches, reach.holds(member.level), fact);
        }
        for (skill, value) in waiter.lane.skills.iter() {
            if reach.dropped.contains(skill) {
                told.add(Rule::HoldsSkill, true, format!("{skill} is asked for no more"));
                continue;
            }
            let fact = match (agent.skills.contains_key(skill), agent.holds(skill, value)) {
                (false, _) => format!("{name} declares no {skill}, which matches any"),
                (true, true) => format!("{name} holds {skill} {value}"),
                (true, false) => format!("{name} lacks {skill} {value}"),
            };
            told.add(Rule::HoldsSkill, agent.holds(skill, value), fact);
        }
        let ready = agent.state.ready_since().is_some();
        let mut fact = match agent.state.deadline() {
            Some(at) => format!("{name} is {} until {at} at the latest", agent.state),
            None => format!("{name} is {}", agent.state),
        };
        match agent.pending() {
            Some(super::LOGGED_OUT) => fact.push_str(", logged out by word"),
            Some(reason) => fact.push_str(&format!(", then on a break ({reason})")),
            None => {}
        }
        told.add(Rule::AgentReady, ready, fact);
        let (free, fact) = match waiter.tried.get(&seat) {
            None => (true, format!("{name} was not asked for this caller")),
            Some(&at) if at <= self.now => {
                (true, format!("{name} failed this caller, may be asked since {at}"))
            }
            Some(at) => (false, format!("{name} failed this caller, may be asked from {at}")),
        };
        told.add(Rule::NotJustTried, free, fact);
        let other = waiter.offers.values().next_back().copied();
        if let (Some(other), true) = (other.filter(|_| waiter.most == 1), ready && serves) {
            let strategy = line.settings.strategy.name();
            let words = |seat: Seat| {
                let agent = &self.agents[seat.0];
                let rank = line.rank(seat, agent, agent.state.idle_since().unwrap_or(self.now));
                format!("{} ({})", agent.id, line.rank_words(seat, rank))
            };
            let fact = format!("{strategy} asked {} before {}", words(other), words(seat));
            told.add(Rule::AskedFirst, false, fact);
        }
    }

    /// Which ring a caller has reached, and whether an agent of `level` is in it.
    fn ring_words(&self, waiter: &Waiter, level: u8, name: &AgentId) -> String {
        let line = &self.lines[waiter.line.0];
        let reach = &line.reaches[waiter.lane.ring];
        let levels = match &reach.levels {
            None => "all levels".to_owned(),
            Some(levels) => {
                let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
                format!("level {}", levels.join(", "))
            }
        };
        let next = match self.next_ring(waiter) {
            Some(at) => format!(", the next one at {at}"),
            None => String::new(),
        };
        let ring = waiter.lane.ring + 1;
        format!(
            "ring {ring} of {} reaches {levels}{next}; {name} is of level {level}",
            line.reaches.len()
        )
    }
}
