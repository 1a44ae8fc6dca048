//! A caller who leaves a message: SIP, and a voice that speaks from the answer on.

use std::net::{SocketAddr, UdpSocket};

use sambung::runtime::Clock;
use sambung::time::{Duration, Instant};

use super::town::{header, receive, response};

/// One packet of sound.
const FRAME: Duration = Duration::from_millis(20);

/// The caller.
pub(crate) struct Speaker {
    sip: UdpSocket,
    voice: UdpSocket,
    /// What names the call.
    id: String,
    /// The `To` of the answer, and where the sound goes; none before.
    answered: Option<(String, SocketAddr)>,
    next: Instant,
    packets: u32,
    /// When they hang up.
    until: Option<Instant>,
}

impl Speaker {
    /// Calls; hangs up once they have spoken for so long, if that is said.
    pub(crate) fn calls(
        node: SocketAddr,
        number: u64,
        clock: &Clock,
        speaks: Option<Duration>,
    ) -> Self {
        let socket = || {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
            socket.set_nonblocking(true).expect("a socket that does not wait");
            socket
        };
        let (sip, voice) = (socket(), socket());
        let (now, id) = (clock.now(), format!("speaker{number}"));
        let until = speaks.map(|speaks| now + speaks);
        let speaker = Self { sip, voice, id, answered: None, next: now, packets: 0, until };
        let port = speaker.voice.local_addr().expect("bound").port();
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"
        );
        speaker.sends(node, "INVITE", 1, &body);
        speaker
    }

    /// Takes what has come, and speaks on.
    pub(crate) fn beat(&mut self, node: SocketAddr, now: Instant) {
        while let Some(message) = receive(&self.sip) {
            if message.starts_with("BYE ") {
                let reply = response(&message, "200 OK", "");
                self.sip.send_to(reply.as_bytes(), node).expect("sent");
                self.until = None;
            } else if message.starts_with("SIP/2.0 200 ") && message.contains("1 INVITE") {
                let to = header(&message, "To: ").expect("an answer has it").to_owned();
                let port = header(&message, "m=audio ").and_then(|rest| rest.split(' ').next());
                let port = port.and_then(|port| port.parse().ok()).expect("it names a port");
                self.answered = Some((to, SocketAddr::new(node.ip(), port)));
                self.sends(node, "ACK", 1, "");
            }
        }
        let Some((_, media)) = self.answered else { return };
        if self.until.is_some_and(|until| until <= now) {
            self.until = None;
            return self.sends(node, "BYE", 2, "");
        }
        while self.next <= now {
            self.next += FRAME;
            let [.., high, low] = self.packets.to_be_bytes();
            let mut packet = vec![0x80, 0, high, low];
            packet.extend((self.packets * 160).to_be_bytes());
            packet.extend([1, 2, 3, 4]);
            // A buzz, by any law.
            packet.extend((0..160).map(|n| if n % 20 < 10 { 0x20 } else { 0xa0 }));
            self.packets += 1;
            // Nobody is there any more where it fails.
            drop(self.voice.send_to(&packet, media));
        }
    }

    fn sends(&self, node: SocketAddr, method: &str, number: u32, body: &str) {
        let (here, id) = (self.sip.local_addr().expect("bound"), &self.id);
        let to =
            self.answered.as_ref().map_or_else(|| format!("<sip:7@{node}>"), |(to, _)| to.clone());
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let message = format!(
            "{method} sip:7@{node} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{id}{method}\r\nMax-Forwards: 70\r\n\
             From: <sip:+6281377@{here}>;tag=t{id}\r\nTo: {to}\r\nCall-ID: {id}@town\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:speaker@{here}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.sip.send_to(message.as_bytes(), node).expect("sent");
    }
}
