//! What the rules over a whole flow look at: its nodes with their places, its map, the words of its prompts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::effort::EffortLimit;
use crate::call::{Language, PromptId, QueueId};
use crate::flow::effort::FlowEffort;
use crate::flow::map::{Map, Road};
use crate::flow::node::{Flow, Goto, Input, Node, Prompt, Verb, WayKind};
use crate::flow::read::{Reader, read};
use crate::flow::source::{Span, Spanned};
use crate::flow::timing::Timing;
use crate::flow::told::spoken_of;
use crate::time::Duration;

/// The words of prompts with their places, by the prompt's id.
pub(crate) type Texts<'a> =
    dyn Fn(&PromptId) -> Option<&'a BTreeMap<Language, Spanned<String>>> + 'a;

/// A flow whose every node is understood.
pub(crate) struct Subject<'a> {
    /// The flow.
    pub(crate) flow: &'a Flow,
    /// Where its nodes stand, by node.
    pub(crate) sites: &'a [Site<'a>],
    /// The words of its prompts.
    pub(crate) texts: &'a Texts<'a>,
    /// How long they last.
    pub(crate) timing: Timing<'a>,
    /// How long each queue rings one agent.
    pub(crate) rings: &'a BTreeMap<QueueId, Duration>,
    /// Whether people are meant to be reached: `humans` is not `none`.
    pub(crate) humans: bool,
    /// What the flow allows its callers to need until they reach a person.
    pub(crate) effort_limit: EffortLimit,
    /// What they need.
    pub(crate) effort: &'a FlowEffort,
    /// Where the flow states that limit.
    pub(crate) effort_place: Option<Span>,
    /// Where the flow states the limit on the length of a call.
    pub(crate) call_limit_place: Option<Span>,
    /// Where the flow lists its languages.
    pub(crate) language_places: &'a [Spanned<String>],
    /// Where the flow's own command `0` leads.
    pub(crate) zero: Option<Goto>,
    /// The map on which calls lead into subflows.
    pub(crate) open: Map,
    /// The map on which calls lead over subflows.
    pub(crate) closed: Map,
    /// The nodes that a call can reach, by node.
    pub(crate) live: Vec<bool>,
    /// The nodes from which a caller comes to a person without doing anything, by node; people themselves too.
    pub(crate) near_person: Vec<bool>,
}

/// Where a node stands.
pub(crate) struct Site<'a> {
    /// Its name; `SUBFLOW.NAME` in a subflow.
    pub(crate) name: Arc<str>,
    /// The place of its name.
    pub(crate) span: Span,
    /// Its keys.
    pub(crate) reader: Reader<'a>,
}

impl Site<'_> {
    /// The place of a key inside the node, such as `choices` › `1`; the node's name where there is none.
    pub(crate) fn key(&self, path: &[&str]) -> Span {
        let mut reader = self.reader;
        let mut place = self.span;
        for key in path {
            let entries = if reader.is_map() { reader.entries() } else { Vec::new() };
            let Some((found, inside)) = entries.into_iter().find(|(k, _)| k.value == *key) else {
                return self.span;
            };
            (place, reader) = (found.span, inside);
        }
        place
    }

    /// The value of a key, if it is a number.
    pub(crate) fn number(&self, key: &str) -> Option<u32> {
        let entries = if self.reader.is_map() { self.reader.entries() } else { Vec::new() };
        entries.into_iter().find(|(k, _)| k.value == key).and_then(|(_, inside)| read(inside))
    }
}

impl<'a> Subject<'a> {
    /// The nodes that a call can reach, with their indexes and places.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (usize, &'a Node, &'a Site<'a>)> {
        let all = self.flow.nodes.iter().zip(self.sites).enumerate();
        all.filter(|(index, _)| self.live[*index]).map(|(index, (node, site))| (index, node, site))
    }

    /// The place of a node's name; of the flow's first node for what is none.
    pub(crate) fn span(&self, vertex: usize) -> Span {
        self.sites.get(vertex).map(|site| site.span).unwrap_or_default()
    }

    /// Where the flow names a language; the start node where it does not.
    pub(crate) fn language_place(&self, language: &str) -> Span {
        let place = self.language_places.iter().find(|place| place.value == language);
        place.map_or_else(|| self.span(self.flow.start.0 as usize), |place| place.span)
    }

    /// A node's name; `back` for the way back.
    pub(crate) fn name(&self, vertex: usize) -> &str {
        self.sites.get(vertex).map_or("back", |site| &site.name)
    }

    /// `a -> b -> c`, shortened in the middle.
    pub(crate) fn path(&self, path: &[usize]) -> String {
        let names = |part: &[usize]| -> Vec<String> {
            part.iter().map(|vertex| self.name(*vertex).to_owned()).collect()
        };
        let words = if path.len() > SHOWN {
            let (first, last) = (path.get(..SHOWN / 2), path.get(path.len() - SHOWN / 2..));
            let mut words = names(first.unwrap_or_default());
            words.push("…".to_owned());
            words.extend(names(last.unwrap_or_default()));
            words
        } else {
            names(path)
        };
        words.join(" -> ")
    }

    /// What a node does.
    pub(crate) fn verb(&self, vertex: usize) -> Option<&'a Verb> {
        self.flow.nodes.get(vertex).map(|node| &node.verb)
    }

    /// Whether a caller speaks with a person here, or is promised a call by one.
    pub(crate) fn is_person(&self, vertex: usize) -> bool {
        matches!(self.verb(vertex), Some(Verb::Queue(_) | Verb::Transfer(_) | Verb::Callback(_)))
    }

    /// Whether the node ends the call by itself.
    pub(crate) fn hangs_up(&self, vertex: usize) -> bool {
        matches!(self.verb(vertex), Some(Verb::Hangup(_)))
    }

    /// The words that a caller of `language` hears of some prompts, in order, with the language of each.
    pub(crate) fn heard(
        &self,
        prompts: &'a [Arc<Prompt>],
        language: &'a Language,
    ) -> Vec<(&'a Language, &'a Spanned<String>)> {
        let mut heard = Vec::new();
        for prompt in prompts {
            let Some(texts) = (self.texts)(&prompt.id) else { continue };
            let own = std::slice::from_ref(language);
            for wanted in prompt.play.as_deref().unwrap_or(own) {
                heard.extend(texts.get_key_value(wanted).or_else(|| texts.first_key_value()));
            }
        }
        heard
    }

    /// The keys that a question's words speak of to a caller of `language`.
    pub(crate) fn spoken_of(&self, input: &'a Input, language: &'a Language) -> BTreeSet<String> {
        let heard = self.heard(&input.prompts, language);
        heard.into_iter().flat_map(|(_, text)| spoken_of(&text.value)).collect()
    }

    /// Whether a road leads a caller to a person without another question.
    pub(crate) fn offers_person(&self, road: &Road) -> bool {
        matches!(road.kind, WayKind::Answer | WayKind::Command)
            && self.near_person.get(road.to) == Some(&true)
    }
}

/// The most nodes of a path that are shown.
const SHOWN: usize = 8;
