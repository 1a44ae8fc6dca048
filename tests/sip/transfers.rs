//! Agents on telephones of pjsua2 who hand their caller over, and those who may not.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::needs;
use crate::support::peers::python;
use crate::support::ports;
use crate::support::project::Project;
use crate::support::server::Server;

const PASSWORDS: [&str; 2] = ["kopi-tubruk-201", "teh-botol-sosro-202"];

/// Media ports of the three telephones.
const MEDIA_PORTS: u16 = 40;

/// Plays a scenario of `tests/sip/phones/desk.py` to its end, and gives the record of its call.
fn play(scenario: &str) -> Value {
    let project = Project::new("service")
        .registering_agent("sari", "201", PASSWORDS[0])
        .registering_agent("budi", "202", PASSWORDS[1]);
    let server = Server::start(project);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sip/phones/desk.py");
    let mut command = Command::new(python());
    command.arg(script).arg(scenario).arg(server.sip().to_string()).args(PASSWORDS);
    command.arg(ports::block(1).to_string()).arg(ports::block(MEDIA_PORTS).to_string());
    let played = command.output().expect("the telephones start");
    let said = String::from_utf8_lossy(&played.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(played.status.success(), "{scenario}:\n{said}{complaints}");
    server.record()
}

fn talks(record: &Value) -> Vec<&str> {
    let talks = record["talks"].as_array().expect("a record of talks");
    talks.iter().map(|talk| talk["agent"].as_str().unwrap_or("-")).collect()
}

#[test]
fn an_agent_sends_the_caller_to_a_colleague() {
    needs!("an_agent_sends_the_caller_to_a_colleague", Pjsua2);
    let record = play("blind");
    assert_eq!(talks(&record), ["sari", "budi"], "{record}");
    assert_eq!((&record["transfer"]["kind"], &record["agent"]), (&"blind".into(), &"budi".into()));
    for talk in record["talks"].as_array().expect("talks") {
        assert!(talk["quality"]["received"].as_u64().is_some_and(|n| n > 0), "{record}");
    }
}

#[test]
fn an_agent_asks_a_colleague_and_hands_the_caller_over() {
    needs!("an_agent_asks_a_colleague_and_hands_the_caller_over", Pjsua2);
    let record = play("attended");
    assert_eq!(talks(&record), ["sari", "budi"], "{record}");
    assert_eq!(record["transfer"]["kind"], "attended", "{record}");
    let hold = record["talks"][0]["hold_ms"].as_u64().expect("a number");
    assert!(hold >= 900, "the caller was on hold for {hold} ms while sari asked");
}

#[test]
fn a_caller_sends_nobody_anywhere() {
    needs!("a_caller_sends_nobody_anywhere", Pjsua2);
    let record = play("caller");
    assert_eq!((talks(&record), &record["transfer"]), (vec!["sari"], &Value::Null), "{record}");
}

#[test]
fn an_agent_sends_nobody_where_it_is_not_allowed() {
    needs!("an_agent_sends_nobody_where_it_is_not_allowed", Pjsua2);
    let record = play("refused");
    assert_eq!((talks(&record), &record["transfer"]), (vec!["sari"], &Value::Null), "{record}");
}
