//! What callers hear: which prompts a step plays, and the words of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::change::{Change, Changes, Group, Origin, Touch};
use super::feature::interrupting;
use super::pair::{Names, Pair};
use super::step::shortened;
use super::wording::difference;
use crate::call::{Language, NodeId, PromptId};
use crate::flow::compile::RecordingState;
use crate::flow::node::{Flow, Node, Piece, Prompt, Verb};

/// How many nodes that play a prompt are named.
const NAMED_NODES: usize = 3;

/// What a step plays, by what it is for: "the question", "the words after silence 2".
pub(super) fn roles(node: &Node) -> Vec<(String, Vec<&Arc<Prompt>>)> {
    let mut list: Vec<(String, &[Arc<Prompt>])> = Vec::new();
    let mut role = |name: String, prompts| list.push((name, prompts));
    match &node.verb {
        Verb::Say(say) => role("what is said".to_owned(), &say.prompts[..]),
        Verb::Http(http) => role("what is said while waiting".to_owned(), &http.wait[..]),
        Verb::Record(record) => {
            role("what is said before the tone".to_owned(), &record.prompts[..])
        }
        Verb::Queue(queue) => {
            role("the greeting".to_owned(), &queue.greet[..]);
            role("what the agent is told".to_owned(), &queue.whisper[..]);
            for (nth, (_, prompts)) in (1..).zip(&queue.every) {
                role(format!("announcement {nth} while waiting"), &prompts[..]);
            }
            if let Some(announce) = &queue.announce {
                role("the words after a while".to_owned(), &announce.comfort[..]);
            }
            if let Some(offer) = &queue.offer_callback {
                role("the words of the offer to be called back".to_owned(), &offer.say[..]);
            }
        }
        Verb::Callback(callback) => {
            role("what is said when the wish is kept".to_owned(), &callback.greet[..])
        }
        Verb::Hangup(hangup) => role("the last words".to_owned(), &hangup.prompts[..]),
        Verb::Answer(answer) => {
            role("the question for more".to_owned(), &answer.again[..]);
            role("what is said before an answer".to_owned(), &answer.say_back[..]);
        }
        Verb::Menu(_)
        | Verb::Confirm(_)
        | Verb::Collect(_)
        | Verb::Set(_)
        | Verb::Branch(_)
        | Verb::Hours(_)
        | Verb::Call(_)
        | Verb::Ticket(_)
        | Verb::Note(_)
        | Verb::Transfer(_)
        | Verb::Return(_) => {}
    }
    if let Some(input) = node.verb.input() {
        role("the question".to_owned(), &input.prompts[..]);
        for (words, list) in
            [("silence", &input.retry.no_input), ("a wrong answer", &input.retry.no_match)]
        {
            for (nth, prompt) in (1..).zip(list) {
                role(format!("the words after {words}, time {nth}"), std::slice::from_ref(prompt));
            }
        }
    }
    list.into_iter().map(|(name, prompts)| (name, prompts.iter().collect())).collect()
}

/// The words of a prompt in one language, values as slots; a sound without words by its file.
pub(super) fn text_in(names: &Names<'_>, prompt: &Prompt, language: &Language) -> String {
    let mut parts = Vec::new();
    for (_, piece) in prompt.pieces(language) {
        match piece {
            Piece::Words(item) if item.text.trim().is_empty() => {
                parts.extend(item.sound.as_ref().map(|sound| format!("[{sound}]")));
            }
            Piece::Words(item) => parts.push(item.text.trim().to_owned()),
            Piece::Slot(slot) => {
                let value = names.formula(&slot.value);
                parts.push(format!("{{{value}:{}}}{}", slot.form.name(), slot.tail));
            }
        }
    }
    parts.join(" ")
}

/// The words of a prompt in every language of its flow.
pub(super) fn text(names: &Names<'_>, prompt: &Prompt) -> String {
    let languages = names.flow.languages.iter();
    languages.map(|language| text_in(names, prompt, language)).collect::<Vec<_>>().join(" | ")
}

/// Every prompt that a flow plays, by name, with the nodes that play it.
type Played<'a> = BTreeMap<&'a PromptId, (&'a Arc<Prompt>, Vec<&'a NodeId>)>;

fn played(flow: &Flow) -> Played<'_> {
    let mut found: Played<'_> = BTreeMap::new();
    for node in &flow.nodes {
        for prompt in node.verb.played(flow) {
            let (_, nodes) = found.entry(&prompt.id).or_insert((prompt, Vec::new()));
            if nodes.last() != Some(&&node.id) {
                nodes.push(&node.id);
            }
        }
    }
    found
}

impl Pair<'_> {
    /// The languages that both versions speak.
    pub(super) fn languages(&self) -> impl Iterator<Item = &Language> {
        let old = &self.old.flow.languages;
        self.new.flow.languages.iter().filter(|language| old.contains(language))
    }

    /// The languages in which two prompts differ, with the difference of their words.
    pub(super) fn differences<'p>(
        &'p self,
        old: &Prompt,
        new: &Prompt,
    ) -> Vec<(&'p Language, String)> {
        let each = self.languages().filter_map(|language| {
            let was = text_in(&self.old, old, language);
            let now = text_in(&self.new, new, language);
            (was != now).then(|| (language, format!("{language}: {}", difference(&was, &now))))
        });
        each.collect()
    }

    /// Prompts by name: other words, other interrupting, other languages, recordings that come or go.
    pub(super) fn prompts(&self, found: &mut Changes) {
        let before = played(self.old.flow);
        let after = played(self.new.flow);
        for (id, (old, old_nodes)) in &before {
            let Some((new, nodes)) = after.get(id) else { continue };
            let origin = self.prompt_place(id, nodes);
            let mut tell = |group, what: String, details, languages: Vec<&Language>| {
                let mut change = Change::whole(group, what, origin);
                change.details = details;
                change.touches = languages
                    .iter()
                    .map(|language| Touch::Heard((*id).clone(), (*language).clone()))
                    .collect();
                if change.touches.is_empty() {
                    change.touches =
                        old_nodes.iter().map(|node| Touch::Node((*node).clone())).collect();
                }
                found.add(change);
            };
            let differences = self.differences(old, new);
            if !differences.is_empty() {
                let what = format!("`{id}` has other words ({})", places(nodes));
                let (languages, mut details): (Vec<&Language>, Vec<String>) =
                    differences.into_iter().unzip();
                details.extend(self.recordings(id, &languages));
                tell(Group::Heard, what, details, languages);
            }
            if old.bargein != new.bargein {
                let rule =
                    |prompt: &Prompt| prompt.bargein.map_or("as the step says", interrupting);
                let what = format!("interrupting `{id}` was {}, now {}", rule(old), rule(new));
                tell(Group::Patience, what, Vec::new(), Vec::new());
            }
            if old.play != new.play {
                let list = |prompt: &Prompt| match &prompt.play {
                    None => "the caller's language".to_owned(),
                    Some(list) => {
                        list.iter().map(Language::as_str).collect::<Vec<_>>().join(", then ")
                    }
                };
                let what = format!("`{id}` was played in {}, now in {}", list(old), list(new));
                tell(Group::Heard, what, Vec::new(), Vec::new());
            }
        }
    }

    /// What is known of the recordings of a prompt that has other words now.
    fn recordings(&self, id: &PromptId, languages: &[&Language]) -> Vec<String> {
        let flow = &self.new.flow.id;
        let all = self.compiled.recordings.iter();
        let own = all.filter(|r| r.prompt == *id && r.flow == *flow);
        let mut lines = BTreeSet::new();
        for recording in own.filter(|r| languages.contains(&&r.language)) {
            let sound = &recording.sound;
            lines.extend(match recording.state {
                RecordingState::Missing => None,
                RecordingState::Unknown => Some(format!("was `{sound}` recorded anew?")),
                RecordingState::Other => Some(format!("`{sound}` still holds other words")),
                RecordingState::Same => Some(format!("`{sound}` holds the new words")),
            });
        }
        lines.into_iter().collect()
    }

    fn prompt_place(&self, id: &PromptId, nodes: &[&NodeId]) -> Option<Origin> {
        let named = self.new_file.and_then(|file| file.prompts.get(id)).copied().map(Origin::New);
        named.or_else(|| nodes.first().and_then(|node| self.new_place(node)))
    }

    /// What a step plays, where that is other prompts than before.
    pub(super) fn words(&self, old: &Node, new: &Node) -> Vec<Change> {
        let before = roles(old);
        let after = roles(new);
        let none = Vec::new();
        let mut changes = Vec::new();
        let mut names: Vec<&String> = before.iter().map(|(role, _)| role).collect();
        names.extend(
            after
                .iter()
                .map(|(role, _)| role)
                .filter(|role| !before.iter().any(|(other, _)| other == *role)),
        );
        for role in names {
            let of = |list: &'_ [(String, Vec<&Arc<Prompt>>)]| {
                list.iter().position(|(name, _)| name == role)
            };
            let was = of(&before).map_or(&none, |at| &before[at].1);
            let now = of(&after).map_or(&none, |at| &after[at].1);
            changes.extend(self.role((old, new), role, (was, now)));
        }
        changes
    }

    /// The prompts of one role, in order.
    fn role(
        &self,
        nodes: (&Node, &Node),
        role: &str,
        (was, now): (&[&Arc<Prompt>], &[&Arc<Prompt>]),
    ) -> Vec<Change> {
        let (mut changes, mut at) = (Vec::new(), 0);
        let mut gone = Vec::new();
        let mut fresh = Vec::new();
        for old in was {
            match now.iter().skip(at).position(|new| self.same_prompt(old, new)) {
                Some(skipped) => {
                    let new = now[at + skipped];
                    fresh.extend(now.iter().skip(at).take(skipped).copied());
                    at += skipped + 1;
                    if old.id != new.id && !is_literal(&old.id) {
                        let what =
                            format!("{role} is the prompt `{}` now, of the same words", new.id);
                        changes.push(self.at(Group::Unnoticed, nodes, what));
                    }
                }
                None => gone.push(*old),
            }
        }
        fresh.extend(now.iter().skip(at).copied());
        let pairs = gone.len().min(fresh.len());
        for (old, new) in gone.iter().zip(&fresh) {
            let differences = self.differences(old, new);
            let what = format!("{role} has other words");
            let mut change = self.at(Group::Heard, nodes, what);
            change.touches = differences
                .iter()
                .map(|(language, _)| Touch::Heard(old.id.clone(), (*language).clone()))
                .collect();
            change.details = differences.into_iter().map(|(_, line)| line).collect();
            let languages: Vec<&Language> = self.languages().collect();
            change.details.extend(self.recordings(&new.id, &languages));
            changes.push(change);
        }
        let quote = |names: &Names<'_>, prompt: &Prompt| {
            shortened(&text_in(names, prompt, names.flow.fallback()))
        };
        for old in gone.iter().skip(pairs) {
            let what = format!("“{}” is gone from {role}", quote(&self.old, old));
            changes.push(self.at(Group::Heard, nodes, what));
        }
        for new in fresh.iter().skip(pairs) {
            let what = format!("“{}” is new in {role}", quote(&self.new, new));
            changes.push(self.at(Group::Heard, nodes, what));
        }
        changes
    }

    /// Whether two prompts are the same: by name, where that is not made of the words; else by their words.
    fn same_prompt(&self, old: &Prompt, new: &Prompt) -> bool {
        old.id == new.id || self.differences(old, new).is_empty()
    }
}

/// Whether a prompt has no name of its own.
fn is_literal(id: &PromptId) -> bool {
    id.as_str().starts_with("text-")
}

/// The nodes that play a prompt: "in `main`, `home` and 3 more".
fn places(nodes: &[&NodeId]) -> String {
    let named: Vec<String> =
        nodes.iter().take(NAMED_NODES).map(|node| format!("`{node}`")).collect();
    match nodes.len().saturating_sub(NAMED_NODES) {
        0 => format!("in {}", named.join(", ")),
        more => format!("in {} and {more} more", named.join(", ")),
    }
}
