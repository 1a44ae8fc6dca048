//! `sambung explore` as its users run it.

use std::fs;

use crate::sambung;

const FROM: [&str; 2] = ["--at", "2026-11-01 00:00"];

fn explore(arguments: &[&str]) -> (Option<i32>, String) {
    let all: Vec<&str> = ["explore"].iter().chain(&FROM).chain(arguments).copied().collect();
    let output = sambung(&all, "");
    (output.status.code(), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn a_flow_without_a_fault_is_proved() {
    let (code, text) = explore(&["flows/halo.yaml"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(text);
}

#[test]
fn faults_are_shown_with_a_shortest_call_and_saved_as_tests() {
    let folder = tempfile::tempdir().expect("a folder");
    let save = folder.path().to_str().expect("a path").to_owned();
    let planted = ["holiday", "pending", "division"];
    let files = planted.map(|name| format!("tests/explore/planted/{name}.yaml"));
    let mut arguments: Vec<&str> = files.iter().map(String::as_str).collect();
    arguments.extend(["--save", &save]);
    let (code, text) = explore(&arguments);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text.replace(&save, "found"));
    let saved = fs::read_to_string(folder.path().join("holiday-trap.test.yaml")).expect("saved");
    insta::assert_snapshot!(saved);
}

#[test]
fn what_cannot_be_explored_is_an_error() {
    let (code, _) = explore(&["flows/nowhere.yaml"]);
    assert_eq!(code, Some(3));
    let (code, _) = explore(&["flows/halo.yaml", "--max-call", "ten"]);
    assert_eq!(code, Some(2));
}
