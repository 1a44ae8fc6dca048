//! Days, their edges and their odd lengths.

use super::made::{Made, at, secs};
use super::{book_of, date, wall};
use crate::history::AgentStatus;
use crate::report::{Grid, Step, percentile};
use crate::time::Duration;

#[test]
fn days_are_as_long_as_their_clocks_make_them() {
    // Zone, date, hours, half hours, the last half hour's start.
    for (zone, day, hours, halves, last) in [
        ("Asia/Jakarta", "2026-03-04", 24, 48, "2026-03-04T23:30:00+07:00"),
        ("Europe/Berlin", "2026-03-29", 23, 46, "2026-03-29T23:30:00+02:00"),
        ("Europe/Berlin", "2026-10-25", 25, 50, "2026-10-25T23:30:00+01:00"),
        ("America/Santiago", "2026-09-06", 23, 46, "2026-09-06T23:30:00-03:00"),
        // Half an hour is skipped, and half an hour repeated.
        ("Australia/Lord_Howe", "2026-10-04", 24, 47, "2026-10-04T23:30:00+11:00"),
        ("Australia/Lord_Howe", "2026-04-05", 25, 49, "2026-04-05T23:30:00+10:30"),
    ] {
        let of = |step| Grid::new(zone, date(day), date(day), step).expect(zone);
        assert_eq!((of(Step::Hour).len(), of(Step::Day).len()), (hours, 1), "{zone} {day}");
        let grid = of(Step::HalfHour);
        assert_eq!(grid.len(), halves, "{zone} {day}");
        let (from, to) = grid.interval(halves - 1).expect("the last one");
        assert_eq!(grid.rfc3339(from), last, "{zone} {day}");
        assert_eq!(to, grid.end());
        assert_eq!(grid.at(grid.end()), None);
        assert_eq!(grid.at(from), Some(halves - 1));
    }
}

#[test]
fn the_repeated_hour_is_two_hours() {
    let day = date("2026-10-25");
    let grid = Grid::new("Europe/Berlin", day, day, Step::Hour).expect("a day");
    let first = grid.at(wall("2026-10-25T00:30:00Z")).expect("02:30, summer time");
    let second = grid.at(wall("2026-10-25T01:30:00Z")).expect("02:30, winter time");
    let label = |n| grid.rfc3339(grid.interval(n).expect("an interval").0);
    assert_eq!(label(first), "2026-10-25T02:00:00+02:00");
    assert_eq!(label(second), "2026-10-25T02:00:00+01:00");
    let mut parts = Vec::new();
    grid.split(wall("2026-10-25T00:30:00Z"), wall("2026-10-25T02:00:00Z"), |n, part| {
        parts.push((n, part));
    });
    assert_eq!(parts, [(first, Duration::from_mins(30)), (second, Duration::from_mins(60))]);
}

#[test]
fn every_moment_of_a_year_lies_in_one_interval() {
    for zone in ["Asia/Jakarta", "Europe/Berlin", "Australia/Lord_Howe"] {
        for step in [Step::Quarter, Step::HalfHour, Step::Hour, Step::Day] {
            let grid = Grid::new(zone, date("2026-01-01"), date("2026-12-31"), step).expect(zone);
            let instant = Duration::from_micros(1);
            for n in 0..grid.len() {
                let (from, to) = grid.interval(n).expect("an interval");
                assert_eq!(grid.at(from), Some(n), "{zone} {n}");
                assert_eq!(grid.at(to.before(instant)), Some(n), "{zone} {n}");
            }
            assert_eq!((grid.at(grid.start().before(instant)), grid.at(grid.end())), (None, None));
        }
    }
}

#[test]
fn what_makes_no_days_is_refused() {
    let (from, to) = (date("2026-03-04"), date("2026-03-03"));
    assert!(Grid::new("Asia/Jakarta", from, to, Step::Day).is_err(), "backwards");
    assert!(Grid::new("Asia/Atlantis", from, from, Step::Day).is_err(), "no such zone");
    assert!(Grid::new("UTC", from, date("2027-04-06"), Step::Day).is_err(), "too long");
}

#[test]
fn a_contact_across_midnight_counts_once_and_its_time_is_split() {
    // Ten o'clock and fourteen hours are midnight.
    let midnight = 14.0 * 3_600.0;
    let mut made = Made::new();
    made.agent(midnight - 7_200.0, "sari", AgentStatus::Ready, None);
    made.call(midnight - 60.0, 1, Some(1));
    made.enqueue(midnight - 60.0, 1, "service");
    made.offer(midnight - 40.0, 1, "service", "sari");
    made.answer(midnight - 40.0, 1, "service", "sari");
    made.agent(midnight - 40.0, "sari", AgentStatus::Talking, Some(1));
    made.talk_ended(midnight + 100.0, 1, "service", "sari");
    made.agent(midnight + 100.0, "sari", AgentStatus::Wrapup, Some(1));
    made.agent(midnight + 130.0, "sari", AgentStatus::Offline, None);
    assert_eq!(at(midnight), wall("2026-03-04T17:00:00Z"));
    for (day, offered, handled, connected, wrapup, days) in
        [("2026-03-04", 1, 1, 40, 0, 1), ("2026-03-05", 0, 0, 100, 30, 0)]
    {
        let (book, faults) = book_of(&made.entries, day, day);
        assert_eq!(faults, []);
        let total = book.queues()["service"].total();
        assert_eq!((total.offered, total.answered, total.handled), (offered, offered, handled));
        assert_eq!((total.connected, total.wrapup), (secs(connected), secs(wrapup)), "{day}");
        let sari = &book.agents()["sari"];
        assert_eq!(sari.total().time(AgentStatus::Talking), secs(connected));
        assert_eq!(sari.days(&book.settings().grid), days, "an hour makes a day");
    }
    let (both, _) = book_of(&made.entries, "2026-03-04", "2026-03-05");
    assert_eq!(both.queues()["service"].total().connected, secs(140));
}

#[test]
fn ranks_are_those_of_a_value_that_was_there() {
    let waits: Vec<Duration> = (1..=10).map(secs).collect();
    for (per_cent, value) in [(1, 1), (50, 5), (51, 6), (90, 9), (99, 10), (100, 10)] {
        assert_eq!(percentile(&waits, per_cent), Some(secs(value)), "{per_cent}");
    }
    assert_eq!(percentile(&[], 50), None);
}
