//! Calls over TCP and TLS: SIPp, baresip and OpenSSL against sockets of both.

use std::process::Command;
use std::time::Duration;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip, Model, Way};
use crate::support::certificates::Authority;
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
/// New certificate files are used within this time.
const NEW_CERTIFICATE: Duration = Duration::from_secs(15);

/// A project that listens on TCP too.
fn with_tcp(mut project: Project) -> Project {
    project.listen = "\"udp:127.0.0.1:0\", \"tcp:127.0.0.1:0\"".to_owned();
    project
}

/// A project with a queue and its agent that listens on TLS too, by a certificate of `authority` for `name`.
fn with_tls(authority: &Authority, name: &str) -> Project {
    let mut project = Project::new("service").registering_agent("sari", "201", PASSWORD_201);
    project.listen = "\"udp:127.0.0.1:0\", \"tls:127.0.0.1:0\"".to_owned();
    project.sip.push_str(", tls: { certificate: tls/cert.pem, key: tls/key.pem }");
    authority.issue(name, &project.folder().join("tls"));
    project
}

/// The telephone of the agent, registered over `way`.
fn sari(server: &Server, way: Way<'_>) -> Baresip {
    let registrar = server.socket(name_of(way));
    let account = Account { user: "201", password: PASSWORD_201, registrar };
    let model = Model { way, ..Model::default() };
    Baresip::start_as(model, SARI_HERTZ, Answering::Auto, Some(&account))
}

/// A caller over `way` who has got as far as the menu.
fn caller(server: &Server, way: Way<'_>) -> Baresip {
    let model = Model { way, ..Model::default() };
    let mut caller = Baresip::start_as(model, CALLER_HERTZ, Answering::Manual, None);
    // It adds the transport of its account by itself.
    caller.dial(&format!("sip:100@{}", server.socket(name_of(way))));
    caller.expect("CALL_ESTABLISHED");
    caller
}

fn name_of(way: Way<'_>) -> &'static str {
    match way {
        Way::Udp => "udp",
        Way::Tcp => "tcp",
        Way::Tls { .. } => "tls",
    }
}

/// What each side heard of the other, in ms: the caller of the agent, the agent of the caller.
fn both_heard(caller: &Baresip, sari: &Baresip) -> (u32, u32) {
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    (by_caller, sound::heard_millis(&sari.heard(), CALLER_HERTZ))
}

#[test]
fn a_caller_over_tcp_presses_keys() {
    needs!("a_caller_over_tcp_presses_keys", SippKeys);
    let server = Server::start(with_tcp(Project::new("keys")));
    let pause = Duration::from_millis(1_500);
    let calling = || Sipp::calling("presses_keys", server.socket("tcp"), "100").talking(pause);
    let calls = [calling().by_tcp().run(), calling().by_tcp_each().run()];
    for call in &calls {
        assert!(call.messages().contains("Via: SIP/2.0/TCP"), "{}", call.messages());
    }
    for record in server.records(2) {
        assert_eq!(steps(&record), ["ask 1", "hours next", "ask 0", "goodbye hangup"], "{record}");
        assert_eq!(ending(&record), ("system", "normal"), "{record}");
    }
}

#[test]
fn the_shop_takes_keys_over_tcp() {
    needs!("the_shop_takes_keys_over_tcp", SippKeys);
    let server = Server::start(with_tcp(Project::shipped()));
    Sipp::calling("presses_keys", server.socket("tcp"), "7")
        .by_tcp()
        .talking(Duration::from_secs(3))
        .run();
    let record = server.record();
    assert_eq!(record["flow"], "halo", "{record}");
    assert_eq!(steps(&record)[..2], ["menu 1", "hours next"], "{record}");
}

/// Every connection carries several calls, one after the other and side by side.
#[test]
fn thirty_calls_share_one_connection() {
    needs!("thirty_calls_share_one_connection", Sipp);
    let server = Server::start(with_tcp(Project::new("keys").rtp_ports(80)));
    let ear = Endpoint::open();
    Sipp::calling("caller_hangs_up", server.socket("tcp"), "100")
        .by_tcp()
        .calls(30, 15, 15)
        .media_to(ear.port())
        .talking(Duration::from_millis(800))
        .run();
    for record in server.records(30) {
        assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    }
}

#[test]
fn caller_and_agent_talk_over_tcp_and_the_agent_hangs_up() {
    needs!("caller_and_agent_talk_over_tcp_and_the_agent_hangs_up", Baresip);
    let project = Project::new("service").registering_agent("sari", "201", PASSWORD_201);
    let server = Server::start(with_tcp(project));
    let mut sari = sari(&server, Way::Tcp);
    let mut caller = caller(&server, Way::Tcp);
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    sari.hang_up();
    caller.expect("CALL_CLOSED");
    let heard = both_heard(&caller, &sari);
    assert!(heard.0 >= 1_400 && heard.1 >= 1_400, "heard by caller and agent: {heard:?} ms");
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
}

#[test]
fn caller_and_agent_talk_over_tls_and_the_caller_hangs_up() {
    needs!("caller_and_agent_talk_over_tls_and_the_caller_hangs_up", Baresip);
    let authority = Authority::new();
    let root = authority.root();
    let server = Server::start(with_tls(&authority, "first"));
    let mut sari = sari(&server, Way::Tls { authority: &root });
    let mut caller = caller(&server, Way::Tls { authority: &root });
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    wait::pause(TALK);
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    let heard = both_heard(&caller, &sari);
    assert!(heard.0 >= 1_400 && heard.1 >= 1_400, "heard by caller and agent: {heard:?} ms");
    let record = server.record();
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    assert_eq!(record["agent"], "sari", "{record}");
}

/// What `openssl s_client` says of the server's TLS socket.
fn s_client(server: &Server, authority: &Authority, options: &[&str]) -> (bool, String) {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &server.socket("tls").to_string(), "-showcerts"]);
    command.arg("-CAfile").arg(authority.root()).args(["-verify_return_error"]).args(options);
    let output = command.stdin(std::process::Stdio::null()).output().expect("openssl starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn openssl_agrees_with_the_versions_and_the_chain() {
    needs!("openssl_agrees_with_the_versions_and_the_chain", Openssl);
    let authority = Authority::new();
    let server = Server::start(with_tls(&authority, "first"));
    for (option, version) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let (well, said) = s_client(&server, &authority, &[option]);
        assert!(well && said.contains("Verify return code: 0 (ok)"), "{option}: {said}");
        assert!(said.contains(&format!("New, {version}, Cipher is")), "{option}: {said}");
        assert_eq!(said.matches("-----BEGIN CERTIFICATE-----").count(), 2, "the chain: {said}");
    }
    // OpenSSL itself would not say so old a hello at a higher level.
    for old in ["-tls1_1", "-tls1"] {
        let (well, said) = s_client(&server, &authority, &[old, "-cipher", "ALL:@SECLEVEL=0"]);
        assert!(!well && said.contains("SSL alert number"), "{old}: {said}");
    }
}

#[test]
fn a_new_certificate_is_used_while_a_call_goes_on() {
    needs!("a_new_certificate_is_used_while_a_call_goes_on", Baresip, Openssl);
    let authority = Authority::new();
    let root = authority.root();
    let server = Server::start(with_tls(&authority, "first"));
    let shown = |name: &str| {
        let (well, said) = s_client(&server, &authority, &[]);
        well && said.contains(&format!("subject=CN = {name}"))
    };
    assert!(shown("first"), "the first certificate");
    let mut sari = sari(&server, Way::Tls { authority: &root });
    let mut caller = caller(&server, Way::Tls { authority: &root });
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");

    authority.issue("second", &server.path("tls"));
    let start = wait::now();
    wait::until(NEW_CERTIFICATE, "the new certificate", || shown("second").then_some(()));
    let (took, rest) = (start.elapsed(), Duration::from_millis(500));
    wait::pause(rest);
    assert!(!caller.has_seen("CALL_CLOSED") && !sari.has_seen("CALL_CLOSED"), "the call goes on");
    // The connections of before still carry requests both ways.
    sari.hang_up();
    caller.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    let talk = u32::try_from((took + rest).as_millis()).expect("seconds");
    assert!(by_caller + 600 >= talk, "the caller heard {by_caller} of {talk} ms of the agent");
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
}
