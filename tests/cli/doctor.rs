//! `sambung doctor` as its users run it.

use std::fs;
use std::net::UdpSocket;

use crate::sambung;

/// Runs it on a project with this configuration; returns its exit code and what it said.
fn doctor(config: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sambung.yaml");
    fs::write(&file, config).expect("written");
    let path = file.to_str().expect("plain");
    let done = sambung(&[&["doctor", "--config", path][..], arguments].concat(), "");
    let told = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (done.status.code(), told.concat())
}

#[test]
fn what_must_be_mended_is_told_with_the_way_out() {
    let taken = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port();
    let config = format!(
        "sambung: 1\nsip: {{ listen: [\"udp:127.0.0.1:{port}\", \"udp:192.0.2.1:5060\"] }}\n\
         rtp: {{ ports: 40000-40099 }}\n\
         agents: {{ sari: {{ user: \"201\", password: {{ env: NOBODY_SET_THIS }} }} }}\n"
    );
    let (code, told) = doctor(&config, &["--offline"]);
    assert_eq!(code, Some(1), "{told}");
    for part in [
        &format!("note  udp:127.0.0.1:{port}: in use"),
        "MEND  udp:192.0.2.1:5060: cannot be had",
        "note  RTP ports 40000-40099: enough for 25 bridged calls, not for 1000",
        "MEND  agent `sari`: left out",
        "open files: 1000 calls take up to",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn a_gateway_that_does_not_answer_is_told() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("bound").port();
    let config = format!(
        "sambung: 1\nsip: {{ listen: [\"udp:127.0.0.1:0\"] }}\n\
         transfers: {{ allow: [\"+62215550100\"], via: \"sip:127.0.0.1:{port}\" }}\n"
    );
    let (code, told) = doctor(&config, &["--quiet"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("does not answer"), "{told}");
    assert!(!told.contains("ok  "), "{told}");
    let (code, told) = doctor("sambung: 1\nsip: { listen: [5060] }\n", &[]);
    assert_eq!(code, Some(3), "{told}");
}
