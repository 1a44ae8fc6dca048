//! Pictures of the shipped flows and of things that are hard to draw.

use std::collections::BTreeSet;

use super::*;
use crate::flow::{Facts, Sources, compile};

const HALO: &str = include_str!("../../../flows/halo.yaml");
const TOKO: &str = include_str!("../../../flows/toko.yaml");

fn diagram(text: &str) -> Diagram {
    let compiled = compile(&Sources::one("t.yaml", text.as_bytes()), &Facts::default());
    Diagram::of(compiled.flow().expect("the flow has no error"))
}

/// A flow with a choice by words only, ways that stay, and words that every format must escape.
const TRICKY: &str = r#"
sambung: 1
flow: tricky
language: en
start: a
nodes:
  a:
    menu: 'Say "more" <now> & press 1; {x}\ # ` '
    choices:
      1: a
      2: { goto: repeat, words: [once more] }
      3: back
      news: { goto: b, words: [news] }
      4: { goto: b, words: ["4"] }
    failed: b
  b: { hangup: 'Bye & "good luck" <3' }
"#;

/// The flow above with `{x}` taken out, which would be a slot.
fn tricky() -> Diagram {
    diagram(&TRICKY.replace("{x}", ""))
}

/// Two boxes of which one visits a subflow of three.
fn with_subflow() -> Diagram {
    let node = |name: &str, verb, family, group| NodeBox {
        name: name.to_owned(),
        verb,
        family,
        words: String::new(),
        stays: Vec::new(),
        keys: Vec::new(),
        group,
        visits: None,
        is_start: name.starts_with("ask"),
    };
    let mut boxes = vec![
        node("ask_account", "collect", Family::Ask, None),
        node("verify", "call", Family::Reach, None),
        node("bye", "hangup", Family::End, None),
        node("ask_pin", "collect", Family::Ask, Some(0)),
        node("good", "return", Family::End, Some(0)),
    ];
    boxes[1].visits = Some(0);
    let way = |from, to, outcome: &str, stroke| Edge {
        from,
        to,
        outcomes: vec![outcome.to_owned()],
        stroke,
    };
    Diagram {
        name: "bank".to_owned(),
        boxes,
        ways: vec![
            way(0, 1, "ok", Stroke::Plain),
            way(1, 2, "verified", Stroke::Plain),
            way(3, 4, "ok", Stroke::Plain),
            way(3, 2, "failed", Stroke::Error),
        ],
        groups: vec!["check_pin".to_owned()],
        commands: Vec::new(),
    }
}

/// What stands between `before` and `after`, at every place.
fn all_between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    let parts = text.split(before).skip(1);
    parts.filter_map(|part| part.split_once(after).map(|(found, _)| found)).collect()
}

/// Reads tags and entities as XML does; an error says what is wrong.
fn well_formed(text: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        check_text(before)?;
        let (tag, after) = after.split_once('>').ok_or("a tag without an end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop();
            if last != Some(name) {
                return Err(format!("</{name}> closes {last:?}"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let attributes = attributes.strip_suffix('/').unwrap_or(attributes);
        let quotes = attributes.matches('"').count();
        if quotes % 2 != 0 {
            return Err(format!("quotes in <{tag}>"));
        }
        check_text(attributes)?;
        let mut names = BTreeSet::new();
        for name in attributes.split('"').step_by(2).map(str::trim).filter(|n| !n.is_empty()) {
            if !name.ends_with('=') || !names.insert(name) {
                return Err(format!("attribute {name} in <{tag}>"));
            }
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    check_text(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn check_text(text: &str) -> Result<(), String> {
    for entity in text.split('&').skip(1) {
        let name = entity.split_once(';').map(|(name, _)| name);
        if !matches!(name, Some("amp" | "lt" | "gt" | "quot")) {
            return Err(format!("a bare & before {entity:?}"));
        }
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        Err("control".to_owned())
    } else {
        Ok(())
    }
}

#[test]
fn a_small_flow_in_mermaid_and_dot() {
    let halo = diagram(HALO);
    insta::assert_snapshot!(format!("{}\n{}", halo.mermaid(), halo.dot()));
}

#[test]
fn words_of_a_prompt_are_escaped_in_every_format() {
    let tricky = tricky();
    insta::assert_snapshot!(format!("{}\n{}", tricky.mermaid(), tricky.dot()));
    let svg = tricky.svg().expect("small enough");
    assert!(svg.contains("Say &quot;more&quot; &lt;now&gt; &amp; press"), "{svg}");
    well_formed(&svg).expect("XML");
}

#[test]
fn subflows_are_frames_of_their_own() {
    let bank = with_subflow();
    insta::assert_snapshot!(format!("{}\n{}", bank.mermaid(), bank.dot()));
    let svg = bank.svg().expect("small enough");
    well_formed(&svg).expect("XML");
    assert!(svg.contains("<a href=\"#subflow-check_pin\">"), "{svg}");
    assert!(svg.contains("<g id=\"subflow-check_pin\">"), "{svg}");
    assert!(svg.contains("failed → bye"), "a way out of the frame is told in words: {svg}");
}

#[test]
fn the_picture_of_a_shop_shows_every_node_and_every_way() {
    let toko = diagram(TOKO);
    let svg = toko.svg().expect("small enough");
    well_formed(&svg).expect("XML");
    let shown: BTreeSet<&str> = all_between(&svg, "data-node=\"", "\"").into_iter().collect();
    let nodes: BTreeSet<&str> = toko.boxes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(shown, nodes);
    let lines: Vec<String> =
        all_between(&svg, "data-from=", " d=").iter().map(|line| line.replace('"', "")).collect();
    let name = |at: usize| &toko.boxes[at].name;
    let ways: Vec<String> = toko
        .ways
        .iter()
        .map(|way| format!("{} data-to={}", name(way.from), name(way.to)))
        .collect();
    assert_eq!(lines, ways);
    // From the start, by ways and commands, to every node.
    let mut open = vec![toko.boxes.iter().position(|node| node.is_start).expect("a start")];
    open.extend((0..toko.boxes.len()).filter(|at| !toko.boxes[*at].keys.is_empty()));
    let mut reached = BTreeSet::new();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            open.extend(toko.ways.iter().filter(|way| way.from == at).map(|way| way.to));
        }
    }
    assert_eq!(reached.len(), toko.boxes.len());
    assert_eq!(svg, diagram(TOKO).svg().expect("small enough"), "the same bytes again");
}

#[test]
fn commands_stand_in_a_table_and_not_at_every_question() {
    let toko = diagram(TOKO);
    let lines: Vec<String> = toko.commands.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "0 (operator, petugas, orang) → agent, not at closed_menu, agents_closed",
            "* → back to the menu before",
            "# → the question again"
        ]
    );
    let agent = toko.boxes.iter().find(|node| node.name == "agent").expect("there is an agent");
    assert_eq!(agent.keys, ["0"]);
}

#[test]
fn a_part_of_the_picture_is_the_ways_of_one_kind() {
    let errors = diagram(TOKO).only(Stroke::Error);
    let name = |at: usize| errors.boxes[at].name.as_str();
    let ways: BTreeSet<String> = errors
        .ways
        .iter()
        .map(|way| format!("{} -> {}: {}", name(way.from), name(way.to), way.label()))
        .collect();
    let ways: Vec<&str> = ways.iter().map(String::as_str).collect();
    assert_eq!(
        ways,
        [
            "agent -> agents_closed: closed",
            "agent -> all_busy: too_long, full, unstaffed",
            "agents_closed -> complain: failed",
            "call_back -> complain: failed",
            "choose_language -> opening: failed",
            "closed_menu -> complain: failed",
            "complain -> complain_empty: empty",
            "complain -> complain_send: hung_up",
            "complain_check -> complain_send: failed",
            "complain_send -> complain_kept: failed",
            "faq -> faq_unknown: unknown",
            "main -> agent: failed",
            "order_ask -> agent: failed",
            "order_find -> order_down: failed",
            "order_find -> order_unknown: not_found",
            "order_next -> survey: failed",
            "order_unknown -> agent: failed",
            "survey -> goodbye: failed",
        ]
    );
    assert!(errors.boxes.iter().all(|node| node.name != "welcome"));
    let voice = tricky().only(Stroke::Voice);
    assert_eq!((voice.boxes.len(), voice.ways.len()), (2, 1));
    assert_eq!(voice.ways[0].label(), "news");
    assert!(voice.svg().expect("small enough").contains("way voice"));
    let none = diagram(HALO).only(Stroke::Voice);
    well_formed(&none.svg().expect("small enough")).expect("an empty picture is XML too");
}

#[test]
fn too_many_nodes_for_one_picture_are_refused_with_a_way_out() {
    let mut nodes = String::new();
    for at in 0..400 {
        nodes.push_str(&format!("  n{at}: {{ say: Halo semua, next: n{} }}\n", at + 1));
    }
    let text = format!(
        "sambung: 1\nflow: t\nlanguage: id\nstart: n0\nnodes:\n{nodes}  n400: {{ hangup: Sampai jumpa. }}\n"
    );
    let error = diagram(&text).svg().expect_err("too many");
    assert_eq!((error.boxes, error.ways), (401, 400));
    assert!(error.to_string().contains("--format dot"), "{error}");
    assert!(diagram(&text).dot().contains("n399 -> n400"));
}
