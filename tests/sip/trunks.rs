//! Trunks for real: two nodes that are trunk and peer, SIPp as a carrier that asks for passwords, addresses that fail.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::{ports, wait};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The password of user 201 at the peer.
const PASSWORD: &str = "kopi-tubruk-201";
/// The password of user 6221 at SIPp.
const RAHASIA: &str = "rahasia-telko";

/// A node that calls `+62…` by a trunk of these lines.
fn node(trunk: &str, password: &str) -> Server {
    let mut project = Project::new("night").flow("keys").environment("TRUNK_TELKO", password);
    project.routes = "[ { trunk: telko, to: \"201\", flow: keys }, { default: night } ]".to_owned();
    project.more = format!(
        "transfers: {{ allow: [\"+62*\"] }}\ntrunks:\n  telko:\n    numbers: [\"+62*\"]\n{trunk}"
    );
    Server::start(project)
}

fn expect(server: &Server, text: &str) {
    wait::until(PATIENCE, text, || server.log().contains(text).then_some(()));
}

#[test]
fn two_nodes_are_trunk_and_peer() {
    needs!("two_nodes_are_trunk_and_peer", Sipp);
    let peer = Server::start(
        Project::new("keys").flow("straight").registering_agent("sari", "201", PASSWORD),
    );
    let node = node(
        &format!(
            "    address: \"sip:{}\"\n    register: {{ user: \"201\", password: {{ env: TRUNK_TELKO }} }}\n",
            peer.sip()
        ),
        PASSWORD,
    );
    expect(&node, "The trunk is registered.");
    // Out: a caller of the node is led to a number, which is the peer's.
    Sipp::calling("caller_hangs_up", node.sip(), "night").talking(Duration::from_secs(2)).run();
    let record = peer.record();
    assert_eq!(record["called"], "+62215550100", "{record}");
    assert_eq!(record["caller"], "***", "the trunk's own number is shown: {record}");
    let record = node.record();
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    // In: the peer rings its agent 201, whose phone is the node; only the route of the trunk leads to `keys`.
    Sipp::calling("caller_hangs_up", peer.sip(), "straight").talking(Duration::from_secs(3)).run();
    let records = node.records(2);
    let came = records.iter().find(|record| record["called"] == "201").expect("a call came in");
    assert_eq!(came["flow"], "keys", "{came}");
    assert_eq!(peer.records(2)[1]["agent"], "sari");
}

#[test]
fn a_carrier_that_asks_for_a_password_is_called() {
    needs!("a_carrier_that_asks_for_a_password_is_called", Sipp);
    let mut carrier = Sipp::waiting("trunk_challenges").start();
    let node = node(
        &format!(
            "    address: \"sip:127.0.0.1:{}\"\n    keepalive: never\n    \
             login: {{ user: \"6221\", password: {{ env: TRUNK_TELKO }} }}\n",
            carrier.port()
        ),
        RAHASIA,
    );
    Sipp::calling("caller_hangs_up", node.sip(), "night").talking(Duration::from_secs(2)).run();
    carrier.finish();
    let messages = carrier.messages();
    assert!(messages.contains("INVITE sip:+62215550100@127.0.0.1"), "{messages}");
    assert!(!messages.contains(RAHASIA) && !node.log().contains(RAHASIA), "no password in clear");
    let record = node.record();
    assert_eq!((steps(&record).len(), ending(&record)), (1, ("caller", "normal")), "{record}");
}

#[test]
fn a_carrier_is_registered_at_and_left() {
    needs!("a_carrier_is_registered_at_and_left", Sipp);
    let mut carrier = Sipp::waiting("registrar_challenges").start();
    let mut node = node(
        &format!(
            "    address: \"sip:127.0.0.1:{}\"\n    keepalive: never\n    \
             register: {{ user: \"6221\", password: {{ env: TRUNK_TELKO }}, expires: 1m }}\n",
            carrier.port()
        ),
        RAHASIA,
    );
    expect(&node, "The trunk is registered.");
    node.terminate();
    carrier.finish();
    assert!(carrier.messages().contains("Expires: 0"), "{}", carrier.messages());
    assert!(node.wait(PATIENCE).success());
}

#[test]
fn a_dead_address_is_passed_over() {
    needs!("a_dead_address_is_passed_over", Sipp);
    let mut carrier = Sipp::waiting("agent_answers").start();
    let dead = ports::one();
    let node = node(
        &format!(
            "    address: [\"sip:127.0.0.1:{dead}\", \"sip:127.0.0.1:{}\"]\n    keepalive: never\n",
            carrier.port()
        ),
        RAHASIA,
    );
    Sipp::calling("caller_hangs_up", node.sip(), "night").talking(Duration::from_secs(7)).run();
    carrier.finish();
    assert!(node.log().contains("The trunk does not answer."), "{}", node.log());
    let record = node.record();
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
}

#[test]
fn a_trunk_that_stops_answering_is_told_and_so_is_its_return() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    let node = node(&format!("    address: \"sip:{address}\"\n    keepalive: 5s\n"), RAHASIA);
    expect(&node, "The trunk does not answer.");
    wait::until(PATIENCE, "the trunk's return", || {
        answer_options(&socket);
        node.log().contains("The trunk answers again.").then_some(())
    });
}

/// Answers what has arrived.
fn answer_options(socket: &UdpSocket) {
    let mut buffer = [0; 4_096];
    socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a socket takes a time-out");
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let copied: String = request
            .lines()
            .filter(|line| {
                ["Via:", "From:", "Call-ID:", "CSeq:"].iter().any(|n| line.starts_with(n))
            })
            .map(|line| format!("{line}\r\n"))
            .collect();
        let to = request.lines().find(|line| line.starts_with("To:")).expect("a To");
        let answer = format!("SIP/2.0 200 OK\r\n{copied}{to};tag=1\r\nContent-Length: 0\r\n\r\n");
        socket.send_to(answer.as_bytes(), from).expect("loopback takes it");
    }
}
