//! Every call to SQLite fails in turn, and a file that may not grow: nothing is ever kept by half, and all of it once.

use std::sync::Arc;

use super::{began, contact, folder};
use crate::history::{
    AgentStatus, Entry, Fact, Filter, MAX_PAGE, Medium, OfferId, OfferResult, Position, Private,
    Row, Standing, Store as _, StoreError, Verdict, Write,
};
use crate::storage::sqlite::{Durability, SqliteStore};
use crate::time::Wall;

/// One batch that touches every table.
fn batch(number: u64) -> Vec<Write> {
    let (contact, queue) = (contact(number), "service".into());
    let agent: Arc<str> = format!("agent{number}").into();
    let offer = OfferId(number);
    let facts = vec![
        began(number),
        Fact::Enqueued {
            contact,
            queue: "service".into(),
            medium: Medium::Voice,
            priority: 5,
            order: Wall::default(),
            skills: vec![("language".into(), "id".into())],
            again: false,
        },
        Fact::AgentChanged {
            agent: (&*agent).into(),
            status: AgentStatus::Ready,
            reason: None,
            contact: None,
            queue: None,
            until: None,
            idle_since: None,
            pending: None,
            by: None,
        },
        Fact::Offered {
            offer,
            contact,
            queue: "service".into(),
            agent: (&*agent).into(),
            until: Wall::default(),
            together: false,
        },
        Fact::OfferClosed {
            offer,
            contact,
            queue,
            agent: (&*agent).into(),
            result: OfferResult::NoAnswer,
        },
        Fact::TicketOpened {
            ticket: 0,
            contact,
            sort: "complaint".into(),
            language: "id".into(),
            owner: None,
            due: None,
            recording: Some("0192-1".into()),
            caller: None,
        },
    ];
    let private = || Private([("number".into(), "+62811".into())].into());
    let row = |fact| Write::Row(Box::new(Row::new(Wall::default(), fact).with(private())));
    let mut batch: Vec<Write> = facts.into_iter().map(row).collect();
    batch.push(Write::Record { call: contact, ended: Wall::default(), record: "{}".into() });
    batch
}

/// Everything that a store says of itself.
fn account(store: &SqliteStore, calls: u64) -> (Vec<Entry>, Standing, usize) {
    let filter = Filter { private: true, ..Filter::default() };
    let entries = store.entries(Position::default(), &filter, MAX_PAGE).expect("reads");
    let records =
        (1..=calls).filter(|call| !store.records(contact(*call)).expect("reads").is_empty());
    let records = records.count();
    (entries, store.standing().expect("stands"), records)
}

#[test]
fn whichever_call_fails_all_is_kept_or_nothing_and_once() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("1.0.0", Wall::default()).expect("begins");
    store.commit(&batch(1)).expect("keeps");
    let before = store.gate.passed();
    store.commit(&batch(2)).expect("keeps");
    let calls = store.gate.passed() - before;
    assert!(calls > 20, "{calls}");

    for (failed, number) in (0..calls).zip(3_u64..) {
        let (entries, standing, records) = account(&store, number);
        store.gate.fail_after(failed);
        let error = store.commit(&batch(number)).expect_err("fails");
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        let kept = store.newest().expect("reads") != standing.newest;
        assert_eq!(kept, failed == calls - 1, "only the last call comes after the commit");
        if !kept {
            let now = account(&store, number);
            assert_eq!(now, (entries, standing.clone(), records), "call {failed}");
            let receipts = store.commit(&batch(number)).expect("the disk is back");
            assert!(receipts.iter().all(|receipt| receipt.verdict == Verdict::Applied));
        }
        let (entries, standing, records) = account(&store, number);
        assert_eq!(u64::try_from(records), Ok(number));
        assert_eq!(standing.last_ticket, 1_000 + number, "no number is lost");
        let mut fold = Standing::default();
        entries.iter().for_each(|entry| fold.apply(entry));
        assert_eq!(fold, standing, "call {failed}");
        let seqs: Vec<u64> = entries.iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>(), "no gap, nothing twice");
    }
}

#[test]
fn whichever_call_of_a_beginning_fails_the_next_one_begins() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("1.0.0", Wall::default()).expect("begins");
    for failed in 0.. {
        // Without the ticket: those of all rounds would be read at each beginning.
        store.commit(&batch(failed + 1)[..5]).expect("keeps");
        let epoch = store.newest().expect("reads").epoch;
        store.gate.fail_after(failed);
        if store.begin("1.0.1", Wall::default()).is_ok() {
            assert!(failed > 10, "{failed}");
            break;
        }
        let now = store.newest().expect("reads").epoch;
        let begun = store.begin("1.0.1", Wall::default()).expect("the disk is back");
        assert_eq!(begun, now + 1);
        assert!(now == epoch || now == epoch + 1);
        assert!(store.standing().expect("stands").calls.is_empty());
    }
}

#[test]
fn a_full_disk_keeps_whole_batches_and_goes_on_when_there_is_room() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path, Durability::Full).expect("opens");
    store.begin("1.0.0", Wall::default()).expect("begins");
    let pages: i64 =
        store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).expect("pages");
    store
        .connection
        .pragma_update_and_check(None, "max_page_count", pages + 40, |_| Ok(()))
        .expect("a limit");
    let mut number = 1;
    let error = loop {
        match store.commit(&batch(number)) {
            Ok(_) => number += 1,
            Err(error) => break error,
        }
        assert!(number < 10_000);
    };
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(number > 10);
    let (entries, ..) = account(&store, number);
    assert_eq!(entries.len() as u64, 1 + (number - 1) * 6, "whole batches");
    store
        .connection
        .pragma_update_and_check(None, "max_page_count", pages + 4_000, |_| Ok(()))
        .expect("room");
    store.commit(&batch(number)).expect("there is room");
    let (entries, standing, records) = account(&store, number);
    let mut fold = Standing::default();
    entries.iter().for_each(|entry| fold.apply(entry));
    assert_eq!((fold, records as u64), (standing, number));
}
