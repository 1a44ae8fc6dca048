//! Local days of a zone, cut into intervals. A day has 23 or 25 hours where its clocks change.

use std::sync::Arc;

use super::piece::between;
use crate::calendar::{self, Calendar};
use crate::time::{ClockTime, Date, Duration, Moment, Wall};

/// The most days of one report: a leap year and a month.
const MAX_DAYS: i64 = 397;

/// How a day is cut. Intervals are counted from midnight in elapsed time, so that each is as long as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Four an hour.
    Quarter,
    /// Two an hour.
    HalfHour,
    /// One an hour.
    Hour,
    /// Whole days.
    Day,
}

/// Why there is no such grid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The zone is unknown.
    #[error("read the time zone")]
    Zone(#[source] calendar::Error),
    /// The last day lies before the first, or too far behind it.
    #[error("make a report from {from} to {to}: it takes 1 to 397 days")]
    Days {
        /// The first day.
        from: Date,
        /// The last one.
        to: Date,
    },
    /// A date that cannot be reckoned.
    #[error("find midnight of {date}")]
    Date {
        /// Which.
        date: Date,
    },
}

/// The intervals of a report, one after the other without gaps.
#[derive(Debug, Clone)]
pub struct Grid {
    zone: Arc<str>,
    calendar: Calendar,
    step: Step,
    /// The starts of the intervals, and the end of the last one.
    edges: Vec<Wall>,
    /// The dates, and where the intervals of each begin.
    days: Vec<(Date, usize)>,
}

impl Step {
    /// The length of an interval; `None` = a day, however long it is.
    #[must_use]
    pub const fn span(self) -> Option<Duration> {
        match self {
            Self::Quarter => Some(Duration::from_mins(15)),
            Self::HalfHour => Some(Duration::from_mins(30)),
            Self::Hour => Some(Duration::from_mins(60)),
            Self::Day => None,
        }
    }
}

impl Grid {
    /// The days from `from` to `to`, both included, as the clocks of an IANA zone count them.
    ///
    /// # Errors
    ///
    /// An unknown zone; days in the wrong order, or too many.
    pub fn new(zone: &str, from: Date, to: Date, step: Step) -> Result<Self, Error> {
        let zone: Arc<str> = zone.into();
        let settings = calendar::Settings { zone: Arc::clone(&zone), ..Default::default() };
        let calendar = Calendar::new(&settings).map_err(Error::Zone)?;
        let (first, last) = (from.days_since_epoch(), to.days_since_epoch());
        if last < first || last - first >= MAX_DAYS {
            return Err(Error::Days { from, to });
        }
        let mut grid = Self { zone, calendar, step, edges: Vec::new(), days: Vec::new() };
        for day in first..=last {
            let date = Date::from_days(day).ok_or(Error::Date { date: to })?;
            let (midnight, next) = (grid.midnight(day, date)?, grid.midnight(day + 1, date)?);
            grid.days.push((date, grid.edges.len()));
            let mut edge = midnight;
            while edge < next {
                grid.edges.push(edge);
                edge = step.span().map_or(next, |span| edge.after(span));
            }
            if day == last {
                grid.edges.push(next);
            }
        }
        Ok(grid)
    }

    /// The first moment of a day. Where clocks skip midnight, the moment that follows it.
    fn midnight(&self, day: i64, shown: Date) -> Result<Wall, Error> {
        let fault = || Error::Date { date: shown };
        let time = ClockTime { hour: 0, minute: 0 };
        let date = Date::from_days(day).ok_or_else(fault)?;
        self.calendar.wall(Moment { date, time }).ok_or_else(fault)
    }

    /// The zone's name.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// How days are cut.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// How many intervals there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Whether there are none, which cannot be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first moment.
    #[must_use]
    pub fn start(&self) -> Wall {
        self.edges.first().copied().unwrap_or_default()
    }

    /// The first moment after the last one.
    #[must_use]
    pub fn end(&self) -> Wall {
        self.edges.last().copied().unwrap_or_default()
    }

    /// When the n-th interval begins and ends.
    #[must_use]
    pub fn interval(&self, n: usize) -> Option<(Wall, Wall)> {
        Some((*self.edges.get(n)?, *self.edges.get(n + 1)?))
    }

    /// The dates with the range of intervals of each.
    pub fn days(&self) -> impl Iterator<Item = (Date, std::ops::Range<usize>)> + '_ {
        let ends = self.days.iter().skip(1).map(|day| day.1).chain([self.len()]);
        self.days.iter().zip(ends).map(|(&(date, from), to)| (date, from..to))
    }

    /// The interval that a moment lies in.
    #[must_use]
    pub fn at(&self, wall: Wall) -> Option<usize> {
        if wall < self.start() || wall >= self.end() {
            return None;
        }
        // All but the last interval of a day are equally long: only days whose clocks change lead astray, and not far.
        let step = self.step.span().unwrap_or(Duration::from_mins(24 * 60));
        let guess = between(self.start(), wall).as_micros() / step.as_micros();
        let mut n = usize::try_from(guess).map_or(0, |n| n.min(self.len() - 1));
        while self.edges[n] > wall {
            n -= 1;
        }
        while self.edges[n + 1] <= wall {
            n += 1;
        }
        Some(n)
    }

    /// Tells how much of a stretch lies in each interval.
    pub fn split(&self, from: Wall, to: Wall, mut part: impl FnMut(usize, Duration)) {
        let from = from.max(self.start());
        let to = to.min(self.end());
        if from >= to {
            return;
        }
        let Some(mut n) = self.at(from) else { return };
        let mut at = from;
        while at < to {
            let Some(edge) = self.edges.get(n + 1) else { return };
            let end = to.min(*edge);
            part(n, between(at, end));
            at = end;
            n += 1;
        }
    }

    /// What date and time of day it is in the zone.
    #[must_use]
    pub fn local(&self, wall: Wall) -> Moment {
        self.calendar.local(wall)
    }

    /// The moment as the zone's clocks show it, with their offset: `2026-03-04T10:00:07+07:00`.
    #[must_use]
    pub fn rfc3339(&self, wall: Wall) -> String {
        let (local, utc) = (self.local(wall), wall.utc());
        let minutes = |m: Moment| m.date.days_since_epoch() * 1_440 + i64::from(m.time.minutes());
        let offset = minutes(local) - minutes(utc);
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, rest) = (offset.abs() / 60, offset.abs() % 60);
        let second = wall.as_unix_micros().div_euclid(1_000_000).rem_euclid(60);
        format!("{local}:{second:02}{sign}{hours:02}:{rest:02}")
    }
}
