//! Guards, reaping and faults on the smallest histories that show them, in the store without a disk. The same conduct, on every
//! store and under load, is held beside.

use sambung::call::HangupCause;
use sambung::history::{
    AgentStatus, CallerKey, Exit, Fact, Fault, LOST_NODE, Medium, MemoryStore, OfferResult,
    Outcome, Store as _, StoreError, Verdict, Write,
};
use sambung::time::Duration;

use crate::words::{
    agent, agent_is, answered, began, closed, contact, enqueued, offered, row, wall,
};

/// Three agents, in the order of their names.
const BUDI: u64 = 1;
const DEWI: u64 = 2;
const SARI: u64 = 3;

fn key(store: &MemoryStore) -> CallerKey {
    store.secret().key("+62811").expect("a key")
}

/// A caller whose number is known.
fn begun_by(store: &MemoryStore, number: u64) -> Fact {
    began(number, Some(key(store)))
}

/// Writes facts at second `at` and gives their verdicts.
fn keep(store: &mut MemoryStore, at: u64, facts: Vec<Fact>) -> Vec<Verdict> {
    let batch: Vec<Write> = facts.into_iter().map(|fact| row(at, fact)).collect();
    store.commit(&batch).expect("keeps").iter().map(|receipt| receipt.verdict).collect()
}

fn begun() -> MemoryStore {
    let mut store = MemoryStore::default();
    assert_eq!(store.begin("1.0.0", wall(1)).expect("begins"), 1);
    store
}

const APPLIED: Verdict = Verdict::Applied;
const STALE: Verdict = Verdict::Stale;

#[test]
fn a_claim_is_refused_where_contact_or_agent_is_taken() {
    let mut store = begun();
    let waiting = vec![enqueued(1, Medium::Voice), enqueued(2, Medium::Voice)];
    keep(&mut store, 2, waiting);
    let claims = vec![
        offered(1, 1, SARI, false),
        offered(2, 1, BUDI, false),
        offered(3, 2, SARI, false),
        offered(4, 9, BUDI, false),
        offered(5, 2, BUDI, false),
        answered(1, 2, SARI),
        answered(1, 1, SARI),
        offered(6, 1, DEWI, false),
    ];
    let verdicts = keep(&mut store, 3, claims);
    let wanted = [APPLIED, STALE, STALE, STALE, APPLIED, STALE, APPLIED, STALE];
    assert_eq!(verdicts, wanted);
    let kinds: Vec<_> = store.all().iter().map(|entry| entry.row.fact.kind()).collect();
    let kept = ["node_started", "enqueued", "enqueued", "offered", "offered", "answered"];
    assert_eq!(kinds, kept, "what is stale leaves no trace");
}

#[test]
fn ring_all_rings_each_agent_once_and_has_one_answer() {
    let mut store = begun();
    keep(&mut store, 2, vec![enqueued(1, Medium::Voice)]);
    let facts = vec![
        offered(1, 1, SARI, true),
        offered(2, 1, BUDI, true),
        offered(3, 1, SARI, true),
        offered(4, 1, DEWI, false),
        answered(2, 1, BUDI),
        answered(1, 1, SARI),
    ];
    let wanted = [APPLIED, APPLIED, STALE, STALE, APPLIED, STALE];
    assert_eq!(keep(&mut store, 3, facts), wanted);
}

#[test]
fn what_a_dead_process_left_open_is_closed_by_the_next_one() {
    let mut store = begun();
    let first = begun_by(&store, 1);
    let talking = begun_by(&store, 2);
    keep(&mut store, 2, vec![first, talking, agent_is(SARI, AgentStatus::Ready, None)]);
    let line = vec![
        enqueued(1, Medium::Voice),
        enqueued(2, Medium::Voice),
        enqueued(3, Medium::Callback),
        offered(1, 2, BUDI, false),
        answered(1, 2, BUDI),
        agent_is(BUDI, AgentStatus::Talking, Some(2)),
        offered(2, 1, SARI, false),
        agent_is(SARI, AgentStatus::Ringing, Some(1)),
    ];
    keep(&mut store, 3, line);
    assert_eq!(store.begin("1.0.1", wall(10)).expect("begins"), 2);
    let standing = store.standing().expect("stands");
    assert!(standing.offers.is_empty() && standing.calls.is_empty());
    assert_eq!(standing.waiting.keys().collect::<Vec<_>>(), [&contact(3)], "a callback waits on");
    let status = |number: u64| {
        let is = &standing.agents[&agent(number)];
        (is.status, is.reason.as_deref().unwrap_or(""))
    };
    assert_eq!(status(SARI), (AgentStatus::Ready, ""));
    assert_eq!(status(BUDI), (AgentStatus::Wrapup, LOST_NODE));
    let caller = key(&store);
    let place = standing.place(&caller, wall(11), Duration::from_mins(10)).expect("a place");
    assert_eq!((place.order, place.how, place.contact), (wall(1), Exit::Lost, contact(1)));
    assert_eq!(standing.place(&caller, wall(700), Duration::from_mins(10)), None);
    let facts: Vec<&Fact> =
        store.all().iter().filter(|e| e.epoch == 2).map(|e| &e.row.fact).collect();
    let kinds: Vec<_> = facts.iter().map(|fact| fact.kind()).collect();
    let wanted = [
        "node_started",
        "offer_closed",
        "left",
        "talk_ended",
        "agent_changed",
        "agent_changed",
        "call_ended",
        "call_ended",
    ];
    assert_eq!(kinds, wanted);
    assert!(matches!(facts[1], Fact::OfferClosed { result: OfferResult::Lost, .. }));
    let (cause, outcome) = (HangupCause::Interrupted, Outcome::ToHuman);
    assert!(
        matches!(facts[6], Fact::CallEnded { cause: c, outcome: o, .. } if (*c, *o) == (cause, outcome))
    );

    // The caller rings again and has the place back; it is used up then.
    let again = begun_by(&store, 5);
    keep(&mut store, 12, vec![again, enqueued(5, Medium::Voice)]);
    assert!(store.standing().expect("stands").places.is_empty());
}

#[test]
fn an_agent_keeps_since_when_and_what_was_missed() {
    let mut store = begun();
    let change = |status, pending: Option<&str>| {
        let mut fact = agent_is(SARI, status, None);
        if let Fact::AgentChanged { pending: slot, .. } = &mut fact {
            *slot = pending.map(Into::into);
        }
        fact
    };
    let missed = closed(1, 1, SARI, OfferResult::NoAnswer);
    keep(&mut store, 2, vec![change(AgentStatus::Ready, None), enqueued(1, Medium::Voice)]);
    keep(&mut store, 4, vec![change(AgentStatus::Ready, Some("lunch"))]);
    keep(&mut store, 5, vec![offered(1, 1, SARI, false), missed.clone(), missed]);
    let sari = |store: &MemoryStore| store.standing().expect("stands").agents[&agent(SARI)].clone();
    let stands = sari(&store);
    assert_eq!((stands.since, stands.pending.as_deref()), (wall(2), Some("lunch")));
    assert_eq!(stands.missed, 1, "an offer is missed once");
    keep(&mut store, 6, vec![change(AgentStatus::Break, None)]);
    assert_eq!((sari(&store).since, sari(&store).missed), (wall(6), 1));
    keep(&mut store, 7, vec![change(AgentStatus::Ready, None)]);
    assert_eq!(sari(&store).missed, 0, "a break begins anew");
}

#[test]
fn a_refused_write_leaves_nothing_and_an_unheard_one_all() {
    let mut store = begun();
    store.plant(2, Fault::Refused);
    store.plant(3, Fault::Unheard);
    let batch = [row(0, enqueued(1, Medium::Voice))];
    for kept in [1, 2] {
        assert!(matches!(store.commit(&batch), Err(StoreError::Unavailable { .. })));
        assert_eq!(store.newest().expect("a place").seq, kept);
    }
    assert_eq!(store.all()[1].row.at, wall(1), "time does not run back");
    assert!(matches!(MemoryStore::default().commit(&batch), Err(StoreError::NotBegun)));
}
