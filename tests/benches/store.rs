//! How much the store keeps, and how soon it is ready: `cargo bench --bench store`, on this disk.
//!
//! Cycles of enqueue, offer and release, each step durable; and a start over a million records of calls.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::sync::mpsc::channel;
use std::time::Instant;

use sambung::call::CallId;
use sambung::history::{Exit, Fact, Medium, OfferId, OfferResult, Row, Store as _, Verdict, Write};
use sambung::runtime::Clock;
use sambung::storage::{Durability, HistoryWriter, SqliteStore};
use sambung::time::{Duration, Wall};

/// Contacts that are in the line at the same time, as on a busy node.
const TOGETHER: u64 = 200;
/// Cycles in all.
const CYCLES: u64 = 10_000;
/// Records that lie in the store when it is opened.
const RECORDS: u64 = 1_000_000;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn now() -> Instant {
    Instant::now()
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let quick = std::env::args().any(|argument| argument == "--test");
    let (cycles, records) = if quick { (200, 1_000) } else { (CYCLES, RECORDS) };
    let folder = tempfile::tempdir_in(".").expect("a folder on this disk");
    let path = folder.path().join("sambung.db");
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("bench", Wall::default()).expect("begins");
    let (writer, slot) = HistoryWriter::start(store, Clock::new()).expect("starts");

    let began = now();
    for round in 0..cycles / TOGETHER {
        let (sender, told) = channel();
        for seat in 1..=TOGETHER {
            let number = round * TOGETHER + seat;
            slot.keep(row(enqueued(number)));
            let sender = sender.clone();
            let answer = move |receipt: sambung::history::Receipt| {
                sender.send((number, receipt.verdict)).expect("somebody waits");
            };
            slot.claim(row(offered(number, seat)), Box::new(answer));
        }
        drop(sender);
        for (number, verdict) in told {
            assert_eq!(verdict, Verdict::Applied);
            let seat = (number - 1) % TOGETHER + 1;
            slot.keep(row(closed(number, seat)));
            slot.keep(row(left(number)));
        }
    }
    let (sender, told) = channel();
    assert!(slot.visit(move |_| sender.send(()).expect("somebody waits")));
    told.recv().expect("everything before is durable");
    let elapsed = began.elapsed().as_secs_f64();
    println!("{cycles} cycles, {TOGETHER} at a time: {:.0} cycles/s", cycles as f64 / elapsed);
    writer.close();

    let mut store = SqliteStore::open(&path, Durability::Normal).expect("opens");
    store.begin("bench", Wall::default()).expect("begins");
    let record: String = format!("{{\"v\":1,\"steps\":[{}]}}", "\"step\",".repeat(60) + "0");
    for batch in 0..records / 1_000 {
        let of = |number| Write::Record {
            call: contact(batch * 1_000 + number),
            ended: Wall::default(),
            record: record.as_str().into(),
        };
        store.commit(&(0..1_000).map(of).collect::<Vec<_>>()).expect("keeps");
    }
    drop(store);
    let began = now();
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("bench", Wall::default()).expect("begins");
    let standing = store.standing().expect("stands");
    let elapsed = began.elapsed();
    let size = std::fs::metadata(&path).expect("there").len() / 1_000_000;
    println!(
        "ready over {records} records ({size} MB, row {}) in {:.1} ms",
        standing.newest.seq,
        elapsed.as_secs_f64() * 1_000.0
    );
}

fn contact(number: u64) -> CallId {
    CallId::new(number, u128::from(number))
}

fn row(fact: Fact) -> Row {
    Row::new(Wall::default(), fact)
}

fn enqueued(number: u64) -> Fact {
    Fact::Enqueued {
        contact: contact(number),
        queue: "service".into(),
        medium: Medium::Voice,
        priority: 5,
        order: Wall::default(),
        skills: Vec::new(),
        again: false,
    }
}

fn offered(number: u64, seat: u64) -> Fact {
    Fact::Offered {
        offer: OfferId(number),
        contact: contact(number),
        queue: "service".into(),
        agent: format!("agent{seat}").as_str().into(),
        until: Wall::default().after(Duration::from_secs(20)),
        together: false,
    }
}

fn closed(number: u64, seat: u64) -> Fact {
    Fact::OfferClosed {
        offer: OfferId(number),
        contact: contact(number),
        queue: "service".into(),
        agent: format!("agent{seat}").as_str().into(),
        result: OfferResult::CallerLeft,
    }
}

fn left(number: u64) -> Fact {
    let (contact, queue) = (contact(number), "service".into());
    Fact::Left { contact, queue, how: Exit::Abandoned, key: None }
}
