//! W0412 and W0413: the key `0`, which callers take for the way to a person.

use super::Rule;
use super::subject::Subject;
use crate::flow::diagnostic::Diagnostic;
use crate::flow::node::{Collect, Entry, EntryKind, Goto, Verb, WayKind};

/// W0412: `0` means something else here.
pub(crate) static OTHER_ZERO: Rule =
    Rule::warning("W0412", "`0` leads elsewhere than the command `0`")
        .why("Callers learn that `0` brings a person; at this one question it does something else.")
        .cure("Give the choice another key, or switch the command off with `\"0\": none` where nobody is there.")
        .example("commands: { \"0\": agent }\nmain: { menu: m, choices: { 0: news } }");

/// W0413: `0` is data here, and failing does not lead to a person either.
pub(crate) static ZERO_IS_DATA: Rule =
    Rule::warning("W0413", "an entry takes `0` as data and its `failed` leads to no person")
        .why("At a number of a single key `0` is an answer, so that the command `0` does not work; who needs a person can only fail.")
        .cure("Lead the node's `failed` to a person, or ask for at least two keys, or for values from 1.")
        .example("commands: { \"0\": agent }\nask: { collect: q, into: n, as: { type: int, min: 0, max: 9 }, ok: a, failed: goodbye }");

/// Looks at `0` in every question.
pub(crate) fn zeros(subject: &Subject<'_>, findings: &mut Vec<Diagnostic>) {
    let Some(zero) = subject.zero else { return };
    for (index, node, site) in subject.nodes() {
        match &node.verb {
            Verb::Menu(menu) => {
                let choice = menu.choices.iter().find(|choice| &*choice.name == "0");
                if let Some(choice) = choice.filter(|choice| choice.goto != zero) {
                    let place = site.key(&["choices", &choice.name]);
                    findings.push(other_zero(&site.name, place));
                }
            }
            Verb::Collect(collect)
                if takes_zero(&collect.entry)
                    && leads_near_person(subject, zero)
                    && !fails_to_person(subject, index, collect) =>
            {
                let message = format!(
                    "`{}` takes `0` as an answer, and its `failed` leads to no person",
                    site.name
                );
                let finding = Diagnostic::new(&ZERO_IS_DATA, site.key(&["failed"]), message);
                findings
                    .push(finding.help("lead `failed` to a person, or ask for two keys or more"));
            }
            Verb::Say(_)
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
            | Verb::Note(_)
            | Verb::Queue(_)
            | Verb::Callback(_)
            | Verb::Transfer(_)
            | Verb::Return(_)
            | Verb::Hangup(_) => {}
        }
        let Some(input) = node.verb.input() else { continue };
        let own = input.commands.iter().find(|command| command.keys.to_string() == "0");
        let chosen =
            matches!(&node.verb, Verb::Menu(m) if m.choices.iter().any(|c| &*c.name == "0"));
        if own.is_some_and(|own| own.goto != zero) && !chosen {
            findings.push(other_zero(&site.name, site.key(&["commands", "0"])));
        }
    }
}

fn other_zero(node: &str, place: crate::flow::source::Span) -> Diagnostic {
    let message = format!("`0` leads elsewhere at `{node}` than the command `0`");
    Diagnostic::new(&OTHER_ZERO, place, message)
        .help("use another key here, or lead to the same place")
}

/// Whether the key `0` alone is a valid answer, so that the command `0` cannot act.
const fn takes_zero(entry: &Entry) -> bool {
    match entry.kind {
        EntryKind::Int | EntryKind::Money(_) => match entry.min_value {
            Some(low) => entry.min_length <= 1 && low <= 0,
            None => entry.min_length <= 1,
        },
        EntryKind::Digits | EntryKind::Phone | EntryKind::Account | EntryKind::Pin => {
            entry.min_length <= 1
        }
        EntryKind::Date | EntryKind::Time | EntryKind::YesNo | EntryKind::Words => false,
    }
}

fn leads_near_person(subject: &Subject<'_>, goto: Goto) -> bool {
    match goto {
        Goto::Node(node) => subject.near_person.get(node.0 as usize) == Some(&true),
        Goto::Back | Goto::Repeat | Goto::None | Goto::Failed => false,
    }
}

fn fails_to_person(subject: &Subject<'_>, index: usize, collect: &Collect) -> bool {
    let mut fails = subject.open.roads(index).iter().filter(|road| road.kind == WayKind::Failed);
    collect.input.failed.is_some() && fails.any(|road| subject.near_person[road.to])
}
