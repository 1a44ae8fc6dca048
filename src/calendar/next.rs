//! When it is open next, and when it closes.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::AmbiguousOffset;

use super::hours::{Calendar, Opening, timestamp};
use super::window::DAY;
use crate::time::Wall;

/// How many days ahead the next opening is looked for: a year and a month.
const LOOK_AHEAD_DAYS: usize = 396;

/// How many clock changes ahead are looked at; zones have two a year, a few have had four.
const CLOCK_CHANGES: usize = 8;

impl Calendar {
    /// The first moment from `wall` on at which it is open: `wall` itself if it is, else the start of the next hours
    /// within a year and a month. `None` if there are none.
    #[must_use]
    pub fn next_open(&self, wall: Wall) -> Option<Wall> {
        if self.at(wall) == Opening::Open {
            return Some(wall);
        }
        let mut now = timestamp(wall);
        if let Some(closed) = self.standing_at(now) {
            now = closed.until?;
            if self.is_open(now) {
                return Some(Wall::from_unix_micros(now.as_microsecond()));
            }
        }
        let by_start = self.first_start(now);
        let by_clock = self
            .zone
            .following(now)
            .take(CLOCK_CHANGES)
            .map(|change| change.timestamp())
            .find(|&change| self.is_open(change));
        let next = by_start.into_iter().chain(by_clock).min()?;
        Some(Wall::from_unix_micros(next.as_microsecond()))
    }

    /// The first moment from `wall` on at which it is closed: `wall` itself if it is, else the end of the present hours
    /// within a year and a month. `None` if they do not end.
    #[must_use]
    pub fn next_closed(&self, wall: Wall) -> Option<Wall> {
        if self.at(wall) != Opening::Open {
            return Some(wall);
        }
        let mut now = timestamp(wall);
        if let Some(open) = self.standing_at(now) {
            now = open.until?;
            if !self.is_open(now) {
                return Some(Wall::from_unix_micros(now.as_microsecond()));
            }
        }
        let by_end = self.first_end(now);
        let by_clock = self
            .zone
            .following(now)
            .take(CLOCK_CHANGES)
            .map(|change| change.timestamp())
            .find(|&change| !self.is_open(change));
        let next = by_end.into_iter().chain(by_clock).min()?;
        Some(Wall::from_unix_micros(next.as_microsecond()))
    }

    /// The first moment after `now` at which a window ends and none goes on.
    fn first_end(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.zone.to_datetime(now).date();
        // A window of the day before may still be open.
        let first = today.yesterday().unwrap_or(today);
        let days = first.series(jiff::Span::new().days(1)).take(LOOK_AHEAD_DAYS);
        let ends = |day| self.ends_of(day).filter(|&end| end > now && !self.is_open(end)).min();
        let mut found = days.skip_while(|&day| ends(day).is_none());
        // Where clocks go back over midnight, an end that belongs to the next date can come before one of this date.
        let (this, next) = (found.next()?, found.next());
        ends(this).into_iter().chain(next.and_then(ends)).min()
    }

    /// The moments at which the windows that belong to a day end.
    fn ends_of(&self, day: civil::Date) -> impl Iterator<Item = Timestamp> {
        self.windows_of(day).iter().flat_map(move |window| {
            let last = window.last();
            let on = if last >= DAY { day.tomorrow().ok() } else { Some(day) };
            let minute = last % DAY;
            let [hour, minute] = [minute / 60, minute % 60].map(i8::try_from);
            let local = match (on, hour, minute) {
                (Some(on), Ok(hour), Ok(minute)) => Some(on.at(hour, minute, 0, 0)),
                _ => None,
            };
            local.into_iter().flat_map(move |local| self.moments_of(local))
        })
    }

    /// The first moment after `now` at which a window starts.
    fn first_start(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.zone.to_datetime(now).date();
        let mut days = today.series(jiff::Span::new().days(1)).take(LOOK_AHEAD_DAYS);
        let found = days.find_map(|day| Some((day, self.start_on(day, now)?)));
        // Where clocks go back over midnight, a start of the next date can come before one of this date.
        let (day, start) = found?;
        let next = day.tomorrow().ok().and_then(|day| self.start_on(day, now));
        Some(next.map_or(start, |next| next.min(start)))
    }

    /// The first moment after `now` at which a window that belongs to `day` starts.
    fn start_on(&self, day: civil::Date, now: Timestamp) -> Option<Timestamp> {
        let starts = self.windows_of(day).iter().flat_map(|window| {
            let [hour, minute] = [window.start / 60, window.start % 60].map(i8::try_from);
            let time = hour.ok().zip(minute.ok());
            time.map(|(hour, minute)| day.at(hour, minute, 0, 0))
                .into_iter()
                .flat_map(|local| self.moments_of(local))
        });
        starts.filter(|&start| start > now && self.is_open(start)).min()
    }

    /// The moments at which the clock on the wall shows `local`: two where it is repeated; where it is skipped none, for
    /// the hours then begin at the clock change itself.
    pub(super) fn moments_of(
        &self,
        local: civil::DateTime,
    ) -> impl Iterator<Item = Timestamp> + use<> {
        let offsets = match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
            AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
            AmbiguousOffset::Gap { .. } => [None, None],
        };
        offsets.into_iter().flatten().filter_map(move |offset| offset.to_timestamp(local).ok())
    }

    fn is_open(&self, at: Timestamp) -> bool {
        self.at(Wall::from_unix_micros(at.as_microsecond())) == Opening::Open
    }
}
