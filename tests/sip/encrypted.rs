//! Telephones of libsrtp: audio and keys that only the two sides of a line can read.

use std::time::Duration;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::{sound, wait};

const CALLER_HERTZ: f64 = 440.0;
const SARI_HERTZ: f64 = 1_000.0;
const PASSWORD_201: &str = "kopi-tubruk-201";
/// How long the two talk.
const TALK: Duration = Duration::from_millis(2_000);

/// A project whose audio is encrypted as `srtp` says.
fn project(srtp: &str) -> Project {
    let mut project = Project::new("service").registering_agent("sari", "201", PASSWORD_201);
    project.rtp_more = format!(", srtp: {srtp}");
    project
}

/// The account of the agent's telephone.
fn account(server: &Server) -> Account {
    Account { user: "201", password: PASSWORD_201, registrar: server.sip() }
}

/// An encrypted caller who has come to the agent and has talked with them for [`TALK`].
fn talks_with(sari: &mut Baresip, server: &Server) -> Baresip {
    let mut caller = Baresip::start_encrypted(CALLER_HERTZ, Answering::Manual, None);
    caller.dial(&server.number("100"));
    caller.expect("CALL_ESTABLISHED");
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    caller
}

#[test]
fn caller_and_agent_hear_each_other_by_srtp() {
    needs!("caller_and_agent_hear_each_other_by_srtp", Baresip);
    let server = Server::start(project("required"));
    let mut sari = Baresip::start_encrypted(SARI_HERTZ, Answering::Auto, Some(&account(&server)));
    let mut caller = talks_with(&mut sari, &server);
    sari.hang_up();
    caller.expect("CALL_CLOSED");

    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    let by_agent = sound::heard_millis(&sari.heard(), CALLER_HERTZ);
    assert!(by_caller >= 1_400, "the caller heard {by_caller} ms of the agent");
    assert!(by_agent >= 1_400, "the agent heard {by_agent} ms of the caller");
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
}

#[test]
fn an_encrypted_caller_is_bridged_with_a_plain_agent() {
    needs!("an_encrypted_caller_is_bridged_with_a_plain_agent", Baresip);
    let server = Server::start(project("optional"));
    let mut sari = Baresip::start(SARI_HERTZ, Answering::Auto, Some(&account(&server)));
    let mut caller = talks_with(&mut sari, &server);
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    assert!(by_caller >= 1_400, "the caller heard {by_caller} ms of the agent");
    assert_eq!(ending(&server.record()), ("caller", "normal"));
}

#[test]
fn a_caller_without_encryption_is_refused_where_it_is_required() {
    needs!("a_caller_without_encryption_is_refused_where_it_is_required", Sipp);
    let server = Server::start(project("required"));
    Sipp::calling("plain_is_refused", server.sip(), "100").run();
    assert_eq!(server.records_so_far().len(), 0, "nothing was offered to a flow");
}
