//! One call, followed from its first ring to its record.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::breach::{Fault, require};
use super::desk::LATE;
use super::path;
use super::typed::Typed;
use super::wire::Wire;
use crate::call::{
    AgentId, CallId, Class, Digits, EndedBy, HangupCause, LegId, NodeId, QueueStay, RecordStep,
    Symbol,
};
use crate::flow::{Bargein, Flow, Input, Value, Verb};
use crate::session::{Attention, LEAVING_LIMIT, MAX_STEPS, PARTING_LIMIT, REQUEST_LIMIT, Session};
use crate::time::{Duration, Instant};

/// How often an entry that was read back may be typed anew.
const MAX_RE_ENTRIES: u32 = 2;

/// What the engine was told in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// A key of the caller on this leg.
    Key(LegId, Symbol),
    /// Words of the caller on this leg.
    Words(LegId),
    /// An answer to a call, or to nobody.
    Reply(Option<CallId>),
    /// Anything else.
    Other,
}

/// How a caller's leg ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub(super) at: Instant,
    pub(super) by: EndedBy,
    pub(super) cause: HangupCause,
    /// How many steps there were.
    pub(super) steps: usize,
}

/// One live call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) leg: LegId,
    pub(super) began: Instant,
    /// Whether we answered; the caller's side may still have to confirm it.
    pub(super) accepted: bool,
    pub(super) answered: Option<Instant>,
    pub(super) gone: Option<Gone>,
    /// When and why we ordered the end.
    pub(super) hung_up: Option<(Instant, HangupCause)>,
    pub(super) attention: Attention,
    pub(super) flow: Arc<Flow>,
    pub(super) typed: Typed,
    /// The last stay in a queue, and since when it goes on.
    pub(super) stay: Option<QueueStay>,
    pub(super) stays_since: Option<Instant>,
    pub(super) agent: Option<AgentId>,
    pub(super) talk: Duration,
    pub(super) talks_since: Option<Instant>,
    /// The leg that the caller's was connected with last.
    pub(super) peer: Option<LegId>,
    /// Whether an agent begins to hand the caller over in this step, and the leg of whoever is rung for that.
    pub(super) handing: bool,
    pub(super) handed: Option<LegId>,
    /// When something must have happened, and what is wrong if it has not.
    pub(super) due: Option<(Instant, &'static str)>,
    /// Whether something was played to the caller in this step.
    pub(super) played: bool,
    /// Whether the caller entered a line in this step.
    pub(super) queued: bool,
    steps: usize,
    visit: Visit,
    misses: u32,
    visits: BTreeMap<NodeId, u32>,
    /// A key that still belongs to an entry that became full, and until when.
    late_end: Option<(Symbol, Instant)>,
    /// Whether an entry was taken in this step.
    entered: bool,
    silent_since: Option<Instant>,
}

/// The visit of the present node.
#[derive(Debug)]
struct Visit {
    entered: Instant,
    /// The first key that it may take.
    from: usize,
    misses: u32,
    closed: bool,
    spoken: bool,
}

/// What is seen of a call after a step.
pub(super) struct Sight<'a> {
    pub(super) now: Instant,
    pub(super) trigger: Trigger,
    pub(super) steps: &'a [RecordStep],
}

impl Call {
    pub(super) fn new(leg: LegId, flow: Arc<Flow>, now: Instant) -> Self {
        Self {
            leg,
            began: now,
            accepted: false,
            answered: None,
            gone: None,
            hung_up: None,
            attention: Attention::Ringing,
            flow,
            typed: Typed::default(),
            stay: None,
            stays_since: None,
            agent: None,
            talk: Duration::ZERO,
            talks_since: None,
            peer: None,
            handing: false,
            handed: None,
            due: None,
            played: false,
            queued: false,
            steps: 0,
            visit: Visit { entered: now, from: 0, misses: 0, closed: true, spoken: false },
            misses: 0,
            visits: BTreeMap::new(),
            late_end: None,
            entered: false,
            silent_since: None,
        }
    }

    /// Whether what plays must be heard whatever the caller presses: everywhere but in line, where a key may take the
    /// offer to be called back.
    pub(super) const fn protects(&self) -> bool {
        !matches!(self.attention, Attention::Waiting)
    }

    /// How many steps were seen.
    pub(super) const fn steps(&self) -> usize {
        self.steps
    }

    /// Whether the caller is to be recorded now.
    pub(super) const fn is_recorded(&self) -> bool {
        matches!(self.attention, Attention::Recorded)
    }

    /// The caller's talk is over.
    pub(super) fn part(&mut self, now: Instant) {
        if let Some(since) = self.talks_since.take() {
            self.talk += now.since(since);
        }
    }

    /// Looks at a call that has settled.
    pub(super) fn look(&mut self, sight: &Sight<'_>, session: &Session) -> Result<(), Fault> {
        let flow = &session.program().flow;
        if !Arc::ptr_eq(flow, &self.flow) {
            // Another flow took over: it counts anew.
            self.flow = Arc::clone(flow);
            self.steps = sight.steps.len();
            self.misses = session.misses();
            self.visits.clear();
        }
        let ahead = self.pressed_ahead(sight);
        let (steps, misses) = (self.steps, self.misses);
        self.misses = session.misses();
        let unmoved = self.misses == misses && sight.steps.len() == steps;
        self.swallow(sight, unmoved)?;
        self.walk(sight)?;
        self.attention = session.attention();
        self.count_misses(steps, misses, sight)?;
        if self.misses != misses {
            self.typed.forget();
        } else if ahead && self.played && self.takes_what_was_typed(sight, steps) {
            return Err("a key that was pressed ahead is lost".to_owned());
        }
        self.played = false;
        self.queued = false;
        Ok(())
    }

    /// Takes note of the steps that are new, and of those that are over.
    pub(super) fn walk(&mut self, sight: &Sight<'_>) -> Result<(), Fault> {
        if sight.steps.len() >= MAX_STEPS {
            self.visit.closed = true;
            self.steps = sight.steps.len();
            return Ok(());
        }
        if let Trigger::Words(leg) = sight.trigger {
            self.visit.spoken |= leg == self.leg;
        }
        if let Some(last) = self.steps.checked_sub(1).and_then(|last| sight.steps.get(last))
            && !self.visit.closed
            && last.outcome.is_some()
        {
            self.close(last)?;
        }
        for place in self.steps..sight.steps.len() {
            let step = &sight.steps[place];
            let before = place.checked_sub(1).and_then(|before| sight.steps.get(before));
            if let Some(before) = before.filter(|_| place > 0 && self.steps > 0) {
                path::follows(&self.flow, before, &step.node)?;
            }
            self.steps = place + 1;
            self.enter(step, sight)?;
            if step.outcome.is_some() {
                self.close(step)?;
            }
        }
        Ok(())
    }

    fn enter(&mut self, step: &RecordStep, sight: &Sight<'_>) -> Result<(), Fault> {
        let flow = Arc::clone(&self.flow);
        let node = path::find(&flow, &step.node)
            .ok_or_else(|| format!("there is no node `{}`", step.node))?;
        let fresh = node.verb.input().is_some_and(|input| forgets(&node.verb, input));
        let from = if fresh { self.typed.count() } else { 0 };
        self.visit = Visit {
            entered: sight.now,
            from,
            misses: self.misses,
            closed: false,
            spoken: matches!(sight.trigger, Trigger::Words(leg) if leg == self.leg),
        };
        if matches!(node.verb, Verb::Queue(_) | Verb::Transfer(_) | Verb::Record(_)) {
            self.typed.forget();
        }
        if let Verb::Queue(queue) = &node.verb
            && !self.queued
            && !step.reason.is_some_and(|reason| reason.starts_with("fault"))
        {
            let name = queue.queue.clone();
            self.stay = Some(QueueStay { name, wait_ms: 0, offers: Vec::new() });
        }
        let visits = self.visits.entry(step.node.clone()).or_default();
        *visits += 1;
        let most = flow.limits.visits + 1;
        require(*visits <= most, || {
            format!("`{}` was visited {visits} times and nothing became known", step.node)
        })
    }

    fn close(&mut self, step: &RecordStep) -> Result<(), Fault> {
        self.visit.closed = true;
        path::known(&self.flow, step)?;
        let flow = Arc::clone(&self.flow);
        let Some(node) = path::find(&flow, &step.node) else { return Ok(()) };
        if matches!(step.outcome.as_deref(), Some("escape" | "moved"))
            || tells_news(&node.verb, step)
        {
            self.visits.clear();
        }
        if let Verb::Collect(collect) = &node.verb {
            self.entered |= step.outcome.as_deref() == Some("ok");
            let secret =
                collect.class == Class::Secret && step.outcome.as_deref() != Some("command");
            require(!(secret && step.keys.is_some()), || {
                format!("the secret keys of `{}` stand in the record", step.node)
            })?;
        }
        let taken =
            !["failed", "escape", "hangup"].contains(&step.outcome.as_deref().unwrap_or_default());
        let untouched = self.visit.from > 0 && self.visit.from == self.typed.count();
        require(!(untouched && taken && !self.visit.spoken), || {
            format!("`{}` took keys that were pressed before it was asked", step.node)
        })?;
        let asked_back = match &node.verb {
            Verb::Collect(collect) => collect.read_back,
            Verb::Answer(_) => true,
            _ => false,
        };
        let keys = step.keys.as_deref().and_then(Digits::parse);
        let masked = matches!(&node.verb, Verb::Collect(c) if c.class != Class::Public);
        if let Some(keys) = keys
            && !(self.visit.spoken || asked_back || masked)
        {
            self.typed.take(&keys, &step.node, self.visit.from, self.visit.entered)?;
        }
        Ok(())
    }

    /// The key that ends an entry which has become full belongs to it, even if it comes late.
    fn swallow(&mut self, sight: &Sight<'_>, unmoved: bool) -> Result<(), Fault> {
        let Trigger::Key(leg, symbol) = sight.trigger else { return Ok(()) };
        if leg != self.leg {
            return Ok(());
        }
        let Some((end, until)) = self.late_end.take() else { return Ok(()) };
        require(end != symbol || sight.now > until || unmoved, || {
            format!("`{symbol}` was taken as an answer and belongs to the entry before")
        })
    }

    /// Whether a key of this step was surely pressed ahead: while words were said that any key stops.
    fn pressed_ahead(&self, sight: &Sight<'_>) -> bool {
        let Trigger::Key(leg, symbol) = sight.trigger else { return false };
        let place = self.steps.checked_sub(1);
        let Some(present) = place.and_then(|place| sight.steps.get(place)) else { return false };
        let before = place.and_then(|place| place.checked_sub(1)).map(|at| sight.steps[at].verb);
        let Some(Verb::Say(say)) = path::find(&self.flow, &present.node).map(|node| &node.verb)
        else {
            return false;
        };
        let stops = |rule: Option<Bargein>| rule.unwrap_or(say.bargein) == Bargein::Any;
        leg == self.leg
            && self.attention == Attention::Hearing
            && symbol.is_digit()
            && before != Some("record")
            && say.prompts.iter().all(|prompt| stops(prompt.bargein))
    }

    /// Whether the call came to a question in this step that takes what was typed ahead, and still waits there.
    fn takes_what_was_typed(&self, sight: &Sight<'_>, before: usize) -> bool {
        let Some(last) = sight.steps.last() else { return false };
        let Some(node) = path::find(&self.flow, &last.node) else { return false };
        let silent = |step: &RecordStep| {
            ["set", "branch", "hours", "note", "call", "return"].contains(&step.verb)
        };
        let between = sight.steps.get(before..sight.steps.len() - 1).unwrap_or_default();
        before < sight.steps.len()
            && self.attention == Attention::Asked
            && last.outcome.is_none()
            && between.iter().all(silent)
            && node.verb.input().is_some_and(|input| !forgets(&node.verb, input))
    }

    fn count_misses(&mut self, steps: usize, misses: u32, sight: &Sight<'_>) -> Result<(), Fault> {
        let asked = self.attention == Attention::Asked;
        let last = sight.steps.last().filter(|step| asked && step.outcome.is_none());
        let Some(last) = last.filter(|_| sight.steps.len() < MAX_STEPS) else { return Ok(()) };
        let flow = Arc::clone(&self.flow);
        let Some(verb) = path::find(&flow, &last.node).map(|node| &node.verb) else {
            return Ok(());
        };
        let Some(input) = verb.input() else { return Ok(()) };
        let missed = self.misses.saturating_sub(self.visit.misses);
        require(missed < input.retry.max.max(1) * stages(verb), || {
            format!("`{}` asks again after {missed} misses", last.node)
        })?;
        let same = steps == sight.steps.len();
        require(!(same && self.misses > misses && self.misses >= flow.limits.errors), || {
            format!("`{}` asks again after {} misses in the call", last.node, self.misses)
        })
    }

    /// When something must have happened.
    pub(super) fn expect(&mut self, now: Instant, wire: Option<&Wire>, session: Option<&Session>) {
        self.due = self.expected(now, wire, session);
    }

    fn expected(
        &mut self,
        now: Instant,
        wire: Option<&Wire>,
        session: Option<&Session>,
    ) -> Option<(Instant, &'static str)> {
        let parting = PARTING_LIMIT.times(2) + LATE;
        let silent_since = self.silent_since.take();
        if let Some(gone) = self.gone {
            return Some((gone.at + parting, "it ended and has no record"));
        }
        if let Some((at, _)) = self.hung_up {
            return Some((at + LEAVING_LIMIT + parting, "we hung up and there is no record"));
        }
        let sounds = wire.is_some_and(Wire::sounds);
        match self.attention {
            Attention::Ringing if self.accepted => None,
            Attention::Ringing => {
                Some((self.began + self.flow.answer.after + LATE, "it is not answered in time"))
            }
            Attention::Asked if !wire.is_some_and(Wire::is_playing) => {
                let patience = session.and_then(|session| self.patience(session));
                Some((now + patience?, "it asks, hears nothing and does nothing"))
            }
            Attention::Asked | Attention::Recorded | Attention::Gone => None,
            Attention::Hearing | Attention::Waiting | Attention::Talking if sounds => None,
            Attention::Hearing | Attention::Waiting | Attention::Talking => {
                let since = silent_since.unwrap_or(now);
                self.silent_since = Some(since);
                Some((since + REQUEST_LIMIT + LATE, "it is silent for too long"))
            }
        }
    }

    /// How long a question that has been said waits at most.
    fn patience(&self, session: &Session) -> Option<Duration> {
        let last = session.steps().last()?;
        let input = path::find(&self.flow, &last.node)?.verb.input()?;
        Some(input.timeout.max(input.between_digits) + LATE)
    }

    /// An entry became full in this step: its own end is still to come.
    pub(super) fn await_end(&mut self, sight: &Sight<'_>, session: &Session) {
        let this_step = std::mem::take(&mut self.entered);
        let Trigger::Key(leg, symbol) = sight.trigger else { return };
        let place = sight.steps.iter().rposition(|step| step.verb == "collect");
        let Some(step) = place.and_then(|place| sight.steps.get(place)) else { return };
        let Some(node) = path::find(&self.flow, &step.node) else { return };
        let Verb::Collect(collect) = &node.verb else { return };
        let ended = leg == self.leg && symbol.is_digit() && step.outcome.as_deref() == Some("ok");
        let last = place.is_some_and(|place| place + 2 >= sight.steps.len());
        let full = match session.value(collect.into) {
            Value::Text(text) => text.len() == collect.entry.max_length,
            _ => false,
        };
        if let Some(end) = collect.entry.end
            && ended
            && this_step
            && last
            && full
            && !collect.read_back
        {
            self.late_end = Some((end, sight.now + collect.end_wait));
        }
    }
}

/// Whether a question forgets what was typed before it: it says so, must be heard, or asks for a secret.
fn forgets(verb: &Verb, input: &Input) -> bool {
    let must_be_heard =
        input.prompts.iter().any(|prompt| prompt.bargein.unwrap_or(input.bargein) == Bargein::None);
    let secret = matches!(verb, Verb::Collect(collect) if collect.class == Class::Secret);
    input.flush || must_be_heard || secret
}

/// How many questions, each with its own retries, one visit may ask.
fn stages(verb: &Verb) -> u32 {
    match verb {
        // Each entry and each time it is read back.
        Verb::Collect(collect) if collect.read_back => 2 * (MAX_RE_ENTRIES + 1),
        // Each question, and each time it is asked whether one was meant.
        Verb::Answer(answer) => 2 * (answer.max + 1),
        _ => 1,
    }
}

/// Whether something new may have become known at a node.
fn tells_news(verb: &Verb, step: &RecordStep) -> bool {
    match verb {
        Verb::Menu(menu) | Verb::Confirm(menu) => menu
            .choices
            .iter()
            .any(|choice| Some(&*choice.name) == step.outcome.as_deref() && !choice.set.is_empty()),
        Verb::Say(_)
        | Verb::Branch(_)
        | Verb::Hours(_)
        | Verb::Note(_)
        | Verb::Queue(_)
        | Verb::Transfer(_)
        | Verb::Hangup(_) => false,
        Verb::Collect(_)
        | Verb::Answer(_)
        | Verb::Set(_)
        | Verb::Http(_)
        | Verb::Call(_)
        | Verb::Record(_)
        | Verb::Ticket(_)
        | Verb::Callback(_)
        | Verb::Return(_) => true,
    }
}
