//! The day so far is the report of that day.

use super::made::{Made, at, secs};
use super::{Counts, DAY, Level, Live, book_of};
use crate::history::{Entry, Exit, Medium};

const ZONE: &str = "Asia/Jakarta";

/// A day with every way out of a line, callers from the evening before, and a node that dies.
fn day() -> Vec<Entry> {
    let mut made = Made::new();
    // Since 23:59:50 of the day before.
    made.call(-36_010.0, 90, None);
    made.enqueue(-36_010.0, 90, "service");
    made.leave(-35_000.0, 90, "service", Exit::Abandoned);
    for (n, wait) in [(1, 3.0), (2, 20.0), (3, 21.0), (4, 300.0)] {
        made.served(f64::from(n) * 400.0, n, wait, 60.0);
    }
    for (n, wait) in [(11, 2.0), (12, 5.0), (13, 19.0), (14, 90.0)] {
        made.gave_up(f64::from(n) * 400.0, n, wait);
    }
    made.call(6_000.0, 21, None);
    made.enqueue(6_000.0, 21, "service");
    made.leave(6_010.0, 21, "service", Exit::Moved);
    made.enqueue(6_010.0, 21, "sales");
    made.leave(6_020.0, 21, "sales", Exit::Key);
    made.enqueue_as(6_100.0, 22, "service", Medium::Callback, false);
    made.call(6_200.0, 31, None);
    made.enqueue(6_200.0, 31, "service");
    made.start(6_300.0);
    made.call(6_400.0, 41, None);
    made.enqueue(6_400.0, 41, "service");
    made.entries
}

fn live(at: crate::time::Wall) -> Live {
    Live::new(ZONE, at, Level::Four, secs(20), secs(5)).expect("a zone")
}

#[test]
fn the_day_so_far_is_the_report_of_the_day() {
    let mut entries = day();
    entries.sort_by_key(|entry| entry.row.at);
    for end in 1..=entries.len() {
        let entries = &entries[..end];
        let mut live = live(at(0.0));
        entries.iter().for_each(|entry| live.take(entry));
        let (book, _) = book_of(entries, DAY, DAY);
        for (queue, figures) in book.queues().by_name() {
            let mut sum = Counts::default();
            for counts in figures.intervals.values() {
                sum.offered += counts.offered;
                sum.answered += counts.answered;
                sum.answered_in_time += counts.answered_in_time;
                sum.abandoned += counts.abandoned;
                sum.abandoned_in_time += counts.abandoned_in_time;
                sum.short += counts.short;
            }
            let counts = live.counts(queue);
            let told = |counts: &Counts| {
                let shares = (Level::Four.share(counts), counts.abandonment());
                (counts.offered, counts.answered, counts.abandoned, shares)
            };
            assert_eq!(told(&counts), told(&sum), "`{queue}` after {end} rows");
        }
    }
    let mut whole = live(at(0.0));
    entries.iter().for_each(|entry| whole.take(entry));
    let counts = whole.counts(&"service".into());
    assert!(counts.answered >= 4 && counts.abandoned >= 4, "{counts:?}");
    assert_eq!(whole.reckoned(), "SL#4/20s/short=5s");
}

#[test]
fn at_midnight_a_new_day_begins() {
    let mut live = live(at(0.0));
    day().iter().for_each(|entry| live.take(entry));
    assert_eq!(live.day().to_string(), DAY);
    live.pass(at(13.9 * 3_600.0));
    assert!(live.service_level(&"service".into()).is_some());
    live.pass(at(14.0 * 3_600.0));
    assert_eq!(live.day().to_string(), "2026-03-05");
    assert_eq!(live.service_level(&"service".into()), None);
}
