//! What a node is besides its words, its keys and its ways: each thing with the name that callers' changes are told by.

mod input;
mod outside;
mod people;

use std::borrow::Cow;

use crate::call::Class;
use crate::flow::compare::change::{Change, Group};
use crate::flow::compare::pair::{Names, Pair};
use crate::flow::node::{Bargein, Node, Verb};

/// One thing about a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Feature {
    /// What callers notice of it.
    pub(super) group: Group,
    /// Its name, to be read before "was 5s, now 8s".
    pub(super) name: Cow<'static, str>,
    /// What it is.
    pub(super) value: String,
}

/// The features of one node, in the order in which they are told.
pub(super) struct Features(Vec<Feature>);

impl Features {
    fn add(&mut self, group: Group, name: &'static str, value: &(impl ToString + ?Sized)) {
        self.0.push(Feature { group, name: name.into(), value: value.to_string() });
    }

    /// One of several of its kind: "the skill `language`".
    fn named(&mut self, group: Group, kind: &str, name: &str, value: String) {
        self.0.push(Feature { group, name: format!("{kind} `{name}`").into(), value });
    }
}

/// Something that may be missing: its value, else "none".
fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// A name in backticks.
fn quoted(name: impl std::fmt::Display) -> String {
    format!("`{name}`")
}

/// A class as flow files name it.
const fn class(class: Class) -> &'static str {
    match class {
        Class::Public => "public",
        Class::Personal => "personal",
        Class::Secret => "secret",
    }
}

const fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// How a prompt may be interrupted.
pub(super) const fn interrupting(bargein: Bargein) -> &'static str {
    match bargein {
        Bargein::Any => "possible by any key or word",
        Bargein::Match => "possible only by what is a valid answer",
        Bargein::None => "not possible",
    }
}

/// Everything that a node is besides its words, its keys and its ways.
pub(super) fn features(names: &Names<'_>, node: &Node) -> Vec<Feature> {
    let mut list = Features(Vec::new());
    match &node.verb {
        Verb::Say(say) => {
            list.add(Group::Patience, "interrupting what is said", &interrupting(say.bargein));
        }
        Verb::Menu(menu) | Verb::Confirm(menu) => list.input(&menu.input),
        Verb::Collect(collect) => list.collect(names, collect),
        Verb::Answer(answer) => list.answer(names, answer),
        Verb::Set(set) => list.add(Group::Values, "what is set", &names.assignments(&set.set)),
        // Its conditions are told with its ways.
        Verb::Branch(_) | Verb::Hangup(_) => {}
        Verb::Hours(hours) => {
            list.add(Group::Hours, "the calendar", &quoted(&hours.calendar));
            let at = hours.at.as_ref().map(|at| quoted(names.formula(at)));
            list.add(
                Group::Hours,
                "the moment that is asked about",
                &at.unwrap_or_else(|| "now".to_owned()),
            );
        }
        Verb::Http(http) => list.http(names, http),
        Verb::Call(call) => list.call(names, call),
        Verb::Record(record) => list.record(names, record),
        Verb::Ticket(ticket) => list.ticket(names, ticket),
        Verb::Note(note) => {
            for (name, value) in &note.entries {
                list.named(Group::Unnoticed, "the note", name, quoted(names.formula(value)));
            }
        }
        Verb::Queue(queue) => list.queue(names, queue),
        Verb::Callback(callback) => list.callback(names, callback),
        Verb::Transfer(transfer) => list.transfer(names, transfer),
        Verb::Return(end) => {
            list.add(Group::Ways, "the end of the subflow", &quoted(&end.outcome));
            let returns = node.subflow.map(|index| &names.flow.subflow(index).returns);
            for (place, value) in &end.with {
                let name = returns.and_then(|list| list.get(*place)).map_or("?", |(name, _)| name);
                list.named(Group::Values, "the given back", name, quoted(names.formula(value)));
            }
        }
    }
    let pauses = if node.pauses_recording { "paused" } else { "running" };
    list.add(Group::Unnoticed, "the recording of the call", &pauses);
    list.0
}

impl Pair<'_> {
    /// The features of two nodes of the same verb that differ.
    pub(super) fn features(&self, old: &Node, new: &Node) -> Vec<Change> {
        let before = features(&self.old, old);
        let after = features(&self.new, new);
        let mut changes = Vec::new();
        for feature in &before {
            let now = after.iter().find(|other| other.name == feature.name);
            let value = now.map_or("none", |now| &now.value);
            if value != feature.value {
                let what = format!("{} was {}, now {value}", feature.name, feature.value);
                changes.push(self.at(feature.group, (old, new), what));
            }
        }
        let fresh = after.iter().filter(|now| !before.iter().any(|was| was.name == now.name));
        for feature in fresh.filter(|feature| feature.value != "none") {
            let what = format!("{} is new: {}", feature.name, feature.value);
            changes.push(self.at(feature.group, (old, new), what));
        }
        changes
    }
}
