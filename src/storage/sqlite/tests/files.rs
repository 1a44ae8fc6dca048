//! Files, locks and releases.

use std::os::unix::fs::PermissionsExt as _;

use super::{began, folder};
use crate::history::{Private, Row, Store as _, Write};
use crate::storage::StorageError;
use crate::storage::sqlite::{Durability, SqliteReader, SqliteStore, schema};
use crate::time::Wall;

#[test]
fn a_store_has_one_owner_at_a_time() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path, Durability::Full).expect("opens");
    let second = SqliteStore::open(&path, Durability::Full).expect_err("is taken");
    assert!(matches!(second, StorageError::Taken { .. }), "{second}");
    SqliteReader::open(&path).expect("readers are welcome");
    drop(store);
    SqliteStore::open(&path, Durability::Normal).expect("it is free again");
}

#[test]
fn only_the_owner_may_read_the_files() {
    let (folder, path) = folder();
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("1.0.0", Wall::default()).expect("begins");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder.path()).expect("lists") {
        let entry = entry.expect("lists");
        let mode = entry.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(names, ["sambung.db", "sambung.db-shm", "sambung.db-wal", "sambung.db.lock"]);
}

#[test]
fn files_of_newer_releases_and_of_others_are_left_alone() {
    let (_folder, path) = folder();
    drop(SqliteStore::open(&path, Durability::Full).expect("opens"));
    let raw = rusqlite::Connection::open(&path).expect("opens");
    raw.pragma_update(None, "user_version", schema::SCHEMA + 1).expect("writes");
    let newer = SqliteStore::open(&path, Durability::Full).expect_err("is newer");
    let (found, known) = (schema::SCHEMA + 1, schema::SCHEMA);
    assert!(newer.to_string().ends_with(&format!(
        "its tables are of version {found}, this program knows them up to {known}; use the release that wrote it"
    )), "{newer}");
    assert!(matches!(SqliteReader::open(&path), Err(StorageError::Newer { .. })));

    let (_folder, path) = folder();
    let raw = rusqlite::Connection::open(&path).expect("opens");
    raw.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").expect("writes");
    let foreign = SqliteStore::open(&path, Durability::Full).expect_err("is foreign");
    assert!(matches!(foreign, StorageError::Foreign { .. }), "{foreign}");

    let (_folder, path) = folder();
    std::fs::write(&path, "tickets: yes\n".repeat(100)).expect("writes");
    let foreign = SqliteStore::open(&path, Durability::Full).expect_err("is foreign");
    assert!(matches!(foreign, StorageError::Foreign { .. }), "{foreign}");
    let text = std::fs::read_to_string(&path).expect("readable");
    assert!(text.starts_with("tickets: yes\n"), "untouched");
}

#[test]
fn what_belongs_to_people_is_not_in_the_files() {
    let (folder, path) = folder();
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("1.0.0", Wall::default()).expect("begins");
    let private = Private([("number".into(), "+6281234567890".into())].into());
    let row = Row::new(Wall::default(), began(1)).with(private.clone());
    store.commit(&[Write::Row(Box::new(row))]).expect("keeps");
    let standing = store.standing().expect("stands");
    let call = standing.calls.values().next().expect("a call");
    assert_eq!(call.began.private, Some(private), "whoever has the store may read it");
    drop(store);
    for entry in std::fs::read_dir(folder.path()).expect("lists") {
        let path = entry.expect("lists").path();
        let bytes = std::fs::read(&path).expect("readable");
        let found = bytes.windows(8).any(|window| window == b"81234567");
        assert!(!found, "{}", path.display());
    }
}
