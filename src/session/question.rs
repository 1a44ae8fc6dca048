//! What a node asks, as rules for the collector and words to listen for.

use std::sync::Arc;

use super::collector::{Pick, Rules};
use super::entry;
use crate::call::{Digits, Language, PromptId, SayAs, Symbol};
use crate::flow::{AnswerNode, Entry, EntryKind, FaqDefinition, Flow, Piece, Prompt, Verb};
use crate::interpreter::read_value;

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
    /// A yes or no to whether an entry of the FAQ is what was asked for.
    DidYouMean {
        /// The entry.
        entry: usize,
        /// Whether it was another question, after one was answered.
        again: bool,
    },
}

/// The FAQ that an `answer` node uses.
pub(super) fn faq_of<'f>(flow: &'f Flow, node: &AnswerNode) -> &'f FaqDefinition {
    &flow.faqs[node.faq.0 as usize]
}

/// The rules of one entry at this stage of a node.
pub(super) fn rules(flow: &Flow, verb: &Verb, stage: &Stage) -> Option<Rules> {
    let input = verb.input()?;
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
        (_, Stage::ReadBack { .. } | Stage::DidYouMean { .. }) => {
            rules.keyed.extend([(one(), Pick::Yes), (two(), Pick::No)]);
        }
        (Verb::Menu(menu) | Verb::Confirm(menu), _) => {
            let keyed = menu.choices.iter().enumerate();
            rules.keyed.extend(keyed.filter_map(|(i, c)| Some((c.keys.clone()?, Pick::Choice(i)))));
        }
        (Verb::Collect(collect), _) => match collect.entry.kind {
            EntryKind::YesNo => rules.keyed.extend([(one(), Pick::Yes), (two(), Pick::No)]),
            EntryKind::Words => {}
            EntryKind::Digits
            | EntryKind::Int
            | EntryKind::Money(_)
            | EntryKind::Date
            | EntryKind::Time
            | EntryKind::Phone
            | EntryKind::Account
            | EntryKind::Pin => {
                rules.entry = Some(collect.entry);
                rules.erase = collect.erase;
                rules.end = collect.entry.end;
            }
        },
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

/// The prompts that pose the question at this stage to a caller of `language`.
pub(super) fn prompts(
    flow: &Flow,
    verb: &Verb,
    stage: &Stage,
    language: &Language,
) -> Vec<Arc<Prompt>> {
    match (verb, stage) {
        (Verb::Collect(collect), Stage::ReadBack { value }) => {
            let entry = entered(&collect.entry, value, language);
            let words = [built_in(flow, "read_back"), entry, built_in(flow, "read_back_ask")];
            words.into_iter().flatten().collect()
        }
        (Verb::Answer(answer), Stage::DidYouMean { entry, .. }) => {
            let wording = faq_of(flow, answer).entries.get(*entry).and_then(|e| e.wording.clone());
            let words = [built_in(flow, "did_you_mean"), wording, built_in(flow, "yes_or_no")];
            words.into_iter().flatten().collect()
        }
        (Verb::Answer(answer), Stage::Again) if !answer.again.is_empty() => answer.again.clone(),
        _ => verb.input().map(|input| input.prompts.clone()).unwrap_or_default(),
    }
}

/// An entry as it is read back.
fn entered(entry: &Entry, value: &Digits, language: &Language) -> Option<Arc<Prompt>> {
    let form = match entry.kind {
        EntryKind::Int => SayAs::Number,
        EntryKind::Money(_) => SayAs::Money,
        EntryKind::Date => SayAs::Date,
        EntryKind::Time => SayAs::Time,
        EntryKind::Phone => SayAs::Phone,
        EntryKind::Digits
        | EntryKind::Account
        | EntryKind::Pin
        | EntryKind::YesNo
        | EntryKind::Words => SayAs::Digits,
    };
    let id = PromptId::from("std/entry");
    let value = entry::value(entry, value).ok()?;
    let items = read_value(&value, form, &id, language, None)?;
    let pieces = items.into_iter().map(Piece::Words).collect();
    let pieces = [(language.clone(), pieces)].into();
    Some(Arc::new(Prompt { id, bargein: None, play: None, pieces }))
}

/// A built-in prompt by name.
pub(super) fn built_in(flow: &Flow, name: &str) -> Option<Arc<Prompt>> {
    flow.built_in.get(name).cloned()
}

pub(super) fn one() -> Digits {
    Symbol::from_event_code(1).into_iter().collect()
}

pub(super) fn two() -> Digits {
    Symbol::from_event_code(2).into_iter().collect()
}
