//! The answers of FAQs: what is asked, by which key, and what is said.

use std::collections::BTreeSet;

use super::change::{Change, Changes, Group, Touch};
use super::pair::Pair;
use super::spoken::text_in;
use super::step::shortened;
use crate::flow::definition::{FaqDefinition, FaqEntry};
use crate::flow::node::{Flow, Node, Verb};

impl Pair<'_> {
    /// Compares the FAQs that both versions ask, by name.
    pub(super) fn faqs(&self, found: &mut Changes) {
        for old in &self.old.flow.faqs {
            let new = self.new.flow.faqs.iter().find(|faq| faq.name == old.name);
            if let Some(new) = new {
                self.faq(old, new, found);
            }
        }
    }

    fn faq(&self, old: &FaqDefinition, new: &FaqDefinition, found: &mut Changes) {
        let asked: BTreeSet<Touch> =
            asking(self.old.flow, old).map(|node| Touch::Node(node.id.clone())).collect();
        let place = asking(self.new.flow, new).next().and_then(|node| self.new_place(&node.id));
        let mut tell = |group, what: String, details: Vec<String>| {
            let mut change = Change::whole(group, what, place);
            change.details = details;
            change.touches = asked.clone();
            found.add(change);
        };
        let name = &old.name;
        for was in &old.entries {
            let Some(now) = new.entries.iter().find(|entry| entry.name == was.name) else {
                let what = format!("the answer `{}` of `{name}` is gone", was.name);
                tell(Group::Heard, what, Vec::new());
                continue;
            };
            let entry = &was.name;
            if was.key != now.key {
                let key = |entry: &FaqEntry| {
                    entry
                        .key
                        .as_ref()
                        .map_or_else(|| "no key".to_owned(), |key| format!("key {key}"))
                };
                let what =
                    format!("the answer `{entry}` of `{name}` had {}, now {}", key(was), key(now));
                tell(Group::Keys, what, Vec::new());
            }
            let lines = wordings(was, now);
            if !lines.is_empty() {
                let what = format!("the answer `{entry}` of `{name}` is asked for in other words");
                tell(Group::Keys, what, lines);
            }
            // Other words under the same name are told with the prompt.
            let differences = self.differences(&was.say, &now.say);
            if was.say.id != now.say.id && !differences.is_empty() {
                let what = format!("the answer `{entry}` of `{name}` has other words");
                tell(Group::Heard, what, differences.into_iter().map(|(_, line)| line).collect());
            }
        }
        for now in new.entries.iter().filter(|e| !old.entries.iter().any(|o| o.name == e.name)) {
            let text = text_in(&self.new, &now.say, self.new.flow.fallback());
            let what =
                format!("the answer `{}` of `{name}` is new: “{}”", now.name, shortened(&text));
            tell(Group::Heard, what, Vec::new());
        }
    }
}

/// The nodes that ask a FAQ.
fn asking<'a>(flow: &'a Flow, faq: &'a FaqDefinition) -> impl Iterator<Item = &'a Node> {
    flow.nodes.iter().filter(|node| match &node.verb {
        Verb::Answer(answer) => {
            flow.faqs.get(answer.faq.0 as usize).is_some_and(|other| other.name == faq.name)
        }
        Verb::Say(_)
        | Verb::Menu(_)
        | Verb::Collect(_)
        | Verb::Confirm(_)
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
        | Verb::Hangup(_) => false,
    })
}

/// Wordings that are gone and new, a line per language.
fn wordings(was: &FaqEntry, now: &FaqEntry) -> Vec<String> {
    let languages: BTreeSet<_> = was.ask.keys().chain(now.ask.keys()).collect();
    let mut lines = Vec::new();
    for language in languages {
        let of = |entry: &FaqEntry| entry.ask.get(language).cloned().unwrap_or_default();
        let (before, after) = (of(was), of(now));
        let gone = before.iter().filter(|text| !after.contains(text));
        let fresh = after.iter().filter(|text| !before.contains(text));
        let mut parts: Vec<String> = gone.map(|text| format!("[-{text}-]")).collect();
        parts.extend(fresh.map(|text| format!("{{+{text}+}}")));
        if !parts.is_empty() {
            lines.push(format!("{language}: {}", parts.join(" ")));
        }
    }
    lines
}
