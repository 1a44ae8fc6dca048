//! What a call may still spend: errors, time in the flow, time in menus, visits without news.

use std::collections::BTreeMap;

use super::Spent;
use crate::bug::{self, Bug};
use crate::flow::{Limits, NodeIndex};
use crate::time::{Duration, Instant};

/// How long a call may go on in the flow after its time limit has sent it to the escape target.
pub const ESCAPE_GRACE: Duration = Duration::from_mins(3);

/// How long before the time limit of self-service the caller is warned, at the next question.
pub const LIMIT_WARNING: Duration = Duration::from_secs(60);

/// What the time of a call is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spending {
    /// Waiting for the caller's answer.
    Menu,
    /// Playing to the caller.
    Flow,
    /// Ringing, queue, talk: not self-service.
    Outside,
}

/// The budget of one call.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    limits: Limits,
    errors: u32,
    flow: Duration,
    flow_limit: Duration,
    menus: Duration,
    seen: Instant,
    visits: BTreeMap<NodeIndex, u32>,
    escaped: bool,
    /// Whether the time was used up once: what is granted after that is granted once.
    overtime: bool,
    person_offered: bool,
    warned: bool,
}

impl Budget {
    pub(super) const fn new(limits: Limits, now: Instant) -> Self {
        Self {
            flow_limit: limits.call,
            limits,
            errors: 0,
            flow: Duration::ZERO,
            menus: Duration::ZERO,
            seen: now,
            visits: BTreeMap::new(),
            escaped: false,
            overtime: false,
            person_offered: false,
            warned: false,
        }
    }

    /// Books the time since the last call of this.
    pub(super) fn spend(&mut self, now: Instant, on: Spending) {
        let span = now.since(self.seen);
        self.seen = self.seen.max(now);
        match on {
            Spending::Menu => {
                self.menus += span;
                self.flow += span;
            }
            Spending::Flow => self.flow += span,
            Spending::Outside => {}
        }
    }

    /// The time spent in the flow.
    pub(super) const fn flow_time(&self) -> Duration {
        self.flow
    }

    /// Whether the escape was taken since the last valid key.
    pub(super) const fn has_escaped(&self) -> bool {
        self.escaped
    }

    /// The next error is one too many.
    pub(super) const fn use_up_errors(&mut self) {
        self.errors = self.limits.errors.saturating_sub(1);
    }

    /// When the time in the flow is used up, if all of it goes on being spent.
    pub(super) fn flow_deadline(&self) -> Instant {
        self.seen + self.flow_limit.saturating_sub(self.flow)
    }

    /// When the time in the flow is used up, if it is being spent.
    pub(super) fn ends(&self, on: Spending) -> Option<Instant> {
        match on {
            Spending::Menu | Spending::Flow => Some(self.flow_deadline()),
            Spending::Outside => None,
        }
    }

    /// What is spent at `now`, each beside its limit; the visits are those of `node`.
    pub(super) fn spent(&self, now: Instant, on: Spending, node: Option<NodeIndex>) -> Spent {
        let mut ahead = self.clone();
        ahead.spend(now, on);
        let visits = node.and_then(|node| self.visits.get(&node)).copied().unwrap_or(0);
        Spent {
            errors: (self.errors, self.limits.errors),
            flow: (ahead.flow, self.flow_limit),
            menus: (ahead.menus, self.limits.menus),
            visits: (visits, self.limits.visits),
        }
    }

    pub(super) fn flow_is_spent(&self) -> bool {
        self.flow >= self.flow_limit
    }

    /// One no-input or no-match. Returns whether the call has had too many.
    pub(super) fn error(&mut self) -> bool {
        self.errors = self.errors.saturating_add(1);
        self.errors >= self.limits.errors && !bug::is(Bug::ErrorsUncounted)
    }

    /// The no-inputs and no-matches so far.
    pub(super) const fn errors(&self) -> u32 {
        self.errors
    }

    /// One visit of a node. Returns whether the loop fuse blows.
    pub(super) fn visit(&mut self, node: NodeIndex) -> bool {
        let visits = self.visits.entry(node).or_default();
        *visits += 1;
        *visits > self.limits.visits && !bug::is(Bug::FuseNeverBlows)
    }

    /// Something new became known: the loop fuse counts from here.
    pub(super) fn news(&mut self) {
        self.visits.clear();
    }

    /// A valid key or word: the escape target may be taken again.
    pub(super) const fn valid(&mut self) {
        self.escaped = false;
    }

    /// Takes the escape once; `false` if it was taken already since the last valid key, and whenever the time that is
    /// granted after the limit is used up as well.
    pub(super) fn escape(&mut self) -> bool {
        let spent = self.flow_is_spent();
        if std::mem::replace(&mut self.escaped, true) || (spent && self.overtime) {
            return false;
        }
        self.visits.clear();
        if spent {
            self.overtime = true;
            self.flow_limit = self.flow + ESCAPE_GRACE;
        }
        true
    }

    /// Whether it is time to tell the caller that the time is nearly over; `true` once.
    pub(super) fn warns(&mut self) -> bool {
        // Where the whole limit is hardly longer than the warning, it would be heard at the first question.
        let due = self.limits.call > LIMIT_WARNING.times(2)
            && self.flow + LIMIT_WARNING >= self.flow_limit;
        due && !std::mem::replace(&mut self.warned, true)
    }

    /// Whether it is time to tell the caller of a person; `true` once.
    pub(super) fn offers_person(&mut self) -> bool {
        self.menus >= self.limits.menus && !std::mem::replace(&mut self.person_offered, true)
    }
}
