//! Tickets and callbacks over starts, rotations and faults.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::*;
use crate::call::{Operation, RequestId};

struct Rig {
    folder: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> Store {
        let (tickets, callbacks) = (self.path("tickets.jsonl"), self.path("callbacks.jsonl"));
        Store::open(&tickets, &callbacks, Clock::new()).expect("opens")
    }

    fn lines(&self, name: &str) -> Vec<Json> {
        let text = std::fs::read_to_string(self.path(name)).expect("readable");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

fn request(what: Errand) -> Request {
    Request { id: RequestId(1), call: CallId::new(7, 7), what }
}

fn ticket() -> Request {
    let argument = |name: &str, value: Json, class| Argument { name: name.into(), value, class };
    request(Errand::Ticket(Ticket {
        kind: "complaint".into(),
        with: vec![
            argument("topic", json!("late"), Class::Public),
            argument("phone", json!("081234567890"), Class::Personal),
            argument("order", Json::Null, Class::Public),
            argument("pin", json!("482913"), Class::Secret),
        ],
        recording: Some(RecordingId::from("0192-1")),
        due: Some(Duration::from_mins(60)),
        language: "id".into(),
    }))
}

fn callback(queue: &str, to: &str) -> Request {
    request(Errand::Callback(Callback {
        queue: queue.into(),
        to: to.into(),
        within: None,
        language: "id".into(),
    }))
}

fn number(reply: &Reply) -> &str {
    let Reply::Kept(number) = reply else { panic!("{reply:?}") };
    number
}

#[test]
fn a_ticket_keeps_what_a_person_needs_and_nothing_secret() {
    let rig = Rig::new();
    assert_eq!(number(&rig.store().keep(&ticket())), "1001");
    let line = &rig.lines("tickets.jsonl")[0];
    assert_eq!(line["with"], json!({ "topic": "late", "phone": "081234567890", "order": null }));
    assert_eq!((&line["kind"], &line["recording"]), (&json!("complaint"), &json!("0192-1")));
    let (made, due) = (line["made"].as_str().expect("a time"), line["due"].as_str().expect("one"));
    assert!(made < due && made.ends_with('Z'), "{made} {due}");
    let mode = std::fs::metadata(rig.path("tickets.jsonl")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(rig.path("tickets.jsonl")).expect("readable");
    assert!(!text.contains("482913") && !text.contains("pin"), "{text}");
}

#[test]
fn numbers_go_on_over_starts_cut_lines_and_rotations() {
    let rig = Rig::new();
    let next = || number(&rig.store().keep(&ticket())).to_owned();
    assert_eq!([next(), next()], ["1001", "1002"]);
    let path = rig.path("tickets.jsonl");
    let text = std::fs::read_to_string(&path).expect("readable");
    std::fs::write(&path, text + "{\"number\":\"10").expect("a crash in the middle of a line");
    assert_eq!(next(), "1003");

    let store = rig.store();
    std::fs::rename(&path, rig.path("tickets.1")).expect("moves");
    assert_eq!(number(&store.keep(&ticket())), "1004", "moved away while running");
    assert_eq!(rig.lines("tickets.jsonl")[0], json!({ "v": 1, "after": "1003" }));
    drop(store);
    assert_eq!(next(), "1005");
    assert_eq!(rig.lines("tickets.jsonl").len(), 3);
}

#[test]
fn many_at_once_have_numbers_of_their_own() {
    let rig = Rig::new();
    let store = rig.store();
    let mut numbers: Vec<String> = std::thread::scope(|scope| {
        let keep =
            || (0..25).map(|_| number(&store.keep(&ticket())).to_owned()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(keep)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("keeps")).collect()
    });
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 100);
    assert_eq!(rig.lines("tickets.jsonl").len(), 100);
}

#[test]
fn a_number_has_one_open_wish_for_each_queue() {
    let rig = Rig::new();
    let keep = |queue, to| number(&rig.store().keep(&callback(queue, to))).to_owned();
    assert_eq!(keep("service", "0811"), "1001");
    assert_eq!(keep("sales", "0811"), "1002");
    assert_eq!(keep("service", "0811"), "1001", "the second takes the place of the first");
    assert_eq!(keep("service", "0812"), "1003");
    assert_eq!(rig.lines("callbacks.jsonl").len(), 4);
    // Somebody called back: the wish is no longer open, and a new one has a number of its own.
    let path = rig.path("callbacks.jsonl");
    let done =
        json!({ "v": 1, "number": "1001", "queue": "service", "to": "0811", "status": "done" });
    let text = std::fs::read_to_string(&path).expect("readable");
    std::fs::write(&path, format!("{text}{done}\n")).expect("writes");
    assert_eq!(keep("service", "0811"), "1004");
}

#[test]
fn a_disk_that_refuses_and_what_is_not_ours_are_failures() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    let store = Store::open(&missing.join("t"), &missing.join("c"), Clock::new()).expect("opens");
    assert_eq!(store.keep(&ticket()), Reply::Failed(Failure::Error));
    assert_eq!(store.keep(&callback("service", "1")), Reply::Failed(Failure::Error));
    std::fs::create_dir(&missing).expect("the folder comes back");
    assert_eq!(number(&store.keep(&ticket())), "1001", "no number was lost");
    assert_eq!(number(&store.keep(&callback("service", "1"))), "1001");
    let operation = Operation {
        service: "orders".into(),
        operation: "find".into(),
        with: Vec::new(),
        tries: 1,
        idempotency_key: "".into(),
    };
    let reply = store.keep(&request(Errand::Operation(operation)));
    assert_eq!(reply, Reply::Failed(Failure::Unavailable));
    let a_folder = Store::open(folder.path(), &missing.join("c"), Clock::new());
    assert!(matches!(a_folder, Err(StorageError::Read { .. })));
}
