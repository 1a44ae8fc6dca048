//! Stretches of the history hold what was asked for and nothing else, also where clocks were set back and rows are gone.

use super::{began, folder};
use crate::history::{Entry, Filter, MAX_PAGE, Position, Row, Store as _, Write};
use crate::storage::sqlite::{Durability, SqliteReader, SqliteStore, Stretch};
use crate::time::Wall;

/// Three lives of a process: the clock is set back between the first two, and rows of the first are gone.
fn store(path: &std::path::Path) -> Vec<Entry> {
    let mut store = SqliteStore::open(path, Durability::Normal).expect("opens");
    for (started, count) in [(1_000, 40), (500, 30), (700, 0), (2_000, 5)] {
        store.begin("1.0.0", Wall::from_unix_micros(started)).expect("begins");
        for n in 0..count {
            // Some at the same moment.
            let at = Wall::from_unix_micros(started + i64::try_from(n / 3 * 10).expect("small"));
            let row = Row::new(at, began(n + 1_000 * u64::try_from(started).expect("positive")));
            store.commit(&[Write::Row(Box::new(row))]).expect("is kept");
        }
    }
    let raw = rusqlite::Connection::open(path).expect("opens");
    raw.execute("DELETE FROM entry WHERE id % 7 = 3 OR at_us BETWEEN 1020 AND 1060", [])
        .expect("deletes");
    store.entries(Position::default(), &Filter::default(), MAX_PAGE).expect("reads")
}

/// What stands in a stretch, into a list that held something else.
fn scan(reader: &SqliteReader, stretch: Stretch) -> Vec<Entry> {
    let mut entries = vec![Entry { epoch: 7, seq: 7, row: Row::new(Wall::default(), began(7)) }];
    reader.scan(stretch, &mut entries).expect("reads");
    entries
}

#[test]
fn stretches_hold_what_lies_between_two_times() {
    let (_folder, path) = folder();
    let all = store(&path);
    let reader = SqliteReader::open(&path).expect("opens");
    for since in (0..2_100).step_by(5) {
        for length in [0, 10, 60, 400, 3_000] {
            let (since, until) =
                (Wall::from_unix_micros(since), Wall::from_unix_micros(since + length));
            let meant = |entry: &&Entry| entry.row.at >= since && entry.row.at < until;
            let meant: Vec<Entry> = all.iter().filter(meant).cloned().collect();
            let stretches = reader.stretches(since, until).expect("reads").into_iter();
            let read = stretches.flat_map(|stretch| stretch.cut(4));
            let read = read.flat_map(|piece| scan(&reader, piece));
            assert_eq!(read.collect::<Vec<_>>(), meant, "{since:?} to {until:?}");
        }
    }
}

#[test]
fn nothing_that_comes_later_is_in_a_stretch() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path, Durability::Normal).expect("opens");
    let reader = SqliteReader::open(&path).expect("opens");
    let all = || reader.stretches(Wall::default(), Wall::from_unix_micros(9)).expect("reads");
    assert_eq!(all(), [], "there is nothing");
    store.begin("1.0.0", Wall::default()).expect("begins");
    let stretches = all();
    let row = Row::new(Wall::default(), began(1));
    store.commit(&[Write::Row(Box::new(row))]).expect("is kept");
    let read = stretches.into_iter().flat_map(|stretch| scan(&reader, stretch));
    assert_eq!(read.count(), 1, "the start of the node alone");
    assert_eq!(all().len(), 1);
    assert_eq!(scan(&reader, all()[0]).len(), 2);
}
