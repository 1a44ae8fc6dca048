//! The writer under faults of its disk, and the real file.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::call::{Direction, EndedBy, HangupCause};

fn record(number: u64) -> Box<CallRecord> {
    Box::new(CallRecord {
        ignored_keys: 0,
        v: 1,
        call: CallId::new(number, 0),
        attempt: None,
        caller: Some("***678".to_owned()),
        asserted: false,
        called: "100".into(),
        diverted_from: None,
        trunk: None,
        direction: Direction::In,
        adapter: "test".into(),
        flow: None,
        flow_hash: None,
        language: None,
        started: String::new(),
        answered: None,
        ended: String::new(),
        steps: Vec::new(),
        notes: BTreeMap::new(),
        queue: None,
        transfer: None,
        agent: None,
        talks: Vec::new(),
        talk_ms: 0,
        cause: HangupCause::Normal,
        ended_by: EndedBy::Caller,
        ended_at: None,
        quality: None,
    })
}

/// The calls named by the lines of a file, in order; fails on a line that is not whole.
fn calls(text: &str) -> Vec<String> {
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is whole");
    text.lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).expect("a whole line");
            value["call"].as_str().expect("a call id").to_owned()
        })
        .collect()
}

fn ids(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|number| CallId::new(number, 0).to_string()).collect()
}

/// A disk in memory that refuses its first `refusals` appends.
#[derive(Debug, Clone, Default)]
struct Faulty {
    refusals: u64,
    text: Arc<Mutex<String>>,
    given_up: Arc<Mutex<String>>,
}

impl Disk for Faulty {
    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.refusals > 0 {
            self.refusals -= 1;
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        let text = std::str::from_utf8(lines).map_err(io::Error::other)?;
        self.text.lock().expect("one thread").push_str(text);
        Ok(())
    }

    fn forget(&mut self, calls: &BTreeSet<CallId>) -> io::Result<u64> {
        let mut text = self.text.lock().expect("one thread");
        let (gone, kept): (Vec<&str>, Vec<&str>) =
            text.split_inclusive('\n').partition(|line| is_of(line.as_bytes(), calls));
        let (gone, kept) = (gone.len() as u64, kept.concat());
        *text = kept;
        Ok(gone)
    }

    fn give_up<T: Leaving>(&mut self, line: &str) {
        self.given_up.lock().expect("one thread").push_str(line);
    }
}

#[test]
fn records_survive_a_disk_that_refuses_for_a_while() {
    for refusals in 0..CLOSING_TRIES {
        let disk = Faulty { refusals: u64::from(refusals), ..Faulty::default() };
        let text = Arc::clone(&disk.text);
        let (sender, receiver) = sync_channel(RECORDS_WAITING);
        for number in 0..600 {
            sender.send(Task::Keep(record(number))).expect("room");
        }
        drop(sender);
        Writer::new(disk, Gauge::default()).run(&receiver);
        let text = text.lock().expect("one thread");
        assert_eq!(calls(&text), ids(0..600), "after {refusals} refusals: each once, in order");
    }
}

#[test]
fn a_disk_that_never_recovers_leaves_the_records_to_the_log() {
    let disk = Faulty { refusals: u64::MAX, ..Faulty::default() };
    let given_up = Arc::clone(&disk.given_up);
    let (sender, receiver) = sync_channel(RECORDS_WAITING);
    for number in 0..3 {
        sender.send(Task::Keep(record(number))).expect("room");
    }
    drop(sender);
    Writer::new(disk, Gauge::default()).run(&receiver);
    assert_eq!(calls(&given_up.lock().expect("one thread")), ids(0..3));
}

#[test]
fn memory_is_bounded_while_the_disk_refuses() {
    let disk = Faulty { refusals: u64::MAX, ..Faulty::default() };
    let given_up = Arc::clone(&disk.given_up);
    let mut writer = Writer::new(disk, Gauge::default());
    let one = record(1);
    for _ in 0..RECORDS_KEPT + 5 {
        writer.keep(&*one);
    }
    assert_eq!(writer.lines.len(), RECORDS_KEPT);
    assert_eq!(calls(&given_up.lock().expect("one thread")).len(), 5, "the rest is not lost");
}

#[test]
fn the_file_is_appended_to_across_starts_and_rotations() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("records.jsonl");
    let keep = |numbers: std::ops::Range<u64>| {
        let (ledger, slot) = Ledger::open(&path).expect("opens");
        for number in numbers {
            slot.keep(record(number));
        }
        drop(slot);
        ledger.close();
    };
    keep(0..3);
    keep(3..5);
    let first = std::fs::read_to_string(&path).expect("readable");
    assert_eq!(calls(&first), ids(0..5));

    std::fs::rename(&path, folder.path().join("records.1")).expect("moves");
    keep(5..6);
    let second = std::fs::read_to_string(&path).expect("readable");
    assert_eq!(calls(&second), ids(5..6));
}

#[test]
fn a_file_that_cannot_be_made_is_an_error_at_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("missing").join("records.jsonl");
    let error = Ledger::open::<CallRecord>(&path).expect_err("no such folder");
    assert!(matches!(error, StorageError::Open { .. }), "{error}");
}

#[test]
fn a_gauge_shows_a_disk_that_refuses_and_what_waits_for_it() {
    let (gauge, disk) = (Gauge::default(), Faulty { refusals: 1, ..Faulty::default() });
    let mut writer = Writer::new(disk, gauge.clone());
    writer.keep(&*record(1));
    writer.write::<CallRecord>();
    let told = gauge.status();
    assert_eq!((told.failing, told.waiting, told.lost), (true, 1, 0));
    writer.write::<CallRecord>();
    let told = gauge.status();
    assert_eq!((told.failing, told.waiting, told.lost), (false, 0, 0));
}

#[test]
fn who_is_forgotten_is_taken_out_of_the_file_and_of_what_waits_for_it() {
    let disk = Faulty { refusals: 1, ..Faulty::default() };
    let text = Arc::clone(&disk.text);
    let mut writer = Writer::new(disk, Gauge::default());
    let forget = |calls: [u64; 2]| {
        let (sender, told) = sync_channel(1);
        let calls = calls.into_iter().map(|number| CallId::new(number, 0)).collect();
        let answer = move |gone: io::Result<u64>| sender.send(gone.expect("done")).expect("room");
        (Task::<CallRecord>::Forget(calls, Box::new(answer)), told)
    };
    writer.keep(&*record(1));
    writer.keep(&*record(2));
    writer.write::<CallRecord>();
    let (task, told) = forget([1, 9]);
    writer.take(task);
    assert_eq!(told.recv(), Ok(1), "it was not on the disk yet");
    writer.keep(&*record(3));
    writer.write::<CallRecord>();
    let (task, told) = forget([3, 9]);
    writer.take(task);
    assert_eq!(told.recv(), Ok(1));
    assert_eq!(calls(&text.lock().expect("one thread")), ids(2..3));
}

#[test]
fn lines_are_forgotten_by_the_ledger_that_is_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("records.jsonl");
    let (ledger, slot) = Ledger::open(&path).expect("opens");
    let eraser = slot.eraser();
    (0..4).for_each(|number| slot.keep(record(number)));
    let (sender, told) = sync_channel(1);
    let calls = [CallId::new(1, 0), CallId::new(2, 0)].into();
    assert!(eraser.forget(calls, move |gone| sender.send(gone.expect("done")).expect("room")));
    assert_eq!(told.recv(), Ok(2));
    slot.keep(record(4));
    drop(slot);
    ledger.close();
    let left = std::fs::read_to_string(&path).expect("readable");
    assert_eq!(self::calls(&left), [ids(0..1), ids(3..5)].concat());
    assert!(!eraser.forget(BTreeSet::new(), |_| {}), "nobody writes any more");
}
