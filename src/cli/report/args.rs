//! What all reports are asked with: where the history is, which days, how figures are reckoned, how they are printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::figures::FigureError;
use super::hours;
use super::words::Tongue;
use crate::call::QueueId;
use crate::report::{self, Grid, Level, Settings, Step};
use crate::runtime::Clock;
use crate::time::{Date, Duration};

/// Where the history is, and which days of it.
#[derive(Debug, Args)]
pub(super) struct Period {
    /// The store of a node; `store` of the `sambung.yaml` here, or `sambung.db`, if not given
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    pub(super) store: Option<PathBuf>,
    /// Instead of a store, a file of the history, one JSON object per line; `-` reads standard input; several are read in
    /// order
    #[arg(long, value_name = "FILE")]
    pub(super) history: Vec<PathBuf>,
    /// The day; today if no day is given
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with_all = ["from", "to"])]
    date: Option<Date>,
    /// The first day
    #[arg(long, value_name = "DATE", value_parser = date, requires = "to")]
    from: Option<Date>,
    /// The last day
    #[arg(long, value_name = "DATE", value_parser = date, requires = "from")]
    to: Option<Date>,
    /// The zone whose days they are
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,
    /// Only this queue; may be given several times
    #[arg(long, value_name = "QUEUE")]
    pub(super) queue: Vec<String>,
}

/// How figures are reckoned.
#[derive(Debug, Args)]
pub(super) struct Reckoning {
    /// Which service level: 1, 2, 3, 4, 5 or 5b
    #[arg(long, value_name = "NUMBER", default_value = "4", value_parser = level)]
    sl: Level,
    /// A wait of at most this is in time
    #[arg(long, value_name = "SPAN", default_value = "20s", value_parser = span)]
    target: Duration,
    /// Who hangs up after at most this has given the queue no chance
    #[arg(long, value_name = "SPAN", default_value = "5s", value_parser = span)]
    short: Duration,
    /// How days are cut
    #[arg(long, value_name = "SPAN", default_value = "30m")]
    interval: Cut,
    /// A call within this of the caller's last one: the flow did not settle it
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = span)]
    again: Duration,
    /// A call about the same within this: the agent did not settle it
    #[arg(long, value_name = "SPAN", default_value = "7d", value_parser = span)]
    repeat: Duration,
    /// Times of tickets by these opening hours as well: a calendar of the project here
    #[arg(long, value_name = "CALENDAR")]
    pub(super) hours: Option<String>,
}

/// How a report is printed.
#[derive(Debug, Args)]
pub(super) struct Print {
    /// How it is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(super) format: Form,
    /// The language of titles and columns
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub(super) language: Tongue,
}

/// A way to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    Text,
    /// For spreadsheets: spans in seconds, shares from 0 to 1
    Csv,
    /// One object
    Json,
}

/// How days are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Cut {
    /// Four an hour
    #[value(name = "15m")]
    Quarter,
    /// Two an hour
    #[value(name = "30m")]
    HalfHour,
    /// One an hour
    #[value(name = "1h", alias = "60m")]
    Hour,
    /// Whole days
    Day,
}

impl Period {
    /// The intervals that are asked for.
    ///
    /// # Errors
    ///
    /// An unknown zone, or days that cannot be.
    pub(super) fn grid(&self, step: Step) -> Result<Grid, report::Error> {
        let (from, to) = match (self.date, self.from, self.to) {
            (None, Some(from), Some(to)) => (from, to),
            (Some(date), ..) => (date, date),
            (None, ..) => {
                // What day it is depends on the zone, which any day of it knows.
                let now = Clock::new().wall();
                let utc = now.utc().date;
                let today = Grid::new(&self.zone, utc, utc, Step::Day)?.local(now).date;
                (today, today)
            }
        };
        Grid::new(&self.zone, from, to, step)
    }

    /// Whether a queue is asked for.
    pub(super) fn wants(&self, queue: &QueueId) -> bool {
        self.queue.is_empty() || self.queue.iter().any(|name| name == queue.as_str())
    }
}

impl Cut {
    /// The same in the words of reports.
    pub(super) const fn step(self) -> Step {
        match self {
            Self::Quarter => Step::Quarter,
            Self::HalfHour => Step::HalfHour,
            Self::Hour => Step::Hour,
            Self::Day => Step::Day,
        }
    }
}

impl Reckoning {
    /// The settings of a book over the days that are asked for.
    ///
    /// # Errors
    ///
    /// An unknown zone or calendar, or days that cannot be.
    pub(super) fn settings(&self, period: &Period) -> Result<Settings, FigureError> {
        let hours = self.hours.as_deref().map(hours::named).transpose()?;
        Ok(Settings {
            hours,
            grid: period.grid(self.interval.step())?,
            level: self.sl,
            target: self.target,
            short: self.short,
            again_within: self.again,
            repeat_within: self.repeat,
        })
    }
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a date as `2026-03-04`".to_owned())
}

fn level(text: &str) -> Result<Level, String> {
    Level::parse(text).ok_or_else(|| "there are 1, 2, 3, 4, 5 and 5b".to_owned())
}

/// Reads `250ms`, `20s`, `4m`, `1h` or `7d`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let fault = || "write a span as `250ms`, `20s`, `4m`, `1h` or `7d`".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(fault)?;
    let (number, unit) = text.split_at_checked(digits).ok_or_else(fault)?;
    let number: u64 = number.parse().map_err(|_| fault())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(fault()),
    };
    Ok(Duration::from_millis(number.saturating_mul(millis)))
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_read() {
        for (text, millis) in [
            ("250ms", 250),
            ("20s", 20_000),
            ("4m", 240_000),
            ("1h", 3_600_000),
            ("7d", 604_800_000),
        ] {
            assert_eq!(span(text).map(|span| span.as_millis()), Ok(millis), "{text}");
        }
        for text in ["", "20", "s", "1w", "-1s", "1.5s"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
