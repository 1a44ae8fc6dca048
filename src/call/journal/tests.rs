//! Journals written and read back, and lines that are none.

use super::*;
use crate::call::Failure;

fn journal() -> CallJournal {
    let entry = |at: u64, event| JournalEntry { at: Duration::from_millis(at), event };
    let key = |c: char| JournalEvent::Key { key: Symbol::from_char(c).expect("a key") };
    let sari = || AgentId::from("sari");
    CallJournal {
        v: JOURNAL_VERSION,
        call: CallId::new(1_772_593_200_123, 7),
        flow: "toko".into(),
        flow_hash: "0123456789abcdef".into(),
        called: "100".into(),
        caller: Some("***678".into()),
        named: true,
        asserted: true,
        trunk: Some("telkom".into()),
        diverted_from: Some("***199".into()),
        dtmf: true,
        adapter: "sip".into(),
        started: Wall::from_unix_micros(1_772_593_200_123_456),
        events: vec![
            entry(0, JournalEvent::Answered),
            entry(0, JournalEvent::Entered { node: "main".into() }),
            entry(0, JournalEvent::Asked { node: "main".into() }),
            entry(
                0,
                JournalEvent::Heard {
                    prompts: vec![JournalPrompt {
                        language: "id".into(),
                        prompt: "std/bye".into(),
                    }],
                },
            ),
            entry(900, JournalEvent::Silent),
            entry(1_000, key('#')),
            entry(1_100, JournalEvent::Said { words: 2, phrase: Some("my order".into()) }),
            entry(1_200, JournalEvent::Requested { what: "orders.find".into() }),
            entry(1_300, JournalEvent::Replied(Reply::Answered(serde_json::json!({ "total": 5 })))),
            entry(1_300, JournalEvent::Replied(Reply::NotFound)),
            entry(1_300, JournalEvent::Replied(Reply::Failed(Failure::BadShape))),
            entry(1_300, JournalEvent::Replied(Reply::Kept("K-7".into()))),
            entry(1_400, JournalEvent::Left { node: "main".into(), outcome: "1".into() }),
            entry(1_500, JournalEvent::Taped),
            entry(
                1_900,
                JournalEvent::Recorded {
                    end: RecordingEnd::Key,
                    lasted: Duration::from_micros(399_999),
                },
            ),
            entry(2_000, JournalEvent::Enqueued { queue: "service".into() }),
            entry(2_000, JournalEvent::Queue(JournalQueue::Entered { position: 2 })),
            entry(2_000, JournalEvent::Queue(JournalQueue::Offered { agent: sari() })),
            entry(
                2_100,
                JournalEvent::Queue(JournalQueue::OfferEnded {
                    agent: sari(),
                    result: "busy".into(),
                }),
            ),
            entry(2_200, JournalEvent::Other(JournalOther::Failed(HangupCause::Busy))),
            entry(2_300, JournalEvent::Other(JournalOther::Ended)),
            entry(2_350, JournalEvent::Other(JournalOther::Lost)),
            entry(2_400, JournalEvent::Closed { cause: HangupCause::Shutdown }),
            entry(2_500, JournalEvent::Ended { by: EndedBy::Caller, cause: HangupCause::Normal }),
        ],
        left_out: 0,
    }
}

#[test]
fn what_is_written_is_read_back() {
    let journal = journal();
    let line = journal.line().expect("writes");
    assert!(!line.contains('\n'), "one line");
    assert_eq!(CallJournal::read(&line).expect("reads"), journal);
    for part in [
        r#""v":1,"#,
        r#""started":"2026-03-04T03:00:00.123456Z""#,
        r##"{"at_us":1000000,"is":{"key":{"key":"#"}}}"##,
        r#"{"heard":{"prompts":["id/std/bye"]}}"#,
        r#"{"replied":{"failed":"bad_shape"}}"#,
        r#"{"other":{"failed":"busy"}}"#,
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

#[test]
fn what_is_no_journal_is_refused_with_the_reason() {
    let line = journal().line().expect("writes");
    for (from, to, reason) in [
        (r#""v":1"#, r#""v":2"#, "a journal of version 2"),
        (r#""v":1"#, r#""v":2,"new":true"#, "a journal of version 2"),
        (r#""dtmf":true"#, r#""dtmf":true,"more":1"#, "unknown field `more`"),
        (r#""dtmf":true,"#, "", "missing field `dtmf`"),
        (r##""key":"#""##, r#""key":"x""#, "`x` is no telephone key"),
        (r#""id/std/bye""#, r#""bye""#, "`bye` is no prompt in a language"),
        ("2026-03-04T", "2026-02-30T", "is no time in UTC"),
        (r#""at_us":900000"#, r#""at_us":5000000"#, "event 6 comes before the one above it"),
        ("}", "", "no journal of a call"),
    ] {
        let broken = line.replacen(from, to, 1);
        let error = CallJournal::read(&broken).expect_err(from).to_string();
        assert!(error.contains(reason), "{from} -> {to}: {error}");
    }
}
