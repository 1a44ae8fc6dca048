//! Whatever happens in whatever order: what stands is the fold of the history, also over starts and refused writes.

use proptest::prelude::*;
use sambung::call::EndedBy;
use sambung::history::{
    AgentStatus, CallbackEnd, Exit, Fact, Medium, OfferResult, Retention, Store, TicketDeed,
    TicketStatus, TryResult, Write,
};

use crate::backend::{Backend, backends, check, history, keep};
use crate::words::{
    agent, agent_is, answered, began, callback, closed, contact, ended, enqueued, left, offered,
    private, row, ticket, wall,
};

const STATUSES: [AgentStatus; 12] = [
    AgentStatus::Offline,
    AgentStatus::Ready,
    AgentStatus::Reserved,
    AgentStatus::Ringing,
    AgentStatus::Releasing,
    AgentStatus::Talking,
    AgentStatus::Engaged,
    AgentStatus::Wrapup,
    AgentStatus::Backoff,
    AgentStatus::Rona,
    AgentStatus::Break,
    AgentStatus::Unreachable,
];
const EXITS: [Exit; 5] =
    [Exit::Abandoned, Exit::Key, Exit::AbandonedRinging, Exit::Callback, Exit::Timeout];
const RESULTS: [OfferResult; 4] =
    [OfferResult::NoAnswer, OfferResult::Rejected, OfferResult::CallerLeft, OfferResult::Stale];

/// One move: its kind, and three numbers for whom it is about.
type Move = (u8, u64, u64, u64);

/// Few contacts, agents and offers, so that they meet.
fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec((0_u8..19, 1_u64..6, 1_u64..5, 1_u64..9), 1..60)
}

fn fact(store: &dyn Store, (kind, who, by, offer): Move) -> Fact {
    let pick = |count: usize| usize::try_from(offer).expect("fits") % count;
    let caller = store.secret().key(&format!("+6281{who}"));
    let number = 1_000 + offer;
    match kind {
        0 | 1 => began(who, caller.filter(|_| offer % 3 > 0)),
        2 => ended(who),
        3 | 4 => enqueued(who, Medium::Voice),
        5 => enqueued(who, Medium::Callback),
        6 => left(who, EXITS[pick(EXITS.len())]),
        7 | 8 => offered(offer, who, by, false),
        9 => offered(offer, who, by, true),
        10 => answered(offer, who, by),
        11 => closed(offer, who, by, RESULTS[pick(RESULTS.len())]),
        12 | 13 => agent_is(by, STATUSES[pick(STATUSES.len())], (who > 2).then_some(who)),
        14 => callback(who, caller),
        15 => Fact::CallbackTried {
            callback: number,
            contact: contact(who),
            attempt: u32::try_from(by).expect("fits"),
            agent: Some(agent(by)),
            result: TryResult::NoAnswer,
            again: (who > 2).then(|| wall(who)),
        },
        16 => {
            Fact::CallbackEnded { callback: number, contact: contact(who), how: CallbackEnd::Done }
        }
        17 => ticket(who),
        _ => Fact::TicketChanged {
            ticket: number,
            contact: (who > 3).then(|| contact(who)),
            did: TicketDeed::Noted,
            outcome: None,
            status: if by > 2 { TicketStatus::Open } else { TicketStatus::Closed },
            owner: Some(agent(by)),
            due: None,
            by: "dewi".into(),
        },
    }
}

/// Plays moves, in batches of up to 5; after some of them the process dies, and sometimes somebody is forgotten.
fn play(backend: &mut Backend, moves: &[Move]) {
    let store = &mut *backend.store;
    for (at, batch) in (1..).zip(moves.chunks(5)) {
        let writes: Vec<Write> = batch
            .iter()
            .map(|of| {
                let fact = fact(store, *of);
                if of.3 % 2 == 0 { row(at * 50, fact) } else { private(at * 50, fact, "+62811") }
            })
            .collect();
        keep(store, &writes);
        match batch[0] {
            (_, 1, 1, _) => drop(store.begin("1.0.1", wall(at * 50 + 1)).expect("begins")),
            (_, who, 2, 1) => {
                let caller = store.secret().key(&format!("+6281{who}")).expect("a key");
                store.erase(&caller, "dewi", wall(at * 50)).expect("forgets");
            }
            (_, _, 3, 1) => {
                let before = wall((at * 50).saturating_sub(60));
                store.expire(Retention::Private, before, wall(at * 50)).expect("lets go");
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_is_the_fold_of_the_history_in_every_store(moves in moves()) {
        let mut stores = backends();
        for backend in &mut stores {
            play(backend, &moves);
            check(backend);
        }
        let told: Vec<_> = stores.iter().map(|backend| history(&*backend.store, true)).collect();
        prop_assert_eq!(told[0].len(), told[1].len());
        for (memory, file) in told[0].iter().zip(&told[1]) {
            // Each store has a secret of its own, so keys of callers differ.
            let same_kind = memory.row.fact.kind() == file.row.fact.kind();
            let same = (memory.position(), memory.row.at, memory.row.private.is_some())
                == (file.position(), file.row.at, file.row.private.is_some());
            prop_assert!(same_kind && same, "{memory:?}\n{file:?}");
        }
    }
}

#[test]
fn a_later_process_takes_over_and_the_earlier_one_is_reaped() {
    for mut backend in backends() {
        let store = &mut *backend.store;
        let caller = store.secret().key("+62811");
        let before = [
            row(1, began(1, caller.clone())),
            row(1, began(2, None)),
            row(1, enqueued(1, Medium::Voice)),
            row(1, enqueued(2, Medium::Voice)),
            row(1, agent_is(1, AgentStatus::Talking, Some(2))),
            row(1, agent_is(2, AgentStatus::Ringing, Some(1))),
            row(1, offered(1, 2, 1, false)),
            row(1, answered(1, 2, 1)),
            row(1, offered(2, 1, 2, false)),
        ];
        keep(store, &before);
        assert_eq!(store.begin("1.0.1", wall(9)).expect("begins"), 2);
        let standing = store.standing().expect("stands");
        assert!(standing.offers.is_empty() && standing.waiting.is_empty(), "{}", backend.name);
        assert!(standing.calls.is_empty() && !standing.stopped);
        let place = &standing.places[&caller.expect("a key")];
        assert_eq!((place.order, place.how), (wall(1), Exit::Lost));
        let facts: Vec<Fact> = history(store, false)
            .into_iter()
            .filter(|entry| entry.epoch == 2)
            .map(|entry| entry.row.fact)
            .collect();
        let ended =
            facts.iter().filter(|fact| matches!(fact, Fact::TalkEnded { by: EndedBy::System, .. }));
        assert_eq!((facts.len(), ended.count()), (8, 1), "{facts:#?}");
        keep(store, &[row(10, Fact::NodeStopped {})]);
        assert!(store.standing().expect("stands").stopped);
        check(&backend);
    }
}
