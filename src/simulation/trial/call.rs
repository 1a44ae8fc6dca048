//! The call of a case while it is played: time passes, what happens is taken note of, the outside answers.

use std::sync::Arc;

use super::back::CalledBack;
use super::outside::Outside;
use super::spoken::{self, Spoken};
use super::stage::Manner;
use super::story::Story;
use super::verdict::{Difference, Revision};
use crate::call::{
    CallId, CallRecord, Class, Command, CommandKind, Digits, EndedBy, Errand, EventKind,
    HangupCause, LegId, NodeId, Origin, QueueId, RecordingEnd, Report, Target,
};
use crate::engine::Notice;
use crate::flow::{CallRule, Case, Claim, Flow, Spanned, Value, VariableIndex};
use crate::session::{Attention, SHORTEST_MESSAGE, Session};
use crate::simulation::{Heard, Ledger, LegState, Observer, Rehearsal, Side};
use crate::time::{Duration, Instant};

/// The longest that any step of a script lets pass until it can be done.
pub const STEP_LIMIT: Duration = Duration::from_mins(30);

/// The most things that may happen during one step.
const MAX_TURNS: u32 = 100_000;

/// A call on stage.
pub(super) struct Played<'c> {
    pub(super) case: &'c Case,
    pub(super) manner: Manner,
    pub(super) rehearsal: Rehearsal,
    pub(super) leg: LegId,
    pub(super) flow: Arc<Flow>,
    pub(super) outside: Outside<'c>,
    pub(super) observer: Observer,
    pub(super) ledger: Ledger,
    pub(super) story: Story,
    /// Every prompt that was commanded.
    pub(super) heard: Vec<Spoken>,
    /// Every stay in a queue.
    pub(super) lines: Vec<Line>,
    /// Every number that was rung.
    pub(super) rung: Vec<Arc<str>>,
    /// The phones that were rung for the caller.
    dialled: Vec<LegId>,
    /// What became of wishes to be called back.
    pub(super) back: CalledBack,
    /// The records of calls before the present one, by the same caller.
    pub(super) earlier: Vec<CallRecord>,
    /// When the present call began.
    pub(super) began: Instant,
    pub(super) stretch: Stretch,
    pub(super) record: Option<Box<CallRecord>>,
    /// Messages that were kept.
    pub(super) recordings: u32,
    /// Whether a secret is asked for.
    masked: bool,
    /// Whether the call leaves anything in writing that somebody looks into.
    writes: bool,
    /// The variables as they were seen last.
    pub(super) values: Vec<Value>,
    id: Option<CallId>,
    pub(super) ended_at: Option<Instant>,
    pub(super) differences: Vec<Difference>,
    pub(super) revisions: Vec<Revision>,
}

/// Where the present stretch of the call began: with the last step that acted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stretch {
    /// In the prompts that were heard.
    pub(super) heard: usize,
    /// Up to where prompts were looked at by earlier steps.
    pub(super) looked: usize,
    /// In the node visits.
    pub(super) steps: usize,
    /// In the stays in queues.
    pub(super) lines: usize,
    /// In the numbers that were rung.
    pub(super) rung: usize,
}

/// A stay in a queue, as it was asked for.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) queue: QueueId,
    pub(super) skills: Vec<(Arc<str>, Arc<str>)>,
    pub(super) priority: Option<u8>,
}

/// Whether what is waited for is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Not yet.
    Wait,
    /// It is.
    Done,
    /// It will not come.
    Never,
}

impl<'c> Played<'c> {
    pub(super) fn new(
        rehearsal: Rehearsal,
        leg: LegId,
        flow: Arc<Flow>,
        case: &'c Case,
        rules: &Arc<[Spanned<CallRule>]>,
        manner: Manner,
    ) -> Self {
        let looked_into = case.then.iter().any(|c| matches!(c.value, Claim::NeverLogged(_)))
            || rules.iter().any(|rule| matches!(rule.value, CallRule::NeverLogged(_)));
        let mut ledger = Ledger::default();
        let Origin { caller, diverted_from, .. } = &case.origin;
        for known in [&caller.number, &caller.name, diverted_from].into_iter().flatten() {
            ledger.knows(known, Class::Personal);
        }
        let mut played = Self {
            case,
            manner,
            rehearsal,
            leg,
            values: vec![Value::Unset; flow.variables.len()],
            flow,
            outside: Outside::new(&case.mocks),
            observer: Observer::new(Arc::clone(rules)),
            ledger,
            story: Story::default(),
            heard: Vec::new(),
            lines: Vec::new(),
            rung: Vec::new(),
            dialled: Vec::new(),
            back: CalledBack::default(),
            earlier: Vec::new(),
            began: Instant::ZERO,
            stretch: Stretch::default(),
            record: None,
            recordings: 0,
            masked: false,
            writes: looked_into,
            id: None,
            ended_at: None,
            differences: Vec::new(),
            revisions: Vec::new(),
        };
        played.drain();
        played
    }

    pub(super) fn session(&self) -> Option<&Session> {
        self.rehearsal.engine().session(self.leg)
    }

    pub(super) fn attention(&self) -> Option<Attention> {
        self.rehearsal.engine().attention(self.leg)
    }

    pub(super) fn is_playing(&self) -> bool {
        self.rehearsal.phones.leg(self.leg).is_some_and(|phone| phone.is_playing())
    }

    /// The node that the call is at, or ended at.
    pub(super) fn node(&self) -> Option<NodeId> {
        let now = self.session().and_then(Session::node).map(NodeId::from);
        let last = || self.record.as_ref()?.steps.last().map(|step| step.node.clone());
        now.or_else(last)
    }

    /// A step acts: a new stretch of the call begins.
    pub(super) fn act(&mut self) {
        let steps = self.session().map_or(0, |session| session.steps().len());
        self.stretch = Stretch {
            heard: self.heard.len(),
            looked: self.heard.len(),
            steps,
            lines: self.lines.len(),
            rung: self.rung.len(),
        };
    }

    /// Lets time pass until `look` is content; `false` if it never will be.
    pub(super) fn until(&mut self, look: impl Fn(&Self) -> Look) -> bool {
        self.until_within(STEP_LIMIT, look)
    }

    /// As [`until`](Self::until), with another limit.
    pub(super) fn until_within(&mut self, limit: Duration, look: impl Fn(&Self) -> Look) -> bool {
        let end = self.rehearsal.now() + limit;
        for _ in 0..MAX_TURNS {
            match look(self) {
                Look::Done => return true,
                Look::Never => return false,
                Look::Wait if self.turn(end) => {}
                Look::Wait => return false,
            }
        }
        false
    }

    /// Lets time pass for a span.
    pub(super) fn pass(&mut self, span: Duration) {
        let end = self.rehearsal.now() + span;
        for _ in 0..MAX_TURNS {
            if !self.turn(end) {
                break;
            }
        }
        self.rehearsal.run_until(end);
        self.drain();
    }

    /// Lets the next thing happen, if anything does until `end`.
    fn turn(&mut self, end: Instant) -> bool {
        let due = self.rehearsal.next_due().is_some_and(|due| due <= end);
        let turned = due && self.rehearsal.run_to_next();
        if turned {
            self.drain();
        }
        turned
    }

    pub(super) fn press(&mut self, keys: &Digits) {
        let secret = self.masked;
        if secret {
            self.ledger.knows(&keys.text(), Class::Secret);
        }
        self.story.keys(keys, secret || self.hides(keys));
        for (nth, symbol) in keys.as_slice().iter().enumerate() {
            if nth > 0 {
                self.pass(crate::simulation::KEY_GAP);
            }
            self.rehearsal.press(self.leg, &[*symbol].into_iter().collect());
            self.drain();
        }
    }

    /// Whether keys that are typed ahead may be meant for a secret question.
    fn hides(&self, keys: &Digits) -> bool {
        let asked = self.attention() == Some(Attention::Asked) && !self.is_playing();
        let secret = |node: &crate::flow::Node| node.pauses_recording;
        !asked && keys.len() > 1 && self.flow.nodes.iter().any(secret)
    }

    pub(super) fn hang_up(&mut self) {
        self.rehearsal.hang_up(self.leg, HangupCause::Normal);
        self.drain();
    }

    /// The phone at our side that rings for the caller, or that the caller talks with.
    pub(super) fn peer(&self, ringing: bool) -> Option<LegId> {
        let phones = &self.rehearsal.phones;
        self.dialled.iter().rev().copied().find(|leg| match phones.leg(*leg) {
            Some(phone) if ringing => {
                matches!((&phone.side, phone.state), (Side::Dialled(_), LegState::Ringing(_)))
            }
            Some(phone) => phone.bridged == Some(self.leg),
            None => false,
        })
    }

    /// The same caller calls once more: what follows is of that call.
    pub(super) fn calls_again(&mut self) {
        let broken = self.broken();
        self.differences.extend(broken);
        self.earlier.extend(self.record.take().map(|record| *record));
        (self.id, self.ended_at, self.masked) = (None, None, false);
        self.dialled.clear();
        self.values = vec![Value::Unset; self.flow.variables.len()];
        self.began = self.rehearsal.now();
        self.observer = self.observer.anew(self.began);
        self.story.happens("the customer calls again");
        self.leg = self.rehearsal.call_from(self.case.origin.clone());
        self.act();
        self.drain();
    }

    /// Takes note of everything that has happened.
    pub(super) fn drain(&mut self) {
        while let Some(heard) = self.rehearsal.poll_heard() {
            self.hear(heard);
        }
        let now = self.rehearsal.now();
        let Some(session) = self.rehearsal.engine().session(self.leg) else { return };
        self.observer.stands(now, session.attention(), session.steps());
        for (at, (slot, variable)) in
            (0_u32..).zip(self.values.iter_mut().zip(self.flow.variables.values()))
        {
            let value = session.value(VariableIndex(at));
            if *slot != value {
                if variable.class != Class::Public {
                    texts(&value, &mut |text| self.ledger.knows(text, variable.class));
                }
                *slot = value;
            }
        }
        if self.writes {
            self.ledger.writes("a debug print", format!("{session:?}"));
        }
    }

    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Command(at, command) if command.leg == self.leg => {
                self.observer.commanded(at, &command.kind);
                self.commanded(command.kind);
            }
            Heard::Command(_, command) => self.dialled(command),
            Heard::Report(at, Report::Leg(event)) if event.leg == self.leg => {
                self.observer.reported(at, &event.kind);
                self.reported(at, &event.kind);
            }
            Heard::Report(..) | Heard::Journal(_) => {}
            Heard::Fact(_, row) => self.happened(&row.fact),
            Heard::Request(at, request) => {
                let (after, reply) = self.outside.answer(&request.what);
                self.note_request(&request.what);
                self.rehearsal.reply(at + after, request.id, reply);
            }
            Heard::Notice(_, notice) => self.noticed(&notice),
            Heard::Record(record) => {
                if Some(record.call) == self.id {
                    self.observer.ended(self.rehearsal.now(), &record);
                    if self.writes {
                        self.ledger.writes_record(&record);
                    }
                    self.record = Some(record);
                }
            }
        }
    }

    fn commanded(&mut self, kind: CommandKind) {
        match kind {
            CommandKind::Play(play) => {
                for spoken in spoken::prompts(&play.items) {
                    self.story.prompt(&spoken.prompt);
                    self.heard.push(spoken);
                }
            }
            CommandKind::Mask(on) => self.masked = on,
            CommandKind::Refuse(_) => self.story.happens("refused"),
            CommandKind::Accept(_)
            | CommandKind::Stop(_)
            | CommandKind::Music(_)
            | CommandKind::Dial(_)
            | CommandKind::Record(_)
            | CommandKind::StopRecording(_)
            | CommandKind::Bridge(_)
            | CommandKind::Unbridge
            | CommandKind::Listen(_)
            | CommandKind::Unlisten
            | CommandKind::SendDigits(_)
            | CommandKind::Transfer(_)
            | CommandKind::TransferProgress(_)
            | CommandKind::Hangup(_) => {}
        }
    }

    fn dialled(&mut self, command: Command) {
        let Command { leg, kind } = command;
        if let CommandKind::Play(play) = &kind
            && self.back.customers.contains(&leg)
        {
            for spoken in spoken::prompts(&play.items) {
                self.story.happens(&format!("the customer hears {}", spoken.prompt));
            }
        }
        let CommandKind::Dial(dial) = kind else { return };
        if dial.beside != Some(self.leg) {
            return self.dialled_back(leg, &dial);
        }
        self.dialled.push(leg);
        match dial.to {
            Target::User(_) => self.story.happens("an agent is rung"),
            Target::Number(number) | Target::Address(number) => {
                self.story.happens(&format!("{number} is rung"));
                self.rung.push(number);
            }
        }
    }

    fn reported(&mut self, at: Instant, kind: &EventKind) {
        match kind {
            EventKind::Recorded { end, lasted, .. }
                if *end != RecordingEnd::Failed && *lasted >= SHORTEST_MESSAGE =>
            {
                self.recordings += 1;
            }
            EventKind::Bridged => self.story.happens("talk"),
            EventKind::Ended { by, .. } => {
                self.ended_at = Some(at);
                let who = match by {
                    EndedBy::Caller => "the caller hangs up",
                    EndedBy::Agent | EndedBy::System => "we hang up",
                };
                self.story.happens(who);
            }
            _ => {}
        }
    }

    fn noticed(&mut self, notice: &Notice) {
        if let Notice::CallStarted { call, leg, .. } = notice
            && *leg == self.leg
        {
            self.id = Some(*call);
        }
        if self.writes {
            self.ledger.writes("the log", notice.to_string());
        }
        if notice.call().is_none() || notice.call() != self.id {
            return;
        }
        match notice {
            Notice::Queued { queue, .. } => {
                let wanted = self.rehearsal.engine().wanted_of(self.leg);
                self.lines.push(Line {
                    queue: queue.clone(),
                    skills: wanted.map(|wanted| wanted.skills.clone()).unwrap_or_default(),
                    priority: wanted.map(|wanted| wanted.priority),
                });
                self.story.happens(&format!("queue {queue}"));
            }
            Notice::OfferFailed { result, .. } => self.story.happens(&format!("agent: {result}")),
            Notice::CallFault { what, .. } => self.story.happens(&format!("fault: {what}")),
            _ => {}
        }
    }

    fn note_request(&mut self, what: &Errand) {
        if self.writes {
            self.ledger.writes("a debug print", format!("{what:?}"));
        }
        let with = match what {
            Errand::Operation(operation) => &operation.with,
            Errand::Ticket(ticket) => &ticket.with,
            Errand::Callback(callback) => {
                self.back.wishes.push(callback.to.clone());
                return self.ledger.knows(&callback.to, Class::Personal);
            }
        };
        for argument in with {
            if let serde_json::Value::String(text) = &argument.value {
                self.ledger.knows(text, argument.class);
            }
        }
    }
}

/// The texts of a value, those of its parts one by one.
fn texts(value: &Value, take: &mut impl FnMut(&str)) {
    match value {
        Value::List(items) | Value::Record(items) => items.iter().for_each(|v| texts(v, take)),
        // The name of a recording is ours, and says nothing of whoever speaks on it.
        Value::Unset | Value::Bool(_) | Value::Recording(_) => {}
        other => take(&other.to_string()),
    }
}
