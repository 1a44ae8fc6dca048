//! `sambung check` as its users run it: forms for other programs, certain fixes, watching.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::sambung;

const GOOD: &str = "sambung: 1\nflow: t\nlanguage: id\nstart: bye\nnodes:\n  bye: { hangup: Sampai jumpa lagi. }\n";
const BAD: &str =
    "sambung: 1\nflow: t\nlanguage: id\nstart: bye\nnodes:\n  bye: { hangup: daag }\n";

/// A file of its own, alone in a folder.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.yaml");
    fs::write(&path, text).expect("written");
    (folder, path)
}

#[test]
fn findings_are_json_sarif_and_workflow_commands() {
    let (_folder, path) = file(BAD);
    let path = path.to_string_lossy();
    let printed = |form: &str| {
        let output = sambung(&["check", "--format", form, &path], "");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).expect("text")
    };
    let json: Value = serde_json::from_str(&printed("json")).expect("JSON");
    let found = &json[0];
    assert_eq!((&found["code"], &found["level"]), (&"E0301".into(), &"error".into()));
    assert_eq!((&found["line"], &found["column"]), (&6.into(), &18.into()));
    let sarif: Value = serde_json::from_str(&printed("sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["results"][0]["ruleId"], "E0301");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    assert!(rules.iter().any(|rule| rule["id"] == "E0301"));
    let command = printed("github");
    assert!(command.starts_with("::error file=") && command.contains(",line=6,"), "{command}");
    assert!(command.contains(",title=E0301::there is no prompt named `daag`"), "{command}");

    fs::write(&*path, GOOD).expect("written");
    let clean = sambung(&["check", "--format", "json", &path], "");
    assert_eq!((clean.status.code(), &*clean.stdout), (Some(0), &b"[]\n"[..]));
}

#[test]
fn certain_fixes_are_applied_and_all_else_stays_byte_for_byte() {
    let before = "\u{feff}sambung: 1\r\nflow: t # no comment is touched\r\nlanguage: id\r\nstart: ask\r\n\
        commands:\r\n  #: repeat\r\nnodes:\r\n  ask:\r\n    menu: Tekan #1 untuk \u{e9}\r\n    choices:\r\n      \
        1: { goto: bye, words: [no] }\r\n    failed: bey\r\n  bye: { hangup: Sampai jumpa lagi. }\r\n";
    let after = before
        .replace("#: repeat", "\"#\": repeat")
        .replace("Tekan #1 untuk \u{e9}", "\"Tekan #1 untuk \u{e9}\"")
        .replace("[no]", "[\"no\"]");
    let (_folder, path) = file(before);
    let name = path.to_string_lossy();
    let output = sambung(&["check", "--fix", "--format", "short", &name], "");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(fs::read_to_string(&path).expect("a file"), after, "{told}");
    assert_eq!(told.matches(": fixed[W000").count(), 3, "{told}");
    let left = String::from_utf8_lossy(&output.stdout);
    assert!(left.contains("error[E0101]"), "a guess is not applied:\n{left}");
    assert_eq!(output.status.code(), Some(1));
    let again = sambung(&["check", "--fix", "--format", "short", &name], "");
    assert!(again.stderr.is_empty(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(fs::read_to_string(&path).expect("a file"), after);
}

#[test]
fn fixes_that_would_bring_errors_are_taken_back() {
    let text = GOOD.replace("nodes:\n", "#: an old note\nnodes:\n");
    let (folder, path) = file(&text);
    let output = sambung(&["check", "--fix", &path.to_string_lossy()], "");
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing changed"), "{output:?}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), text);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left over");
}

#[test]
fn text_that_a_comment_cuts_inside_brackets_is_left_to_a_person() {
    let text =
        GOOD.replace("{ hangup: Sampai jumpa lagi. }", "{ hangup: Sampai jumpa #lagi, }\n  }");
    let (_folder, path) = file(&text);
    let output = sambung(&["check", "--fix", "--format", "short", &path.to_string_lossy()], "");
    assert!(String::from_utf8_lossy(&output.stdout).contains("W0005"), "{output:?}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), text);
}

#[test]
fn the_day_can_be_given_and_must_be_one() {
    let output = sambung(&["check", "--at", "2026-13-01", "flows/halo.yaml"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2026-12-25"));
}

/// A program that watches, and its lines.
struct Watcher {
    child: Child,
    lines: Receiver<String>,
}

impl Watcher {
    /// The lines up to and with the separator of one run.
    fn run(&self) -> String {
        let mut lines = String::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("a line in time");
            lines.push_str(&line);
            lines.push('\n');
            if line.starts_with("---- ") {
                return lines;
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_watch_checks_again_on_every_change_and_ends_with_the_last_exit_code() {
    let (_folder, path) = file(BAD);
    let mut child = Command::new(env!("CARGO_BIN_EXE_sambung"))
        .args(["check", "--watch", "--format", "short"])
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (sender, lines) = channel();
    let stdout = child.stdout.take().expect("a pipe");
    std::thread::spawn(move || {
        BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|l| sender.send(l))
    });
    let mut watcher = Watcher { child, lines };
    let first = watcher.run();
    assert!(first.contains("error[E0301]") && first.contains("1 flow, 1 node: 1 error"), "{first}");
    fs::write(&path, GOOD).expect("written");
    let second = watcher.run();
    assert!(second.starts_with("---- ") && second.contains(": 0 errors"), "{second}");
    fs::remove_file(&path).expect("removed");
    assert!(watcher.run().contains("not checked"));
    fs::write(&path, BAD).expect("written");
    assert!(watcher.run().contains("1 error"));
    kill_process(Pid::from_child(&watcher.child), Signal::INT).expect("it runs");
    assert_eq!(watcher.child.wait().expect("it ends").code(), Some(1));
}
