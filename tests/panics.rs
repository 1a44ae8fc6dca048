//! A panic while something is done for one call ends that call alone, wherever it happens: in the user agent, the
//! adapter, a media thread or the session. Needs the feature `bugs`, which plants it.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::Duration;

use sambung::bug::{Place, arm};
use sambung::runtime::Clock;
use sambung::server::prepare;

#[path = "support"]
mod support {
    pub(crate) mod ports;
    pub(crate) mod wait;
}

use support::{ports, wait};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

const FLOW: &str = "sambung: 1\nflow: patient\nlanguage: id\nstart: ask\nnodes:\n  ask:\n    menu: ask\n    choices:\n      \
    1: { goto: ask }\n      0: { goto: bye }\n    failed: bye\n  bye: { hangup: bye }\nprompts:\n  \
    ask: { id: \"Satu atau nol?\" }\n  bye: { id: \"Selamat tinggal.\" }\n";

/// A phone in one call.
struct Phone {
    socket: UdpSocket,
    server: SocketAddr,
    to: String,
    sequence: u32,
}

impl Phone {
    /// Calls and is answered.
    fn calls(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket takes a limit");
        let mut phone = Self { socket, server, to: format!("<sip:100@{server}>"), sequence: 0 };
        // Without telephone-event, so that keys come by INFO.
        let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
        phone.sends("INVITE", "application/sdp", body);
        let answer = phone.receives(|text| text.starts_with("SIP/2.0 2"));
        let to = answer.lines().find_map(|line| line.strip_prefix("To: ")).expect("a To");
        to.clone_into(&mut phone.to);
        phone.sequence -= 1;
        phone.sends("ACK", "", "");
        phone
    }

    fn sends(&mut self, method: &str, kind: &str, body: &str) {
        self.sequence += 1;
        let (own, server, sequence) = (self.own(), self.server, self.sequence);
        let kind =
            if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let text = format!(
            "{method} sip:100@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{method}{sequence}{}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:caller@{own}>;tag=caller\r\nTo: {}\r\nCall-ID: {own}\r\n\
             CSeq: {sequence} {method}\r\nContact: <sip:caller@{own}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            own.port(),
            self.to,
            body.len()
        );
        self.socket.send_to(text.as_bytes(), server).expect("sent");
    }

    fn own(&self) -> SocketAddr {
        self.socket.local_addr().expect("it is bound")
    }

    fn receives(&self, wanted: impl Fn(&str) -> bool) -> String {
        let mut buffer = [0; 4_096];
        loop {
            let (length, _) = self.socket.recv_from(&mut buffer).expect("a message in time");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if wanted(&text) {
                return text;
            }
        }
    }

    /// Presses a key, hangs up, and is answered each time: the call was as it should be until then.
    fn leaves_well(mut self) {
        self.sends("INFO", "application/dtmf-relay", "Signal=1\r\nDuration=160\r\n");
        self.receives(|text| text.starts_with("SIP/2.0 200") && text.contains(" INFO\r\n"));
        self.sends("BYE", "", "");
        self.receives(|text| text.starts_with("SIP/2.0 200") && text.contains(" BYE\r\n"));
    }
}

/// Serves a project of its own until the test ends; where.
fn serve(folder: &Path) -> SocketAddr {
    let (sip, rtp) = (ports::one(), ports::block(40));
    let settings = format!(
        "sambung: 1\nanswer: {{ after: 0s }}\nsip: {{ listen: [\"udp:127.0.0.1:{sip}\"] }}\n\
         rtp: {{ ports: {rtp}-{}, threads: 1 }}\nroutes: [{{ default: patient }}]\n",
        rtp + 39
    );
    fs::create_dir_all(folder.join("flows")).expect("a folder");
    fs::write(folder.join("flows/patient.yaml"), FLOW).expect("written");
    let file = folder.join("sambung.yaml");
    fs::write(&file, settings).expect("written");
    let clock = Clock::new();
    let server = prepare(&file).expect("it can be read").server.expect("it has no errors");
    thread::spawn(move || server.run(clock, false).expect("it runs"));
    SocketAddr::from(([127, 0, 0, 1], sip))
}

fn records(folder: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(folder.join("records.jsonl")).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| text.split_at(end).0);
    whole.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_panic_ends_one_call_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(folder.path());
    // Until it listens, nobody is there.
    wait::until(PATIENCE, "the server to listen", || UdpSocket::bind(server).err());
    let mut calls = 0;
    let places = [Place::Session, Place::Adapter, Place::Media, Place::Agent];
    for (round, place) in (1..).zip(places) {
        let before = Phone::calls(server);
        let mut victim = Phone::calls(server);
        let after = Phone::calls(server);
        // Legs have odd numbers, dialogs all of them.
        let number = calls + 2;
        calls += 3;
        arm(place, if place == Place::Agent { number } else { 2 * number - 1 });
        victim.sends("INFO", "application/dtmf-relay", "Signal=1\r\nDuration=160\r\n");
        let told = |count| {
            wait::until(PATIENCE, &format!("{count} records, {place:?}"), || {
                Some(records(folder.path())).filter(|records| records.len() >= count)
            })
        };
        let ended = told(3 * round - 2);
        let cause = &ended.last().expect("one is there")["cause"];
        assert_eq!(cause, "internal_error", "{place:?}: {ended:?}");
        victim.receives(|text| text.starts_with("BYE "));
        if place == Place::Agent {
            victim.receives(|text| text.starts_with("SIP/2.0 500") && text.contains(" INFO\r\n"));
        }
        before.leaves_well();
        after.leaves_well();
        let all = told(3 * round);
        let well = all.iter().filter(|record| record["cause"] == "normal").count();
        assert_eq!((all.len(), well), (3 * round, 2 * round), "{place:?}: {all:?}");
    }
    Phone::calls(server).leaves_well();
}
