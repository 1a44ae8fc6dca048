//! The same figures in another way: from the rows as a list, looked through again and again, against the fold.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::made::{Made, contact};
use super::{DAY, book_of};
use crate::call::CallId;
use crate::history::{AgentStatus, Entry, Exit, Fact, OfferResult, Outcome};
use crate::time::Duration;

/// What one made caller does; times in milliseconds.
#[derive(Debug, Clone)]
struct Fate {
    arrives: u32,
    queue: u8,
    misses: u8,
    wait: u32,
    end: u8,
    talk: u32,
    wrapup: u32,
    agent: u8,
    hold: bool,
}

fn fate() -> impl Strategy<Value = Fate> {
    let wait = prop_oneof![Just(5_000_u32), Just(20_000), 0..120_000_u32];
    let whole = (0..7_200_000_u32, 0..3_u8, 0..3_u8, wait, 0..8_u8);
    (whole, 0..400_000_u32, 0..60_000_u32, 0..6_u8, any::<bool>()).prop_map(
        |((arrives, queue, misses, wait, end), talk, wrapup, agent, hold)| Fate {
            arrives,
            queue,
            misses,
            wait,
            end,
            talk,
            wrapup,
            agent,
            hold,
        },
    )
}

/// Writes what they did, in order of time.
fn history(fates: &[Fate]) -> Vec<Entry> {
    let mut made = Made::new();
    for (n, fate) in (1..).zip(fates) {
        let (t, wait) = (f64::from(fate.arrives) / 1e3, f64::from(fate.wait) / 1e3);
        let queue = ["service", "technical", "billing"][usize::from(fate.queue)];
        let agent = format!("{queue}-{}-{n}", fate.agent);
        made.call(t, n, Some(n % 7));
        made.enqueue(t, n, queue);
        for miss in 1..=fate.misses {
            let part = f64::from(miss) / f64::from(fate.misses + 1);
            made.offer(t + wait * part, n, queue, &agent);
            made.miss(t + wait * part, n, queue, &agent, OfferResult::NoAnswer);
        }
        let over = t + wait;
        match fate.end {
            0 => made.leave(over, n, queue, Exit::Abandoned),
            1 => made.leave(over, n, queue, Exit::Timeout),
            2 => continue,
            _ => {
                made.offer(over, n, queue, &agent);
                made.answer(over, n, queue, &agent);
                made.agent(over, &agent, AgentStatus::Talking, Some(n));
                let (talk, wrapup) = (f64::from(fate.talk) / 1e3, f64::from(fate.wrapup) / 1e3);
                if fate.hold {
                    let held = Some(agent.as_str().into());
                    let contact = contact(n);
                    made.row(over + talk / 4.0, Fact::Held { contact, agent: held.clone() });
                    made.row(over + talk / 2.0, Fact::Resumed { contact, agent: held });
                }
                made.talk_ended(over + talk, n, queue, &agent);
                made.agent(over + talk, &agent, AgentStatus::Wrapup, Some(n));
                made.agent(over + talk + wrapup, &agent, AgentStatus::Ready, None);
            }
        }
        made.end(over + f64::from(fate.talk) / 1e3, n, Outcome::ToHuman, None);
    }
    made.entries.sort_by_key(|entry| entry.row.at);
    for (seq, entry) in (1..).zip(&mut made.entries) {
        entry.seq = seq;
    }
    made.entries
}

/// The figures of one queue, as plain numbers.
#[derive(Debug, Default, PartialEq)]
struct Plain {
    offered: usize,
    in_time: usize,
    answered: usize,
    abandoned: usize,
    short: usize,
    timeouts: usize,
    waiting: usize,
    waits: Vec<Duration>,
    connected: u64,
    held: u64,
    missed: usize,
}

/// Looks every question up in the rows.
fn by_hand(entries: &[Entry], queue: &str) -> Plain {
    let micros = |entry: &Entry| entry.row.at.as_unix_micros().unsigned_abs();
    let mut plain = Plain::default();
    let first = |of: &dyn Fn(&Fact) -> bool| entries.iter().find(|entry| of(&entry.row.fact));
    let contacts: Vec<(CallId, u64)> = entries
        .iter()
        .filter_map(|entry| match &entry.row.fact {
            Fact::Enqueued { contact, queue: q, .. } if q.as_str() == queue => {
                Some((*contact, micros(entry)))
            }
            _ => None,
        })
        .collect();
    plain.offered = contacts.len();
    for (id, entered) in contacts {
        let answered = first(&|f| matches!(f, Fact::Answered { contact, .. } if *contact == id));
        let left = first(&|f| matches!(f, Fact::Left { contact, .. } if *contact == id));
        let talked = first(&|f| matches!(f, Fact::TalkEnded { contact, .. } if *contact == id));
        let held = first(&|f| matches!(f, Fact::Held { contact, .. } if *contact == id));
        let resumed = first(&|f| matches!(f, Fact::Resumed { contact, .. } if *contact == id));
        match (answered, left) {
            (Some(answered), _) => {
                let wait = micros(answered) - entered;
                plain.answered += 1;
                plain.in_time += usize::from(wait <= 20_000_000);
                plain.waits.push(Duration::from_micros(wait));
                plain.connected += talked.map_or(0, micros) - micros(answered);
                plain.held += resumed.map_or(0, micros) - held.map_or(0, micros);
            }
            (None, Some(left)) => {
                let abandoned = matches!(left.row.fact, Fact::Left { how: Exit::Abandoned, .. });
                plain.abandoned += usize::from(abandoned);
                plain.timeouts += usize::from(!abandoned);
                let short = abandoned && micros(left) - entered <= 5_000_000;
                plain.short += usize::from(short);
            }
            (None, None) => plain.waiting += 1,
        }
    }
    plain.waits.sort();
    plain.missed = entries
        .iter()
        .filter(
            |e| matches!(&e.row.fact, Fact::OfferClosed { queue: q, .. } if q.as_str() == queue),
        )
        .count();
    plain
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_fold_is_what_the_rows_say(fates in prop::collection::vec(fate(), 1..60)) {
        let entries = history(&fates);
        let (book, faults) = book_of(&entries, DAY, DAY);
        prop_assert_eq!(faults, []);
        for (queue, figures) in book.queues().by_name() {
            let total = figures.total();
            let size = |n: u64| usize::try_from(n).expect("small");
            let folded = Plain {
                offered: size(total.offered),
                in_time: size(total.answered_in_time),
                answered: size(total.answered),
                abandoned: size(total.abandoned),
                short: size(total.short),
                timeouts: size(total.exits.get(&Exit::Timeout).copied().unwrap_or(0)),
                waiting: size(total.waiting),
                waits: figures.waits.clone(),
                connected: total.connected.as_micros(),
                held: total.held.as_micros(),
                missed: size(total.misses.values().sum()),
            };
            prop_assert_eq!(folded, by_hand(&entries, queue.as_str()));
        }
        // Agents: each row begins what the next row of that agent ends; the rest lasts to the last row.
        let mut times: BTreeMap<(&str, AgentStatus), u64> = BTreeMap::new();
        let last = entries.last().expect("rows").row.at;
        for (n, entry) in entries.iter().enumerate() {
            let Fact::AgentChanged { agent, status, .. } = &entry.row.fact else { continue };
            let next = entries.iter().skip(n + 1).find(|next| {
                matches!(&next.row.fact, Fact::AgentChanged { agent: a, .. } if a == agent)
            });
            let to = next.map_or(last, |next| next.row.at).as_unix_micros();
            let span = (to - entry.row.at.as_unix_micros()).unsigned_abs();
            *times.entry((agent.as_str(), *status)).or_default() += span;
        }
        for ((agent, status), time) in times {
            let folded = book.agents()[agent].total().time(status).as_micros();
            prop_assert_eq!(folded, time, "{} {:?}", agent, status);
        }
    }
}
