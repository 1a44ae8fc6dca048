//! The store's disk is full, or slow, while the node runs: calls go on, nobody is offered to an agent, it is told where
//! people look, and afterwards nothing is missing.

use std::fs;
use std::io::Write as _;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use sambung::history::{Entry, Filter, MAX_PAGE, Position};
use sambung::runtime::Clock;
use sambung::storage::SqliteReader;
use sambung::time::{Duration, Instant};
use tempfile::TempDir;

use super::client::Client;
use super::node::Node;
use super::phone::Phone;

const LINE: &str = "
sambung: 1
flow: patient
language: en
start: line
nodes:
  line:
    queue: service
    max_wait: 10m
    full: bye
    closed: bye
    unstaffed: bye
    too_long: bye
  bye: { hangup: Goodbye now. }
queues: { service: { ring: { timeout: 20s } } }
";

/// A node, and an agent whose phone is a socket that says nothing.
struct Rig {
    node: Node,
    store: PathBuf,
    agent: UdpSocket,
    client: Client,
}

impl Rig {
    fn start(store: &Path) -> Self {
        let agent = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let at = agent.local_addr().expect("bound");
        let settings = format!(
            "store: \"{}\"\ncontrol: {{ listen: \"127.0.0.1:0\" }}\n\
             agents: {{ budi: {{ address: \"sip:budi@{at}\", queues: [service] }} }}",
            store.display()
        );
        let node = Node::start(&settings, LINE);
        let client = Client::new(&node.ready()["control"], None);
        Self { node, store: store.to_owned(), agent, client }
    }

    /// Whether the agent's phone is asked to ring before a moment.
    fn is_rung(&self, clock: Clock, until: Instant) -> bool {
        let mut buffer = [0; 4_096];
        loop {
            let left = until.since(clock.now());
            if left.is_zero() {
                return false;
            }
            self.agent.set_read_timeout(Some(left.to_std())).expect("a socket takes a limit");
            if let Ok(count) = self.agent.recv(&mut buffer)
                && buffer[..count].starts_with(b"INVITE ")
            {
                return true;
            }
        }
    }

    fn caller(&self) -> Phone {
        let mut caller = Phone::calls(self.node.sip(), "100");
        caller.is_answered();
        caller.hears_something();
        caller
    }

    /// Calls come while the disk does nothing for `span`; then `mend` is called, and all is as if nothing had been.
    fn lives_through(mut self, span: Duration, mend: impl FnOnce()) {
        let clock = Clock::new();
        let mended = clock.now() + span;
        let mut first = self.caller();
        self.node.logs("The history cannot be written");
        assert_eq!(self.client.get("/v1/health").json()["storage"], "offline");
        let figures = self.client.get("/metrics").body;
        assert!(figures.contains("\nsambung_store_offline 1"), "{figures}");
        let mut second = self.caller();
        assert!(
            !self.is_rung(clock, mended),
            "nobody is rung for an offer that is not on the disk"
        );
        first.hears_something();
        mend();
        self.node.logs("The history is written again.");
        assert!(self.is_rung(clock, clock.now() + Duration::from_secs(20)), "the line goes on");
        assert_eq!(self.client.get("/v1/health").json()["storage"], "ok");
        second.hangs_up();
        first.hangs_up();
        self.node.signal("TERM");
        assert_eq!(self.node.ends(), Some(0));
        self.has_everything(2);
    }

    /// Each call has its beginning, its line, its end and its record in the history, and the history is sound.
    fn has_everything(&self, calls: usize) {
        let reader = SqliteReader::open(&self.store).expect("opens");
        let checked = reader.check().expect("reads");
        assert_eq!(checked.faults, Vec::<String>::new());
        let entries =
            reader.entries(Position::default(), &Filter::default(), MAX_PAGE).expect("reads");
        for kind in ["call_began", "enqueued", "left", "call_ended"] {
            let of: Vec<&Entry> =
                entries.iter().filter(|entry| entry.row.fact.kind() == kind).collect();
            assert_eq!(of.len(), calls, "{kind}");
            for entry in of {
                let contact = entry.row.fact.contact().expect("a contact");
                assert!(!reader.records(contact).expect("reads").is_empty(), "{contact}");
            }
        }
        assert_eq!(entries.last().map(|entry| entry.row.fact.kind()), Some("node_stopped"));
        assert_eq!(self.node.records().len(), calls);
    }
}

#[test]
fn a_store_that_somebody_holds_for_five_seconds() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("sambung.db");
    let rig = Rig::start(&store);
    let holder = Connection::open(&store).expect("opens");
    holder.busy_timeout(Duration::from_secs(5).to_std()).expect("set");
    holder.execute_batch("BEGIN IMMEDIATE").expect("holds it");
    rig.lives_through(Duration::from_secs(5), || drop(holder));
}

/// A file system of 2 MB in memory, as long as it lives.
pub(crate) struct Small(pub(crate) TempDir);

impl Small {
    /// `None` where this process may not mount anything, which it says past the test runner's capture.
    pub(crate) fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|done| done.status.success());
        if !mounted {
            writeln!(
                std::io::stderr(),
                "SKIPPED: this process may not mount a tmpfs, so no disk refuses here"
            )
            .expect("stderr takes a line");
        }
        mounted.then_some(Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "it stays mounted");
    }
}

#[test]
fn a_disk_that_is_full_in_the_middle_of_calls() {
    let Some(small) = Small::mount() else { return };
    let rig = Rig::start(&small.0.path().join("sambung.db"));
    let ballast = small.0.path().join("ballast");
    let full = fs::write(&ballast, vec![1; 4 << 20]).expect_err("there is no such room");
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    rig.lives_through(Duration::from_secs(3), || fs::remove_file(ballast).expect("removed"));
}
