//! Opening hours: what changed on the days of a week, on single dates and on holidays.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::flow::compare::change::Group;
use crate::flow::definition::{CalendarDefinition, CalendarOverride};

/// The days of a week, as windows are listed.
const DAYS: [&str; 7] =
    ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/// What changed of a calendar.
pub(super) fn differences(
    was: &CalendarDefinition,
    now: &CalendarDefinition,
) -> Vec<(Group, String)> {
    let CalendarDefinition { name, zone, weekly, exceptions, holidays, yearly_holidays, standing } =
        now;
    let mut lines = Vec::new();
    if was.zone != *zone {
        lines.push(format!("the zone of `{name}` was {}, now {zone}", was.zone));
    }
    if was.standing != *standing {
        let (was, now) = (ordered(was.standing.as_ref()), ordered(standing.as_ref()));
        lines.push(format!("`{name}` was {was}, now {now}"));
    }
    // Days that change alike are told together.
    let mut days: Vec<(Vec<usize>, String, String)> = Vec::new();
    for ((day, was), now) in (0..).zip(&was.weekly).zip(weekly) {
        let (was, now) = (windows(was), windows(now));
        if was != now {
            match days.iter_mut().find(|(_, w, n)| *w == was && *n == now) {
                Some((names, _, _)) => names.push(day),
                None => days.push((vec![day], was, now)),
            }
        }
    }
    for (names, was, now) in days {
        lines.push(format!("on {}, `{name}` was {was}, now {now}", week(&names)));
    }
    let dates = dated(&was.exceptions, exceptions, |w| windows(w), "as on other days");
    lines.extend(
        dates
            .into_iter()
            .map(|(date, was, now)| format!("on {date}, `{name}` was {was}, now {now}")),
    );
    let holiday = |holiday: &std::sync::Arc<str>| format!("a holiday ({holiday})");
    let mut days = dated(&was.holidays, holidays, holiday, "no holiday");
    days.extend(dated(&was.yearly_holidays, yearly_holidays, holiday, "no holiday"));
    lines.extend(
        days.into_iter()
            .map(|(date, was, now)| format!("on {date}, `{name}` had {was}, now {now}")),
    );
    lines.into_iter().map(|line| (Group::Hours, line)).collect()
}

/// Days of a week in words, three and more in a row as a span: "Mondays to Fridays, Sundays".
fn week(days: &[usize]) -> String {
    let name = |day: usize| DAYS.get(day).copied().unwrap_or("?");
    let mut parts = Vec::new();
    for run in days.chunk_by(|a, b| a + 1 == *b) {
        match run {
            [first, _, .., last] => parts.push(format!("{} to {}", name(*first), name(*last))),
            few => parts.extend(few.iter().map(|day| name(*day).to_owned())),
        }
    }
    parts.join(", ")
}

/// The dates on which two lists differ, with what they say.
fn dated<D: Ord + Display, T: PartialEq>(
    was: &BTreeMap<D, T>,
    now: &BTreeMap<D, T>,
    said: impl Fn(&T) -> String,
    nothing: &str,
) -> Vec<(String, String, String)> {
    let mut dates: Vec<&D> = was.keys().chain(now.keys()).collect();
    dates.sort();
    dates.dedup();
    let say = |value: Option<&T>| value.map_or_else(|| nothing.to_owned(), &said);
    let changed = dates.into_iter().filter(|date| was.get(date) != now.get(date));
    changed.map(|date| (date.to_string(), say(was.get(date)), say(now.get(date)))).collect()
}

/// The windows of a day: "open 08:00-17:00", "closed".
fn windows(list: &[(u16, u16)]) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let list: Vec<String> =
        list.iter().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect();
    if list.is_empty() { "closed".to_owned() } else { format!("open {}", list.join(", ")) }
}

/// What holds before everything else.
fn ordered(order: Option<&CalendarOverride>) -> String {
    match order {
        None => "open by its hours".to_owned(),
        Some(CalendarOverride { open, until }) => {
            let how = if *open { "open" } else { "closed" };
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            format!("{how} whatever its hours say{until}")
        }
    }
}
