//! What a day is made of, and the limits of that.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fault::Fault;
use crate::time::{Duration, Wall};

/// The most callers of one day.
pub const MAX_CALLERS: u32 = 1_000_000;

/// The most agents of one day.
pub const MAX_AGENTS: u32 = 5_000;

/// The most reloads of a day.
pub const MAX_RELOADS: u32 = 1_000;

/// The most orders of supervisors in a day.
pub const MAX_ORDERS: u32 = 10_000;

/// The longest day.
pub const MAX_SPAN: Duration = Duration::from_mins(24 * 60);

/// 2026-03-04 08:00 in Jakarta, a Wednesday: the shipped lines are open.
pub const MORNING: Wall = Wall::from_unix_micros(1_772_586_000_000_000);

/// What a day is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How many people call, some of them more than once. At most [`MAX_CALLERS`].
    pub calls: u32,
    /// How many agents there are; not all of them work at the same time. At most [`MAX_AGENTS`].
    pub agents: u32,
    /// How long people go on calling. At most [`MAX_SPAN`].
    pub span: Duration,
    /// The wall-clock time at which the day begins.
    pub begins: Wall,
    /// The numbers that are called, in turn; none = `100`.
    pub numbers: Vec<Arc<str>>,
    /// What kinds of callers there are.
    pub mix: Mix,
    /// What goes wrong; the others do not, and nothing else is drawn differently.
    pub faults: BTreeSet<Fault>,
    /// How often the settings are published anew, at moments from the seed. At most [`MAX_RELOADS`]. Default 0.
    pub reloads: u32,
    /// How many orders supervisors give, at moments from the seed, as far as there is somebody whom they can be about. At
    /// most [`MAX_ORDERS`]. Default 0.
    pub orders: u32,
    /// The callers who do call, by their place from 0; `None` = all. The others stay away, and nobody else changes.
    pub only: Option<BTreeSet<u32>>,
}

/// What kinds of callers there are: shares in a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mix {
    /// Who speaks where words are understood.
    pub speakers: u8,
    /// Who hides the number.
    pub withheld: u8,
    /// Who presses wrong keys, and slowly.
    pub clumsy: u8,
    /// Who presses keys before a prompt has ended.
    pub hasty: u8,
    /// Who hangs up or gives up soon.
    pub impatient: u8,
    /// Who calls again after a call that came to nothing.
    pub redial: u8,
}

impl Default for Mix {
    fn default() -> Self {
        Self { speakers: 20, withheld: 8, clumsy: 20, hasty: 40, impatient: 15, redial: 40 }
    }
}

impl Default for Settings {
    /// An hour's worth of callers for a small team, and nothing that goes wrong around them.
    fn default() -> Self {
        Self {
            calls: 100,
            agents: 6,
            span: Duration::from_mins(60),
            begins: MORNING,
            numbers: Vec::new(),
            mix: Mix::default(),
            faults: BTreeSet::new(),
            reloads: 0,
            orders: 0,
            only: None,
        }
    }
}

impl Settings {
    /// The same settings within the limits.
    pub(super) fn bounded(&self) -> Self {
        let mut bounded = self.clone();
        bounded.calls = self.calls.min(MAX_CALLERS);
        bounded.agents = self.agents.min(MAX_AGENTS);
        bounded.reloads = self.reloads.min(MAX_RELOADS);
        bounded.orders = self.orders.min(MAX_ORDERS);
        bounded.span = self.span.min(MAX_SPAN);
        if bounded.numbers.is_empty() {
            bounded.numbers.push("100".into());
        }
        bounded
    }
}
