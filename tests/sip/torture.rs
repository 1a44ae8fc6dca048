//! The torture sets of `tests/torture` against a whole server with a call in progress.
//!
//! The messages name foreign addresses, and the server may well send something there: so the test runs once more by
//! itself in a network namespace where there is nothing but loopback. Where that cannot be had it stays where it is.

use std::net::{Ipv4Addr, UdpSocket};
use std::process::Command;
use std::time::Duration;

use super::calls::ending;
use crate::needs;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::torture::{self, Answer, Case};
use crate::support::{sound, wait};

/// Set in the namespace.
const INSIDE: &str = "SAMBUNG_TEST_NAMESPACE";
/// The ports that the topmost `Via` fields of the messages name.
const PORTS: [u16; 5] = [5060, 5050, 5070, 6050, 19_823];
/// How long an answer may take, and how long silence is listened to.
const PATIENCE: Duration = Duration::from_secs(2);
const SILENCE: Duration = Duration::from_millis(150);
/// Statuses that say that a message was not understood.
const NOT_UNDERSTOOD: [u16; 13] = [400, 405, 406, 413, 415, 416, 420, 481, 482, 483, 501, 505, 513];

#[test]
fn every_message_is_answered_as_asked_and_a_call_in_progress_is_unharmed() {
    const NAME: &str =
        "torture::every_message_is_answered_as_asked_and_a_call_in_progress_is_unharmed";
    needs!("every_message_is_answered_as_asked_and_a_call_in_progress_is_unharmed", Sipp);
    if std::env::var_os(INSIDE).is_none() && has_namespaces() {
        let this = std::env::current_exe().expect("the test has a program");
        let script = "ip link set lo up && exec \"$@\"";
        let mut again = Command::new("unshare");
        again.args(["-n", "sh", "-c", script, "sh"]).arg(this);
        again.args(["--exact", NAME, "--nocapture"]).env(INSIDE, "1");
        let status = again.status().expect("`unshare` runs");
        assert!(status.success(), "in the namespace: {status}");
        return;
    }
    let sockets: Vec<UdpSocket> = PORTS
        .iter()
        .filter_map(|port| UdpSocket::bind((Ipv4Addr::LOCALHOST, *port)).ok())
        .collect();
    if sockets.len() < PORTS.len() {
        eprintln!("SKIPPED: ports of the messages are taken, and there is no namespace");
        return;
    }
    let long = sound::tone(600.0, 30_000);
    let server = Server::start(Project::new("notice").prompt("notice", &long));
    let mut call = Sipp::calling("caller_hangs_up", server.sip(), "100")
        .talking(Duration::from_secs(6))
        .start();
    call.wait_for("ACK");
    let mut faults = Vec::new();
    for case in torture::all() {
        let status = ask(&sockets, &server, &case);
        faults.extend(fault(&case, status).map(|fault| format!("{}: {fault}", case.name)));
    }
    assert!(faults.is_empty(), "{}\n{}", faults.join("\n"), server.log());
    call.finish();
    let record = wait::until(PATIENCE, "the record of the call", || {
        server.records_so_far().into_iter().find(|record| record["caller"] == "***678")
    });
    assert_eq!(ending(&record), ("caller", "normal"));
}

fn has_namespaces() -> bool {
    let script = "ip link set lo up";
    let tried = Command::new("unshare").args(["-n", "sh", "-c", script]).output();
    tried.is_ok_and(|output| output.status.success())
}

/// Sends a message; the status of the answer to it, if there is one.
fn ask(sockets: &[UdpSocket], server: &Server, case: &Case) -> Option<u16> {
    let text = String::from_utf8_lossy(&case.bytes).into_owned();
    let named = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.trim().to_ascii_lowercase();
        matches!(&*name, "call-id" | "i").then(|| value.trim().to_owned())
    });
    let named = named.or_else(|| text.split("branch=").nth(1)?.lines().next().map(str::to_owned));
    let named = named.unwrap_or_default();
    sockets[0].send_to(&case.bytes, server.sip()).expect("loopback takes a datagram");
    let limit = if case.answer == Answer::Silence { SILENCE } else { PATIENCE };
    let start = wait::now();
    while start.elapsed() < limit {
        for socket in sockets {
            let mut buffer = [0; 16_384];
            socket.set_nonblocking(true).expect("a socket takes a flag");
            let Ok((length, _)) = socket.recv_from(&mut buffer) else { continue };
            let answer = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let status =
                answer.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)?.parse().ok());
            if answer.contains(&named) && status.is_some() {
                return status;
            }
        }
        wait::pause(Duration::from_millis(2));
    }
    None
}

fn fault(case: &Case, status: Option<u16>) -> Option<String> {
    let good = match (&case.answer, status) {
        (Answer::Accepted, Some(status)) => !NOT_UNDERSTOOD.contains(&status) && status != 500,
        (Answer::Silence, None) => true,
        (Answer::Status(wanted, _), Some(status)) => status == *wanted,
        (Answer::Accepted | Answer::Status(..), None) | (Answer::Silence, Some(_)) => false,
    };
    (!good).then(|| format!("{:?} wanted, {status:?} came", case.answer))
}
