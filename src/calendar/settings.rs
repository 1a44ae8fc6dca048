//! What an operator says about opening hours.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::time::{Date, Moment, YearlyDay};

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
    /// Holidays of one year with their names, before weekly hours. Closed.
    pub holidays: BTreeMap<Date, Arc<str>>,
    /// Holidays of every year with their names, before weekly hours. Closed.
    pub yearly_holidays: BTreeMap<YearlyDay, Arc<str>>,
    /// What holds before everything else.
    pub standing: Option<Override>,
}

/// Open or closed whatever the rest of the calendar says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Override {
    /// Whether it is open.
    pub open: bool,
    /// Till when, as the clock on the wall shows it in the calendar's zone; `None` = until it is taken away.
    pub until: Option<Moment>,
}
