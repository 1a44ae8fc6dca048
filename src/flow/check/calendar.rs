//! E0803 and W0804: opening hours that make no sense, and holidays that run out.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Rule;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::source::{Span, Spanned};
use crate::flow::suggest::nearest;
use crate::time::{ClockTime, Date, Moment};

/// E0803: hours, days, dates or a zone that make no sense.
pub(crate) static BAD_CALENDAR: Rule = Rule::error("E0803", "opening hours that make no sense")
    .why("Callers would be turned away while people are there, or wait while nobody is.")
    .cure("Write days as `mon` or `mon-fri`, hours as `\"08:00-17:00\"` without overlaps, dates as `2026-12-25`, and an IANA zone such as `Asia/Jakarta`.")
    .example("open: { mon-fri: [\"08:00-24:30\"] }");

/// W0804: a list of holidays that runs out.
pub(crate) static HOLIDAYS_END: Rule = Rule::warning("W0804", "a calendar's holidays come to an end")
    .why("After the last one the calendar says open on every holiday, and callers wait for people who are at home.")
    .cure("From November on, add the holidays of the next year, or take a newer list with `use`.")
    .example("holidays: { 2025-12-25: Natal }");

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

/// A day of the week that two keys give hours to.
pub(crate) fn same_day(day: usize, second: Span, first: Span) -> Diagnostic {
    let day = DAYS.get(day).copied().unwrap_or_default();
    Diagnostic::new(&BAD_CALENDAR, second, format!("the hours of `{day}` are given twice"))
        .label("given again here")
        .also(first, "first given here")
        .help(
            "give each day once; a list holds several hours: `[\"08:00-12:00\", \"13:00-17:00\"]`",
        )
}

/// The windows of a week with their places, Monday first.
pub(crate) type Days = [Vec<Spanned<(u16, u16)>>; 7];

/// Windows that overlap, those of the night before included; each pair of places once.
pub(crate) fn overlaps(weekly: &Days) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = Vec::new();
    for (day, own) in weekly.iter().enumerate() {
        let before = &weekly[(day + 6) % 7];
        let night = before.iter().filter(|window| runs_over(window));
        let night = night.map(|window| ((0, window.value.1), window.span));
        let mut windows: Vec<_> = night.chain(own.iter().map(of_its_day)).collect();
        windows.sort_unstable();
        for pair in windows.windows(2) {
            let finding = overlap(pair, &format!("on `{}`", DAYS[day]));
            let new = |finding: &Diagnostic| {
                let places = |d: &Diagnostic| d.labels.iter().map(|l| l.span).collect::<Vec<_>>();
                findings.iter().all(|known| places(known) != places(finding))
            };
            findings.extend(finding.filter(new));
        }
    }
    findings
}

/// Windows of one date that overlap.
pub(crate) fn overlap_on_date(windows: &[Spanned<(u16, u16)>]) -> Option<Diagnostic> {
    let mut windows: Vec<_> = windows.iter().map(of_its_day).collect();
    windows.sort_unstable();
    windows.windows(2).find_map(|pair| overlap(pair, "on this date"))
}

const fn runs_over(window: &Spanned<(u16, u16)>) -> bool {
    window.value.1 <= window.value.0
}

/// The part of a window that lies on the day it belongs to.
const fn of_its_day(window: &Spanned<(u16, u16)>) -> ((u16, u16), Span) {
    let (from, to) = window.value;
    ((from, if runs_over(window) { DAY } else { to }), window.span)
}

/// A finding if the first of two windows, in the order of their starts, ends after the second starts.
fn overlap(pair: &[((u16, u16), Span)], when: &str) -> Option<Diagnostic> {
    let &[((_, end), first), ((start, _), second)] = pair else { return None };
    (start < end).then(|| {
        Diagnostic::new(&BAD_CALENDAR, second, format!("these hours overlap with others {when}"))
            .also(first, "the others")
            .help("join them, or let one end where the other begins")
    })
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

/// Reads `2026-12-25`, a holiday that is not of every year.
pub(crate) fn holiday(text: &Spanned<String>, findings: &mut Vec<Diagnostic>) -> Option<Date> {
    let date = Date::parse(&text.value);
    if date.is_none() {
        let message = format!("`{}` is no date", text.value);
        let finding = Diagnostic::new(&BAD_CALENDAR, text.span, message);
        findings.push(finding.help("write `2026-12-25`, or `12-25` for every year"));
    }
    date
}

/// Reads `open` or `closed`, whether it is open.
pub(crate) fn override_word(
    text: &Spanned<String>,
    findings: &mut Vec<Diagnostic>,
) -> Option<bool> {
    match text.as_str() {
        "open" => Some(true),
        "closed" => Some(false),
        other => {
            let message = format!("an override is `open` or `closed`, not `{other}`");
            findings.push(Diagnostic::new(&BAD_CALENDAR, text.span, message).help(OVERRIDE));
            None
        }
    }
}

/// Reads `{ open: true }` or `{ closed: true }`, whether it is open.
pub(crate) fn override_keys(
    open: Option<bool>,
    closed: Option<bool>,
    place: Span,
    findings: &mut Vec<Diagnostic>,
) -> Option<bool> {
    match (open, closed) {
        (Some(true), None) => Some(true),
        (None, Some(true)) => Some(false),
        _ => {
            let message = "an override says either `open: true` or `closed: true`";
            findings.push(Diagnostic::new(&BAD_CALENDAR, place, message).help(OVERRIDE));
            None
        }
    }
}

/// How an override is written.
const OVERRIDE: &str =
    "write `closed`, or with its end `{ closed: true, until: \"2026-03-04 18:00\", why: Banjir }`";

/// Reads `2026-03-04 18:00`.
pub(crate) fn until(text: &Spanned<String>, findings: &mut Vec<Diagnostic>) -> Option<Moment> {
    let moment = text.value.split_once(' ').and_then(|(date, time)| {
        let time = ClockTime::parse(time).filter(|_| time.len() == 5);
        Some(Moment { date: Date::parse(date)?, time: time? })
    });
    if moment.is_none() {
        let message = format!("`{}` is no date with a time", text.value);
        let finding = Diagnostic::new(&BAD_CALENDAR, text.span, message);
        findings.push(finding.help(
            "write `\"2026-03-04 18:00\"`, as the clock on the wall shows it in the calendar's zone",
        ));
    }
    moment
}

/// W0804: holidays that come to an end, if `last` is before `today` or, from 1 November on, in today's year.
pub(crate) fn holidays_end(name: &str, last: Date, place: Span, today: Date) -> Option<Diagnostic> {
    let over = last < today;
    let soon = today.month >= 11 && last.year <= today.year;
    (over || soon).then(|| {
        let end = if over { "ended" } else { "end" };
        let message = format!("the holidays of calendar `{name}` {end} on {last}");
        let year = today.year + i16::from(today.month >= 11);
        Diagnostic::new(&HOLIDAYS_END, place, message)
            .label("the last one")
            .help(format!("add those of {year}; a day that comes every year is written `12-25`"))
    })
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
        let at = |window: (u16, u16), start: u32| {
            Spanned::new(window, Span { start, end: start + 1, ..Span::default() })
        };
        let mut weekly: Days = Default::default();
        weekly[6] = vec![at((1320, 360), 1)];
        weekly[0] = vec![at((360, 720), 2)];
        assert_eq!(overlaps(&weekly), []);
        weekly[0] = vec![at((300, 720), 2)];
        assert_eq!(overlaps(&weekly).len(), 1);
        // A pair of places is told once, however many days it holds on.
        let both = vec![at((480, 720), 1), at((660, 840), 2)];
        assert_eq!(overlaps(&std::array::from_fn(|_| both.clone())).len(), 1);
        assert!(overlap_on_date(&both).is_some());
        assert_eq!(overlap_on_date(&[at((480, 720), 1), at((720, 840), 2)]), None);
    }

    #[test]
    fn holidays_are_missed_from_november_on_and_once_they_are_over() {
        let date = |text: &str| Date::parse(text).expect(text);
        for (last, today, told) in [
            ("2026-12-25", "2026-10-31", false),
            ("2026-12-25", "2026-11-01", true),
            ("2026-12-25", "2026-12-26", true),
            ("2026-12-25", "2027-02-01", true),
            ("2027-01-01", "2026-11-01", false),
            ("2027-01-01", "2027-01-01", false),
            ("2027-01-01", "2027-01-02", true),
            ("2028-01-01", "2026-12-31", false),
        ] {
            let finding = holidays_end("c", date(last), Span::default(), date(today));
            assert_eq!(finding.is_some(), told, "{last} seen on {today}");
        }
    }
}
