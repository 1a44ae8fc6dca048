//! Strangers who scan, guess and flood, from a loopback address that is on no list, while phones register and call.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::callers::{Callers, Plan};
use crate::form::{either, measured};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::{sound, wait};
use crate::system::memory_kb;

/// On no list.
const STRANGER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);
/// How long nothing must come back before that counts as no answer.
const SILENCE: Duration = Duration::from_millis(200);
/// By how much the program may grow under a flood, in kB.
const MAX_GROWTH_KB: u64 = 64 * 1_024;

/// A node that knows its callers by address and one agent by password.
fn server() -> Server {
    let tone = sound::tone(600.0, 30_000);
    let mut project = Project::new("notice")
        .rtp_ports(240)
        .prompt("notice", &tone)
        .flow("straight")
        .registering_agent("sari", "201", "kopi-tubruk-201");
    project.sip = "allow: [127.0.0.1]".to_owned();
    // What is told of each message must not be what is measured.
    Server::start(project.environment("SAMBUNG_LOG", "info"))
}

fn stranger() -> UdpSocket {
    let socket = UdpSocket::bind((STRANGER, 0)).expect("all of 127.0.0.0/8 is this machine");
    socket.set_read_timeout(Some(SILENCE)).expect("a socket takes a time-out");
    socket
}

fn request(method: &str, own: SocketAddr, number: usize, user: &str, extra: &str) -> String {
    format!(
        "{method} sip:{user}@sambung SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bKs{number}{method}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{user}@sambung>;tag=s{number}\r\nTo: <sip:{user}@sambung>\r\n\
         Call-ID: {number}.{method}@{own}\r\nCSeq: 1 {method}\r\nContact: <sip:{user}@{own}>\r\n{extra}Content-Length: 0\r\n\r\n"
    )
}

/// The answer to one request; `None` = there is none.
fn asks(socket: &UdpSocket, server: SocketAddr, text: &str) -> Option<String> {
    socket.send_to(text.as_bytes(), server).expect("loopback takes a datagram");
    let mut buffer = [0; 4_096];
    let (length, _) = socket.recv_from(&mut buffer).ok()?;
    Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
}

#[test]
fn scans_from_outside_the_lists_find_nothing() {
    let server = server();
    let socket = stranger();
    let own = socket.local_addr().expect("it is bound");
    let mut number = 0;
    for method in ["OPTIONS", "INVITE", "SUBSCRIBE", "MESSAGE", "PUBLISH", "NOTIFY", "REFER", "BYE"]
    {
        for extra in ["", "User-Agent: friendly-scanner\r\n"] {
            number += 1;
            let answer = asks(&socket, server.sip(), &request(method, own, number, "100", extra));
            assert_eq!(answer, None, "{method} {extra}");
        }
    }
    let scanner = "User-Agent: sipvicious\r\n";
    assert_eq!(asks(&socket, server.sip(), &request("REGISTER", own, 90, "201", scanner)), None);
    for junk in ["\r\n\r\n\0", "GET / HTTP/1.1\r\n\r\n", "INVITE sip:x SIP/2.0\r\nVia: x\r\n\r\n"] {
        assert_eq!(asks(&socket, server.sip(), junk), None, "{junk:?}");
    }
    // Whether there is such a user shows in nothing but numbers made anew.
    let challenges: Vec<String> = ["201", "999"]
        .iter()
        .enumerate()
        .map(|(n, user)| {
            let answer = asks(&socket, server.sip(), &request("REGISTER", own, 91 + n, user, ""));
            let answer = answer.expect("phones may register from anywhere").replace(user, "USER");
            answer.lines().filter(|line| !is_new_each_time(line)).collect::<Vec<_>>().join("\n")
        })
        .collect();
    assert!(challenges[0].starts_with("SIP/2.0 401"), "{}", challenges[0]);
    assert_eq!(challenges[0], challenges[1]);
}

/// Lines with tags, nonces and what was sent in.
fn is_new_each_time(line: &str) -> bool {
    ["WWW-Authenticate", "To:", "From:", "Via:", "Call-ID:"]
        .iter()
        .any(|name| line.starts_with(name))
}

/// A REGISTER with a guessed password, for the challenge in `answer`.
fn guess(answer: &str, own: SocketAddr, number: usize, user: &str, password: &str) -> String {
    let (_, nonce) = answer.split_once("nonce=\"").expect("a challenge");
    let nonce = nonce.split('"').next().unwrap_or_default();
    let hash = |text: String| -> String {
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let uri = format!("sip:{user}@sambung");
    let (ha1, ha2) = (hash(format!("{user}:sambung:{password}")), hash(format!("REGISTER:{uri}")));
    let response = hash(format!("{ha1}:{nonce}:00000001:xyz:auth:{ha2}"));
    let line = format!(
        "Authorization: Digest username=\"{user}\",realm=\"sambung\",nonce=\"{nonce}\",uri=\"{uri}\",\
         response=\"{response}\",algorithm=SHA-256,cnonce=\"xyz\",qop=auth,nc=00000001\r\n"
    );
    request("REGISTER", own, number, user, &line)
}

#[test]
fn passwords_and_users_cannot_be_guessed() {
    let server = server();
    let socket = stranger();
    let own = socket.local_addr().expect("it is bound");
    let tries = either(300, 10_000);
    let challenge = asks(&socket, server.sip(), &request("REGISTER", own, 0, "201", ""));
    let challenge = challenge.expect("the first try is answered");
    socket.set_read_timeout(Some(Duration::from_millis(1))).expect("a socket takes a time-out");
    let mut answers = 0;
    for number in 1..=tries {
        let password = format!("guess-{number}");
        let text = guess(&challenge, own, number, "201", &password);
        let answer = asks(&socket, server.sip(), &text);
        assert!(!answer.as_deref().is_some_and(|text| text.starts_with("SIP/2.0 200")), "let in");
        answers += usize::from(answer.is_some());
        wait::pause(Duration::from_millis(2));
    }
    measured("guesses at one password that were answered", &format!("{answers} of {tries}"), "5");
    assert!((1..=6).contains(&answers), "{answers} of {tries} guesses were answered");
    assert!(server.log().contains("A source was banned."), "an operator is told");
    assert!(!server.log().contains("guess-"), "no password is told");

    // The agent's own phone, elsewhere, registers all the same.
    let phone = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has room");
    phone.set_read_timeout(Some(Duration::from_secs(2))).expect("a socket takes a time-out");
    let own = phone.local_addr().expect("it is bound");
    let challenge = asks(&phone, server.sip(), &request("REGISTER", own, 0, "201", ""));
    let right = guess(&challenge.expect("a challenge"), own, 1, "201", "kopi-tubruk-201");
    let answer = asks(&phone, server.sip(), &right).expect("an answer");
    assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
}

#[test]
fn a_flood_from_one_source_is_banned_while_others_call() {
    let server = server();
    let seconds = either(6, 60);
    let before = memory_kb(&server);
    let plan = Plan {
        calls: 10 * seconds,
        per_second: 10,
        talk: Duration::from_millis(300),
        patience: Duration::from_secs(4),
        ..Plan::to(server.sip())
    };
    let ((sent, last_answer), outcomes) = thread::scope(|scope| {
        let flood = scope.spawn(|| flood(server.sip(), Duration::from_secs(seconds as u64)));
        let outcomes = Callers::at(Ipv4Addr::LOCALHOST, server.sip()).run(&plan);
        (flood.join().expect("a flood ends"), outcomes)
    });
    let good = outcomes.iter().filter(|outcome| outcome.answered.is_some()).count();
    let growth = memory_kb(&server).saturating_sub(before);
    let rate = sent / seconds;
    measured(
        &format!("time until a flood of {rate} a second was banned"),
        &format!("{} ms", last_answer.as_millis()),
        "2000 ms",
    );
    measured("calls of others set up meanwhile", &format!("{good} of {}", plan.calls), "99.9 %");
    measured("growth under the flood", &format!("{growth} kB"), "65536 kB");
    assert!(last_answer < Duration::from_secs(2), "answered for {last_answer:?}");
    assert!(good * 1_000 >= plan.calls * 999, "{good} of {} calls", plan.calls);
    assert!(growth < MAX_GROWTH_KB, "grew by {growth} kB");
}

/// Sends requests that cost most as fast as it goes; how many, and when the last answer came.
fn flood(server: SocketAddr, span: Duration) -> (usize, Duration) {
    let socket = UdpSocket::bind((STRANGER, 0)).expect("all of 127.0.0.0/8 is this machine");
    socket.set_nonblocking(true).expect("a socket takes a flag");
    let own = socket.local_addr().expect("it is bound");
    let start = wait::now();
    let (mut sent, mut last_answer) = (0, Duration::ZERO);
    let mut buffer = [0; 4_096];
    while start.elapsed() < span {
        let method = if sent % 2 == 0 { "REGISTER" } else { "INVITE" };
        let text = request(method, own, sent, "201", "");
        // One that the kernel has no room for is lost.
        sent += usize::from(socket.send_to(text.as_bytes(), server).is_ok());
        while socket.recv_from(&mut buffer).is_ok() {
            last_answer = start.elapsed();
        }
        // A machine with two cores has to do the rest as well: at most 20,000 a second.
        if sent % 20 == 0 {
            wait::pause(Duration::from_millis(1));
        }
    }
    (sent, last_answer)
}

#[test]
fn a_flood_from_a_thousand_sources_costs_no_memory_and_delays_nobody() {
    let server = server();
    let rounds = either(20, 200);
    let before = memory_kb(&server);
    let sockets: Vec<UdpSocket> = (0..1_000_u32)
        .map(|n| {
            let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 66, 0, 1)) + n);
            let socket = UdpSocket::bind((address, 0)).expect("all of 127.0.0.0/8 is this machine");
            socket.set_nonblocking(true).expect("a socket takes a flag");
            socket
        })
        .collect();
    let over = AtomicBool::new(false);
    let mut outcomes = Vec::new();
    let sent = thread::scope(|scope| {
        let flood = scope.spawn(|| {
            flood_from_all(&sockets, server.sip(), rounds);
            over.store(true, Ordering::Relaxed);
        });
        let talk = Duration::from_millis(300);
        while !over.load(Ordering::Relaxed) {
            let plan = Plan { calls: 10, talk, ..Plan::to(server.sip()) };
            outcomes.extend(Callers::at(Ipv4Addr::LOCALHOST, server.sip()).run(&plan));
        }
        flood.join().expect("a flood ends");
        rounds * sockets.len()
    });
    let growth = memory_kb(&server).saturating_sub(before);
    let times = outcomes.iter().filter_map(|outcome| outcome.answered);
    let (good, slowest) = (times.clone().count(), times.max().unwrap_or(Duration::MAX));
    let calls = outcomes.len();
    let name = |what: &str| format!("{what} under {sent} requests of 1,000 sources");
    measured(&name("growth"), &format!("{growth} kB"), "65536 kB");
    measured(&name("calls set up"), &format!("{good} of {calls}"), "99.9 %");
    measured(&name("slowest set-up"), &format!("{} ms", slowest.as_millis()), "450 ms");
    assert!(growth < MAX_GROWTH_KB, "grew by {growth} kB");
    assert!(good * 1_000 >= calls * 999, "{good} of {calls} calls");
    // Sooner than an INVITE is repeated: none was lost in the kernel's buffer.
    let limit = Duration::from_millis(either(2_000, 450));
    assert!(slowest < limit, "{slowest:?}");
    let distinct: BTreeSet<_> = sockets.iter().filter_map(|s| s.local_addr().ok()).collect();
    assert_eq!(distinct.len(), 1_000);
}

/// Each of the sources asks to be registered as somebody, so many times.
fn flood_from_all(sockets: &[UdpSocket], server: SocketAddr, rounds: usize) {
    for round in 0..rounds {
        for (n, socket) in sockets.iter().enumerate() {
            let number = round * sockets.len() + n;
            let own = socket.local_addr().expect("it is bound");
            let text = request("REGISTER", own, number, &format!("user{number}"), "");
            drop(socket.send_to(text.as_bytes(), server));
            if number.is_multiple_of(20) {
                wait::pause(Duration::from_millis(1));
            }
        }
    }
}
