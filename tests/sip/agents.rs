//! A caller and agents on baresip telephones: who reaches whom, what both hear, and every way it ends.

use std::time::Duration;

use serde_json::Value;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::{sound, wait};

/// The voices, as tones that have no overtone in common.
const CALLER_HERTZ: f64 = 440.0;
const SARI_HERTZ: f64 = 1_000.0;
const BUDI_HERTZ: f64 = 1_700.0;

const PASSWORD_201: &str = "kopi-tubruk-201";

/// How long the two talk.
const TALK: Duration = Duration::from_millis(2_000);

fn with_sari() -> Project {
    Project::new("service").registering_agent("sari", "201", PASSWORD_201)
}

/// The telephone of the agent who registers.
fn sari(server: &Server, answering: Answering) -> Baresip {
    let account = Account { user: "201", password: PASSWORD_201, registrar: server.sip() };
    Baresip::start(SARI_HERTZ, answering, Some(&account))
}

/// A caller who has got as far as the menu.
fn caller(server: &Server) -> Baresip {
    let mut caller = Baresip::start(CALLER_HERTZ, Answering::Manual, None);
    caller.dial(&server.number("100"));
    caller.expect("CALL_ESTABLISHED");
    caller
}

/// The offers of a record: who, and how it ended.
pub(crate) fn offers(record: &Value) -> Vec<String> {
    let offers = record["queue"]["offers"].as_array().expect("a record of a queue has offers");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    offers.iter().map(|offer| text(&offer["agent"]) + " " + &text(&offer["result"])).collect()
}

#[test]
fn caller_and_agent_hear_each_other_and_the_agent_hangs_up() {
    needs!("caller_and_agent_hear_each_other_and_the_agent_hangs_up", Baresip);
    let server = Server::start(with_sari());
    let mut sari = sari(&server, Answering::Auto);
    let mut caller = caller(&server);
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    // While they talk, a key is the agent's affair.
    caller.press("5");
    assert_eq!(sari.expect("CALL_DTMF_START")["param"], "5");
    sari.hang_up();
    // After the agent the flow says goodbye and ends the call.
    caller.expect("CALL_CLOSED");

    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    let by_agent = sound::heard_millis(&sari.heard(), CALLER_HERTZ);
    assert!(by_caller >= 1_400, "the caller heard {by_caller} ms of the agent");
    assert!(by_agent >= 1_400, "the agent heard {by_agent} ms of the caller");

    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
    assert_eq!((offers(&record), &record["agent"]), (vec!["sari answered".into()], &"sari".into()));
    let talk = record["talk_ms"].as_u64().expect("a number");
    assert!((1_700..4_000).contains(&talk), "they talked {talk} ms");
}

#[test]
fn the_caller_hangs_up_on_the_agent() {
    needs!("the_caller_hangs_up_on_the_agent", Baresip);
    let server = Server::start(with_sari());
    let mut sari = sari(&server, Answering::Auto);
    let mut caller = caller(&server);
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent -"], "{record}");
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    assert_eq!(offers(&record), ["sari answered"]);
}

#[test]
fn an_agent_puts_the_caller_on_hold_and_takes_them_back() {
    needs!("an_agent_puts_the_caller_on_hold_and_takes_them_back", Baresip);
    let server = Server::start(with_sari());
    let mut sari = sari(&server, Answering::Auto);
    let mut caller = caller(&server);
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    sari.hold();
    wait::pause(TALK);
    sari.resume();
    wait::pause(TALK);
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    assert!(
        (2_800..4_600).contains(&by_caller),
        "the caller heard {by_caller} ms of the agent, who spoke before and after the hold"
    );
    let record = server.record();
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    assert_eq!(offers(&record), ["sari answered"]);
}

#[test]
fn the_caller_gives_up_in_the_queue_and_the_agent_stops_ringing() {
    needs!("the_caller_gives_up_in_the_queue_and_the_agent_stops_ringing", Baresip);
    let server = Server::start(with_sari());
    let mut sari = sari(&server, Answering::Manual);
    let mut caller = caller(&server);
    caller.press("0");
    sari.expect("CALL_INCOMING");
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    assert!(!sari.has_seen("CALL_ESTABLISHED"));
    let record = server.record();
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    assert_eq!(offers(&record), ["sari cancelled"]);
    assert_eq!(record["agent"], Value::Null, "{record}");
}

/// Budi has been ready since the start and is rung first, Sari has come later and is the next one.
#[test]
fn a_busy_agent_is_passed_over_and_the_next_one_is_rung() {
    needs!("a_busy_agent_is_passed_over_and_the_next_one_is_rung", Baresip);
    let mut budi = Baresip::start(BUDI_HERTZ, Answering::Manual, None);
    let server = Server::start(with_sari().static_agent("budi", &budi.address()));
    let mut sari = sari(&server, Answering::Auto);
    let mut caller = caller(&server);
    caller.press("0");
    budi.expect("CALL_INCOMING");
    budi.hang_up();
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    assert!(by_caller >= 1_400, "the caller heard {by_caller} ms of the second agent");
    let record = server.record();
    assert_eq!(offers(&record), ["budi busy", "sari answered"]);
    assert_eq!(record["agent"], "sari");
}

#[test]
fn an_agent_who_does_not_answer_is_given_up_and_the_next_one_is_rung() {
    needs!("an_agent_who_does_not_answer_is_given_up_and_the_next_one_is_rung", Baresip);
    let mut budi = Baresip::start(BUDI_HERTZ, Answering::Manual, None);
    let server = Server::start(with_sari().static_agent("budi", &budi.address()));
    let mut sari = sari(&server, Answering::Auto);
    let mut caller = caller(&server);
    caller.press("0");
    budi.expect("CALL_INCOMING");
    budi.expect("CALL_CLOSED");
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    sari.hang_up();
    caller.expect("CALL_CLOSED");
    let by_agent = sound::heard_millis(&sari.heard(), CALLER_HERTZ);
    assert!(by_agent >= 1_400, "the second agent heard {by_agent} ms of the caller");
    let record = server.record();
    assert_eq!(offers(&record), ["budi no_answer", "sari answered"]);
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
}

#[test]
fn the_agents_telephone_is_told_what_it_is_about() {
    needs!("the_agents_telephone_is_told_what_it_is_about", Sipp);
    let mut desk = Sipp::waiting("agent_answers").start();
    let address = format!("sip:sari@127.0.0.1:{}", desk.port());
    let server = Server::start(Project::new("told").static_agent("sari", &address));
    let ear = Endpoint::open();
    Sipp::calling("caller_hangs_up", server.sip(), "100")
        .media_to(ear.port())
        .talking(Duration::from_secs(1))
        .run();
    desk.finish();
    let invite = desk.messages();
    assert!(invite.contains("From: \"service"), "the queue is shown\n{invite}");
    // RFC 7433: `topic=delivery` in hexadecimal after the protocol discriminator.
    let topic = "User-to-User: 00746f7069633d64656c6976657279;encoding=hex";
    assert!(invite.contains(topic), "what is personal stays away from an open line\n{invite}");
}

#[test]
fn a_telephone_with_a_wrong_password_does_not_become_an_agent() {
    needs!("a_telephone_with_a_wrong_password_does_not_become_an_agent", Baresip);
    let server = Server::start(with_sari());
    let account = Account { user: "201", password: "kopi-susu-201", registrar: server.sip() };
    let mut stranger = Baresip::start_unregistered(SARI_HERTZ, Answering::Auto, &account);
    stranger.expect("REGISTER_FAIL");
    let mut caller = caller(&server);
    caller.press("0");
    caller.expect("CALL_CLOSED");
    assert!(!stranger.has_seen("CALL_INCOMING"));
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent unstaffed", "goodbye hangup"], "{record}");
}
