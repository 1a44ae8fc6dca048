//! A process that died in the middle of a message, and one that died right after a call's end.

use std::fs;

use super::*;
use crate::history::{
    Fault, Medium, MemoryStore, Message, Outcome, Private, Retention, Standing, Verdict, Write,
};
use crate::media::{WAV_HEAD, wav_head};

const CALL: CallId = CallId::new(7, 7);
const NOON: Wall = Wall::from_unix_micros(1_772_600_400_000_000);
const HOUR: Duration = Duration::from_mins(60);

fn recording() -> RecordingId {
    RecordingId::new(format!("{CALL}-1"))
}

/// The rows of a caller who waits no longer and speaks.
fn speaking() -> Vec<Row> {
    let caller = MemoryStore::default().secret().key("+62811");
    let called = "700".into();
    let began =
        Fact::CallBegan { contact: CALL, caller, called, trunk: None, flow: None, flow_hash: None };
    let enqueued = Fact::Enqueued {
        contact: CALL,
        queue: "service".into(),
        medium: Medium::Voice,
        priority: 5,
        order: NOON,
        skills: Vec::new(),
        again: false,
    };
    let how = crate::history::Exit::Voicemail;
    let left = Fact::Left { contact: CALL, queue: "service".into(), how, key: None };
    let message =
        Message { sort: "voicemail".into(), language: "id".into(), due_us: Some(HOUR.as_micros()) };
    let speaks =
        Fact::RecordingBegan { recording: recording(), contact: CALL, message: Some(message) };
    let said = Private([("phone".into(), "+62811".into())].into());
    let rows = [began, enqueued, left].map(|fact| Row::new(NOON, fact));
    rows.into_iter().chain([Row::new(NOON, speaks).with(said)]).collect()
}

/// A store that a process left with these rows.
fn store(rows: &[Row]) -> MemoryStore {
    let mut store = MemoryStore::default();
    store.begin("1", NOON).expect("begins");
    let writes: Vec<_> = rows.iter().map(|row| Write::Row(Box::new(row.clone()))).collect();
    let receipts = store.commit(&writes).expect("keeps");
    assert!(receipts.iter().all(|receipt| receipt.verdict == Verdict::Applied));
    store
}

/// A folder with so many samples of the recording, of which its head knows nothing yet.
fn folder(samples: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = wav_head(0).to_vec();
    bytes.resize(WAV_HEAD + samples as usize * 2, 1);
    fs::write(folder.path().join(format!("{}.wav.part", recording())), bytes).expect("written");
    folder
}

fn look(store: &MemoryStore, told: &Told, folder: &Path) -> Found {
    let standing: Standing = store.standing().expect("readable");
    found(store, &standing.calls, told, folder, NOON.after(HOUR)).expect("found")
}

fn kept() -> Fact {
    let (recording, class) = (recording(), Retention::Recordings);
    Fact::RecordingKept { recording, contact: CALL, lasted_us: 3_000_000, class }
}

fn kinds(rows: &[Row]) -> Vec<&'static str> {
    rows.iter().map(|row| row.fact.kind()).collect()
}

#[test]
fn a_message_that_was_cut_off_becomes_a_ticket_once_however_often_the_start_fails() {
    let (mut store, folder) = (store(&speaking()), folder(24_000));
    let told = Told::default();
    for fault in [Some(Fault::Refused), Some(Fault::Unheard), None, None] {
        let found = look(&store, &told, folder.path());
        if let Some(fault) = fault {
            store.plant(store.writes() + 1, fault);
        }
        let begun = store.take_over("1", NOON.after(HOUR), &found);
        assert_eq!(begun.is_err(), fault.is_some());
    }
    let facts: Vec<&Fact> = store.all().iter().map(|entry| &entry.row.fact).collect();
    assert_eq!(facts.iter().filter(|fact| ***fact == kept()).count(), 1);
    let standing = store.standing().expect("readable");
    assert_eq!(standing.tickets.len(), 1, "{:?}", standing.tickets);
    let ticket = &standing.tickets[&1_001];
    assert_eq!(ticket.due, Some(NOON.after(HOUR).after(HOUR)), "from when it is opened");
    assert_eq!(ticket.opened.private.as_ref().expect("said").0["phone"], "+62811".into());
    let Fact::TicketOpened { contact: CALL, sort, recording: Some(which), .. } =
        &ticket.opened.fact
    else {
        panic!("{ticket:?}")
    };
    assert_eq!((&**sort, which), ("voicemail", &recording()));
    let caller = store.secret().key("+62811").expect("a number");
    assert_eq!(store.known(&caller).expect("readable").recordings, [recording()], "theirs");
}

#[test]
fn what_was_told_already_is_not_told_again() {
    let ticket = |ticket| {
        let rows = finished(&speaking()[3], None, NOON);
        let Fact::TicketOpened { .. } = &rows[0].fact else { panic!("{rows:?}") };
        assert_eq!(rows.len(), ticket);
        rows[0].clone()
    };
    let lost = Fact::RecordingLost { recording: recording(), contact: CALL };
    for (more, samples, left) in [
        (vec![], 0, &[][..]),
        (vec![], 1, &["recording_kept", "ticket_opened"]),
        (vec![Row::new(NOON, kept())], 24_000, &["ticket_opened"]),
        (vec![Row::new(NOON, kept()), ticket(1)], 24_000, &[]),
        (vec![Row::new(NOON, lost)], 24_000, &[]),
    ] {
        let rows = [speaking(), more].concat();
        let found = look(&store(&rows), &Told::default(), folder(samples).path());
        assert_eq!(kinds(&found.rows), left, "{rows:?}");
    }
}

#[test]
fn a_call_ends_as_its_record_says() {
    let folder = folder(24_000);
    let line = |cause: &str, by: &str, steps: &str| {
        format!(
            r#"{{"v":1,"call":"{CALL}","answered":"2026-03-04T05:00:00Z","ended":"2026-03-04T05:00:09Z","notes":{{}},"steps":[{steps}],"cause":"{cause}","ended_by":"{by}"}}"#
        )
    };
    let goodbye = r#"{"node":"bye","verb":"hangup","outcome":"done","at_ms":9}"#;
    for (text, end) in [
        (String::new(), None),
        ("{\"v\":1,\"call\":\"0".to_owned(), None),
        (line("normal", "system", goodbye), Some((Outcome::ToHuman, HangupCause::Normal))),
        (line("normal", "caller", ""), Some((Outcome::ToHuman, HangupCause::Normal))),
    ] {
        let records = folder.path().join("records.jsonl");
        fs::write(&records, format!("half a line\n{text}\n")).expect("written");
        let told = Told::read(&records);
        let mut store = store(&speaking());
        let found = look(&store, &told, folder.path());
        let wanted = if end.is_some() { 1 } else { 2 };
        assert_eq!(found.rows.len(), wanted, "a flow that came to its end opened its tickets");
        store.take_over("1", NOON.after(HOUR), &found).expect("begins");
        let ends = store.all().iter().filter_map(|entry| match entry.row.fact {
            Fact::CallEnded { outcome, cause, .. } => Some((outcome, cause)),
            _ => None,
        });
        let interrupted = (Outcome::ToHuman, HangupCause::Interrupted);
        assert_eq!(ends.collect::<Vec<_>>(), [end.unwrap_or(interrupted)], "{text}");
        assert!(look(&store, &told, folder.path()) == Found::default(), "nothing is left");
    }
}
