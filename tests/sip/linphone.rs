//! Linphone's console telephone as a caller and as an agent.

use std::time::Duration;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::linphone::Linphone;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::{sound, wait};

const CALLER_HERTZ: f64 = 440.0;
const SARI_HERTZ: f64 = 1_000.0;
const PASSWORD_201: &str = "kopi-tubruk-201";

#[test]
fn a_linphone_caller_hears_prompts_and_presses_keys() {
    needs!("a_linphone_caller_hears_prompts_and_presses_keys", Linphone);
    let question = sound::tone(600.0, 3_000);
    let server = Server::start(Project::new("keys").prompt("ask", &question));
    let mut phone = Linphone::start(None);
    phone.type_in(&format!("call {}", server.number("100")));
    phone.expect("Media streams established");
    phone.record();
    phone.speak(CALLER_HERTZ);
    wait::pause(Duration::from_millis(2_000));
    phone.type_in("1");
    wait::pause(Duration::from_millis(1_500));
    phone.type_in("0");
    phone.expect("ended");
    let record = server.record();
    assert_eq!(steps(&record), ["ask 1", "hours next", "ask 0", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
    let heard = sound::heard_millis(&phone.heard(), 600.0);
    assert!(heard >= 1_500, "{heard} ms of the prompts were heard");
}

#[test]
fn a_linphone_agent_talks_and_hangs_up() {
    needs!("a_linphone_agent_talks_and_hangs_up", Linphone, Baresip);
    let project = Project::new("service").registering_agent("sari", "201", PASSWORD_201);
    let server = Server::start(project);
    let account = Account { user: "201", password: PASSWORD_201, registrar: server.sip() };
    let mut sari = Linphone::start(Some(&account));
    let registered = "A phone changed. user=201 reachable=true";
    wait::until(Duration::from_secs(10), registered, || {
        server.log().contains(registered).then_some(())
    });
    let mut caller = Baresip::start(CALLER_HERTZ, Answering::Manual, None);
    caller.dial(&server.number("100"));
    caller.expect("CALL_ESTABLISHED");
    caller.press("0");
    sari.expect("Media streams established");
    sari.record();
    sari.speak(SARI_HERTZ);
    wait::pause(Duration::from_millis(2_500));
    sari.type_in("terminate");
    caller.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    assert!(by_caller >= 1_000, "the caller heard {by_caller} ms of the agent");
    let by_agent = sound::heard_millis(&sari.heard(), CALLER_HERTZ);
    assert!(by_agent >= 1_000, "the agent heard {by_agent} ms of the caller");
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
    assert_eq!(record["agent"], "sari", "{record}");
}
