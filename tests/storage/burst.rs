//! A thousand contacts at once, two hundred agents, and four matchers that know nothing of each other.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sambung::call::{AgentId, CallId};
use sambung::history::{Entry, Fact, Medium, Store, Verdict};

use crate::backend::{backends, check, history, keep};
use crate::words::{agent, answered, contact, enqueued, offered, row};

const CONTACTS: u64 = 1_000;
const AGENTS: u64 = 200;
const MATCHERS: u64 = 4;

/// What a matcher was told: which agent it may ring for whom.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) rings: Vec<(AgentId, CallId)>,
    pub(crate) stale: u64,
}

/// Lets all contacts be served in rounds: each round offers as many as there are agents, from four threads at a time,
/// and every thread tries every pair.
pub(crate) fn serve(store: &mut (dyn Store + Send)) -> Vec<Told> {
    let line: Vec<_> =
        (1..=CONTACTS).map(|number| row(1, enqueued(number, Medium::Voice))).collect();
    keep(store, &line);
    let store = Mutex::new(store);
    let (offers, mut rounds) = (AtomicU64::new(0), Vec::new());
    for round in 0..CONTACTS / AGENTS {
        let matcher = |_| {
            let mut told = Told::default();
            for seat in 0..AGENTS {
                let (offer, number) =
                    (offers.fetch_add(1, Ordering::Relaxed) + 1, round * AGENTS + seat + 1);
                let claim = [row(2 + round, offered(offer, number, seat, false))];
                let mut store = store.lock().expect("a lock");
                match store.commit(&claim).expect("keeps")[0].verdict {
                    Verdict::Applied => told.rings.push((agent(seat), contact(number))),
                    Verdict::Stale | Verdict::Failed => told.stale += 1,
                }
                drop(store);
                std::thread::yield_now();
            }
            told
        };
        let told: Vec<Told> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..MATCHERS).map(|number| scope.spawn(move || matcher(number))).collect();
            threads.into_iter().map(|thread| thread.join().expect("matches")).collect()
        });
        let mut store = store.lock().expect("a lock");
        let live = store.standing().expect("stands").offers;
        let answers = live.iter().map(|(offer, live)| {
            let number = (1..=CONTACTS).find(|number| contact(*number) == live.contact);
            let seat = (0..AGENTS).find(|seat| agent(*seat) == live.agent);
            row(3 + round, answered(offer.0, number.expect("one"), seat.expect("one")))
        });
        keep(&mut **store, &answers.collect::<Vec<_>>());
        rounds.extend(told);
    }
    rounds
}

/// What is wrong with a burst: somebody was rung for two, somebody was promised to two, or one came before another who
/// had waited longer.
pub(crate) fn doubles(told: &[Told], entries: &[Entry]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut promised: BTreeMap<CallId, u64> = BTreeMap::new();
    for (_, contact) in told.iter().flat_map(|told| &told.rings) {
        *promised.entry(*contact).or_default() += 1;
    }
    faults.extend(
        promised
            .iter()
            .filter(|(_, times)| **times > 1)
            .map(|(contact, times)| format!("{contact} was promised to {times}")),
    );
    let (mut busy, mut served) = (BTreeMap::new(), Vec::new());
    for entry in entries {
        match &entry.row.fact {
            Fact::Offered { agent, contact, .. } => {
                if let Some(other) = busy.insert(agent.clone(), *contact) {
                    faults.push(format!("{agent} is rung for {other} and {contact}"));
                }
            }
            Fact::Answered { agent, contact, .. } => {
                busy.remove(agent);
                served.push(*contact);
            }
            _ => {}
        }
    }
    let rounds = served.chunks(usize::try_from(AGENTS).expect("fits"));
    let turned = rounds
        .clone()
        .zip(rounds.skip(1))
        .filter(|(first, next)| first.iter().max() > next.iter().min());
    faults.extend(turned.map(|_| "somebody was served before who came later".to_owned()));
    faults
}

#[test]
fn a_burst_is_served_without_a_double_and_in_order() {
    for mut backend in backends() {
        let told = serve(&mut *backend.store);
        let faults = doubles(&told, &history(&*backend.store, false));
        assert!(faults.is_empty(), "{}: {}", backend.name, faults.join("\n"));
        let rings: usize = told.iter().map(|told| told.rings.len()).sum();
        let stale: u64 = told.iter().map(|told| told.stale).sum();
        assert_eq!((rings as u64, stale), (CONTACTS, CONTACTS * (MATCHERS - 1)));
        assert!(backend.store.standing().expect("stands").waiting.is_empty());
        check(&backend);
    }
}
