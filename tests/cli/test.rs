//! `sambung test` and `sambung report coverage` as their users run them, on a small project of their own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A desk that tells of orders, and its tests: one holds, two do not.
const FLOW: &str = include_str!("desk/desk.yaml");
const TESTS: &str = include_str!("desk/desk.test.yaml");

fn desk() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("flows")).expect("made");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("written");
    };
    write("sambung.yaml", "sambung: 1\n");
    write("flows/desk.yaml", FLOW);
    write("flows/desk.test.yaml", TESTS);
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sambung"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("SAMBUNG_LOG")
        .output()
        .expect("the program runs")
}

/// Exit code, standard output, standard error.
fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("an exit code");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    format!("exit {code}\n{out}----\n{err}")
}

#[test]
fn what_fails_is_told_with_the_call_so_far() {
    let folder = desk();
    insta::assert_snapshot!(told(&run(folder.path(), &["test", "--coverage"])));
}

#[test]
fn one_case_is_run_and_its_coverage_told_to_other_programs() {
    let folder = desk();
    let path = folder.path();
    let arguments = ["test", "flows/desk.test.yaml", "-k", "told", "--coverage=lcov"];
    insta::assert_snapshot!(told(&run(path, &arguments)));
    let junit = run(path, &["test", "flows/desk.yaml", "--junit", "results.xml"]);
    assert_eq!(junit.status.code(), Some(1));
    insta::assert_snapshot!("junit", fs::read_to_string(path.join("results.xml")).expect("read"));
}

#[test]
fn what_was_heard_is_written_into_the_file() {
    let folder = desk();
    let output = run(folder.path(), &["test", "--update"]);
    let file = fs::read_to_string(folder.path().join("flows/desk.test.yaml")).expect("read");
    insta::assert_snapshot!(format!("{}====\n{file}", told(&output)));
}

#[test]
fn nothing_to_run_and_nothing_to_read_are_told_apart() {
    let folder = desk();
    let path = folder.path();
    for (arguments, code, said) in [
        (&["test", "-k", "nobody"][..], 1, "error: there are no test cases whose name contains"),
        (&["test", "nowhere"], 3, "error: failed to read nowhere"),
        (&["test", "--coverage=pdf"], 2, "invalid value 'pdf'"),
    ] {
        let output = run(path, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
    let broken = TESTS.replace("hear: order_ask", "hear: order_aks");
    fs::write(path.join("flows/desk.test.yaml"), broken).expect("written");
    insta::assert_snapshot!(told(&run(path, &["test"])));
}

#[test]
fn live_calls_are_held_against_the_tests() {
    let folder = desk();
    let path = folder.path();
    let call = |script: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sambung"))
            .args(["call", "flows/desk.yaml", "--at", "2026-03-08 10:00 Asia/Jakarta"])
            .current_dir(path)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        std::io::Write::write_all(&mut stdin, script.as_bytes()).expect("written");
        drop(stdin);
        let output = child.wait_with_output().expect("the program ends");
        let text = String::from_utf8(output.stdout).expect("text");
        let record = text.get(text.find('{').expect("a record")..).expect("to the end");
        let record: serde_json::Value = serde_json::from_str(record).expect("one record");
        format!("{record}\n")
    };
    let closed = call("");
    let other = closed.replace("\"flow\":\"desk\"", "\"flow\":\"gone\"");
    let hash = closed.split("\"flow_hash\":\"").nth(1).and_then(|rest| rest.get(..16));
    let older = closed.replace(hash.expect("a hash"), "0123456789abcdef");
    let lines = [closed.as_str(), &closed, &other, &older, "no record\n"].concat();
    fs::write(path.join("records.jsonl"), lines).expect("written");
    let report = ["report", "coverage", "--records", "records.jsonl"];
    insta::assert_snapshot!(told(&run(path, &report)));
    let json = run(path, &[&report[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    let first = &json["flows"][0]["taken_and_not_tested"][0];
    assert_eq!((&first["node"], &first["outcome"]), (&"opening".into(), &"closed".into()));
    assert_eq!((&first["times"], &first["line"]), (&2.into(), &12.into()));
    assert_eq!(json["flows"][0]["calls_of_other_versions"], 1);
    assert_eq!((&json["calls_of_other_flows"], &json["unreadable_lines"]), (&1.into(), &1.into()));
}
