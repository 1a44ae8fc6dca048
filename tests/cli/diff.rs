//! `sambung diff`: what changes for callers, and how many calls of the past it touches.

use std::fs;
use std::path::{Path, PathBuf};

use sambung::call::{CallId, CallJournal, JournalEntry, JournalEvent, JournalPrompt, Symbol};
use sambung::time::{Duration, Wall};

use super::{sambung, without_lines};

const SHOP: &str = include_str!("../../flows/toko.yaml");

/// A folder with the shop as it is and as it shall be.
struct Versions {
    folder: tempfile::TempDir,
}

impl Versions {
    /// The shop with each first text replaced by the second one.
    fn new(edits: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut new = SHOP.to_owned();
        for (from, to) in edits {
            assert!(new.contains(from), "the shop has no `{from}`");
            new = new.replace(from, to);
        }
        for (name, text) in [("old.yaml", SHOP), ("new.yaml", &*new)] {
            fs::write(folder.path().join(name), text).expect("the flow is written");
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the comparison; gives its exit code and what it wrote, with short paths.
    fn diff(&self, more: &[&str]) -> (i32, String) {
        let (old, new) = (text(&self.path("old.yaml")), text(&self.path("new.yaml")));
        let mut arguments = vec!["diff", &*old, &*new];
        arguments.extend(more);
        let output = sambung(&arguments, "");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("text");
        let folder = format!("{}/", text(self.folder.path()));
        (output.status.code().expect("it ended"), without_lines(&said.replace(&folder, "")))
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The journal of a call that went from the menu to `to` by a key.
fn call_by(key: char, to: &str) -> String {
    let main = || "main".into();
    let events = [
        JournalEvent::Entered { node: main() },
        JournalEvent::Asked { node: main() },
        JournalEvent::Heard {
            prompts: vec![JournalPrompt { language: "id".into(), prompt: "main_menu".into() }],
        },
        JournalEvent::Key { key: Symbol::from_char(key).expect("a key") },
        JournalEvent::Left { node: main(), outcome: key.to_string().into() },
        JournalEvent::Entered { node: to.into() },
    ];
    let journal = CallJournal {
        v: 1,
        call: CallId::new(0, 0),
        flow: "toko".into(),
        flow_hash: "0123456789abcdef".into(),
        called: "100".into(),
        caller: None,
        named: false,
        asserted: false,
        trunk: None,
        diverted_from: None,
        dtmf: true,
        adapter: "sip".into(),
        started: Wall::from_unix_micros(0),
        events: events.map(|event| JournalEntry { at: Duration::ZERO, event }).to_vec(),
        left_out: 0,
    };
    format!("{}\n", journal.line().expect("it can be written"))
}

#[test]
fn changes_are_told_by_what_callers_notice_first() {
    let versions = Versions::new(&[
        (
            "      2: { goto: order_ask, words: { id: [status pesanan",
            "      4: { goto: order_ask, words: { id: [status pesanan",
        ),
        ("pesanan, tekan 2. Untuk keluhan", "pesanan, tekan 4. Untuk keluhan"),
        ("For your order, press 2. For a c", "For your order, press 4. For a c"),
        ("timeout: 5s ", "timeout: 7s "),
        ("order_other", "order_person"),
        ("08:00-17:00", "08:00-18:00"),
        ("max_wait: 8m", "max_wait: 5m"),
    ]);
    let (code, said) = versions.diff(&[]);
    assert_eq!(code, 1, "{said}");
    insta::assert_snapshot!(said);
}

#[test]
fn calls_of_the_past_are_counted() {
    let versions = Versions::new(&[
        ("      3: { goto: complain,  set", "      3: { goto: agent,     set"),
        ("as: { type: digits, min: 6", "as: { type: digits, min: 5"),
    ]);
    let calls = [
        call_by('1', "faq"),
        call_by('2', "order_ask"),
        call_by('3', "complain"),
        call_by('3', "complain"),
    ];
    let log = versions.path("calls.jsonl");
    fs::write(&log, calls.concat()).expect("the journals are written");
    let log = text(&log);
    let (code, said) = versions.diff(&["--journals", &log]);
    assert_eq!(code, 1, "{said}");
    insta::assert_snapshot!(said);
    let (_, json) = versions.diff(&["--journals", &log, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("one JSON object");
    assert_eq!(json["calls"]["untouched"], 1, "{json}");
    assert_eq!(json["changes"][0]["calls"], 2, "{json}");
    assert_eq!(json["changes"][0]["nodes"][0], "main", "{json}");
    assert_eq!(json["noticed"], 2, "{json}");
}

#[test]
fn no_change_is_no_finding_and_what_cannot_be_read_is_said() {
    let same = Versions::new(&[("start: welcome", "start: welcome   # the first words")]);
    assert_eq!(same.diff(&[]), (0, "no change for callers from old.yaml to new.yaml\n".to_owned()));
    let broken = Versions::new(&[("start: welcome", "start: welcom")]);
    let (code, said) = broken.diff(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("error: failed to compare new.yaml: it has errors"), "{said}");
    fs::remove_file(same.path("new.yaml")).expect("removed");
    let (code, said) = same.diff(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("error: failed to read new.yaml"), "{said}");
    fs::write(same.path("bad.jsonl"), "{}\n").expect("written");
    fs::write(same.path("new.yaml"), SHOP).expect("written");
    let (code, said) = same.diff(&["--journals", &text(&same.path("bad.jsonl"))]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("bad.jsonl:1: no journal of a call"), "{said}");
}
