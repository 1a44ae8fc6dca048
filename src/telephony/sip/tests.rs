//! The whole adapter on loopback against phones that write their SIP by hand.

mod abuse;
mod forks;
mod gate;
mod line;
mod phone;
mod pki;
mod torture;
mod transports;
mod trunks;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::call::{
    AdapterId, Answering, Class, Command, CommandKind, Dial, EndedBy, EventKind, HangupCause,
    KeySource, LEAST_AT_HANGUP, LegId, Play, PlayId, Recording, RecordingEnd, Rejection, Report,
    SymbolSet, Target, Told,
};
use crate::runtime::{Adapter as _, AdapterError, Clock, Port, Wire};
use crate::storage::Recordings;
use crate::time::Duration;
use phone::{Message, PATIENCE, Phone};

/// A node with the adapter and nothing behind it: the test is the engine.
struct Node {
    wire: Wire,
    drain: watch::Sender<bool>,
    address: SocketAddr,
    sockets: Vec<Socket>,
    task: JoinHandle<Result<(), AdapterError>>,
}

impl Node {
    /// Loopback may call without a password.
    fn open() -> Self {
        Self::start(|settings| settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)])
    }

    fn start(change: impl FnOnce(&mut Settings)) -> Self {
        Self::try_start(change).expect("loopback has a free port")
    }

    /// Loopback may call without a password, and is recorded in `folder`.
    fn recording(folder: &std::path::Path) -> (Self, Recordings) {
        let (recordings, slot) = Recordings::open(folder, Clock::new()).expect("a folder");
        let allow = |settings: &mut Settings| {
            settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        };
        let node = Self::start_as(allow, |adapter| adapter.recording(slot));
        (node.expect("loopback has a free port"), recordings)
    }

    fn try_start(change: impl FnOnce(&mut Settings)) -> Result<Self, AdapterError> {
        Self::start_as(change, |adapter| adapter)
    }

    fn start_as(
        change: impl FnOnce(&mut Settings),
        more: impl FnOnce(SipAdapter) -> SipAdapter,
    ) -> Result<Self, AdapterError> {
        let here = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
        let mut settings = Settings::new(vec![Socket::new(Transport::Udp, here)], rtp_settings());
        settings.users = [("201".into(), Password::new("rahasia-201"))].into();
        // What phones made of text know.
        settings.digests = vec![Algorithm::Sha256, Algorithm::Md5];
        change(&mut settings);
        let adapter = more(SipAdapter::bind(settings, library())?);
        let sockets = adapter.sockets().to_vec();
        let address = sockets[0].address;
        let (drain, drained) = watch::channel(false);
        let (port, wire) = Port::new(AdapterId(1), 10, drained, Clock::new());
        let task = tokio::spawn(Box::new(adapter).run(port));
        Ok(Self { wire, drain, address, sockets, task })
    }

    async fn report(&mut self) -> Report {
        let report = timeout(PATIENCE, self.wire.reports.recv()).await;
        report.expect("something is reported").expect("the adapter lives")
    }

    async fn event(&mut self) -> (LegId, EventKind) {
        match self.report().await {
            Report::Leg(event) => (event.leg, event.kind),
            Report::Endpoint { user, reachable } => panic!("{user} became reachable: {reachable}"),
            report @ (Report::Away | Report::Back) => panic!("{report:?}"),
        }
    }

    async fn order(&self, leg: LegId, kind: CommandKind) {
        self.wire.commands.send(Command { leg, kind }).await.expect("the adapter lives");
    }

    /// Nothing is left to report.
    fn is_silent(&mut self) -> bool {
        self.wire.reports.try_recv().is_err()
    }

    /// Dials a phone on a leg of its own.
    async fn dial(&self, number: u64, to: Target) -> LegId {
        let leg = LegId { adapter: self.wire.id, number };
        self.order(leg, CommandKind::Dial(Box::new(dial(to)))).await;
        leg
    }

    /// Lets the phone call and answers; both sides are there.
    async fn answered(&mut self, phone: &mut Phone) -> (LegId, Message) {
        let sdp = phone.sdp_with_keys();
        self.answered_with(phone, &sdp).await
    }

    async fn answered_with(&mut self, phone: &mut Phone, sdp: &str) -> (LegId, Message) {
        phone.invite("100", "", sdp).await;
        let (leg, _) = self.event().await;
        self.order(leg, CommandKind::Accept(Answering::Answer)).await;
        let answer = phone.expect(200).await;
        phone.acknowledge("").await;
        assert_eq!(self.event().await, (leg, EventKind::Answered));
        (leg, answer)
    }

    /// Takes the end of a leg; checks who and why.
    async fn ended(&mut self, leg: LegId, by: EndedBy, cause: HangupCause) {
        let (ended, kind) = self.event().await;
        let EventKind::Ended { by: found, cause: why, .. } = kind else { panic!("{kind:?}") };
        assert_eq!((ended, found, why), (leg, by, cause));
        assert!(self.is_silent(), "the end is the last event");
    }
}

fn dial(to: Target) -> Dial {
    Dial {
        to,
        caller_id: None,
        display: Some("service · order · 40 s".into()),
        tell: vec![
            Told { name: "topic".into(), value: "order".into(), class: Class::Public },
            Told { name: "phone".into(), value: "08123456789".into(), class: Class::Personal },
        ],
        pop_url: Some("https://desk.example/1".into()),
        beside: None,
        ring: Duration::from_secs(20),
    }
}

fn library() -> watch::Receiver<Arc<crate::media::Library>> {
    watch::channel(Arc::default()).1
}

fn rtp_settings() -> crate::telephony::rtp::Settings {
    crate::telephony::rtp::Settings { threads: 1, ..Default::default() }
}

#[tokio::test]
async fn a_call_is_offered_rung_answered_and_ended_by_the_caller() {
    let mut node = Node::open();
    let mut phone = Phone::new("08123456789", node.address).await;
    phone.invite("100", "", &phone.sdp_with_keys()).await;
    let (leg, kind) = node.event().await;
    let EventKind::Offered(offer) = kind else { panic!("{kind:?}") };
    assert_eq!((leg.number, &*offer.origin.called), (1, "100"));
    assert_eq!(offer.origin.caller.number.as_deref(), Some("08123456789"));
    assert_eq!(offer.origin.caller.name.as_deref(), Some("Sari"));
    assert_eq!((offer.origin.asserted, offer.dtmf), (false, true));
    node.order(leg, CommandKind::Accept(Answering::Ring)).await;
    phone.expect(180).await;
    node.order(leg, CommandKind::Accept(Answering::Answer)).await;
    let answer = phone.expect(200).await;
    assert!(answer.body().contains(" RTP/AVP 0 101\r\n"), "{}", answer.text);
    phone.acknowledge("").await;
    assert_eq!(node.event().await, (leg, EventKind::Answered));
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    let (ended, kind) = node.event().await;
    let EventKind::Ended { by, cause, quality } = kind else { panic!("{kind:?}") };
    assert_eq!((ended, by, cause), (leg, EndedBy::Caller, HangupCause::Normal));
    assert!(quality.is_some(), "the media thread says how it was");
}

#[tokio::test]
async fn every_peer_is_told_an_address_it_can_reach() {
    for (advertise, expected) in [(None, "127.0.0.1"), (Some("203.0.113.7"), "203.0.113.7")] {
        let mut node = Node::start(|settings| {
            settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
            let everywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
            settings.listen = vec![Socket::new(Transport::Udp, everywhere)];
            settings.advertise = advertise.map(|text| text.parse().expect("an address"));
        });
        node.address.set_ip(Ipv4Addr::LOCALHOST.into());
        let mut phone = Phone::new("200", node.address).await;
        let (_, answer) = node.answered(&mut phone).await;
        let port = node.address.port();
        assert_eq!(answer.header("Contact"), format!("<sip:{expected}:{port}>"));
        assert!(answer.body().contains(&format!("c=IN IP4 {expected}\r\n")), "{}", answer.text);
        node.dial(2, Target::Address(format!("sip:budi@{}", phone.address()).into())).await;
        let invite = phone.expect_request("INVITE").await;
        assert_eq!(invite.header("Contact"), format!("<sip:{expected}:{port}>"));
        assert!(
            invite.header("Via").contains(&format!("UDP {expected}:{port};")),
            "{}",
            invite.text
        );
        assert!(invite.body().contains(&format!("c=IN IP4 {expected}\r\n")), "{}", invite.text);
    }
}

#[tokio::test]
async fn a_call_over_ipv6_is_answered_with_ipv6() {
    let here = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let node = Node::try_start(|settings| {
        settings.allow = vec![Network::new(here, 128)];
        settings.listen = vec![Socket::new(Transport::Udp, SocketAddr::new(here, 0))];
        settings.rtp.bind = here;
    });
    let Ok(mut node) = node else {
        println!("SKIPPED: this machine has no IPv6 loopback.");
        return;
    };
    let mut phone = Phone::new("200", node.address).await;
    let (leg, answer) = node.answered(&mut phone).await;
    assert!(answer.body().contains("c=IN IP6 ::1\r\n"), "{}", answer.text);
    for sequence in 1..=3 {
        phone.speak(answer.audio_port(), 101, sequence, &[1, 10, 0, 160]).await;
    }
    let (found, kind) = node.event().await;
    assert!(found == leg && matches!(kind, EventKind::Digit { .. }), "{kind:?}");
}

#[tokio::test]
async fn the_engine_hangs_up_and_the_caller_hears_of_it() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let (leg, _) = node.answered(&mut phone).await;
    node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
    node.ended(leg, EndedBy::System, HangupCause::Normal).await;
    let bye = phone.expect_request("BYE").await;
    phone.answer(&bye, "200 OK", "").await;
    node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
    node.order(leg, CommandKind::Unbridge).await;
    let next = node.answered(&mut phone).await;
    assert_eq!(next.0.number, 3, "late orders were without effect");
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_one_end() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    phone.invite("100", "", &phone.sdp_with_keys()).await;
    let (leg, _) = node.event().await;
    node.order(leg, CommandKind::Accept(Answering::Ring)).await;
    phone.expect(180).await;
    phone.cancel().await;
    let statuses = [phone.receive().await.status(), phone.receive().await.status()];
    assert!(statuses.contains(&200) && statuses.contains(&487), "{statuses:?}");
    node.ended(leg, EndedBy::Caller, HangupCause::Cancelled).await;
}

#[tokio::test]
async fn refusals_bear_the_status_of_their_cause() {
    for (cause, status) in [
        (HangupCause::NotFound, 404),
        (HangupCause::Busy, 486),
        (HangupCause::Rejected, 603),
        (HangupCause::Overload, 503),
    ] {
        let mut node = Node::open();
        let mut phone = Phone::new("200", node.address).await;
        phone.invite("999", "", &phone.sdp_with_keys()).await;
        let (leg, _) = node.event().await;
        node.order(leg, CommandKind::Refuse(cause)).await;
        let refusal = phone.expect(status).await;
        assert_eq!(refusal.header("Retry-After").is_empty(), status != 503);
        phone.acknowledge("").await;
        node.ended(leg, EndedBy::System, cause).await;
    }
}

#[tokio::test]
async fn early_media_and_the_answer_carry_the_same_description() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    phone.invite("100", "", &phone.sdp_with_keys()).await;
    let (leg, _) = node.event().await;
    node.order(leg, CommandKind::Accept(Answering::Early)).await;
    let early = phone.expect(183).await;
    node.order(leg, CommandKind::Accept(Answering::Answer)).await;
    let answer = phone.expect(200).await;
    assert!(!early.body().is_empty());
    assert_eq!(early.body(), answer.body());
}

#[tokio::test]
async fn an_invite_without_offer_gets_ours_and_the_ack_decides() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    for (sdp, fits) in
        [(phone.sdp("8", ""), true), (phone.sdp("18", ""), false), (String::new(), false)]
    {
        phone.invite("100", "", "").await;
        let (leg, _) = node.event().await;
        node.order(leg, CommandKind::Accept(Answering::Answer)).await;
        let answer = phone.expect(200).await;
        assert!(answer.body().contains(" RTP/AVP 0 8 9 111 101 102\r\n"), "{}", answer.text);
        phone.acknowledge(&sdp).await;
        if fits {
            assert_eq!(node.event().await, (leg, EventKind::Answered));
            node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
            node.ended(leg, EndedBy::System, HangupCause::Normal).await;
        } else {
            node.ended(leg, EndedBy::System, HangupCause::Incompatible).await;
        }
        let bye = phone.expect_request("BYE").await;
        phone.answer(&bye, "200 OK", "").await;
    }
}

#[tokio::test]
async fn what_cannot_be_spoken_is_refused_before_the_engine_hears_of_it() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    for (sdp, status) in [(phone.sdp("18 3", ""), 488), ("no description".to_owned(), 400)] {
        phone.invite("100", "", &sdp).await;
        phone.expect(status).await;
        phone.acknowledge("").await;
    }
    let (leg, _) = node.answered(&mut phone).await;
    assert_eq!(leg.number, 1, "no leg was spent on them");
}

#[tokio::test]
async fn strangers_need_a_password_and_their_own_name() {
    let mut node = Node::start(|settings| settings.guard.answer_strangers = true);
    let uri = format!("sip:100@{}", node.address);
    let mut phone = Phone::new("201", node.address).await;
    phone.invite("100", "", &phone.sdp_with_keys()).await;
    let challenge = phone.expect(401).await;
    phone.acknowledge("").await;
    for password in ["salah", "rahasia-201"] {
        let credentials = phone.credentials(&challenge, password, "INVITE", &uri);
        let sdp = phone.sdp_with_keys();
        phone.invite_once_more(&uri, &credentials, &sdp).await;
        if password == "salah" {
            phone.expect(401).await;
            phone.acknowledge("").await;
        }
    }
    assert!(matches!(node.event().await.1, EventKind::Offered(_)));

    let mut other = Phone::new("201", node.address).await;
    other.invite("100", "", &other.sdp_with_keys()).await;
    let challenge = other.expect(401).await;
    other.acknowledge("").await;
    let credentials = other.credentials(&challenge, "rahasia-201", "INVITE", &uri);
    other.user = "202";
    let sdp = other.sdp_with_keys();
    other.invite_once_more(&uri, &credentials, &sdp).await;
    other.expect(403).await;
    assert!(node.is_silent());
}

#[tokio::test]
async fn an_agent_registers_is_called_and_hung_up() {
    let mut node = Node::open();
    let mut phone = Phone::new("201", node.address).await;
    let answer = phone.register("rahasia-201", 60).await;
    assert_eq!(answer.status(), 200, "{}", answer.text);
    assert!(answer.header("Contact").ends_with(";expires=60"), "{}", answer.text);
    let reachable = |reachable| Report::Endpoint { user: "201".into(), reachable };
    assert_eq!(node.report().await, reachable(true));

    let leg = node.dial(2, Target::User("201".into())).await;
    let invite = phone.expect_request("INVITE").await;
    assert!(invite.header("From").starts_with("\"service · order · 40 s\" "), "{}", invite.text);
    assert_eq!(invite.header("Call-Info"), "<https://desk.example/1>;purpose=info");
    let told = "00746f7069633d6f72646572;encoding=hex";
    assert_eq!(invite.header("User-to-User"), told, "no personal value goes over UDP");
    phone.answer(&invite, "180 Ringing", "").await;
    assert_eq!(node.event().await, (leg, EventKind::Ringing));
    phone.answer(&invite, "200 OK", &phone.sdp_with_keys()).await;
    phone.expect_request("ACK").await;
    assert_eq!(node.event().await, (leg, EventKind::Answered));
    node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
    let bye = phone.expect_request("BYE").await;
    phone.answer(&bye, "200 OK", "").await;
    node.ended(leg, EndedBy::System, HangupCause::Normal).await;

    assert_eq!(phone.register("rahasia-201", 0).await.status(), 200);
    assert_eq!(node.report().await, reachable(false));
    assert_eq!(phone.register("salah", 60).await.status(), 401);
    let gone = node.dial(4, Target::User("201".into())).await;
    node.ended(gone, EndedBy::System, HangupCause::Unreachable).await;
}

#[tokio::test]
async fn agents_refuse_in_their_own_ways() {
    let mut node = Node::open();
    let phone = Phone::new("budi", node.address).await;
    for (number, status, cause) in [
        (2, "486 Busy Here", HangupCause::Busy),
        (4, "603 Decline", HangupCause::Rejected),
        (6, "408 Request Timeout", HangupCause::NoAnswer),
        (8, "480 Temporarily Unavailable", HangupCause::Unreachable),
        (10, "488 Not Acceptable Here", HangupCause::Incompatible),
    ] {
        let address = format!("sip:budi@{}", phone.address());
        let leg = node.dial(number, Target::Address(address.into())).await;
        let invite = phone.expect_request("INVITE").await;
        phone.answer(&invite, status, "").await;
        phone.expect_request("ACK").await;
        node.ended(leg, EndedBy::Caller, cause).await;
    }
}

#[tokio::test]
async fn a_dial_without_a_way_ends_at_once() {
    let mut node = Node::open();
    for (number, to) in [
        (2, Target::User("nobody".into())),
        (4, Target::Number("+62215550100".into())),
        (6, Target::Address("sips:budi@127.0.0.1".into())),
        (8, Target::Address("sip:budi@[::1]:5060".into())),
    ] {
        let leg = node.dial(number, to).await;
        node.ended(leg, EndedBy::System, HangupCause::Unreachable).await;
    }
}

#[tokio::test]
async fn a_number_goes_through_the_trunk() {
    let trunk = Phone::new("trunk", "127.0.0.1:9".parse().expect("an address")).await;
    let line = trunks::line(&trunk, |_| {});
    let node = Node::start(|settings| settings.trunks = vec![line]);
    node.dial(2, Target::Number("+62215550100".into())).await;
    let invite = trunk.expect_request("INVITE").await;
    let line = format!("INVITE sip:+62215550100@{} SIP/2.0", trunk.address());
    assert_eq!(invite.start_line(), line);
}

#[tokio::test]
async fn a_name_is_looked_up() {
    let mut node = Node::open();
    let phone = Phone::new("budi", node.address).await;
    let address = format!("sip:budi@localhost:{}", phone.address().port());
    let leg = node.dial(2, Target::Address(address.into())).await;
    let invite = phone.expect_request("INVITE").await;
    phone.answer(&invite, "486 Busy Here", "").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    let leg = node.dial(4, Target::Address("sip:budi@no-such-host.invalid".into())).await;
    node.order(leg, CommandKind::Hangup(HangupCause::Cancelled)).await;
    let (ended, kind) = node.event().await;
    assert!(ended == leg && matches!(kind, EventKind::Ended { .. }), "{kind:?}");
}

#[tokio::test]
async fn hold_and_resume_are_reported_and_answered() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let (leg, _) = node.answered(&mut phone).await;
    let uri = format!("sip:{}", node.address);
    let keys = "a=rtpmap:101 telephone-event/8000\r\n";
    for (direction, expected, answered) in [
        ("a=sendonly\r\n", EventKind::Held, "a=recvonly"),
        ("a=sendrecv\r\n", EventKind::Resumed, "a=sendrecv"),
        ("a=inactive\r\n", EventKind::Held, "a=inactive"),
    ] {
        let sdp = phone.sdp("0 101", &format!("{keys}{direction}"));
        phone.invite_again(&uri, "", &sdp).await;
        let answer = phone.expect(200).await;
        assert!(answer.body().contains(answered), "{}", answer.text);
        phone.acknowledge("").await;
        assert_eq!(node.event().await, (leg, expected));
    }
    phone.invite_again(&uri, "", "").await;
    let offer = phone.expect(200).await;
    assert!(offer.body().contains("a=sendrecv"), "{}", offer.text);
    phone.acknowledge(&phone.sdp_with_keys()).await;
    assert_eq!(node.event().await, (leg, EventKind::Resumed));
    let foreign = phone.sdp("18", "");
    phone.invite_again(&uri, "", &foreign).await;
    phone.expect(488).await;
    phone.acknowledge("").await;
    assert!(node.is_silent(), "the session stays as it was");
}

fn record(id: &str) -> CommandKind {
    CommandKind::Record(Recording {
        id: id.into(),
        limit: Duration::from_secs(60),
        silence: Duration::from_secs(2),
        end_on: SymbolSet::ALL,
        keep: Some(Duration::from_mins(60)),
    })
}

/// A second of sound.
async fn says(phone: &Phone, port: u16, second: u16) {
    let loud: Vec<u8> = (0..160).map(|n| if n % 16 < 8 { 0x90 } else { 0x10 }).collect();
    for n in 0..50 {
        phone.speak(port, 0, second * 50 + n, &loud).await;
    }
}

#[tokio::test]
async fn a_caller_is_recorded_until_a_key_by_info_or_the_end_of_the_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut node, recordings) = Node::recording(folder.path());
    let mut phone = Phone::new("200", node.address).await;
    let plain = phone.sdp("0", "");
    let (leg, answer) = node.answered_with(&mut phone, &plain).await;
    node.order(leg, record("0192-1")).await;
    says(&phone, answer.audio_port(), 0).await;
    phone.within("INFO", "application/dtmf", "7").await;
    phone.expect(200).await;
    assert!(matches!(node.event().await, (_, EventKind::Digit { .. })));
    let (found, kind) = node.event().await;
    let EventKind::Recorded { recording, end, .. } = kind else { panic!("{kind:?}") };
    assert_eq!((found, recording.as_str(), end), (leg, "0192-1", RecordingEnd::Key));

    node.order(leg, record("0192-2")).await;
    for second in 1..4 {
        says(&phone, answer.audio_port(), second).await;
    }
    // Some of what was sent may still wait for its turn; a message is long enough all the same.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    let (_, kind) = node.event().await;
    let EventKind::Recorded { recording, end, lasted } = kind else { panic!("{kind:?}") };
    assert_eq!((recording.as_str(), end), ("0192-2", RecordingEnd::Hangup));
    assert!(lasted >= LEAST_AT_HANGUP, "{lasted}");
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
    let wav = std::fs::read(folder.path().join("0192-2.wav")).expect("on the disk by now");
    assert_eq!(crate::media::Recording::from_wav(&wav).expect("a WAV file").duration(), lasted);
    drop(node.wire);
    node.task.await.expect("ends").expect("in order");
    recordings.close();
}

#[tokio::test]
async fn without_a_place_to_keep_recordings_an_order_to_record_is_refused() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let (leg, _) = node.answered(&mut phone).await;
    node.order(leg, record("0192-1")).await;
    let (_, kind) = node.event().await;
    let EventKind::Rejected { reason, .. } = kind else { panic!("{kind:?}") };
    assert_eq!(reason, Rejection::Unsupported);
}

#[tokio::test]
async fn keys_by_info_count_only_where_no_other_way_was_agreed() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let plain = phone.sdp("0", "");
    let (leg, _) = node.answered_with(&mut phone, &plain).await;
    phone.within("INFO", "application/dtmf-relay", "Signal=7\r\nDuration=160\r\n").await;
    phone.expect(200).await;
    let (found, kind) = node.event().await;
    let EventKind::Digit { symbol, source, .. } = kind else { panic!("{kind:?}") };
    assert_eq!((found, symbol.as_char(), source), (leg, '7', KeySource::Info));

    let mut other = Phone::new("300", node.address).await;
    node.answered(&mut other).await;
    other.within("INFO", "application/dtmf", "7").await;
    other.expect(200).await;
    assert!(node.is_silent());
}

#[tokio::test]
async fn keys_plays_and_a_bridge_pass_through_the_media_threads() {
    let mut node = Node::open();
    let mut caller = Phone::new("200", node.address).await;
    let (leg, answer) = node.answered(&mut caller).await;
    let key_five = [5, 10, 0, 160];
    for sequence in 1..=3 {
        caller.speak(answer.audio_port(), 101, sequence, &key_five).await;
    }
    let (found, kind) = node.event().await;
    let EventKind::Digit { symbol, source, .. } = kind else { panic!("{kind:?}") };
    assert_eq!((found, symbol.as_char(), source), (leg, '5', KeySource::RtpEvent));

    let id = PlayId(1);
    node.order(leg, CommandKind::Play(Play { id, items: Vec::new(), stop_on: SymbolSet::NONE }))
        .await;
    let (_, kind) = node.event().await;
    assert!(matches!(kind, EventKind::PlayEnded { play, .. } if play == id), "{kind:?}");

    let mut agent = Phone::new("300", node.address).await;
    let (other, _) = node.answered(&mut agent).await;
    node.order(leg, CommandKind::Bridge(other)).await;
    let bridged = [node.event().await, node.event().await];
    assert!(bridged.contains(&(leg, EventKind::Bridged)), "{bridged:?}");
    assert!(bridged.contains(&(other, EventKind::Bridged)), "{bridged:?}");
    let voice = [0x55; 160];
    caller.speak(answer.audio_port(), 0, 4, &voice).await;
    agent.hear(&voice).await;
    node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
    let mut apart = false;
    let mut ended = false;
    while !(apart && ended) {
        match node.event().await {
            (found, EventKind::Unbridged) if found == other => apart = true,
            (found, EventKind::Unbridged) if found == leg && !ended => {}
            (found, EventKind::Ended { .. }) if found == leg && !ended => ended = true,
            surprise => panic!("{surprise:?}"),
        }
    }
}

#[tokio::test]
async fn a_silent_phone_is_lost_only_if_it_does_not_answer() {
    let mut node = Node::start(|settings| {
        settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        settings.rtp.lost_after = Duration::from_millis(60);
        settings.answer_limit = Duration::from_millis(300);
    });
    let mut phone = Phone::new("200", node.address).await;
    let (leg, answer) = node.answered(&mut phone).await;
    let question = phone.expect_request("OPTIONS").await;
    phone.answer(&question, "200 OK", "").await;
    phone.speak(answer.audio_port(), 0, 1, &[0xff; 160]).await;
    phone.expect_request("OPTIONS").await;
    assert_eq!(node.event().await, (leg, EventKind::MediaLost), "only the second is unanswered");
    phone.speak(answer.audio_port(), 0, 2, &[0xff; 160]).await;
    phone.speak(answer.audio_port(), 0, 3, &[0xff; 160]).await;
    assert_eq!(node.event().await, (leg, EventKind::MediaRestored));
}

#[tokio::test]
async fn draining_turns_new_calls_away_and_keeps_old_ones() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let (leg, _) = node.answered(&mut phone).await;
    node.drain.send(true).expect("the adapter listens");
    let mut late = Phone::new("300", node.address).await;
    // The signal and the datagram travel apart, so the first call may still be taken.
    let refusal = loop {
        late.outside("OPTIONS", "").await;
        let answer = late.receive().await;
        if answer.status() == 503 {
            break answer;
        }
    };
    assert!(!refusal.header("Retry-After").is_empty(), "{}", refusal.text);
    late.invite("100", "", &late.sdp_with_keys()).await;
    let refusal = late.expect(503).await;
    assert!(!refusal.header("Retry-After").is_empty(), "{}", refusal.text);
    late.acknowledge("").await;
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
}

#[tokio::test]
async fn calls_over_the_limit_are_turned_away() {
    let mut node = Node::start(|settings| {
        settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        settings.max_calls = 1;
    });
    let mut phone = Phone::new("200", node.address).await;
    let (leg, _) = node.answered(&mut phone).await;
    let mut second = Phone::new("300", node.address).await;
    second.invite("100", "", &second.sdp_with_keys()).await;
    let refusal = second.expect(503).await;
    assert!(!refusal.header("Retry-After").is_empty(), "{}", refusal.text);
    second.acknowledge("").await;
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
    node.answered(&mut second).await;
}

#[tokio::test]
async fn orders_that_make_no_sense_are_rejected() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let (leg, _) = node.answered(&mut phone).await;
    for command in [
        CommandKind::Accept(Answering::Answer),
        CommandKind::Refuse(HangupCause::Busy),
        CommandKind::Bridge(leg),
        CommandKind::Bridge(LegId { number: 99, ..leg }),
        CommandKind::Dial(Box::new(dial(Target::User("201".into())))),
    ] {
        node.order(leg, command.clone()).await;
        let reason = Rejection::Invalid;
        assert_eq!(node.event().await, (leg, EventKind::Rejected { command, reason }));
    }
}

#[tokio::test]
async fn rubbish_changes_nothing_for_a_call() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    let (leg, answer) = node.answered(&mut phone).await;
    let mut state = 0x9e37_79b9_u32;
    let mut rubbish = Vec::new();
    for length in (0..1_000).map(|number| number % 300) {
        rubbish.clear();
        rubbish.extend(
            std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_be_bytes()[0]
            })
            .take(length),
        );
        phone.audio.send_to(&rubbish, node.address).await.expect("loopback takes it");
        let audio = SocketAddr::new(node.address.ip(), answer.audio_port());
        phone.audio.send_to(&rubbish, audio).await.expect("loopback takes it");
    }
    phone.within("BYE", "", "").await;
    phone.expect(200).await;
    node.ended(leg, EndedBy::Caller, HangupCause::Normal).await;
}

#[tokio::test]
async fn the_end_of_the_commands_hangs_everybody_up() {
    let mut node = Node::open();
    let mut phone = Phone::new("200", node.address).await;
    node.answered(&mut phone).await;
    let mut ringing = Phone::new("300", node.address).await;
    ringing.invite("100", "", &ringing.sdp_with_keys()).await;
    node.event().await;
    drop(node.wire.commands);
    let bye = phone.expect_request("BYE").await;
    phone.answer(&bye, "200 OK", "").await;
    ringing.expect(503).await;
    ringing.acknowledge("").await;
    let over = timeout(PATIENCE, node.task).await.expect("it ends").expect("it does not panic");
    over.expect("it ends well");
}
