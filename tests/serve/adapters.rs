//! `sambung serve` with telephony worlds of other programs: the toy adapter, once well, once killed, once beside another.

use serde_json::Value;

use crate::PATIENT;
use crate::node::Node;
use crate::toy::{Far, TOY};

/// The entry of a toy adapter in `sambung.yaml`.
fn toy(name: &str, arguments: &[&str]) -> String {
    let mut command = vec!["python3", TOY, "--speed", "20"];
    command.extend(arguments);
    format!("{{ name: {name}, kind: process, command: {command:?} }}")
}

#[test]
fn samples_pass_both_ways_over_a_websocket() {
    let far = Far::starts("far", &["--tones", "--call", "press 1 at 2"]);
    let mut node = Node::start(&format!("adapters: [{}]", far.entry), PATIENT);
    node.logs("The adapter is ready.");
    node.logs("Call ended");
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    let record = node.only_record();
    assert_eq!(end(&record), ("far", "normal", "system"), "{record}");
    assert_eq!(record["steps"][0]["keys"], "1", "{record}");
    let heard = far.heard();
    assert!(heard.len() >= 1_600, "{} samples", heard.len());
    assert!(heard.iter().any(|sample| sample.abs() > 2_000), "a prompt is loud");
    assert_eq!(far.keys(), "", "nobody presses keys towards a caller who talks with nobody");
}

/// How a call ended, as its record has it.
fn end(record: &Value) -> (&str, &str, &str) {
    let text = |key: &str| record[key].as_str().unwrap_or_default();
    (text("adapter"), text("cause"), text("ended_by"))
}

#[test]
fn a_program_of_another_language_brings_a_call_through_the_shop() {
    let shop = include_str!("../../flows/toko.yaml");
    let toy = toy("toy", &["--call", "say in english at 3; hangup at 5"]);
    let settings = format!("routes: [{{ default: toko }}]\nadapters: [{toy}]");
    let mut node = Node::start(&settings, shop);
    node.logs("The adapter is ready.");
    node.logs("Call ended");
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    let record = node.only_record();
    assert_eq!(end(&record), ("toy", "normal", "caller"));
    // It tells what is said only once it is listened for.
    assert_eq!((&record["flow"], &record["language"]), (&"toko".into(), &"en".into()));
    let steps: Vec<&str> = record["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|s| s["node"].as_str())
        .collect();
    assert_eq!(steps[..3], ["welcome", "choose_language", "opening"], "{record}");
    assert_eq!(record["caller"], "***001");
}

#[test]
fn the_adapter_of_the_readme_brings_a_call() {
    let readme = include_str!("../../README.md");
    let program = readme.split("```python\n").nth(1).and_then(|rest| rest.split("```").next());
    let program = program.expect("the README shows one");
    assert!(program.lines().count() <= 20, "it is a short one");
    let flow = "sambung: 1\nflow: patient\nlanguage: en\nstart: bye\nnodes: { bye: { hangup: Goodbye now. } }\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.py");
    std::fs::write(&path, program).expect("written");
    let settings =
        format!("adapters: [{{ name: mine, kind: process, command: [python3, {path:?}] }}]");
    let mut node = Node::start(&settings, flow);
    let said = node.logs("The adapter says.");
    assert_eq!(said["said"], "Goodbye now.");
    node.logs("Call ended");
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    assert_eq!(end(&node.only_record()), ("mine", "normal", "system"));
}

#[test]
fn a_program_that_is_killed_comes_back_with_its_call() {
    let toy = toy("toy", &["--state", "calls.json", "--call", "", "--then", "press 1 at 2"]);
    let mut node = Node::start(&format!("adapters: [{toy}]"), PATIENT);
    let life = node.logs("The adapter's program runs.");
    node.logs("Call started");
    let process = life["process"].as_i64().and_then(|id| i32::try_from(id).ok()).expect("an id");
    let process = rustix::process::Pid::from_raw(process).expect("a process");
    rustix::process::kill_process(process, rustix::process::Signal::KILL).expect("it runs");
    node.logs("The adapter is lost; its calls are kept");
    node.logs("The adapter is back after");
    node.logs("Call ended");
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    let record = node.only_record();
    assert_eq!(end(&record), ("toy", "normal", "system"), "{record}");
    assert_eq!(record["steps"][0]["keys"], "1", "{record}");
}

#[test]
fn a_program_that_falls_leaves_the_calls_of_another_alone() {
    let falls = toy("falls", &["--call", "", "--fault", "crashes"]);
    let stands = toy("stands", &["--call", "press 1 at 6"]);
    let mut node = Node::start(&format!("adapters: [{falls}, {stands}]"), PATIENT);
    node.logs("Call ended");
    node.logs("Call ended");
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    let records = node.records();
    let ends: Vec<_> = records.iter().map(end).collect();
    assert!(ends.contains(&("falls", "adapter_lost", "system")), "{ends:?}");
    assert!(ends.contains(&("stands", "normal", "system")), "{ends:?}");
}
