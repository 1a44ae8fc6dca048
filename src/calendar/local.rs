//! Between the wall clock of the world and the clock on the wall of the calendar's own zone.

use jiff::civil;

use super::hours::{Calendar, timestamp};
use crate::time::{ClockTime, Date, Moment, Wall};

impl Calendar {
    /// What date and time of day it is in the calendar's zone.
    #[must_use]
    pub fn local(&self, wall: Wall) -> Moment {
        let local = self.zone.to_datetime(timestamp(wall));
        let two = |number: i8| u8::try_from(number).unwrap_or(0);
        Moment {
            date: Date { year: local.year(), month: local.month(), day: local.day() },
            time: ClockTime { hour: two(local.hour()), minute: two(local.minute()) },
        }
    }

    /// The first moment at which the clock in the calendar's zone shows this; where clocks skip it, the moment they
    /// would have shown it without the change. `None` outside the years that can be reckoned.
    #[must_use]
    pub fn wall(&self, moment: Moment) -> Option<Wall> {
        let Moment { date, time } = moment;
        let two = |number: u8| i8::try_from(number).ok();
        let local = civil::DateTime::new(
            date.year,
            date.month,
            date.day,
            two(time.hour)?,
            two(time.minute)?,
            0,
            0,
        );
        let at = self.zone.to_ambiguous_timestamp(local.ok()?).compatible().ok()?;
        Some(Wall::from_unix_micros(at.as_microsecond()))
    }
}
