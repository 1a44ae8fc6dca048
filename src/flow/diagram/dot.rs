//! The DOT language of Graphviz.

use std::fmt::Write as _;

use super::{Diagram, Edge, Family, NodeBox, Stroke};

/// The most characters of a node's words.
const MAX_WORDS: usize = 48;

/// Writes the diagram.
pub(super) fn write(diagram: &Diagram) -> String {
    let mut text = String::new();
    lines(diagram, &mut text).unwrap_or_default();
    text
}

fn lines(diagram: &Diagram, text: &mut String) -> std::fmt::Result {
    let boxes = || diagram.boxes.iter().enumerate();
    writeln!(text, "digraph {} {{", quote(&diagram.name))?;
    writeln!(
        text,
        "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];"
    )?;
    writeln!(text, "  edge [fontname=\"Helvetica\", fontsize=10, color=\"#57606a\"];")?;
    for (at, node) in boxes().filter(|(_, node)| node.group.is_none()) {
        writeln!(text, "  {}", shape(at, node))?;
    }
    for (group, name) in diagram.groups.iter().enumerate() {
        writeln!(text, "  subgraph cluster_{group} {{")?;
        writeln!(text, "    label={}; style=rounded; color=\"#57606a\";", quote(name))?;
        for (at, node) in boxes().filter(|(_, node)| node.group == Some(group)) {
            writeln!(text, "    {}", shape(at, node))?;
        }
        writeln!(text, "  }}")?;
    }
    for way in &diagram.ways {
        writeln!(text, "  {}", arrow(way))?;
    }
    for (at, node) in boxes() {
        let entry = node.visits.and_then(|group| {
            boxes().find(|(_, inside)| inside.group == Some(group) && inside.is_start)
        });
        if let Some((entry, _)) = entry {
            writeln!(text, "  n{at} -> n{entry} [style=bold, arrowhead=vee, constraint=false];")?;
        }
    }
    if !diagram.commands.is_empty() {
        let rows: Vec<String> = diagram
            .commands
            .iter()
            .map(|line| format!("{}\\l", escape(&line.to_string())))
            .collect();
        writeln!(
            text,
            "  commands [shape=note, style=\"\", label=\"at every question\\n{}\"];",
            rows.concat()
        )?;
    }
    writeln!(text, "}}")
}

fn shape(at: usize, node: &NodeBox) -> String {
    let mut label = format!("{}\\n{}", escape(&node.name), node.verb);
    if !node.words.is_empty() {
        label.push(' ');
        label.push_str(&escape(&super::draw::shorten(&node.words, MAX_WORDS)));
    }
    for stay in &node.stays {
        label.push_str("\\n");
        label.push_str(&escape(stay));
    }
    let (fill, more) = match node.family {
        Family::Speak => ("#e8f0fe", ""),
        Family::Ask => ("#f0eafd", ""),
        Family::Decide => ("#f1f3f5", ", shape=hexagon, style=filled"),
        Family::Reach => ("#e3f5f4", ""),
        Family::Person => ("#e6f5e8", ", peripheries=2"),
        Family::End => ("#fbeceb", ", peripheries=2"),
    };
    let start = if node.is_start { ", penwidth=2.5" } else { "" };
    format!("n{at} [label=\"{label}\", fillcolor=\"{fill}\"{more}{start}];")
}

fn arrow(way: &Edge) -> String {
    let look = match way.stroke {
        Stroke::Plain => "",
        Stroke::Voice => "style=dotted, penwidth=1.6",
        Stroke::Error => "style=dashed, color=\"#c2410c\", fontcolor=\"#c2410c\"",
    };
    let label = match way.label() {
        label if label.is_empty() => label,
        label => format!("label=\" {} \"", escape(&label)),
    };
    let between = if label.is_empty() || look.is_empty() { "" } else { ", " };
    match format!("{label}{between}{look}") {
        attributes if attributes.is_empty() => format!("n{} -> n{};", way.from, way.to),
        attributes => format!("n{} -> n{} [{attributes}];", way.from, way.to),
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// Text inside quotes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => escaped.extend(['\\', letter]),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
