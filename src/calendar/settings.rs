//! What an operator says about opening hours.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::time::Date;

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
