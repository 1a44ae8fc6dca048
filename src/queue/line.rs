//! One queue: who stands where, in lanes by the ring reached and the skills asked for, and who is ready to serve.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::agent::Seat;
use super::estimate::Forecast;
use super::order::Order;
use super::ring::{LaneName, Reach};
use super::settings::{Membership, QueueSettings};
use super::strategy::Rank;
use crate::call::{CallId, QueueId};
use crate::time::{Duration, Instant};

/// A queue's number inside the machine: its place among the queues by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineNumber(pub(super) usize);

/// The skills a contact asks for, sorted, each pair once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Skills(Arc<[(Arc<str>, Arc<str>)]>);

impl Skills {
    /// Sorts the pairs and drops repetitions.
    pub(super) fn new(mut pairs: Vec<(Arc<str>, Arc<str>)>) -> Self {
        pairs.sort();
        pairs.dedup();
        Self(pairs.into())
    }

    /// The pairs of name and value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(skill, value)| (&**skill, &**value))
    }
}

/// Where a contact stands among all others, of whatever queue: the lesser goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The original time of entry, later by one age credit for each class below the first. Never changes, so the
    /// order can be kept sorted, and a lower class rises by waiting.
    pub(super) score: Instant,
    /// Of two alike, the call that began first.
    pub(super) call: CallId,
}

/// The lowest priority class.
const LOWEST_CLASS: u8 = 9;

impl Place {
    /// The place of a contact of class `priority` that first entered at `enqueued_at`.
    pub(super) fn new(call: CallId, priority: u8, enqueued_at: Instant, credit: Duration) -> Self {
        let below_first = Self::class(priority) - 1;
        Self { score: enqueued_at + credit.times(u64::from(below_first)), call }
    }

    /// The nearest class that there is.
    pub(super) fn class(priority: u8) -> u8 {
        priority.clamp(1, LOWEST_CLASS)
    }
}

/// Contacts of one queue that have reached the same ring and ask for the same skills. Exists while it holds any.
#[derive(Debug)]
pub(super) struct Lane {
    /// By seat: whether the agent serves this queue, is of a level that is reached and holds the skills.
    pub(super) serves: Box<[bool]>,
    /// By seat: whether they could serve it in the widest ring.
    pub(super) could: Box<[bool]>,
    /// Who waits, first first. Contacts being offered or held are not in it.
    pub(super) waiting: BTreeSet<Place>,
    /// Of those who are being offered, who takes further agents: after all who wait.
    pub(super) open: BTreeSet<Place>,
    /// How many contacts are being offered or held.
    pub(super) aside: usize,
    /// Since when nobody who could serve is logged in.
    pub(super) unstaffed_since: Option<Instant>,
}

impl Lane {
    /// Whether the agent could serve contacts of this lane.
    pub(super) fn serves(&self, seat: Seat) -> bool {
        self.serves.get(seat.0).copied().unwrap_or(false)
    }

    /// Whether the agent could serve contacts of this lane if they wait on.
    pub(super) fn could(&self, seat: Seat) -> bool {
        self.could.get(seat.0).copied().unwrap_or(false)
    }

    /// Whether nobody stands in it.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.aside == 0
    }
}

/// One queue.
#[derive(Debug)]
pub(super) struct Line {
    /// The name.
    pub(super) id: QueueId,
    /// What the operator set.
    pub(super) settings: QueueSettings,
    /// Whom its contacts reach, ring by ring.
    pub(super) reaches: Vec<Reach>,
    /// The agents who serve it.
    pub(super) members: Vec<Seat>,
    /// How each of them does.
    pub(super) memberships: BTreeMap<Seat, Membership>,
    /// When each of them had a turn last; counted by `turn`.
    pub(super) turns: BTreeMap<Seat, u64>,
    /// How many turns there were.
    pub(super) turn: u64,
    /// What was seen of it that estimates are made of.
    pub(super) forecast: Forecast,
    /// Everybody in line, waiting or being offered, first first.
    pub(super) order: Order,
    /// The same contacts by what they ask for.
    pub(super) lanes: BTreeMap<LaneName, Lane>,
    /// The members who are ready, in the order in which they are asked.
    pub(super) ready: BTreeSet<(Rank, Seat)>,
}

impl Line {
    /// The place of a contact in this line, from 1.
    pub(super) fn position(&self, place: Place) -> u32 {
        u32::try_from(self.order.before(&place)).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// How an agent serves this queue; `None` = not at all.
    pub(super) fn membership(&self, seat: Seat) -> Option<Membership> {
        self.memberships.get(&seat).copied()
    }

    /// Whether as many stand in line as may.
    pub(super) fn is_full(&self) -> bool {
        usize::try_from(self.settings.max_calls).is_ok_and(|most| self.order.len() >= most)
    }
}
