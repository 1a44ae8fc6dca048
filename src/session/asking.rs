//! Asking the caller: posing a question, asking again, giving up.

use std::sync::Arc;

use super::collector::{Collector, Outcome};
use super::playback::Playback;
use super::question::{Stage, built_in, prompts, rules};
use super::state::{State, Then};
use super::{Moment, Session};
use crate::bug::{self, Bug};
use crate::call::{Class, HangupCause, SymbolSet};
use crate::flow::{Bargein, Flow, Goto, Input, NodeIndex, Prompt, Verb};
use crate::time::Instant;

/// The most times that a read-back may be answered with "again".
pub(super) const MAX_RE_ENTRIES: u32 = 2;

/// The questions of an `answer` node that may go unanswered before it gives up.
pub(super) const MAX_UNKNOWN: u32 = 2;

/// One visit of an input node.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) node: NodeIndex,
    pub(super) stage: Stage,
    pub(super) collector: Collector,
    pub(super) playback: Playback,
    pub(super) no_inputs: u32,
    pub(super) no_matches: u32,
    pub(super) re_entries: u32,
    pub(super) answers: u32,
    pub(super) unknown: u32,
}

impl Asking {
    pub(super) fn deadline(&self) -> Option<Instant> {
        if self.playback.is_playing() { self.playback.limit() } else { self.collector.deadline() }
    }
}

/// Which of the two ways an answer was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Miss {
    NoInput,
    NoMatch,
}

impl Session {
    /// A new visit of an input node.
    pub(super) fn ask(&mut self, node: NodeIndex, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let verb = &flow.node(node).verb;
        let (Some(rules), Some(input)) = (rules(&flow, verb, &Stage::Question), verb.input())
        else {
            return self.apologise(at);
        };
        if input.flush || (is_secret(verb) && !bug::is(Bug::KeysKeptForSecret)) {
            self.type_ahead.flush();
        }
        let asking = Asking {
            node,
            stage: Stage::Question,
            collector: Collector::new(rules),
            playback: Playback::default(),
            no_inputs: 0,
            no_matches: 0,
            re_entries: 0,
            answers: 0,
            unknown: 0,
        };
        self.pose(Box::new(asking), Vec::new(), true, at);
    }

    /// Poses the question of a stage after `prefix`; keys typed ahead answer it before a word is said.
    pub(super) fn pose(
        &mut self,
        mut asking: Box<Asking>,
        prefix: Vec<Arc<Prompt>>,
        question: bool,
        at: Moment<'_>,
    ) {
        let flow = self.program.flow.clone();
        let verb = &flow.node(asking.node).verb;
        let (Some(rules), Some(input)) = (rules(&flow, verb, &asking.stage), verb.input()) else {
            return self.apologise(at);
        };
        self.note_question(asking.node, rules.entry.is_some(), at);
        asking.collector = Collector::new(rules);
        let question = if question {
            prompts(&flow, verb, &asking.stage, self.memory.language())
        } else {
            Vec::new()
        };
        let must_hear = |p: &Arc<Prompt>| p.bargein.unwrap_or(input.bargein) == Bargein::None;
        if prefix.iter().chain(&question).any(must_hear) {
            self.type_ahead.flush();
        }
        while let Some((symbol, mark)) = self.type_ahead.pop(at.now) {
            self.journal.holds(mark, symbol);
            let outcome = asking.collector.key(symbol, at.now);
            if outcome != Outcome::Pending {
                return self.collected(asking, outcome, at);
            }
        }
        if !asking.collector.has_keys() {
            let mut words = prefix;
            words.extend(self.reminders(&flow, input));
            words.extend(question);
            let keys = asking.collector.first_keys();
            asking.playback = self.play(&words, input.bargein, keys, at);
            if !asking.playback.is_playing() {
                asking.collector.prompt_ended(at.now);
            }
        }
        self.state = State::Asking(asking);
    }

    /// What is due to be said before a question, once each: that the time is nearly over, that a person can be had.
    fn reminders(&mut self, flow: &Flow, input: &Input) -> Vec<Arc<Prompt>> {
        let mut words = Vec::new();
        if self.budget.warns() {
            words.extend(built_in(flow, "nearly_over"));
        }
        if input.commands.iter().any(|c| c.keys.to_string() == "0") && self.budget.offers_person() {
            words.extend(built_in(flow, "offer_person"));
        }
        words
    }

    pub(super) fn asking_tick(&mut self, mut asking: Box<Asking>, at: Moment<'_>) {
        let outcome = asking.collector.tick(at.now);
        self.collected(asking, outcome, at);
    }

    /// What a key, a silence or words came to.
    pub(super) fn collected(&mut self, mut asking: Box<Asking>, outcome: Outcome, at: Moment<'_>) {
        if outcome != Outcome::Pending {
            self.settle_keys(&outcome, at);
        }
        match outcome {
            Outcome::Pending => self.state = State::Asking(asking),
            Outcome::Picked(pick) => self.picked(asking, pick, at),
            Outcome::Entered { value, full } => {
                if full {
                    self.swallow_terminator(&asking, at.now);
                }
                self.entered(asking, value, at);
            }
            Outcome::Erased => {
                self.actions.extend(asking.playback.stop().map(super::Action::Command));
                let words = built_in(&self.program.flow, "cleared").into_iter().collect();
                self.pose(asking, words, false, at);
            }
            Outcome::NoMatch(reason) => self.missed(asking, Miss::NoMatch, reason, at),
            Outcome::NoInput => self.missed(asking, Miss::NoInput, "no_input", at),
        }
    }

    /// No answer, or a wrong one: the retry's words and the question again, or the way out.
    pub(super) fn missed(
        &mut self,
        mut asking: Box<Asking>,
        miss: Miss,
        reason: &'static str,
        at: Moment<'_>,
    ) {
        self.actions.extend(asking.playback.stop().map(super::Action::Command));
        self.type_ahead.flush();
        self.journal.reason(reason);
        let flow = self.program.flow.clone();
        let verb = &flow.node(asking.node).verb;
        if let (Verb::Answer(answer), Stage::Again, Miss::NoInput) = (verb, &asking.stage, miss) {
            // Whoever says nothing has no further question.
            return self.follow(asking.node, "done", answer.done, at);
        }
        let Some(input) = verb.input() else { return self.apologise(at) };
        let (count, list) = match miss {
            Miss::NoInput => (&mut asking.no_inputs, &input.retry.no_input),
            Miss::NoMatch => (&mut asking.no_matches, &input.retry.no_match),
        };
        *count += 1;
        let nth = usize::try_from(*count).unwrap_or(usize::MAX).min(list.len());
        let words = nth.checked_sub(1).and_then(|i| list.get(i)).cloned();
        if miss == Miss::NoInput && !self.arrival.dtmf && !self.heard && flow.escape.is_some() {
            // No key can arrive and nothing was ever said: asking again would lead nowhere.
            self.state = State::Asking(asking);
            return self.escape("dtmf_unavailable", at);
        }
        if self.budget.error() {
            self.state = State::Asking(asking);
            return self.escape(too_many(reason), at);
        }
        let most = input.retry.max + u32::from(bug::is(Bug::OneRetryMore));
        if asking.no_inputs + asking.no_matches >= most {
            return self.give_up(&asking, at);
        }
        self.pose(asking, words.into_iter().collect(), input.retry.reprompt, at);
    }

    /// The retries of a visit are used up.
    pub(super) fn give_up(&mut self, asking: &Asking, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let verb = &flow.node(asking.node).verb;
        let failed = match verb {
            Verb::Answer(answer) => Some(("unknown", answer.unknown)),
            _ => verb.input().and_then(|input| input.failed).map(|goto| ("failed", goto)),
        };
        match failed {
            // Asking the same thing again would trap the caller.
            Some((outcome, goto)) if goto != Goto::Repeat => {
                self.follow(asking.node, outcome, goto, at)
            }
            _ => {
                self.journal.leave("failed");
                self.last_words("apology", asking.node, Then::Hangup(HangupCause::Normal), at);
            }
        }
    }

    /// Keys that begin an answer at the present question.
    pub(super) fn first_keys(&self) -> SymbolSet {
        match &self.state {
            State::Asking(asking) => asking.collector.first_keys(),
            _ => SymbolSet::NONE,
        }
    }
}

/// Whether what is asked must never be kept.
pub(super) fn is_secret(verb: &Verb) -> bool {
    matches!(verb, Verb::Collect(collect) if collect.class == Class::Secret)
}

/// The reason in the record when a miss used up the whole call's errors.
fn too_many(reason: &'static str) -> &'static str {
    match reason {
        "no_input" => "no_input_budget",
        _ => "error_budget",
    }
}
