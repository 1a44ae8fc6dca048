//! The clock of the core: instants, spans and wall-clock times in whole microseconds.
//!
//! Nothing here reads a clock. Adapters and `runtime` do that and hand the result in, so that live calls,
//! tests and simulations run the same code on the same numbers.

mod civil;

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

pub use civil::{ClockTime, Date, Moment, YearlyDay};

/// A point on the engine's monotonic clock, in microseconds since that clock's zero.
///
/// The zero is the driver's choice: process start for live calls, 0 for tests. What was before it, in the life of an
/// earlier process, has an instant too: see [`ago`](Self::ago).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A span of time in microseconds, never negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

/// A wall-clock time, in microseconds since 1970-01-01T00:00:00Z, leap seconds not counted; written as that number.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Wall(i64);

impl Instant {
    /// The clock's zero.
    pub const ZERO: Self = Self(0);

    /// Makes an instant from microseconds since the clock's zero, saturating.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(0_i64.saturating_add_unsigned(micros))
    }

    /// Microseconds since the clock's zero; 0 before it.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        if self.0 < 0 { 0 } else { self.0.unsigned_abs() }
    }

    /// The span since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        if self.0 <= earlier.0 {
            return Duration::ZERO;
        }
        Duration(self.0.abs_diff(earlier.0))
    }

    /// The instant `span` before this one, stopping at the clock's zero.
    #[must_use]
    pub const fn before(self, span: Duration) -> Self {
        let before = self.ago(span);
        if before.0 < 0 { Self::ZERO } else { before }
    }

    /// The instant `span` before this one, on the far side of the clock's zero if need be.
    #[must_use]
    pub const fn ago(self, span: Duration) -> Self {
        Self(self.0.saturating_sub_unsigned(span.0))
    }

    /// The next whole multiple of `grain`, which may be this very moment: what need not be punctual is done together.
    #[must_use]
    pub const fn rounded_up(self, grain: Duration) -> Self {
        match self.as_micros().checked_next_multiple_of(grain.0) {
            Some(rounded) => Self::from_micros(rounded),
            None => self,
        }
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span that can be written.
    pub const MAX: Self = Self(u64::MAX);

    /// Makes a span from microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Makes a span from milliseconds, saturating.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Makes a span from seconds, saturating.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Makes a span from minutes, saturating.
    #[must_use]
    pub const fn from_mins(mins: u64) -> Self {
        Self(mins.saturating_mul(60_000_000))
    }

    /// The span in microseconds.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The span in whole milliseconds, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    /// The span in whole seconds, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whether the span is empty.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This span less `other`; zero if `other` is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This span `count` times, saturating.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }

    /// The span for the standard library and tokio.
    #[must_use]
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_micros(self.0)
    }

    /// The span of a standard library duration, saturating.
    #[must_use]
    pub fn from_std(span: std::time::Duration) -> Self {
        Self(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
    }
}

impl Wall {
    /// Makes a wall-clock time from microseconds since the Unix epoch.
    #[must_use]
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_unix_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_unix_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The time in UTC as RFC 3339 with milliseconds: `2026-03-04T03:00:00.000Z`.
    ///
    /// A year beyond four digits, which no clock of ours shows, reads as the first or last date there is.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let (seconds, micros) = self.seconds_and_micros();
        format!("{seconds}.{:03}Z", micros / 1_000)
    }

    /// The time in UTC as RFC 3339 with microseconds: `2026-03-04T03:00:00.000000Z`.
    #[must_use]
    pub fn to_rfc3339_micros(self) -> String {
        let (seconds, micros) = self.seconds_and_micros();
        format!("{seconds}.{micros:06}Z")
    }

    /// Reads what [`to_rfc3339_micros`](Self::to_rfc3339_micros) writes; the fraction may be shorter or left out.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let number = |digits: &str, length: std::ops::RangeInclusive<usize>| -> Option<i64> {
            let only_digits = digits.bytes().all(|b| b.is_ascii_digit());
            (length.contains(&digits.len()) && only_digits).then(|| digits.parse().ok()).flatten()
        };
        let (minutes, second) = clock.rsplit_once(':')?;
        let minutes = ClockTime::parse(minutes)?;
        let second = number(second, 2..=2).filter(|second| *second < 60)?;
        let micros = number(&format!("{fraction:0<6}"), 6..=6)?;
        let days = Date::parse(date)?.days_since_epoch();
        let seconds = (i64::from(minutes.hour) * 60 + i64::from(minutes.minute)) * 60 + second;
        Some(Self((days * 86_400 + seconds) * 1_000_000 + micros))
    }

    /// Date and time of day to the second, and the microseconds beyond.
    fn seconds_and_micros(self) -> (String, i64) {
        let (days, micros) = (self.0.div_euclid(86_400_000_000), self.0.rem_euclid(86_400_000_000));
        let edge = if days < 0 {
            Date { year: i16::MIN, month: 1, day: 1 }
        } else {
            Date { year: i16::MAX, month: 12, day: 31 }
        };
        let date = Date::from_days(days).unwrap_or(edge);
        let s = micros / 1_000_000;
        let (hour, minute, second) = (s / 3_600, s / 60 % 60, s % 60);
        (format!("{date}T{hour:02}:{minute:02}:{second:02}"), micros % 1_000_000)
    }

    /// The date and time of day in UTC. A year beyond the reach of a [`Date`] shows as the epoch.
    #[must_use]
    pub fn utc(self) -> Moment {
        let (days, micros) = (self.0.div_euclid(86_400_000_000), self.0.rem_euclid(86_400_000_000));
        let minutes = u16::try_from(micros / 60_000_000).unwrap_or(0);
        let epoch = Date { year: 1970, month: 1, day: 1 };
        let time = ClockTime {
            hour: u8::try_from(minutes / 60).unwrap_or(0),
            minute: u8::try_from(minutes % 60).unwrap_or(0),
        };
        Moment { date: Date::from_days(days).unwrap_or(epoch), time }
    }

    /// The time `span` later, saturating.
    #[must_use]
    pub const fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }

    /// The time `span` earlier, saturating.
    #[must_use]
    pub const fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub_unsigned(span.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl fmt::Display for Instant {
    /// Seconds with three decimals, as transcripts print them: `12.400`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, micros) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:03}", micros / 1_000_000, micros / 1_000 % 1_000)
    }
}

impl fmt::Display for Duration {
    /// The shortest exact form of a flow file: `250ms`, `5s`, `2m`; microseconds below a millisecond.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            us if us % 1_000 != 0 => write!(f, "{us}us"),
            us if us % 1_000_000 != 0 => write!(f, "{}ms", us / 1_000),
            us if us % 60_000_000 != 0 || us == 0 => write!(f, "{}s", us / 1_000_000),
            us => write!(f, "{}m", us / 60_000_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_runs_below_zero_or_over_the_end() {
        assert_eq!(Instant::ZERO - Instant::from_micros(5), Duration::ZERO);
        assert_eq!(Instant::ZERO.before(Duration::from_secs(1)), Instant::ZERO);
        assert_eq!((Instant::from_micros(5) + Duration::MAX).as_micros(), i64::MAX.unsigned_abs());
        let before = Instant::from_micros(5).ago(Duration::from_secs(2));
        assert_eq!(before.to_string(), "-1.999");
        assert_eq!((Instant::ZERO.since(before), before.as_micros()), (Duration(1_999_995), 0));
        assert_eq!(before + Duration::from_secs(2), Instant::from_micros(5));
        assert!(before < Instant::ZERO);
    }

    #[test]
    fn wall_times_print_in_utc() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
            (1_772_593_200_123_456, "2026-03-04T03:00:00.123Z"),
            (4_107_542_399_000_000, "2100-02-28T23:59:59.000Z"),
        ] {
            let wall = Wall::from_unix_micros(micros);
            assert_eq!(wall.to_rfc3339(), text);
            assert_eq!(Wall::parse_rfc3339(&wall.to_rfc3339_micros()), Some(wall), "{text}");
        }
        let whole = Wall::parse_rfc3339("2026-03-04T03:00:00Z").map(Wall::as_unix_micros);
        assert_eq!(whole, Some(1_772_593_200_000_000));
        for text in ["", "2026-03-04", "2026-03-04T03:00:60Z", "2026-03-04T03:00:00+07:00"] {
            assert_eq!(Wall::parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn spans_print_as_a_flow_file_writes_them() {
        for (span, text) in [
            (Duration::ZERO, "0s"),
            (Duration::from_micros(7), "7us"),
            (Duration::from_millis(250), "250ms"),
            (Duration::from_millis(1_500), "1500ms"),
            (Duration::from_secs(5), "5s"),
            (Duration::from_secs(90), "90s"),
            (Duration::from_mins(8), "8m"),
        ] {
            assert_eq!(span.to_string(), text);
        }
    }
}
