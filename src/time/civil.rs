//! Dates and times of day as a calendar and a clock on the wall show them, without a zone.

use std::fmt;

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: i16,
    /// The month, 1–12.
    pub month: i8,
    /// The day, 1–31.
    pub day: i8,
}

/// A time of day, to the minute: 00:00–23:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime {
    /// The hour, 0–23.
    pub hour: u8,
    /// The minute, 0–59.
    pub minute: u8,
}

/// A date and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The date.
    pub date: Date,
    /// The time of day.
    pub time: ClockTime,
}

/// A day that comes every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearlyDay {
    /// The month, 1–12.
    pub month: i8,
    /// The day, 1–31; 29 February comes in leap years only.
    pub day: i8,
}

/// Days of the 400 years after which the Gregorian calendar repeats.
const DAYS_OF_ERA: i64 = 146_097;

impl Date {
    /// The date of that year, month and day; `None` if there is no such day.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 => 28 + i8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=last).contains(&day).then_some(Self { year, month, day })
    }

    /// Reads `2026-08-17` (ISO 8601, extended form).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// Days since 1970-01-01, negative before it.
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        // Years begin in March here, so that the leap day ends them.
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The date so many days after 1970-01-01; `None` beyond the years of an `i16`.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        let days = days.checked_add(719_468)?;
        let (era, day) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        Some(Self {
            year: i16::try_from(year).ok()?,
            month: i8::try_from(month).ok()?,
            day: i8::try_from(day).ok()?,
        })
    }

    /// The day of the week, 0 = Monday to 6 = Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        u8::try_from((self.days_since_epoch() + 3).rem_euclid(7)).unwrap_or(0)
    }
}

impl YearlyDay {
    /// The day of that month; `None` if no year has it.
    #[must_use]
    pub fn new(month: i8, day: i8) -> Option<Self> {
        // 2000 was a leap year.
        Date::new(2000, month, day).map(|date| Self { month: date.month, day: date.day })
    }

    /// Reads `12-25`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (month, day) = text.split_once('-')?;
        let two = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
        if !two(month) || !two(day) {
            return None;
        }
        Self::new(month.parse().ok()?, day.parse().ok()?)
    }
}

impl From<Date> for YearlyDay {
    /// The day without its year.
    fn from(date: Date) -> Self {
        Self { month: date.month, day: date.day }
    }
}

impl ClockTime {
    /// That hour and minute; `None` outside 00:00–23:59.
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour < 24 && minute < 60 { Some(Self { hour, minute }) } else { None }
    }

    /// Reads `08:05` or `08:05:59`, whose seconds are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next());
        let two = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
        let well = |second: &str| two(second) && second <= "59";
        if parts.next().is_some() || !two(hour) || !two(minute) || !second.is_none_or(well) {
            return None;
        }
        Self::new(hour.parse().ok()?, minute.parse().ok()?)
    }

    /// Minutes since midnight, 0–1439.
    #[must_use]
    pub fn minutes(self) -> u16 {
        u16::from(self.hour) * 60 + u16::from(self.minute)
    }
}

impl Moment {
    /// Reads a date and time as RFC 3339 writes it and takes what its clock shows: the offset and the seconds are
    /// dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (clock, offset) =
            rest.split_at_checked(rest.find(['Z', 'z', '+', '-', '.']).unwrap_or(rest.len()))?;
        let fraction = offset
            .strip_prefix('.')
            .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        let offset = fraction.unwrap_or(offset);
        let signed = |offset: &str| {
            offset
                .strip_prefix(['+', '-'])
                .is_some_and(|o| o.len() == 5 && ClockTime::parse(o).is_some())
        };
        if !(offset.is_empty() || offset.eq_ignore_ascii_case("z") || signed(offset)) {
            return None;
        }
        Some(Self { date: Date::parse(date)?, time: ClockTime::parse(clock)? })
    }
}

impl fmt::Display for Date {
    /// As ISO 8601 writes it: `2026-08-17`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for YearlyDay {
    /// As a calendar is written: `12-25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Display for ClockTime {
    /// As ISO 8601 writes it: `08:05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl fmt::Display for Moment {
    /// As ISO 8601 writes it: `2026-08-17T08:05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_to_days_and_back() {
        for (text, days, weekday) in [
            ("1970-01-01", 0, 3),
            ("1969-12-31", -1, 2),
            ("2000-02-29", 11_016, 1),
            ("2026-08-17", 20_682, 0),
            ("2100-03-01", 47_541, 0),
        ] {
            let date = Date::parse(text).expect(text);
            assert_eq!((date.days_since_epoch(), date.weekday()), (days, weekday), "{text}");
            assert_eq!(Date::from_days(days), Some(date));
            assert_eq!(date.to_string(), text);
        }
        for day in -800_000..800_000 {
            let date = Date::from_days(day).expect("within the years");
            assert_eq!(date.days_since_epoch(), day);
            assert_eq!(Date::new(date.year, date.month, date.day), Some(date));
        }
    }

    #[test]
    fn what_is_no_date_or_time_is_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-1-1", "2026-12-25-1", "", "+026-01-01"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        for (text, time) in [("08:05", Some((8, 5))), ("23:59:59", Some((23, 59))), ("24:00", None)]
        {
            assert_eq!(ClockTime::parse(text).map(|t| (t.hour, t.minute)), time, "{text}");
        }
        for text in ["8:05", "08:5", "08:05:60", "08:05:", "0805", "08:60"] {
            assert_eq!(ClockTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn yearly_days_are_those_that_some_year_has() {
        for (text, good) in [
            ("12-25", true),
            ("02-29", true),
            ("02-30", false),
            ("13-01", false),
            ("1-1", false),
            ("12-25-1", false),
            ("", false),
        ] {
            let day = YearlyDay::parse(text).map(|day| day.to_string());
            assert_eq!(day.as_deref(), good.then_some(text), "{text}");
        }
    }

    #[test]
    fn moments_are_what_the_clock_shows_there() {
        for text in ["2026-03-04T10:00:00+07:00", "2026-03-04 10:00", "2026-03-04T10:00:00.123Z"] {
            assert_eq!(
                Moment::parse(text).map(|m| m.to_string()).as_deref(),
                Some("2026-03-04T10:00"),
                "{text}"
            );
        }
        for text in ["2026-03-04", "2026-03-04T25:00", "2026-03-04T10:00+7", "2026-03-04T10:00:00x"]
        {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
