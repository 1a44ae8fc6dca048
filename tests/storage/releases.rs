//! Stores of every release are opened by this one: a file of SQL for each version of the tables, never changed again.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sambung::history::{Exit, Medium, Retention, Store, Verdict, Write};
use sambung::storage::{Durability, SqliteReader, SqliteStore, StorageError};
use tempfile::TempDir;

use crate::backend::{faults, history, keep, number};
use crate::care::recording;
use crate::words::{began, callback, contact, ended, enqueued, left, private, row, ticket, wall};

/// The versions of the tables so far; the last one is what this release writes.
const VERSIONS: [i64; 2] = [1, 2];

fn fixture(version: i64) -> PathBuf {
    let name = format!("tests/storage/schema-{version}.sql");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A store as that release left it.
fn old(version: i64) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sambung.db");
    let text = fs::read_to_string(fixture(version)).expect("a fixture");
    let raw = Connection::open(&path).expect("opens");
    raw.execute_batch(&text).expect("SQL");
    if version == 1 {
        // The fixture of the first release holds no record.
        let insert = "INSERT INTO record VALUES (?1, 14000000, '{}')";
        raw.execute(insert, [contact(1).to_string()]).expect("SQL");
    }
    (folder, path)
}

/// What every fixture holds: a caller with a ticket and a recording who waits to be called back.
fn fill(store: &mut dyn Store) {
    let caller = store.secret().key("+62811");
    let batch = [
        private(10, began(1, caller.clone()), "+62811"),
        row(10, enqueued(1, Medium::Voice)),
        row(11, left(1, Exit::Callback)),
        private(11, callback(2, caller), "+62811"),
        row(12, recording(1, Retention::Recordings)),
        private(13, ticket(1), "+62811"),
        row(14, ended(1)),
        Write::Record { call: contact(1), ended: wall(14), record: "{}".into() },
    ];
    assert!(keep(store, &batch).iter().all(|verdict| *verdict == Verdict::Applied));
}

/// The statements that make the tables.
fn tables(path: &Path) -> Vec<String> {
    let raw = Connection::open(path).expect("opens");
    let select = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
    let mut statement = raw.prepare(select).expect("SQL");
    statement
        .query_map([], |row| row.get(0))
        .expect("reads")
        .map(|sql| sql.expect("text"))
        .collect()
}

/// A whole store as SQL.
fn dump(path: &Path, version: i64) -> String {
    let raw = Connection::open(path).expect("opens");
    let all = |query: &str| -> Vec<String> {
        let mut statement = raw.prepare(query).expect("SQL");
        let rows = statement.query_map([], |row| row.get(0)).expect("reads");
        rows.map(|text| text.expect("text")).collect()
    };
    let mut text =
        format!("PRAGMA application_id = 1397572167;\nPRAGMA user_version = {version};\n");
    for sql in all("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name") {
        text += &format!("{sql};\n");
    }
    for table in all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
        let columns = all(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let quoted: Vec<String> = columns.iter().map(|name| format!("quote({name})")).collect();
        let values = quoted.join(" || ', ' || ");
        for values in all(&format!("SELECT {values} FROM {table} ORDER BY rowid")) {
            text += &format!("INSERT INTO {table} VALUES ({values});\n");
        }
    }
    text
}

/// A new version of the tables has none yet: it is written, and kept from then on.
#[test]
fn the_newest_release_has_its_fixture() {
    let newest = VERSIONS[VERSIONS.len() - 1];
    if fixture(newest).exists() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sambung.db");
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("1.0.0", wall(0)).expect("begins");
    fill(&mut store);
    drop(store);
    fs::write(fixture(newest), dump(&path, newest)).expect("written");
    panic!(
        "{} is new: look at it, and never change it once it is released",
        fixture(newest).display()
    );
}

#[test]
fn a_store_of_every_release_is_opened_and_goes_on() {
    for version in VERSIONS {
        let (_folder, path) = old(version);
        let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
        assert!(faults(&store).is_empty(), "{version}: {:?}", faults(&store));
        let standing = store.standing().expect("stands");
        assert_eq!(standing.tickets.keys().collect::<Vec<_>>(), [&1001], "{version}");
        assert_eq!(standing.callbacks.keys().collect::<Vec<_>>(), [&1001], "{version}");
        let opened = &standing.tickets[&1001].opened;
        assert_eq!(number(opened.private.as_ref()), Some("+62811"), "{version}");
        assert_eq!(store.begin("2.0.0", wall(100)).expect("begins"), 2, "{version}");
        keep(&mut store, &[row(101, began(3, None)), row(102, ticket(3))]);
        assert!(store.standing().expect("stands").tickets.contains_key(&1002), "{version}");
        let caller = store.secret().key("+62811").expect("a key");
        let known = store.known(&caller).expect("reads");
        assert_eq!(known.contacts, [contact(1), contact(2)], "{version}");
        assert_eq!((known.records.len(), known.recordings.len()), (1, 1), "{version}");
        assert_eq!(store.erase(&caller, "dewi", wall(103)).expect("forgets").count, 2);
        assert!(history(&store, true).iter().all(|entry| entry.row.private.is_none()));
        drop(store);
        let checked = SqliteReader::open(&path).expect("opens").check().expect("reads");
        assert_eq!(checked.faults, Vec::<String>::new(), "{version}");
    }
}

#[test]
fn the_tables_of_a_release_never_change_again() {
    let newest = VERSIONS[VERSIONS.len() - 1];
    for version in VERSIONS {
        let (_folder, path) = old(version);
        drop(SqliteStore::open(&path, Durability::Full).expect("opens"));
        let (folder, fresh) = (tempfile::tempdir().expect("a folder"), "fresh.db");
        let fresh = folder.path().join(fresh);
        drop(SqliteStore::open(&fresh, Durability::Full).expect("opens"));
        assert_eq!(tables(&path), tables(&fresh), "from {version} to {newest}");
    }
}

#[test]
fn a_damaged_store_is_told_and_left_as_it_is() {
    let (_folder, path) = old(1);
    let mut bytes = fs::read(&path).expect("readable");
    // The head is whole; everything behind the first page is not.
    bytes[4_096..].fill(0xa5);
    fs::write(&path, &bytes).expect("written");
    let error = SqliteStore::open(&path, Durability::Full).expect_err("is damaged");
    assert!(matches!(error, StorageError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().ends_with("the file is damaged; put a copy of it in its place"));
    assert_eq!(fs::read(&path).expect("readable"), bytes, "untouched");
}
