//! What the far sides say: trunks, gateways and fixed phones, each asked by one OPTIONS (RFC 3261 §11).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use super::finding::Finding;
use crate::config::{Config, Phone};
use crate::runtime::Clock;
use crate::server::whereabouts;
use crate::time::Wall;

/// How long an answer may take, and how often the question is sent over UDP meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);
const TRIES: usize = 3;
/// The most bytes of an answer that are read.
const MAX_ANSWER: usize = 64 * 1024;
/// Clocks that differ by more than this make records and nonces wrong, in seconds.
const CLOCK_SLACK: u64 = 60;

/// Whom to ask, and how.
#[derive(Debug)]
struct Peer {
    /// What it is called here.
    what: String,
    /// Its SIP address.
    address: String,
    /// Whether it is somebody's telephone, which may be switched off.
    is_phone: bool,
}

/// Asks everybody that the configuration names by address.
pub(super) fn look(config: &Config, clock: Clock) -> Vec<Finding> {
    let mut peers: Vec<Peer> =
        config.transfers.via.iter().filter_map(|via| peer("transfers.via", via)).collect();
    for (name, trunk) in &config.trunks {
        let what = format!("trunk {name}");
        let places = trunk.proxy.iter().chain(&trunk.addresses);
        peers.extend(places.filter_map(|address| peer(&what, address)));
    }
    peers.extend(config.agents.iter().filter_map(|(name, agent)| match &agent.phone {
        Phone::Address(address) => {
            let peer = peer(&format!("agent {name}"), address)?;
            Some(Peer { is_phone: true, ..peer })
        }
        Phone::Registered { .. } | Phone::Afar { .. } => None,
    }));
    peers.iter().flat_map(|peer| ask(peer, clock)).collect()
}

/// The peer that a `sip:` address names; `None` for TLS, whose handshake is no business of this question.
fn peer(what: &str, address: &str) -> Option<Peer> {
    let rest = address.strip_prefix("sip:")?;
    let mut parts = rest.split(['?', ';']);
    let host = parts.next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let transport = parts.find_map(|part| part.strip_prefix("transport="));
    let plain = transport
        .is_none_or(|name| ["udp", "tcp"].iter().any(|plain| name.eq_ignore_ascii_case(plain)));
    let (what, address) = (format!("{what}, {host}"), address.to_owned());
    plain.then_some(Peer { what, address, is_phone: false })
}

/// Asks one peer.
fn ask(peer: &Peer, clock: Clock) -> Vec<Finding> {
    let what = &peer.what;
    let Some(spots) = whereabouts(&peer.address) else {
        return vec![
            Finding::mend(what, "its name leads nowhere").cure("look at the name and at DNS"),
        ];
    };
    // The servers of its name that are spoken to in the clear; the first is the one that calls go to.
    let Some((address, tcp)) = spots.first().copied() else { return Vec::new() };
    let answer = if tcp { over_tcp(address, clock) } else { over_udp(address, clock) };
    match answer.as_deref().map(Answer::read) {
        None | Some(None) => {
            let finding = if peer.is_phone { Finding::note } else { Finding::mend };
            let finding = finding(what.clone(), "does not answer".to_owned());
            vec![finding.cure("is it running, reachable from here, and does it know this address?")]
        }
        Some(Some(answer)) => answer.judge(what, clock.wall()),
    }
}

fn over_udp(to: SocketAddr, clock: Clock) -> Option<String> {
    let any: SocketAddr =
        if to.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(to).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    let question = question(to, socket.local_addr().ok()?, "UDP", clock);
    let mut buffer = vec![0; MAX_ANSWER];
    for _ in 0..TRIES {
        socket.send(question.as_bytes()).ok()?;
        if let Ok(length) = socket.recv(&mut buffer) {
            return String::from_utf8(buffer.get(..length)?.to_vec()).ok();
        }
    }
    None
}

fn over_tcp(to: SocketAddr, clock: Clock) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&to, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let question = question(to, stream.local_addr().ok()?, "TCP", clock);
    stream.write_all(question.as_bytes()).ok()?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    while answer.len() < MAX_ANSWER {
        match stream.read(&mut buffer) {
            Ok(length @ 1..) => answer.extend(buffer.get(..length)?),
            Ok(0) | Err(_) => break,
        }
        if answer.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8(answer).ok()
}

fn question(to: SocketAddr, from: SocketAddr, transport: &str, clock: Clock) -> String {
    let mark = clock.wall().as_unix_micros();
    format!(
        "OPTIONS sip:{to} SIP/2.0\r\nVia: SIP/2.0/{transport} {from};branch=z9hG4bK{mark};rport\r\n\
         From: <sip:doctor@{from}>;tag={mark}\r\nTo: <sip:{to}>\r\nCall-ID: {mark}@{from}\r\n\
         CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContact: <sip:doctor@{from}>\r\n\
         Accept: application/sdp\r\nContent-Length: 0\r\n\r\n"
    )
}

/// What a peer answered.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    server: Option<String>,
    /// What its clock said, as the header has it.
    date: Option<Wall>,
    allow: Option<String>,
    /// Formats of audio, if it told them.
    formats: Option<Vec<String>>,
}

impl Answer {
    fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.strip_prefix("SIP/2.0 ")?.split(' ').next()?.parse().ok()?;
        let fields: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
        let field = |name: &str| {
            let found = fields.iter().find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim().to_owned())
        };
        let maps = body.lines().filter_map(|line| line.strip_prefix("a=rtpmap:"));
        let names = maps.filter_map(|map| map.split_once(' ')).map(|(_, name)| name.to_uppercase());
        let formats: Vec<String> = names.collect();
        Some(Self {
            status,
            server: field("Server").or_else(|| field("User-Agent")),
            date: field("Date").and_then(|date| http_date(&date)),
            allow: field("Allow"),
            formats: (!formats.is_empty()).then_some(formats),
        })
    }

    fn judge(&self, what: &str, now: Wall) -> Vec<Finding> {
        let Self { status, server, .. } = self;
        let server = server.as_deref().map_or(String::new(), |server| format!(" ({server})"));
        let mut findings = vec![match status {
            200..300 => Finding::well(what, format!("answers{server}")),
            // It is there, and answers no questions to strangers.
            401 | 403 | 404 | 405 | 407 | 501 => {
                Finding::well(what, format!("is there: it answers {status}{server}"))
            }
            503 => Finding::note(what, format!("says that it takes no calls now: 503{server}")),
            _ => Finding::note(what, format!("answers {status}{server}"))
                .cure("it may not know this address: look at its log"),
        }];
        if let Some(allow) = &self.allow
            && !allow.to_uppercase().contains("INVITE")
        {
            findings.push(Finding::note(what, "takes no calls: INVITE is not in its Allow"));
        }
        if let Some(date) = self.date {
            let apart = now.as_unix_millis().abs_diff(date.as_unix_millis()) / 1_000;
            if apart > CLOCK_SLACK {
                let text = format!("its clock and ours are {apart} s apart");
                findings.push(Finding::note(what, text).cure("let both follow a time server"));
            }
        }
        if let Some(formats) = &self.formats {
            findings.extend(audio(what, formats));
        }
        findings
    }
}

/// What its formats mean to a call.
fn audio(what: &str, formats: &[String]) -> Vec<Finding> {
    let has = |name: &str| formats.iter().any(|format| format.starts_with(name));
    let common = ["PCMA/8000", "PCMU/8000", "G722/8000", "OPUS/48000"].map(has);
    let codecs = if common.contains(&true) {
        Finding::well(what, format!("speaks {}", formats.join(", ")))
    } else {
        Finding::mend(what, format!("speaks none of our codecs: {}", formats.join(", ")))
            .cure("allow PCMA or PCMU there")
    };
    let keys = if has("TELEPHONE-EVENT") {
        Finding::well(what, "sends keys as telephone-events")
    } else {
        Finding::note(what, "does not offer telephone-events: keys come by INFO or as tones")
            .cure("set its DTMF mode to RFC 2833 or RFC 4733")
    };
    vec![codecs, keys]
}

/// Reads `Sat, 13 Nov 2010 23:29:00 GMT` (RFC 3261 §20.17).
fn http_date(text: &str) -> Option<Wall> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split_once(", ")?.1.split(' ');
    let day = words.next()?;
    let named = words.next()?;
    let month = MONTHS.iter().position(|month| *month == named)? + 1;
    let (year, time) = (words.next()?, words.next()?);
    Wall::parse_rfc3339(&format!("{year}-{month:02}-{day:0>2}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    const ANSWER: &str = "SIP/2.0 200 OK\r\nserver: Acme 1\r\nDate: Sat, 13 Nov 2010 23:29:00 GMT\r\n\
        Allow: INVITE, ACK, BYE\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\
        m=audio 0 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n";

    #[test]
    fn an_answer_says_what_a_trunk_can_do() {
        let answer = Answer::read(ANSWER).expect("an answer");
        let date = Wall::parse_rfc3339("2010-11-13T23:29:00Z");
        assert_eq!((answer.status, answer.date), (200, date));
        let later = Wall::parse_rfc3339("2010-11-13T23:31:00Z").expect("a time");
        let told: Vec<String> =
            answer.judge("acme", later).iter().map(|finding| finding.to_string()).collect();
        let told = told.join("\n");
        for part in ["answers (Acme 1)", "120 s apart", "speaks PCMA/8000", "telephone-events"] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert_eq!(Answer::read("HTTP/1.1 200 OK\r\n\r\n"), None);
        assert_eq!(Answer::read(""), None);
        let stranger = Answer::read("SIP/2.0 403 No\r\n\r\n").expect("an answer");
        assert_eq!(stranger.judge("acme", later)[0].level, Level::Well, "it is there");
    }

    #[test]
    fn peers_are_found_in_their_addresses() {
        for (address, what) in [
            ("sip:192.0.2.10:5062", Some("it, 192.0.2.10:5062")),
            ("sip:pbx.example", Some("it, pbx.example")),
            ("sip:budi@[2001:db8::1];transport=TCP", Some("it, [2001:db8::1]")),
            ("sip:pbx.example;transport=tls", None),
            ("tel:+62215550100", None),
        ] {
            assert_eq!(peer("it", address).map(|peer| peer.what).as_deref(), what, "{address}");
        }
    }

    #[test]
    fn one_who_answers_is_told_from_one_who_does_not() {
        let there = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = there.local_addr().expect("bound").port();
        let answering = std::thread::spawn(move || {
            let (_, from) = there.recv_from(&mut [0; 2_000]).expect("a question");
            there.send_to(ANSWER.as_bytes(), from).expect("sent");
        });
        let asked = |port| {
            let peer = peer("it", &format!("sip:127.0.0.1:{port}")).expect("a peer");
            ask(&peer, Clock::new())[0].level
        };
        assert_eq!(asked(port), Level::Well);
        answering.join().expect("it answered");
        assert_eq!(asked(port), Level::Mend, "nobody is there any more");
    }
}
