//! What a report over a million contacts costs, reading included.
//!
//! `cargo bench --bench report [-- CONTACTS]`. CPU time in a release build, over a history that is made on the way, page by
//! page, so that no disk is measured. Reading the same lines as JSON of any kind, and doing nothing with it, is the floor.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Duration as Span;

use made::{Made, make};
use sambung::history::Entry;
use sambung::report::{Book, Fold, Grid, Level, Settings, Step};
use sambung::storage::{Durability, SqliteStore};
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
    let made = Made { seed: 1, days, calls_a_day: contacts / days, agents: 120 };
    if let Some(at) = std::env::args().position(|argument| argument == "--into") {
        return keep(made, Path::new(&std::env::args().nth(at + 1).expect("a folder")));
    }
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
        hours: None,
    });
    let (mut fold, mut spent) = (Fold::default(), Spent::default());
    let mut page: Vec<Vec<u8>> = Vec::with_capacity(PAGE);
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

/// Writes the history as a store and as lines. The rows of the store go straight into its table: what stands after each of
/// them is of no use to a report.
fn keep(made: Made, folder: &Path) {
    let store = folder.join("sambung.db");
    drop(SqliteStore::open(&store, Durability::Normal).expect("a new store"));
    let mut store = rusqlite::Connection::open(store).expect("opens");
    let rows = store.transaction().expect("begins");
    let insert = "INSERT INTO entry (id, at_us, kind, contact_id, agent_id, queue_id, data_json)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = rows.prepare(insert).expect("a statement");
    let lines = File::create(folder.join("history.jsonl")).expect("a new file");
    let mut lines = BufWriter::new(lines);
    let count = make(made, &mut |entry| {
        let fact = &entry.row.fact;
        let id = i64::try_from(entry.epoch << 40 | entry.seq).expect("small");
        let contact = fact.contact().map(|contact| contact.to_string());
        let data = serde_json::to_string(fact).expect("JSON");
        let (agent, queue) = (fact.agent().map(|a| a.as_str()), fact.queue().map(|q| q.as_str()));
        let at = entry.row.at.as_unix_micros();
        let values = rusqlite::params![id, at, fact.kind(), contact, agent, queue, data];
        statement.execute(values).expect("a row");
        writeln!(lines, "{}", entry.to_line(false).expect("a line")).expect("written");
    });
    lines.flush().expect("written");
    drop(statement);
    rows.commit().expect("written");
    println!("{count} rows in {}", folder.display());
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
