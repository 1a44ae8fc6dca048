//! The disk of messages and call records refuses while the node runs, and the store's does not: calls end in order, it is
//! told, nothing is half kept, and what was late is there afterwards.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::park_timeout;
use std::time::Duration;

use sambung::history::{Fact, Filter, MAX_PAGE, Position};
use sambung::storage::SqliteReader;
use serde_json::Value;

use super::client::Client;
use super::disk::Small;
use super::node::Node;
use super::phone::Phone;

/// A mailbox: whoever hangs up after a message has left one.
const MAILBOX: &str = "
sambung: 1
flow: patient
language: en
start: leave
vars: { said: { type: recording } }
nodes:
  leave:
    record: Speak now.
    into: said
    max: 60s
    silence: 10s
    ok: keep
    empty: bye
    hung_up: keep
  keep: { ticket: voicemail, recording: =said, ok: bye, failed: bye }
  bye: { hangup: Goodbye now. }
";

const UNKEPT: &str = "A recording cannot be kept.";
const UNWRITTEN: &str = "What calls leave behind cannot be written";

/// A node whose messages and call records lie on file systems of their own.
struct Rig {
    node: Node,
    client: Client,
    messages: Small,
    records: Small,
}

impl Rig {
    /// `None` where this process may not mount anything.
    fn start() -> Option<Self> {
        let (messages, records) = (Small::mount()?, Small::mount()?);
        let settings = format!(
            "recordings: \"{}/said\"\nrecords: \"{}/records.jsonl\"\ncontrol: {{ listen: \"127.0.0.1:0\" }}",
            messages.0.path().display(),
            records.0.path().display()
        );
        let node = Node::start(&settings, MAILBOX);
        let client = Client::new(&node.ready()["control"], None);
        Some(Self { node, client, messages, records })
    }

    fn caller(&self) -> Phone {
        let mut caller = Phone::calls(self.node.sip(), "100");
        caller.is_answered();
        caller
    }

    fn said(&self) -> PathBuf {
        self.messages.0.path().join("said")
    }

    /// Waits until a message is being written.
    fn tapes(&self) {
        until("a message is being written", || {
            let names = names(&self.said());
            names.iter().any(|name| name.ends_with(".part"))
        });
    }

    /// Somebody leaves a message by hanging up, and it is there whole.
    fn takes_a_message(&self, tickets: usize) {
        let mut caller = self.caller();
        self.tapes();
        caller.speaks(3);
        caller.hangs_up();
        until("the message has a ticket", || self.tickets().len() == tickets);
        let message = self.tickets().pop().flatten().expect("with its recording");
        let wav = fs::read(self.said().join(format!("{message}.wav"))).expect("kept");
        assert!(wav.len() > 2 * 16_000, "{} bytes", wav.len());
    }

    /// The recordings of all tickets, in the order of their numbers.
    fn tickets(&self) -> Vec<Option<String>> {
        let reader = SqliteReader::open(&self.node.path("sambung.db")).expect("opens");
        let entries = reader.entries(Position::default(), &Filter::default(), MAX_PAGE);
        let ticket = |fact: &Fact| match fact {
            Fact::TicketOpened { recording, .. } => {
                Some(recording.as_ref().map(ToString::to_string))
            }
            _ => None,
        };
        entries.expect("reads").iter().filter_map(|entry| ticket(&entry.row.fact)).collect()
    }

    /// How each call ended that has a record. Every line is whole.
    fn causes(&self) -> Vec<String> {
        let text = fs::read_to_string(self.records.0.path().join("records.jsonl"));
        let text = text.expect("records");
        assert!(text.is_empty() || text.ends_with('\n'), "a torn line: {text}");
        let record = |line: &str| serde_json::from_str::<Value>(line).expect("a record");
        let cause = |record: Value| record["cause"].as_str().expect("a word").to_owned();
        text.lines().map(record).map(cause).collect()
    }

    /// It takes calls, and everything is written.
    fn is_well(&self) {
        let health = self.client.get("/v1/health").json();
        assert_eq!((&health["status"], &health["storage"]), (&"ok".into(), &"ok".into()));
        assert_eq!(health["unwritten"], Value::Null);
    }

    /// It takes calls, the history is written, and it is told what else cannot be.
    fn lacks(&self, unwritten: &[&str]) {
        let health = self.client.get("/v1/health").json();
        assert_eq!((&health["status"], &health["storage"]), (&"ok".into(), &"degraded".into()));
        assert_eq!(health["unwritten"], serde_json::json!(unwritten));
        let figures = self.client.get("/metrics").body;
        for book in unwritten {
            let line = format!("\nsambung_book_offline{{book=\"{book}\"}} 1\n");
            assert!(figures.contains(&line), "{line} in {figures}");
        }
    }

    /// Of messages there are so many, all of them whole, and nothing else but their index.
    fn holds_only(&self, messages: usize) {
        let mut names = names(&self.said());
        // A disk that refused is asked now and then.
        names.retain(|name| name != "probe.tmp");
        let whole = names.iter().filter(|name| name.ends_with(".wav")).count();
        assert_eq!((whole, names.len()), (messages, messages + 1), "{names:?}");
        let index = fs::read_to_string(self.said().join("index.jsonl")).expect("an index");
        for line in index.lines() {
            serde_json::from_str::<Value>(line).expect("a whole line");
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("listed").file_name().to_string_lossy().into()).collect()
}

/// Waits for something that comes soon.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let soon = (0..1_000).any(|_| {
        let so = is_so();
        if !so {
            park_timeout(Duration::from_millis(20));
        }
        so
    });
    assert!(soon, "not in 20 s: {what}");
}

/// Fills a file system to the last page; removing the file makes room again.
fn fill(small: &Small) -> PathBuf {
    let path = small.0.path().join("ballast");
    let mut file = File::options().append(true).create(true).open(&path).expect("opens");
    let full = file.write_all(&vec![1; 4 << 20]).expect_err("there is no such room");
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    path
}

#[test]
fn messages_and_records_on_a_disk_that_is_full_for_a_while() {
    let Some(mut rig) = Rig::start() else { return };
    let first = fill(&rig.records);
    let mut caller = rig.caller();
    rig.tapes();
    let second = fill(&rig.messages);
    rig.node.logs(UNKEPT);
    caller.is_hung_up_on();
    rig.node.logs(UNWRITTEN);
    // What the first one had taken is free again; the next one finds no room from the beginning.
    fill(&rig.messages);
    let mut caller = rig.caller();
    rig.node.logs(UNKEPT);
    caller.is_hung_up_on();
    rig.lacks(&["records", "recordings"]);
    assert_eq!((rig.causes(), rig.tickets()), (vec![], vec![]));
    rig.holds_only(0);
    fs::remove_file(first).expect("removed");
    fs::remove_file(second).expect("removed");
    rig.node.logs("What calls leave behind is written again.");
    rig.takes_a_message(1);
    rig.is_well();
    rig.node.signal("TERM");
    assert_eq!(rig.node.ends(), Some(0));
    assert_eq!(rig.causes().len(), 3, "{:?}", rig.causes());
    rig.holds_only(1);
}

#[test]
fn messages_on_a_disk_that_may_only_be_read() {
    let Some(mut rig) = Rig::start() else { return };
    let mounted = |how: &str| {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{how}")]).arg(rig.messages.0.path());
        assert!(mount.status().is_ok_and(|status| status.success()), "{how}");
    };
    mounted("ro");
    let mut caller = rig.caller();
    caller.is_hung_up_on();
    mounted("rw");
    let told = rig.node.logs(UNKEPT);
    assert!(told["error"].as_str().is_some_and(|why| why.contains("Read-only")), "{told}");
    rig.takes_a_message(1);
    rig.is_well();
    rig.node.signal("TERM");
    assert_eq!(rig.node.ends(), Some(0));
    assert_eq!(rig.causes().len(), 2);
    rig.holds_only(1);
}

#[test]
fn records_that_never_came_to_the_disk_come_from_the_store_at_the_next_start() {
    let Some(mut rig) = Rig::start() else { return };
    let ballast = fill(&rig.records);
    rig.takes_a_message(1);
    rig.node.logs(UNWRITTEN);
    let ended = || {
        let reader = SqliteReader::open(&rig.node.path("sambung.db")).expect("opens");
        let entries = reader.entries(Position::default(), &Filter::default(), MAX_PAGE);
        let entries = entries.expect("reads");
        let end = entries.iter().find(|entry| entry.row.fact.kind() == "call_ended");
        let call = end.and_then(|entry| entry.row.fact.contact());
        call.is_some_and(|call| !reader.records(call).expect("reads").is_empty())
    };
    until("the store has the record", ended);
    assert_eq!(rig.causes(), Vec::<String>::new());
    fs::remove_file(ballast).expect("removed");
    let Rig { node, client, messages, records } = rig;
    // Killed before the next try, or right behind it: either way there is one record.
    let node = node.dies_and_comes_back();
    let mut rig = Rig { node, client, messages, records };
    assert_eq!(rig.causes(), ["normal"]);
    rig.holds_only(1);
    rig.node.signal("TERM");
    assert_eq!(rig.node.ends(), Some(0));
    assert_eq!(rig.causes(), ["normal"]);
}
