//! How long a contact will wait: an estimate made of what the queue has seen, and silence where it would be a guess.
//!
//! For a contact with `Q` others before it the wait is the sum over `k` = 0 to `Q` of 1 / (`rate` + `k` / `patience`):
//! callers are served at `rate`, and each of those who stand before it gives up after `patience` on average (the
//! queue-length estimate with abandonment of Ibrahim and Whitt, 2009). Where every agent serves this queue alone `rate`
//! is the number of agents over the time that a call binds one; else it is what was observed while somebody waited.

use std::collections::VecDeque;

use super::agent::{Agent, AgentState, Intent};
use super::contact::{Waiter, WaiterState};
use super::line::Line;
use super::machine::Queues;
use crate::call::{CallId, Expected};
use crate::history::Exit;
use crate::time::{Duration, Instant};

/// The fewest agents of whom anything is said: with fewer even the best estimate is mostly wrong.
const FEWEST_AGENTS: u32 = 5;
/// How many answers are needed, and how old the oldest of them may be.
const ANSWERS: usize = 20;
const ANSWERS_AGE: Duration = Duration::from_mins(120);
/// The least that one observation weighs in the smoothed time that a call binds an agent: a few very long calls must not
/// sway it.
const HANDLE_WEIGHT: f64 = 0.002;
/// What is kept of the observations of patience when one more comes.
const PATIENCE_KEPT: f64 = 0.998;
/// What is observed of a shared queue is kept in spans of this length, …
const SPAN: Duration = Duration::from_mins(5);
/// … so many of them: the last 10 to 15 minutes.
const SPANS: usize = 3;
/// The fewest answers that make an observed rate.
const OBSERVED: u32 = 10;
/// What one queue has seen that an estimate is made of.
#[derive(Debug, Default)]
pub(super) struct Forecast {
    /// When the last answers were.
    answers: VecDeque<Instant>,
    /// How long a call binds an agent, smoothed, in seconds; and how often that was seen.
    handle: f64,
    handled: u32,
    /// All waiting together, in seconds, and how many gave up: old ones count less.
    waited: f64,
    given_up: f64,
    /// What was served while somebody waited, newest last.
    spans: VecDeque<Span>,
    /// When the line was looked at last.
    seen: Instant,
}

/// A while of a queue.
#[derive(Debug, Clone, Copy)]
struct Span {
    since: Instant,
    answers: u32,
    /// How long somebody waited in it.
    busy: Duration,
}

impl Forecast {
    /// Time has passed; `waiting` = somebody waited meanwhile.
    fn pass(&mut self, now: Instant, waiting: bool) {
        let passed = now.since(std::mem::replace(&mut self.seen, now));
        if self.spans.back().is_none_or(|span| span.since + SPAN <= now) {
            self.spans.push_back(Span { since: now, answers: 0, busy: Duration::ZERO });
            if self.spans.len() > SPANS {
                self.spans.pop_front();
            }
        }
        if let Some(span) = self.spans.back_mut().filter(|_| waiting) {
            span.busy += passed;
        }
    }

    /// A contact is out of the line.
    fn over(&mut self, now: Instant, waited: Duration, answered: bool, gave_up: bool) {
        self.waited = self.waited * PATIENCE_KEPT + seconds(waited);
        self.given_up = self.given_up * PATIENCE_KEPT + f64::from(u8::from(gave_up));
        if answered {
            self.answers.push_back(now);
            if self.answers.len() > ANSWERS {
                self.answers.pop_front();
            }
            if let Some(span) = self.spans.back_mut() {
                span.answers += 1;
            }
        }
    }

    /// A call no longer binds its agent.
    pub(super) fn handled(&mut self, took: Duration) {
        self.handled = self.handled.saturating_add(1);
        let weight = (1.0 / f64::from(self.handled)).max(HANDLE_WEIGHT);
        self.handle += (seconds(took) - self.handle) * weight;
    }

    /// Whether enough was seen to say anything.
    fn knows(&self, now: Instant) -> bool {
        let recent = |first: &Instant| *first + ANSWERS_AGE >= now;
        self.answers.len() >= ANSWERS && self.answers.front().is_some_and(recent)
    }

    /// How many callers are served in a second by agents who serve other queues too.
    fn observed(&self) -> Option<f64> {
        let answers: u32 = self.spans.iter().map(|span| span.answers).sum();
        let busy = self.spans.iter().fold(Duration::ZERO, |sum, span| sum + span.busy);
        (answers >= OBSERVED && !busy.is_zero()).then(|| f64::from(answers) / seconds(busy))
    }

    /// The wait of a contact with so many before it, in seconds.
    fn wait(&self, rate: f64, before: usize) -> f64 {
        let leaving = if self.given_up > 0.5 { self.given_up / self.waited.max(1.0) } else { 0.0 };
        let mut wait = 0.0;
        let mut going = rate;
        for _ in 0..=before {
            wait += 1.0 / going;
            going += leaving;
        }
        wait
    }
}

impl Queues {
    /// How long a contact in line will still wait; `None` where nothing good enough can be said: too few agents, too few
    /// answers lately.
    #[must_use]
    pub fn expected_wait(&self, call: CallId) -> Option<Expected> {
        let line = &self.lines[self.waiters.get(&call)?.line.0];
        self.reckoned(call).filter(|expected| self.is_sure(line, *expected))
    }

    /// The same, also where it is not good enough to be told.
    pub(super) fn reckoned(&self, call: CallId) -> Option<Expected> {
        let waiter = self.waiters.get(&call)?;
        let line = &self.lines[waiter.line.0];
        self.estimate(line, self.before(line, Some(waiter)))
    }

    /// How long a contact would wait that came now, as the last of its line.
    pub(super) fn expected_at_end(&self, line: &Line) -> Option<Expected> {
        let expected = self.estimate(line, self.before(line, None));
        expected.filter(|expected| self.is_sure(line, *expected))
    }

    /// Whether enough agents work and enough answers were seen lately to tell it.
    fn is_sure(&self, line: &Line, expected: Expected) -> bool {
        expected.staff >= FEWEST_AGENTS && line.forecast.knows(self.now)
    }

    /// A contact is about to leave its line. `None` = answered.
    pub(super) fn forecast_over(&mut self, waiter: &Waiter, how: Option<Exit>) {
        let now = self.now;
        let forecast = &mut self.lines[waiter.line.0].forecast;
        forecast.pass(now, true);
        let gave_up = match how {
            Some(
                Exit::Abandoned
                | Exit::AbandonedRinging
                | Exit::Key
                | Exit::Callback
                | Exit::Voicemail,
            ) => true,
            Some(
                Exit::Timeout
                | Exit::Unstaffed
                | Exit::Closed
                | Exit::Moved
                | Exit::Lost
                | Exit::Withdrawn
                | Exit::System,
            )
            | None => false,
        };
        forecast.over(now, now.since(waiter.entered_at), how.is_none(), gave_up);
    }

    /// A contact is about to enter a line.
    pub(super) fn forecast_enters(&mut self, line: super::line::LineNumber) {
        let line = &mut self.lines[line.0];
        line.forecast.pass(self.now, !line.order.is_empty());
    }

    fn estimate(&self, line: &Line, before: usize) -> Option<Expected> {
        let working = || line.members.iter().map(|seat| &self.agents[seat.0]).filter(|a| works(a));
        let staff = working().count();
        if staff == 0 {
            return None;
        }
        let handle = line.forecast.handle.max(1.0);
        let people = f64::from(u32::try_from(staff).ok()?);
        let shared = working().any(|agent| agent.lines.len() > 1);
        let share = || {
            let part =
                |agent: &Agent| 1.0 / f64::from(u32::try_from(agent.lines.len()).unwrap_or(1));
            working().map(part).sum::<f64>()
        };
        let rate = match line.forecast.observed() {
            Some(observed) if shared => observed.min(people / handle),
            None if shared => share() / handle,
            Some(_) | None => people / handle,
        };
        let wait = line.forecast.wait(rate, before);
        let wait = Duration::from_std(std::time::Duration::try_from_secs_f64(wait).ok()?);
        Some(Expected { wait, staff: u32::try_from(staff).ok()? })
    }

    /// How many contacts wait before this one, or in all. Who is being offered has an agent already.
    fn before(&self, line: &Line, waiter: Option<&Waiter>) -> usize {
        let waits = |call| {
            let state = self.waiters.get(&call).map(|waiter| waiter.state);
            matches!(state, Some(WaiterState::Waiting | WaiterState::Held { .. }))
        };
        let ahead = line.order.iter().take_while(|place| waiter.is_none_or(|w| **place < w.place));
        ahead.filter(|place| waits(place.call)).count()
    }
}

/// Whether an agent is there to take callers, now or when they are done with what they do.
const fn works(agent: &Agent) -> bool {
    match agent.state {
        AgentState::Ready { .. }
        | AgentState::Reserved(_)
        | AgentState::Ringing(_)
        | AgentState::Releasing { .. }
        | AgentState::Talking { .. }
        | AgentState::Engaged { .. }
        | AgentState::WrapUp { .. }
        | AgentState::BackOff { .. } => matches!(agent.intent, Intent::Work),
        AgentState::Offline
        | AgentState::Unreachable { .. }
        | AgentState::Rona { .. }
        | AgentState::Break { .. } => false,
    }
}

fn seconds(span: Duration) -> f64 {
    span.to_std().as_secs_f64()
}
