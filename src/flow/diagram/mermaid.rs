//! A Mermaid flowchart.

use std::fmt::Write as _;

use super::{Diagram, Edge, Family, NodeBox, Stroke};

/// The most characters of a node's words.
const MAX_WORDS: usize = 48;

/// The looks of boxes: readable on light and dark pages alike.
const LOOKS: [(Family, &str); 6] = [
    (Family::Speak, "fill:#e8f0fe,stroke:#3b6fb6,color:#1b1f24"),
    (Family::Ask, "fill:#f0eafd,stroke:#7650b8,color:#1b1f24"),
    (Family::Decide, "fill:#f1f3f5,stroke:#6b7680,color:#1b1f24"),
    (Family::Reach, "fill:#e3f5f4,stroke:#1d7f7a,color:#1b1f24"),
    (Family::Person, "fill:#e6f5e8,stroke:#2f7d3b,color:#1b1f24"),
    (Family::End, "fill:#fbeceb,stroke:#a3423b,color:#1b1f24"),
];

/// Writes the diagram.
pub(super) fn write(diagram: &Diagram) -> String {
    let mut text = String::from("flowchart TD\n");
    lines(diagram, &mut text).unwrap_or_default();
    text
}

fn lines(diagram: &Diagram, text: &mut String) -> std::fmt::Result {
    let boxes = || diagram.boxes.iter().enumerate();
    for (at, node) in boxes().filter(|(_, node)| node.group.is_none()) {
        writeln!(text, "  {}", shape(at, node))?;
    }
    for (group, name) in diagram.groups.iter().enumerate() {
        writeln!(text, "  subgraph s{group}[\"{}\"]", escape(name))?;
        for (at, node) in boxes().filter(|(_, node)| node.group == Some(group)) {
            writeln!(text, "    {}", shape(at, node))?;
        }
        writeln!(text, "  end")?;
    }
    for way in &diagram.ways {
        writeln!(text, "  {}", arrow(way))?;
    }
    for (at, node) in boxes() {
        if let Some(group) = node.visits {
            writeln!(text, "  n{at} ==> s{group}")?;
        }
    }
    for (stroke, look) in [
        (Stroke::Voice, "stroke-dasharray:2 4"),
        (Stroke::Error, "stroke:#c2410c,color:#c2410c,stroke-dasharray:7 4"),
    ] {
        let numbers = diagram.ways.iter().enumerate().filter(|(_, way)| way.stroke == stroke);
        let numbers: Vec<String> = numbers.map(|(at, _)| at.to_string()).collect();
        if !numbers.is_empty() {
            writeln!(text, "  linkStyle {} {look}", numbers.join(","))?;
        }
    }
    for (family, look) in LOOKS {
        let names = boxes().filter(|(_, node)| node.family == family);
        let names: Vec<String> = names.map(|(at, _)| format!("n{at}")).collect();
        if !names.is_empty() {
            writeln!(text, "  classDef {} {look}", family.class())?;
            writeln!(text, "  class {} {}", names.join(","), family.class())?;
        }
    }
    for (at, _) in boxes().filter(|(_, node)| node.is_start) {
        writeln!(text, "  style n{at} stroke-width:3px")?;
    }
    if !diagram.commands.is_empty() {
        let rows: Vec<String> =
            diagram.commands.iter().map(|line| escape(&line.to_string())).collect();
        writeln!(text, "  commands[\"<b>at every question</b><br/>{}\"]", rows.join("<br/>"))?;
    }
    Ok(())
}

fn shape(at: usize, node: &NodeBox) -> String {
    let mut label = format!("<b>{}</b><br/>{}", escape(&node.name), node.verb);
    if !node.words.is_empty() {
        label.push(' ');
        label.push_str(&escape(&super::draw::shorten(&node.words, MAX_WORDS)));
    }
    for stay in &node.stays {
        label.push_str("<br/>");
        label.push_str(&escape(stay));
    }
    match node.family {
        Family::Ask => format!("n{at}([\"{label}\"])"),
        Family::Decide => format!("n{at}{{{{\"{label}\"}}}}"),
        Family::Person | Family::End => format!("n{at}[[\"{label}\"]]"),
        Family::Speak | Family::Reach => format!("n{at}[\"{label}\"]"),
    }
}

fn arrow(way: &Edge) -> String {
    let line = match way.stroke {
        Stroke::Plain => "-->",
        Stroke::Voice | Stroke::Error => "-.->",
    };
    let label = escape(&way.label());
    if label.is_empty() {
        format!("n{} {line} n{}", way.from, way.to)
    } else {
        format!("n{} {line}|\"{label}\"| n{}", way.from, way.to)
    }
}

/// Text inside quotes: Mermaid reads HTML entities, written `#name;`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '`' => escaped.push_str("#96;"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
