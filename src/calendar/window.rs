//! One stretch of opening hours, and how several lie beside each other.

use std::fmt;

use super::error::{Error, OpenDay};

/// Minutes of a day.
pub(super) const DAY: u16 = 24 * 60;

/// Minutes of a week.
const WEEK: u32 = 7 * DAY as u32;

/// Open from `start`, closed from `end` on, in minutes since midnight of the day it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// The first minute, 0–1439.
    pub start: u16,
    /// The first minute after it, 1–1440; at or before `start` = on the next day.
    pub end: u16,
}

impl Window {
    /// Whether `minute` of the day it belongs to is inside.
    pub(super) const fn holds(self, minute: u16) -> bool {
        self.start <= minute && (minute < self.end || self.runs_over())
    }

    /// Whether `minute` of the day after is inside.
    pub(super) const fn holds_next_day(self, minute: u16) -> bool {
        self.runs_over() && minute < self.end
    }

    /// Whether it ends on the next day.
    const fn runs_over(self) -> bool {
        self.end <= self.start
    }

    /// The first minute after it, counted from midnight of the day it belongs to.
    pub(super) const fn last(self) -> u16 {
        if self.runs_over() { self.end + DAY } else { self.end }
    }
}

impl fmt::Display for Window {
    /// As people write it: `08:00–17:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.start, self.end);
        write!(f, "{:02}:{:02}–{:02}:{:02}", start / 60, start % 60, end / 60, end % 60)
    }
}

/// The windows of one day, in order.
///
/// # Errors
///
/// [`Error::BeyondDay`], or [`Error::Overlap`] of two windows of this day.
pub(super) fn windows(day: OpenDay, written: &[(u16, u16)]) -> Result<Vec<Window>, Error> {
    let mut windows: Vec<_> = written.iter().map(|&(start, end)| Window { start, end }).collect();
    windows.sort();
    if let Some(&window) = windows.iter().find(|w| w.start >= DAY || w.end > DAY) {
        return Err(Error::BeyondDay { day, window });
    }
    for pair in windows.windows(2) {
        if let &[first, second] = pair
            && second.start < first.last()
        {
            return Err(Error::Overlap { day, first, other: day, second });
        }
    }
    Ok(windows)
}

/// Checks that no window of a week runs into one of the following day, Sunday's into Monday's included.
///
/// # Errors
///
/// [`Error::Overlap`] of the first two that do.
pub(super) fn check_week(week: &[Vec<Window>; 7]) -> Result<(), Error> {
    let placed: Vec<(u32, usize, Window)> = (0..)
        .step_by(usize::from(DAY))
        .zip(week.iter().enumerate())
        .flat_map(|(midnight, (day, windows))| windows.iter().map(move |&w| (midnight, day, w)))
        .collect();
    let next_week = placed.iter().take(1).map(|&(at, day, window)| (at + WEEK, day, window));
    for (&(midnight, day, first), (next, other, second)) in
        placed.iter().zip(placed.iter().copied().skip(1).chain(next_week))
    {
        if next + u32::from(second.start) < midnight + u32::from(first.last()) {
            let (day, other) = (OpenDay::Weekly(day), OpenDay::Weekly(other));
            return Err(Error::Overlap { day, first, other, second });
        }
    }
    Ok(())
}
