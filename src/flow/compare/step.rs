//! Steps that are new, gone, renamed, or do something else; and everything about those that stay.

use std::collections::BTreeSet;

use super::change::{Change, Changes, Group, Touch};
use super::pair::{Names, Pair};
use super::spoken;
use crate::flow::node::{Node, Verb};

/// The most characters of a prompt that are quoted where a step is new or gone.
const MAX_QUOTE: usize = 80;

impl Pair<'_> {
    /// Compares every node.
    pub(super) fn steps(&self, found: &mut Changes) {
        for (index, node) in self.old.flow.places() {
            if self.nodes.new_of(index).is_none() {
                let what = format!("`{}` is gone: {}", node.id, described(&self.old, node));
                let mut change = Change::whole(group(node), what, self.old_place(&node.id));
                change.touches = BTreeSet::from([Touch::Node(node.id.clone())]);
                found.add(change);
            }
        }
        for (index, node) in self.new.flow.places() {
            if self.nodes.old_of(index).is_none() {
                let what = format!("`{}` is new: {}", node.id, described(&self.new, node));
                let mut change = Change::whole(group(node), what, self.new_place(&node.id));
                // The ways that lead to it are told as well; they know which calls are touched.
                change.touches = BTreeSet::new();
                found.add(change);
            }
        }
        for (old, new) in self.nodes.pairs() {
            let both = ((old, self.old.flow.node(old)), (new, self.new.flow.node(new)));
            let ((_, before), (_, after)) = both;
            if before.id != after.id {
                let what = format!("`{}` is now named `{}`", before.id, after.id);
                let mut change = Change::whole(Group::Unnoticed, what, self.new_place(&after.id));
                change.touches = BTreeSet::from([Touch::Node(before.id.clone())]);
                found.add(change);
            }
            if before.verb.name() != after.verb.name() {
                let (was, now) = (before.verb.name(), after.verb.name());
                let what = format!("the step was a `{was}`, now a `{now}`");
                found.add(self.at(Group::Steps, (before, after), what));
                continue;
            }
            let parts = [
                self.choices(both),
                self.ways(both),
                self.features(before, after),
                self.words(before, after),
            ];
            parts.into_iter().flatten().for_each(|change| found.add(change));
        }
    }
}

/// What a step does, with the first words that callers hear there.
fn described(names: &Names<'_>, node: &Node) -> String {
    let prompts = spoken::roles(node).into_iter().flat_map(|(_, prompts)| prompts);
    let mut texts = prompts.map(|prompt| spoken::text_in(names, prompt, names.flow.fallback()));
    match texts.find(|text| !text.is_empty()) {
        Some(text) => format!("a `{}`, “{}”", node.verb.name(), shortened(&text)),
        None => format!("a `{}`", node.verb.name()),
    }
}

/// A step that callers hear nothing of and that decides nothing is not noticed.
const fn group(node: &Node) -> Group {
    match node.verb {
        Verb::Note(_) => Group::Unnoticed,
        Verb::Say(_)
        | Verb::Menu(_)
        | Verb::Collect(_)
        | Verb::Confirm(_)
        | Verb::Answer(_)
        | Verb::Set(_)
        | Verb::Branch(_)
        | Verb::Hours(_)
        | Verb::Http(_)
        | Verb::Call(_)
        | Verb::Record(_)
        | Verb::Ticket(_)
        | Verb::Queue(_)
        | Verb::Callback(_)
        | Verb::Transfer(_)
        | Verb::Return(_)
        | Verb::Hangup(_) => Group::Steps,
    }
}

/// The beginning of a text, with "…" where it goes on.
pub(super) fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_QUOTE {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MAX_QUOTE).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{} …", cut.split_at(end).0)
}
