//! Audio and keys that strangers send into a call.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::Duration;

use crate::callers::{Callers, Plan};
use crate::form::{either, measured};
use crate::support::project::Project;
use crate::support::rtp::{Endpoint, PCMU};
use crate::support::server::Server;
use crate::support::{sound, wait};

/// The loudest µ-law sample: nobody else in these tests sends it.
const LOUD: u8 = 0x00;
/// Packets that strangers send.
const PACKETS: (u64, u64) = (20_000, 100_000);

/// An agent's phone that takes every call, until its time is over.
struct Desk {
    socket: UdpSocket,
    /// Where its audio is taken.
    audio: u16,
    /// Where the program takes the agent's audio; 0 = not called yet.
    line: AtomicU16,
}

impl Desk {
    fn open(audio: u16) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has room");
        socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a socket takes it");
        Self { socket, audio, line: AtomicU16::new(0) }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().expect("it is bound")
    }

    /// The program's side of the line, once the phone was called.
    fn line(&self) -> SocketAddr {
        wait::until(Duration::from_secs(10), "the agent to be called", || {
            let port = self.line.load(Ordering::Relaxed);
            (port > 0).then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        })
    }

    fn serve(&self, span: Duration) {
        let mut buffer = [0; 65_536];
        let start = wait::now();
        while start.elapsed() < span {
            let Ok((length, from)) = self.socket.recv_from(&mut buffer) else { continue };
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if let Some((_, media)) = text.split_once("m=audio ") {
                let port = media.split(' ').next().and_then(|port| port.parse().ok());
                self.line.store(port.expect("a port"), Ordering::Relaxed);
            }
            if !text.starts_with("SIP/2.0") && !text.starts_with("ACK ") {
                let answer = self.answer(&text);
                self.socket.send_to(answer.as_bytes(), from).expect("loopback takes it");
            }
        }
    }

    fn answer(&self, request: &str) -> String {
        let head = request.split("\r\n\r\n").next().unwrap_or_default();
        let mut copied = String::new();
        for line in head.lines() {
            if ["Via:", "From:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name)) {
                copied += &format!("{line}\r\n");
            } else if line.starts_with("To:") {
                copied +=
                    &format!("{line}{}\r\n", if line.contains("tag=") { "" } else { ";tag=desk" });
            }
        }
        let own = self.address();
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\n",
            self.audio
        );
        let (kind, body) = match request.starts_with("INVITE ") {
            true => ("Content-Type: application/sdp\r\n", body),
            false => ("", String::new()),
        };
        format!(
            "SIP/2.0 200 OK\r\n{copied}Contact: <sip:desk@{own}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// Sends forged packets to `targets`: loud audio and key 1, with numbers that might fit. Returns the sockets.
fn inject(targets: &[SocketAddr], packets: u64) -> Vec<UdpSocket> {
    let sources = [Ipv4Addr::new(127, 0, 0, 66), Ipv4Addr::new(127, 0, 0, 67), Ipv4Addr::LOCALHOST];
    let sockets: Vec<UdpSocket> = sources
        .iter()
        .map(|address| UdpSocket::bind((*address, 0)).expect("all of it is this machine"))
        .collect();
    for n in 0..packets {
        let turn = usize::try_from(n).expect("small");
        let key = n % 3 == 0;
        let [high, low] = u16::try_from(n / 6 % 65_536).expect("cut").to_be_bytes();
        let mut packet = vec![0x80, if key { 101 } else { PCMU }, high, low, 0, 0, high, low];
        // The stream that the callers' own phone sends, half the time.
        packet.extend(if n % 2 == 0 { 0x5a4d_4255_u32 } else { 7 }.to_be_bytes());
        match key {
            true => packet.extend([1, 0x8a, 3, 0x20]),
            false => packet.extend([LOUD; 160]),
        }
        let to = targets[turn % targets.len()];
        drop(sockets[turn / 2 % sockets.len()].send_to(&packet, to));
        if n % 10 == 0 {
            wait::pause(Duration::from_millis(1));
        }
    }
    sockets
}

/// Fails if anything came back to a stranger.
fn nothing_came_back(sockets: &[UdpSocket]) {
    let mut buffer = [0; 2_048];
    for socket in sockets {
        socket.set_nonblocking(true).expect("a socket takes a flag");
        let answer = socket.recv_from(&mut buffer);
        assert!(answer.is_err(), "a stranger was answered: {answer:?}");
    }
}

#[test]
fn forged_keys_and_audio_change_nothing_for_a_menu() {
    let question = sound::tone(440.0, 60_000);
    let server = Server::start(Project::new("keys").prompt("ask", &question));
    let mut phone = Endpoint::open();
    let packets = either(PACKETS.0, PACKETS.1);
    let talk = Duration::from_secs(either(8, 20));
    let plan = Plan { talk, audio: phone.port(), ..Plan::to(server.sip()) };
    let call = thread::spawn(move || Callers::at(Ipv4Addr::LOCALHOST, plan.server).run(&plan));
    let engine = phone.peer();
    phone.send_silence(engine, 400);
    let sockets = inject(&[engine], packets);
    phone.send_silence(engine, 200);
    let outcomes = call.join().expect("callers end");
    assert!(outcomes[0].answered.is_some() && !outcomes[0].cut_off, "{outcomes:?}");
    nothing_came_back(&sockets);
    let record = server.record();
    let steps = record["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 1, "no key was taken: {record}");
    let received = record["quality"]["received"].as_u64().expect("a figure");
    measured(
        "forged RTP packets taken",
        &format!("{} of {packets}", received.saturating_sub(30)),
        "0",
    );
    assert!(received <= 30, "{received} packets count as the phone's");
}

#[test]
fn forged_audio_is_not_heard_in_a_talk() {
    let mut ear = Endpoint::open();
    let desk = Desk::open(ear.port());
    let project =
        Project::new("straight").static_agent("budi", &format!("sip:budi@{}", desk.address()));
    let server = Server::start(project);
    let mut phone = Endpoint::open();
    let packets = either(PACKETS.0 / 2, PACKETS.1);
    let talk = Duration::from_secs(either(8, 25));
    let plan = Plan { talk, audio: phone.port(), ..Plan::to(server.sip()) };
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| desk.serve(talk + Duration::from_secs(2)));
        let call = scope.spawn(|| Callers::at(Ipv4Addr::LOCALHOST, plan.server).run(&plan));
        let to_desk = desk.line();
        ear.send_silence(to_desk, 600);
        let engine = phone.peer();
        phone.send_silence(engine, 600);
        let sockets = inject(&[engine, to_desk], packets);
        phone.send_silence(engine, 300);
        nothing_came_back(&sockets);
        call.join().expect("callers end")
    });
    assert!(outcomes[0].answered.is_some() && !outcomes[0].cut_off, "{outcomes:?}");
    let silence = ear.packets().iter().filter(|packet| packet.payload == [0xff; 160]).count();
    assert!(silence >= 10, "the caller is heard at the desk: {silence} packets");
    for (who, ear) in [("caller", &phone), ("agent", &ear)] {
        let loud = ear.packets().iter().filter(|packet| packet.payload == [LOUD; 160]).count();
        assert_eq!(loud, 0, "the {who} heard a stranger");
        let keys = ear.packets().iter().filter(|packet| packet.payload_type == 101).count();
        assert_eq!(keys, 0, "the {who}'s phone got a stranger's key");
    }
}
