//! From a written calendar to its definition: hours, exceptions, holidays and an override.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Facts;
use crate::flow::check::{self, Days};
use crate::flow::definition::{CalendarDefinition, CalendarOverride};
use crate::flow::diagnostic::Diagnostic;
use crate::flow::holidays;
use crate::flow::schema::{CalendarRaw, HolidaysRaw, OverrideRaw, Texts};
use crate::flow::source::{Span, Spanned};
use crate::time::{Date, YearlyDay};

/// The definition of a calendar as far as it can be understood.
pub(super) fn calendar(
    name: &str,
    raw: Option<&CalendarRaw>,
    facts: &Facts,
    findings: &mut Vec<Diagnostic>,
) -> CalendarDefinition {
    let mut calendar = CalendarDefinition {
        name: name.into(),
        zone: raw.map_or("", |raw| raw.zone.as_str()).into(),
        weekly: Default::default(),
        exceptions: BTreeMap::new(),
        holidays: BTreeMap::new(),
        yearly_holidays: BTreeMap::new(),
        standing: None,
    };
    let Some(raw) = raw else { return calendar };
    if let Some(zones) = &facts.zones
        && !zones.contains(raw.zone.as_str())
    {
        findings.push(check::unknown_zone(&raw.zone, zones));
    }
    calendar.weekly = weekly(raw, findings);
    for (date, written) in raw.exceptions.iter().flatten() {
        if let Some(date) = check::date(date, findings) {
            calendar.exceptions.insert(date, exception(written, findings));
        }
    }
    if let Some(written) = &raw.holidays {
        days(&mut calendar, written, facts, findings);
    }
    calendar.standing = raw.standing.as_ref().and_then(|written| standing(written, findings));
    calendar
}

/// The windows of each weekday, Monday first.
fn weekly(raw: &CalendarRaw, findings: &mut Vec<Diagnostic>) -> [Vec<(u16, u16)>; 7] {
    let mut weekly: Days = Default::default();
    let mut given: [Option<Span>; 7] = [None; 7];
    for (key, written) in &raw.open {
        let Some(days) = check::days(key, findings) else { continue };
        let windows = windows(written.items(), findings);
        if let Some((day, first)) = days.iter().find_map(|&day| Some((day, given[day]?))) {
            findings.push(check::same_day(day, key.span, first));
        }
        for day in days {
            if given[day].is_none() {
                weekly[day].clone_from(&windows);
                given[day] = Some(key.span);
            }
        }
    }
    findings.extend(check::overlaps(&weekly));
    weekly.map(|windows| windows.into_iter().map(|window| window.value).collect())
}

/// The windows of a date of its own; `closed` = none.
fn exception(written: &Texts, findings: &mut Vec<Diagnostic>) -> Vec<(u16, u16)> {
    if let [only] = written.items()
        && only.value == "closed"
    {
        return Vec::new();
    }
    let windows = windows(written.items(), findings);
    findings.extend(check::overlap_on_date(&windows));
    windows.into_iter().map(|window| window.value).collect()
}

fn windows(texts: &[Spanned<String>], findings: &mut Vec<Diagnostic>) -> Vec<Spanned<(u16, u16)>> {
    let window =
        |text: &Spanned<String>| Some(Spanned::new(check::window(text, findings)?, text.span));
    texts.iter().filter_map(window).collect()
}

/// Adds the holidays of lists, then the calendar's own, which win.
fn days(
    calendar: &mut CalendarDefinition,
    written: &HolidaysRaw,
    facts: &Facts,
    findings: &mut Vec<Diagnostic>,
) {
    // The last holiday of one year and the place that it comes from.
    let mut last: Option<(Date, Span)> = None;
    let mut add = |date: Date, name: Arc<str>, span: Span| {
        calendar.holidays.insert(date, name);
        if last.is_none_or(|(last, _)| last <= date) {
            last = Some((date, span));
        }
    };
    for name in &written.lists {
        match holidays::list(name.as_str()) {
            Some(list) => list.for_each(|(date, day)| add(date, day.into(), name.span)),
            None => {
                let known: Vec<&str> = holidays::names().collect();
                findings.push(check::unknown_name("list of holidays", name, &known));
            }
        }
    }
    for (day, name) in &written.days {
        if let Some(yearly) = YearlyDay::parse(&day.value) {
            calendar.yearly_holidays.insert(yearly, name.as_str().into());
        } else if let Some(date) = check::holiday(day, findings) {
            add(date, name.as_str().into(), day.span);
        }
    }
    if let Some(((last, span), today)) = last.zip(facts.today) {
        findings.extend(check::holidays_end(&calendar.name, last, span, today));
    }
}

fn standing(written: &OverrideRaw, findings: &mut Vec<Diagnostic>) -> Option<CalendarOverride> {
    match written {
        OverrideRaw::Text(text) => {
            let open = check::override_word(text, findings)?;
            Some(CalendarOverride { open, until: None })
        }
        OverrideRaw::Map(Spanned { value: keys, span }) => {
            let open = check::override_keys(keys.open, keys.closed, *span, findings);
            let until = match &keys.until {
                None => None,
                Some(until) => Some(check::until(until, findings)?),
            };
            Some(CalendarOverride { open: open?, until })
        }
    }
}
