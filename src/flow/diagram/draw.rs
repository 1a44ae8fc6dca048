//! From a compiled flow to boxes and ways.

use std::sync::Arc;

use super::{CommandLine, Diagram, Edge, Family, NodeBox, Stroke};
use crate::flow::definition::Setting;
use crate::flow::expression::{Formula, Value};
use crate::flow::node::{
    Choice, CommandBinding, Destination, Flow, Goto, Input, NodeIndex, Piece, Prompt, Verb, Way,
    WayKind, Words,
};

/// The most characters of a node's words that are kept.
const MAX_WORDS: usize = 90;
/// The most phrases of a command that are shown.
const PHRASES: usize = 3;
/// The most nodes that the table of commands names.
const PLACES: usize = 4;

impl Diagram {
    /// The picture of a flow, its words in the flow's first language.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let groups: Vec<String> = flow.subflows.iter().map(|s| s.name.to_string()).collect();
        let mut boxes: Vec<NodeBox> =
            flow.nodes.iter().map(|n| node_box(flow, &groups, n.id.as_str(), &n.verb)).collect();
        let mut ways: Vec<Edge> = Vec::new();
        for (from, node) in flow.nodes.iter().enumerate() {
            for way in node.verb.ways().into_iter().chain(silent(&node.verb)) {
                let Some(stroke) = stroke(&node.verb, &way) else { continue };
                let outcome = outcome(flow, &node.verb, &way);
                match way.goto {
                    Goto::Node(to) if to.0 as usize != from => {
                        add(&mut ways, from, to.0 as usize, outcome, stroke);
                    }
                    Goto::Node(_) | Goto::Repeat => {
                        boxes[from].stays.push(format!("{outcome} → again"));
                    }
                    Goto::Back => boxes[from].stays.push(format!("{outcome} → back")),
                    Goto::Failed => boxes[from].stays.push(format!("{outcome} → end as failed")),
                    Goto::None => {}
                }
            }
        }
        let starts = flow.subflows.iter().map(|subflow| subflow.start).chain([flow.start]);
        for start in starts {
            if let Some(start) = boxes.get_mut(start.0 as usize) {
                start.is_start = true;
            }
        }
        let commands = commands(flow, &mut boxes);
        Self { name: flow.id.as_str().to_owned(), boxes, ways, groups, commands }
    }
}

/// A box without its ways.
fn node_box(flow: &Flow, groups: &[String], id: &str, verb: &Verb) -> NodeBox {
    // Nodes of subflows are named `SUBFLOW.NAME`.
    let group = id.split_once('.').and_then(|(subflow, name)| {
        Some((groups.iter().position(|group| group == subflow)?, name))
    });
    let visits = match verb {
        Verb::Call(call) => usize::try_from(call.subflow.0).ok(),
        _ => None,
    };
    NodeBox {
        name: group.map_or(id, |(_, name)| name).to_owned(),
        verb: verb.name(),
        family: family(verb),
        words: shorten(&words(flow, verb), MAX_WORDS),
        stays: Vec::new(),
        keys: Vec::new(),
        group: group.map(|(group, _)| group),
        visits,
        is_start: false,
    }
}

/// Adds a way, or its outcome to the one that already leads there in the same manner.
fn add(ways: &mut Vec<Edge>, from: usize, to: usize, outcome: String, stroke: Stroke) {
    match ways.iter_mut().rfind(|way| (way.from, way.to, way.stroke) == (from, to, stroke)) {
        Some(way) => way.outcomes.push(outcome),
        None => ways.push(Edge { from, to, outcomes: vec![outcome], stroke }),
    }
}

/// What is done with a message whose sender hung up: no way of a call, but a way in the picture.
fn silent(verb: &Verb) -> Option<Way> {
    match verb {
        Verb::Record(record) => {
            let goto = record.hung_up?;
            Some(Way { outcome: "hung_up".into(), goto, kind: WayKind::Failed })
        }
        _ => None,
    }
}

/// How a way is drawn; `None` for commands, which stand in a table.
fn stroke(verb: &Verb, way: &Way) -> Option<Stroke> {
    match way.kind {
        WayKind::Command => None,
        WayKind::Failed | WayKind::Trouble | WayKind::Nobody => Some(Stroke::Error),
        WayKind::Passing | WayKind::Talked => Some(Stroke::Plain),
        WayKind::Answer => {
            let by_words = choice(verb, way).is_some_and(|choice| choice.keys.is_none());
            Some(if by_words { Stroke::Voice } else { Stroke::Plain })
        }
    }
}

/// The choice of a menu that a way belongs to.
fn choice<'a>(verb: &'a Verb, way: &Way) -> Option<&'a Choice> {
    match verb {
        Verb::Menu(menu) | Verb::Confirm(menu) => {
            menu.choices.iter().find(|choice| choice.name == way.outcome)
        }
        _ => None,
    }
}

/// The outcome as the picture names it: a choice with one of its words, nothing for `next`.
fn outcome(flow: &Flow, verb: &Verb, way: &Way) -> String {
    let phrase = choice(verb, way)
        .filter(|choice| choice.keys.is_some())
        .and_then(|choice| phrases(flow, &choice.words).next());
    match phrase {
        Some(phrase) if phrase != *way.outcome => format!("{} {phrase}", way.outcome),
        _ if &*way.outcome == "next" => String::new(),
        _ => way.outcome.to_string(),
    }
}

const fn family(verb: &Verb) -> Family {
    match verb {
        Verb::Say(_) => Family::Speak,
        Verb::Menu(_) | Verb::Collect(_) | Verb::Confirm(_) | Verb::Answer(_) | Verb::Record(_) => {
            Family::Ask
        }
        Verb::Set(_) | Verb::Branch(_) | Verb::Hours(_) | Verb::Note(_) => Family::Decide,
        Verb::Http(_) | Verb::Ticket(_) | Verb::Call(_) => Family::Reach,
        Verb::Queue(_) | Verb::Callback(_) | Verb::Transfer(_) => Family::Person,
        Verb::Return(_) | Verb::Hangup(_) => Family::End,
    }
}

/// What a node says or works on.
fn words(flow: &Flow, verb: &Verb) -> String {
    match verb {
        Verb::Say(say) => spoken(flow, &say.prompts),
        Verb::Menu(menu) | Verb::Confirm(menu) => spoken(flow, &menu.input.prompts),
        Verb::Collect(collect) => spoken(flow, &collect.input.prompts),
        Verb::Answer(answer) => spoken(flow, &answer.input.prompts),
        Verb::Record(record) => spoken(flow, &record.prompts),
        Verb::Set(_) | Verb::Branch(_) => String::new(),
        Verb::Note(note) => {
            let names: Vec<&str> = note.entries.iter().map(|(name, _)| &**name).collect();
            names.join(", ")
        }
        Verb::Hours(hours) => hours.calendar.to_string(),
        Verb::Http(http) => format!("{}.{}", http.operation.service, http.operation.name),
        Verb::Ticket(ticket) => ticket.kind.to_string(),
        Verb::Call(call) => {
            let subflow = flow.subflows.get(call.subflow.0 as usize);
            subflow.map_or_else(String::new, |subflow| subflow.name.to_string())
        }
        Verb::Queue(queue) => queue.queue.to_string(),
        Verb::Callback(callback) => callback.queue.to_string(),
        Verb::Transfer(transfer) => destination(&transfer.to),
        Verb::Return(end) => end.outcome.to_string(),
        Verb::Hangup(hangup) => spoken(flow, &hangup.prompts),
    }
}

/// The words of prompts in the flow's first language.
fn spoken(flow: &Flow, prompts: &[Arc<Prompt>]) -> String {
    let pieces = prompts.iter().flat_map(|prompt| prompt.pieces(flow.fallback()));
    let mut text = String::new();
    for (_, piece) in pieces {
        match piece {
            Piece::Words(item) => {
                let opens = item.text.starts_with(char::is_alphanumeric);
                if opens && !text.is_empty() && !text.ends_with(' ') {
                    text.push(' ');
                }
                text.push_str(&item.text);
            }
            Piece::Slot(slot) => {
                text.push_str(" {");
                text.push_str(slot.written.split(':').next().unwrap_or_default());
                text.push('}');
            }
        }
    }
    if text.is_empty() { text } else { format!("“{}”", text.trim()) }
}

/// The number that a transfer dials, where the flow itself says it.
fn destination(to: &Destination) -> String {
    match to {
        Destination::Formula(Formula::Constant(Value::Text(number))) => number.to_string(),
        Destination::Formula(_) => "a number by formula".to_owned(),
        Destination::Setting(Setting::Text(number)) => number.to_string(),
        Destination::Setting(Setting::Env(name)) => format!("env {name}"),
        Destination::Setting(Setting::File(name)) => format!("file {name}"),
        Destination::Setting(Setting::Secret(_)) => "a secret number".to_owned(),
    }
}

/// The first words of a text; a quotation stays one.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let mut letters = text.chars();
    let kept: String = letters.by_ref().take(most).collect();
    if letters.next().is_none() {
        return kept;
    }
    // Only whole words, where there are several.
    let kept = kept.rsplit_once(' ').map_or(kept.as_str(), |(before, _)| before);
    let kept = kept.trim_end_matches([' ', ',', '.', ':', ';', '…', '”']);
    format!("{kept}{}", if text.starts_with('“') { "…”" } else { "…" })
}

/// Phrases in the flow's first language.
fn phrases<'a>(flow: &Flow, words: &'a Words) -> impl Iterator<Item = String> + use<'a> {
    words.get(flow.fallback()).into_iter().flatten().map(|phrase| phrase.join(" "))
}

/// What questions have in common.
const fn input(verb: &Verb) -> Option<&Input> {
    match verb {
        Verb::Menu(menu) | Verb::Confirm(menu) => Some(&menu.input),
        Verb::Collect(collect) => Some(&collect.input),
        Verb::Answer(answer) => Some(&answer.input),
        _ => None,
    }
}

/// The table of commands; boxes that a command leads to get its keys.
fn commands(flow: &Flow, boxes: &mut [NodeBox]) -> Vec<CommandLine> {
    let questions: Vec<(&str, &[CommandBinding])> = flow
        .nodes
        .iter()
        .filter_map(|node| Some((node.id.as_str(), input(&node.verb)?.commands.as_slice())))
        .collect();
    // By keys and target, in the order in which they are met.
    let mut seen: Vec<(String, Goto, &CommandBinding)> = Vec::new();
    for binding in questions.iter().flat_map(|(_, bindings)| *bindings) {
        let keys = binding.keys.to_string();
        if !seen.iter().any(|(other, goto, _)| *other == keys && *goto == binding.goto) {
            seen.push((keys, binding.goto, binding));
        }
    }
    seen.into_iter()
        .map(|(keys, goto, binding)| {
            let target = match goto {
                Goto::Node(NodeIndex(node)) => {
                    let node = &mut boxes[node as usize];
                    node.keys.push(keys.clone());
                    node.name.clone()
                }
                Goto::Back => "back to the menu before".to_owned(),
                Goto::Repeat => "the question again".to_owned(),
                Goto::Failed => "the subflow ends as failed".to_owned(),
                Goto::None => "nothing".to_owned(),
            };
            let words: Vec<String> = phrases(flow, &binding.words).take(PHRASES).collect();
            let places = places(&questions, binding);
            CommandLine { keys, words: words.join(", "), target, places }
        })
        .collect()
}

/// Where a command works, unless at every question.
fn places(questions: &[(&str, &[CommandBinding])], command: &CommandBinding) -> Option<String> {
    let works = |bindings: &[CommandBinding]| {
        bindings.iter().any(|b| b.goto == command.goto && b.keys == command.keys)
    };
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        questions.iter().partition(|(_, bindings)| works(bindings));
    if elsewhere.is_empty() {
        return None;
    }
    let (word, list) =
        if elsewhere.len() < here.len() { ("not at", elsewhere) } else { ("only at", here) };
    let names: Vec<&str> = list.iter().take(PLACES).map(|(name, _)| *name).collect();
    let more = if list.len() > PLACES { " …" } else { "" };
    Some(format!("{word} {}{more}", names.join(", ")))
}
