//! A telephone of the plainest kind that knows when each message came: one call at a time, hand-written SIP over a socket
//! of its own, sound on another. It does what a test says and nothing else but answering OPTIONS outside of its call.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::rtp::Endpoint;
use super::wait;

/// How long a message may be waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// The most bytes of a message.
const LONGEST: usize = 8_192;

/// A message of the server, and when it came.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) at: Instant,
    pub(crate) text: String,
}

impl Heard {
    /// The value of a header field that is there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let beginning = format!("{name}: ");
        let value = self.text.lines().find_map(|line| line.strip_prefix(beginning.as_str()));
        value.expect("a header that must be there")
    }

    /// Where the server takes sound, as its SDP says.
    pub(crate) fn media(&self) -> SocketAddr {
        let after = |word: &str| {
            let line = self.text.lines().find_map(|line| line.strip_prefix(word));
            line.and_then(|rest| rest.split(' ').next()).expect("an SDP names it").to_owned()
        };
        let address = format!("{}:{}", after("c=IN IP4 "), after("m=audio "));
        address.parse().expect("an address")
    }
}

/// The telephone.
#[derive(Debug)]
pub(crate) struct Telephone {
    socket: UdpSocket,
    /// Its sound.
    pub(crate) ear: Endpoint,
    server: SocketAddr,
    /// How many messages it has begun, for branches.
    sent: u32,
    /// What names its dialog, once there is one: `Call-ID`, our side, their side, where they are.
    dialog: Option<[String; 4]>,
}

impl Telephone {
    /// One that nobody has told of a server yet.
    pub(crate) fn open() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port of the system's");
        let server = socket.local_addr().expect("it is bound");
        Self { socket, ear: Endpoint::open(), server, sent: 0, dialog: None }
    }

    /// The SIP address that rings it.
    pub(crate) fn address(&self) -> String {
        format!("sip:desk@{}", self.socket.local_addr().expect("it is bound"))
    }

    /// Dials a number; gives when that was.
    pub(crate) fn dials(&mut self, server: SocketAddr, number: &str) -> Instant {
        self.server = server;
        let here = self.socket.local_addr().expect("it is bound");
        let ours = format!("<sip:+62812{:07}@{here}>;tag=here", here.port());
        let theirs = format!("<sip:{number}@{server}>");
        let target = format!("sip:{number}@{server}");
        self.dialog = Some([format!("{}-{}@{here}", here.port(), self.sent), ours, theirs, target]);
        self.asks("INVITE", 1, &self.description())
    }

    /// Waits for the answer to the call that it made, and confirms it.
    pub(crate) fn is_answered(&mut self) -> Heard {
        let answer = self.receives("SIP/2.0 200 ");
        let target = answer.header("Contact").trim_matches(['<', '>']);
        let target = target.split('>').next().unwrap_or(target).to_owned();
        let to = answer.header("To").to_owned();
        if let Some([_, _, theirs, at]) = &mut self.dialog {
            (*theirs, *at) = (to, target);
        }
        self.asks("ACK", 1, "");
        answer
    }

    /// Waits for a call, and lets it ring.
    pub(crate) fn rings(&mut self) -> Heard {
        let invite = self.receives("INVITE ");
        self.replies(&invite, "180 Ringing", "");
        invite
    }

    /// Takes a call; gives when that was. The server's ACK is to be waited for.
    pub(crate) fn takes(&mut self, invite: &Heard) -> Instant {
        let to = self.replies(invite, "200 OK", &self.description());
        let target = invite.header("Contact").trim_start_matches('<');
        let target = target.split('>').next().unwrap_or(target).to_owned();
        let call = invite.header("Call-ID").to_owned();
        self.dialog = Some([call, to, invite.header("From").to_owned(), target]);
        wait::now()
    }

    /// Hangs up; gives when that was.
    pub(crate) fn hangs_up(&mut self) -> Instant {
        let at = self.asks("BYE", 2, "");
        self.receives("SIP/2.0 200 ");
        self.dialog = None;
        at
    }

    /// Waits until it is hung up on, and agrees.
    pub(crate) fn is_hung_up_on(&mut self) -> Heard {
        let bye = self.receives("BYE ");
        self.replies(&bye, "200 OK", "");
        self.dialog = None;
        bye
    }

    /// Waits for a message that begins so.
    pub(crate) fn receives(&mut self, beginning: &str) -> Heard {
        let heard = self.hears_within(beginning, PATIENCE);
        assert!(heard.is_some(), "no `{beginning}` came");
        heard.expect("it was looked for")
    }

    /// The next message that begins so, if one comes in time. Others are passed over.
    pub(crate) fn hears_within(&mut self, beginning: &str, limit: Duration) -> Option<Heard> {
        let end = wait::now() + limit;
        let mut buffer = [0; LONGEST];
        loop {
            let rest = end.saturating_duration_since(wait::now());
            if rest.is_zero() {
                return None;
            }
            self.socket.set_read_timeout(Some(rest)).expect("a socket takes a time-out");
            let Ok((length, from)) = self.socket.recv_from(&mut buffer) else { continue };
            let at = wait::now();
            let Ok(text) = std::str::from_utf8(&buffer[..length]) else { continue };
            let heard = Heard { at, text: text.to_owned() };
            self.server = from;
            if heard.text.starts_with(beginning) {
                return Some(heard);
            }
            if heard.text.starts_with("OPTIONS ") && !heard.header("To").contains("tag=") {
                self.replies(&heard, "200 OK", "");
            }
        }
    }

    /// Answers a request; gives the `To` with which it did.
    pub(crate) fn replies(&self, request: &Heard, status: &str, body: &str) -> String {
        let to = request.header("To");
        let to = if to.contains("tag=") { to.to_owned() } else { format!("{to};tag=desk") };
        let kept = ["Via: ", "From: ", "Call-ID: ", "CSeq: ", "Record-Route: "];
        let kept: Vec<_> = request
            .text
            .lines()
            .filter(|line| kept.iter().any(|name| line.starts_with(name)))
            .map(|line| format!("{line}\r\n"))
            .collect();
        let message = format!(
            "SIP/2.0 {status}\r\n{}To: {to}\r\nContact: <{}>\r\n{}",
            kept.concat(),
            self.address(),
            framed(body)
        );
        self.socket.send_to(message.as_bytes(), self.server).expect("loopback takes it");
        to
    }

    /// Sends a request inside of its dialog, or the one that makes it.
    fn asks(&mut self, method: &str, number: u32, body: &str) -> Instant {
        self.sent += 1;
        let here = self.socket.local_addr().expect("it is bound");
        let [call, ours, theirs, target] = self.dialog.as_ref().expect("a call");
        let message = format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{}x{};rport\r\n\
             Max-Forwards: 70\r\nFrom: {ours}\r\nTo: {theirs}\r\nCall-ID: {call}\r\nCSeq: {number} {method}\r\n\
             Contact: <{}>\r\n{}",
            here.port(),
            self.sent,
            self.address(),
            framed(body)
        );
        let at = wait::now();
        self.socket.send_to(message.as_bytes(), self.server).expect("loopback takes it");
        at
    }

    /// Its session: µ-law and telephone-events at its ear.
    fn description(&self) -> String {
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\n",
            self.ear.port()
        )
    }
}

/// The end of a message: what its body is, how long, and the body.
fn framed(body: &str) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!("{kind}Content-Length: {}\r\n\r\n{body}", body.len())
}
