//! E0803: opening hours that make no sense.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{Span, Spanned};
use crate::flow::suggest::nearest;
use crate::time::Date;

/// E0803: hours, days, dates or a zone that make no sense.
pub(crate) static BAD_CALENDAR: Rule = Rule::error("E0803", "opening hours that make no sense")
    .why("Callers would be turned away while people are there, or wait while nobody is.")
    .cure("Write days as `mon` or `mon-fri`, hours as `\"08:00-17:00\"` without overlaps, dates as `2026-12-25`, and an IANA zone such as `Asia/Jakarta`.")
    .example("open: { mon-fri: [\"08:00-24:30\"] }");

/// The days of a week as a calendar writes them, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Reads `mon`, `mon-fri` or `sat-mon` as numbers of days, Monday = 0.
pub(crate) fn days(text: &Spanned<String>, findings: &mut Vec<Diagnostic>) -> Option<Vec<usize>> {
    let day = |name: &str| DAYS.iter().position(|d| *d == name.trim().to_ascii_lowercase());
    let range = match text.value.split_once('-') {
        None => day(&text.value).map(|d| (d, d)),
        Some((from, to)) => day(from).zip(day(to)),
    };
    let Some((from, to)) = range else {
        let message = format!("`{}` is no day of the week", text.value);
        let finding = Diagnostic::new(&BAD_CALENDAR, text.span, message);
        findings.push(finding.help("write `mon`, `tue` … `sun`, or a range such as `mon-fri`"));
        return None;
    };
    let count = (to + 7 - from) % 7 + 1;
    Some((from..from + count).map(|d| d % 7).collect())
}

/// Reads `08:00-17:00` as minutes since midnight; an end at or before its start is on the next day.
pub(crate) fn window(text: &Spanned<String>, findings: &mut Vec<Diagnostic>) -> Option<(u16, u16)> {
    let window =
        text.value.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
    match window {
        Some((from, to)) if from < DAY && from != to => Some((from, to)),
        _ => {
            let message = format!("`{}` is no span of hours", text.value);
            let finding = Diagnostic::new(&BAD_CALENDAR, text.span, message);
            findings.push(
                finding
                    .help("write it as `\"08:00-17:00\"`; `\"22:00-06:00\"` ends on the next day"),
            );
            None
        }
    }
}

/// Reads `08:30`; up to `24:00`.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let number = |t: &str| {
        (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse::<u16>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY).then_some(total)
}

/// Windows that overlap on one day of the week, the night before included.
pub(crate) fn overlap(
    name: &str,
    weekly: &[Vec<(u16, u16)>; 7],
    place: Span,
) -> Option<Diagnostic> {
    for (day, own) in weekly.iter().enumerate() {
        let before = &weekly[(day + 6) % 7];
        let night = before.iter().filter(|(from, to)| to <= from).map(|(_, to)| (0, *to));
        let own = own.iter().map(|(from, to)| (*from, if to <= from { DAY } else { *to }));
        let mut windows: Vec<(u16, u16)> = night.chain(own).filter(|(a, b)| a < b).collect();
        windows.sort_unstable();
        if windows.windows(2).any(|pair| pair[1].0 < pair[0].1) {
            let message = format!("calendar `{name}` has overlapping hours on `{}`", DAYS[day]);
            return Some(
                Diagnostic::new(&BAD_CALENDAR, place, message)
                    .help("join them, or give each day once"),
            );
        }
    }
    None
}

/// Reads `2026-12-25`.
pub(crate) fn date(text: &Spanned<String>, findings: &mut Vec<Diagnostic>) -> Option<Date> {
    let date = Date::parse(&text.value);
    if date.is_none() {
        let message = format!("`{}` is no date", text.value);
        let finding = Diagnostic::new(&BAD_CALENDAR, text.span, message);
        findings.push(finding.help("write year, month and day: `2026-12-25`"));
    }
    date
}

/// A zone that nobody knows.
pub(crate) fn unknown_zone(zone: &Spanned<String>, zones: &BTreeSet<Arc<str>>) -> Diagnostic {
    let message = format!("there is no time zone named `{}`", zone.value);
    let finding = Diagnostic::new(&BAD_CALENDAR, zone.span, message);
    match nearest(&zone.value, zones.iter().map(AsRef::as_ref)) {
        Some(near) => finding.did_you_mean(Some(near)),
        None => finding
            .help("use an IANA name such as `Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spanned(text: &str) -> Spanned<String> {
        Spanned::new(text.to_owned(), Span::default())
    }

    #[test]
    fn hours_days_and_dates_are_read_strictly() {
        let mut findings = Vec::new();
        for (text, expected) in [
            ("08:00-17:00", Some((480, 1020))),
            ("22:00-06:00", Some((1320, 360))),
            ("00:00-24:00", Some((0, 1440))),
            ("08:00-24:30", None),
            ("8-17", None),
            ("08:00-08:00", None),
            ("08:60-17:00", None),
            ("24:00-08:00", None),
        ] {
            assert_eq!(window(&spanned(text), &mut findings), expected, "{text}");
        }
        for (text, expected) in [
            ("mon-fri", Some(vec![0, 1, 2, 3, 4])),
            ("sat-mon", Some(vec![5, 6, 0])),
            ("Sun", Some(vec![6])),
            ("monday", None),
        ] {
            assert_eq!(days(&spanned(text), &mut findings), expected, "{text}");
        }
        for (text, good) in [
            ("2028-02-29", true),
            ("2026-02-29", false),
            ("2026-13-01", false),
            ("2026-1-1", false),
            ("2026-12-25-1", false),
        ] {
            assert_eq!(date(&spanned(text), &mut findings).is_some(), good, "{text}");
        }
        assert_eq!(findings.len(), 10);
    }

    #[test]
    fn hours_after_midnight_count_for_the_next_day() {
        let mut weekly: [Vec<(u16, u16)>; 7] = Default::default();
        weekly[6] = vec![(1320, 360)];
        weekly[0] = vec![(360, 720)];
        assert_eq!(overlap("c", &weekly, Span::default()), None);
        weekly[0] = vec![(300, 720)];
        assert!(overlap("c", &weekly, Span::default()).is_some());
    }
}
