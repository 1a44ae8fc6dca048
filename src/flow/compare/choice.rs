//! Keys and words that work at a question: choices and commands, and where they lead.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::change::{Change, Group, Touch};
use super::pair::{Names, Pair, Target};
use super::spoken;
use crate::call::{Digits, Language};
use crate::flow::node::{Node, NodeIndex, Verb, Words};
use crate::flow::told::{announced, press_verbs};

/// The longest piece of a menu's words that is quoted beside a key, in characters.
const MAX_QUOTE: usize = 60;

/// Something that a caller may press or say at a question.
#[derive(Debug)]
struct Bound<'a> {
    /// Its name in records; that of a command are its keys.
    name: Arc<str>,
    keys: Option<&'a Digits>,
    words: &'a Words,
    /// What it sets, in words.
    set: String,
    target: Target,
    command: bool,
}

impl Bound<'_> {
    /// What makes it the same thing in both versions.
    fn handle(&self) -> String {
        self.keys.map_or_else(|| self.name.to_string(), ToString::to_string)
    }

    /// What the caller does: "key 2", "the words “help”".
    fn label(&self) -> String {
        match self.keys {
            Some(keys) if *self.name != *keys.to_string() => format!("key {keys} ({})", self.name),
            Some(keys) => format!("key {keys}"),
            None => format!("saying “{}”", self.name),
        }
    }

    /// Where it leads from the question at `from`, to be read after "to".
    fn leads(&self, names: &Names<'_>, from: NodeIndex) -> String {
        if self.target == Target::Node(from) {
            return "the same question again".to_owned();
        }
        self.target.said(names.flow)
    }

    /// The calls that took it.
    fn touch(&self, node: &Node) -> Touch {
        if self.command {
            Touch::Command(node.id.clone(), self.name.clone())
        } else {
            Touch::Way(node.id.clone(), self.name.clone())
        }
    }
}

/// Everything that may be pressed or said at a node, choices first.
fn bounds<'a>(names: &Names<'a>, index: NodeIndex, node: &'a Node) -> Vec<Bound<'a>> {
    let mut list = Vec::new();
    if let Verb::Menu(menu) | Verb::Confirm(menu) = &node.verb {
        list.extend(menu.choices.iter().map(|choice| Bound {
            name: choice.name.clone(),
            keys: choice.keys.as_ref(),
            words: &choice.words,
            set: names.assignments(&choice.set),
            target: Target::of(choice.goto, index),
            command: false,
        }));
    }
    for command in node.verb.input().map_or(&[][..], |input| &input.commands) {
        list.push(Bound {
            name: command.keys.text(),
            keys: Some(&command.keys),
            words: &command.words,
            set: String::new(),
            target: Target::of(command.goto, index),
            command: true,
        });
    }
    list
}

/// Keys, words and what they set, a line each, without where they lead.
pub(super) fn face(names: &Names<'_>, node: &Node) -> Vec<String> {
    let list = bounds(names, NodeIndex(0), node).into_iter();
    list.map(|b| format!("key {} {:?} {}", b.handle(), b.words, b.set)).collect()
}

/// Two nodes with their places.
pub(super) type Both<'a> = ((NodeIndex, &'a Node), (NodeIndex, &'a Node));

impl Pair<'_> {
    /// Choices and commands that changed.
    pub(super) fn choices(&self, both: Both<'_>) -> Vec<Change> {
        let ((old_index, old), (new_index, new)) = both;
        let before = bounds(&self.old, old_index, old);
        let after = bounds(&self.new, new_index, new);
        let nodes = (old, new);
        let mut changes = Vec::new();
        let mut moved = BTreeSet::new();
        for was in &before {
            let same = after.iter().find(|now| now.handle() == was.handle());
            let label = self.quoted(was, old);
            let elsewhere = || after.iter().find(|now| self.is_moved(was, now, &before));
            if let Some(now) = same {
                self.kept(nodes, (was, now), (&before, &after), &mut changes);
            } else if let Some(now) = elsewhere() {
                moved.insert(now.handle());
                let to = now.leads(&self.new, new_index);
                let what = format!("{to} moved from {label} to {}", now.label());
                changes.push(touching(self.at(Group::Keys, nodes, what), was.touch(old)));
            } else {
                let to = was.leads(&self.old, old_index);
                let what = format!("{label} no longer works; it led to {to}");
                changes.push(touching(self.at(Group::Keys, nodes, what), was.touch(old)));
            }
        }
        let fresh = after.iter().filter(|now| !before.iter().any(|b| b.handle() == now.handle()));
        for now in fresh.filter(|now| !moved.contains(&now.handle())) {
            let to = now.leads(&self.new, new_index);
            let what = format!("{} is new: it leads to {to}", now.label());
            let touch = Touch::Missed(old.id.clone());
            changes.push(touching(self.at(Group::Keys, nodes, what), touch));
        }
        self.spoken_choices(nodes, (&before, &after), &mut changes);
        changes
    }

    /// Words that lead elsewhere, are gone or new; those that go with their key are told with it.
    fn spoken_choices(
        &self,
        nodes: (&Node, &Node),
        (before, after): (&[Bound<'_>], &[Bound<'_>]),
        changes: &mut Vec<Change>,
    ) {
        let successor = |was: &Bound<'_>| {
            let same = after.iter().find(|now| now.handle() == was.handle());
            same.or_else(|| after.iter().find(|now| self.is_moved(was, now, before)))
        };
        for was in before {
            let mut gone = Vec::new();
            for (language, phrase, said) in phrases(was) {
                match after.iter().find(|now| understands(now, language, phrase)) {
                    Some(now) if self.same_target(was.target, now.target) => {}
                    Some(now) if now.handle() == was.handle() => {}
                    Some(now) => {
                        let what = format!("saying {said} {}", self.led(was.target, now.target));
                        let change = self.at(Group::Keys, nodes, what);
                        changes.push(touching(change, was.touch(nodes.0)));
                    }
                    None => gone.push(said),
                }
            }
            if let Some(now) = successor(was).filter(|_| !gone.is_empty()) {
                let what =
                    format!("{} is no longer understood by {}", now.label(), gone.join(", "));
                changes.push(touching(self.at(Group::Keys, nodes, what), was.touch(nodes.0)));
            }
        }
        for now in after {
            let known = before
                .iter()
                .any(|was| successor(was).is_some_and(|other| other.handle() == now.handle()));
            let fresh: Vec<String> = phrases(now)
                .filter(|(language, phrase, _)| {
                    !before.iter().any(|was| understands(was, language, phrase))
                })
                .map(|(_, _, said)| said)
                .collect();
            if known && !fresh.is_empty() {
                let what =
                    format!("{} is now also understood by {}", now.label(), fresh.join(", "));
                let touch = Touch::Missed(nodes.0.id.clone());
                changes.push(touching(self.at(Group::Keys, nodes, what), touch));
            }
        }
    }

    /// Whether a new key does what an old one did, and did nothing before.
    fn is_moved(&self, was: &Bound<'_>, now: &Bound<'_>, before: &[Bound<'_>]) -> bool {
        was.set == now.set
            && self.same_target(was.target, now.target)
            && !before.iter().any(|other| other.handle() == now.handle())
    }

    /// A key that both versions have.
    fn kept(
        &self,
        nodes: (&Node, &Node),
        (was, now): (&Bound<'_>, &Bound<'_>),
        (before, after): (&[Bound<'_>], &[Bound<'_>]),
        changes: &mut Vec<Change>,
    ) {
        let label = self.quoted(was, nodes.0);
        if !self.same_target(was.target, now.target) {
            let mut what = format!("{label} {}", self.led(was.target, now.target));
            // Where what it led to is now at a key that did something else before.
            let place = after.iter().find(|other| {
                self.same_target(was.target, other.target)
                    && !before.iter().any(|b| {
                        b.handle() == other.handle() && self.same_target(b.target, other.target)
                    })
            });
            if let Some(place) = place {
                let to = place.target.said(self.new.flow);
                what.push_str(&format!("; {to} is now at {}", place.label()));
            }
            changes.push(touching(self.at(Group::Keys, nodes, what), was.touch(nodes.0)));
        }
        if was.set != now.set {
            let set =
                |set: &str| if set.is_empty() { "nothing".to_owned() } else { set.to_owned() };
            let what = format!("{label} set {}, now {}", set(&was.set), set(&now.set));
            changes.push(touching(self.at(Group::Values, nodes, what), was.touch(nodes.0)));
        }
    }

    /// The key with the words of the old menu that tell of it.
    fn quoted(&self, bound: &Bound<'_>, node: &Node) -> String {
        let label = bound.label();
        let (Some(keys), Some(input)) = (bound.keys, node.verb.input()) else { return label };
        let keys = keys.to_string();
        for prompt in &input.prompts {
            for language in &self.old.flow.languages {
                let text = spoken::text_in(&self.old, prompt, language);
                let verbs = press_verbs(language).unwrap_or(&[]);
                let place = announced(&text, verbs).into_iter().find(|(_, key)| *key == keys);
                if let Some(sentence) = place.and_then(|(at, _)| sentence(&text, at)) {
                    return format!("{label} (“{sentence}”)");
                }
            }
        }
        label
    }
}

/// The sentence of a text that holds the byte `at`, if it is short enough to be quoted.
fn sentence(text: &str, at: usize) -> Option<&str> {
    let (before, after) = text.split_at_checked(at)?;
    let start = before.rfind(['.', '!', '?']).map_or(0, |end| end + 1);
    let end = after.find(['.', '!', '?']).map_or(text.len(), |end| at + end);
    let sentence = text.get(start..end)?.trim();
    (sentence.chars().count() <= MAX_QUOTE).then_some(sentence)
}

/// What may be said for a choice: language, phrase, and both in words: "“harga” (id)".
fn phrases<'a>(
    bound: &'a Bound<'_>,
) -> impl Iterator<Item = (&'a Language, &'a Vec<String>, String)> {
    bound.words.iter().flat_map(|(language, phrases)| {
        let said = move |phrase: &Vec<String>| format!("“{}” ({language})", phrase.join(" "));
        phrases.iter().map(move |phrase| (language, phrase, said(phrase)))
    })
}

fn understands(bound: &Bound<'_>, language: &Language, phrase: &Vec<String>) -> bool {
    bound.words.get(language).is_some_and(|phrases| phrases.contains(phrase))
}

/// The change with other calls that it touches.
pub(super) fn touching(mut change: Change, touch: Touch) -> Change {
    change.touches = BTreeSet::from([touch]);
    change
}
