//! Single calls by SIPp: answered, keyed, given up, ended from either side, and their records.

use std::time::Duration;

use serde_json::Value;

use crate::needs;
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::sound;

/// The nodes of a record, each with its outcome.
pub(crate) fn steps(record: &Value) -> Vec<String> {
    let steps = record["steps"].as_array().expect("a record has steps");
    steps.iter().map(|step| format!("{} {}", text(&step["node"]), text(&step["outcome"]))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// Who ended a call and why.
pub(crate) fn ending(record: &Value) -> (&str, &str) {
    (text(&record["ended_by"]), text(&record["cause"]))
}

#[test]
fn options_are_answered() {
    needs!("options_are_answered", Sipp);
    let server = Server::start(Project::new("keys"));
    Sipp::calling("asks_options", server.sip(), "100").run();
    assert_eq!(server.records_so_far().len(), 0, "asking is no call");
}

#[test]
fn the_shipped_project_answers_at_both_its_numbers() {
    needs!("the_shipped_project_answers_at_both_its_numbers", Sipp, SippKeys);
    let server = Server::start(Project::shipped());
    let ear = Endpoint::open();
    // The shop greets before it looks at its opening hours, so this is the same at any time of the day.
    Sipp::calling("caller_hangs_up", server.sip(), "100")
        .media_to(ear.port())
        .talking(Duration::from_millis(1_500))
        .run();
    assert_eq!(steps(&server.record()), ["welcome -"]);
    let loud = ear.samples().iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
    assert!(loud > 800, "the greeting is heard: {loud} loud samples");

    Sipp::calling("presses_keys", server.sip(), "7").talking(Duration::from_secs(3)).run();
    let halo = server.records(2).remove(1);
    assert_eq!(halo["flow"], "halo", "{halo}");
    assert_eq!(steps(&halo)[..2], ["menu 1", "hours next"], "{halo}");
    assert_eq!(ending(&halo), ("system", "normal"), "{halo}");
}

#[test]
fn the_caller_presses_1_and_0() {
    needs!("the_caller_presses_1_and_0", SippKeys);
    let server = Server::start(Project::new("keys"));
    Sipp::calling("presses_keys", server.sip(), "100").talking(Duration::from_millis(1_500)).run();
    let record = server.record();
    assert_eq!(steps(&record), ["ask 1", "hours next", "ask 0", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
    assert_eq!((&record["called"], &record["flow"]), (&"100".into(), &"keys".into()));
    assert_eq!(record["caller"], "***678", "a number is personal");
    assert!(record["answered"].is_string(), "{record}");
}

#[test]
fn the_caller_hangs_up() {
    needs!("the_caller_hangs_up", Sipp);
    let long = sound::tone(600.0, 10_000);
    let server = Server::start(Project::new("notice").prompt("notice", &long));
    let ear = Endpoint::open();
    Sipp::calling("caller_hangs_up", server.sip(), "100")
        .media_to(ear.port())
        .talking(Duration::from_millis(1_500))
        .run();
    let record = server.record();
    assert_eq!(steps(&record), ["notice -"], "{record}");
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    let heard = record["ended_at"]["prompt_ms"].as_u64().expect("a prompt was playing");
    assert!((700..1_600).contains(&heard), "{heard} ms of the prompt were heard");
}

#[test]
fn the_flow_hangs_up() {
    needs!("the_flow_hangs_up", Sipp);
    let server = Server::start(Project::new("notice"));
    let ear = Endpoint::open();
    Sipp::calling("called_side_hangs_up", server.sip(), "100").media_to(ear.port()).run();
    let record = server.record();
    assert_eq!(steps(&record), ["notice next", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
}

#[test]
fn the_caller_gives_up_while_it_rings() {
    needs!("the_caller_gives_up_while_it_rings", Sipp);
    let server = Server::start(Project::new("keys").ringing(Duration::from_secs(5)));
    Sipp::calling("cancels", server.sip(), "100").talking(Duration::from_millis(500)).run();
    let record = server.record();
    assert_eq!(ending(&record), ("caller", "cancelled"), "{record}");
    assert_eq!(record["answered"], Value::Null, "{record}");
    assert_eq!(steps(&record), Vec::<String>::new(), "{record}");
}

/// RFC 3261 §13.3.1.4: the 200 is repeated from T1 up to T2 for 64·T1, then the call is ended with BYE.
#[test]
fn an_answer_that_is_never_acknowledged_is_repeated_and_then_taken_back() {
    needs!("an_answer_that_is_never_acknowledged_is_repeated_and_then_taken_back", Sipp);
    let server = Server::start(Project::new("keys"));
    let run = Sipp::calling("never_acknowledges", server.sip(), "100")
        .within(Duration::from_secs(45))
        .run();
    let received = run.messages();
    let answers = received.matches("SIP/2.0 200 OK").count();
    // One of them is our own answer to the BYE. After 0, 0.5, 1.5 and 3.5 s one every 4 s up to 31.5 s.
    assert!((10..=13).contains(&answers), "{answers} answers\n{received}");
    let record = server.record();
    assert_eq!(record["ended_by"], "system", "{record}");
}
