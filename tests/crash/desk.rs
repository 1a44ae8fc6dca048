//! An agent who registers and dials codes: what they say by them is kept like everything else.

use std::fmt::Write as _;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::town::header;

/// The agent, and the phone's user.
pub(crate) const USER: &str = "wati";
pub(crate) const PASSWORD: &str = "wedang-uwuh-panas";

/// Their phone.
pub(crate) struct Desk {
    socket: UdpSocket,
    sent: u32,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket takes a limit");
        Self { socket, sent: 0 }
    }

    /// Registers, and is let in by the password.
    pub(crate) fn registers(&mut self, node: SocketAddr) {
        self.sends(node, "REGISTER", &format!("sip:{node}"), "", "");
        let asked = self.hears("SIP/2.0 401 ");
        let line = header(&asked, "WWW-Authenticate: ").expect("a challenge");
        let part = |name: &str| {
            let (_, rest) = line.split_once(&format!("{name}=\"")).expect("a part of a challenge");
            rest.split('"').next().expect("it ends").to_owned()
        };
        let (realm, nonce, uri) = (part("realm"), part("nonce"), format!("sip:{node}"));
        let secret = hash(&format!("{USER}:{realm}:{PASSWORD}"));
        let what = hash(&format!("REGISTER:{uri}"));
        let response = hash(&format!("{secret}:{nonce}:00000001:0a4f113b:auth:{what}"));
        let credentials = format!(
            "Authorization: Digest username=\"{USER}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
             response=\"{response}\", algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"0a4f113b\"\r\n"
        );
        self.sends(node, "REGISTER", &uri, &credentials, "");
        self.hears("SIP/2.0 200 ");
    }

    /// Dials a code, hears that it is answered, and hangs up.
    pub(crate) fn dials(&mut self, node: SocketAddr, code: &str) {
        let port = self.socket.local_addr().expect("bound").port();
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\n"
        );
        let uri = format!("sip:{code}@{node}");
        self.sends(node, "INVITE", &uri, "", &body);
        self.hears("SIP/2.0 200 ");
    }

    fn hears(&self, beginning: &str) -> String {
        let mut buffer = [0; 4_096];
        loop {
            let (length, _) = self.socket.recv_from(&mut buffer).expect("an answer in time");
            if let Ok(text) = std::str::from_utf8(&buffer[..length])
                && text.starts_with(beginning)
            {
                return text.to_owned();
            }
        }
    }

    fn sends(&mut self, node: SocketAddr, method: &str, uri: &str, more: &str, body: &str) {
        self.sent += 1;
        let (here, sent) = (self.socket.local_addr().expect("bound"), self.sent);
        let to = if method == "REGISTER" { format!("sip:{USER}@{node}") } else { uri.to_owned() };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let message = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKdesk{sent};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{USER}@{node}>;tag=desk{sent}\r\nTo: <{to}>\r\nCall-ID: desk{sent}@{here}\r\n\
             CSeq: {sent} {method}\r\nContact: <sip:{USER}@{here}>\r\n{more}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket.send_to(message.as_bytes(), node).expect("sent");
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut all, byte| {
        write!(all, "{byte:02x}").expect("text takes text");
        all
    })
}
