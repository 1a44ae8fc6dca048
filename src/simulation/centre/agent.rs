//! One agent: when they work, and what they do when their phone rings.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::chance::Chance;
use crate::call::{AgentId, HangupCause, QueueId, Target};
use crate::engine;
use crate::queue::AgentSettings;
use crate::time::{Duration, Instant};

/// One agent.
#[derive(Debug)]
pub(super) struct Agent {
    /// The name, and the user of the phone.
    pub(super) user: Arc<str>,
    /// What they draw from.
    pub(super) chance: Chance,
    /// What decides what goes wrong around them.
    pub(super) faults: Chance,
    /// Whether their phone is registered.
    pub(super) there: bool,
    /// Whether their phone does not work.
    pub(super) dead: bool,
    /// When they go home.
    pub(super) goes: Instant,
}

/// What becomes of a phone that is rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is picked up after a while.
    Answers(Duration),
    /// It ends after a while without an answer.
    Fails(Duration, HangupCause),
    /// It rings out.
    RingsOut,
}

impl Agent {
    /// The agent of this number, and when they come.
    pub(super) fn new(seed: u64, index: u32, span: Duration) -> (Self, Instant) {
        let mut chance = Chance::of(seed, 2, index);
        let hundredth = span.as_micros() / 100;
        // The first is there all day: else a small team may all be late.
        let (comes, stays) = match index {
            0 => (0, 120),
            _ if chance.percent(40) => (chance.between(0, 2), chance.between(50, 120)),
            _ => (chance.between(0, 45), chance.between(35, 90)),
        };
        let comes = Instant::from_micros(comes * hundredth + chance.between(0, 60_000_000));
        let goes = comes + Duration::from_micros(stays * hundredth);
        let (user, faults) = (name(index), Chance::of(seed, 4, index));
        (Self { user, chance, faults, there: false, dead: false, goes }, comes)
    }

    /// How long until they want a break, if they do before they go home.
    pub(super) fn works_for(&mut self, now: Instant) -> Option<Duration> {
        let works = self.chance.about(Duration::from_mins(70));
        (now + works < self.goes).then_some(works)
    }

    /// How long a break lasts.
    pub(super) fn rests_for(&mut self) -> Duration {
        self.chance.seconds(60, 1_800)
    }

    /// What becomes of a call to their phone.
    pub(super) fn rung(&mut self, ring: Duration) -> Fate {
        let chance = &mut self.chance;
        if !self.there {
            return Fate::Fails(chance.millis(20, 80), HangupCause::Unreachable);
        }
        match chance.between(0, 99) {
            _ if self.dead => Fate::RingsOut,
            0..=83 => Fate::Answers(chance.millis(700, 9_000)),
            84..=86 => Fate::Answers(ring.saturating_sub(chance.millis(0, 400))),
            87..=90 => Fate::RingsOut,
            91..=95 => Fate::Fails(chance.millis(500, 6_000), HangupCause::Rejected),
            96..=97 => Fate::Fails(chance.millis(30, 120), HangupCause::Busy),
            _ => Fate::Fails(chance.millis(100, 3_000), HangupCause::Unreachable),
        }
    }
}

impl Fate {
    /// What becomes of the number that a transfer rings.
    pub(super) fn of_target(chance: &mut Chance) -> Self {
        match chance.between(0, 99) {
            0..=69 => Self::Answers(chance.millis(1_000, 15_000)),
            70..=84 => Self::RingsOut,
            85..=94 => Self::Fails(chance.millis(100, 3_000), HangupCause::Busy),
            _ => Self::Fails(chance.millis(100, 3_000), HangupCause::Unreachable),
        }
    }
}

/// How long whoever was rung talks before they hang up.
pub(super) fn talk(chance: &mut Chance) -> Duration {
    match chance.between(0, 99) {
        0..=2 => chance.millis(100, 2_000),
        _ => Duration::from_secs(10) + chance.about(Duration::from_secs(150)),
    }
}

fn name(index: u32) -> Arc<str> {
    format!("agent-{:04}", index + 1).into()
}

/// Puts the agents of a day into the settings of an engine, in place of whoever is there.
///
/// All serve every queue; every fourth speaks the first language alone where a flow asks for one.
pub(super) fn staff(settings: &mut engine::Settings, count: u32) {
    let queues: Vec<QueueId> = settings.queues.queues.keys().cloned().collect();
    settings.queues.agents.clear();
    settings.agents.clear();
    for index in 0..count {
        let (id, user) = (AgentId::new(name(index)), name(index));
        let mut agent = AgentSettings { queues: queues.clone(), ..AgentSettings::default() };
        if index % 4 == 3 {
            let language: BTreeSet<Arc<str>> = ["id".into()].into();
            agent.skills.insert("language".into(), language);
        }
        settings.queues.agents.insert(id.clone(), agent);
        settings
            .agents
            .insert(id, engine::Agent { target: Target::User(user), accept: None, adapter: None });
    }
}
