//! Every call that a flow can have, looked at before any caller has it.
//!
//! Real calls are played on from copies, one for each thing that can happen next, until no new state is found
//! (`space`). Over the states it is then decided whether everybody can get out, how the callers fare
//! for whom a flow must be ready, how long a call can be, and whether a secret shows or a rule is broken. What is found
//! is played once more as one real call, with all its limits, before it is told.

mod adversary;
mod alphabet;
mod call;
mod canary;
mod circle;
mod entries;
mod longest;
mod moves;
mod origin;
mod replay;
mod replies;
mod report;
mod rules;
mod script;
mod space;
mod verdict;
mod walks;
mod ways_out;
mod world;

use std::sync::Arc;

use crate::engine;
use crate::flow::CallRule;
use crate::interpreter::Program;
use crate::simulation::ItemDuration;
use crate::time::{Duration, Wall};

pub use moves::seconds;
pub use report::{Counterexample, Finding, Report, Verdict};
pub use verdict::explore;

/// The most states that are looked for, where nobody says.
pub const STATES: usize = 200_000;

/// The random calls that are tried where the states are too many, where nobody says.
pub const CALLS: u32 = 10_000;

/// What is explored.
#[derive(Clone)]
pub struct Stage {
    /// The project: calendars, numbers, queues.
    pub project: Arc<engine::Settings>,
    /// The flow.
    pub program: Arc<Program>,
    /// How long prompts last.
    pub durations: ItemDuration,
    /// The year from here is looked at for opening hours.
    pub from: Wall,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("flow", &self.program.flow.id).finish_non_exhaustive()
    }
}

/// How it is explored.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The longest time in the flow that is allowed; a rule of the author's may say less.
    pub max_call: Option<Duration>,
    /// The author's rules.
    pub rules: Vec<CallRule>,
    /// The most states that are looked for.
    pub states: usize,
    /// The random calls that are tried where there are more.
    pub calls: u32,
    /// Where the chance of random calls begins.
    pub seed: u64,
}
