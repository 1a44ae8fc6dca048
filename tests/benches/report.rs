//! What a report over a million contacts costs, reading included.
//!
//! `cargo bench --bench report [-- CONTACTS]`. CPU time in a release build, over a history that is made on the way, page by
//! page, so that no disk is measured. Reading the same lines as JSON of any kind, and doing nothing with it, is the floor.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Duration as Span;

use made::{Made, make};
use sambung::history::Entry;
use sambung::report::{Book, Fold, Grid, Level, Settings, Step};
use sambung::time::{Date, Duration};
use serde::de::IgnoredAny;

#[path = "../support/history.rs"]
mod made;

/// Entries that are measured together.
const PAGE: usize = 50_000;
/// What a report over a million contacts may cost, in seconds.
const TARGET: f64 = 5.0;
/// How many calls a day has.
const CALLS_A_DAY: u32 = 10_000;

/// CPU time of each kind of work.
#[derive(Default)]
struct Spent {
    floor: Span,
    read: Span,
    fold: Span,
    bytes: usize,
    rows: usize,
}

fn main() {
    let contacts: u32 =
        std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(1_000_000);
    let days = contacts.div_ceil(CALLS_A_DAY);
    let first = Date::parse("2026-03-04").expect("a date");
    let last = Date::from_days(first.days_since_epoch() + i64::from(days) - 1).expect("a date");
    let grid = Grid::new("Asia/Jakarta", first, last, Step::HalfHour).expect("days");
    let mut book = Book::new(Settings {
        grid,
        level: Level::Four,
        target: Duration::from_secs(20),
        short: Duration::from_secs(5),
        again_within: Duration::from_mins(24 * 60),
        repeat_within: Duration::from_mins(7 * 24 * 60),
    });
    let (mut fold, mut spent) = (Fold::default(), Spent::default());
    let mut page: Vec<Vec<u8>> = Vec::with_capacity(PAGE);
    let made = Made { seed: 1, days, calls_a_day: contacts / days, agents: 120 };
    make(made, &mut |entry| {
        page.push(entry.to_line(false).expect("a line").into_bytes());
        if page.len() == PAGE {
            measure(&mut page, &mut fold, &mut book, &mut spent);
        }
    });
    measure(&mut page, &mut fold, &mut book, &mut spent);
    let now = fold.now().expect("rows");
    fold.finish(now, &mut |piece| book.take(&piece));
    assert_eq!(book.close(), [], "what came in is what came out");
    assert_eq!(fold.faults().1, 0, "the rows follow each other");
    let calls = book.calls().calls;
    let Spent { floor, read, fold, bytes, rows } = spent;
    println!("{calls} contacts, {rows} rows, {} MB", bytes / 1_000_000);
    let per_row = |span: Span| span.as_secs_f64() * 1e9 / rows as f64;
    for (what, span) in [("floor", floor), ("read", read), ("fold", fold), ("report", read + fold)]
    {
        let (seconds, times) = (span.as_secs_f64(), span.as_secs_f64() / floor.as_secs_f64());
        println!(
            "{what:<7} {seconds:7.2} s, {:5.0} ns a row, {times:.2} times the floor",
            per_row(span)
        );
    }
    let seconds = (read + fold).as_secs_f64() * 1e6 / calls as f64;
    let verdict = if seconds < TARGET { "within" } else { "over" };
    println!("a million contacts: {seconds:.2} s on one core; {verdict} the target of {TARGET} s");
}

/// Reads a page of lines three times: for nothing, as entries, and entries into the book.
fn measure(page: &mut Vec<Vec<u8>>, fold: &mut Fold, book: &mut Book, spent: &mut Spent) {
    let began = cpu_time();
    for line in page.iter() {
        assert!(serde_json::from_slice::<IgnoredAny>(line).is_ok(), "JSON");
    }
    let bare = cpu_time();
    let entries: Vec<Entry> =
        page.iter().map(|line| Entry::from_line(line).expect("an entry")).collect();
    let read = cpu_time();
    for entry in &entries {
        fold.take(entry, &mut |piece| book.take(&piece));
    }
    let folded = cpu_time();
    spent.floor += bare - began;
    spent.read += read - bare;
    spent.fold += folded - read;
    spent.bytes += page.iter().map(Vec::len).sum::<usize>();
    spent.rows += page.len();
    page.clear();
}

/// The CPU time of this thread.
fn cpu_time() -> Span {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("time runs forward");
    Span::from_secs(seconds)
        + Span::from_nanos(u64::try_from(time.tv_nsec).expect("below a second"))
}
