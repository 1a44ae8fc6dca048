//! What calls ask to be kept, as facts: tickets, and wishes to be called back. A store numbers them.

use std::sync::Arc;

use super::caller::CallerSecret;
use super::fact::Fact;
use super::row::{Private, Row};
use super::store::{Receipt, Verdict};
use crate::call::{Argument, CallId, Callback, Class, Errand, Failure, Reply, Request, Ticket};
use crate::time::{Duration, Wall};

/// How long a wish of which nothing else is said is open.
const WISH_EXPIRES: Duration = Duration::from_mins(24 * 60);
/// The class of a wish of which nothing else is said: the middle one.
const WISH_PRIORITY: u8 = 5;

/// The row that keeps what is asked for, without a number; `None` = it is nothing that a store keeps. Secret values are
/// left out, all others travel as private ones, for they are what a person needs to help. `secret` makes the key by which
/// a wish is found again as its caller's.
#[must_use]
pub fn asked(request: &Request, secret: Option<&CallerSecret>, at: Wall) -> Option<Row> {
    match &request.what {
        Errand::Ticket(ticket) => Some(ticket_opened(request.call, ticket, at)),
        Errand::Callback(wish) => Some(callback_asked(request.call, wish, secret, at)),
        Errand::Operation(_) => None,
    }
}

/// What a call is told once the store has spoken.
#[must_use]
pub fn kept(receipt: &Receipt) -> Reply {
    match (receipt.verdict, receipt.number) {
        (Verdict::Applied, Some(number)) => Reply::Kept(number.to_string().into()),
        (Verdict::Applied | Verdict::Stale | Verdict::Failed, _) => Reply::Failed(Failure::Error),
    }
}

fn ticket_opened(contact: CallId, ticket: &Ticket, at: Wall) -> Row {
    let fact = Fact::TicketOpened {
        ticket: 0,
        contact,
        sort: Arc::clone(&ticket.kind),
        language: ticket.language.clone(),
        owner: None,
        due: ticket.due.map(|due| at.after(due)),
        recording: ticket.recording.clone(),
        caller: None,
    };
    Row::new(at, fact).with(said(ticket))
}

/// What a ticket says, but for what is secret.
pub(super) fn said(ticket: &Ticket) -> Private {
    let shown = |argument: &&Argument| match argument.class {
        Class::Public | Class::Personal => !argument.value.is_null(),
        Class::Secret => false,
    };
    let text = |argument: &Argument| -> (Arc<str>, Arc<str>) {
        let value = &argument.value;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (Arc::clone(&argument.name), text.into())
    };
    Private(ticket.with.iter().filter(shown).map(text).collect())
}

fn callback_asked(call: CallId, wish: &Callback, secret: Option<&CallerSecret>, at: Wall) -> Row {
    let place = wish.place.as_ref();
    let expires = || at.after(wish.within.unwrap_or(WISH_EXPIRES));
    let fact = Fact::CallbackAsked {
        callback: 0,
        contact: place.map_or(call, |place| place.contact),
        call,
        queue: wish.queue.clone(),
        caller: secret.and_then(|secret| secret.key(&wish.to)),
        language: wish.language.clone(),
        order: place.map_or(at, |place| place.order),
        priority: place.map_or(WISH_PRIORITY, |place| place.priority),
        not_before: None,
        expires: place.map_or_else(expires, |place| place.expires),
        adapter: place.and_then(|place| place.adapter.clone()),
        trunk: place.and_then(|place| place.trunk.clone()),
    };
    Row::new(at, fact).with(Private([(Arc::from("to"), wish.to.clone())].into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::{Operation, RequestId, WishPlace};
    use crate::history::{MemoryStore, Store as _, Write};

    fn request(what: Errand) -> Request {
        Request { id: RequestId(1), call: CallId::new(7, 7), what }
    }

    fn ticket() -> Errand {
        let argument = |name: &str, value, class| Argument { name: name.into(), value, class };
        Errand::Ticket(Ticket {
            kind: "complaint".into(),
            with: vec![
                argument("topic", json!("late"), Class::Public),
                argument("phone", json!("081234567890"), Class::Personal),
                argument("pieces", json!(3), Class::Public),
                argument("order", json!(null), Class::Public),
                argument("pin", json!("482913"), Class::Secret),
            ],
            recording: Some("0192-1".into()),
            due: Some(Duration::from_mins(60)),
            language: "id".into(),
        })
    }

    fn wish(place: Option<WishPlace>) -> Errand {
        Errand::Callback(Callback {
            queue: "service".into(),
            to: "+62811".into(),
            within: None,
            language: "id".into(),
            place,
        })
    }

    #[test]
    fn a_ticket_keeps_what_a_person_needs_and_nothing_secret() {
        let at = Wall::from_unix_micros(1_000);
        let row = asked(&request(ticket()), None, at).expect("a row");
        let private = row.private.clone().expect("some").0;
        let told: Vec<(&str, &str)> =
            private.iter().map(|(name, text)| (&**name, &**text)).collect();
        assert_eq!(told, [("phone", "081234567890"), ("pieces", "3"), ("topic", "late")]);
        let Fact::TicketOpened { ticket: 0, sort, due, recording, .. } = row.fact else {
            panic!("{row:?}")
        };
        assert_eq!((&*sort, due), ("complaint", Some(at.after(Duration::from_mins(60)))));
        assert_eq!(recording, Some("0192-1".into()));
    }

    #[test]
    fn a_wish_stands_where_the_engine_says_or_at_the_end_of_the_line() {
        let at = Wall::from_unix_micros(1_000);
        let secret = CallerSecret::new([3; 32]);
        let place = WishPlace {
            contact: CallId::new(8, 8),
            order: Wall::from_unix_micros(5),
            priority: 2,
            expires: Wall::from_unix_micros(9),
            adapter: Some("sip".into()),
            trunk: Some("home".into()),
        };
        let (contact, order, expires) = (place.contact, place.order, place.expires);
        for (place, wanted) in [
            (Some(place), (contact, order, 2, expires)),
            (None, (CallId::new(7, 7), at, WISH_PRIORITY, at.after(WISH_EXPIRES))),
        ] {
            let row = asked(&request(wish(place)), Some(&secret), at).expect("a row");
            let Fact::CallbackAsked { contact, order, priority, expires, caller, trunk, .. } =
                &row.fact
            else {
                panic!("{row:?}")
            };
            assert_eq!(trunk.as_deref(), (*priority == 2).then_some("home"));
            assert_eq!((*contact, *order, *priority, *expires), wanted);
            assert_eq!(*caller, secret.key("+62811"));
            assert_eq!(row.private.expect("the number").0["to"], "+62811".into());
        }
    }

    #[test]
    fn numbers_go_on_and_what_is_not_kept_has_failed() {
        let mut store = MemoryStore::default();
        let at = Wall::from_unix_micros(1_000);
        store.begin("1", at).expect("begins");
        let mut keep = |what| {
            let row = asked(&request(what), None, at).expect("a row");
            kept(&store.commit(&[Write::Row(Box::new(row))]).expect("keeps")[0])
        };
        for (what, number) in
            [(ticket(), "1001"), (wish(None), "1001"), (ticket(), "1002"), (wish(None), "1002")]
        {
            assert_eq!(keep(what), Reply::Kept(number.into()));
        }
        for verdict in [Verdict::Failed, Verdict::Stale] {
            let reply = kept(&Receipt::without_trace(verdict));
            assert_eq!(reply, Reply::Failed(Failure::Error));
        }
        let operation = Operation {
            service: "orders".into(),
            operation: "find".into(),
            with: Vec::new(),
            tries: 1,
            idempotency_key: "".into(),
        };
        assert_eq!(asked(&request(Errand::Operation(operation)), None, at), None);
    }
}
