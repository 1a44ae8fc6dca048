//! Pages, filters, numbers and records.

use sambung::history::{Fact, Filter, Medium, Position, TicketDeed, TicketStatus, Verdict, Write};

use crate::backend::{backends, check, number};
use crate::words::{agent, callback, contact, enqueued, left, offered, private, row, ticket, wall};

#[test]
fn pages_follow_each_other_without_a_gap() {
    for mut backend in backends() {
        let store = &mut *backend.store;
        for at in 0..5 {
            let batch: Vec<Write> =
                (1..=20).map(|n| row(at, enqueued(at * 20 + n, Medium::Voice))).collect();
            store.commit(&batch).expect("keeps");
        }
        let (mut after, mut seen) = (Position::default(), Vec::new());
        loop {
            let page = store.entries(after, &Filter::default(), 7).expect("reads");
            seen.extend(page.iter().map(|entry| entry.seq));
            let Some(last) = page.last().filter(|_| page.len() == 7) else { break };
            after = last.position();
        }
        assert_eq!(seen, (1..=101).collect::<Vec<u64>>(), "{}", backend.name);
        check(&backend);
    }
}

#[test]
fn filters_leave_out_what_does_not_fit() {
    for mut backend in backends() {
        let store = &mut *backend.store;
        let batch = [
            private(10, enqueued(1, Medium::Voice), "+62811"),
            row(20, enqueued(2, Medium::Voice)),
            row(30, offered(1, 1, 7, false)),
            row(40, left(2, sambung::history::Exit::Key)),
        ];
        store.commit(&batch).expect("keeps");
        let of = |filter: Filter| -> Vec<u64> {
            let entries = store.entries(Position::default(), &filter, 99).expect("reads");
            assert!(entries.iter().all(|entry| filter.fits(&entry.row)));
            entries.iter().map(|entry| entry.seq).collect()
        };
        let any = Filter::default;
        assert_eq!(of(any()), [1, 2, 3, 4, 5]);
        assert_eq!(of(Filter { contact: Some(contact(1)), ..any() }), [2, 4]);
        assert_eq!(of(Filter { agent: Some(agent(7)), ..any() }), [4]);
        assert_eq!(of(Filter { queue: Some("service".into()), ..any() }), [2, 3, 4, 5]);
        assert_eq!(of(Filter { kinds: vec!["left", "offered"], ..any() }), [4, 5]);
        assert_eq!(of(Filter { since: Some(wall(20)), until: Some(wall(40)), ..any() }), [3, 4]);
        let shown = |private| {
            let filter = Filter { private, contact: Some(contact(1)), ..any() };
            store.entries(Position::default(), &filter, 1).expect("reads").remove(0).row.private
        };
        assert_eq!(shown(false), None);
        assert_eq!(number(shown(true).as_ref()), Some("+62811"), "{}", backend.name);
    }
}

#[test]
fn numbers_go_on_over_starts() {
    for mut backend in backends() {
        let store = &mut *backend.store;
        let mut next = |fact: Fact| store.commit(&[row(1, fact)]).expect("keeps")[0].number;
        assert_eq!([next(ticket(1)), next(ticket(2))], [Some(1_001), Some(1_002)]);
        assert_eq!(next(callback(3, None)), Some(1_001), "callbacks have numbers of their own");
        // An older book is taken over with its numbers.
        let mut imported = ticket(4);
        if let Fact::TicketOpened { ticket, .. } = &mut imported {
            *ticket = 1_700;
        }
        assert_eq!([next(imported), next(ticket(5))], [Some(1_700), Some(1_701)]);
        store.begin("1.0.1", wall(2)).expect("begins");
        let receipts = store.commit(&[row(3, ticket(6)), row(3, callback(7, None))]);
        let numbers: Vec<_> =
            receipts.expect("keeps").iter().map(|receipt| receipt.number).collect();
        assert_eq!(numbers, [Some(1_702), Some(1_002)], "{}", backend.name);
        let open = store.standing().expect("stands").tickets.keys().copied().collect::<Vec<u64>>();
        assert_eq!(open, [1_001, 1_002, 1_700, 1_701, 1_702]);
        check(&backend);
    }
}

#[test]
fn records_are_found_by_their_call() {
    for mut backend in backends() {
        let store = &mut *backend.store;
        let write = |call, at, text: &str| Write::Record {
            call: contact(call),
            ended: wall(at),
            record: text.into(),
        };
        let receipts = store.commit(&[
            write(1, 9, "{\"v\":1}"),
            write(1, 5, "{}"),
            write(2, 5, "{}"),
            write(2, 5, "[]"),
        ]);
        assert!(receipts.expect("keeps").iter().all(|of| of.verdict == Verdict::Applied));
        let records = |call| store.records(contact(call)).expect("reads");
        assert_eq!(records(1), ["{}".into(), "{\"v\":1}".into()], "each try, in order");
        assert_eq!(records(2), ["[]".into()], "the newest of one end counts");
        assert!(records(3).is_empty());
    }
}

#[test]
fn a_ticket_is_closed_once_and_not_changed_afterwards() {
    for mut backend in backends() {
        let (name, store) = (backend.name, &mut *backend.store);
        store.commit(&[private(1, ticket(1), "+62811")]).expect("keeps");
        let changed = |did: TicketDeed, status: TicketStatus| {
            let (contact, outcome) = (Some(contact(1)), None);
            let (owner, due, by) = (Some(agent(1)), None, "sari".into());
            let ticket = 1_001;
            private(
                2,
                Fact::TicketChanged { ticket, contact, did, status, outcome, owner, due, by },
                "+62811",
            )
        };
        let note = changed(TicketDeed::Noted, TicketStatus::Open);
        let close = changed(TicketDeed::Closed, TicketStatus::Closed);
        let batch = [note.clone(), close.clone(), close, note];
        let receipts = store.commit(&batch).expect("keeps");
        let verdicts: Vec<Verdict> = receipts.iter().map(|receipt| receipt.verdict).collect();
        let wanted = [Verdict::Applied, Verdict::Applied, Verdict::Stale, Verdict::Stale];
        assert_eq!(verdicts, wanted, "{name}");
        let of = Filter { contact: Some(contact(1)), private: true, ..Filter::default() };
        let rows = store.entries(Position::default(), &of, 10).expect("reads");
        let read: Vec<bool> = rows.iter().map(|entry| entry.row.private.is_some()).collect();
        assert_eq!(read, [true; 3], "{name}: sealed under the key of its caller");
        check(&backend);
    }
}
