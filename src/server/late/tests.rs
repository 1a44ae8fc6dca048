//! Records that the file lacks, those it cannot have any more, and those it has.

use std::fs;

use super::*;
use crate::call::AgentId;
use crate::history::{CallbackEnd, MemoryStore, Outcome, Retention, TryResult, Verdict, Write};

/// Calls 1 to 3, each 20 s after the one before, and 4, whose record the history lacks, at the end.
const ENDS: [(u64, &str); 4] = [
    (1, "2026-03-04T05:00:00.000Z"),
    (2, "2026-03-04T05:00:20.000Z"),
    (3, "2026-03-04T05:00:40.000Z"),
    (4, "2026-03-04T05:00:40.500Z"),
];
/// A wish to be called back and the ends of its tries.
const WISH: CallId = call(9);
const TRIES: [&str; 2] = ["2026-03-04T05:00:10.000Z", "2026-03-04T05:00:39.000Z"];

const fn call(number: u64) -> CallId {
    CallId::new(number, 0)
}

fn wall(text: &str) -> Wall {
    Wall::parse_rfc3339(text).expect("a time")
}

fn line(call: CallId, ended: &str) -> String {
    format!(r#"{{"v":1,"call":"{call}","ended":"{ended}"}}"#)
}

/// A store as the process before left it, having ended in order or not.
fn store(stopped: bool) -> MemoryStore {
    let mut store = MemoryStore::default();
    store.begin("1", wall("2026-03-04T04:00:00Z")).expect("begins");
    let mut writes = Vec::new();
    let mut row =
        |at: &str, fact| writes.push((wall(at), Write::Row(Box::new(Row::new(wall(at), fact)))));
    for (number, at) in ENDS {
        let (caller, called) = (None, "700".into());
        let contact = call(number);
        let (trunk, flow, flow_hash) = (None, None, None);
        row(at, Fact::CallBegan { contact, caller, called, trunk, flow, flow_hash });
        let (outcome, cause, by) = (Outcome::Resolved, HangupCause::Normal, EndedBy::Caller);
        let (language, topic) = (None, None);
        row(at, Fact::CallEnded { contact, outcome, cause, by, language, topic });
    }
    for (attempt, at) in (1..).zip(TRIES) {
        let (agent, result, again) = (None::<AgentId>, TryResult::Busy, None);
        row(at, Fact::CallbackTried { callback: 1, contact: WISH, attempt, agent, result, again });
    }
    row(TRIES[1], Fact::CallbackEnded { callback: 1, contact: WISH, how: CallbackEnd::Exhausted });
    if stopped {
        row(ENDS[3].1, Fact::NodeStopped {});
    }
    writes.sort_by_key(|(at, _)| *at);
    let mut writes: Vec<Write> = writes.into_iter().map(|(_, write)| write).collect();
    let ends = ENDS[..3].iter().map(|(number, at)| (call(*number), *at));
    for (call, at) in ends.chain(TRIES.map(|at| (WISH, at))) {
        writes.push(Write::Record { call, ended: wall(at), record: line(call, at).into() });
    }
    let receipts = store.commit(&writes).expect("keeps");
    assert!(receipts.iter().all(|receipt| receipt.verdict == Verdict::Applied));
    store
}

/// What is found to be lacking in a file of these lines: calls by number, and ends of tries.
fn lacks(stopped: bool, lines: &[&str]) -> (Vec<u64>, Vec<String>, Vec<u64>) {
    let folder = tempfile::tempdir().expect("a folder");
    let records = folder.path().join("records.jsonl");
    fs::write(&records, lines.join("\n") + "\n").expect("written");
    let store = store(stopped);
    let before = store.standing().expect("stands");
    let Late { kept, unkept } = late(&store, &before, &Told::read(&records)).expect("readable");
    let number = |of: CallId| (1..9).find(|number| call(*number) == of);
    let tries = kept.iter().filter(|kept| kept.call == WISH);
    (
        kept.iter().filter_map(|kept| number(kept.call)).collect(),
        tries.map(|kept| kept.record["ended"].as_str().expect("a time").to_owned()).collect(),
        unkept.iter().filter_map(|record| number(record.call)).collect(),
    )
}

#[test]
fn what_the_file_should_have_is_added() {
    let first = line(call(1), ENDS[0].1);
    let tries = TRIES.map(str::to_owned).to_vec();
    assert_eq!(lacks(false, &[&first]), (vec![2, 3], tries, vec![4]));
    let more = [first, line(WISH, TRIES[0]), line(call(3), ENDS[2].1), line(call(4), ENDS[3].1)];
    let more = more.each_ref().map(String::as_str);
    assert_eq!(lacks(false, &more), (vec![2], vec![TRIES[1].to_owned()], vec![]));
}

#[test]
fn what_went_with_a_file_that_was_moved_away_is_not_written_again() {
    let last = line(call(4), ENDS[3].1);
    assert_eq!(lacks(true, &[]), (vec![], vec![], vec![]), "it ended in order");
    assert_eq!(lacks(true, &[&last]), (vec![], vec![], vec![]), "all since then is there");
    let newest = (vec![3], vec![TRIES[1].to_owned()], vec![4]);
    assert_eq!(lacks(false, &[]), newest, "the last seconds alone");
    let known = (vec![3], vec![TRIES[1].to_owned()], vec![]);
    assert_eq!(lacks(false, &[&last]), known);
}

#[test]
fn a_record_that_was_let_go_of_is_not_made_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let records = folder.path().join("records.jsonl");
    let old = line(call(0), "2026-03-04T04:30:00.000Z");
    fs::write(&records, old + "\n").expect("written");
    let mut store = store(true);
    let before = store.standing().expect("stands");
    let (limit, now) = (wall(ENDS[2].1), wall(ENDS[3].1));
    store.expire(Retention::Records, limit, now).expect("lets go");
    let Late { kept, unkept } = late(&store, &before, &Told::read(&records)).expect("readable");
    assert_eq!((kept.len(), unkept.len()), (1, 0), "call 3 alone is kept");
}
