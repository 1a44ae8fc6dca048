//! What a node asks, as rules for the collector and words to listen for.

use std::sync::Arc;

use super::collector::{Pick, Rules};
use crate::call::{Digits, Symbol};
use crate::flow::{AnswerNode, FaqDefinition, Flow, Input, Prompt, Verb};

/// What an input node is waiting for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    /// The answer to the node's own question.
    Question,
    /// A yes or no to the entry that was read back.
    ReadBack {
        /// The entry.
        value: Digits,
    },
    /// Another question, after one was answered from the FAQ.
    Again,
}

/// The part of an input verb that all of them share.
pub(super) fn input_of(verb: &Verb) -> Option<&Input> {
    match verb {
        Verb::Menu(menu) | Verb::Confirm(menu) => Some(&menu.input),
        Verb::Collect(collect) => Some(&collect.input),
        Verb::Answer(answer) => Some(&answer.input),
        Verb::Say(_)
        | Verb::Set(_)
        | Verb::Branch(_)
        | Verb::Hours(_)
        | Verb::Http(_)
        | Verb::Call(_)
        | Verb::Record(_)
        | Verb::Ticket(_)
        | Verb::Note(_)
        | Verb::Callback(_)
        | Verb::Return(_)
        | Verb::Queue(_)
        | Verb::Transfer(_)
        | Verb::Hangup(_) => None,
    }
}

/// The FAQ that an `answer` node uses.
pub(super) fn faq_of<'f>(flow: &'f Flow, node: &AnswerNode) -> &'f FaqDefinition {
    &flow.faqs[node.faq.0 as usize]
}

/// The rules of one entry at this stage of a node.
pub(super) fn rules(flow: &Flow, verb: &Verb, stage: &Stage) -> Option<Rules> {
    let input = input_of(verb)?;
    let mut rules = Rules {
        keyed: Vec::new(),
        entry: None,
        erase: None,
        end: Some(Symbol::POUND),
        timeout: input.timeout,
        between_digits: input.between_digits,
        max_time: input.max_time,
    };
    match (verb, stage) {
        (_, Stage::ReadBack { .. }) => rules.keyed.extend([(one(), Pick::Yes), (two(), Pick::No)]),
        (Verb::Menu(menu) | Verb::Confirm(menu), _) => {
            let keyed = menu.choices.iter().enumerate();
            rules.keyed.extend(keyed.filter_map(|(i, c)| Some((c.keys.clone()?, Pick::Choice(i)))));
        }
        (Verb::Collect(collect), _) => {
            rules.entry = Some(collect.entry);
            rules.erase = collect.erase;
            rules.end = collect.entry.end;
        }
        (Verb::Answer(answer), _) => {
            if *stage == Stage::Again {
                rules.keyed.push((two(), Pick::No));
            }
            let keyed = faq_of(flow, answer).entries.iter().enumerate();
            rules
                .keyed
                .extend(keyed.filter_map(|(i, e)| Some((e.key.clone()?, Pick::FaqEntry(i)))));
        }
        _ => {}
    }
    let commands = input.commands.iter().enumerate();
    rules.keyed.extend(commands.map(|(i, c)| (c.keys.clone(), Pick::Command(i))));
    Some(rules)
}

/// The prompts that pose the question at this stage.
pub(super) fn prompts(flow: &Flow, verb: &Verb, stage: &Stage) -> Vec<Arc<Prompt>> {
    match (verb, stage) {
        (_, Stage::ReadBack { value }) => {
            let digits = value.as_slice().iter().filter_map(|s| digit_prompt(flow, *s));
            built_in(flow, "read_back")
                .into_iter()
                .chain(digits)
                .chain(built_in(flow, "read_back_ask"))
                .collect()
        }
        (Verb::Answer(answer), Stage::Again) if !answer.again.is_empty() => answer.again.clone(),
        _ => input_of(verb).map(|input| input.prompts.clone()).unwrap_or_default(),
    }
}

/// A built-in prompt by name.
pub(super) fn built_in(flow: &Flow, name: &str) -> Option<Arc<Prompt>> {
    flow.built_in.get(name).cloned()
}

fn digit_prompt(flow: &Flow, symbol: Symbol) -> Option<Arc<Prompt>> {
    const NAMES: [&str; 10] = [
        "digit_0", "digit_1", "digit_2", "digit_3", "digit_4", "digit_5", "digit_6", "digit_7",
        "digit_8", "digit_9",
    ];
    built_in(flow, NAMES.get(usize::from(symbol.event_code()))?)
}

fn one() -> Digits {
    Symbol::from_event_code(1).into_iter().collect()
}

fn two() -> Digits {
    Symbol::from_event_code(2).into_iter().collect()
}
