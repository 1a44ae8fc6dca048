//! The few SIP texts that a caller writes and reads.

use std::net::SocketAddrV4;

use crate::media::{MasterKey, Suite};

/// The most bytes of a datagram that are read.
pub(in crate::cli::bench) const MAX_DATAGRAM: usize = 2_048;

/// What SIP messages go over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli::bench) enum Transport {
    Udp,
    Tls,
}

/// Who writes: the caller's addresses and the address that is called.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::bench) struct Ends {
    /// The caller's SIP socket.
    local: SocketAddrV4,
    /// The server under test.
    server: SocketAddrV4,
    transport: Transport,
}

impl Transport {
    /// Its name in `Via`.
    const fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tls => "TLS",
        }
    }

    /// What an address bears that is reached over it.
    const fn parameter(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tls => ";transport=tls",
        }
    }
}

/// What a 200 tells about the dialog it sets up.
#[derive(Debug)]
pub(super) struct Dialog {
    /// The value of `To`, with the tag of the other side.
    to: String,
    /// Where further requests go.
    target: String,
}

impl Ends {
    /// A caller at `local` who calls `server`.
    pub(in crate::cli::bench) const fn new(
        local: SocketAddrV4,
        server: SocketAddrV4,
        transport: Transport,
    ) -> Self {
        Self { local, server, transport }
    }

    /// Calls 100 and offers PCMU and telephone-event on a port, which takes the reports too (RFC 5761);
    /// encrypted if there is a key.
    pub(super) fn invite(self, call: usize, audio_port: u16, key: Option<&MasterKey>) -> String {
        let ip = self.local.ip();
        let (profile, crypto) = match key {
            None => ("AVP", String::new()),
            Some(key) => {
                let (suite, text) = (key.suite().name(), key.to_base64());
                ("SAVP", format!("a=crypto:1 {suite} inline:{}\r\n", *text))
            }
        };
        let sdp = format!(
            "v=0\r\no=- {call} 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {audio_port} RTP/{profile} 0 101\r\na=rtpmap:0 PCMU/8000\r\n{crypto}\
             a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=rtcp-mux\r\na=sendrecv\r\n"
        );
        let head = self.head("INVITE", &self.target(), call, 1, &self.to());
        let (local, parameter) = (self.local, self.transport.parameter());
        let length = sdp.len();
        format!(
            "{head}Contact: <sip:load@{local}{parameter}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {length}\r\n\r\n{sdp}"
        )
    }

    /// Acknowledges a 200: a transaction of its own.
    pub(super) fn ack(self, call: usize, dialog: &Dialog) -> String {
        self.request("ACK", &dialog.target, (call, 1), &dialog.to)
    }

    /// Acknowledges a refusal: part of the INVITE's transaction.
    pub(super) fn ack_refusal(self, call: usize, refusal: Message<'_>) -> String {
        let to = refusal.header("To").map_or_else(|| self.to(), str::to_owned);
        let ack = self.request("ACK", &self.target(), (call, 1), &to);
        ack.replacen("-ACK", "-INVITE", 1)
    }

    /// Hangs up.
    pub(super) fn bye(self, call: usize, dialog: &Dialog) -> String {
        self.request("BYE", &dialog.target, (call, 2), &dialog.to)
    }

    /// Asks whether anybody is there.
    pub(in crate::cli::bench) fn options(self, call: usize) -> String {
        self.request("OPTIONS", &self.target(), (call, 1), &self.to())
    }

    fn request(self, method: &str, uri: &str, (call, cseq): (usize, u32), to: &str) -> String {
        self.head(method, uri, call, cseq, to) + "Content-Length: 0\r\n\r\n"
    }

    fn head(self, method: &str, uri: &str, call: usize, cseq: u32, to: &str) -> String {
        let (local, transport) = (self.local, self.transport.name());
        format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{transport} {local};branch=z9hG4bK{call}-{method};rport\r\n\
             From: <sip:load@{local}>;tag={call}\r\nTo: {to}\r\nCall-ID: {call}@{local}\r\n\
             CSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n"
        )
    }

    fn target(self) -> String {
        format!("sip:100@{}{}", self.server, self.transport.parameter())
    }

    fn to(self) -> String {
        format!("<{}>", self.target())
    }
}

/// A message that came in.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::bench) struct Message<'a> {
    text: &'a str,
}

impl<'a> Message<'a> {
    /// Looks at a datagram; `None` if it is not text.
    pub(in crate::cli::bench) fn read(datagram: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(datagram).ok().map(|text| Self { text })
    }

    /// The status, if it is a response.
    pub(in crate::cli::bench) fn status(self) -> Option<u16> {
        self.text.strip_prefix("SIP/2.0 ")?.split(' ').next()?.parse().ok()
    }

    /// Which request it is, or answers.
    pub(super) fn method(self) -> Option<&'a str> {
        self.header("CSeq")?.split(' ').nth(1)
    }

    /// Which of our calls it belongs to.
    pub(super) fn call(self) -> Option<usize> {
        self.header("Call-ID")?.split('@').next()?.parse().ok()
    }

    /// The port of the audio in the session description.
    pub(super) fn audio_port(self) -> Option<u16> {
        let (_, media) = self.text.split_once("\r\nm=audio ")?;
        media.split(' ').next()?.parse().ok().filter(|&port| port != 0)
    }

    /// The key of the other side's audio.
    pub(super) fn key(self) -> Option<MasterKey> {
        let (_, crypto) = self.text.split_once("\r\na=crypto:")?;
        let mut words = crypto.lines().next()?.split(' ').skip(1);
        let suite = Suite::named(words.next()?)?;
        let key = words.next()?.strip_prefix("inline:")?;
        MasterKey::from_base64(suite, key.split('|').next()?).ok()
    }

    /// The dialog that a 200 to our INVITE sets up.
    pub(super) fn dialog(self) -> Option<Dialog> {
        let to = self.header("To")?.to_owned();
        let (_, contact) = self.header("Contact")?.split_once('<')?;
        let target = contact.split_once('>')?.0.to_owned();
        Some(Dialog { to, target })
    }

    /// The 200 to a request.
    pub(super) fn ok(self) -> String {
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"]
            .map(|name| format!("{name}: {}\r\n", self.header(name).unwrap_or_default()))
            .concat();
        format!("SIP/2.0 200 OK\r\n{copied}Content-Length: 0\r\n\r\n")
    }

    fn header(self, name: &str) -> Option<&'a str> {
        let head = self.text.split("\r\n\r\n").next()?;
        head.split("\r\n").skip(1).find_map(|line| {
            let (written, value) = line.split_once(':')?;
            written.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}
