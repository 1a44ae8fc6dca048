//! For how long it is open between two moments: the clock of those who work by opening hours.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil;

use super::hours::{Calendar, Opening, timestamp};
use super::window::DAY;
use crate::time::{Duration, Wall};

/// How many days are looked through at most: ten years.
const DAYS: usize = 3_660;

impl Calendar {
    /// For how long it is open from one moment to another, within ten years; none where the second is not after the first.
    #[must_use]
    pub fn open_between(&self, from: Wall, to: Wall) -> Duration {
        let (first, last) = (timestamp(from), timestamp(to));
        if last <= first {
            return Duration::ZERO;
        }
        // It stays as it is from each of these moments to the next one.
        let mut edges = BTreeSet::from([first, last]);
        let inside = |at: &Timestamp| first < *at && *at < last;
        edges.extend(self.standing_at(first).and_then(|standing| standing.until).filter(inside));
        let changes = self.zone.following(first).map(|change| change.timestamp());
        edges.extend(changes.take_while(|change| *change < last));
        let day = self.zone.to_datetime(first).date();
        let before = day.yesterday().unwrap_or(day);
        let end = self.zone.to_datetime(last).date();
        let days = before.series(jiff::Span::new().days(1)).take(DAYS);
        for day in days.take_while(|day| *day <= end) {
            for window in self.windows_of(day) {
                let over = if window.end <= window.start { window.end + DAY } else { window.end };
                for minute in [window.start, over] {
                    edges.extend(self.moments_at(day, minute).filter(inside));
                }
            }
        }
        let mut open = 0;
        let mut edges = edges.into_iter().peekable();
        while let (Some(start), Some(end)) = (edges.next(), edges.peek()) {
            let start = start.as_microsecond();
            if self.at(Wall::from_unix_micros(start)) == Opening::Open {
                open += end.as_microsecond().saturating_sub(start).unsigned_abs();
            }
        }
        Duration::from_micros(open)
    }

    /// The moments at which clocks show a minute, counted from midnight of a day; it may lie on the next one.
    fn moments_at(&self, day: civil::Date, minute: u16) -> impl Iterator<Item = Timestamp> + use<> {
        let date = if minute < DAY { Some(day) } else { day.tomorrow().ok() };
        let minute = minute % DAY;
        let [hour, minute] = [minute / 60, minute % 60].map(i8::try_from);
        let local = date.zip(hour.ok()).zip(minute.ok());
        let local = local.map(|((date, hour), minute)| date.at(hour, minute, 0, 0));
        local.map(|local| self.moments_of(local)).into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Override, Settings};
    use crate::time::{ClockTime, Date, Moment};

    /// Berlin, 08:00–17:00 from Monday to Friday and 22:00–02:00 on Saturday, where clocks change on Sundays.
    fn berlin() -> Settings {
        let work = vec![(8 * 60, 17 * 60)];
        let mut weekly = [(); 7].map(|()| work.clone());
        weekly[5] = vec![(22 * 60, 2 * 60)];
        weekly[6].clear();
        Settings { zone: "Europe/Berlin".into(), weekly, ..Settings::default() }
    }

    /// A time with its offset: `2026-03-05T09:00:00+01:00`.
    fn wall(text: &str) -> Wall {
        let (local, offset) = text.split_once('+').expect("an offset");
        let offset = ClockTime::parse(offset).expect("hours and minutes");
        let wall = Wall::parse_rfc3339(&format!("{local}Z")).expect("a time");
        wall.before(Duration::from_mins(u64::from(offset.minutes())))
    }

    #[test]
    fn only_open_hours_count() {
        let calendar = Calendar::new(&berlin()).expect("sound");
        for (from, to, minutes) in [
            // A Thursday.
            ("2026-03-05T09:00:00+01:00", "2026-03-05T10:30:00+01:00", 90),
            ("2026-03-05T07:00:00+01:00", "2026-03-05T08:00:00+01:00", 0),
            ("2026-03-05T16:00:00+01:00", "2026-03-06T09:00:00+01:00", 120),
            ("2026-03-05T16:00:00+01:00", "2026-03-05T15:00:00+01:00", 0),
            // From Friday to Monday: over the four hours of the night from Saturday to Sunday.
            ("2026-03-06T16:00:00+01:00", "2026-03-09T09:00:00+01:00", 60 + 240 + 60),
            // The night of 29 March has an hour less, and 2:00 is when 3:00 is.
            ("2026-03-28T12:00:00+01:00", "2026-03-29T12:00:00+02:00", 240),
            // The night of 25 October has an hour twice, after the window.
            ("2026-10-24T12:00:00+02:00", "2026-10-25T12:00:00+01:00", 240),
            ("2026-01-05T00:00:00+01:00", "2026-01-12T00:00:00+01:00", 5 * 540 + 240),
        ] {
            let open = calendar.open_between(wall(from), wall(to));
            assert_eq!(open, Duration::from_mins(minutes), "{from} to {to}");
        }
    }

    #[test]
    fn an_override_counts_until_it_ends() {
        let until = Moment {
            date: Date::new(2026, 3, 5).expect("a date"),
            time: ClockTime::new(10, 0).expect("a time"),
        };
        let standing = Some(Override { open: false, until: Some(until) });
        let calendar = Calendar::new(&Settings { standing, ..berlin() }).expect("sound");
        let (from, to) = (wall("2026-03-05T09:00:00+01:00"), wall("2026-03-05T11:00:00+01:00"));
        assert_eq!(calendar.open_between(from, to), Duration::from_mins(60));
    }
}
