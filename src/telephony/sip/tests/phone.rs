//! A phone made of text: it writes its SIP by hand and reads what comes back, so that no code under test helps it.

use std::net::SocketAddr;
use std::time::Duration;

use md5::{Digest as _, Md5};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::Transport;
use super::line::Line;

/// How long anything may take before a test fails.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A message that arrived.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) text: String,
}

impl Message {
    pub(super) fn start_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// The status of a response; 0 for a request.
    pub(super) fn status(&self) -> u16 {
        let status = self.start_line().strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3));
        status.and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }

    pub(super) fn method(&self) -> &str {
        self.start_line().split(' ').next().unwrap_or_default()
    }

    /// All values of a header field.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }

    pub(super) fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    /// The port in the `m=audio` line.
    pub(super) fn audio_port(&self) -> u16 {
        let line = self.body().lines().find_map(|line| line.strip_prefix("m=audio "));
        line.and_then(|line| line.split(' ').next()?.parse().ok()).expect("there is audio")
    }
}

/// One phone with one call at a time.
#[derive(Debug)]
pub(super) struct Phone {
    line: Line,
    pub(super) audio: UdpSocket,
    /// Where what it sends goes.
    pub(super) node: SocketAddr,
    pub(super) user: &'static str,
    /// The `q` of its contact; empty = none is written.
    pub(super) preference: &'static str,
    call: u32,
    sequence: u32,
    /// The value of `To` or `From` of the far side, with its tag once known.
    far: String,
    /// The last INVITE we sent, for its ACK and CANCEL.
    invite: String,
}

impl Phone {
    pub(super) async fn new(user: &'static str, node: SocketAddr) -> Self {
        Self::on(Line::to(Transport::Udp, node, None).await, user, node).await
    }

    /// A phone on a line.
    pub(super) async fn on(line: Line, user: &'static str, node: SocketAddr) -> Self {
        let here = SocketAddr::new(node.ip(), 0);
        let audio = UdpSocket::bind(here).await.expect("a port is free");
        Self {
            line,
            audio,
            node,
            user,
            preference: "",
            call: 0,
            sequence: 0,
            far: String::new(),
            invite: String::new(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.line.here
    }

    /// Its session description, with further lines.
    pub(super) fn sdp(&self, formats: &str, lines: &str) -> String {
        let here = self.audio.local_addr().expect("is bound");
        let (port, ip, family) =
            (here.port(), here.ip(), if here.is_ipv4() { "IP4" } else { "IP6" });
        format!(
            "v=0\r\no=- 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {formats}\r\n{lines}"
        )
    }

    /// A description with keys by telephone-event.
    pub(super) fn sdp_with_keys(&self) -> String {
        self.sdp("0 101", "a=rtpmap:101 telephone-event/8000\r\n")
    }

    /// Sends one RTP packet to a port of the node.
    pub(super) async fn speak(&self, port: u16, payload_type: u8, sequence: u16, payload: &[u8]) {
        self.rtp(port, payload_type, (sequence, u32::from(sequence) * 160), payload).await;
    }

    /// The next RTP packet whose payload is `wanted`; others (silence, music) are passed over.
    pub(super) async fn hear(&self, wanted: &[u8]) {
        let mut buffer = [0; 1_500];
        let heard = async {
            loop {
                let length = self.audio.recv(&mut buffer).await.expect("loopback gives it");
                if buffer[..length].get(12..) == Some(wanted) {
                    break;
                }
            }
        };
        timeout(PATIENCE, heard).await.expect("the sound arrives");
    }

    pub(super) async fn send(&self, text: &str) {
        self.line.send(self.node, text).await;
    }

    /// The next message, whenever it comes.
    pub(super) async fn next(&self) -> Message {
        let text = self.line.receive().await;
        Message { text: text.unwrap_or_else(|| panic!("phone {} was cut off", self.user)) }
    }

    /// The far side of our call has answered: what we say from now on is for it.
    pub(super) fn reached(&mut self, answer: &Message) {
        self.far = answer.header("To").to_owned();
    }

    /// Hangs up a call that we were called by.
    pub(super) async fn leave(&self, invite: &Message) {
        let (here, user, call) = (self.address(), self.user, invite.header("Call-ID"));
        let (from, to) = (invite.header("To"), invite.header("From"));
        self.send(&format!(
            "BYE sip:{node} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{user}xbye;rport\r\n\
             Max-Forwards: 70\r\nFrom: {from};tag=phone\r\nTo: {to}\r\nCall-ID: {call}\r\n\
             CSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
            node = self.node,
        ))
        .await;
    }

    /// Sends one RTP packet of a number and time to a port of the node.
    pub(super) async fn rtp(
        &self,
        port: u16,
        payload_type: u8,
        (sequence, time): (u16, u32),
        payload: &[u8],
    ) {
        let mut packet = vec![0x80, payload_type];
        packet.extend_from_slice(&sequence.to_be_bytes());
        packet.extend_from_slice(&time.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 7]);
        packet.extend_from_slice(payload);
        let to = SocketAddr::new(self.node.ip(), port);
        self.audio.send_to(&packet, to).await.expect("loopback takes it");
    }

    pub(super) async fn receive(&self) -> Message {
        let received = timeout(PATIENCE, self.line.receive()).await;
        let received = received.unwrap_or_else(|_| panic!("nothing came at phone {}", self.user));
        Message { text: received.unwrap_or_else(|| panic!("phone {} was cut off", self.user)) }
    }

    /// Waits until the node closes the connection; whatever comes before is passed over.
    pub(super) async fn cut_off(&self) {
        let end = async { while self.line.receive().await.is_some() {} };
        timeout(PATIENCE, end).await.expect("the node closes the connection");
    }

    /// Nothing more has arrived, nor does in a moment.
    pub(super) async fn hears_nothing(&self) {
        let heard = timeout(Duration::from_millis(200), self.line.receive()).await;
        assert!(heard.is_err(), "{heard:?}");
    }

    /// The next response that is not 100; checks its status.
    pub(super) async fn expect(&mut self, status: u16) -> Message {
        loop {
            let message = self.receive().await;
            if message.status() == 100 {
                continue;
            }
            assert_eq!(message.status(), status, "{}", message.text);
            let to = message.header("To");
            if to.contains("tag=") && message.header("CSeq").ends_with("INVITE") {
                self.far = to.to_owned();
            }
            return message;
        }
    }

    /// The next request; checks its method.
    pub(super) async fn expect_request(&self, method: &str) -> Message {
        let message = self.receive().await;
        assert_eq!(message.method(), method, "{}", message.text);
        message
    }

    /// A request of this phone; `extra` is whole header lines.
    fn request(&mut self, method: &str, uri: &str, extra: &str, body: &str) -> String {
        self.sequence += 1;
        let (here, user, call, sequence) = (self.address(), self.user, self.call, self.sequence);
        format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{via} {here};branch=z9hG4bK{user}x{call}x{sequence};rport\r\n\
             Max-Forwards: 70\r\n\
             From: \"Sari\" <sip:{user}@sambung>;tag={user}t{call}\r\n\
             To: {far}\r\n\
             Call-ID: {user}c{call}@{here}\r\n\
             CSeq: {sequence} {method}\r\n\
             Contact: <sip:{user}@{here}>{q}\r\n\
             {extra}Content-Length: {length}\r\n\r\n{body}",
            via = self.line.transport.to_string().to_uppercase(),
            far = self.far,
            q = match self.preference {
                "" => String::new(),
                q => format!(";q={q}"),
            },
            length = body.len(),
        )
    }

    /// Begins a call.
    pub(super) async fn invite(&mut self, called: &str, extra: &str, sdp: &str) {
        self.call += 1;
        self.far = format!("<sip:{called}@sambung>");
        self.invite_again(&format!("sip:{called}@{}", self.node), extra, sdp).await;
    }

    /// Begins a call whose request names another than its `To`.
    pub(super) async fn invite_to(&mut self, uri: &str, to: &str, sdp: &str) {
        self.call += 1;
        self.far = to.to_owned();
        self.invite_again(uri, "", sdp).await;
    }

    /// The same call again, after a challenge.
    pub(super) async fn invite_once_more(&mut self, uri: &str, extra: &str, sdp: &str) {
        self.far = self.far.split(";tag=").next().unwrap_or_default().to_owned();
        self.invite_again(uri, extra, sdp).await;
    }

    /// An INVITE with the same Call-ID and tags, to change the session.
    pub(super) async fn invite_again(&mut self, uri: &str, extra: &str, sdp: &str) {
        let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        self.invite = self.request("INVITE", uri, &format!("{extra}{kind}"), sdp);
        self.send(&self.invite).await;
    }

    /// Acknowledges the last INVITE. After a refusal the branch must be the same; after a 200 it may be.
    pub(super) async fn acknowledge(&mut self, sdp: &str) {
        let head = self.invite.split("\r\n\r\n").next().unwrap_or_default();
        let mut lines: Vec<_> = head
            .replace("INVITE", "ACK")
            .lines()
            .filter(|line| !line.starts_with("Content-") && !line.starts_with("To:"))
            .map(str::to_owned)
            .collect();
        lines.push(format!("To: {}", self.far));
        if !sdp.is_empty() {
            lines.push("Content-Type: application/sdp".to_owned());
        }
        lines.push(format!("Content-Length: {}\r\n\r\n{sdp}", sdp.len()));
        self.send(&lines.join("\r\n")).await;
    }

    /// Gives up the last INVITE.
    pub(super) async fn cancel(&mut self) {
        let head = self.invite.split("\r\n\r\n").next().unwrap_or_default();
        let lines: Vec<_> = head
            .replace("INVITE", "CANCEL")
            .lines()
            .filter(|line| !line.starts_with("Content-") && !line.starts_with("Contact"))
            .map(str::to_owned)
            .collect();
        self.send(&format!("{}\r\nContent-Length: 0\r\n\r\n", lines.join("\r\n"))).await;
    }

    /// A request inside the call.
    pub(super) async fn within(&mut self, method: &str, content_type: &str, body: &str) {
        let kind = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: {content_type}\r\n")
        };
        let text = self.request(method, &format!("sip:{}", self.node), &kind, body);
        self.send(&text).await;
    }

    /// A request outside any call.
    pub(super) async fn outside(&mut self, method: &str, extra: &str) {
        self.far = format!("<sip:{}@sambung>", self.user);
        let text = self.request(method, "sip:sambung", extra, "");
        self.send(&text).await;
    }

    /// Answers a request of the node.
    pub(super) async fn answer(&self, request: &Message, status: &str, sdp: &str) {
        let copied: String = ["Via", "From", "Call-ID", "CSeq"]
            .iter()
            .flat_map(|name| {
                request.all(name).into_iter().map(move |value| format!("{name}: {value}\r\n"))
            })
            .collect();
        let to = request.header("To");
        let tag = if to.contains("tag=") { "" } else { ";tag=phone" };
        let kind = if sdp.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let (here, user, length) = (self.address(), self.user, sdp.len());
        self.send(&format!(
            "SIP/2.0 {status}\r\n{copied}To: {to}{tag}\r\nContact: <sip:{user}@{here}>\r\n{kind}\
             Content-Length: {length}\r\n\r\n{sdp}"
        ))
        .await;
    }

    /// Registers with a password; the last answer.
    pub(super) async fn register(&mut self, password: &str, expires: u32) -> Message {
        self.outside("REGISTER", &format!("Expires: {expires}\r\n")).await;
        let challenge = self.expect(401).await;
        let credentials = self.credentials(&challenge, password, "REGISTER", "sip:sambung");
        self.outside("REGISTER", &format!("Expires: {expires}\r\n{credentials}")).await;
        self.receive().await
    }

    /// The `Authorization` line that answers a challenge with MD5.
    pub(super) fn credentials(
        &self,
        challenge: &Message,
        password: &str,
        method: &str,
        uri: &str,
    ) -> String {
        let offered = challenge.all("WWW-Authenticate");
        let offered =
            offered.iter().find(|value| value.contains("algorithm=MD5")).expect("MD5 is offered");
        let quoted = |name: &str| {
            let (_, rest) = offered.split_once(&format!("{name}=\"")).expect("is there");
            rest.split('"').next().unwrap_or_default()
        };
        let (realm, nonce, user) = (quoted("realm"), quoted("nonce"), self.user);
        let hash = |text: String| {
            Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let ha1 = hash(format!("{user}:{realm}:{password}"));
        let ha2 = hash(format!("{method}:{uri}"));
        let response = hash(format!("{ha1}:{nonce}:00000001:xyz:auth:{ha2}"));
        format!(
            "Authorization: Digest username=\"{user}\",realm=\"{realm}\",nonce=\"{nonce}\",uri=\"{uri}\",\
             response=\"{response}\",algorithm=MD5,cnonce=\"xyz\",qop=auth,nc=00000001\r\n"
        )
    }
}
