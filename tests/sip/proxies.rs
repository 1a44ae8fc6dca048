//! Kamailio in front, as the README's recipe has it: calls, keys, registrations and hang-ups by its routes alone.

use std::time::Duration;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::kamailio::Kamailio;
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::{sound, wait};

const CALLER_HERTZ: f64 = 440.0;
const SARI_HERTZ: f64 = 1_000.0;
const PASSWORD_201: &str = "kopi-tubruk-201";
/// How long the two talk.
const TALK: Duration = Duration::from_millis(2_000);

/// A node behind a Kamailio.
fn behind(project: Project) -> (Server, Kamailio, std::net::SocketAddr) {
    let address = Kamailio::address();
    let server = Server::start(project);
    let kamailio = Kamailio::start(address, server.sip());
    (server, kamailio, address)
}

/// The messages that SIPp received, each with the line that tells when before it.
fn received(messages: &str) -> impl Iterator<Item = &str> {
    messages
        .split("-----------------------------------------------")
        .filter(|message| message.contains("message received"))
}

#[test]
fn a_caller_by_way_of_kamailio_presses_keys_and_is_hung_up_on() {
    needs!("a_caller_by_way_of_kamailio_presses_keys_and_is_hung_up_on", SippKeys, Kamailio);
    let (server, _kamailio, address) = behind(Project::new("keys"));
    let call =
        Sipp::calling("presses_keys", address, "100").talking(Duration::from_millis(1_500)).run();
    let record = server.record();
    assert_eq!(steps(&record), ["ask 1", "hours next", "ask 0", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
    let messages = call.messages();
    let bye = received(&messages).find(|message| message.contains("\nBYE ")).expect("a BYE came");
    assert!(bye.contains(&format!("Via: SIP/2.0/UDP {address}")), "by the proxy: {bye}");
}

#[test]
fn a_caller_by_way_of_kamailio_hangs_up() {
    needs!("a_caller_by_way_of_kamailio_hangs_up", Sipp, Kamailio);
    let (server, _kamailio, address) = behind(Project::new("keys"));
    let ear = Endpoint::open();
    Sipp::calling("caller_hangs_up", address, "100")
        .media_to(ear.port())
        .talking(Duration::from_millis(1_000))
        .run();
    assert_eq!(ending(&server.record()), ("caller", "normal"));
    assert!(sound::heard_millis(&ear.samples(), 600.0) >= 100, "the question is heard");
}

/// The agent registers through Kamailio and is rung by the Path of that registration.
fn talk_with_an_agent_behind(agent_hangs_up: bool) {
    let project = Project::new("service").registering_agent("sari", "201", PASSWORD_201);
    let (server, kamailio, address) = behind(project);
    let account = Account { user: "201", password: PASSWORD_201, registrar: address };
    let mut sari = Baresip::start(SARI_HERTZ, Answering::Auto, Some(&account));
    let mut caller = Baresip::start(CALLER_HERTZ, Answering::Manual, None);
    caller.dial(&kamailio.number("100"));
    caller.expect("CALL_ESTABLISHED");
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    assert!(server.log().contains(&format!("A call goes out. leg=0.2 to={address}")), "by Path");
    wait::pause(TALK);
    let (first, second) =
        if agent_hangs_up { (&mut sari, &mut caller) } else { (&mut caller, &mut sari) };
    first.hang_up();
    second.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    let by_agent = sound::heard_millis(&sari.heard(), CALLER_HERTZ);
    assert!(by_caller >= 1_400, "the caller heard {by_caller} ms of the agent");
    assert!(by_agent >= 1_400, "the agent heard {by_agent} ms of the caller");
    let record = server.record();
    let by = if agent_hangs_up { "system" } else { "caller" };
    assert_eq!((ending(&record), &record["agent"]), ((by, "normal"), &"sari".into()), "{record}");
}

#[test]
fn an_agent_behind_kamailio_talks_and_hangs_up() {
    needs!("an_agent_behind_kamailio_talks_and_hangs_up", Baresip, Kamailio);
    talk_with_an_agent_behind(true);
}

#[test]
fn a_caller_hangs_up_on_an_agent_behind_kamailio() {
    needs!("a_caller_hangs_up_on_an_agent_behind_kamailio", Baresip, Kamailio);
    talk_with_an_agent_behind(false);
}
