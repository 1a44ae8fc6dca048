//! A change in words, with its place and the calls that it touches.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pair::Pair;
use crate::call::{FlowId, Language, NodeId, PromptId};
use crate::flow::source::Span;

/// How many nodes one line names; of more it says how many.
const NAMED_NODES: usize = 4;

/// From how many nodes on a line says "every question" where a change is the same at all of them.
const EVERY_QUESTION: usize = 3;

/// What a change is about, what callers notice first at the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// How a call begins and in which languages.
    Beginning,
    /// Keys and words that work.
    Keys,
    /// Where ways lead.
    Ways,
    /// Steps that are new or gone.
    Steps,
    /// What callers hear.
    Heard,
    /// What counts as an answer.
    Entries,
    /// Time to answer, interrupting, tries and limits.
    Patience,
    /// Opening hours and holidays.
    Hours,
    /// Queues, transfers and calls back.
    People,
    /// What the outside is asked, and how.
    Services,
    /// What is remembered and worked out.
    Values,
    /// What callers do not notice: names, records, screens of agents.
    Unnoticed,
}

impl Group {
    /// Every group, what callers notice first at the head.
    pub const ALL: [Self; 12] = [
        Self::Beginning,
        Self::Keys,
        Self::Ways,
        Self::Steps,
        Self::Heard,
        Self::Entries,
        Self::Patience,
        Self::Hours,
        Self::People,
        Self::Services,
        Self::Values,
        Self::Unnoticed,
    ];

    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Beginning => "how a call begins",
            Self::Keys => "keys and words",
            Self::Ways => "where ways lead",
            Self::Steps => "steps",
            Self::Heard => "what callers hear",
            Self::Entries => "what counts as an answer",
            Self::Patience => "patience and limits",
            Self::Hours => "opening hours",
            Self::People => "people",
            Self::Services => "services",
            Self::Values => "what is remembered",
            Self::Unnoticed => "not noticed by callers",
        }
    }

    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beginning => "beginning",
            Self::Keys => "keys",
            Self::Ways => "ways",
            Self::Steps => "steps",
            Self::Heard => "heard",
            Self::Entries => "entries",
            Self::Patience => "patience",
            Self::Hours => "hours",
            Self::People => "people",
            Self::Services => "services",
            Self::Values => "values",
            Self::Unnoticed => "unnoticed",
        }
    }
}

/// Where a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the new version.
    New(Span),
    /// In the old one: it is gone.
    Old(Span),
}

/// What a call of the old version must have done for a change to touch it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    /// Come at all.
    Every,
    /// Come to a node.
    Node(NodeId),
    /// Come to a node of one of several flows.
    NodeOf(FlowId, NodeId),
    /// Left a node by a way.
    Way(NodeId, Arc<str>),
    /// Left a node by the keys of a command.
    Command(NodeId, Arc<str>),
    /// Not been understood at a node.
    Missed(NodeId),
    /// Heard a prompt in a language.
    Heard(PromptId, Language),
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub group: Group,
    /// The nodes where it shows, by their new names; by the old ones where they are gone. Empty for a whole flow.
    pub nodes: Vec<NodeId>,
    /// Whether these are all questions that both versions have.
    pub everywhere: bool,
    /// What changes, to be read after "In `node`,".
    pub what: String,
    /// More of it, a line each: the words of a prompt per language.
    pub details: Vec<String>,
    /// Where it stands.
    pub place: Option<Origin>,
    /// The calls that it touches: those that did any of these.
    pub touches: BTreeSet<Touch>,
    /// The old flow whose calls it may touch; `None` = of several.
    pub flow: Option<FlowId>,
}

impl Change {
    /// A change that concerns every call.
    pub(super) fn whole(group: Group, what: String, place: Option<Origin>) -> Self {
        Self {
            group,
            nodes: Vec::new(),
            everywhere: false,
            what,
            details: Vec::new(),
            place,
            touches: BTreeSet::from([Touch::Every]),
            flow: None,
        }
    }

    /// Whether callers notice it.
    #[must_use]
    pub fn is_noticed(&self) -> bool {
        self.group != Group::Unnoticed
    }

    /// The change as a sentence without a full stop: "In `main`, key 2 led to `faq`, now to `agent`".
    #[must_use]
    pub fn said(&self) -> String {
        let names: Vec<String> = self.nodes.iter().map(|node| format!("`{node}`")).collect();
        match names.as_slice() {
            [] => capital(&self.what),
            _ if self.everywhere => format!("At every question, {}", self.what),
            [one] => format!("In {one}, {}", self.what),
            [first @ .., last] if names.len() <= NAMED_NODES => {
                format!("In {} and {last}, {}", first.join(", "), self.what)
            }
            many => {
                let (named, more) = many.split_at(NAMED_NODES - 1);
                format!("In {} and {} more nodes, {}", named.join(", "), more.len(), self.what)
            }
        }
    }
}

/// The text with its first letter in capitals, unless that stands in a name.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next();
    first.into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The changes that were found so far.
#[derive(Debug, Default)]
pub(super) struct Changes {
    list: Vec<Change>,
}

impl Changes {
    /// Takes a change in.
    pub(super) fn add(&mut self, change: Change) {
        self.list.push(change);
    }

    /// All of them, those that are the same at several nodes as one.
    pub(super) fn finish(self, pair: &Pair<'_>) -> Vec<Change> {
        let mut merged: Vec<Change> = Vec::new();
        for change in self.list {
            let same = merged.iter_mut().find(|other| {
                !change.nodes.is_empty()
                    && !other.nodes.is_empty()
                    && (other.group, &other.what, &other.details)
                        == (change.group, &change.what, &change.details)
            });
            match same {
                Some(other) => {
                    let new = change.nodes.into_iter().filter(|node| !other.nodes.contains(node));
                    let new: Vec<NodeId> = new.collect();
                    other.nodes.extend(new);
                    other.touches.extend(change.touches);
                }
                None => merged.push(change),
            }
        }
        let questions = pair.questions();
        for change in &mut merged {
            change.flow = Some(pair.old.flow.id.clone());
            change.everywhere = questions.len() >= EVERY_QUESTION
                && questions.iter().all(|question| change.nodes.contains(question));
        }
        merged
    }
}
