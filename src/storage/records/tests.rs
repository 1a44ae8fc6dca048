//! The writer under faults of its disk, and the real file.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::*;
use crate::call::{Direction, EndedBy, HangupCause};

fn record(number: u64) -> Box<CallRecord> {
    Box::new(CallRecord {
        ignored_keys: 0,
        v: 1,
        call: CallId::new(number, 0),
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
            sender.send(record(number)).expect("room");
        }
        drop(sender);
        Writer::new(disk).run(&receiver);
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
        sender.send(record(number)).expect("room");
    }
    drop(sender);
    Writer::new(disk).run(&receiver);
    assert_eq!(calls(&given_up.lock().expect("one thread")), ids(0..3));
}

#[test]
fn memory_is_bounded_while_the_disk_refuses() {
    let disk = Faulty { refusals: u64::MAX, ..Faulty::default() };
    let given_up = Arc::clone(&disk.given_up);
    let mut writer = Writer::new(disk);
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
