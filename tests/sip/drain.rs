//! SIGTERM: no new calls, the current ones end by themselves, exit 0.

use std::time::Duration;

use super::calls::ending;
use crate::needs;
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::sound;

#[test]
fn a_server_told_to_end_takes_no_new_call_and_lets_the_current_one_finish() {
    needs!("a_server_told_to_end_takes_no_new_call_and_lets_the_current_one_finish", Sipp);
    let notice = sound::tone(600.0, 4_000);
    let mut server = Server::start(Project::new("notice").prompt("notice", &notice));
    let ear = Endpoint::open();
    let mut call =
        Sipp::calling("called_side_hangs_up", server.sip(), "100").media_to(ear.port()).start();
    ear.peer();
    server.terminate();
    Sipp::calling("is_turned_away", server.sip(), "100").run();
    call.finish();
    let status = server.wait(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0), "{}", server.log());

    let heard = sound::heard_millis(&ear.samples(), 600.0);
    assert!(heard >= 3_900, "the notice was cut off after {heard} ms");
    let record = server.record();
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
}

#[test]
fn a_caller_who_waits_when_the_server_is_told_to_end_still_reaches_an_agent() {
    needs!("a_caller_who_waits_when_the_server_is_told_to_end_still_reaches_an_agent", Sipp);
    let mut desk = Sipp::waiting("agent_answers").start();
    let address = format!("sip:sari@127.0.0.1:{}", desk.port());
    let ringing = Duration::from_secs(1);
    let mut server =
        Server::start(Project::new("straight").static_agent("sari", &address).ringing(ringing));
    let mut call = Sipp::calling("caller_hangs_up", server.sip(), "100")
        .talking(Duration::from_secs(1))
        .start();
    call.wait_for("SIP/2.0 180");
    server.terminate();
    call.finish();
    desk.finish();
    let status = server.wait(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert_eq!(server.record()["agent"], "sari");
}

#[test]
fn a_server_told_to_end_while_nobody_calls_ends_at_once() {
    let mut server = Server::start(Project::new("notice"));
    server.terminate();
    let status = server.wait(Duration::from_secs(5));
    assert_eq!(status.code(), Some(0), "{}", server.log());
}
