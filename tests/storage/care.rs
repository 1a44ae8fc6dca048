//! What is known of a caller, forgetting it for good, and letting go of what is old.

use sambung::call::RecordingId;
use sambung::history::{CallbackEnd, Exit, Fact, Medium, Retention, Store, Write};

use crate::backend::{backends, check, history, number};
use crate::words::{began, callback, contact, ended, enqueued, left, private, row, ticket, wall};

pub(crate) fn recording(number: u64, class: Retention) -> Fact {
    let recording = RecordingId::new(format!("rec-{number}"));
    Fact::RecordingKept { recording, contact: contact(number), lasted_us: 7, class }
}

fn record(number: u64, at: u64) -> Write {
    Write::Record { call: contact(number), ended: wall(at), record: "{}".into() }
}

/// Two callers: the first with two calls, a callback, a ticket and a recording.
fn fill(store: &mut dyn Store) {
    let (first, second) = (store.secret().key("+62811"), store.secret().key("+62812"));
    let batch = [
        private(10, began(1, first.clone()), "+62811"),
        row(10, enqueued(1, Medium::Voice)),
        row(11, left(1, Exit::Abandoned)),
        row(12, ended(1)),
        record(1, 12),
        private(20, began(2, first.clone()), "+62811"),
        private(21, ticket(2), "+62811"),
        row(22, recording(2, Retention::Voicemail)),
        private(23, callback(3, first), "+62811"),
        row(24, enqueued(3, Medium::Callback)),
        row(25, ended(2)),
        record(2, 25),
        private(30, began(4, second), "+62812"),
        private(31, ticket(4), "+62812"),
        row(32, ended(4)),
        record(4, 32),
    ];
    store.commit(&batch).expect("keeps");
}

#[test]
fn a_caller_is_known_and_then_forgotten() {
    for mut backend in backends() {
        let name = backend.name;
        let store = &mut *backend.store;
        fill(store);
        let caller = store.secret().key("0062-811").expect("a key");
        let known = store.known(&caller).expect("reads");
        assert_eq!(known.contacts, [contact(1), contact(2), contact(3)]);
        assert_eq!((known.entries.len(), known.records.len()), (10, 2), "{name}");
        assert_eq!(known.recordings, [RecordingId::from("rec-2")]);
        let numbers = known.entries.iter().filter_map(|entry| number(entry.row.private.as_ref()));
        assert_eq!(numbers.collect::<Vec<_>>(), ["+62811"; 4]);

        let gone = store.erase(&caller, "dewi", wall(40)).expect("forgets");
        assert_eq!((gone.count, gone.recordings), (3, known.recordings), "{name}");
        let after = store.known(&caller).expect("reads");
        assert_eq!(after, sambung::history::Known::default(), "{name}");
        assert!(store.records(contact(2)).expect("reads").is_empty());
        let entries = history(store, true);
        let numbers = entries.iter().filter_map(|entry| number(entry.row.private.as_ref()));
        assert_eq!(
            numbers.collect::<Vec<_>>(),
            ["+62812"; 2],
            "{name}: the other one is as before"
        );
        let standing = store.standing().expect("stands");
        assert!(standing.callbacks.is_empty() && standing.waiting.is_empty(), "{name}");
        assert!(standing.places.is_empty(), "{name}");
        assert_eq!(standing.tickets.keys().collect::<Vec<_>>(), [&1_002], "{name}");
        let closing: Vec<&Fact> =
            entries[entries.len() - 4..].iter().map(|e| &e.row.fact).collect();
        assert!(matches!(closing[0], Fact::Left { how: Exit::Withdrawn, .. }));
        assert!(matches!(closing[1], Fact::CallbackEnded { how: CallbackEnd::Cancelled, .. }));
        assert!(matches!(closing[2], Fact::TicketChanged { ticket: 1_001, .. }));
        assert!(matches!(closing[3], Fact::Erased { contacts: 3, .. }));
        check(&backend);
    }
}

#[test]
fn what_is_old_goes_by_its_class_and_what_is_open_stays() {
    for mut backend in backends() {
        let name = backend.name;
        let store = &mut *backend.store;
        fill(store);
        let mut expire = |class, before| {
            let gone = store.expire(class, wall(before), wall(50)).expect("lets go");
            (gone.count, gone.recordings.len())
        };
        assert_eq!(expire(Retention::Records, 12), (0, 0), "{name}: nothing is older");
        assert_eq!(expire(Retention::Records, 30), (2, 0), "{name}");
        assert_eq!(expire(Retention::Recordings, 99), (0, 0), "{name}: of another class");
        assert_eq!(expire(Retention::Voicemail, 99), (1, 1), "{name}");
        // Contact 2 has an open ticket, contact 4 as well, contact 3 is to be called back.
        assert_eq!(expire(Retention::Private, 99), (1, 0), "{name}");
        assert_eq!(expire(Retention::Tickets, 99), (0, 0), "{name}");
        let told = history(store, false);
        let expired: Vec<_> = told
            .iter()
            .filter_map(|entry| match &entry.row.fact {
                Fact::Expired { class, count, .. } => Some((*class, *count)),
                _ => None,
            })
            .collect();
        let wanted = [(Retention::Records, 2), (Retention::Voicemail, 1), (Retention::Private, 1)];
        assert_eq!(expired, wanted, "{name}");
        check(&backend);

        let store = &mut *backend.store;
        let before = store.standing().expect("stands");
        let gone = store.expire(Retention::History, wall(99), wall(60)).expect("lets go");
        assert!(gone.count > 5, "{name}: {}", gone.count);
        let after = store.standing().expect("stands");
        assert_eq!((after.tickets, after.callbacks), (before.tickets, before.callbacks), "{name}");
        assert_eq!(after.newest.seq, before.newest.seq + 1, "{name}: only the row that says so");
    }
}
