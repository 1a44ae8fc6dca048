//! An adapter under check, and short verbs to play the node before it.

use std::collections::{BTreeMap, VecDeque};

use super::rules::Rules;
use super::verdict::Trouble;
use crate::runtime::{CONTRACT, Clock};
use crate::telephony::remote::transport::{Heard, Order, Plug};
use crate::telephony::remote::wire::{
    Ability, Command, Empty, Envelope, Event, Hello, Message, Welcome,
};
use crate::telephony::remote::{HEARTBEAT, HELLO_LIMIT, LEASE, PCM};
use crate::time::{Duration, Instant};

/// How long what is expected may take, if nothing else is said.
pub(super) const SOON: Duration = Duration::from_secs(3);
/// How long nothing may happen where nothing is expected.
pub(super) const QUIET: Duration = Duration::from_millis(600);
/// The lines that a verdict shows.
const SHOWN: usize = 12;
/// The frames of audio that are kept.
const MAX_FRAMES: usize = 4_096;

/// An adapter on stage.
#[derive(Debug)]
pub(super) struct Stage {
    plug: Plug,
    clock: Clock,
    rules: Rules,
    pub(super) ability: Ability,
    pub(super) hello: Hello,
    /// How it is reached.
    pub(super) reach: Reach,
    pub(super) sound: Option<(String, String)>,
    connection: u64,
    up: bool,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) last_id: u64,
    pub(super) last_leg: u64,
    /// The calls of legs, as the adapter names them.
    pub(super) calls: BTreeMap<String, String>,
    /// What was heard and not looked at, with the time.
    pub(super) heard: VecDeque<(Instant, Message<Event>)>,
    /// Frames of audio, and when each came.
    pub(super) frames: Vec<(Instant, Vec<u8>)>,
    /// The numbers of legs in frames.
    pub(super) audio: BTreeMap<String, u32>,
    /// What the program wrote to its standard error.
    pub(super) said: Vec<String>,
    lines: Vec<String>,
    /// Whether the connection may close.
    pub(super) may_close: bool,
    /// The number up to which what is heard is acknowledged; everything, if nothing is said.
    pub(super) ack_only: Option<u64>,
}

/// How an adapter on stage is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is a program of ours, whose fall is its end.
    Program,
    /// It connects to us, again and again.
    Connection,
    /// It is a part of this process; what stands for its lines is ours.
    #[cfg(test)]
    Inside,
}

/// What a scenario comes to.
pub(super) type Played<T = ()> = Result<T, Trouble>;

impl Stage {
    pub(super) fn new(plug: Plug, clock: Clock, reach: Reach) -> Self {
        Self {
            plug,
            clock,
            rules: Rules::default(),
            ability: Ability::default(),
            hello: Hello::default(),
            reach,
            sound: None,
            connection: 0,
            up: false,
            sent: 0,
            received: 0,
            last_id: 0,
            last_leg: 0,
            calls: BTreeMap::new(),
            heard: VecDeque::new(),
            frames: Vec::new(),
            audio: BTreeMap::new(),
            said: Vec::new(),
            lines: Vec::new(),
            may_close: false,
            ack_only: None,
        }
    }

    // ---- the connection

    /// Waits for the adapter's `hello` and welcomes it.
    pub(super) async fn meet(&mut self) -> Played {
        let ack = self.greeted().await?;
        self.welcome(ack);
        Ok(())
    }

    /// The same, of an adapter that plays what it is told. Not asked of one that is sent samples.
    pub(super) async fn meet_player(&mut self) -> Played {
        self.meet().await?;
        self.asks(self.ability.media != PCM, "it plays nothing: the node sends it samples")
    }

    /// Not asked of an adapter of this process: it has no lines of its own.
    pub(super) fn needs_lines(&self) -> Played {
        #[cfg(test)]
        if self.reach == Reach::Inside {
            return Err(Trouble::NotAsked("it is in this process and has no lines".to_owned()));
        }
        Ok(())
    }

    /// Whether it is a program of ours.
    pub(super) fn is_program(&self) -> bool {
        self.reach == Reach::Program
    }

    /// Not asked of an adapter whose keys the node hears itself.
    pub(super) fn needs_keys(&self) -> Played {
        let in_band = |source: &String| source == "in_band";
        let sources = &self.ability.digit_sources;
        let hears = self.ability.media == PCM && !sources.is_empty() && sources.iter().all(in_band);
        self.asks(!hears, "it tells no keys: the node hears them")
    }

    /// A frame of audio as it stands.
    pub(super) fn sound(&mut self, frame: Vec<u8>) {
        self.tell(Order::Sound(self.connection, frame));
    }

    /// Waits for `hello`; gives the number up to which the adapter has heard us.
    pub(super) async fn greeted(&mut self) -> Played<u64> {
        let until = self.clock.now() + HELLO_LIMIT;
        self.wait_until(until, |stage| !stage.heard.is_empty()).await?;
        let Some((_, message)) = self.heard.pop_front() else {
            return Err(Trouble::broken(format!("no `hello` within {HELLO_LIMIT}")));
        };
        let Event::Hello(hello) = message.body else {
            return Err(Trouble::broken("something comes before `hello`"));
        };
        if hello.contract != CONTRACT {
            return Err(Trouble::broken(format!("it speaks contract {}", hello.contract)));
        }
        if hello.session.is_none() || hello.session != self.hello.session {
            (self.sent, self.received) = (0, 0);
        }
        self.ability = hello.capabilities.clone();
        self.hello = hello;
        Ok(message.envelope.ack.unwrap_or(0))
    }

    /// Answers `hello`.
    pub(super) fn welcome(&mut self, _heard_by_it: u64) {
        self.up = true;
        let welcome = Welcome { lease_ms: LEASE.as_millis(), heartbeat_ms: HEARTBEAT.as_millis() };
        let envelope = Envelope { ack: Some(self.acked()), ..Envelope::default() };
        self.line(&Message { envelope, body: Command::Welcome(welcome) });
    }

    fn acked(&self) -> u64 {
        self.ack_only.unwrap_or(self.received)
    }

    /// Closes the connection; a program falls by it.
    pub(super) fn drop_connection(&mut self) {
        self.may_close = true;
        self.up = false;
        self.tell(Order::Close(self.connection));
        if self.reach == Reach::Program {
            self.rules.anew();
        }
    }

    /// A line as it stands.
    pub(super) fn raw(&mut self, line: String) {
        self.lines.push(format!("< {}", cut(&line)));
        self.tell(Order::Line(self.connection, line));
    }

    fn line(&mut self, message: &Message<Command>) {
        let line = message.write();
        self.rules.told(self.clock.now(), message, &line);
        self.raw(line);
    }

    fn tell(&mut self, order: Order) {
        if self.plug.orders.try_send(order).is_err() {
            self.said.push("(it does not read)".to_owned());
        }
    }

    /// A sign of life, with what has been received.
    pub(super) fn beat(&mut self) {
        let envelope = Envelope { ack: Some(self.acked()), ..Envelope::default() };
        self.line(&Message { envelope, body: Command::Heartbeat(Empty {}) });
    }

    /// No further calls.
    pub(super) fn drain(&mut self) {
        self.line(&Message { envelope: Envelope::default(), body: Command::Drain(Empty {}) });
    }

    // ---- waiting

    /// Waits until something holds, at most until a moment; `false` if it does not.
    pub(super) async fn wait_until(
        &mut self,
        until: Instant,
        mut holds: impl FnMut(&mut Self) -> bool,
    ) -> Played<bool> {
        loop {
            if holds(self) {
                return Ok(true);
            }
            let now = self.clock.now();
            if self.up {
                self.rules.overdue(now)?;
            }
            if now >= until {
                return Ok(false);
            }
            let step = (now + Duration::from_millis(100)).min(until);
            let sleep = tokio::time::sleep_until(self.clock.moment(step).into());
            tokio::select! {
                heard = self.plug.heard.recv() => match heard {
                    Some(heard) => self.take(heard)?,
                    None => return Err(Trouble::broken("the transport is gone")),
                },
                () = sleep => {}
            }
        }
    }

    fn take(&mut self, heard: Heard) -> Played {
        match heard {
            Heard::Opened(number) => {
                self.connection = number;
                Ok(())
            }
            Heard::Said(line) => {
                self.said.push(line);
                Ok(())
            }
            Heard::Sound(number, frame) => {
                if number == self.connection && self.frames.len() < MAX_FRAMES {
                    self.frames.push((self.clock.now(), frame.to_vec()));
                }
                Ok(())
            }
            Heard::Closed(number, why) => {
                self.lines.push(format!("(connection {number} closed: {why})"));
                if self.reach == Reach::Program {
                    self.rules.anew();
                }
                if self.may_close || number != self.connection {
                    self.up = false;
                    return Ok(());
                }
                Err(Trouble::broken(format!("the connection is gone: {why}")))
            }
            Heard::Line(number, line) => {
                if number != self.connection {
                    return Ok(());
                }
                let text = String::from_utf8_lossy(&line).into_owned();
                self.lines.push(format!("> {}", cut(&text)));
                let message = Message::<Event>::read(&line)
                    .map_err(|error| Trouble::line(error.to_string(), cut(&text)))?;
                let now = self.clock.now();
                self.rules.heard(now, &message, &cut(&text))?;
                if let Some(seq) = message.envelope.seq {
                    if seq <= self.received {
                        return Ok(());
                    }
                    self.received = seq;
                    if seq % 16 == 0 {
                        self.beat();
                    }
                }
                self.heard.push_back((now, message));
                Ok(())
            }
        }
    }

    /// Lets time pass.
    pub(super) async fn pause(&mut self, span: Duration) -> Played {
        let until = self.clock.now() + span;
        self.wait_until(until, |_| false).await?;
        Ok(())
    }

    /// Takes the first event that is wanted, waiting for it.
    pub(super) async fn find(
        &mut self,
        what: &str,
        within: Duration,
        mut wanted: impl FnMut(&Message<Event>) -> bool,
    ) -> Played<Message<Event>> {
        let until = self.clock.now() + within;
        let mut found = None;
        self.wait_until(until, |stage| {
            let place = stage.heard.iter().position(|(_, message)| wanted(message));
            found = place.and_then(|place| stage.heard.remove(place));
            found.is_some()
        })
        .await?;
        match found {
            Some((_, message)) => Ok(message),
            None => Err(Trouble::broken(format!("no {what} within {within}"))),
        }
    }

    /// Waits for an event of a leg.
    pub(super) async fn event(&mut self, leg: &str, word: &str) -> Played<Event> {
        self.event_within(leg, word, SOON).await
    }

    pub(super) async fn event_within(
        &mut self,
        leg: &str,
        word: &str,
        within: Duration,
    ) -> Played<Event> {
        let is_it = |message: &Message<Event>| {
            message.envelope.leg.as_deref() == Some(leg) && message.body.word() == word
        };
        let found = self.find(&format!("`{word}` of `{leg}`"), within, is_it).await?;
        Ok(found.body)
    }

    /// Nothing of a leg may be told by this word for a while.
    pub(super) async fn nothing(&mut self, leg: &str, word: &str) -> Played {
        self.pause(QUIET).await?;
        let is_it = |message: &Message<Event>| {
            message.envelope.leg.as_deref() == Some(leg) && message.body.word() == word
        };
        match self.heard.iter().find(|(_, message)| is_it(message)) {
            Some((_, message)) => {
                Err(Trouble::line(format!("`{word}` was not to be told"), message.write()))
            }
            None => Ok(()),
        }
    }

    // ---- orders

    /// Sends a command about a leg; gives its id.
    pub(super) fn order(&mut self, leg: &str, body: Command) -> u64 {
        self.last_id += 1;
        self.sent += 1;
        let envelope = Envelope {
            seq: Some(self.sent),
            ack: Some(self.acked()),
            id: Some(self.last_id),
            call: Some(self.calls.get(leg).cloned().unwrap_or_else(|| leg.to_owned())),
            leg: Some(leg.to_owned()),
            ..Envelope::default()
        };
        self.line(&Message { envelope, body });
        self.last_id
    }

    /// Sends a command and waits until it is accepted.
    pub(super) async fn done(&mut self, leg: &str, body: Command) -> Played {
        let word = body.word().to_owned();
        let id = self.order(leg, body);
        match self.answer(id).await? {
            None => Ok(()),
            Some(reason) => Err(Trouble::broken(format!("`{word}` is rejected: `{reason}`"))),
        }
    }

    /// Waits for the answer to a command; the reason, where it is rejected.
    pub(super) async fn answer(&mut self, id: u64) -> Played<Option<String>> {
        let is_it = |message: &Message<Event>| {
            message.envelope.id == Some(id)
                && matches!(message.body, Event::Accepted(_) | Event::Rejected(_))
        };
        let found = self.find(&format!("answer to command {id}"), SOON, is_it).await?;
        match found.body {
            Event::Rejected(rejected) => Ok(Some(rejected.reason)),
            _ => Ok(None),
        }
    }

    /// What is not asked of an adapter that says it cannot.
    pub(super) fn needs(&self, able: bool, what: &str) -> Played {
        self.asks(able, &format!("it has no `{what}`"))
    }

    /// What is not asked, and why.
    pub(super) fn asks(&self, asked: bool, why: &str) -> Played {
        if asked { Ok(()) } else { Err(Trouble::NotAsked(why.to_owned())) }
    }

    // ---- the end

    /// Everything that was asked is answered.
    pub(super) fn check(&self) -> Played {
        if self.up && !self.rules.all_answered() {
            self.rules.overdue(self.clock.now() + Duration::from_secs(60))?;
        }
        Ok(())
    }

    /// Waits until every command is answered.
    pub(super) async fn settle(&mut self) -> Played {
        let until = self.clock.now() + SOON;
        self.wait_until(until, |stage| stage.rules.all_answered()).await?;
        Ok(())
    }

    /// The last lines that went by.
    pub(super) fn tail(&self) -> Vec<String> {
        self.lines.iter().skip(self.lines.len().saturating_sub(SHOWN)).cloned().collect()
    }

    pub(super) async fn end(self) {
        self.plug.end().await;
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// A line as it is shown.
fn cut(line: &str) -> String {
    const MOST: usize = 240;
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    line.chars().take(MOST).chain("…".chars()).collect()
}
