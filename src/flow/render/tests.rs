//! Each form of the same findings.

use super::*;
use crate::flow::{Compiled, Facts, RULES, Sources, compile};

/// An error with two places and a guess, a warning with a certain change, and text that needs escaping.
const FLOW: &str = "sambung: 1
flow: t
language: id
start: ask
nodes:
  ask:
    menu: Tekan 1, ya
    choices:
      1: { goto: bey, words: [\u{e9}t\u{e9}, no] }
    failed: bye
  bye: { hangup: Dah. }
";

fn compiled() -> Compiled {
    compile(&Sources::one("flows/a b,c:d.yaml", FLOW.as_bytes()), &Facts::default())
}

#[test]
fn a_finding_as_json_has_its_place_labels_and_fix() {
    let found = compiled().diagnostics;
    let list: Vec<_> = found.list.iter().map(|finding| found.json(finding)).collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&list).expect("JSON"));
}

#[test]
fn a_finding_as_a_workflow_command_is_one_escaped_line() {
    let found = compiled().diagnostics;
    insta::assert_snapshot!(found.render_all(Format::Github));
}

#[test]
fn a_sarif_log_names_its_rules_and_carries_certain_fixes_only() {
    let found = compiled().diagnostics;
    let results: Vec<_> = found.list.iter().map(|finding| found.sarif(finding)).collect();
    let used = |rule: &&&crate::flow::Rule| found.list.iter().any(|f| f.code() == rule.code);
    let log = sarif_log(&results, RULES.iter().filter(used).copied());
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).expect("JSON"));
}

#[test]
fn ten_thousand_lines_are_placed_by_their_index_and_shown_as_in_a_small_file() {
    let filler = "# a line of no meaning\n".repeat(10_000);
    let found =
        compile(&Sources::one("t.yaml", format!("{filler}{FLOW}").as_bytes()), &Facts::default());
    let small = compile(&Sources::one("t.yaml", FLOW.as_bytes()), &Facts::default());
    let shown = found.diagnostics.render_all(Format::Short);
    assert!(shown.starts_with("t.yaml:10009:"), "{shown}");
    let plain = Format::Human { color: false };
    let marks = |text: String| text.matches('^').count();
    assert_eq!(
        marks(found.diagnostics.render_all(plain)),
        marks(small.diagnostics.render_all(plain))
    );
}
