//! One user agent against hand-written messages.

use std::net::SocketAddr;

use super::{ANSWER, OFFER, Side, settings};
use crate::sip::agent::UserAgent;
use crate::sip::{DialogId, Input, Output, Settings, SipEvent, Transport};
use crate::time::{Duration, Instant};

/// The agent under test, as B, and what it said.
pub(super) struct Bench {
    pub(super) agent: UserAgent,
    pub(super) now: Instant,
    pub(super) sent: Vec<(SocketAddr, String)>,
    pub(super) events: Vec<SipEvent>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(settings(Side::B))
    }

    pub(super) fn with(settings: Settings) -> Self {
        let agent = UserAgent::new(settings, [0xb; 32]);
        Self { agent, now: Instant::ZERO, sent: Vec::new(), events: Vec::new() }
    }

    pub(super) fn tell(&mut self, input: Input) {
        self.agent.handle(self.now, input);
        while let Some(output) = self.agent.poll_output() {
            match output {
                Output::Send { to, bytes, .. } => {
                    self.sent.push((to, String::from_utf8_lossy(&bytes).into_owned()));
                }
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    /// Takes a datagram from A, or from wherever.
    pub(super) fn datagram(&mut self, from: SocketAddr, bytes: impl Into<bytes::Bytes>) {
        let local = Side::B.address();
        self.tell(Input::Message { from, local, transport: Transport::Udp, bytes: bytes.into() });
    }

    /// Takes a message from A; the first thing that was sent because of it.
    pub(super) fn ask(&mut self, text: &str) -> Option<String> {
        self.sent.clear();
        self.datagram(Side::A.address(), text.to_owned());
        self.sent.first().map(|(_, text)| text.clone())
    }

    /// A call from A that is established: its id, and our 200. `extra` goes into the INVITE.
    pub(super) fn established(&mut self, extra: &str) -> (DialogId, String) {
        let extra = format!("{extra}Content-Type: application/sdp\r\n\r\n{OFFER}");
        self.ask(&request("INVITE", "sip:100@b", "call", &extra));
        let Some(SipEvent::Incoming(incoming)) = self.events.pop() else { panic!("no call") };
        let dialog = incoming.dialog;
        self.sent.clear();
        self.tell(Input::Answer { dialog, sdp: ANSWER.into() });
        let ok = self.sent[0].1.clone();
        self.ask(&within(&ok, "ACK", 1, "ack", ""));
        assert_eq!(self.events.pop(), Some(SipEvent::Established { dialog, sdp: None }));
        (dialog, ok)
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.agent.poll_timeout().filter(|at| *at <= until) {
            self.now = at;
            self.tell(Input::Tick);
        }
        self.now = until;
    }
}

/// A request outside any dialog, well formed but for what `extra` brings (header lines, then perhaps a body).
pub(super) fn request(method: &str, uri: &str, branch: &str, extra: &str) -> String {
    let (headers, body) = extra.split_once("\r\n\r\n").unwrap_or((extra, ""));
    let gap = if headers.is_empty() || headers.ends_with("\r\n") { "" } else { "\r\n" };
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK{branch};rport\r\n\
         From: \"Sari\" <sip:+628115550123@a.example>;tag=from-{branch}\r\nTo: <sip:100@b.example>\r\n\
         Call-ID: call-{branch}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n\
         Contact: <sip:a@10.0.0.1:5060>\r\n{headers}{gap}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The value of the first header field of this name.
pub(super) fn field(text: &str, name: &str) -> Option<String> {
    let lines = text.lines().take_while(|line| !line.is_empty());
    let mut found = lines.filter_map(|line| line.split_once(": ")).filter(|(key, _)| *key == name);
    found.next().map(|(_, value)| value.to_owned())
}

/// A response to a request of the agent's, as its far side would write it.
pub(super) fn response(request: &str, status: &str, tag: &str, extra: &str) -> String {
    let (headers, body) = extra.split_once("\r\n\r\n").unwrap_or((extra, ""));
    let gap = if headers.is_empty() || headers.ends_with("\r\n") { "" } else { "\r\n" };
    let copy = |name| field(request, name).unwrap_or_else(|| panic!("{name} in {request}"));
    format!(
        "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag={tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
         {headers}{gap}Content-Length: {}\r\n\r\n{body}",
        copy("Via"),
        copy("From"),
        copy("To"),
        copy("Call-ID"),
        copy("CSeq"),
        body.len()
    )
}

/// A request inside the dialog that a 2xx of the agent's made.
pub(super) fn within(ok: &str, method: &str, cseq: u32, branch: &str, extra: &str) -> String {
    let (headers, body) = extra.split_once("\r\n\r\n").unwrap_or((extra, ""));
    let gap = if headers.is_empty() || headers.ends_with("\r\n") { "" } else { "\r\n" };
    let copy = |name| field(ok, name).unwrap_or_else(|| panic!("{name} in {ok}"));
    format!(
        "{method} sip:b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK{branch}\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n\
         Contact: <sip:a@10.0.0.1:5060>\r\n{headers}{gap}Content-Length: {}\r\n\r\n{body}",
        copy("From"),
        copy("To"),
        copy("Call-ID"),
        body.len()
    )
}
