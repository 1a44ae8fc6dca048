//! `sambung explain-call`: why a caller heard what they heard.

use std::fs;
use std::path::PathBuf;

use sambung::call::{
    CallId, CallJournal, EndedBy, Failure, HangupCause, JournalEntry, JournalEvent, Reply, Symbol,
};
use sambung::time::{Duration, Wall};

use super::{sambung, without_lines};

/// 4 March 2026, a Wednesday, ten in the morning in Jakarta.
const STARTED: &str = "2026-03-04T03:00:00.000000Z";

/// A call that chose Indonesian, pressed a wrong key, asked for an order and found the service down.
fn journal() -> CallJournal {
    let mut events = vec![(1_000, JournalEvent::Answered)];
    let mut press = |at_ms: u64, key: char| {
        let key = Symbol::from_char(key).expect("a key");
        events.push((at_ms, JournalEvent::Key { key }));
    };
    press(5_000, '1');
    press(16_000, '7');
    press(23_000, '2');
    for (nth, key) in (0_u64..).zip("123456#".chars()) {
        press(30_000 + nth * 400, key);
    }
    events.push((33_500, JournalEvent::Replied(Reply::Failed(Failure::Timeout))));
    let hung_up = JournalEvent::Ended { by: EndedBy::Caller, cause: HangupCause::Normal };
    events.push((60_000, hung_up));
    let entry = |(at, event)| JournalEntry { at: Duration::from_millis(at), event };
    CallJournal {
        v: 1,
        call: CallId::new(1_772_593_200_000, 7),
        flow: "toko".into(),
        flow_hash: "0123456789abcdef".into(),
        called: "100".into(),
        caller: Some("***111".into()),
        named: false,
        asserted: false,
        trunk: None,
        diverted_from: None,
        dtmf: true,
        adapter: "sip".into(),
        started: Wall::parse_rfc3339(STARTED).expect("a time"),
        events: events.into_iter().map(entry).collect(),
        left_out: 0,
    }
}

/// A file with these lines.
struct Log {
    folder: tempfile::TempDir,
}

impl Log {
    fn new(lines: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("calls.jsonl"), lines.join("\n")).expect("written");
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("calls.jsonl")
    }

    /// What is told, and the exit code; the hash of the flow changes with every word of it.
    fn explain(&self, more: &[&str]) -> (i32, String) {
        let path = self.path().to_string_lossy().into_owned();
        let mut arguments = vec!["explain-call", &*path];
        arguments.extend(more);
        let output = sambung(&arguments, "");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        let said = said.replace(&*self.folder.path().to_string_lossy(), "FOLDER");
        let shown = said.lines().map(|line| match line.split_once("another version (") {
            Some((before, after)) => {
                let (_, rest) = after.split_once(')').expect("it ends");
                format!("{before}another version (…){rest}\n")
            }
            None => format!("{line}\n"),
        });
        let shown: String = shown.collect();
        (output.status.code().expect("it ended"), without_lines(&shown))
    }
}

fn line(journal: &CallJournal) -> String {
    journal.line().expect("it can be written")
}

#[test]
fn a_whole_call_is_told_with_the_reason_of_each_step() {
    let (code, said) = Log::new(&[line(&journal())]).explain(&[]);
    assert_eq!(code, 0, "{said}");
    insta::assert_snapshot!(said);
}

#[test]
fn a_moment_is_told_with_what_every_other_key_would_have_done() {
    let log = Log::new(&[line(&journal())]);
    let (code, menu) = log.explain(&["--at", "20s"]);
    assert_eq!(code, 0, "{menu}");
    insta::assert_snapshot!("moment_in_a_menu", menu);
    let (code, entry) = log.explain(&["--at", "31.0"]);
    assert_eq!(code, 0, "{entry}");
    insta::assert_snapshot!("moment_in_an_entry", entry);
    let (code, line) = log.explain(&["--at", "40"]);
    assert_eq!(code, 0, "{line}");
    assert!(line.contains("in `agent` (queue)") && line.contains("`order_no` = ***456"), "{line}");
}

#[test]
fn of_several_calls_one_is_named() {
    let mut other = journal();
    other.call = CallId::new(1_772_593_200_000, 8);
    let log = Log::new(&[line(&journal()), line(&other)]);
    let (code, said) = log.explain(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("name one with `--call`"), "{said}");
    let (code, said) = log.explain(&["--call", "0008", "--at", "4s"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("0008 of 2026"), "{said}");
    let (code, said) = log.explain(&["--call", "nobody"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("find the call `nobody`"), "{said}");
    let (code, said) = log.explain(&["--call", "0008", "--at", "61s"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("it ended at 60.000 s"), "{said}");
}

#[test]
fn a_record_is_told_as_far_as_it_goes() {
    let record = concat!(
        r#"{"v":1,"call":"0189-1","caller":"***111","called":"100","flow":"toko","started":"2026-03-04T03:00:00.000Z","#,
        r#""ended":"2026-03-04T03:01:00.000Z","steps":[{"node":"welcome","verb":"say","outcome":"next","at_ms":1000},"#,
        r#"{"node":"main","verb":"menu","outcome":"2","at_ms":3000,"keys":"2"},"#,
        r#"{"node":"order_ask","verb":"collect","outcome":"failed","reason":"no_input","at_ms":9000},"#,
        r#"{"node":"agent","verb":"queue","outcome":null,"at_ms":30000}],"cause":"normal","ended_by":"caller"}"#
    );
    let (code, said) = Log::new(&[record.to_owned()]).explain(&[]);
    assert_eq!(code, 0, "{said}");
    insta::assert_snapshot!(said);
}

#[test]
fn what_cannot_be_read_is_said() {
    let (code, said) = Log::new(&["{}".to_owned()]).explain(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("calls.jsonl:1: no journal of a call"), "{said}");
    let (code, said) = Log::new(&[]).explain(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("the file is empty"), "{said}");
    let mut other = journal();
    other.flow = "nothing".into();
    let (code, said) = Log::new(&[line(&other)]).explain(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("find the flow `nothing` in flows"), "{said}");
}
