//! `sambung serve` as a process: from its start to its end, without any program that is not ours.

use node::Node;
use phone::Phone;
use sambung::runtime::Clock;
use sambung::time::Instant;

#[path = "serve/adapters.rs"]
mod adapters;
#[path = "serve/client.rs"]
mod client;
#[path = "serve/control.rs"]
mod control;
#[path = "serve/disk.rs"]
mod disk;
#[path = "serve/node.rs"]
mod node;
#[path = "serve/phone.rs"]
mod phone;
#[path = "serve/refused.rs"]
mod refused;
#[path = "serve/reload.rs"]
mod reload;
#[path = "serve/tickets.rs"]
mod tickets;
#[path = "support/toy.rs"]
mod toy;

/// A flow that asks a question and then waits for a long time.
const PATIENT: &str = "
sambung: 1
flow: patient
language: en
start: ask
nodes:
  ask:
    menu: Press one to end this call.
    timeout: 60s
    choices: { 1: bye }
    failed: bye
  bye: { hangup: Goodbye now. }
";

#[test]
fn a_node_drains_on_sigterm_and_ends_with_every_record_written() {
    let mut node = Node::start("limits: { drain: 60s }", PATIENT);
    let mut caller = Phone::calls(node.sip(), "100");
    caller.is_answered();
    node.signal("TERM");
    node.logs("Draining");

    let mut late = Phone::calls(node.sip(), "100");
    let refusal = late.final_response();
    assert!(refusal.starts_with("SIP/2.0 503 "), "{refusal}");
    assert!(refusal.contains("\r\nRetry-After: "), "{refusal}");
    assert!(node.is_running(), "a call is in progress");

    caller.hangs_up();
    assert_eq!(node.ends(), Some(0));
    let record = node.only_record();
    assert_eq!((&record["cause"], &record["ended_by"]), (&"normal".into(), &"caller".into()));
}

#[test]
fn when_the_time_to_drain_is_over_calls_end_with_a_bye() {
    let mut node = Node::start("limits: { drain: 500ms }", PATIENT);
    let mut caller = Phone::calls(node.sip(), "100");
    caller.is_answered();
    node.signal("INT");
    caller.is_hung_up_on();
    assert_eq!(node.ends(), Some(0));
    let record = node.only_record();
    assert_eq!((&record["cause"], &record["ended_by"]), (&"shutdown".into(), &"system".into()));
}

#[test]
fn a_second_signal_ends_everything_within_two_seconds() {
    let mut node = Node::start("limits: { drain: 60s }", PATIENT);
    let mut caller = Phone::calls(node.sip(), "100");
    caller.is_answered();
    node.signal("TERM");
    node.logs("Draining");
    let hurry = Clock::new();
    node.signal("TERM");
    assert_eq!(node.ends(), Some(0));
    assert!(hurry.now() < Instant::from_micros(2_000_000), "{}", hurry.now());
    let record = node.only_record();
    assert_eq!((&record["cause"], &record["ended_by"]), (&"shutdown".into(), &"system".into()));
}

#[test]
fn what_is_wrong_with_the_project_is_told_and_nothing_is_started() {
    let broken = PATIENT.replace("failed: bye", "failed: by");
    let (code, told) = Node::refuses_to_start(
        "limits: { calls: none }\nroutes: [{ to: 1, flow: patent }]",
        &broken,
    );
    assert_eq!(code, Some(3), "{told}");
    for fault in ["E0011", "sambung.yaml:", "E0101", "flows/patient.yaml:", "did you mean"] {
        assert!(told.contains(fault), "{fault} in\n{told}");
    }
}

#[test]
fn a_port_in_use_is_told() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound");
    let (code, told) = Node::refuses_to_start_on(&address.to_string(), PATIENT);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(&format!("error: failed to start udp:{address}: ")), "{told}");
    assert!(
        told.contains("note[N0312]"),
        "prompts without a sound are told before calls come: {told}"
    );
}
