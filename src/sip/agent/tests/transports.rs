//! What a transport changes: Via, Contact, repetitions, and the way that requests and answers take.

use std::net::SocketAddr;

use super::bench::{field, request, response, within};
use super::{ANSWER, OFFER, Side, invite};
use crate::call::HangupCause;
use crate::sip::agent::UserAgent;
use crate::sip::{DialogId, Ending, Input, Listen, Output, Settings, SipEvent, Transport};
use crate::time::{Duration, Instant};

/// What was sent, and which way.
#[derive(Debug, Clone)]
struct Sent {
    to: String,
    transport: Transport,
    fallback: Option<SocketAddr>,
    text: String,
}

/// A user agent with a socket of each transport at 10.0.0.2.
struct Office {
    agent: UserAgent,
    now: Instant,
    sent: Vec<Sent>,
    events: Vec<SipEvent>,
}

const CALLER: &str = "10.0.0.1:40000";

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

impl Office {
    fn new() -> Self {
        let listen = Transport::ALL.map(|transport| {
            let local = SocketAddr::new(Side::B.address().ip(), transport.default_port());
            Listen { transport, local, advertised: local }
        });
        let agent = UserAgent::new(Settings::new(listen.to_vec()), [0xb; 32]);
        Self { agent, now: Instant::ZERO, sent: Vec::new(), events: Vec::new() }
    }

    fn tell(&mut self, input: Input) {
        self.agent.handle(self.now, input);
        while let Some(output) = self.agent.poll_output() {
            match output {
                Output::Send { to, transport, fallback, bytes, .. } => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    self.sent.push(Sent { to: to.to_string(), transport, fallback, text });
                }
                Output::Event(event) => self.events.push(event),
            }
        }
    }

    fn hear(&mut self, transport: Transport, from: &str, text: &str) {
        let local = SocketAddr::new(Side::B.address().ip(), transport.default_port());
        let bytes = text.to_owned().into();
        self.tell(Input::Message { from: address(from), local, transport, bytes });
    }

    /// A call that came from [`CALLER`] and was taken; it and our 200.
    fn taken(&mut self, transport: Transport, text: &str) -> (DialogId, Sent) {
        self.hear(transport, CALLER, text);
        let Some(SipEvent::Incoming(call)) = self.events.pop() else { panic!("{text}") };
        assert_eq!(call.transport, transport);
        self.sent.clear();
        self.tell(Input::Answer { dialog: call.dialog, sdp: ANSWER.into() });
        let ok = self.sent[0].clone();
        self.hear(transport, CALLER, &within(&ok.text, "ACK", 1, "ack", ""));
        self.sent.clear();
        (call.dialog, ok)
    }

    fn bye(&mut self, dialog: DialogId) -> Sent {
        self.tell(Input::Hangup { dialog, cause: HangupCause::Normal });
        self.sent.pop().unwrap()
    }

    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.agent.poll_timeout().filter(|at| *at <= until) {
            self.now = at;
            self.tell(Input::Tick);
        }
        self.now = until;
    }

    fn call(&mut self, transport: Transport, target: &str) -> DialogId {
        let dialog = self.agent.new_dialog();
        let mut order = invite(dialog, address("10.0.0.1:5070"));
        order.transport = transport;
        order.target = target.to_owned();
        self.tell(Input::Invite(Box::new(order)));
        dialog
    }
}

fn asked(contact: &str) -> String {
    request("INVITE", "sip:100@b", "t", "").replace("sip:a@10.0.0.1:5060", contact)
}

#[test]
fn each_transport_is_named_in_via_and_contact() {
    for (transport, target, via, contact) in [
        (Transport::Udp, "sip:a@10.0.0.1", "SIP/2.0/UDP 10.0.0.2:5060", "<sip:10.0.0.2:5060>"),
        (
            Transport::Tcp,
            "sip:a@10.0.0.1",
            "SIP/2.0/TCP 10.0.0.2:5060",
            "<sip:10.0.0.2:5060;transport=tcp>",
        ),
        (
            Transport::Tls,
            "sip:a@10.0.0.1",
            "SIP/2.0/TLS 10.0.0.2:5061",
            "<sip:10.0.0.2:5061;transport=tls>",
        ),
        (Transport::Tls, "sips:a@10.0.0.1", "SIP/2.0/TLS 10.0.0.2:5061", "<sips:10.0.0.2:5061>"),
        (
            Transport::Ws,
            "sip:a@x.invalid",
            "SIP/2.0/WS 10.0.0.2:80",
            "<sip:10.0.0.2:80;transport=ws>",
        ),
        (
            Transport::Wss,
            "sips:a@x.invalid",
            "SIP/2.0/WSS 10.0.0.2:443",
            "<sips:10.0.0.2:443;transport=ws>",
        ),
    ] {
        let mut office = Office::new();
        office.call(transport, target);
        let sent = office.sent.pop().unwrap();
        assert_eq!((sent.to.as_str(), sent.transport), ("10.0.0.1:5070", transport), "{target}");
        let named = field(&sent.text, "Via").unwrap();
        assert_eq!(named.split(';').next(), Some(via));
        assert_eq!(field(&sent.text, "Contact").as_deref(), Some(contact));
    }
}

#[test]
fn a_secure_target_is_never_called_in_clear() {
    for transport in [Transport::Udp, Transport::Tcp, Transport::Ws] {
        let mut office = Office::new();
        let dialog = office.call(transport, "sips:a@10.0.0.1");
        assert!(office.sent.is_empty(), "{transport}");
        let ending = Ending::Refused(400);
        assert_eq!(office.events, [SipEvent::Ended { dialog, ending }]);
    }
}

#[test]
fn nothing_is_repeated_where_nothing_is_lost_but_the_answer_that_makes_a_call() {
    for transport in Transport::ALL {
        let mut office = Office::new();
        office.call(transport, "sip:a@10.0.0.1");
        office.pass(Duration::from_secs(5));
        let copies = if transport.is_reliable() { 1 } else { 4 };
        assert_eq!(office.sent.len(), copies, "{transport}: INVITE, timer A");
        // Nobody answers: the end comes all the same.
        office.pass(Duration::from_secs(28));
        assert!(matches!(office.events[0], SipEvent::Ended { ending: Ending::RingLimit, .. }));

        let mut office = Office::new();
        let (dialog, _) = office.taken(transport, &asked("sip:a@10.0.0.1:5080"));
        office.sent.clear();
        office.tell(Input::Hangup { dialog, cause: HangupCause::Normal });
        office.pass(Duration::from_secs(5));
        assert_eq!(office.sent.len(), if transport.is_reliable() { 1 } else { 4 }, "BYE, timer E");

        let mut office = Office::new();
        office.hear(transport, CALLER, &asked("sip:a@10.0.0.1"));
        let Some(SipEvent::Incoming(call)) = office.events.pop() else { panic!() };
        office.sent.clear();
        office.tell(Input::Answer { dialog: call.dialog, sdp: ANSWER.into() });
        office.pass(Duration::from_secs(4));
        assert_eq!(office.sent.len(), 4, "{transport}: a 2xx is repeated end to end, §13.3.1.4");

        let mut office = Office::new();
        office.hear(transport, CALLER, &asked("sip:a@10.0.0.1"));
        let Some(SipEvent::Incoming(call)) = office.events.pop() else { panic!() };
        office.sent.clear();
        let dialog = call.dialog;
        office.tell(Input::Refuse { dialog, status: 486, headers: Vec::new(), retry_after: None });
        office.pass(Duration::from_secs(5));
        assert_eq!(office.sent.len(), if transport.is_reliable() { 1 } else { 4 }, "486, timer G");
    }
}

#[test]
fn nothing_settled_is_kept_for_repetitions_that_cannot_come() {
    let mut office = Office::new();
    let (dialog, _) = office.taken(Transport::Tcp, &asked("sip:a@10.0.0.1:5080"));
    let bye = office.bye(dialog);
    office.hear(Transport::Tcp, CALLER, &response(&bye.text, "200 OK", "x", ""));
    office.pass(Duration::ZERO);
    assert_eq!(office.agent.counts().settled, 1, "the INVITE alone, RFC 6026 timer L");
    office.pass(Duration::from_secs(33));
    assert_eq!(office.agent.counts().settled, 0);
}

#[test]
fn answers_go_back_on_the_connection_and_elsewhere_only_if_it_is_gone() {
    for (transport, via, fallback) in [
        (Transport::Tcp, "SIP/2.0/TCP 10.0.0.1:5070;rport", "10.0.0.1:5070"),
        (Transport::Tcp, "SIP/2.0/TCP pc.example", "10.0.0.1:5060"),
        (Transport::Tls, "SIP/2.0/TLS pc.example", "10.0.0.1:5061"),
        (Transport::Ws, "SIP/2.0/WS df7jal23ls0d.invalid", "10.0.0.1:80"),
    ] {
        let mut office = Office::new();
        let text = asked("sip:a@x.invalid").replace("SIP/2.0/UDP 10.0.0.1:5060", via);
        office.hear(transport, CALLER, &text);
        let sent = office.sent[0].clone();
        assert!(sent.text.starts_with("SIP/2.0 100 "), "{}", sent.text);
        assert_eq!((sent.to.as_str(), sent.transport), (CALLER, transport), "{via}");
        assert_eq!(sent.fallback, Some(address(fallback)), "{via}");
    }
}

#[test]
fn requests_inside_a_call_keep_to_its_connection_unless_another_place_is_named() {
    use Transport::{Tcp, Tls, Udp, Ws};
    let route = |uri: &str| {
        format!("Record-Route: <{uri}>\r\nContent-Type: application/sdp\r\n\r\n{OFFER}")
    };
    for (came, contact, routed, to, transport, fallback) in [
        (Tcp, "sip:a@10.0.0.1:5080;transport=tcp", None, CALLER, Tcp, Some("10.0.0.1:5080")),
        (Tcp, "sip:a@10.0.0.1:5080", None, CALLER, Tcp, Some("10.0.0.1:5080")),
        (Tls, "sips:a@10.0.0.1", None, CALLER, Tls, Some("10.0.0.1:5061")),
        (Tcp, "sip:a@pc.example;transport=tcp", None, CALLER, Tcp, None),
        (Ws, "sip:a@df7jal23ls0d.invalid;transport=ws", None, CALLER, Ws, None),
        (Tcp, "sip:a@10.0.0.9:5080;transport=tcp", None, "10.0.0.9:5080", Tcp, None),
        (Tcp, "sip:a@10.0.0.1:5080;transport=udp", None, "10.0.0.1:5080", Udp, None),
        (Udp, "sip:a@10.0.0.1:5080;transport=tcp", None, "10.0.0.1:5080", Tcp, None),
        (Udp, "sip:a@10.0.0.1:5080;transport=ws", None, "10.0.0.1:5080", Udp, None),
        (
            Tcp,
            "sip:a@10.0.0.9",
            Some("sip:10.0.0.1:5060;transport=tcp;lr"),
            CALLER,
            Tcp,
            Some("10.0.0.1:5060"),
        ),
        (Tcp, "sip:a@10.0.0.9", Some("sip:10.0.0.3;transport=tcp;lr"), "10.0.0.3:5060", Tcp, None),
        (Udp, "sip:a@10.0.0.9", Some("sip:10.0.0.3;transport=tls;lr"), "10.0.0.3:5061", Tls, None),
    ] {
        let mut office = Office::new();
        let extra = routed.map(route).unwrap_or_default();
        let text =
            request("INVITE", "sip:100@b", "t", &extra).replace("sip:a@10.0.0.1:5060", contact);
        // What is named counts, not what lies behind an address translator.
        let text = text.replace("SIP/2.0/UDP 10.0.0.1:5060", "SIP/2.0/X 10.0.0.1:40000");
        let (dialog, _) = office.taken(came, &text);
        let bye = office.bye(dialog);
        let name = format!("{came} {contact} {routed:?}");
        assert_eq!((bye.to.as_str(), bye.transport), (to, transport), "{name}");
        assert_eq!(bye.fallback, fallback.map(address), "{name}");
        let via = field(&bye.text, "Via").unwrap();
        let port = transport.default_port();
        let start = format!("SIP/2.0/{} 10.0.0.2:{port};", transport.name().to_uppercase());
        assert!(via.starts_with(&start), "{name}: {via}");
    }
}

#[test]
fn a_call_that_cannot_be_sent_ends_at_once_and_one_that_rings_does_not() {
    let mut office = Office::new();
    let dialog = office.call(Transport::Tcp, "sip:a@10.0.0.1");
    let invite = office.sent.pop().unwrap().text;
    let (to, other) = (address("10.0.0.1:5070"), address("10.0.0.1:5071"));
    office.tell(Input::Unsent { to: other, transport: Transport::Tcp });
    office.tell(Input::Unsent { to, transport: Transport::Tls });
    assert!(office.events.is_empty(), "other ways");
    office.hear(Transport::Tcp, "10.0.0.1:5070", &response(&invite, "180 Ringing", "x", ""));
    assert_eq!(office.events.pop(), Some(SipEvent::Ringing { dialog }));
    office.tell(Input::Unsent { to, transport: Transport::Tcp });
    assert!(office.events.is_empty(), "the answer may come by a new connection");

    let dialog = office.call(Transport::Tcp, "sip:a@10.0.0.1");
    office.tell(Input::Unsent { to, transport: Transport::Tcp });
    assert_eq!(office.events, [SipEvent::Ended { dialog, ending: Ending::NoReply }]);
}
