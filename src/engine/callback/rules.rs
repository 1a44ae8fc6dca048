//! When, how often and whom a queue calls back.

use std::sync::Arc;

use crate::calendar::{Calendar, Opening};
use crate::call::AllowList;
use crate::time::{Duration, Wall};

/// Who is rung first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum First {
    /// An agent; the customer once they are there.
    #[default]
    Agent,
    /// The customer, when an agent is expected to be free.
    Customer,
}

/// The rules of one queue.
#[derive(Debug, Clone)]
pub struct CallbackRules {
    /// Who is rung first.
    pub first: First,
    /// How often a customer is tried. Default 3.
    pub attempts: u32,
    /// How long after each try the next one follows; the last one repeats. Default 10 and 30 minutes.
    pub gaps: Vec<Duration>,
    /// How long a wish stands; the time in which the queue is closed does not count. Default 24 hours.
    pub expires: Duration,
    /// The numbers that may be called. Default: none.
    pub allow: AllowList,
    /// When customers may be called, by how their number begins; the longest beginning counts. Numbers of none of them
    /// are called at the hours of the empty one.
    pub hours: Vec<(Arc<str>, Calendar)>,
}

/// How far ahead the end of the calling hours is looked for, and how closely.
const LOOK_AHEAD: u64 = 24 * 60;

/// The microseconds of a minute.
const MINUTE: i64 = 60_000_000;

/// How many times of opening hours a wish may stand through: beyond these the clock on the wall counts.
const OPENINGS: usize = 1_000;

/// How far the next moment is looked for at which both a queue is open and a customer may be called: so many times the
/// one of the two that is open waits for the other.
const MEETINGS: usize = 1_000;

/// When a wish that is made at `wall` has stood for so long: the time in which its queue is closed does not count.
pub(super) fn stands_until(hours: Option<&Calendar>, wall: Wall, within: Duration) -> Wall {
    let Some(hours) = hours else { return wall.after(within) };
    let (mut at, mut left) = (wall, within);
    for _ in 0..OPENINGS {
        let Some(opens) = hours.next_open(at) else { break };
        let Some(closes) = hours.next_closed(opens) else { return opens.after(left) };
        let open = between(opens, closes);
        if left <= open {
            return opens.after(left);
        }
        (at, left) = (closes, left.saturating_sub(open));
    }
    at.after(left)
}

impl CallbackRules {
    /// The pause after so many tries.
    pub(super) fn gap(&self, tries: u32) -> Duration {
        let nth = usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1);
        self.gaps.get(nth).or(self.gaps.last()).copied().unwrap_or(Duration::from_mins(10))
    }

    fn calendar(&self, number: &str) -> Option<&Calendar> {
        let fits = |(start, _): &&(Arc<str>, Calendar)| number.starts_with(start.as_ref());
        let best = self.hours.iter().filter(fits).max_by_key(|(start, _)| start.len());
        best.map(|(_, calendar)| calendar)
    }

    /// How long after `wall` the number may be called: at once within the hours; `None` = never.
    pub(super) fn opens(&self, number: &str, wall: Wall) -> Option<Duration> {
        let Some(calendar) = self.calendar(number) else { return Some(Duration::ZERO) };
        match calendar.at(wall) {
            Opening::Open => Some(Duration::ZERO),
            _ => calendar.next_open(wall).map(|opens| between(wall, opens)),
        }
    }

    /// How long after `wall` the number may be called and its queue, with these hours, is open: at once where both are so
    /// already; `None` = never.
    pub(super) fn opens_with(
        &self,
        number: &str,
        queue: Option<&Calendar>,
        wall: Wall,
    ) -> Option<Duration> {
        let mut at = wall;
        for _ in 0..MEETINGS {
            at = at.after(self.opens(number, at)?);
            let Some(hours) = queue else { break };
            let opens = hours.next_open(at)?;
            if opens == at {
                break;
            }
            at = opens;
        }
        Some(between(wall, at))
    }

    /// How long after `wall` the hours end in which it lies: with a whole minute of the clock; `None` = not within a day.
    pub(super) fn closes(&self, number: &str, wall: Wall) -> Option<Duration> {
        let calendar = self.calendar(number)?;
        let mut minutes = (1..=LOOK_AHEAD).map(Duration::from_mins);
        let closed = minutes.find(|span| calendar.at(wall.after(*span)) != Opening::Open)?;
        // What has begun of the minute is not left of the hours.
        let begun = u64::try_from(wall.as_unix_micros().rem_euclid(MINUTE)).unwrap_or(0);
        Some(closed.saturating_sub(Duration::from_micros(begun)))
    }
}

/// From one time to a later one.
fn between(earlier: Wall, later: Wall) -> Duration {
    let micros = later.as_unix_micros().saturating_sub(earlier.as_unix_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
