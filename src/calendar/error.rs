//! What can be wrong with opening hours.

use std::fmt;
use std::sync::Arc;

use super::window::Window;
use crate::time::{Date, YearlyDay};

/// Why opening hours cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The zone is not one of the IANA database.
    #[error("unknown time zone `{zone}`; an IANA name such as `Asia/Jakarta` is needed")]
    UnknownZone {
        /// The name as written.
        zone: Arc<str>,
    },
    /// A date does not exist.
    #[error("there is no date {date}")]
    NoSuchDate {
        /// The date as written.
        date: Date,
    },
    /// A day comes in no year.
    #[error("there is no day {day}")]
    NoSuchDay {
        /// The day as written.
        day: YearlyDay,
    },
    /// A window starts after 23:59 or ends after 24:00.
    #[error("the hours {window} of {day} reach beyond 24:00")]
    BeyondDay {
        /// The day.
        day: OpenDay,
        /// The window as written.
        window: Window,
    },
    /// Two windows have a minute in common.
    #[error("the hours {first} of {day} overlap with {second} of {other}")]
    Overlap {
        /// The day of the window that starts first.
        day: OpenDay,
        /// The window that starts first.
        first: Window,
        /// The day of the other window.
        other: OpenDay,
        /// The other window.
        second: Window,
    },
}

/// A day that has hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenDay {
    /// A day of the week, 0 = Monday.
    Weekly(usize),
    /// A date with hours of its own.
    Exception(Date),
}

/// The days of the week in English, Monday first.
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl fmt::Display for OpenDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weekly(day) => f.write_str(WEEKDAYS.get(*day).unwrap_or(&"no weekday")),
            Self::Exception(date) => date.fmt(f),
        }
    }
}
