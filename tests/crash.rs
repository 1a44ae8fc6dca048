//! `kill -9` of a node under load, again and again: what its history says before and after.
//!
//! Callers and agents are plain SIP over sockets of their own. At a moment by chance the process is killed; the history it
//! leaves is read, the node is started again, and both are held against each other and against what the phones have seen.
//! `SAMBUNG_LONG=1 cargo test --test crash` kills 200 times instead of 20; `SEED=7` begins elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration as Span;

use sambung::call::{AgentId, CallId, HangupCause};
use sambung::history::{AgentStatus, Entry, Exit, Fact, Filter, Position, Standing};
use sambung::storage::SqliteReader;
use sambung::time::Duration;

use node::Node;
use town::Town;

#[path = "crash/node.rs"]
mod node;
#[path = "crash/town.rs"]
mod town;

/// How long a node may take from its start until it takes calls.
const READY_WITHIN: Span = Span::from_secs(5);

/// How often the node is killed.
fn kills() -> u64 {
    if std::env::var_os("SAMBUNG_LONG").is_some() { 200 } else { 20 }
}

/// Numbers by chance: splitmix64.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// Everything that a store holds, in order.
fn everything(reader: &SqliteReader) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut after = Position::default();
    loop {
        let filter = Filter { private: true, ..Filter::default() };
        let page = reader.entries(after, &filter, 10_000).expect("readable");
        let Some(last) = page.last() else { return entries };
        after = last.position();
        entries.extend(page);
    }
}

/// The fold over entries; each offer must have been allowed when it was written.
fn folded(entries: &[Entry]) -> Standing {
    let mut standing = Standing::default();
    for entry in entries {
        let verdict = standing.verdict(&entry.row.fact);
        assert_eq!(verdict, sambung::history::Verdict::Applied, "{entry:?} was not allowed");
        standing.apply(entry);
    }
    standing
}

/// What the history of one life of the process must be, whenever it ended.
fn check_life(entries: &[Entry], town: &Town) {
    for (before, entry) in entries.iter().zip(entries.iter().skip(1)) {
        let next = before.epoch == entry.epoch && entry.seq == before.seq + 1;
        let new = entry.epoch == before.epoch + 1 && entry.seq == 1;
        assert!(next || new, "a gap between {before:?} and {entry:?}");
        assert!(
            before.epoch != entry.epoch || before.row.at <= entry.row.at,
            "time runs back: {entry:?}"
        );
    }
    let mut offered: BTreeMap<AgentId, u64> = BTreeMap::new();
    let mut sums = (0_i64, 0_i64);
    let mut waiting = BTreeSet::new();
    for entry in entries {
        match &entry.row.fact {
            Fact::Enqueued { contact, .. } => {
                sums.0 += 1;
                assert!(waiting.insert(*contact), "{contact} waits twice");
            }
            Fact::Answered { contact, .. } | Fact::Left { contact, .. } => {
                sums.1 += 1;
                assert!(waiting.remove(contact), "{contact} leaves and does not wait: {entry:?}");
            }
            Fact::Offered { agent, .. } => *offered.entry(agent.clone()).or_default() += 1,
            _ => {}
        }
    }
    assert_eq!(
        sums.0,
        sums.1 + i64::try_from(waiting.len()).expect("few"),
        "O = A + B + X + L + waiting"
    );
    // No phone rings for an offer that is not on the disk.
    for (agent, rung) in town.rung() {
        let kept = offered.get(&AgentId::new(agent.as_str())).copied().unwrap_or(0);
        assert!(rung <= kept, "{agent} was rung {rung} times and offered {kept} times");
    }
}

/// What the node must have made of what the one before left, once it is ready.
fn check_return(left: &Standing, entries: &[Entry], now: &Standing, node: &Node) {
    let epoch = left.newest.epoch + 1;
    let begun: Vec<&Entry> = entries.iter().filter(|entry| entry.epoch == epoch).collect();
    assert!(matches!(begun[0].row.fact, Fact::NodeStarted { .. }), "{:?}", begun[0]);
    assert!(now.calls.is_empty() && now.waiting.is_empty() && now.offers.is_empty(), "{now:?}");
    let ended: BTreeSet<CallId> = begun
        .iter()
        .filter_map(|entry| match entry.row.fact {
            Fact::CallEnded { contact, cause: HangupCause::Interrupted, .. } => Some(contact),
            _ => None,
        })
        .collect();
    assert_eq!(ended, left.calls.keys().copied().collect(), "calls in progress are closed");
    let lost = begun.iter().filter_map(|entry| match entry.row.fact {
        Fact::Left { contact, how: Exit::Lost, .. } => Some(contact),
        _ => None,
    });
    assert_eq!(
        lost.collect::<BTreeSet<_>>(),
        left.waiting.keys().copied().collect(),
        "lost in line"
    );
    let records = node.records_of(left.calls.keys());
    for call in left.calls.keys() {
        let of = |record: &&serde_json::Value| record["call"] == call.to_string();
        let record = records.iter().find(of).expect("each has its record");
        assert_eq!(record["cause"], "interrupted", "{record}");
    }
    let begin = begun[0].row.at;
    for (agent, was) in &left.agents {
        let is = &now.agents[agent];
        assert_eq!(is.pending, was.pending, "{agent}: {was:?} became {is:?}");
        let lasts = was.until.is_none_or(|until| until > begin.after(Duration::from_secs(1)));
        match was.status {
            AgentStatus::Wrapup | AgentStatus::Backoff | AgentStatus::Rona | AgentStatus::Break
                if lasts =>
            {
                let before = (was.status, &was.reason, was.until, was.missed);
                assert_eq!((is.status, &is.reason, is.until, is.missed), before, "{agent}");
            }
            AgentStatus::Talking | AgentStatus::Engaged => {
                assert_eq!(is.status, AgentStatus::Wrapup, "{agent}: {is:?}");
            }
            AgentStatus::Ready | AgentStatus::Reserved | AgentStatus::Ringing => {
                let before = (AgentStatus::Ready, was.missed);
                assert_eq!((is.status, is.missed), before, "{agent}: {was:?} became {is:?}");
            }
            _ => {}
        }
    }
}

/// Every call that ended has its record when the node is back, however shortly before the kill that was.
fn check_records(entries: &[Entry], node: &Node) {
    let records = node.records();
    let kept: BTreeSet<&str> =
        records.iter().filter_map(|record| record["call"].as_str()).collect();
    for entry in entries {
        if let Fact::CallEnded { contact, .. } = entry.row.fact {
            assert!(
                kept.contains(contact.to_string().as_str()),
                "{contact} ended and has no record"
            );
        }
    }
    assert_eq!(kept.len(), records.len(), "one record per call");
}

#[test]
fn a_node_that_is_killed_comes_back_as_it_was() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut chance = Chance(seed);
    let mut town = Town::new(seed);
    let mut node = Node::new(&town.addresses());
    node.start();
    let (mut slowest, mut resumed, mut in_line) = (Span::ZERO, 0, 0);
    for kill in 0..kills() {
        town.calls(12);
        town.lives_for(node.sip(), Span::from_millis(300 + chance.below(2_200)));
        node.kill();
        let reader = SqliteReader::open(&node.store()).expect("the store is whole");
        let entries = everything(&reader);
        let left = reader.standing().expect("readable");
        assert_eq!(folded(&entries), left, "kill {kill}: what stands is the fold of the rows");
        check_life(&entries, &town);
        let waiting = left.waiting.len();
        in_line += waiting;

        let took = node.start();
        slowest = slowest.max(took);
        assert!(took < READY_WITHIN, "kill {kill}: ready after {took:?}");
        check_records(&entries, &node);
        let entries = everything(&reader);
        let now = reader.standing().expect("readable");
        check_return(&left, &entries, &now, &node);
        town.checks_that_old_calls_are_unknown(node.sip());
        resumed += u64::from(comes_back(&left, &mut town, &node, &reader));
    }
    println!(
        "MEASURED: kill -9 under load, ready again | {slowest:?} at most, {} kills | 5 s",
        kills()
    );
    let rings = rings_after(&everything(&SqliteReader::open(&node.store()).expect("the store")));
    let of = |share: usize| rings.get(rings.len() * share / 100).map_or(0, |micros| micros / 1_000);
    println!(
        "MEASURED: from a durable offer to the ringing phone | {} ms at the median, {} ms at 95 %, {} rings | 100 ms",
        of(50),
        of(95),
        rings.len()
    );
    assert!(in_line > 0, "nobody ever waited");
    assert!(resumed > 0, "nobody ever came back to a place");
    node.ends();
    let reader = SqliteReader::open(&node.store()).expect("the store is whole");
    assert!(reader.standing().expect("readable").stopped, "a clean end is told");
}

#[test]
fn a_project_read_anew_changes_nothing_that_stands() {
    let mut town = Town::calm();
    let mut node = Node::new(&town.addresses());
    node.start();
    town.calls(8);
    town.lives_for(node.sip(), Span::from_millis(2_500));
    let reader = SqliteReader::open(&node.store()).expect("the store is whole");
    let before = reader.standing().expect("readable");
    let talk = before.agents.values().filter(|agent| agent.status == AgentStatus::Talking);
    assert_eq!((talk.count(), before.waiting.len()), (3, 5), "{before:?}");
    for (from, to) in [("wrap_up: 3s", "wrap_up: 4s"), ("timeout: 5s", "timeout: 6s")] {
        node.reads_anew(from, to);
        town.lives_for(node.sip(), Span::from_millis(300));
    }
    let after = reader.standing().expect("readable");
    assert_eq!(after.agents, before.agents, "no state and no counter of an agent");
    assert_eq!(after.waiting, before.waiting, "no place in line");
    assert_eq!((&after.calls, &after.offers), (&before.calls, &before.offers), "no call or offer");
}

#[test]
fn while_the_store_refuses_calls_go_on_and_nobody_is_rung() {
    let mut town = Town::calm();
    let mut node = Node::new(&town.addresses());
    node.start();
    town.calls(2);
    town.lives_for(node.sip(), Span::from_millis(1_500));
    let rung = |town: &Town| town.rung().map(|(_, rung)| rung).sum::<u64>();
    assert_eq!((town.up(), rung(&town)), (2, 2), "two talk, one agent is free");

    // Whoever writes to the same file keeps the node from it.
    let lock = rusqlite::Connection::open(node.store()).expect("the store");
    lock.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes for long");
    town.calls(1);
    town.lives_for(node.sip(), Span::from_secs(5));
    assert_eq!((town.up(), rung(&town)), (3, 2), "all are in their calls, and nobody was rung");

    lock.execute_batch("ROLLBACK").expect("it is held");
    for _ in 0..75 {
        if rung(&town) > 2 {
            break;
        }
        town.lives_for(node.sip(), Span::from_millis(200));
    }
    town.lives_for(node.sip(), Span::from_millis(500));
    assert_eq!((town.up(), rung(&town)), (3, 3), "the store works again");
    let reader = SqliteReader::open(&node.store()).expect("the store is whole");
    let entries = everything(&reader);
    check_life(&entries, &town);
    assert_eq!(folded(&entries), reader.standing().expect("readable"));
    let talks = entries.iter().filter(|entry| matches!(entry.row.fact, Fact::Answered { .. }));
    assert_eq!(talks.count(), 3, "what happened meanwhile is written");
}

/// How long it took from each offer until its phone rang, as the history has it.
fn rings_after(entries: &[Entry]) -> Vec<u64> {
    let mut offered = BTreeMap::new();
    let mut spans = Vec::new();
    for entry in entries {
        let at = entry.row.at.as_unix_micros();
        match entry.row.fact {
            Fact::Offered { offer, .. } => drop(offered.insert((entry.epoch, offer), at)),
            Fact::Rang { offer, .. } => {
                let since = offered.get(&(entry.epoch, offer)).copied();
                spans.push(at.abs_diff(since.expect("whoever is rung was offered somebody")));
            }
            _ => {}
        }
    }
    spans.sort_unstable();
    spans
}

/// One who waited when the node died calls again, and stands where they stood.
fn comes_back(left: &Standing, town: &mut Town, node: &Node, reader: &SqliteReader) -> bool {
    let Some((contact, waited)) = left.waiting.iter().next() else { return false };
    let Some(number) = town.number_of(left, *contact) else { return false };
    let since = reader.standing().expect("readable").newest;
    town.calls_from(node.sip(), &number);
    let end = std::time::Duration::from_secs(3);
    let found = town.lives_until(node.sip(), end, || {
        let entries = reader.entries(since, &Filter::default(), 1_000).expect("readable");
        entries.into_iter().find_map(|entry| match entry.row.fact {
            Fact::Enqueued { contact, order, again: true, .. } => Some((contact, order)),
            _ => None,
        })
    });
    let (_, order) = found.expect("whoever rings again gets back to the place");
    let apart = order.as_unix_micros().abs_diff(waited.order.as_unix_micros());
    assert!(apart < 50_000, "the place of {number} is {apart} µs off");
    true
}
