//! A call that is held again from its journal goes the same ways at the same times.

use std::sync::Arc;

use sambung::call::{CallJournal, CallRecord, Digits, HangupCause, Item, Reply};
use sambung::simulation::replay::{Candidate, Retelling};
use sambung::simulation::{Heard, Rehearsal, Side, speech_duration};
use sambung::time::Duration;

use crate::stage::Set;

const TOKO: &str = include_str!("../../flows/toko.yaml");

/// How many callers are listened to.
const CALLERS: u64 = 100;

/// How much each of them does.
const DEEDS: u32 = 25;

/// What they press; a call needs a way in and out, and an order number.
const KEYS: [&str; 9] = ["1", "2", "3", "1", "2", "123456#", "0", "#", "7"];

/// A call by chance: what it left behind.
fn call(seed: u64) -> (Set, Box<CallJournal>, Box<CallRecord>) {
    let mut chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut below = move |end: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % end
    };
    let mut set = Set::of(TOKO);
    set.settings.journals = true;
    // A line takes longer than its words: the silence before them, the way there.
    let slow = |item: &Item| speech_duration(&item.text) + Duration::from_millis(430);
    let mut rehearsal = Rehearsal::new(set.settings.clone(), seed, set.wall, Arc::new(slow));
    rehearsal.play_outside();
    rehearsal.register("201", true);
    let leg = rehearsal.call("100", Some("+6281100001111"));
    let (mut journal, mut record) = (None, None);
    for deed in 0..DEEDS {
        match below(8) {
            0..=3 => {
                let keys = KEYS[usize::try_from(below(9)).expect("small")];
                rehearsal.press(leg, &Digits::parse(keys).expect("keys"));
            }
            4 => rehearsal.say(
                leg,
                ["berapa harga", "petugas", "apa kabar"][usize::try_from(below(3)).expect("small")],
            ),
            5 => rehearsal.speak(leg, Duration::from_secs(5)),
            6 => {
                let agents: Vec<_> = rehearsal
                    .phones
                    .legs()
                    .filter(|(_, leg)| Side::is_dialled(&leg.side))
                    .map(|(id, _)| id)
                    .collect();
                agents.into_iter().for_each(|agent| rehearsal.pick_up(agent));
            }
            _ => {}
        }
        rehearsal.run_for(Duration::from_millis(500 + below(12_000)));
        if deed + 1 == DEEDS {
            rehearsal.hang_up(leg, HangupCause::Normal);
            rehearsal.run_for(Duration::from_secs(60));
        }
        while let Some(heard) = rehearsal.poll_heard() {
            match heard {
                Heard::Request(_, request) => {
                    let order = serde_json::json!({ "status": "paid", "total": 1_250_500, "eta": "2026-08-17" });
                    let at = rehearsal.now() + Duration::from_millis(300);
                    rehearsal.reply(at, request.id, Reply::Answered(order));
                }
                Heard::Journal(written) => journal = Some(written),
                Heard::Record(written) => record = Some(written),
                Heard::Command(..) | Heard::Report(..) | Heard::Notice(..) | Heard::Fact(..) => {}
            }
        }
    }
    (set, journal.expect("a journal"), record.expect("a record"))
}

/// The steps of a call in words.
fn steps(record: &[sambung::call::RecordStep]) -> Vec<String> {
    record
        .iter()
        .map(|s| format!("{} {} {:?} {:?}", s.at_ms, s.node, s.outcome, s.reason))
        .collect()
}

#[test]
fn it_takes_the_same_steps() {
    let mut told = 0;
    for seed in 1..=CALLERS {
        let (set, journal, record) = call(seed);
        let program = set.settings.programs.get(&journal.flow).cloned().expect("the flow");
        let (project, durations) = (Arc::new(set.settings), Rehearsal::by_text());
        let candidate = Candidate { project, program, durations };
        let mut retelling = Retelling::new(candidate.setting(&journal), &journal);
        retelling.run_to_end();
        assert_eq!(steps(retelling.steps()), steps(&record.steps), "caller {seed}: {journal:#?}");
        told += record.steps.len();
    }
    assert!(told > 500, "only {told} steps were taken");
}
