//! What the book holds of queues, agents, callbacks and tickets.

use std::collections::BTreeMap;

use super::agent::{AgentCounts, MIN_AGENT_DAY};
use super::counts::Counts;
use super::grid::Grid;
use super::rates::Share;
use super::shelf::Series;
use crate::call::QueueId;
use crate::history::{AgentStatus, CallbackEnd};
use crate::time::{Duration, Wall};

/// How well waits were foretold.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Estimates {
    /// How many told waits were followed by an answer.
    pub count: u64,
    /// Of those, off by at most 30 s or 30 %.
    pub close: u64,
    /// The sum of the squares of the errors, in seconds.
    pub squares: f64,
    /// The sum of the waits that followed, in seconds.
    pub waits: f64,
}

/// One queue.
#[derive(Debug, Clone, Default)]
pub struct QueueFigures {
    /// Counts by interval; intervals without any are absent.
    pub intervals: Series<Counts>,
    /// The wait of each caller who was answered; sorted by [`Book::close`](super::Book::close).
    pub waits: Vec<Duration>,
    /// How well waits were foretold.
    pub estimates: Estimates,
    /// The longest that anybody has waited who still does.
    pub longest_waiting: Option<Duration>,
}

/// One agent.
#[derive(Debug, Clone, Default)]
pub struct AgentFigures {
    /// Counts by interval; intervals without any are absent.
    pub intervals: Series<AgentCounts>,
    /// The state in which the agent is at the end.
    pub now: Option<AgentStatus>,
    /// The queue of the last talk: wrap-up that names none belongs to it.
    pub(super) last_queue: Option<QueueId>,
}

/// Wishes to be called back, by the day they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallbackFigures {
    /// How many.
    pub asked: u64,
    /// Of those, agent and customer talked before it was too late.
    pub kept: u64,
    /// Those that are still open.
    pub open: u64,
    /// The ends of the others.
    pub ends: BTreeMap<CallbackEnd, u64>,
    /// How often somebody tried.
    pub tries: u64,
    /// From the wish to the talk, one of each, in order after [`Book::close`](super::Book::close).
    pub waits: Vec<Duration>,
}

/// What was left for people to do, by the day it was left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketFigures {
    /// How many.
    pub opened: u64,
    /// Of those, done.
    pub closed: u64,
    /// Of those with a time, done after it or not yet though it is over.
    pub late: u64,
    /// From opening to the first thing that somebody did, in order after [`Book::close`](super::Book::close).
    pub first: Vec<Duration>,
    /// From opening to done, in order after [`Book::close`](super::Book::close).
    pub resolution: Vec<Duration>,
    /// The same from opening to the first thing, by the opening hours of [`Settings`](super::Settings); none without.
    pub first_open: Vec<Duration>,
    /// And from opening to done.
    pub resolution_open: Vec<Duration>,
}

/// An interval of a queue in which more or less came in than went out: the history or the fold is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The queue.
    pub queue: QueueId,
    /// When the interval begins.
    pub from: Wall,
    /// What the queue took in.
    pub offered: u64,
    /// What became of it.
    pub accounted: u64,
}

impl QueueFigures {
    /// All intervals together.
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.intervals.values().for_each(|counts| total.merge(counts));
        total
    }
}

impl AgentFigures {
    /// All intervals together.
    #[must_use]
    pub fn total(&self) -> AgentCounts {
        let mut total = AgentCounts::default();
        self.intervals.values().for_each(|counts| total.merge(counts));
        total
    }

    /// On how many days of the grid the agent was logged in for at least [`MIN_AGENT_DAY`].
    #[must_use]
    pub fn days(&self, grid: &Grid) -> u64 {
        let logged_in = |intervals: std::ops::Range<usize>| {
            let parts = self.intervals.range(intervals).map(AgentCounts::logged_in);
            parts.fold(Duration::ZERO, |sum, part| sum + part)
        };
        grid.days().map(|(_, n)| u64::from(logged_in(n) >= MIN_AGENT_DAY)).sum()
    }
}

impl Estimates {
    /// Counts a wait that was foretold and the one that followed.
    pub(super) fn add(&mut self, told: Duration, came: Duration) {
        let (told, came) = (told.as_micros() as f64 / 1e6, came.as_micros() as f64 / 1e6);
        let off = (told - came).abs();
        self.count += 1;
        self.close += u64::from(off <= 30.0_f64.max(0.3 * came));
        self.squares += off * off;
        self.waits += came;
    }

    /// Takes others in.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.close += other.close;
        self.squares += other.squares;
        self.waits += other.waits;
    }

    /// The root of the mean square error over the mean wait; `None` without waits.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        let n = self.count as f64;
        (self.waits > 0.0).then(|| (self.squares / n).sqrt() / (self.waits / n))
    }

    /// The share that was off by at most 30 s or 30 %.
    #[must_use]
    pub const fn close(&self) -> Share {
        Share { part: self.close, of: self.count }
    }
}
