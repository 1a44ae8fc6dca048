//! Callers and agents who do anything at any time: whatever happens, the invariants hold.
//!
//! The engine's own are checked after every event; the rest by a watch that sees all that goes in and out. A failure
//! names its seed.

use std::collections::VecDeque;

use sambung::call::{
    CallJournal, Digits, Failure, HangupCause, JournalEvent, LegId, Reply, RequestId,
};
use sambung::engine::Notice;
use sambung::simulation::{Heard, Rehearsal, Side};
use sambung::time::Duration;

use crate::stage::Set;
use crate::transfer::LINE;

/// What the callers call: a shop that is in use, and a flow of every verb.
const FLOWS: [&str; 2] = [include_str!("../../flows/toko.yaml"), include_str!("everything.yaml")];

/// How many days of calls are played; each has a seed of its own.
const SEEDS: u64 = 300;

/// How much happens in one of them.
const ACTIONS: u32 = 150;

/// Live callers at a time.
const CALLERS: usize = 4;

/// How many of the last lines a failure shows.
const SHOWN: usize = 40;

/// What callers say.
const WORDS: [&str; 8] = [
    "berapa harga",
    "operator",
    "how long is delivery",
    "ya",
    "tidak",
    "satu dua tiga",
    "apakah ada kucing",
    "english",
];

/// How dialled telephones end.
const ENDINGS: [HangupCause; 6] = [
    HangupCause::Normal,
    HangupCause::Busy,
    HangupCause::NoAnswer,
    HangupCause::Rejected,
    HangupCause::Unreachable,
    HangupCause::MediaLost,
];

/// Numbers by chance: xorshift over the seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).expect("small")).expect("small")
    }
}

#[test]
fn whatever_anybody_does_each_call_ends_once_and_nothing_stalls() {
    let mut calls = 0;
    for seed in 1..=SEEDS {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let flow = FLOWS[usize::from(seed % 2 == 0)];
        let mut set = Set::of(flow);
        set.settings.max_calls = CALLERS;
        set.settings.journals = true;
        let mut rehearsal = Rehearsal::watched(set.settings, seed, set.wall, Rehearsal::by_text());
        rehearsal.play_outside();
        let mut story = Story::default();
        for _ in 0..ACTIONS {
            act(&mut rehearsal, &mut chance);
            story.read(&mut rehearsal, seed);
            for request in std::mem::take(&mut story.asked) {
                answer(&mut rehearsal, &mut chance, request);
            }
        }
        for side in [Side::is_caller, Side::is_dialled] {
            for leg in legs(&rehearsal, side) {
                rehearsal.hang_up(leg, HangupCause::Normal);
            }
        }
        rehearsal.run_for(Duration::from_secs(60));
        story.read(&mut rehearsal, seed);
        assert_eq!(rehearsal.close(), Ok(()), "seed {seed}");
        assert_eq!(rehearsal.engine().live_calls(), 0, "seed {seed}: a call is left over");
        assert_eq!(rehearsal.engine().live_legs(), 0, "seed {seed}: a leg is left over");
        assert_eq!(story.journals, story.records, "seed {seed}: one journal per call");
        calls += story.records;
    }
    assert!(calls > 1_000, "only {calls} calls were played");
}

fn act(rehearsal: &mut Rehearsal, chance: &mut Chance) {
    let callers = legs(rehearsal, Side::is_caller);
    let caller = (!callers.is_empty()).then(|| callers[chance.below(callers.len())]);
    let dialled = legs(rehearsal, Side::is_dialled);
    let agent = (!dialled.is_empty()).then(|| dialled[chance.below(dialled.len())]);
    match (chance.below(13), caller, agent) {
        (0, ..) => {
            rehearsal.call("100", None);
        }
        (1..=4, Some(leg), _) => {
            let keys: String =
                (0..=chance.below(3)).map(|_| b"0123456789*#"[chance.below(12)] as char).collect();
            rehearsal.press(leg, &Digits::parse(&keys).expect("keys"));
        }
        (5, Some(leg), _) => rehearsal.say(leg, WORDS[chance.below(WORDS.len())]),
        (6, _, Some(leg)) => rehearsal.pick_up(leg),
        (7, _, Some(leg)) => rehearsal.hang_up(leg, ENDINGS[chance.below(ENDINGS.len())]),
        (8, ..) => rehearsal.register(["201", "202"][chance.below(2)], chance.below(3) > 0),
        (9, Some(leg), _) if chance.below(4) == 0 => rehearsal.hang_up(leg, HangupCause::Normal),
        (10, ..) => rehearsal.run_for(Duration::from_secs(60)),
        (11, Some(leg), _) => rehearsal.speak(leg, Duration::from_secs(5)),
        _ => {
            let span = u64::try_from(chance.below(9_000)).expect("small");
            rehearsal.run_for(Duration::from_millis(span));
        }
    }
}

#[test]
fn however_agents_hand_their_callers_over_nobody_is_lost() {
    let mut handed = 0;
    for seed in 1..=SEEDS {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let set = Set::of(LINE);
        let mut rehearsal = Rehearsal::watched(set.settings, seed, set.wall, Rehearsal::by_text());
        let mut story = Story::default();
        for _ in 0..ACTIONS {
            hand_over(&mut rehearsal, &mut chance);
            story.read(&mut rehearsal, seed);
            rehearsal.engine().check_invariants();
        }
        for side in [Side::is_caller, Side::is_dialled] {
            for leg in legs(&rehearsal, side) {
                rehearsal.hang_up(leg, HangupCause::Normal);
            }
        }
        rehearsal.run_for(Duration::from_secs(90));
        story.read(&mut rehearsal, seed);
        assert_eq!(rehearsal.close(), Ok(()), "seed {seed}");
        assert_eq!(rehearsal.engine().live_calls(), 0, "seed {seed}: a call is left over");
        assert_eq!(rehearsal.engine().live_legs(), 0, "seed {seed}: a leg is left over");
        let engaged = ["sari", "budi"].iter().find(|agent| {
            let state = rehearsal.engine().queues().agent_state(&(**agent).into());
            state.is_some_and(|state| matches!(state.to_string().as_str(), "engaged" | "talking"))
        });
        assert_eq!(engaged, None, "seed {seed}: an agent without a call is bound by one");
        handed += story.handed;
    }
    assert!(handed > 150, "only {handed} callers were handed over");
}

/// What callers and agents of a line do to hand over, to take over, and to get in the way of it.
fn hand_over(rehearsal: &mut Rehearsal, chance: &mut Chance) {
    let any = |chance: &mut Chance, legs: &[LegId]| {
        (!legs.is_empty()).then(|| legs[chance.below(legs.len())])
    };
    let offered = legs(rehearsal, Side::is_caller);
    let dialled = legs(rehearsal, Side::is_dialled);
    let all: Vec<LegId> = offered.iter().chain(&dialled).copied().collect();
    let (leg, other) = (any(chance, &all), any(chance, &all));
    let users = ["201", "202", "999"];
    let numbers = ["201", "202", "+62215550100", "+1900555"];
    let (user, number) = (users[chance.below(3)], numbers[chance.below(4)]);
    match (chance.below(15), leg, any(chance, &dialled)) {
        (0, ..) if offered.len() < CALLERS => {
            rehearsal.call("100", None);
        }
        (1, ..) if offered.len() < CALLERS => {
            rehearsal.call_as(user, number, None);
        }
        (2, ..) if offered.len() < CALLERS => {
            rehearsal.call_as(user, "100", other);
        }
        (3 | 4, Some(leg), _) => rehearsal.refer(leg, number, None),
        (5 | 6, Some(leg), _) => rehearsal.refer(leg, number, other),
        (7..=9, _, Some(leg)) => rehearsal.pick_up(leg),
        (10, Some(leg), _) if chance.below(3) == 0 => {
            rehearsal.hang_up(leg, ENDINGS[chance.below(ENDINGS.len())]);
        }
        (11, Some(leg), _) => rehearsal.hold(leg, chance.below(2) > 0),
        (12, ..) => rehearsal.register(users[chance.below(2)], chance.below(6) > 0),
        _ => {
            let span = u64::try_from(chance.below(12_000)).expect("small");
            rehearsal.run_for(Duration::from_millis(span));
        }
    }
}

/// The outside answers, well or badly, soon or late or never.
fn answer(rehearsal: &mut Rehearsal, chance: &mut Chance, request: RequestId) {
    let order = serde_json::json!({ "status": "paid", "total": 1250500, "eta": "2026-08-17" });
    let reply = match chance.below(7) {
        0 => return,
        1 => Reply::NotFound,
        2 => Reply::Failed(Failure::Error),
        3 => Reply::Answered(serde_json::json!({ "status": 1 })),
        4 => Reply::Kept("1001".into()),
        _ => Reply::Answered(order),
    };
    let after = u64::try_from(chance.below(12_000)).expect("small");
    rehearsal.reply(rehearsal.now() + Duration::from_millis(after), request, reply);
}

fn legs(rehearsal: &Rehearsal, wanted: impl Fn(&Side) -> bool) -> Vec<LegId> {
    rehearsal.phones.legs().filter(|(_, leg)| wanted(&leg.side)).map(|(id, _)| id).collect()
}

/// What has been seen so far.
#[derive(Default)]
struct Story {
    /// Records written.
    records: usize,
    /// Journals written.
    journals: usize,
    /// What the outside is asked and was not answered.
    asked: Vec<RequestId>,
    /// Callers handed over.
    handed: usize,
    /// The last lines.
    lines: VecDeque<String>,
}

impl Story {
    fn read(&mut self, rehearsal: &mut Rehearsal, seed: u64) {
        while let Some(heard) = rehearsal.poll_heard() {
            self.lines.extend(heard.line());
            while self.lines.len() > SHOWN {
                self.lines.pop_front();
            }
            match heard {
                Heard::Record(_) => self.records += 1,
                Heard::Request(_, request) => self.asked.push(request.id),
                Heard::Journal(journal) => {
                    self.journals += 1;
                    let line = journal.line().expect("a journal is plain");
                    let read = CallJournal::read(&line);
                    assert_eq!(read.expect("a journal can be read"), *journal, "seed {seed}");
                    let ends = journal.events.iter();
                    let ends = ends.filter(|e| matches!(e.event, JournalEvent::Ended { .. }));
                    assert_eq!(ends.count(), 1, "seed {seed}: {journal:?}");
                }
                Heard::Notice(_, Notice::Transferred { .. }) => self.handed += 1,
                Heard::Command(..) | Heard::Report(..) | Heard::Notice(..) | Heard::Fact(..) => {}
            }
        }
        let breach = rehearsal.breach().map(|breach| {
            let lines: Vec<_> = self.lines.iter().map(String::as_str).collect();
            format!("{breach}\n{}", lines.join("\n"))
        });
        assert_eq!(breach, None, "seed {seed}");
    }
}
