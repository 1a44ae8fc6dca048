//! The machine with short verbs; everything that goes by is written down.

use std::fmt::Write as _;

use crate::call::{AdapterId, Command, CommandKind, Item, LegId, Play, PlayId, Report, SymbolSet};
use crate::telephony::remote::machine::{Machine, Output};
use crate::telephony::remote::sounds::SoundPlace;
use crate::time::{Duration, Instant};

/// What a whole adapter can do.
pub(super) const ABLE: &str = r#"{"media":"reference","record":true,"dial":true,"bridge":true,"transfer":true,"send_digits":true,"mask":true}"#;

/// A machine and its clock.
pub(super) struct Bench {
    pub(super) machine: Machine,
    pub(super) now: Instant,
    pub(super) said: String,
    seq: u64,
}

impl Bench {
    /// A machine without a connection.
    pub(super) fn down() -> Self {
        let sounds = SoundPlace::new(|sound| Some((format!("file:///{sound}"), "00".to_owned())));
        let machine = Machine::new(AdapterId(1), 2, sounds);
        Self { machine, now: Instant::from_micros(10_000_000), said: String::new(), seq: 0 }
    }

    /// One that has said hello.
    pub(super) fn up() -> Self {
        let mut bench = Self::down();
        bench.open();
        bench.hello("a", "[]");
        bench
    }

    /// One with a call `c` on leg `l` that was answered; what went by so far is not written.
    pub(super) fn talking() -> Self {
        let mut bench = Self::up();
        bench.tell(r#""event":"offered","call":"c","leg":"l","called":"100""#);
        bench.order(1, CommandKind::Accept(crate::call::Answering::Answer));
        bench.tell(r#""event":"accepted","id":1"#);
        bench.tell(r#""event":"answered","leg":"l""#);
        bench.said.clear();
        bench
    }

    pub(super) fn open(&mut self) {
        self.machine.opened(self.now);
        self.note("(opened)");
    }

    pub(super) fn close(&mut self) {
        self.machine.closed(self.now);
        self.note("(closed)");
    }

    /// The adapter presents itself; its clock shows 1 s less than a minute more than ours.
    pub(super) fn hello(&mut self, session: &str, calls: &str) {
        self.hello_from(session, calls, 0);
    }

    /// The same, with the number up to which it has heard us.
    pub(super) fn hello_from(&mut self, session: &str, calls: &str, ack: u64) {
        self.greets(session, ABLE, calls, ack);
    }

    /// The same of an adapter that can do something else.
    pub(super) fn hello_as(&mut self, session: &str, able: &str, calls: &str) {
        self.greets(session, able, calls, 0);
    }

    fn greets(&mut self, session: &str, able: &str, calls: &str, ack: u64) {
        let at = self.now.since(Instant::ZERO).as_micros() + 60_000_000;
        let line = format!(
            r#"{{"event":"hello","at_us":{at},"ack":{ack},"contract":1,"session":"{session}","capabilities":{able},"calls":{calls}}}"#
        );
        self.raw(&line, "hello");
    }

    /// From now on its messages are numbered from 1 again.
    pub(super) fn number_anew(&mut self) {
        self.seq = 0;
    }

    /// The adapter tells something, with the next number.
    pub(super) fn tell(&mut self, fields: &str) {
        self.seq += 1;
        let at = self.now.since(Instant::ZERO).as_micros() + 60_000_000;
        self.raw(&format!(r#"{{"seq":{},"at_us":{at},{fields}}}"#, self.seq), fields);
    }

    /// A line as it stands.
    pub(super) fn raw(&mut self, line: &str, words: &str) {
        self.machine.line_in(self.now, line.as_bytes());
        self.note(&format!("> {words}"));
    }

    pub(super) fn order(&mut self, leg: u64, kind: CommandKind) {
        let words = format!("order {leg} {}", kind.name());
        let leg = LegId { adapter: AdapterId(1), number: leg };
        self.machine.order(self.now, Command { leg, kind });
        self.note(&words);
    }

    /// Lets time pass; `alive`: the adapter gives signs of life.
    pub(super) fn wait(&mut self, ms: u64, alive: bool) {
        let end = self.now + Duration::from_millis(ms);
        let mut beat = self.now + Duration::from_secs(4);
        loop {
            let due = self.machine.poll_timeout();
            let next = [due, alive.then_some(beat)].into_iter().flatten().min();
            let Some(next) = next.filter(|at| *at <= end) else { break };
            self.now = self.now.max(next);
            if alive && beat <= self.now {
                beat = self.now + Duration::from_secs(4);
                self.machine.line_in(self.now, br#"{"event":"heartbeat"}"#);
            }
            self.machine.tick(self.now);
            self.note("");
        }
        self.now = end;
    }

    /// What the machine has done, beats left out.
    fn note(&mut self, words: &str) {
        let now = self.now;
        if !words.is_empty() {
            writeln!(self.said, "{now} {words}").expect("a string grows");
        }
        self.machine.tick(now);
        while let Some(output) = self.machine.poll() {
            let line = match output {
                Output::Line(line) if line.contains("\"heartbeat\"") => continue,
                Output::Line(line) => format!("< {line}"),
                Output::Sound(frame) => format!("~ {} bytes", frame.len()),
                Output::Report(Report::Leg(event)) => {
                    format!("= {} at {}: {:?}", event.leg, event.at, event.kind)
                }
                Output::Report(report) => format!("= {report:?}"),
                Output::Close(why) => {
                    self.machine.closed(now);
                    format!("closes: {why}")
                }
                Output::Lapsed => "the lease is over".to_owned(),
            };
            writeln!(self.said, "{now}   {line}").expect("a string grows");
        }
    }
}

/// A play of one prompt that any key stops.
pub(super) fn play(id: u64) -> CommandKind {
    let item = Item {
        prompt: "greeting".into(),
        language: "en".into(),
        sound: Some("en/greeting.wav".into()),
        text: "Hello.".into(),
    };
    CommandKind::Play(Play { id: PlayId(id), items: vec![item], stop_on: SymbolSet::ALL })
}
