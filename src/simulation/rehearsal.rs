//! The engine and paper telephones under one virtual clock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::phones::{ItemDuration, LegState, Phones};
use super::watch::{Breach, Watch};
use crate::call::{
    CallJournal, CallRecord, Command, CommandKind, Digits, Errand, EventKind, Failure, HangupCause,
    Item, LegId, Offer, Operation, Origin, Reply, Report, Request, RequestId,
};
use crate::engine::{Engine, Input, Notice, Output, Settings};
use crate::history::{OfferId, Row, Verdict};
use crate::time::{Duration, Instant, Wall};

/// The gap between keys of one line of typing.
pub const KEY_GAP: Duration = Duration::from_millis(150);

/// The most steps of one run: a call that needs more has an endless loop.
const MAX_STEPS: u32 = 100_000;

/// Characters spoken in a second, where no recording tells the length.
const CHARACTERS_PER_SECOND: u64 = 14;

/// One thing that a rehearsal shows, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// The engine commanded.
    Command(Instant, Command),
    /// The telephones reported.
    Report(Instant, Report),
    /// A call asked the outside; whoever sees this says what the answer is, by [`Rehearsal::reply`].
    Request(Instant, Box<Request>),
    /// The engine noted.
    Notice(Instant, Notice),
    /// A call ended; its journal, where journals are kept.
    Journal(Box<CallJournal>),
    /// A call ended.
    Record(Box<CallRecord>),
    /// Something that is to be kept happened, where a history is kept.
    Fact(Instant, Box<Row>),
}

/// An engine with telephones on paper.
#[derive(Debug)]
pub struct Rehearsal {
    engine: Engine,
    /// The telephones.
    pub phones: Phones,
    now: Instant,
    heard: VecDeque<Heard>,
    outside: Outside,
    /// Whoever checks each step, and the first thing found wrong.
    watch: Option<Box<Watch>>,
    breach: Option<Breach>,
}

/// The world that calls ask.
#[derive(Debug, Default)]
struct Outside {
    /// Whether somebody plays it; else nothing is to be had there.
    played: bool,
    /// What is asked and not answered yet.
    asked: BTreeSet<RequestId>,
    /// What is to be answered at once, since nobody plays the outside.
    refused: VecDeque<RequestId>,
    /// The offers that are to be kept.
    claims: VecDeque<OfferId>,
    /// The answers on their way, by when they come.
    replies: BTreeMap<(Instant, RequestId), Reply>,
}

/// How long a text takes to say: 14 characters a second.
#[must_use]
pub fn speech_duration(text: &str) -> Duration {
    let characters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    Duration::from_micros(characters.saturating_mul(1_000_000) / CHARACTERS_PER_SECOND)
}

impl Rehearsal {
    /// Sets the stage at the wall-clock time `wall`.
    #[must_use]
    pub fn new(settings: Settings, seed: u64, wall: Wall, item_duration: ItemDuration) -> Self {
        let mut engine = Engine::new(settings, seed);
        engine.handle(Instant::ZERO, Input::Clock(wall));
        Self {
            engine,
            phones: Phones::new(item_duration),
            now: Instant::ZERO,
            heard: VecDeque::new(),
            outside: Outside::default(),
            watch: None,
            breach: None,
        }
    }

    /// The same stage with a watch that checks each step: see [`breach`](Self::breach).
    #[must_use]
    pub fn watched(settings: Settings, seed: u64, wall: Wall, item_duration: ItemDuration) -> Self {
        let mut watch = Watch::new(&settings);
        let breach = watch.told(Instant::ZERO, &Input::Clock(wall)).err();
        let rehearsal = Self::new(settings, seed, wall, item_duration);
        Self { watch: Some(Box::new(watch)), breach, ..rehearsal }
    }

    /// The first rule that was found broken, if a watch was set.
    #[must_use]
    pub const fn breach(&self) -> Option<&Breach> {
        self.breach.as_ref()
    }

    /// Ends the watch; whatever was never finished is a breach as well.
    ///
    /// # Errors
    /// The first rule that was found broken.
    pub fn close(&mut self) -> Result<(), Breach> {
        self.watching(|watch| watch.close());
        self.breach.take().map_or(Ok(()), Err)
    }

    /// From now on somebody plays the outside: each request is heard as [`Heard::Request`] and waits for its
    /// [`reply`](Self::reply). Before that, services and stores are not to be had.
    pub fn play_outside(&mut self) {
        self.outside.played = true;
    }

    /// Answers a request at a moment, or now if that is past. One that is answered or given up already is let be.
    pub fn reply(&mut self, at: Instant, request: RequestId, reply: Reply) {
        if self.outside.asked.remove(&request) {
            self.outside.replies.insert((at.max(self.now), request), reply);
        }
    }

    /// Whether an answer is on its way to a call.
    #[must_use]
    pub fn awaits_reply(&self) -> bool {
        !self.outside.replies.is_empty()
    }

    /// Every item lasts as long as its text takes to say.
    #[must_use]
    pub fn by_text() -> ItemDuration {
        Arc::new(|item: &Item| speech_duration(&item.text))
    }

    /// The virtual time.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The engine, to look at.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Tells the engine something that no telephone reports.
    pub fn tell(&mut self, input: Input) {
        self.handle(input);
        self.settle();
    }

    /// A telephone calls.
    pub fn call(&mut self, called: &str, caller: Option<&str>) -> LegId {
        self.call_from(Origin::new(called, caller))
    }

    /// A telephone calls of which more is known than its number.
    pub fn call_from(&mut self, origin: Origin) -> LegId {
        let leg = self.phones.call(self.now, origin);
        self.settle();
        leg
    }

    /// A telephone calls whose keys cannot arrive.
    pub fn call_without_keys(&mut self, called: &str) -> LegId {
        let leg = self.phones.call_without_keys(self.now, called);
        self.settle();
        leg
    }

    /// The telephone of a registered user calls, perhaps to take the place of another leg.
    pub fn call_as(&mut self, user: &str, called: &str, replaces: Option<LegId>) -> LegId {
        let leg = self.phones.call_as(self.now, user, called, replaces);
        self.settle();
        leg
    }

    /// The owner of a leg asks that the party they talk with be connected with somebody else.
    pub fn refer(&mut self, leg: LegId, to: &str, replaces: Option<LegId>) {
        self.phones.refer(self.now, leg, to, replaces);
        self.settle();
    }

    /// Keys are pressed, one each 150 ms, the first now.
    pub fn press(&mut self, leg: LegId, keys: &Digits) {
        for (i, symbol) in keys.as_slice().iter().enumerate() {
            if i > 0 {
                self.run_until(self.now + KEY_GAP);
            }
            self.phones.press(self.now, leg, *symbol);
            self.settle();
        }
    }

    /// Words are said.
    pub fn say(&mut self, leg: LegId, text: &str) {
        self.phones.say(self.now, leg, text);
        self.settle();
    }

    /// The owner of a leg speaks for a while, into whatever recording runs or begins meanwhile.
    pub fn speak(&mut self, leg: LegId, length: Duration) {
        self.phones.speak(self.now, leg, length);
    }

    /// The far side of a leg hangs up.
    pub fn hang_up(&mut self, leg: LegId, cause: HangupCause) {
        self.phones.hang_up(self.now, leg, cause);
        self.settle();
    }

    /// The far side of a leg puts us on hold (`true`) or comes back.
    pub fn hold(&mut self, leg: LegId, held: bool) {
        self.phones.hold(self.now, leg, held);
        self.settle();
    }

    /// A dialled telephone is picked up.
    pub fn pick_up(&mut self, leg: LegId) {
        self.phones.pick_up(self.now, leg);
        self.settle();
    }

    /// A registered telephone comes or goes.
    pub fn register(&mut self, user: &str, reachable: bool) {
        self.phones.register(user, reachable);
        self.settle();
    }

    /// When something happens by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let reply = self.outside.replies.keys().next().map(|(at, _)| *at);
        [self.phones.poll_timeout(), self.engine.poll_timeout(), reply].into_iter().flatten().min()
    }

    /// Lets time pass until `end`.
    pub fn run_until(&mut self, end: Instant) {
        for _ in 0..MAX_STEPS {
            match self.next_due() {
                Some(due) if due <= end => self.run_to(due),
                _ => break,
            }
        }
        self.now = self.now.max(end);
    }

    /// Lets time pass for a span.
    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span);
    }

    /// Lets time pass to the next thing that happens by itself; `false` if nothing will.
    pub fn run_to_next(&mut self) -> bool {
        let Some(due) = self.next_due() else { return false };
        self.run_to(due);
        true
    }

    /// Lets time pass until a leg hears nothing but silence or music, or somebody has to play the outside; `false` if
    /// the leg is gone.
    pub fn run_to_silence(&mut self, leg: LegId) -> bool {
        for _ in 0..MAX_STEPS {
            let Some(phone) = self.phones.leg(leg) else { return false };
            let silent = !phone.is_playing() && phone.state == LegState::Answered;
            if silent || !self.outside.asked.is_empty() || !self.run_to_next() {
                return true;
            }
        }
        false
    }

    /// The next thing to show.
    pub fn poll_heard(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    fn run_to(&mut self, due: Instant) {
        self.now = self.now.max(due);
        self.phones.tick(self.now);
        self.settle();
        while let Some(entry) = self.outside.replies.first_entry()
            && entry.key().0 <= self.now
        {
            let ((_, request), reply) = entry.remove_entry();
            self.handle(Input::Reply { request, reply });
            self.settle();
        }
        if self.engine.poll_timeout().is_some_and(|at| at <= self.now) {
            self.handle(Input::Tick);
            self.settle();
            self.engine.check_invariants();
        }
    }

    fn ask(&mut self, request: Box<Request>) {
        if self.outside.played {
            self.outside.asked.insert(request.id);
            self.heard.push_back(Heard::Request(self.now, request));
        } else {
            self.outside.refused.push_back(request.id);
        }
    }

    /// Tells the engine something: one step.
    fn handle(&mut self, input: Input) {
        let now = self.now;
        self.watching(|watch| watch.told(now, &input));
        self.engine.handle(now, input);
    }

    /// Shows the watch something, if there is one and nothing was found wrong yet.
    fn watching(&mut self, show: impl FnOnce(&mut Watch) -> Result<(), Breach>) {
        if let Some(watch) = self.watch.as_deref_mut().filter(|_| self.breach.is_none()) {
            self.breach = show(watch).err();
        }
    }

    /// Carries reports and commands to and fro until nobody has more to say.
    fn settle(&mut self) {
        loop {
            while let Some(output) = self.engine.poll_output() {
                self.watching(|watch| watch.done(&output));
                match output {
                    Output::Command(command) => {
                        self.heard.push_back(Heard::Command(self.now, command.clone()));
                        self.phones.obey(self.now, command);
                    }
                    Output::Request(request) => self.ask(request),
                    Output::Abandon(request) => {
                        self.outside.asked.remove(&request);
                        self.outside.replies.retain(|(_, asked), _| *asked != request);
                    }
                    Output::Happened(row) => self.heard.push_back(Heard::Fact(self.now, row)),
                    Output::Claim(row) => self.outside.claims.extend(row.fact.offer()),
                    Output::Journal(journal) => self.heard.push_back(Heard::Journal(journal)),
                    Output::Record(record) => self.heard.push_back(Heard::Record(record)),
                    Output::Notice(notice) => self.heard.push_back(Heard::Notice(self.now, notice)),
                }
            }
            if let Some(watch) = self.watch.as_deref_mut().filter(|_| self.breach.is_none()) {
                self.breach = watch.settled(&self.engine).err();
            }
            if let Some(request) = self.outside.refused.pop_front() {
                self.handle(Input::Reply { request, reply: Reply::Failed(Failure::Unavailable) });
                continue;
            }
            // Whatever is to be kept is kept at once.
            if let Some(offer) = self.outside.claims.pop_front() {
                self.handle(Input::Claimed { offer, verdict: Verdict::Applied });
                continue;
            }
            let Some(report) = self.phones.poll_report() else { break };
            self.heard.push_back(Heard::Report(self.now, report.clone()));
            let adapter = match &report {
                Report::Leg(event) => event.leg.adapter,
                Report::Endpoint { .. } | Report::Away | Report::Back => {
                    crate::call::AdapterId::default()
                }
            };
            self.handle(Input::Report { adapter, report });
            self.engine.check_invariants();
        }
    }
}

impl Heard {
    /// One line of a transcript; `None` for what a reader need not see.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        match self {
            Self::Command(at, command) => {
                Some(format!("{at:>9}  <- {} {}", command.leg, command_line(&command.kind)?))
            }
            Self::Report(at, Report::Leg(event)) => {
                Some(format!("{at:>9}  -> {} {}", event.leg, event_line(&event.kind)?))
            }
            Self::Report(at, Report::Endpoint { user, reachable }) => Some(format!(
                "{at:>9}  -> {user} {}",
                if *reachable { "reachable" } else { "gone" }
            )),
            Self::Report(at, Report::Away) => Some(format!("{at:>9}  -> out of touch")),
            Self::Report(at, Report::Back) => Some(format!("{at:>9}  -> in touch again")),
            Self::Request(at, request) => {
                Some(format!("{at:>9}  ?? {}", request_line(&request.what)))
            }
            Self::Notice(..) | Self::Journal(_) | Self::Fact(..) => None,
            Self::Record(record) => {
                let steps: Vec<_> = record
                    .steps
                    .iter()
                    .map(|step| {
                        let reason = step.reason.map(|r| format!(" ({r})")).unwrap_or_default();
                        let keys =
                            step.keys.as_ref().map(|k| format!(" [{k}]")).unwrap_or_default();
                        format!(
                            "{}={}{keys}{reason}",
                            step.node,
                            step.outcome.as_deref().unwrap_or("-")
                        )
                    })
                    .collect();
                Some(format!(
                    "record: {:?} by {:?}; {}",
                    record.cause,
                    record.ended_by,
                    steps.join(", ")
                ))
            }
        }
    }
}

fn request_line(what: &Errand) -> String {
    match what {
        Errand::Operation(Operation { service, operation, with, tries, .. }) => {
            format!("{service}.{operation} {with:?} tries {tries}")
        }
        Errand::Ticket(ticket) => format!("ticket {} {:?}", ticket.kind, ticket.with),
        Errand::Callback(callback) => format!("{callback:?}"),
    }
}

/// A prompt by its name; a word of a value that is read aloud by the word itself, its pauses left out.
fn item_line(item: &Item) -> Option<String> {
    match &item.sound {
        Some(sound) if sound.as_str().contains("/words/") => {
            (!item.text.is_empty()).then(|| format!("{:?}", &*item.text))
        }
        _ => Some(format!("{}/{}", item.language, item.prompt)),
    }
}

fn command_line(kind: &CommandKind) -> Option<String> {
    Some(match kind {
        CommandKind::Accept(how) => format!("accept {how:?}"),
        CommandKind::Refuse(cause) => format!("refuse {cause:?}"),
        CommandKind::Play(play) => {
            let items: Vec<_> = play.items.iter().filter_map(item_line).collect();
            format!("play #{} {} stop_on {:?}", play.id.0, items.join(" "), play.stop_on)
        }
        CommandKind::Stop(play) => format!("stop #{}", play.0),
        CommandKind::Music(Some(sound)) => format!("music {sound}"),
        CommandKind::Music(None) => "music off".to_owned(),
        CommandKind::Dial(dial) => {
            let told: Vec<_> = dial.tell.iter().map(|told| format!("{told:?}")).collect();
            format!(
                "dial {:?} {:?} [{}] ring {}",
                dial.to,
                dial.display.as_deref().unwrap_or(""),
                told.join(", "),
                dial.ring
            )
        }
        CommandKind::Record(recording) => {
            format!("record up to {} until {} of silence", recording.limit, recording.silence)
        }
        CommandKind::StopRecording(_) => "stop recording".to_owned(),
        CommandKind::Bridge(other) => format!("bridge {other}"),
        CommandKind::Unbridge => "unbridge".to_owned(),
        CommandKind::Listen(listen) => format!("listen for {} phrases", listen.words.len()),
        CommandKind::Unlisten => "unlisten".to_owned(),
        CommandKind::SendDigits(keys) => format!("send {} keys", keys.len()),
        CommandKind::Transfer(transfer) => format!("refer to {}", transfer.to),
        CommandKind::TransferProgress(step) => format!("transfer {step:?}"),
        CommandKind::Mask(on) => format!("mask {on}"),
        CommandKind::Hangup(cause) => format!("hang up {cause:?}"),
    })
}

fn event_line(kind: &EventKind) -> Option<String> {
    Some(match kind {
        EventKind::Offered(Offer { origin, .. }) => {
            format!("offered to {} from {:?}", origin.called, origin.caller)
        }
        EventKind::Ringing => "ringing".to_owned(),
        EventKind::Answered => "answered".to_owned(),
        EventKind::Digit { symbol, .. } => format!("key {symbol}"),
        EventKind::Said { text, .. } => format!("said {text:?}"),
        EventKind::PlayEnded { play, end, .. } => format!("play #{} {end:?}", play.0),
        EventKind::Recorded { end, lasted, .. } => format!("recorded {lasted}: {end:?}"),
        EventKind::Held => "held".to_owned(),
        EventKind::Resumed => "resumed".to_owned(),
        EventKind::TransferRequested(wanted) => match wanted.replaces {
            Some(leg) => format!("wants the caller transferred to leg {leg}"),
            None => format!("wants the caller transferred to {}", wanted.to),
        },
        EventKind::TransferProgress(step) => format!("transfer {step:?}"),
        EventKind::Bridged => "bridged".to_owned(),
        EventKind::Unbridged { .. } => "unbridged".to_owned(),
        EventKind::Ended { by, cause, .. } => format!("ended by {by:?}: {cause:?}"),
        EventKind::Rejected { reason, .. } => format!("rejected: {reason:?}"),
        _ => return None,
    })
}
