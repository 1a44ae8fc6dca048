//! A writer is killed 200 times in the middle of its work: what it was told to be kept is there, whole and in order.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use sambung::history::{AgentStatus, Exit, Fact, Medium, OfferResult, Store as _, Verdict, Write};
use sambung::storage::{Durability, SqliteStore};

use crate::backend::{faults, history};
use crate::words::{
    agent_is, answered, began, callback, closed, contact, ended, enqueued, left, offered, private,
    row, ticket, wall,
};

/// Where the child finds its store.
const STORE: &str = "SAMBUNG_TEST_STORE";
/// Kills in all.
const KILLS: u64 = 200;

/// What the child does with one contact, batch by batch.
fn story(number: u64) -> Vec<Vec<Write>> {
    let (who, by) = (number, number % 5);
    let record =
        Write::Record { call: contact(who), ended: wall(who), record: format!("{who}").into() };
    let mut story = vec![
        vec![
            private(who, began(who, None), "+62811"),
            row(who, agent_is(by, AgentStatus::Ready, None)),
        ],
        vec![row(who, enqueued(who, Medium::Voice))],
        vec![row(who, offered(who, who, by, false))],
    ];
    match number % 3 {
        0 => {
            story.push(vec![
                row(who, answered(who, who, by)),
                row(who, agent_is(by, AgentStatus::Talking, Some(who))),
            ]);
        }
        1 => {
            let missed = closed(who, who, by, OfferResult::NoAnswer);
            story.push(vec![row(who, missed), row(who, left(who, Exit::Abandoned))]);
        }
        _ => story.push(vec![
            row(who, closed(who, who, by, OfferResult::Withdrawn)),
            row(who, left(who, Exit::Callback)),
            private(who, callback(who, None), "+62811"),
            private(who, ticket(who), "+62811"),
        ]),
    }
    story.push(vec![row(who, ended(who)), record]);
    story
}

/// In the child, opens the store, goes on where the history ends, and says each batch that is kept, until it is killed.
/// By itself it writes one story and sees that it is whole.
#[test]
fn the_writer_that_is_killed() {
    let Some(path) = std::env::var_os(STORE) else {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sambung.db");
        let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
        store.begin("1.0.0", wall(0)).expect("begins");
        story(100_000).iter().for_each(|batch| drop(store.commit(batch).expect("keeps")));
        let wrong = faults(&store);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        return whole_batches(&store);
    };
    let mut store = SqliteStore::open(Path::new(&path), Durability::Full).expect("opens");
    store.begin("1.0.0", wall(0)).expect("begins");
    let first = store.newest().expect("reads").epoch * 100_000;
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nbegun").expect("somebody listens");
    for number in first.. {
        for batch in story(number) {
            let receipts = store.commit(&batch).expect("keeps");
            assert!(
                receipts.iter().all(|receipt| receipt.verdict == Verdict::Applied),
                "{batch:?}"
            );
            let newest = receipts.iter().filter_map(|receipt| receipt.position).next_back();
            let newest = newest.expect("a row in each");
            let rows = batch.iter().filter(|write| matches!(write, Write::Row(_))).count();
            writeln!(out, "kept {} {} {rows}", newest.epoch, newest.seq).expect("somebody listens");
            out.flush().expect("somebody listens");
        }
    }
}

/// Runs the child until it has said so many batches, kills it, and gives the last that it said.
fn run_and_kill(path: &Path, batches: u64) -> Option<(u64, u64)> {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(["--exact", "kills::the_writer_that_is_killed", "--nocapture"])
        .env(STORE, path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut last = None;
    let mut left = batches;
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let said = |line: &str| {
        let mut words = line.strip_prefix("kept ")?.split(' ').map(str::parse::<u64>);
        Some((words.next()?.ok()?, words.next()?.ok()?))
    };
    for line in lines {
        let line = line.expect("text");
        last = said(&line).or(last);
        left -= u64::from(left > 0 && said(&line).is_some());
        if left == 0 && line != "running 1 test" && !line.is_empty() {
            child.kill().expect("it runs");
            left = u64::MAX;
        }
    }
    let status = child.wait().expect("ends");
    assert_eq!(status.signal(), Some(9), "it was killed and did not fail by itself: {status}");
    last
}

#[test]
fn two_hundred_kills_lose_nothing_and_leave_nothing_by_half() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sambung.db");
    let mut chance = 0x5a4d_4255_4e47_u64;
    for kill in 0..KILLS {
        // A small generator: the same kills in every run, as far as the machine lets them be.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let said = run_and_kill(&path, (chance >> 33) % 40);
        let store = SqliteStore::open(&path, Durability::Full).expect("opens again");
        let newest = store.newest().expect("reads");
        if let Some((epoch, seq)) = said {
            assert!((newest.epoch, newest.seq) >= (epoch, seq), "kill {kill}: {newest:?} {said:?}");
        }
        if kill % 20 == 19 || kill < 5 {
            let wrong = faults(&store);
            assert!(wrong.is_empty(), "kill {kill}: {}", wrong.join("\n"));
            whole_batches(&store);
        }
    }
}

/// Each batch of a story is there as a whole or not at all, and so is the record that goes with the end of a call.
fn whole_batches(store: &SqliteStore) {
    let entries = history(store, true);
    let has = |number: u64, kind: &str| {
        let of = |fact: &Fact| fact.contact() == Some(contact(number)) && fact.kind() == kind;
        entries.iter().any(|entry| of(&entry.row.fact))
    };
    let last = entries.last().expect("entries").epoch;
    for epoch in 1..=last {
        let tail = (epoch * 100_000..).take_while(|number| has(*number, "call_began"));
        let numbers: Vec<u64> = tail.collect();
        for number in numbers.iter().rev().take(2) {
            if number % 3 == 2 {
                assert_eq!(
                    has(*number, "callback_asked"),
                    has(*number, "ticket_opened"),
                    "{number}"
                );
            }
            let by_itself = entries.iter().any(|entry| {
                matches!(&entry.row.fact, Fact::CallEnded { contact: of, cause, .. }
                    if *of == contact(*number) && *cause != sambung::call::HangupCause::Interrupted)
            });
            let recorded = !store.records(contact(*number)).expect("reads").is_empty();
            assert_eq!(recorded, by_itself, "{number}");
        }
    }
}
