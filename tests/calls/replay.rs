//! A thousand calls of the shop and the bank, by callers made from seeds: what their journals hold, and that they go the
//! same way when they are held once more.

use std::collections::BTreeSet;
use std::sync::Arc;

use sambung::call::{
    CallJournal, Digits, Errand, Failure, HangupCause, JournalEvent, LegId, Operation, Reply,
};
use sambung::engine::Settings;
use sambung::simulation::replay::{Candidate, Kind, replay};
use sambung::simulation::{Heard, Rehearsal, Side};
use sambung::time::Duration;
use serde_json::json;

use crate::stage::Set;

const SHOP: &str = include_str!("../../flows/toko.yaml");
const BANK: &str = include_str!("../../flows/bank.yaml");

/// How many callers ring each of the two.
const CALLERS: u64 = 500;

/// How much a caller does at most.
const DEEDS: u32 = 40;

/// What callers say.
const WORDS: [&str; 10] = [
    "berapa harga barangnya",
    "operator",
    "how long is delivery",
    "ya betul",
    "tidak",
    "saya mau pesanan saya",
    "apakah ada kucing",
    "english please",
    "kartu hilang",
    "komplain",
];

/// Numbers by chance: xorshift over the seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        let end = u64::try_from(list.len()).expect("small");
        list[usize::try_from(self.below(end)).expect("small")]
    }

    /// Digits without a 9: no caller of the shop ever presses one.
    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(9)).expect("small"))).collect()
    }
}

/// What a caller has that belongs to them.
struct Own {
    number: String,
    account: String,
    pin: String,
    token: String,
}

impl Own {
    fn of(chance: &mut Chance) -> Self {
        let front = chance.digits(9);
        let check = (0..10).map(|last| format!("{front}{last}")).find(|whole| luhn(whole));
        let letters =
            (0..12).map(|_| char::from(b'a' + u8::try_from(chance.below(26)).expect("small")));
        Self {
            token: letters.collect(),
            account: check.expect("one of ten agrees"),
            pin: format!("8{}", chance.digits(5)),
            number: format!("+62811{}", chance.digits(8)),
        }
    }

    fn all(&self) -> [&str; 4] {
        [&self.number, &self.account, &self.pin, &self.token]
    }
}

fn luhn(digits: &str) -> bool {
    let digits = digits.bytes().rev().map(|b| u32::from(b - b'0')).enumerate();
    let doubled =
        |(place, d): (usize, u32)| if place % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { d };
    digits.map(doubled).sum::<u32>() % 10 == 0
}

/// One call, as it takes place.
struct Call<'c> {
    rehearsal: Rehearsal,
    leg: LegId,
    chance: &'c mut Chance,
    own: Own,
    journal: Option<Box<CallJournal>>,
}

/// Holds the call of one caller; gives its journal and what belongs to the caller.
fn call(settings: &Settings, seed: u64, set: &Set) -> (CallJournal, Own) {
    let chance = &mut Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let own = Own::of(chance);
    let mut rehearsal = Rehearsal::new(settings.clone(), seed, set.wall, Rehearsal::by_text());
    rehearsal.play_outside();
    for user in ["201", "202"].into_iter().take(usize::try_from(chance.below(3)).expect("small")) {
        rehearsal.register(user, true);
    }
    let number = (chance.below(5) > 0).then_some(own.number.as_str());
    let leg = rehearsal.call("100", number);
    let mut call = Call { rehearsal, leg, chance, own, journal: None };
    call.wait(900_000);
    for _ in 0..DEEDS {
        if call.rehearsal.phones.leg(leg).is_none() {
            break;
        }
        call.act();
    }
    call.rehearsal.hang_up(leg, HangupCause::Normal);
    call.wait(60_000_000);
    (*call.journal.expect("the call has a journal"), call.own)
}

impl Call<'_> {
    fn act(&mut self) {
        match self.chance.below(16) {
            0..=4 => {
                let key = self.chance.of(&["1", "1", "2", "2", "3", "4", "0", "*", "#", "7"]);
                self.press(key);
            }
            5 => {
                let keys = self.chance.of(&["21", "12", "1112", "2*3", "33", "#1"]);
                self.press(keys);
            }
            6 | 7 => {
                let account = self.own.account.clone();
                self.press(&account);
                if self.chance.below(2) == 0 {
                    let pin = self.own.pin.clone();
                    self.press(&pin);
                }
            }
            8 => {
                let pin = self.own.pin.clone();
                self.press(&pin);
                self.press("#");
            }
            9 => self
                .rehearsal
                .say(self.leg, WORDS[usize::try_from(self.chance.below(10)).expect("small")]),
            10 => {
                let length = Duration::from_millis(self.chance.below(9_000));
                self.rehearsal.speak(self.leg, length);
            }
            11 => self.person(),
            12 => self.wait(20_000_000),
            13 if self.chance.below(6) == 0 => {
                self.rehearsal.hang_up(self.leg, HangupCause::Normal)
            }
            _ => {}
        }
        self.look();
        let micros = self.chance.below(9_000_000);
        self.wait(micros);
    }

    /// Whoever is rung for the caller does something.
    fn person(&mut self) {
        let dialled = |(id, leg): (LegId, &sambung::simulation::Leg)| {
            matches!(leg.side, Side::Dialled(_)).then_some(id)
        };
        let Some(leg) = self.rehearsal.phones.legs().find_map(dialled) else { return };
        if self.chance.below(2) == 0 {
            self.rehearsal.pick_up(leg);
        } else {
            let cause = self.chance.of(&[HangupCause::Normal, HangupCause::Busy]);
            self.rehearsal.hang_up(leg, cause);
        }
    }

    /// Keys at a person's pace.
    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            self.rehearsal.press(self.leg, &Digits::parse(&key.to_string()).expect("a key"));
            let micros = 120_000 + self.chance.below(300_000);
            self.wait(micros);
        }
    }

    fn wait(&mut self, micros: u64) {
        let end = self.rehearsal.now() + Duration::from_micros(micros);
        self.look();
        while self.rehearsal.next_due().is_some_and(|due| due <= end) {
            self.rehearsal.run_to_next();
            self.look();
        }
        self.rehearsal.run_until(end);
    }

    fn look(&mut self) {
        while let Some(heard) = self.rehearsal.poll_heard() {
            match heard {
                Heard::Request(at, request) => {
                    let after = Duration::from_micros(self.chance.below(4_500_000));
                    let reply = self.reply(&request.what);
                    self.rehearsal.reply(at + after, request.id, reply);
                }
                Heard::Journal(journal) => self.journal = Some(journal),
                Heard::Command(..)
                | Heard::Report(..)
                | Heard::Notice(..)
                | Heard::Fact(..)
                | Heard::Record(_) => {}
            }
        }
    }

    fn reply(&mut self, errand: &Errand) -> Reply {
        let Errand::Operation(Operation { operation, .. }) = errand else {
            return Reply::Kept("4711".into());
        };
        match (self.chance.below(8), &**operation) {
            (0, _) => Reply::Failed(Failure::Error),
            (1, _) => Reply::NotFound,
            (2, _) => Reply::Answered(json!({ "nothing": "of the kind" })),
            (n, "login") => {
                let state = if n > 4 { "ok" } else { "wrong" };
                Reply::Answered(json!({ "state": state, "token": self.own.token }))
            }
            (_, "balance") => {
                Reply::Answered(json!({ "amount": 2_750_000, "currency": "IDR", "at": "14:30" }))
            }
            (_, "find") => {
                let status = self.chance.of(&["shipped", "paid", "delivered", "lost"]);
                Reply::Answered(json!({ "status": status, "total": 150_000, "eta": "2026-03-09" }))
            }
            _ => Reply::Answered(json!({ "at": "14:30" })),
        }
    }
}

/// All calls of one flow.
fn calls(yaml: &str) -> Vec<(CallJournal, Own)> {
    let mut set = Set::of(yaml);
    set.settings.journals = true;
    let settings = set.settings.clone();
    (1..=CALLERS).map(|seed| call(&settings, seed, &set)).collect()
}

fn candidate(yaml: &str) -> Candidate {
    let settings = Set::of(yaml).settings;
    let program = settings.programs.values().next().expect("a flow").clone();
    Candidate { program, project: Arc::new(settings), durations: Rehearsal::by_text() }
}

/// The calls that go another way, with what is said of them.
fn differing(journals: &[(CallJournal, Own)], yaml: &str) -> Vec<(usize, String)> {
    let candidate = candidate(yaml);
    let judged = journals.iter().enumerate().map(|(n, (journal, _))| {
        // As it is read from a file.
        let read = CallJournal::read(&journal.line().expect("writes")).expect("reads");
        (n, replay(&read, &candidate).verdict)
    });
    judged
        .filter(|(_, verdict)| verdict.kind != Kind::Same)
        .map(|(n, verdict)| {
            let at = verdict.at.map(|moment| moment.to_string()).unwrap_or_default();
            (n, format!("{} {at}", verdict.kind.name()))
        })
        .collect()
}

#[test]
fn a_thousand_calls_are_the_same_with_the_same_flow() {
    for yaml in [SHOP, BANK] {
        let journals = calls(yaml);
        let nodes: BTreeSet<&str> = journals
            .iter()
            .flat_map(|(journal, _)| &journal.events)
            .filter_map(|entry| match &entry.event {
                JournalEvent::Entered { node } => Some(node.as_str()),
                _ => None,
            })
            .collect();
        assert!(nodes.len() > 25, "the callers come around: {nodes:?}");
        let differing = differing(&journals, yaml);
        assert!(differing.is_empty(), "{} differ: {differing:#?}", differing.len());
    }
}

/// Whether the caller chose a complaint at the main menu by its key, and not by words.
fn pressed_3(journal: &CallJournal) -> bool {
    let mut said = false;
    journal.events.iter().any(|entry| match &entry.event {
        JournalEvent::Asked { .. } => {
            said = false;
            false
        }
        JournalEvent::Said { phrase, .. } => {
            said = phrase.is_some();
            false
        }
        JournalEvent::Left { node, outcome } => {
            node.as_str() == "main" && &**outcome == "3" && !said
        }
        _ => false,
    })
}

#[test]
fn where_one_key_has_moved_exactly_those_differ_who_pressed_it() {
    let line = "      3: { goto: complain,  set: { topic: complaint }";
    assert_eq!(SHOP.matches(line).count(), 1, "the key of the main menu");
    let moved = SHOP
        .replacen(line, &line.replacen('3', "9", 1), 1)
        .replace("Untuk keluhan, tekan 3", "Untuk keluhan, tekan 9")
        .replace("For a complaint, press 3", "For a complaint, press 9");
    let journals = calls(SHOP);
    let pressed: Vec<usize> = journals
        .iter()
        .enumerate()
        .filter_map(|(n, (journal, _))| pressed_3(journal).then_some(n))
        .collect();
    assert!((20..400).contains(&pressed.len()), "{} callers press it", pressed.len());
    let differing = differing(&journals, &moved);
    let found: Vec<usize> = differing.iter().map(|(n, _)| *n).collect();
    assert_eq!(found, pressed, "{differing:#?}");
    let lost = differing.iter().filter(|(_, text)| text.starts_with("input no longer understood"));
    assert_eq!(lost.count(), differing.len(), "{differing:#?}");
}

#[test]
fn nothing_that_belongs_to_callers_is_in_a_journal() {
    for (yaml, secret) in [(SHOP, false), (BANK, true)] {
        for (journal, own) in calls(yaml) {
            let line = journal.line().expect("writes");
            let keys: String = journal
                .events
                .iter()
                .filter_map(|entry| match entry.event {
                    JournalEvent::Key { key } => Some(key.as_char()),
                    _ => None,
                })
                .collect();
            for own in own.all() {
                assert!(!line.contains(own), "{own} in {line}");
                // What is asked for in public may be shown: an order number of the shop.
                assert!(!secret || !keys.contains(own), "{own} in the keys of {line}");
            }
        }
    }
}
