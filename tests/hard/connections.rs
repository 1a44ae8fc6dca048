//! Connections that only wait, and connections that send a byte a second: they keep nobody out, and not for long.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::callers::{Callers, Plan};
use crate::form::{either, measured};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::{sound, wait};
use crate::system::{memory_kb, raise_own_files};

/// Connections of each kind from one address, fewer than a stranger may have.
const PER_SOURCE: u32 = 200;
/// How long a connection without a whole message is borne.
const BORNE: Duration = Duration::from_secs(30);
/// How much later the last may be closed: they are opened one after another, and looked at once a second.
const SLACK: Duration = Duration::from_secs(4);
/// How long a request over a new connection may take.
const SOON: Duration = Duration::from_millis(500);
/// By how much the program may grow, in kB.
const MAX_GROWTH_KB: u64 = 64 * 1_024;

/// A connection from an address of its own kind, to `server`.
fn connect(server: SocketAddr, from: Ipv4Addr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from((from, 0)).into()).expect("all of 127.0.0.0/8 is this machine");
    socket.connect(&server.into()).expect("it is accepted");
    let stream = TcpStream::from(socket);
    stream.set_nonblocking(true).expect("a stream takes a flag");
    stream
}

fn options(own: SocketAddr, number: usize) -> String {
    format!(
        "OPTIONS sip:sambung SIP/2.0\r\nVia: SIP/2.0/TCP {own};branch=z9hG4bKt{number}\r\nMax-Forwards: 70\r\n\
         From: <sip:slow@sambung>;tag=t{number}\r\nTo: <sip:sambung>\r\nCall-ID: {number}@{own}\r\n\
         CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
}

/// Whether the far side has closed it.
fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 512]) {
        Ok(length) => length == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    }
}

/// Asks over a connection of its own, and gives how long the answer took.
fn asks(server: SocketAddr, number: usize) -> Option<Duration> {
    let begun = wait::now();
    let mut stream = TcpStream::connect(server).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let own = stream.local_addr().ok()?;
    stream.write_all(options(own, number).as_bytes()).ok()?;
    let mut answer = [0; 512];
    let length = stream.read(&mut answer).ok()?;
    answer[..length].starts_with(b"SIP/2.0 200").then(|| begun.elapsed())
}

#[test]
fn idle_and_dripping_connections_keep_nobody_out_and_are_closed() {
    raise_own_files();
    let tone = sound::tone(600.0, 30_000);
    let mut project = Project::new("notice").rtp_ports(240).prompt("notice", &tone);
    project.sip = "allow: [127.0.0.1]".to_owned();
    project.listen = "\"udp:127.0.0.1:0\", \"tcp:127.0.0.1:0\"".to_owned();
    let server = Server::start(project.environment("SAMBUNG_LOG", "info"));
    let tcp = server.socket("tcp");
    let before = memory_kb(&server);
    let each = either(100, 1_000);
    let begun = wait::now();
    let mut streams: Vec<TcpStream> = (0..2 * each)
        .map(|n| {
            connect(tcp, Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 0, 3, 1)) + n / PER_SOURCE))
        })
        .collect();
    let plan = Plan { calls: 200, per_second: 10, talk: SOON, ..Plan::to(server.sip()) };
    let mut closed_after = Duration::ZERO;
    let mut asked = Vec::new();
    let outcomes = thread::scope(|scope| {
        let calls = scope.spawn(|| Callers::at(Ipv4Addr::LOCALHOST, server.sip()).run(&plan));
        let slow = options(tcp, 0);
        let mut open = streams.iter_mut().collect::<Vec<_>>();
        for second in 0.. {
            // The second half of them speaks, slowly.
            if let Some(byte) = slow.as_bytes().get(second..=second) {
                let half = open.len() / 2;
                open.iter_mut().skip(half).for_each(|stream| drop(stream.write(byte)));
            }
            asked.extend((second < 20).then(|| asks(tcp, second + 1)));
            wait::pause(Duration::from_secs(1));
            open.retain_mut(|stream| !is_closed(stream));
            closed_after = begun.elapsed();
            if open.is_empty() || closed_after > BORNE + SLACK * 2 {
                assert!(open.is_empty(), "{} are still open after {closed_after:?}", open.len());
                break;
            }
        }
        calls.join().expect("callers end")
    });
    let growth = memory_kb(&server).saturating_sub(before);
    let slowest = asked.iter().map(|took| took.unwrap_or(Duration::MAX)).max().unwrap_or_default();
    let good = outcomes.iter().filter(|outcome| outcome.answered.is_some()).count();
    let name = |what: &str| format!("{what} beside {each} idle and {each} dripping connections");
    measured(&name("calls set up"), &format!("{good} of {}", plan.calls), "99.9 %");
    measured(
        &name("slowest answer over a new one"),
        &format!("{} ms", slowest.as_millis()),
        "500 ms",
    );
    measured(&name("growth"), &format!("{growth} kB"), "65536 kB");
    measured("until they are all closed", &format!("{} s", closed_after.as_secs()), "30 s");
    assert!(good * 1_000 >= plan.calls * 999, "{good} of {} calls", plan.calls);
    assert!(slowest <= SOON, "{asked:?}");
    assert!(growth < MAX_GROWTH_KB, "grew by {growth} kB");
    assert!(closed_after <= BORNE + SLACK, "closed after {closed_after:?}");
}
