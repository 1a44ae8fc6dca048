//! The caller answers: keys and words, and what they come to.

use std::sync::Arc;

use super::asking::{Asking, MAX_RE_ENTRIES, MAX_UNKNOWN, Miss};
use super::collector::Pick;
use super::entry;
use super::playback::Interruption;
use super::question::{Stage, faq_of, one, two};
use super::spoken::{self, Heard};
use super::state::{State, Then};
use super::{Action, Moment, Session};
use crate::bug::{self, Bug};
use crate::call::{Class, Digits, Symbol, SymbolSet, mask_value};
use crate::faq::{self, Verdict};
use crate::flow::{AnswerNode, Collect, EntryKind, Goto, Place, Value, Verb};
use crate::interpreter::assign;
use crate::text;
use crate::time::Instant;

/// The longest utterance that is looked at, in words.
const MAX_WORDS: usize = 60;

/// The most characters that are kept of what was said.
const MAX_SPOKEN: usize = 500;

impl Session {
    pub(super) fn key(&mut self, symbol: Symbol, pressed_at: Instant, at: Moment<'_>) {
        self.heard = true;
        let mark = self.journal.key();
        if self.is_late_end(symbol, pressed_at) {
            return self.journal.took(mark, symbol);
        }
        let valid = self.first_keys().contains(symbol);
        let mut stops = Vec::new();
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Saying { node, mut playback, then } => {
                let interruption = playback.interrupt(false, &mut stops);
                self.actions.extend(stops.into_iter().map(Action::Command));
                match (interruption, then) {
                    (Interruption::Stopped, Then::Go { .. }) => {
                        if !bug::is(Bug::KeyAheadLost) {
                            self.type_ahead.push(symbol, pressed_at, mark);
                        }
                        self.said_all(node, then, at);
                    }
                    (Interruption::Ignored | Interruption::Silent, Then::Go { .. }) => {
                        self.type_ahead.push(symbol, pressed_at, mark);
                        self.state = State::Saying { node, playback, then };
                    }
                    _ => self.state = State::Saying { node, playback, then },
                }
            }
            State::Asking(mut asking) => {
                let interruption = asking.playback.interrupt(valid, &mut stops);
                let stopped = !stops.is_empty();
                self.actions.extend(stops.into_iter().map(Action::Command));
                match interruption {
                    Interruption::Dropped | Interruption::Ignored => {
                        if stopped && valid {
                            // It stopped what only a valid key stops: any such key would have.
                            let any = asking.collector.first_keys().first();
                            any.into_iter().for_each(|any| self.journal.took(mark, any));
                        }
                        self.state = State::Asking(asking)
                    }
                    Interruption::Silent | Interruption::Stopped => {
                        if bug::is(Bug::KeyTakenTwice) && interruption == Interruption::Stopped {
                            self.type_ahead.push(symbol, pressed_at, mark);
                        }
                        self.journal.holds(mark, symbol);
                        let outcome = asking.collector.key(symbol, pressed_at.min(at.now));
                        self.collected(asking, outcome, at);
                    }
                }
            }
            State::Waiting(waiting) => self.waiting_key(waiting, (symbol, pressed_at, mark), at),
            State::Recording(taping) => self.taping_key(taping, (symbol, mark)),
            State::Queued(line) => self.line_key(line, (symbol, mark), at),
            // Nobody asks: on the phone with somebody, before the answer or after the end.
            other @ (State::Ringing { .. }
            | State::Answering
            | State::Dialling { .. }
            | State::Talking { .. }
            | State::Transferring { .. }
            | State::Leaving { .. }
            | State::Parted(_)
            | State::Ended
            | State::Moving) => self.state = other,
        }
    }

    pub(super) fn said(&mut self, words: &str, at: Moment<'_>) {
        let spoken = words;
        let mut words = text::words(spoken);
        words.truncate(MAX_WORDS);
        if words.is_empty() {
            return;
        }
        self.heard = true;
        match std::mem::replace(&mut self.state, State::Moving) {
            // Keys were taken: speech is over for this visit. Words while a notice plays are not for us either.
            State::Asking(mut asking) if !asking.collector.has_keys() => {
                let heard = self.understand(&asking, spoken, &words);
                let understood = heard.as_ref().map(|heard| (&*asking, heard));
                self.note_words(words.len(), understood, at);
                let mut stops = Vec::new();
                let interruption = asking.playback.interrupt(heard.is_some(), &mut stops);
                self.actions.extend(stops.into_iter().map(Action::Command));
                match (interruption, heard) {
                    (Interruption::Dropped | Interruption::Ignored, _) => {
                        self.state = State::Asking(asking)
                    }
                    (_, Some(Understood::Picked(pick))) => self.picked(asking, pick, at),
                    (_, Some(Understood::Entered(value))) => self.entered(asking, value, at),
                    (_, Some(Understood::Words(text))) => self.keep_words(&asking, text, at),
                    (_, Some(Understood::Perhaps(entry))) => {
                        let again = asking.stage == Stage::Again;
                        asking.stage = Stage::DidYouMean { entry, again };
                        self.pose(asking, Vec::new(), true, at);
                    }
                    (_, Some(Understood::AskAgain)) => {
                        asking.stage = Stage::Question;
                        self.pose(asking, Vec::new(), true, at);
                    }
                    (_, None) => self.not_understood(asking, at),
                }
            }
            State::Queued(line) => {
                self.state = State::Queued(line);
                self.line_words(&words, at);
            }
            other => {
                self.state = other;
                self.note_words(words.len(), None, at);
            }
        }
    }

    fn not_understood(&mut self, mut asking: Box<Asking>, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        if let Verb::Answer(answer) = &flow.node(asking.node).verb {
            asking.unknown += 1;
            if asking.unknown >= MAX_UNKNOWN {
                self.journal.reason("no_answer");
                self.type_ahead.flush();
                return self.follow(asking.node, "unknown", answer.unknown, at);
            }
        }
        self.missed(asking, Miss::NoMatch, "words_unknown", at);
    }

    pub(super) fn understand(
        &self,
        asking: &Asking,
        spoken: &str,
        words: &[String],
    ) -> Option<Understood> {
        let flow = &self.program.flow;
        let verb = &flow.node(asking.node).verb;
        let language = self.memory.listening_language();
        match spoken::pick(verb, &asking.stage, language, words) {
            Heard::Picked(pick) => return Some(Understood::Picked(pick)),
            Heard::Ambiguous => return None,
            Heard::Nothing => {}
        }
        match (verb, &asking.stage) {
            (_, Stage::ReadBack { .. } | Stage::DidYouMean { .. }) => yes_or_no(words),
            (Verb::Answer(answer), stage) => self.faq_answer(answer, stage, words),
            // A secret is not said aloud.
            (Verb::Collect(collect), _) if collect.class == Class::Secret => None,
            (Verb::Collect(collect), _) => match collect.entry.kind {
                EntryKind::YesNo => yes_or_no(words),
                EntryKind::Words => {
                    let text: String = spoken.trim().chars().take(MAX_SPOKEN).collect();
                    Some(Understood::Words(text.into()))
                }
                EntryKind::Digits
                | EntryKind::Int
                | EntryKind::Money(_)
                | EntryKind::Date
                | EntryKind::Time
                | EntryKind::Phone
                | EntryKind::Account
                | EntryKind::Pin => {
                    let keys = spoken::keys(words)?;
                    let fits = collect.entry.min_length..=collect.entry.max_length;
                    fits.contains(&keys.len()).then_some(Understood::Entered(keys))
                }
            },
            (Verb::Menu(menu) | Verb::Confirm(menu), _) => {
                let keys = spoken::keys(words)?;
                let choice = menu.choices.iter().position(|c| c.keys.as_ref() == Some(&keys))?;
                Some(Understood::Picked(Pick::Choice(choice)))
            }
            _ => None,
        }
    }

    fn faq_answer(
        &self,
        answer: &AnswerNode,
        stage: &Stage,
        words: &[String],
    ) -> Option<Understood> {
        let index = self.program.faqs.get(answer.faq.0 as usize)?;
        let languages =
            spoken::question_languages(&self.program.flow, self.memory.listening_language());
        let question = words.join(" ");
        let judge = faq::Settings { confidence: answer.confidence, ..faq::Settings::default() };
        let mut perhaps = None;
        for language in languages {
            match judge.judge(&index.rank(language, &question)) {
                Verdict::Sure { entry } => return Some(Understood::Picked(Pick::FaqEntry(entry))),
                Verdict::Unsure { entries } => perhaps = perhaps.or(entries.first().copied()),
                Verdict::Unknown => {}
            }
        }
        match spoken::yes_or_no(words) {
            Some(true) if *stage == Stage::Again => Some(Understood::AskAgain),
            Some(false) if *stage == Stage::Again => Some(Understood::Picked(Pick::No)),
            _ => {
                let entries = &faq_of(&self.program.flow, answer).entries;
                let keys = spoken::keys(words);
                let named =
                    keys.and_then(|k| entries.iter().position(|e| e.key.as_ref() == Some(&k)));
                let named = named.map(|entry| Understood::Picked(Pick::FaqEntry(entry)));
                named.or(perhaps.map(Understood::Perhaps))
            }
        }
    }

    /// A choice, command or built-in answer was picked.
    pub(super) fn picked(&mut self, mut asking: Box<Asking>, pick: Pick, at: Moment<'_>) {
        self.actions.extend(asking.playback.stop().map(Action::Command));
        self.budget.valid();
        self.journal.answered();
        let flow = self.program.flow.clone();
        let node = asking.node;
        let verb = &flow.node(node).verb;
        match (pick, verb) {
            (Pick::Command(i), _) => {
                let Some(command) = verb.input().and_then(|input| input.commands.get(i)) else {
                    return self.apologise(at);
                };
                if command.goto == Goto::Repeat {
                    return self.pose(asking, Vec::new(), true, at);
                }
                self.journal.reason("command");
                self.journal.keys(Some(command.keys.to_string()));
                self.follow(node, "command", command.goto, at);
            }
            (Pick::Choice(i), Verb::Menu(menu) | Verb::Confirm(menu)) => {
                let Some(choice) = menu.choices.get(i) else { return self.apologise(at) };
                self.journal.keys(choice.keys.as_ref().map(ToString::to_string));
                if let Ok(true) = assign(&flow, &choice.set, &mut self.memory, at.world) {
                    self.budget.news();
                }
                self.follow(node, choice.name.clone(), choice.goto, at);
            }
            (Pick::FaqEntry(entry), Verb::Answer(answer)) => {
                self.give_answer(asking, answer, entry, at)
            }
            (_, Verb::Answer(answer)) => self.answer_confirmed(asking, answer, pick, at),
            (Pick::Yes | Pick::No, Verb::Collect(collect)) => match asking.stage {
                Stage::ReadBack { .. } => self.confirmed(asking, collect, pick, at),
                Stage::Question | Stage::Again | Stage::DidYouMean { .. } => {
                    let keys = if pick == Pick::Yes { one() } else { two() };
                    self.keep(&asking, collect, Value::Bool(pick == Pick::Yes), &keys, at);
                }
            },
            _ => self.apologise(at),
        }
    }

    /// A yes or no at an `answer` node: to a further question, or to "did you mean".
    fn answer_confirmed(
        &mut self,
        mut asking: Box<Asking>,
        answer: &AnswerNode,
        pick: Pick,
        at: Moment<'_>,
    ) {
        match (asking.stage.clone(), pick) {
            (Stage::DidYouMean { entry, .. }, Pick::Yes) => {
                self.give_answer(asking, answer, entry, at)
            }
            (Stage::DidYouMean { again, .. }, _) => {
                asking.stage = if again { Stage::Again } else { Stage::Question };
                self.not_understood(asking, at);
            }
            (Stage::Question | Stage::Again | Stage::ReadBack { .. }, _) => {
                self.follow(asking.node, "done", answer.done, at)
            }
        }
    }

    fn give_answer(
        &mut self,
        mut asking: Box<Asking>,
        answer: &AnswerNode,
        entry: usize,
        at: Moment<'_>,
    ) {
        let flow = self.program.flow.clone();
        let Some(found) = faq_of(&flow, answer).entries.get(entry) else {
            return self.apologise(at);
        };
        self.memory.note("faq", &Value::Text(found.name.clone()), Class::Public);
        let mut words = answer.say_back.clone();
        words.push(found.say.clone());
        asking.answers += 1;
        asking.unknown = 0;
        if asking.answers >= answer.max {
            let then = Then::Go { outcome: "done", goto: answer.done };
            return self.say(asking.node, &words, answer.input.bargein, then, at);
        }
        asking.stage = Stage::Again;
        asking.no_inputs = 0;
        asking.no_matches = 0;
        self.pose(asking, words, true, at);
    }

    /// A free entry is complete: it is checked, read back if asked for, and kept.
    pub(super) fn entered(&mut self, mut asking: Box<Asking>, value: Digits, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let Verb::Collect(collect) = &flow.node(asking.node).verb else {
            return self.apologise(at);
        };
        let meaning = match entry::value(&collect.entry, &value) {
            Ok(meaning) => meaning,
            Err(reason) => return self.missed(asking, Miss::NoMatch, reason, at),
        };
        if collect.read_back && collect.class != Class::Secret {
            asking.stage = Stage::ReadBack { value };
            asking.no_inputs = 0;
            asking.no_matches = 0;
            return self.pose(asking, Vec::new(), true, at);
        }
        self.keep(&asking, collect, meaning, &value, at);
    }

    fn confirmed(
        &mut self,
        mut asking: Box<Asking>,
        collect: &Collect,
        pick: Pick,
        at: Moment<'_>,
    ) {
        let Stage::ReadBack { value } = std::mem::replace(&mut asking.stage, Stage::Question)
        else {
            return self.apologise(at);
        };
        if pick == Pick::Yes {
            return match entry::value(&collect.entry, &value) {
                Ok(meaning) => self.keep(&asking, collect, meaning, &value, at),
                Err(reason) => self.missed(asking, Miss::NoMatch, reason, at),
            };
        }
        asking.re_entries += 1;
        if asking.re_entries > MAX_RE_ENTRIES {
            self.journal.reason("not_confirmed");
            return self.give_up(&asking, at);
        }
        self.pose(asking, Vec::new(), true, at);
    }

    fn keep(
        &mut self,
        asking: &Asking,
        collect: &Collect,
        value: Value,
        keys: &Digits,
        at: Moment<'_>,
    ) {
        self.budget.valid();
        self.journal.answered();
        let class = if bug::is(Bug::SecretRecorded) { Class::Public } else { collect.class };
        if class != Class::Secret {
            self.journal.keys(mask_value(&keys.to_string(), class));
        }
        let flow = self.program.flow.clone();
        if self.memory.set(&flow, Place::Variable(collect.into), value) {
            self.budget.news();
        }
        self.follow(asking.node, "ok", collect.ok, at);
    }

    /// Words are the answer, as they were said.
    fn keep_words(&mut self, asking: &Asking, text: Arc<str>, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        match &flow.node(asking.node).verb {
            Verb::Collect(collect) => {
                self.budget.valid();
                self.journal.answered();
                let place = Place::Variable(collect.into);
                if self.memory.set(&flow, place, Value::Text(text)) {
                    self.budget.news();
                }
                self.follow(asking.node, "ok", collect.ok, at);
            }
            _ => self.apologise_at(asking.node, at),
        }
    }

    /// From now on a terminator belongs to the entry that has just become full.
    pub(super) fn swallow_terminator(&mut self, asking: &Asking, now: Instant) {
        let flow = self.program.flow.clone();
        if let Verb::Collect(collect) = &flow.node(asking.node).verb
            && let Some(end) = collect.entry.end
            && !bug::is(Bug::EndKeyNotSwallowed)
        {
            self.late_end = Some((SymbolSet::NONE.with(end), now + collect.end_wait));
            // The terminator may have been typed ahead as well.
            if let Some(mark) = self.type_ahead.drop_front(end) {
                self.journal.took(mark, end);
            }
        }
    }

    fn is_late_end(&mut self, symbol: Symbol, pressed_at: Instant) -> bool {
        let late = self.late_end.take();
        late.is_some_and(|(end, until)| end.contains(symbol) && pressed_at <= until)
    }
}

/// What words were understood as.
#[derive(Clone, PartialEq)]
pub(super) enum Understood {
    Picked(Pick),
    Entered(Digits),
    Words(Arc<str>),
    /// Perhaps this entry of the FAQ.
    Perhaps(usize),
    AskAgain,
}

fn yes_or_no(words: &[String]) -> Option<Understood> {
    spoken::yes_or_no(words).map(|yes| Understood::Picked(if yes { Pick::Yes } else { Pick::No }))
}
