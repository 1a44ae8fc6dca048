//! The program as its users run it: arguments and standard input in, text and exit code out.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

#[path = "cli/check.rs"]
mod check;
#[path = "cli/new.rs"]
mod new;

/// Runs the program in the project's folder with a script on standard input.
fn sambung(arguments: &[&str], script: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sambung"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("SAMBUNG_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(script.as_bytes()).expect("the program reads its script");
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

fn call(flow: &str, script: &str) -> String {
    let at = "2026-03-04 10:00 Asia/Jakarta";
    let output = sambung(&["call", flow, "--at", at, "--caller", "+6281100001111"], script);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).expect("text");
    // A flow's hash changes with every word of its prompts.
    let shown = text.lines().map(|line| match line.split_once("\"flow_hash\": ") {
        Some((indent, _)) => format!("{indent}\"flow_hash\": …\n"),
        None => format!("{line}\n"),
    });
    shown.collect()
}

#[test]
fn a_scripted_call_ends_in_a_transfer_that_is_done() {
    insta::assert_snapshot!(call("flows/halo.yaml", "1\njam buka\n0\n"));
}

#[test]
fn one_person_plays_caller_and_agent() {
    let script = "2\n0\n\n/agent answer\n/agent hangup\n5\n";
    insta::assert_snapshot!(call("flows/toko.yaml", script));
}

#[test]
fn a_key_into_the_prompt_and_a_hang_up() {
    let script = "!1\n!9\n\n/agent answer\n/help\n/jump\n";
    insta::assert_snapshot!(call("flows/toko.yaml", script));
}

#[test]
fn the_same_script_gives_the_same_output() {
    let script = "1\n1\nberapa lama garansi\n\n\n";
    assert_eq!(call("flows/toko.yaml", script), call("flows/toko.yaml", script));
}

#[test]
fn what_cannot_be_called_is_said_on_standard_error() {
    for (arguments, code, said) in [
        (&["call", "flows/nothing.yaml"][..], 3, "failed to"),
        (&["call", "flows/halo.yaml", "--at", "someday"][..], 2, "2026-12-25 10:00"),
        (&["call", "flows"][..], 1, "no file with a `flow:`"),
        (&["call", "flows/halo.yaml", "--agents", "101"][..], 2, "0..=100"),
        (&["call"][..], 2, "Usage"),
    ] {
        let output = sambung(arguments, "");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "nothing was said: nothing is on standard output");
    }
}

#[test]
fn a_finding_is_explained_and_an_unknown_code_is_a_usage_fault() {
    let listed = sambung(&["explain"], "");
    let lines = String::from_utf8(listed.stdout).expect("text");
    for line in ["E0101  error    there is no node of this name", "N0304  note     `failed` is"] {
        assert!(lines.contains(line), "{line} in\n{lines}");
    }
    let one = sambung(&["explain", "E0101"], "");
    assert_eq!(one.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&one.stdout).starts_with("error[E0101]: there is no node"));
    let unknown = sambung(&["explain", "E010"], "");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `E"));
}

#[test]
fn a_flow_is_drawn_in_each_format_or_refused_with_the_reason() {
    for (format, begins) in [("mermaid", "flowchart"), ("dot", "digraph"), ("svg", "<svg ")] {
        let output = sambung(&["graph", "flows/toko.yaml", "--format", format], "");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{format}");
        assert!(text.starts_with(begins) && text.contains("nobody_there"), "{format}: {text}");
        let part = sambung(&["graph", "flows/toko.yaml", "--only=errors", "--format", format], "");
        let text = String::from_utf8_lossy(&part.stdout);
        assert!(text.contains("unstaffed") && !text.contains("bahasa inggris"), "{format}: {text}");
    }
    for (arguments, code, said) in [
        (&["graph", "flows/nothing.yaml"][..], 3, "failed to"),
        (&["graph", "flows"][..], 1, "no file with a `flow:`"),
        (&["graph", "flows/halo.yaml", "--format=png"][..], 2, "possible values"),
    ] {
        let output = sambung(arguments, "");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}

#[test]
fn the_flow_in_the_readme_has_no_fault() {
    let readme = include_str!("../README.md");
    let (_, after) = readme.split_once("```yaml\n").expect("the README shows a flow");
    let (flow, _) = after.split_once("```").expect("the block ends");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("halo.yaml");
    std::fs::write(&file, flow).expect("the flow is written");
    let output = sambung(&["check", "--deny", "warnings", &file.to_string_lossy()], "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
