//! `sambung report`: figures of a small made day, and what is said of a history that contradicts itself.

use std::fs;
use std::path::{Path, PathBuf};

use sambung::history::{Store as _, Write};
use sambung::storage::{Durability, SqliteStore};
use sambung::time::Wall;

use super::made::{Made, make};
use super::sambung;

const MADE: Made = Made { seed: 7, days: 1, calls_a_day: 420, agents: 3 };

/// A day of 420 calls and 3 agents, in a file of its own.
fn day(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    let mut text = String::new();
    make(MADE, &mut |entry| {
        text.push_str(&entry.to_line(true).expect("a line"));
        text.push('\n');
    });
    fs::write(&path, text).expect("writes");
    (folder, path)
}

const DAYS: [&str; 4] = ["--date", "2026-03-04", "--zone", "Asia/Jakarta"];

fn report(what: &[&str], history: &Path, more: &[&str]) -> (String, String, i32) {
    let history = history.to_str().expect("text");
    let arguments = [&["report"], what, &["--history", history], &DAYS, more].concat();
    let output = sambung(&arguments, "");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr), output.status.code().expect("it ends by itself"))
}

fn clean(what: &[&str], history: &Path, more: &[&str]) -> String {
    let (text, error, code) = report(what, history, more);
    assert_eq!((error.as_str(), code), ("", 0), "{what:?} {more:?}");
    text
}

#[test]
fn a_day_is_told_in_tables_that_fit_the_terminal() {
    let (_folder, path) = day("day.jsonl");
    let text = clean(&["day"], &path, &["--interval", "1h"]);
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{} characters: {line}", line.chars().count());
    }
    insta::assert_snapshot!("report_day", text);
    let indonesian = clean(&["queues"], &path, &["--language", "id", "--queue", "service"]);
    insta::assert_snapshot!("report_queues_indonesian", indonesian);
}

#[test]
fn figures_are_written_for_programs() {
    let (_folder, path) = day("day.jsonl");
    let csv = clean(&["intervals"], &path, &["--interval", "1h", "--format", "csv"]);
    insta::assert_snapshot!("report_intervals_csv", csv);
    let json = clean(&["survey"], &path, &["--format", "json"]);
    insta::assert_snapshot!("report_survey_json", json);
    let log = clean(&["queue-log"], &path, &[]);
    insta::assert_snapshot!("report_queue_log", first(&log, 30));
    for what in ["contacts", "offers", "talks", "states"] {
        let csv = clean(&["export", what], &path, &[]);
        insta::assert_snapshot!(format!("report_export_{what}"), first(&csv, 6));
    }
    let rows = clean(&["export", "history"], &path, &[]);
    let all = fs::read_to_string(&path).expect("reads");
    assert_eq!(rows.lines().count(), all.lines().count());
}

#[test]
fn a_number_leads_to_its_contacts() {
    let (_folder, path) = day("day.jsonl");
    let queues = clean(&["queues"], &path, &["--format", "json"]);
    let queues: serde_json::Value = serde_json::from_str(&queues).expect("JSON");
    let row = &queues["tables"][0]["rows"][0];
    for (why, field) in [("answered", "answered"), ("abandoned", "abandoned"), ("other", "other")] {
        let of = ["--why", why, "--queue", "service", "--format", "json"];
        let contacts = clean(&["contacts"], &path, &of);
        let contacts: serde_json::Value = serde_json::from_str(&contacts).expect("JSON");
        let count = contacts["rows"].as_array().expect("rows").len();
        assert_eq!(row[field].as_u64(), u64::try_from(count).ok(), "{why}");
    }
    let text = clean(&["contacts"], &path, &["--why", "abandoned", "--queue", "service"]);
    insta::assert_snapshot!("report_contacts", text);
}

#[test]
fn a_store_tells_the_same_as_the_lines_exported_from_it() {
    let (folder, _) = day("day.jsonl");
    let path = folder.path().join("sambung.db");
    let mut store = SqliteStore::open(&path, Durability::Normal).expect("opens");
    let mut writes = Vec::new();
    make(MADE, &mut |entry| {
        // The first row is the store's own.
        if entry.seq > 1 {
            writes.push(Write::Row(Box::new(entry.row.clone())));
        }
    });
    store.begin("1", Wall::from_unix_micros(1_772_580_000_000_000)).expect("begins");
    store.commit(&writes).expect("keeps");
    let from_store = |what: &[&str]| {
        let path = path.to_str().expect("text");
        let output = sambung(&[&["report"], what, &["--store", path], &DAYS].concat(), "");
        (String::from_utf8(output.stdout).expect("text"), output.status.code())
    };
    let (rows, code) = from_store(&["export", "history"]);
    assert_eq!(code, Some(0));
    assert!(rows.lines().count() > 2_000, "{}", rows.lines().count());
    let lines = folder.path().join("lines.jsonl");
    fs::write(&lines, rows).expect("writes");
    let (text, _, code) = report(&["day"], &lines, &[]);
    assert_eq!(from_store(&["day"]), (text, Some(code)));
    let missing = sambung(&["report", "day", "--store", "/nowhere/sambung.db"], "");
    assert_eq!(missing.status.code(), Some(3));
}

#[test]
fn a_page_needs_nothing_else() {
    let (folder, path) = day("day.jsonl");
    for language in ["en", "id"] {
        let file = folder.path().join("day.html");
        let to =
            ["--interval", "1h", "--language", language, "--html", file.to_str().expect("text")];
        assert_eq!(clean(&["day"], &path, &to), "");
        let page = fs::read_to_string(&file).expect("reads");
        assert!(!page.contains("http") && !page.contains("<script"), "self-contained");
        assert_eq!(page.matches("<svg").count(), 4);
        assert_eq!(page.matches("<svg").count(), page.matches("<desc").count());
        for (open, close) in [("<g>", "</g>"), ("<table", "</table>"), ("<section", "</section>")] {
            assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
        }
        insta::assert_snapshot!(format!("report_page_{language}"), page);
    }
}

#[test]
fn a_history_that_contradicts_itself_is_told_loudly() {
    let (folder, path) = day("day.jsonl");
    let text = fs::read_to_string(&path).expect("reads");
    let without: Vec<&str> = text.lines().filter(|line| !line.contains("\"left\"")).collect();
    let other = folder.path().join("other.jsonl");
    fs::write(&other, without.join("\n")).expect("writes");
    let (_, error, code) = report(&["queues"], &other, &[]);
    assert_eq!(code, 1);
    assert!(error.contains("the history contradicts itself"), "{error}");
    fs::write(&other, "{}\n").expect("writes");
    let (_, error, code) = report(&["queues"], &other, &[]);
    assert_eq!(code, 3);
    assert!(error.contains("line 1 is no row of a history"), "{error}");
}

#[test]
fn agents_are_reckoned_for_a_load() {
    let staffing = |more: &[&str]| {
        let load = ["report", "staffing", "--calls", "360", "--aht", "240s"];
        let output = sambung(&[&load, more].concat(), "");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    insta::assert_snapshot!("report_staffing", staffing(&["--shrinkage", "30%"]));
    let patience = ["--patience", "120s", "--target", "80/20"];
    insta::assert_snapshot!("report_staffing_patience", staffing(&patience));
    let output = sambung(&["report", "staffing", "--calls", "1", "--aht", "0s"], "");
    assert_eq!(output.status.code(), Some(2));
}

/// A day of 420 calls of which 302 stood in line: the agents that it would have needed, hour by hour.
#[test]
fn agents_are_reckoned_for_the_load_of_past_days() {
    let (_folder, path) = day("day.jsonl");
    let load = ["--interval", "1h", "--shrinkage", "30%"];
    let text = clean(&["staffing"], &path, &load);
    insta::assert_snapshot!("report_staffing_day", text);
    let json = clean(&["staffing"], &path, &[&load[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let hours = json["rows"].as_array().expect("rows");
    let came: f64 = hours.iter().filter_map(|row| row["arrivals"].as_f64()).sum();
    assert!((came - 302.0).abs() < 1e-6, "{came}");
    for row in hours {
        let value = |field: &str| row[field].as_f64().expect(field);
        assert!((value("erlangs") - value("arrivals") * value("aht") / 3_600.0).abs() < 1e-3);
        assert!(value("level") >= 0.8 && value("agents_n") > value("erlangs"), "{row}");
    }
    let output = sambung(&["report", "staffing", "--calls", "1"], "");
    assert_eq!(output.status.code(), Some(2), "calls without a handle time");
}

/// The first lines of a text.
fn first(text: &str, lines: usize) -> String {
    text.lines().take(lines).map(|line| format!("{line}\n")).collect()
}
