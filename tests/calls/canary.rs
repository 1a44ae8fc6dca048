//! What callers and services confide to a call is found nowhere afterwards: a thousand calls of the bank, each with a
//! PIN and a session token of its own.
//!
//! Two ways of looking. The words themselves are sought in everything that anybody could print: each command, report,
//! request and notice, the record, the transcript, and the engine itself while the PIN is being entered. And because
//! one call of a kind must look exactly like any other, whatever its secrets are, a secret that shows in disguise (in
//! parts, in its length, hashed) shows as a difference.

use std::fmt::Write as _;

use sambung::call::{
    Digits, Errand, EventKind, Failure, HangupCause, LegId, Operation, Reply, Report,
};
use sambung::engine::Settings;
use sambung::simulation::{Heard, Rehearsal, Side};
use sambung::time::{Duration, Wall};
use serde_json::json;

use crate::stage::Set;

const BANK: &str = include_str!("../../flows/bank.yaml");

/// How many calls are made.
const CALLS: usize = 1_000;

/// The calls of some kinds in which the engine itself is printed after every key; that takes longest by far.
const PRINTED: usize = 2;

/// An account with its check digit (mod 10).
const ACCOUNT: &str = "1234567897";

/// What happens in a call.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The PIN is right at once; the balance is read out and a card is blocked.
    Right,
    /// The PIN is wrong at first.
    Corrected,
    /// The PIN is wrong until the line is locked; the supervisors are to call back.
    Locked,
    /// Account and PIN are typed in one go, into the questions.
    Ahead,
    /// The caller hangs up in the middle of the PIN.
    Abandoned,
    /// The core is down; a person is told what is known.
    Down,
    /// The core knows the PIN but cannot block the card; a person is told what is known.
    Handed,
}

const KINDS: [Kind; 7] = [
    Kind::Right,
    Kind::Corrected,
    Kind::Locked,
    Kind::Ahead,
    Kind::Abandoned,
    Kind::Down,
    Kind::Handed,
];

/// The secrets of one call.
struct Secrets {
    /// Six digits, the first a 9: no time of a call of less than 15 minutes is written with the same.
    pin: String,
    /// Letters that no number and no id is written with.
    token: String,
}

impl Secrets {
    /// Those of the n-th call: all different.
    fn of(number: usize) -> Self {
        let pin = 900_000 + number * 7_919 % 99_991;
        let letter = |place: u32| char::from(b"GHJKNQVXYZ"[number / 10_usize.pow(place) % 10]);
        Self { pin: pin.to_string(), token: (0..3).map(letter).chain("QXZJ".chars()).collect() }
    }

    /// The PIN with a slip in its last digit.
    fn slip(&self) -> String {
        let number: u32 = self.pin.parse().expect("digits");
        (number - number % 10 + (number + 5) % 10).to_string()
    }
}

/// One call, and everything that it gave anybody to print.
struct Call {
    rehearsal: Rehearsal,
    leg: LegId,
    kind: Kind,
    secrets: Secrets,
    printed: bool,
    text: String,
    /// How often the core was told the PIN and the token.
    confided: usize,
    records: usize,
}

impl Call {
    fn play(settings: Settings, wall: Wall, kind: Kind, secrets: Secrets, printed: bool) -> Self {
        let mut rehearsal = Rehearsal::new(settings, 7, wall, Rehearsal::by_text());
        rehearsal.play_outside();
        if !matches!(kind, Kind::Locked) {
            rehearsal.register("201", true);
        }
        let leg = rehearsal.call("100", Some("+6281100001111"));
        let (text, confided, records) = (String::new(), 0, 0);
        let mut call = Self { rehearsal, leg, kind, secrets, printed, text, confided, records };
        call.wait(2);
        call.story();
        call.wait(30);
        assert_eq!(call.rehearsal.engine().live_calls(), 0, "{kind:?}: a call is left over");
        call
    }

    fn story(&mut self) {
        let pin = self.secrets.pin.clone();
        self.press("2");
        self.press("2");
        match self.kind {
            Kind::Ahead => {
                self.press_at_once(&format!("{ACCOUNT}{pin}"));
                self.press("2");
            }
            Kind::Abandoned => {
                self.press(ACCOUNT);
                self.press_at_once(pin.get(..4).expect("six digits"));
                self.hang_up(self.leg);
            }
            Kind::Corrected => {
                self.press(ACCOUNT);
                self.press(&self.secrets.slip());
                self.press(ACCOUNT);
                self.press(&pin);
                self.press("2");
            }
            Kind::Locked => {
                for _ in 0..3 {
                    self.press(ACCOUNT);
                    self.press(&pin);
                }
            }
            Kind::Right | Kind::Handed => {
                self.press(ACCOUNT);
                self.press(&pin);
                for keys in ["1", "3", "9012", "1"] {
                    self.press(keys);
                }
                if matches!(self.kind, Kind::Handed) { self.talk() } else { self.press("2") }
            }
            Kind::Down => {
                self.press(ACCOUNT);
                self.press(&pin);
                self.talk();
            }
        }
    }

    /// What the core and the store answer.
    fn reply(&mut self, errand: &Errand) -> Reply {
        let Errand::Operation(Operation { operation, with, .. }) = errand else {
            return Reply::Kept("12".into());
        };
        let given = |name: &str| {
            let argument = with.iter().find(|argument| &*argument.name == name);
            argument.and_then(|argument| argument.value.as_str()).unwrap_or_default()
        };
        let knows = given("pin") == self.secrets.pin || given("token") == self.secrets.token;
        self.confided += usize::from(knows);
        match (self.kind, &**operation) {
            (Kind::Down, _) | (Kind::Handed, "block_card") => Reply::Failed(Failure::Error),
            (Kind::Locked, "login") => {
                Reply::Answered(json!({ "state": "wrong", "token": self.secrets.token }))
            }
            (_, "login") if !knows => Reply::NotFound,
            (_, "login") => Reply::Answered(json!({ "state": "ok", "token": self.secrets.token })),
            (_, "balance") => {
                Reply::Answered(json!({ "amount": 2_750_000, "currency": "IDR", "at": "14:30" }))
            }
            _ => Reply::Answered(json!({ "at": "14:30" })),
        }
    }

    /// Keys once the question has been heard.
    fn press(&mut self, keys: &str) {
        self.wait(20);
        self.press_at_once(keys);
    }

    fn press_at_once(&mut self, keys: &str) {
        for key in keys.chars() {
            let key = Digits::parse(&key.to_string()).expect("a key");
            self.rehearsal.press(self.leg, &key);
            self.look();
            if self.printed {
                writeln!(self.text, "{:?}", self.rehearsal.engine()).expect("text grows");
            }
            self.rehearsal.run_for(Duration::from_millis(150));
            self.look();
        }
    }

    /// The person who rings talks and hangs up, and the caller says how satisfied they are.
    fn talk(&mut self) {
        self.wait(10);
        let person = self
            .rehearsal
            .phones
            .legs()
            .find_map(|(leg, phone)| matches!(phone.side, Side::Dialled(_)).then_some(leg));
        let person = person.expect("somebody is rung");
        self.rehearsal.pick_up(person);
        self.wait(5);
        self.hang_up(person);
        self.press("5");
    }

    fn hang_up(&mut self, leg: LegId) {
        self.rehearsal.hang_up(leg, HangupCause::Normal);
        self.look();
    }

    /// Lets seconds pass, but not beyond the first-key silence of a question.
    fn wait(&mut self, seconds: u64) {
        let end = self.rehearsal.now() + Duration::from_secs(seconds);
        self.look();
        while self.rehearsal.next_due().is_some_and(|due| due <= end) {
            let speaks =
                self.rehearsal.phones.leg(self.leg).is_some_and(|phone| phone.is_playing());
            let waits = self.rehearsal.awaits_reply();
            let asked = self.rehearsal.engine().attention(self.leg)
                == Some(sambung::session::Attention::Asked);
            if asked && !speaks && !waits {
                return;
            }
            self.rehearsal.run_to_next();
            self.look();
        }
        self.rehearsal.run_until(end);
        self.look();
    }

    /// Writes down what there is to see.
    fn look(&mut self) {
        while let Some(heard) = self.rehearsal.poll_heard() {
            match &heard {
                // The key that the caller presses is on the line, one by one; it is what nobody else may see.
                Heard::Report(_, Report::Leg(event))
                    if matches!(event.kind, EventKind::Digit { .. }) =>
                {
                    continue;
                }
                Heard::Record(record) => {
                    self.records += 1;
                    self.text += &serde_json::to_string(record).expect("a record is plain");
                }
                Heard::Command(..)
                | Heard::Report(..)
                | Heard::Request(..)
                | Heard::Notice(..)
                | Heard::Journal(_)
                | Heard::Fact(..) => {}
            }
            writeln!(self.text, "\n{heard:?}\n{}", heard.line().unwrap_or_default())
                .expect("text grows");
            if let Heard::Request(at, request) = heard {
                let reply = self.reply(&request.what);
                writeln!(self.text, "{reply:?}").expect("text grows");
                self.rehearsal.reply(at + Duration::from_millis(300), request.id, reply);
            }
        }
    }
}

/// The words of a text: its longest stretches of letters and digits.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

#[test]
fn a_thousand_pins_and_tokens_are_found_nowhere() {
    let mut set = Set::of(BANK);
    set.settings.journals = true;
    let mut first: Vec<Option<String>> = vec![None; KINDS.len()];
    let mut confided = 0;
    for number in 0..CALLS {
        let (place, round) = (number % KINDS.len(), number / KINDS.len());
        let kind = KINDS[place];
        // Each kind has two patterns: its first call with the engine in full, and its first without.
        let printed =
            round < PRINTED && matches!(kind, Kind::Ahead | Kind::Abandoned | Kind::Locked);
        if round == PRINTED {
            first[place] = None;
        }
        let call = Call::play(set.settings.clone(), set.wall, kind, Secrets::of(number), printed);
        let Secrets { pin, token } = &call.secrets;
        let slip = call.secrets.slip();
        for word in words(&call.text) {
            assert!(
                word != pin && word != slip && !word.contains(token.as_str()),
                "call {number} ({kind:?}) shows a secret"
            );
        }
        assert_eq!(call.records, 1, "call {number} ({kind:?}): one record");
        assert!(call.text.contains("\"verb\":\"call\""), "call {number}: the check was entered");
        confided += call.confided;
        match &first[place] {
            None => first[place] = Some(call.text),
            Some(first) => same(first, &call.text, number, kind),
        }
    }
    // Each kind but the abandoned one tells the core its PIN, some a few times, and most are told a token to give back.
    assert!(confided > CALLS, "the core was told only {confided} secrets");
}

/// Two calls of a kind leave the same text behind.
fn same(one: &str, other: &str, number: usize, kind: Kind) {
    for (a, b) in one.lines().zip(other.lines()).filter(|(a, b)| a != b) {
        let at = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        let part =
            |line: &str| line.chars().skip(at.saturating_sub(60)).take(120).collect::<String>();
        let (a_part, b_part) = (part(a), part(b));
        assert_eq!(a_part, b_part, "call {number} ({kind:?}) differs by its secrets");
    }
    assert_eq!(one.len(), other.len(), "call {number} ({kind:?}) differs by its secrets");
}
