//! `sambung data` as its users run it: a caller is handed out, forgotten, and what is old let go.

use std::fs;
use std::path::PathBuf;

use sambung::call::{CallId, RecordingId};
use sambung::history::{Fact, Private, Retention, Row, Store as _, Write};
use sambung::storage::{Durability, SqliteStore};
use sambung::time::Wall;

use crate::sambung;

struct Rig {
    folder: tempfile::TempDir,
}

impl Rig {
    /// A project whose store knows one caller, with a ticket and a recording.
    fn new() -> Self {
        let rig = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::write(rig.path("sambung.yaml"), "sambung: 1\n").expect("written");
        fs::create_dir(rig.path("recordings")).expect("made");
        fs::write(rig.path("recordings/rec-1.wav"), "RIFF").expect("written");
        let mut store = rig.store();
        let at = Wall::from_unix_micros(1_000_000);
        store.begin("1.0.0", at).expect("begins");
        let (contact, caller) = (CallId::new(1, 1), store.secret().key("+6281234567890"));
        let facts = [
            Fact::CallBegan {
                contact,
                caller,
                called: "1500".into(),
                trunk: None,
                flow: None,
                flow_hash: None,
            },
            Fact::TicketOpened {
                ticket: 0,
                contact,
                sort: "complaint".into(),
                language: "id".into(),
                owner: None,
                due: None,
                recording: Some("rec-1".into()),
                caller: None,
            },
            Fact::RecordingKept {
                recording: RecordingId::from("rec-1"),
                contact,
                lasted_us: 7,
                class: Retention::Voicemail,
            },
        ];
        let private = Private([("number".into(), "+6281234567890".into())].into());
        let row = |fact| Write::Row(Box::new(Row::new(at, fact).with(private.clone())));
        let mut batch: Vec<Write> = facts.into_iter().map(row).collect();
        batch.push(Write::Record { call: contact, ended: at, record: "{\"v\":1}".into() });
        store.commit(&batch).expect("keeps");
        // A message that died with its process, somebody else's, and the file of call records.
        let other = CallId::new(2, 2);
        for name in [format!("{contact}-1.wav.part"), format!("{other}-1.wav")] {
            fs::write(rig.path(&format!("recordings/{name}")), "RIFF").expect("written");
        }
        let record = |call: CallId, ended: &str| {
            format!("{{\"v\":1,\"call\":\"{call}\",\"caller\":\"***890\",\"ended\":\"{ended}\"}}\n")
        };
        let records =
            record(contact, "2020-01-01T00:00:00Z") + &record(other, "2099-01-01T00:00:00Z");
        fs::write(rig.path("records.jsonl"), records).expect("written");
        rig
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(&self.path("sambung.db"), Durability::Normal).expect("opens")
    }

    /// Exit code, standard output and standard error.
    fn data(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let config = self.path("sambung.yaml");
        let config = config.to_str().expect("plain");
        let done = sambung(&[&["data", "--config", config][..], arguments].concat(), "");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (done.status.code(), text(&done.stdout), text(&done.stderr))
    }
}

#[test]
fn a_caller_is_handed_out_and_then_forgotten_for_good() {
    let rig = Rig::new();
    let (code, out, err) = rig.data(&["export", "+62 812-3456-7890", "--by", "dewi"]);
    assert_eq!(code, Some(0), "{err}");
    let known: serde_json::Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(known["contacts"].as_array().map(Vec::len), Some(1));
    assert_eq!(known["history"][0]["private"]["number"], "+6281234567890");
    assert_eq!(known["records"][0]["record"]["v"], 1);
    assert_eq!(known["recordings"][0]["there"], true);

    let (code, out, err) = rig.data(&["erase", "+6281234567890"]);
    assert_eq!((code, &*out), (Some(2), ""), "{err}");
    assert!(err.contains("***890: 1 contacts and 2 recordings would be forgotten"), "{err}");
    assert!(rig.path("recordings/rec-1.wav").exists());

    let (code, out, err) = rig.data(&["erase", "+6281234567890", "--yes", "--by", "dewi"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(out, "***890: 1 contacts and 2 recordings are forgotten.\n");
    assert!(!rig.path("recordings/rec-1.wav").exists());
    let files = fs::read_dir(rig.path("recordings")).expect("lists").count();
    assert_eq!(files, 1, "somebody else's stays");
    let records = fs::read_to_string(rig.path("records.jsonl")).expect("readable");
    assert!(records.lines().count() == 1 && records.contains("2099"), "{records}");
    let (_, out, _) = rig.data(&["export", "+6281234567890"]);
    let known: serde_json::Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(known["contacts"], serde_json::json!([]), "{out}");
    for entry in fs::read_dir(rig.folder.path()).expect("lists") {
        let path = entry.expect("lists").path();
        let bytes = fs::read(&path).unwrap_or_default();
        assert!(!bytes.windows(8).any(|part| part == b"81234567"), "{}", path.display());
    }
    let (code, out, _) = rig.data(&["check"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains(" 0 faults"), "{out}");
}

#[test]
fn what_is_old_is_let_go_and_the_store_stays_sound() {
    let rig = Rig::new();
    let (code, out, err) = rig.data(&["expire"]);
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    // The call died with its process, and its ticket is open: what belongs to them stays.
    let wanted = [
        ["recordings", "0"],
        ["voicemail", "1"],
        ["private", "0"],
        ["tickets", "0"],
        ["records", "1"],
        ["history", "1"],
    ];
    assert_eq!(lines, wanted);
    assert!(!rig.path("recordings/rec-1.wav").exists());
    let records = fs::read_to_string(rig.path("records.jsonl")).expect("readable");
    assert!(records.lines().count() == 1 && records.contains("2099"), "{records}");
    let (code, out, _) = rig.data(&["check"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("(its beginning was let go)"), "{out}");
}

#[test]
fn a_store_in_use_and_one_that_is_not_there_are_told() {
    let rig = Rig::new();
    let taken = rig.store();
    let (code, _, err) = rig.data(&["erase", "+62811", "--yes"]);
    assert_eq!(code, Some(3));
    assert!(
        err.contains("another process has it open") && err.contains("help: the node runs"),
        "{err}"
    );
    let (code, out, _) = rig.data(&["check"]);
    assert_eq!(code, Some(0), "a look needs nothing for itself: {out}");
    drop(taken);
    let (code, _, err) = rig.data(&["export", "anonymous"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("`anonymous` holds no digits"), "{err}");
    fs::remove_file(rig.path("sambung.db")).expect("removed");
    let (code, _, err) = rig.data(&["export", "+62811"]);
    assert_eq!(code, Some(3));
    assert!(err.contains("there is no store at"), "{err}");
}

#[test]
fn files_of_before_are_taken_in_and_told_of_until_they_are_gone() {
    let rig = Rig::new();
    let ticket = r#"{"v":1,"number":"1007","made":"2026-03-04T03:00:00Z","call":"0195614c-0000-7000-8000-000000000001","kind":"complaint","language":"id","due":null,"recording":null,"with":{"phone":"+62811222333"}}"#;
    fs::write(rig.path("tickets.jsonl"), format!("{ticket}\n")).expect("written");
    let (code, out, err) = rig.data(&["export", "+62811222333"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("\"ticket\": 1007"), "{out}");
    let (code, out, err) = rig.data(&["erase", "+62811222333", "--yes"]);
    assert_eq!(code, Some(1), "{err}");
    assert!(out.contains("1 contacts") && err.contains("tickets.jsonl.imported"), "{out}{err}");
    fs::remove_file(rig.path("tickets.jsonl.imported")).expect("deleted");
    let (code, _, err) = rig.data(&["erase", "+62811222333", "--yes"]);
    assert_eq!(code, Some(0), "{err}");
}
