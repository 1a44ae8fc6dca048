//! What an operator says about opening hours.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Opening hours as written. Windows are pairs of minutes since midnight, `start` 0–1439 and `end` 0–1440, open from
/// `start` and closed from `end` on. An end at or before its start is on the next day; such a window belongs to the
/// day it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The IANA zone, such as `Asia/Jakarta`.
    pub zone: Arc<str>,
    /// Windows per weekday, Monday first; no windows = closed.
    pub weekly: [Vec<(u16, u16)>; 7],
    /// Dates with hours of their own, before holidays and weekly hours; no windows = closed.
    pub exceptions: BTreeMap<Date, Vec<(u16, u16)>>,
    /// Public holidays with their names, before weekly hours. Closed.
    pub holidays: BTreeMap<Date, Arc<str>>,
}

/// A date of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: i16,
    /// The month, 1–12.
    pub month: i8,
    /// The day, 1–31.
    pub day: i8,
}

impl fmt::Display for Date {
    /// As ISO 8601 writes it: `2026-08-17`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
