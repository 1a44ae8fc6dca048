//! What callers know of the flows they call: which answers each question takes, by keys and by words.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chance::Chance;
use crate::call::{Digits, FlowId, Symbol};
use crate::engine::Programs;
use crate::flow::{AnswerNode, CheckDigit, Entry, EntryKind, Flow, Input, Menu, Node, Verb, Words};

/// All questions of all flows.
#[derive(Debug, Default)]
pub(super) struct Book {
    flows: BTreeMap<FlowId, BTreeMap<Arc<str>, Question>>,
}

/// What one question takes.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// The keys that choose something here.
    choices: Vec<Digits>,
    /// The keys that work at every question.
    commands: Vec<Digits>,
    /// What may be said.
    words: Vec<Arc<str>>,
    /// What is to be typed, where that is no choice.
    entry: Option<Entry>,
}

impl Book {
    /// Reads the flows.
    pub(super) fn new(programs: &Programs) -> Self {
        let questions = |flow: &Flow| {
            let of = |node: &Node| Some((node.id.as_str().into(), Question::of(flow, node)?));
            flow.nodes.iter().filter_map(of).collect()
        };
        let flows = programs.iter().map(|(id, program)| (id.clone(), questions(&program.flow)));
        Self { flows: flows.collect() }
    }

    /// The question of a node; `None` if it asks nothing.
    pub(super) fn question(&self, flow: &FlowId, node: &str) -> Option<&Question> {
        self.flows.get(flow)?.get(node)
    }
}

impl Question {
    fn of(flow: &Flow, node: &Node) -> Option<Self> {
        match &node.verb {
            Verb::Menu(menu) | Verb::Confirm(menu) => Some(Self::menu(menu)),
            Verb::Collect(collect) => {
                let entry = Some(collect.entry);
                Some(Self { entry, ..Self::plain(&collect.input) })
            }
            Verb::Answer(answer) => Some(Self::answer(flow, answer)),
            Verb::Say(_)
            | Verb::Set(_)
            | Verb::Branch(_)
            | Verb::Hours(_)
            | Verb::Http(_)
            | Verb::Call(_)
            | Verb::Record(_)
            | Verb::Ticket(_)
            | Verb::Note(_)
            | Verb::Queue(_)
            | Verb::Callback(_)
            | Verb::Transfer(_)
            | Verb::Return(_)
            | Verb::Hangup(_) => None,
        }
    }

    /// A question that takes commands alone.
    fn plain(input: &Input) -> Self {
        let words = input.commands.iter().flat_map(|command| phrases(&command.words));
        Self {
            choices: Vec::new(),
            commands: input.commands.iter().map(|command| command.keys.clone()).collect(),
            words: words.collect(),
            entry: None,
        }
    }

    fn menu(menu: &Menu) -> Self {
        let mut question = Self::plain(&menu.input);
        question.choices = menu.choices.iter().filter_map(|choice| choice.keys.clone()).collect();
        question.words.extend(menu.choices.iter().flat_map(|choice| phrases(&choice.words)));
        question
    }

    fn answer(flow: &Flow, answer: &AnswerNode) -> Self {
        let mut question = Self::plain(&answer.input);
        let Some(faq) = usize::try_from(answer.faq.0).ok().and_then(|at| flow.faqs.get(at)) else {
            return question;
        };
        question.choices = faq.entries.iter().filter_map(|entry| entry.key.clone()).collect();
        let asks = faq.entries.iter().flat_map(|entry| entry.ask.values().flatten().cloned());
        question.words.extend(asks);
        question
    }

    /// Keys that answer it as they should.
    pub(super) fn right(&self, chance: &mut Chance) -> Digits {
        match &self.entry {
            Some(entry) => typed(entry, chance),
            None => chance.pick(&self.choices).cloned().unwrap_or_default(),
        }
    }

    /// Keys of a command.
    pub(super) fn command(&self, chance: &mut Chance) -> Digits {
        chance.pick(&self.commands).cloned().unwrap_or_default()
    }

    /// Words that it may understand.
    pub(super) fn said(&self, chance: &mut Chance) -> Option<Arc<str>> {
        chance.pick(&self.words).cloned()
    }
}

fn phrases(words: &Words) -> impl Iterator<Item = Arc<str>> {
    words.values().flatten().map(|phrase| phrase.join(" ").into())
}

/// Any key of a telephone.
pub(super) fn any_key(chance: &mut Chance) -> Symbol {
    let code = u8::try_from(chance.number() % 12).unwrap_or(0);
    Symbol::from_event_code(code).unwrap_or(Symbol::STAR)
}

fn digit(value: u64) -> Symbol {
    let code = u8::try_from(value % 10).unwrap_or(0);
    Symbol::from_event_code(code).unwrap_or(Symbol::STAR)
}

/// What fits an entry.
fn typed(entry: &Entry, chance: &mut Chance) -> Digits {
    let mut keys: Vec<u64> = match entry.kind {
        EntryKind::Int | EntryKind::Money(_) => number(entry, chance),
        EntryKind::YesNo => vec![chance.between(1, 2)],
        EntryKind::Date => {
            let (day, month) = (chance.between(1, 28), chance.between(1, 12));
            [day / 10, day % 10, month / 10, month % 10, 2, 0, 2, 6].to_vec()
        }
        EntryKind::Time => {
            let (hour, minute) = (chance.between(0, 23), chance.between(0, 59));
            [hour / 10, hour % 10, minute / 10, minute % 10].to_vec()
        }
        EntryKind::Digits
        | EntryKind::Phone
        | EntryKind::Account
        | EntryKind::Pin
        | EntryKind::Words => {
            let most = entry.max_length.min(entry.min_length + 4);
            let length = chance.between(length(entry.min_length), length(most));
            (0..length).map(|_| chance.number() % 10).collect()
        }
    };
    if let (Some(check), Some(last)) = (entry.check, keys.len().checked_sub(1)) {
        keys[last] = check_digit(check, &keys[..last]);
    }
    let mut digits = Digits::new();
    keys.into_iter().for_each(|key| digits.push(digit(key)));
    entry.end.into_iter().for_each(|end| digits.push(end));
    digits
}

fn length(keys: usize) -> u64 {
    u64::try_from(keys).unwrap_or(0).max(1)
}

/// A number within the bounds of an entry, digit by digit.
fn number(entry: &Entry, chance: &mut Chance) -> Vec<u64> {
    let low = entry.min_value.and_then(|low| u64::try_from(low).ok()).unwrap_or(0);
    let high = entry.max_value.and_then(|high| u64::try_from(high).ok()).unwrap_or(low + 9);
    let text = chance.between(low, high).to_string();
    text.bytes().map(|byte| u64::from(byte - b'0')).collect()
}

/// The digit that makes a number right by its rule.
fn check_digit(check: CheckDigit, body: &[u64]) -> u64 {
    match check {
        CheckDigit::Mod10 => {
            let double = |value: u64| if value > 4 { value * 2 - 9 } else { value * 2 };
            let weigh = |(place, value): (usize, &u64)| {
                if place % 2 == 0 { double(*value) } else { *value }
            };
            (10 - body.iter().rev().enumerate().map(weigh).sum::<u64>() % 10) % 10
        }
        CheckDigit::Mod11 => {
            let weights = [2, 3, 4, 5, 6, 7].iter().cycle();
            let sum: u64 =
                body.iter().rev().zip(weights).map(|(value, weight)| value * weight).sum();
            (11 - sum % 11) % 11 % 10
        }
    }
}
