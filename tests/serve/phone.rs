//! A telephone of the plainest kind: one call, by hand-written SIP over a socket of its own.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

/// How long a message may be waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// One outgoing call.
pub(crate) struct Phone {
    socket: UdpSocket,
    server: SocketAddr,
    number: &'static str,
    call: u16,
    /// The `To` of the answer, with its tag.
    to: String,
    /// Where the far side listens.
    audio: SocketAddr,
}

impl Phone {
    /// Dials.
    pub(crate) fn calls(server: SocketAddr, number: &'static str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket takes a limit");
        let call = socket.local_addr().expect("bound").port();
        let phone = Self {
            socket,
            server,
            number,
            call,
            to: format!("<sip:{number}@{server}>"),
            audio: server,
        };
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {call} RTP/AVP 0 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\n"
        );
        phone.sends("INVITE", 1, "invite", &body);
        phone
    }

    /// Waits for the answer and confirms it.
    pub(crate) fn is_answered(&mut self) {
        let answer = self.final_response();
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        self.to = header(&answer, "To: ").to_owned();
        let port = header(&answer, "m=audio ").split(' ').next().expect("a port");
        self.audio.set_port(port.parse().expect("a number"));
        self.sends("ACK", 1, "ack", "");
    }

    /// The final response to the INVITE.
    pub(crate) fn final_response(&mut self) -> String {
        self.receives(|message| {
            message.starts_with("SIP/2.0 ") && !message.starts_with("SIP/2.0 1")
        })
    }

    /// Waits until something sounds: RTP (RFC 3550) comes to the socket that it calls from.
    pub(crate) fn hears_something(&self) {
        self.catches_up();
        let mut buffer = [0; 4_096];
        while self.socket.recv(&mut buffer).expect("something sounds in time") == 0
            || buffer[0] >> 6 != 2
        {}
    }

    /// Says a tone for so many seconds: PCMU in packets of 20 ms (RFC 3551).
    pub(crate) fn speaks(&self, seconds: u16) {
        let loud: Vec<u8> = (0..160).map(|n| if n % 16 < 8 { 0x90 } else { 0x10 }).collect();
        for number in 0..seconds * 50 {
            let mut packet = vec![0x80, 0];
            packet.extend(number.to_be_bytes());
            packet.extend((u32::from(number) * 160).to_be_bytes());
            packet.extend(7_u32.to_be_bytes());
            packet.extend(&loud);
            self.socket.send_to(&packet, self.audio).expect("sent");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Leaves behind what has come so far: nobody listened, and the socket has room for some seconds of sound only.
    fn catches_up(&self) {
        let mut buffer = [0; 4_096];
        self.socket.set_nonblocking(true).expect("a socket");
        while self.socket.recv(&mut buffer).is_ok() {}
        self.socket.set_nonblocking(false).expect("a socket");
    }

    /// Says goodbye and waits until the far side has heard it.
    pub(crate) fn hangs_up(&mut self) {
        self.catches_up();
        self.sends("BYE", 2, "bye", "");
        self.receives(|message| message.starts_with("SIP/2.0 200 ") && message.contains("2 BYE"));
    }

    /// Waits for the far side's goodbye and confirms it.
    pub(crate) fn is_hung_up_on(&mut self) {
        let bye = self.receives(|message| message.starts_with("BYE "));
        let kept = ["Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: "];
        let headers: Vec<String> =
            kept.iter().map(|name| format!("{name}{}\r\n", header(&bye, name))).collect();
        let answer = format!("SIP/2.0 200 OK\r\n{}Content-Length: 0\r\n\r\n", headers.concat());
        self.socket.send_to(answer.as_bytes(), self.server).expect("sent");
    }

    fn sends(&self, method: &str, number: u32, branch: &str, body: &str) {
        let Self { server, call, to, .. } = self;
        let here = format!("127.0.0.1:{call}");
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let message = format!(
            "{method} sip:{called}@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{call}{branch}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:caller@{here}>;tag=caller\r\nTo: {to}\r\nCall-ID: {call}@{here}\r\n\
             CSeq: {number} {method}\r\nContact: <sip:caller@{here}>\r\n{kind}Content-Length: {length}\r\n\r\n{body}",
            called = self.number,
            length = body.len(),
        );
        self.socket.send_to(message.as_bytes(), *server).expect("sent");
    }

    fn receives(&self, wanted: impl Fn(&str) -> bool) -> String {
        let mut buffer = [0; 4_096];
        loop {
            let (length, _) = self.socket.recv_from(&mut buffer).expect("a message in time");
            // Audio comes to the same port and is no text.
            if let Ok(message) = std::str::from_utf8(&buffer[..length])
                && wanted(message)
            {
                return message.to_owned();
            }
        }
    }
}

/// The value of a header field that is there.
fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message.lines().find_map(|line| line.strip_prefix(name)).expect("a header that must be there")
}
