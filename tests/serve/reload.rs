//! The project changes while the node runs.

use sambung::history::{Fact, Filter, MAX_PAGE, Position};
use sambung::storage::SqliteReader;

use crate::PATIENT;
use crate::node::Node;
use crate::phone::Phone;

const FLOW: &str = "flows/patient.yaml";

/// Calls, waits for the answer, and gives the call back in progress.
fn answered(node: &Node) -> Phone {
    let mut caller = Phone::calls(node.sip(), "100");
    caller.is_answered();
    caller
}

#[test]
fn new_calls_follow_the_new_project_and_live_ones_the_one_they_began_with() {
    let mut node = Node::start("", PATIENT);
    let mut before = answered(&node);
    node.writes(FLOW, &PATIENT.replace("Press one", "Please press one"));
    node.signal("HUP");
    let reloaded = node.logs("Reloaded");
    assert_eq!(reloaded["changed"], "patient");
    let mut after = answered(&node);
    after.hangs_up();
    before.hangs_up();
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    let records = node.records();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record["cause"] == "normal"), "{records:?}");
    assert_ne!(records[0]["flow_hash"], records[1]["flow_hash"]);
    let reader = SqliteReader::open(&node.path("sambung.db")).expect("opens");
    let filter = Filter { kinds: vec!["config_changed"], ..Filter::default() };
    let told = reader.entries(Position::default(), &filter, MAX_PAGE).expect("reads");
    let [Fact::ConfigChanged { revision, what }] =
        &told.iter().map(|e| e.row.fact.clone()).collect::<Vec<_>>()[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((revision.len(), &**what), (64, "patient"));
}

#[test]
fn a_broken_file_is_told_and_the_project_before_stays() {
    let mut node = Node::start("", PATIENT);
    answered(&node).hangs_up();
    node.writes(FLOW, &PATIENT.replace("failed: bye", "failed: by"));
    node.signal("HUP");
    let told = node.logs("An error in the project.");
    assert_eq!((&told["code"], &told["at"]), (&"E0101".into(), &"flows/patient.yaml:11:13".into()));
    assert_eq!(node.logs("The project has errors")["errors"], 1);
    answered(&node).hangs_up();
    node.writes(FLOW, PATIENT);
    node.signal("HUP");
    node.logs("The project is unchanged.");
    answered(&node).hangs_up();
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    let records = node.records();
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record["flow_hash"] == records[0]["flow_hash"]));
}

#[test]
fn what_cannot_change_live_is_told_and_the_rest_is_taken_over() {
    let mut node = Node::start("limits: { drain: 60s }", PATIENT);
    let settings = node.reads("sambung.yaml").replace("drain: 60s", "drain: 50s");
    node.writes("sambung.yaml", &settings.replace("default: patient", "default: other"));
    node.writes("flows/other.yaml", &PATIENT.replace("flow: patient", "flow: other"));
    node.signal("HUP");
    assert_eq!(node.logs("This change needs a restart.")["item"], "limits");
    assert_eq!(node.logs("Reloaded")["changed"], "other");
    answered(&node).hangs_up();
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    assert_eq!(node.only_record()["flow"], "other");
}

#[test]
fn a_node_that_watches_needs_no_signal() {
    let mut node = Node::start_with(&["--watch"], "", PATIENT);
    node.writes(FLOW, &PATIENT.replace("Goodbye now.", "Goodbye then."));
    assert_eq!(node.logs("Reloaded")["changed"], "patient");
    std::fs::remove_file(node.path(FLOW)).expect("removed");
    node.logs("An error in the project.");
    answered(&node).hangs_up();
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
}

#[test]
fn new_recordings_are_read_without_a_restart() {
    let mut node = Node::start("", PATIENT);
    node.writes("audio/en/patient/noise.wav", "this is no sound");
    node.signal("HUP");
    let told = node.logs("A sound cannot be played");
    assert_eq!(told["sound"], "en/patient/noise.wav");
    node.logs("Reloaded");
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
}
