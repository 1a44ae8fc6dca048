//! A call as two people at a table would play it: what is said, word for word, what is pressed, what is asked of the
//! world outside and what it answers.
//!
//! `>` is heard by the caller, `|` is what the caller does, `?` goes to the world outside and `!` comes back, `*` is
//! whatever else happens.

use std::fmt::Write as _;

use sambung::call::{
    CallRecord, CommandKind, Digits, Errand, HangupCause, Item, LegId, Operation, Reply,
};
use sambung::flow::Setting;
use sambung::simulation::{Heard, Rehearsal, Side};
use sambung::time::Duration;
use serde_json::Value as Json;

use crate::stage::Set;

/// The world outside: what it answers, and after how long.
pub(crate) type World = fn(&Errand) -> (Duration, Reply);

/// One call.
pub(crate) struct Dialogue {
    rehearsal: Rehearsal,
    leg: LegId,
    world: World,
    text: String,
}

impl Dialogue {
    /// Rings a flow's number; it is answered and speaks until it asks something.
    pub(crate) fn begin(mut set: Set, agents: &[&str], world: World) -> Self {
        set.settings.numbers.insert(Setting::Env("NIGHT_DESK".into()), "+62215550100".into());
        let mut rehearsal = Rehearsal::new(set.settings, 7, set.wall, Rehearsal::by_text());
        rehearsal.play_outside();
        for agent in agents {
            rehearsal.register(agent, true);
        }
        while rehearsal.poll_heard().is_some() {}
        let leg = rehearsal.call("100", set.caller);
        let mut call = Self { rehearsal, leg, world, text: String::new() };
        call.wait(1_000);
        call.listen();
        call
    }

    /// Presses keys and listens until the caller is asked again, waits, or is gone.
    pub(crate) fn press(&mut self, keys: &str) {
        writeln!(self.text, "| {keys}").expect("text grows");
        self.rehearsal.press(self.leg, &Digits::parse(keys).expect("keys"));
        self.listen();
    }

    /// Speaks for some seconds, into whatever records, and presses a key.
    pub(crate) fn speak(&mut self, seconds: u64, then: &str) {
        writeln!(self.text, "| speaks for {seconds} s").expect("text grows");
        let (now, length) = (self.rehearsal.now(), Duration::from_secs(seconds));
        self.rehearsal.phones.speak(now, self.leg, length);
        self.rehearsal.run_for(length);
        self.collect();
        if !then.is_empty() {
            self.press(then);
        }
    }

    /// Lets milliseconds pass.
    pub(crate) fn wait(&mut self, ms: u64) {
        let end = self.rehearsal.now() + Duration::from_millis(ms);
        self.collect();
        while self.rehearsal.next_due().is_some_and(|due| due <= end) {
            self.rehearsal.run_to_next();
            self.collect();
        }
        self.rehearsal.run_until(end);
        self.collect();
    }

    /// The agent or the number that rings picks up; after a while it hangs up.
    pub(crate) fn talk(&mut self, seconds: u64) {
        let dialled = self
            .rehearsal
            .phones
            .legs()
            .find_map(|(leg, phone)| matches!(phone.side, Side::Dialled(_)).then_some(leg));
        let other = dialled.expect("somebody is rung");
        self.rehearsal.pick_up(other);
        self.wait(seconds * 1_000);
        self.rehearsal.hang_up(other, HangupCause::Normal);
        self.listen();
    }

    /// Everything that was heard and done so far.
    pub(crate) fn so_far(&self) -> &str {
        &self.text
    }

    /// The whole call; the caller hangs up first if it is still live.
    pub(crate) fn end(mut self) -> String {
        if self.rehearsal.phones.leg(self.leg).is_some() {
            self.text.push_str("| hangs up\n");
            self.rehearsal.hang_up(self.leg, HangupCause::Normal);
        }
        self.wait(20_000);
        assert_eq!(self.rehearsal.engine().live_calls(), 0, "a call is left over");
        self.text
    }

    /// Lets time pass until nothing is said any more and nothing outside is waited for.
    fn listen(&mut self) {
        loop {
            self.collect();
            let speaks =
                self.rehearsal.phones.leg(self.leg).is_some_and(|phone| phone.is_playing());
            let waits = self.rehearsal.awaits_reply();
            if !(speaks || waits) || !self.rehearsal.run_to_next() {
                return;
            }
        }
    }

    fn collect(&mut self) {
        while let Some(heard) = self.rehearsal.poll_heard() {
            if let Some(line) = self.line(&heard) {
                self.text.push_str(&line);
                self.text.push('\n');
            }
            if let Heard::Request(at, request) = heard {
                let (after, reply) = (self.world)(&request.what);
                writeln!(self.text, "! {reply:?} after {after}").expect("text grows");
                self.rehearsal.reply(at + after, request.id, reply);
            }
        }
    }

    fn line(&self, heard: &Heard) -> Option<String> {
        match heard {
            Heard::Command(_, command) => match &command.kind {
                CommandKind::Play(play) => words(&play.items),
                CommandKind::Dial(dial) => {
                    Some(format!("* {:?} rings, told {:?}", dial.to, dial.tell))
                }
                CommandKind::Record(recording) => {
                    Some(format!("* records for {} at most", recording.limit))
                }
                CommandKind::Mask(on) => {
                    Some(format!("* keys are {}", if *on { "hidden" } else { "shown" }))
                }
                CommandKind::Bridge(_) if command.leg == self.leg => Some("* talking".to_owned()),
                CommandKind::Hangup(_) if command.leg == self.leg => Some("* hung up".to_owned()),
                _ => None,
            },
            Heard::Request(..) => {
                heard.line()?.split_once("?? ").map(|(_, what)| format!("? {what}"))
            }
            Heard::Record(record) => Some(remembered(record)),
            Heard::Report(..) | Heard::Notice(..) | Heard::Journal(_) | Heard::Fact(..) => None,
        }
    }
}

/// What is said, without the sounds that have no words.
fn words(items: &[Item]) -> Option<String> {
    let texts: Vec<&str> =
        items.iter().map(|item| &*item.text).filter(|text| !text.is_empty()).collect();
    (!texts.is_empty()).then(|| format!("> {}", texts.join(" ")))
}

/// What stays of a call.
fn remembered(record: &CallRecord) -> String {
    let steps: Vec<String> = record
        .steps
        .iter()
        .map(|step| {
            let keys = step.keys.as_ref().map(|keys| format!(" [{keys}]")).unwrap_or_default();
            let reason = step.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{}={}{keys}{reason}", step.node, step.outcome.as_deref().unwrap_or("-"))
        })
        .collect();
    let notes = if record.notes.is_empty() {
        String::new()
    } else {
        format!("; notes {}", serde_json::to_string(&record.notes).expect("plain values"))
    };
    format!("= {}{notes}", steps.join(", "))
}

/// The operation that is asked for, as flows name it; `ticket` and `callback` for those.
pub(crate) fn name(errand: &Errand) -> String {
    match errand {
        Errand::Operation(Operation { service, operation, .. }) => format!("{service}.{operation}"),
        Errand::Ticket(_) => "ticket".to_owned(),
        Errand::Callback(_) => "callback".to_owned(),
    }
}

/// The value of a parameter of an operation; empty where it has none.
pub(crate) fn argument<'e>(errand: &'e Errand, name: &str) -> &'e str {
    let Errand::Operation(operation) = errand else { return "" };
    let argument = operation.with.iter().find(|argument| &*argument.name == name);
    argument.and_then(|argument| argument.value.as_str()).unwrap_or("")
}

/// An answer after so many milliseconds.
pub(crate) fn answer(ms: u64, body: Json) -> (Duration, Reply) {
    (Duration::from_millis(ms), Reply::Answered(body))
}
