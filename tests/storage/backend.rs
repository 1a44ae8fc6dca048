//! The stores under test, and what is asked of any of them at the end.

use sambung::history::{
    Entry, Filter, MAX_PAGE, MemoryStore, Position, Private, Standing, Store, Verdict, Write,
};
use sambung::storage::{Durability, SqliteStore};
use tempfile::TempDir;

/// A store whose epoch has begun, and what must live as long.
pub(crate) struct Backend {
    pub(crate) name: &'static str,
    pub(crate) store: Box<dyn Store + Send>,
    pub(crate) _folder: Option<TempDir>,
}

/// One of each, empty, in its first epoch.
pub(crate) fn backends() -> Vec<Backend> {
    let memory = Box::new(MemoryStore::default());
    let (folder, file) = in_a_file();
    let mut backends = vec![
        Backend { name: "memory", store: memory, _folder: None },
        Backend { name: "sqlite", store: Box::new(file), _folder: Some(folder) },
    ];
    for backend in &mut backends {
        let epoch = backend.store.begin("1.0.0", crate::words::wall(0)).expect("begins");
        assert_eq!(epoch, 1, "{}", backend.name);
    }
    backends
}

pub(crate) fn in_a_file() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sambung.db");
    let store = SqliteStore::open(&path, Durability::Normal).expect("opens");
    (folder, store)
}

/// Writes a batch and gives the verdicts.
pub(crate) fn keep(store: &mut dyn Store, batch: &[Write]) -> Vec<Verdict> {
    store.commit(batch).expect("keeps").iter().map(|receipt| receipt.verdict).collect()
}

/// The whole history, page by page.
pub(crate) fn history(store: &dyn Store, private: bool) -> Vec<Entry> {
    let filter = Filter { private, ..Filter::default() };
    let (mut all, mut after) = (Vec::new(), Position::default());
    loop {
        let page = store.entries(after, &filter, MAX_PAGE).expect("reads");
        let full = page.len() == MAX_PAGE;
        after = page.last().map_or(after, Entry::position);
        all.extend(page);
        if !full {
            return all;
        }
    }
}

/// What is wrong with a store: an entry that is missing or twice, time that runs back, standing that is not the fold.
pub(crate) fn faults(store: &dyn Store) -> Vec<String> {
    let entries = history(store, true);
    let standing = store.standing().expect("stands");
    let (mut faults, mut fold) = (Vec::new(), Standing::default());
    let mut before: Option<&Entry> = None;
    for entry in &entries {
        let next = match before {
            Some(before) if before.epoch == entry.epoch => {
                if entry.row.at < before.row.at {
                    faults.push(format!("time runs back at {:?}", entry.position()));
                }
                before.seq + 1
            }
            _ => 1,
        };
        if entry.seq != next {
            faults.push(format!("{:?} is not number {next}", entry.position()));
        }
        if fold.verdict(&entry.row.fact) != Verdict::Applied {
            faults.push(format!("{:?} was to be stale", entry.position()));
        }
        fold.apply(entry);
        before = Some(entry);
    }
    if fold != standing {
        faults.push(format!("what stands is not the fold\n{standing:#?}\n{fold:#?}"));
    }
    faults
}

/// Fails with everything that is wrong.
pub(crate) fn check(backend: &Backend) {
    let faults = faults(&*backend.store);
    assert!(faults.is_empty(), "{}: {}", backend.name, faults.join("\n"));
}

/// The number in the private part of a row.
pub(crate) fn number(private: Option<&Private>) -> Option<&str> {
    private?.0.get("number").map(|number| &**number)
}
