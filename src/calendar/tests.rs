//! Opening hours by example.

use std::collections::BTreeMap;

use super::{Calendar, Error, OpenDay, Opening, Override, Settings, Window};
use crate::time::{Date, Duration, Moment, Wall, YearlyDay};

const fn date(year: i16, month: i8, day: i8) -> Date {
    Date { year, month, day }
}

/// The moment that RFC 3339 writes so.
fn wall(text: &str) -> Wall {
    let at: jiff::Timestamp = text.parse().expect("a time of RFC 3339");
    Wall::from_unix_micros(at.as_microsecond())
}

/// Monday to Friday 08:00–17:00, Saturday 22:00–06:00 into Sunday.
fn shop(zone: &str) -> Settings {
    let day = || vec![(8 * 60, 17 * 60)];
    Settings {
        zone: zone.into(),
        weekly: [day(), day(), day(), day(), day(), vec![(22 * 60, 6 * 60)], vec![]],
        ..Settings::default()
    }
}

fn every_day(zone: &str, hours: &[(u16, u16)]) -> Calendar {
    let weekly = std::array::from_fn(|_| hours.to_vec());
    let settings = Settings { zone: zone.into(), weekly, ..Settings::default() };
    Calendar::new(&settings).expect("good hours")
}

#[test]
fn hours_are_open_from_their_first_moment_and_closed_from_their_last() {
    let calendar = Calendar::new(&shop("Asia/Jakarta")).expect("good hours");
    // 2026-08-03 is a Monday.
    for (at, expected) in [
        ("2026-08-03T07:59:59.999999+07:00", Opening::Closed),
        ("2026-08-03T08:00:00+07:00", Opening::Open),
        ("2026-08-03T16:59:59.999999+07:00", Opening::Open),
        ("2026-08-03T17:00:00+07:00", Opening::Closed),
        ("2026-08-08T12:00:00+07:00", Opening::Closed),
        ("2026-08-08T22:00:00+07:00", Opening::Open),
        ("2026-08-08T23:59:59+07:00", Opening::Open),
        ("2026-08-09T00:00:00+07:00", Opening::Open),
        ("2026-08-09T05:59:59+07:00", Opening::Open),
        ("2026-08-09T06:00:00+07:00", Opening::Closed),
        ("2026-08-09T22:00:00+07:00", Opening::Closed),
    ] {
        assert_eq!(calendar.at(wall(at)), expected, "{at}");
    }
}

/// The three zones of Indonesia show 08:00 at different moments.
#[test]
fn a_zone_decides_when_its_hours_begin() {
    for (zone, at) in [
        ("Asia/Jakarta", "2026-08-03T01:00:00Z"),
        ("Asia/Makassar", "2026-08-03T00:00:00Z"),
        ("Asia/Jayapura", "2026-08-02T23:00:00Z"),
    ] {
        let calendar = Calendar::new(&shop(zone)).expect("good hours");
        assert_eq!(calendar.at(wall(at)), Opening::Open, "{zone}");
        assert_eq!(calendar.at(wall(at).before(Duration::from_micros(1))), Opening::Closed);
    }
}

#[test]
fn exceptions_come_before_holidays_and_holidays_before_the_week() {
    let calendar = Calendar::new(&Settings {
        exceptions: BTreeMap::from([
            (date(2026, 8, 18), vec![(9 * 60, 12 * 60)]),
            (date(2026, 8, 19), vec![]),
            (date(2026, 8, 20), vec![(22 * 60, 3 * 60)]),
        ]),
        holidays: BTreeMap::from([
            (date(2026, 8, 17), "Hari Kemerdekaan".into()),
            (date(2026, 8, 18), "Cuti bersama".into()),
            (date(2026, 8, 21), "Libur".into()),
        ]),
        ..shop("Asia/Jakarta")
    })
    .expect("good hours");
    for (at, expected) in [
        ("2026-08-17T10:00:00+07:00", Opening::Holiday("Hari Kemerdekaan".into())),
        ("2026-08-17T23:00:00+07:00", Opening::Holiday("Hari Kemerdekaan".into())),
        ("2026-08-18T10:00:00+07:00", Opening::Open),
        ("2026-08-18T12:00:00+07:00", Opening::Closed),
        ("2026-08-19T10:00:00+07:00", Opening::Closed),
        ("2026-08-20T10:00:00+07:00", Opening::Closed),
        ("2026-08-21T02:59:00+07:00", Opening::Open),
        ("2026-08-21T03:00:00+07:00", Opening::Holiday("Libur".into())),
    ] {
        assert_eq!(calendar.at(wall(at)), expected, "{at}");
    }
    let next = |at| calendar.next_open(wall(at));
    assert_eq!(next("2026-08-14T17:00:00+07:00"), Some(wall("2026-08-15T22:00:00+07:00")));
    assert_eq!(next("2026-08-16T06:00:00+07:00"), Some(wall("2026-08-18T09:00:00+07:00")));
    assert_eq!(next("2026-08-18T12:00:00+07:00"), Some(wall("2026-08-20T22:00:00+07:00")));
}

#[test]
fn yearly_holidays_come_every_year_behind_those_of_one_year_and_exceptions() {
    let yearly = |month, day| YearlyDay { month, day };
    let calendar = Calendar::new(&Settings {
        weekly: std::array::from_fn(|_| vec![(480, 1020)]),
        exceptions: BTreeMap::from([(date(2028, 12, 25), vec![(480, 720)])]),
        holidays: BTreeMap::from([(date(2027, 12, 25), "Natal bersama".into())]),
        yearly_holidays: BTreeMap::from([
            (yearly(12, 25), "Natal".into()),
            (yearly(2, 29), "Hari kabisat".into()),
        ]),
        ..shop("Asia/Jakarta")
    })
    .expect("good hours");
    for (at, expected) in [
        ("2026-12-25T10:00:00+07:00", Opening::Holiday("Natal".into())),
        ("2027-12-25T10:00:00+07:00", Opening::Holiday("Natal bersama".into())),
        ("2028-12-25T10:00:00+07:00", Opening::Open),
        ("2028-12-25T12:00:00+07:00", Opening::Closed),
        ("2029-12-25T10:00:00+07:00", Opening::Holiday("Natal".into())),
        ("2028-02-29T10:00:00+07:00", Opening::Holiday("Hari kabisat".into())),
        ("2027-02-28T10:00:00+07:00", Opening::Open),
    ] {
        assert_eq!(calendar.at(wall(at)), expected, "{at}");
    }
    let next = calendar.next_open(wall("2026-12-24T17:00:00+07:00"));
    assert_eq!(next, Some(wall("2026-12-26T08:00:00+07:00")));
}

#[test]
fn an_override_comes_before_everything_until_it_ends() {
    let calendar = |open, until: Option<&str>| {
        let until = until.map(|until| Moment::parse(until).expect(until));
        let standing = Some(Override { open, until });
        let exceptions = BTreeMap::from([(date(2026, 8, 4), vec![(540, 600)])]);
        let holidays = BTreeMap::from([(date(2026, 8, 5), "Libur".into())]);
        Calendar::new(&Settings { standing, exceptions, holidays, ..shop("Asia/Jakarta") })
            .expect("good")
    };
    let [tuesday, wednesday, night] =
        ["2026-08-04T09:30:00+07:00", "2026-08-05T10:00:00+07:00", "2026-08-06T02:00:00+07:00"]
            .map(wall);
    let shut = calendar(false, None);
    for at in [tuesday, wednesday, night] {
        assert_eq!(shut.at(at), Opening::Closed);
        assert_eq!(shut.next_open(at), None);
    }
    let open = calendar(true, None);
    for at in [tuesday, wednesday, night] {
        assert_eq!(open.at(at), Opening::Open);
        assert_eq!(open.next_open(at), Some(at));
    }
    // 2026-08-03 is a Monday; what holds after the end is the exception, the holiday, the week.
    for (open, until, at, expected, next) in [
        (false, "2026-08-03 12:00", "2026-08-03T11:59:59", Opening::Closed, "2026-08-03T12:00:00"),
        (false, "2026-08-03 12:00", "2026-08-03T12:00:00", Opening::Open, "2026-08-03T12:00:00"),
        (false, "2026-08-04 09:30", "2026-08-03T09:00:00", Opening::Closed, "2026-08-04T09:30:00"),
        (false, "2026-08-04 10:00", "2026-08-04T09:00:00", Opening::Closed, "2026-08-06T08:00:00"),
        (false, "2026-08-05 10:00", "2026-08-05T09:00:00", Opening::Closed, "2026-08-06T08:00:00"),
        (true, "2026-08-05 10:00", "2026-08-05T09:00:00", Opening::Open, "2026-08-05T09:00:00"),
        (
            true,
            "2026-08-05 10:00",
            "2026-08-05T10:00:00",
            Opening::Holiday("Libur".into()),
            "2026-08-06T08:00:00",
        ),
    ] {
        let calendar = calendar(open, Some(until));
        let at = wall(&format!("{at}+07:00"));
        assert_eq!(calendar.at(at), expected, "{until}");
        assert_eq!(calendar.next_open(at), Some(wall(&format!("{next}+07:00"))), "{until}");
    }
    // The clock shows 02:30 twice: the override lasts till the second time. It skips 02:30: till 03:30.
    for (until, holds, ends) in [
        ("2026-10-25 02:30", "2026-10-25T02:29:59+01:00", "2026-10-25T02:30:00+01:00"),
        ("2026-03-29 02:30", "2026-03-29T03:29:59+02:00", "2026-03-29T03:30:00+02:00"),
    ] {
        let standing = Some(Override { open: true, until: Moment::parse(until) });
        let settings = Settings { zone: "Europe/Berlin".into(), standing, ..Settings::default() };
        let calendar = Calendar::new(&settings).expect("good");
        assert_eq!(calendar.at(wall(holds)), Opening::Open, "{until}");
        assert_eq!(calendar.at(wall(ends)), Opening::Closed, "{until}");
    }
}

/// What "we open again …" is said from: now and the next opening, both as the clock there shows them.
#[test]
fn the_next_opening_is_told_by_the_clock_of_the_calendars_zone() {
    for (zone, hours, at, now, next) in [
        (
            "Asia/Jayapura",
            (480, 1020),
            "2026-08-03T10:00:00Z",
            "2026-08-03T19:00",
            "2026-08-04T08:00",
        ),
        (
            "Asia/Jakarta",
            (480, 1020),
            "2026-08-03T20:00:59Z",
            "2026-08-04T03:00",
            "2026-08-04T08:00",
        ),
        // 2026-03-08: 02:00 EST is 03:00 EDT. 2026-11-01: 02:00 EDT is 01:00 EST.
        (
            "America/New_York",
            (150, 300),
            "2026-03-08T06:59:00Z",
            "2026-03-08T01:59",
            "2026-03-08T03:00",
        ),
        (
            "America/New_York",
            (480, 1020),
            "2026-03-08T06:59:00Z",
            "2026-03-08T01:59",
            "2026-03-08T08:00",
        ),
        (
            "America/New_York",
            (75, 90),
            "2026-11-01T05:31:00Z",
            "2026-11-01T01:31",
            "2026-11-01T01:15",
        ),
        (
            "America/New_York",
            (480, 1020),
            "2026-11-01T06:30:00Z",
            "2026-11-01T01:30",
            "2026-11-01T08:00",
        ),
        (
            "Europe/Berlin",
            (150, 300),
            "2026-03-29T00:59:00Z",
            "2026-03-29T01:59",
            "2026-03-29T03:00",
        ),
        (
            "Europe/Berlin",
            (480, 1020),
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:30",
            "2026-10-25T08:00",
        ),
    ] {
        let calendar = every_day(zone, &[hours]);
        assert_eq!(calendar.local(wall(at)).to_string(), now, "{zone} {at}");
        let opening = calendar.next_open(wall(at)).expect("it opens");
        assert!(opening > wall(at), "{zone} {at}");
        assert_eq!(calendar.local(opening).to_string(), next, "{zone} {at}");
    }
}

#[test]
fn the_next_closing_is_the_first_moment_at_which_no_hours_go_on() {
    let week = Calendar::new(&shop("Asia/Jakarta")).expect("good hours");
    let parts = every_day("Asia/Jakarta", &[(8 * 60, 12 * 60), (12 * 60, 17 * 60)]);
    let always = every_day("Asia/Jakarta", &[(0, 24 * 60)]);
    let berlin = every_day("Europe/Berlin", &[(60, 2 * 60 + 30)]);
    let until = Override { open: true, until: Moment::parse("2026-08-03T20:00") };
    let longer = Calendar::new(&Settings { standing: Some(until), ..shop("Asia/Jakarta") });
    let longer = longer.expect("good hours");
    // 2026-08-03 is a Monday; Berlin's clocks go from 02:00 to 03:00 on 29 March 2026.
    for (calendar, at, closes) in [
        (&week, "2026-08-03T08:00:00+07:00", Some("2026-08-03T17:00:00+07:00")),
        (&week, "2026-08-03T16:59:59.999999+07:00", Some("2026-08-03T17:00:00+07:00")),
        (&week, "2026-08-03T17:00:00+07:00", Some("2026-08-03T17:00:00+07:00")),
        (&week, "2026-08-08T23:00:00+07:00", Some("2026-08-09T06:00:00+07:00")),
        (&week, "2026-08-09T02:00:00+07:00", Some("2026-08-09T06:00:00+07:00")),
        (&parts, "2026-08-03T09:00:00+07:00", Some("2026-08-03T17:00:00+07:00")),
        (&longer, "2026-08-03T16:00:00+07:00", Some("2026-08-03T20:00:00+07:00")),
        (&always, "2026-08-03T09:00:00+07:00", None),
        (&berlin, "2026-03-28T01:10:00+01:00", Some("2026-03-28T02:30:00+01:00")),
        (&berlin, "2026-03-29T01:10:00+01:00", Some("2026-03-29T03:00:00+02:00")),
    ] {
        assert_eq!(calendar.next_closed(wall(at)), closes.map(wall), "{at}");
    }
}

#[test]
fn what_is_open_is_open_next_at_once_and_what_never_opens_is_told() {
    let calendar = Calendar::new(&shop("Asia/Jakarta")).expect("good hours");
    let open = wall("2026-08-03T10:00:00.5+07:00");
    assert_eq!(calendar.next_open(open), Some(open));
    let closed = every_day("Asia/Jakarta", &[]);
    assert_eq!(closed.next_open(open), None);
    let once = Calendar::new(&Settings {
        zone: "Asia/Jakarta".into(),
        exceptions: BTreeMap::from([(date(2027, 8, 3), vec![(0, 1440)])]),
        ..Settings::default()
    });
    let once = once.expect("good hours");
    assert_eq!(once.next_open(open), Some(wall("2027-08-03T00:00:00+07:00")));
    assert_eq!(once.next_open(wall("2026-01-01T00:00:00Z")), None, "beyond the look-ahead");
}

#[test]
fn a_whole_day_may_be_written_in_two_ways() {
    for hours in [(0, 1440), (8 * 60, 8 * 60)] {
        let calendar = every_day("Asia/Makassar", &[hours]);
        for hour in 0..48 {
            let at = wall("2026-08-03T00:00:00Z").after(Duration::from_mins(hour * 60));
            assert_eq!(calendar.at(at), Opening::Open);
        }
    }
}

/// Berlin, 2026-03-29: 02:00 CET is 03:00 CEST; nobody sees 02:00–02:59.
#[test]
fn in_the_short_night_hours_begin_and_end_at_the_next_minute_there_is() {
    let change = wall("2026-03-29T01:00:00Z");
    let before = wall("2026-03-29T00:59:59Z");
    for (name, hours, just_before, at_change) in [
        ("begins in the gap", (150, 300), false, true),
        ("ends in the gap", (60, 150), true, false),
        ("begins and ends in it", (130, 170), false, false),
        ("spans it", (60, 300), true, true),
        ("begins after it", (180, 300), false, true),
    ] {
        let calendar = every_day("Europe/Berlin", &[hours]);
        assert_eq!(calendar.at(before) == Opening::Open, just_before, "{name}");
        assert_eq!(calendar.at(change) == Opening::Open, at_change, "{name}");
        if at_change && !just_before {
            assert_eq!(calendar.next_open(before), Some(change), "{name}");
        }
    }
    let gap_only = every_day("Europe/Berlin", &[(130, 170)]);
    assert_eq!(gap_only.next_open(before), Some(wall("2026-03-30T02:10:00+02:00")));
}

/// Berlin, 2026-10-25: 03:00 CEST is 02:00 CET; 02:00–02:59 is seen twice.
#[test]
fn in_the_long_night_the_repeated_hour_is_open_in_both_passes() {
    let calendar = every_day("Europe/Berlin", &[(135, 150)]);
    for (at, open) in [
        ("2026-10-25T02:14:59+02:00", false),
        ("2026-10-25T02:15:00+02:00", true),
        ("2026-10-25T02:30:00+02:00", false),
        ("2026-10-25T02:14:59+01:00", false),
        ("2026-10-25T02:15:00+01:00", true),
        ("2026-10-25T02:30:00+01:00", false),
    ] {
        assert_eq!(calendar.at(wall(at)) == Opening::Open, open, "{at}");
    }
    let second = calendar.next_open(wall("2026-10-25T02:30:00+02:00"));
    assert_eq!(second, Some(wall("2026-10-25T02:15:00+01:00")));
    let over_the_change = every_day("Europe/Berlin", &[(60, 150)]);
    let again = over_the_change.next_open(wall("2026-10-25T02:45:00+02:00"));
    assert_eq!(again, Some(wall("2026-10-25T02:00:00+01:00")), "open again as the clock goes back");
}

/// Santiago, 2026-04-05: 00:00 goes back to 23:00 of the day before.
#[test]
fn a_clock_may_go_back_over_midnight() {
    let calendar = every_day("America/Santiago", &[(23 * 60 + 30, 1440)]);
    let between = wall("2026-04-05T03:10:00Z");
    assert_eq!(calendar.at(between), Opening::Closed, "23:10 for the second time");
    assert_eq!(calendar.next_open(between), Some(wall("2026-04-05T03:30:00Z")));
}

#[test]
fn faults_are_told_with_their_facts() {
    let weekly = |day: usize, hours: &[(u16, u16)]| {
        let mut settings = shop("Asia/Jakarta");
        settings.weekly[day] = hours.to_vec();
        settings
    };
    let exception = |on: Date, hours: &[(u16, u16)]| Settings {
        exceptions: BTreeMap::from([(on, hours.to_vec())]),
        ..shop("Asia/Jakarta")
    };
    for (settings, expected) in [
        (
            shop("Asia/Jakata"),
            "unknown time zone `Asia/Jakata`; an IANA name such as `Asia/Jakarta` is needed",
        ),
        (shop("WIB"), "unknown time zone `WIB`; an IANA name such as `Asia/Jakarta` is needed"),
        (shop(""), "unknown time zone ``; an IANA name such as `Asia/Jakarta` is needed"),
        (
            weekly(0, &[(480, 720), (700, 900)]),
            "the hours 08:00–12:00 of Monday overlap with 11:40–15:00 of Monday",
        ),
        (
            weekly(6, &[(300, 720)]),
            "the hours 22:00–06:00 of Saturday overlap with 05:00–12:00 of Sunday",
        ),
        (
            weekly(6, &[(1320, 490)]),
            "the hours 22:00–08:10 of Sunday overlap with 08:00–17:00 of Monday",
        ),
        (weekly(2, &[(480, 1500)]), "the hours 08:00–25:00 of Wednesday reach beyond 24:00"),
        (weekly(2, &[(1440, 300)]), "the hours 24:00–05:00 of Wednesday reach beyond 24:00"),
        (exception(date(2026, 2, 29), &[]), "there is no date 2026-02-29"),
        (
            Settings {
                yearly_holidays: BTreeMap::from([(YearlyDay { month: 2, day: 30 }, "".into())]),
                ..shop("Asia/Jakarta")
            },
            "there is no day 02-30",
        ),
        (
            exception(date(2026, 12, 24), &[(480, 720), (480, 720)]),
            "the hours 08:00–12:00 of 2026-12-24 overlap with 08:00–12:00 of 2026-12-24",
        ),
    ] {
        let error = Calendar::new(&settings).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
    let window = Window { start: 480, end: 1500 };
    let error = Calendar::new(&weekly(2, &[(480, 1500)])).expect_err("beyond the day");
    assert_eq!(error, Error::BeyondDay { day: OpenDay::Weekly(2), window });
}

/// No moment can be asked for that stops the program.
#[test]
fn the_ends_of_time_are_answered() {
    let calendar = Calendar::new(&shop("Europe/Berlin")).expect("good hours");
    for micros in [i64::MIN, -377_705_023_201_000_001, 0, 253_402_207_200_000_000, i64::MAX] {
        let at = Wall::from_unix_micros(micros);
        if calendar.at(at) != Opening::Open {
            assert!(
                calendar.next_open(at).is_none_or(
                    |next| next.as_unix_micros() >= micros.max(-377_705_023_201_000_000)
                )
            );
        }
    }
}
