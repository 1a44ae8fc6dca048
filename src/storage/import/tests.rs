//! The files of before, as they were written, taken into a history.

use super::*;
use crate::history::{MemoryStore, Retention};

const TICKETS: &str = r#"{"v":1,"after":"1003"}
{"v":1,"number":"1004","made":"2026-03-04T03:00:00.000Z","call":"0195614c-0000-7000-8000-000000000001","kind":"complaint","language":"id","due":"2026-03-05T03:00:00.000Z","recording":"0192-1","with":{"topic":"late","phone":"081234567890","order":null}}
{"number":"10
{"v":1,"number":"1005","made":"2026-03-04T04:00:00.000Z","call":"0195614c-0000-7000-8000-000000000002","kind":"voicemail","language":"en","due":null,"recording":null,"with":{}}
"#;

const CALLBACKS: &str = r#"{"v":1,"number":"1001","made":"2026-03-04T03:00:00.000Z","call":"0195614c-0000-7000-8000-000000000001","queue":"service","to":"+6281234567890","language":"id","before":null,"status":"open"}
{"v":1,"number":"1002","made":"2026-03-04T03:00:00.000Z","call":"0195614c-0000-7000-8000-000000000002","queue":"sales","to":"0811","language":"id","before":"2026-03-04T09:00:00.000Z","status":"open"}
{"v":1,"number":"1002","queue":"sales","to":"0811","status":"done"}
"#;

struct Rig {
    folder: tempfile::TempDir,
    store: MemoryStore,
}

impl Rig {
    fn new() -> Self {
        let rig = Self { folder: tempfile::tempdir().expect("a folder"), store: begun() };
        let files = rig.files();
        std::fs::write(files.tickets, TICKETS).expect("written");
        std::fs::write(files.callbacks, CALLBACKS).expect("written");
        rig
    }

    fn files(&self) -> OldFiles {
        let path = |name| self.folder.path().join(name);
        OldFiles { tickets: path("tickets.jsonl"), callbacks: path("callbacks.jsonl") }
    }

    fn import(&mut self) -> Result<Imported, ImportError> {
        let files = self.files();
        files.import(&mut self.store, now())
    }

    /// The files are there again, as if the process had died before it renamed them.
    fn undo_names(&self) {
        let files = self.files();
        for path in [files.tickets, files.callbacks] {
            std::fs::rename(imported(&path), path).expect("renamed");
        }
    }
}

fn now() -> Wall {
    Wall::parse_rfc3339("2026-04-01T00:00:00Z").expect("a time")
}

fn begun() -> MemoryStore {
    let mut store = MemoryStore::default();
    store.begin("1", now()).expect("begins");
    store
}

const ALL: Imported = Imported { tickets: 2, callbacks: 2, left_out: 1 };

#[test]
fn each_becomes_facts_and_the_files_are_renamed() {
    let mut rig = Rig::new();
    assert_eq!(rig.import().expect("taken in"), ALL);
    let standing = rig.store.standing().expect("readable");
    assert_eq!(standing.tickets.keys().collect::<Vec<_>>(), [&1004, &1005]);
    let ticket = &standing.tickets[&1004];
    assert_eq!(ticket.due, Wall::parse_rfc3339("2026-03-05T03:00:00Z"));
    let private = &ticket.opened.private.as_ref().expect("some").0;
    assert_eq!((&*private["phone"], &*private["topic"]), ("081234567890", "late"));
    assert_eq!(&*private["made"], "2026-03-04T03:00:00.000Z");
    assert_eq!(standing.callbacks.keys().collect::<Vec<_>>(), [&1001], "1002 is done");
    assert_eq!((standing.last_ticket, standing.last_callback), (1005, 1002), "numbers go on");
    let files = rig.files();
    assert!(!files.tickets.exists() && !files.callbacks.exists());
    assert_eq!(files.left_behind().len(), 2);
    assert_eq!(rig.import().expect("nothing there"), Imported::default());
}

#[test]
fn a_crash_before_the_new_names_brings_nothing_twice() {
    let mut rig = Rig::new();
    rig.import().expect("taken in");
    let before = rig.store.standing().expect("readable");
    rig.undo_names();
    let again = rig.import().expect("taken in");
    assert_eq!((again.tickets, again.callbacks), (0, 0));
    let after = rig.store.standing().expect("readable");
    assert_eq!((after.tickets, after.callbacks), (before.tickets, before.callbacks));
    assert_eq!(after.newest, before.newest, "not a row");
}

#[test]
fn a_store_that_refuses_leaves_the_files_for_the_next_start() {
    let mut rig = Rig::new();
    let next = rig.store.writes() + 1;
    rig.store.plant(next, crate::history::Fault::Refused);
    assert!(matches!(rig.import(), Err(ImportError::Store(_))));
    assert!(rig.files().tickets.exists() && rig.files().callbacks.exists());
    // Kept, and the word of it lost.
    rig.store.plant(next + 1, crate::history::Fault::Unheard);
    assert!(matches!(rig.import(), Err(ImportError::Store(_))));
    let count = rig.import().expect("taken in");
    assert_eq!((count.tickets, count.callbacks), (0, 0));
    assert_eq!(rig.store.standing().expect("readable").tickets.len(), 2);
}

#[test]
fn a_number_that_the_history_has_given_away_is_left_out() {
    let mut rig = Rig::new();
    rig.import().expect("taken in");
    rig.undo_names();
    let other = TICKETS
        .replace("0195614c-0000-7000-8000-000000000001", "0195614c-0000-7000-8000-000000000009");
    std::fs::write(rig.files().tickets, other).expect("written");
    assert_eq!(rig.import().expect("taken in"), Imported { left_out: 2, ..Imported::default() });
}

#[test]
fn erasure_by_number_reaches_what_was_imported() {
    let mut rig = Rig::new();
    rig.import().expect("taken in");
    let key = |rig: &Rig, number: &str| rig.store.secret().key(number).expect("digits");
    for number in ["081234567890", "+6281234567890"] {
        let caller = key(&rig, number);
        assert_eq!(rig.store.known(&caller).expect("readable").contacts.len(), 1, "{number}");
        rig.store.erase(&caller, "dewi", now()).expect("erased");
    }
    let all = rig.store.all().iter();
    assert_eq!(all.filter(|entry| entry.row.private.is_some()).count(), 2, "1005 and 1002");
    assert!(rig.store.expire(Retention::Tickets, now().after(EXPIRES), now()).is_ok());
}
