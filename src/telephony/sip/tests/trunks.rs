//! Calls that come from trunks and go to them, registrations, failures, and what may never be dialled.

use crate::call::NumberPattern;
use crate::sip::{Identity, Login, Registration, TrunkLimits, TrunkSettings};

use super::*;

/// A trunk where a phone sits: it takes all numbers of one country and vouches for nobody.
pub(super) fn line(phone: &Phone, change: impl FnOnce(&mut TrunkSettings)) -> TrunkLine {
    line_at(&[&format!("sip:{}", phone.address())], change)
}

pub(super) fn line_at(addresses: &[&str], change: impl FnOnce(&mut TrunkSettings)) -> TrunkLine {
    let pattern = |text: &str| NumberPattern::read(text).expect("a pattern");
    let mut settings = TrunkSettings {
        name: "telko".into(),
        domain: addresses[0].strip_prefix("sip:").expect("a SIP address").into(),
        ways: Vec::new(),
        routes: Vec::new(),
        login: None,
        register: None,
        keepalive: None,
        numbers: vec![pattern("+62*")],
        caller_ids: vec![pattern("+62215550100")],
        own_number: "+62215550100".into(),
        identity: Identity::Asserted,
        limits: TrunkLimits::default(),
        accepts: true,
    };
    change(&mut settings);
    let addresses = addresses.iter().map(|address| (*address).into()).collect();
    TrunkLine { settings, addresses, from: Vec::new() }
}

fn login() -> Login {
    Login { user: "6221".into(), password: "rahasia-telko".into(), realm: None }
}

pub(super) async fn stranger() -> Phone {
    Phone::new("trunk", "127.0.0.1:9".parse().expect("an address")).await
}

const CHALLENGE: &str =
    "WWW-Authenticate: Digest realm=\"telko\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\r\n";

fn number(text: &str) -> Target {
    Target::Number(text.into())
}

/// Refuses the next INVITE of the node and takes its ACK.
async fn refuse(phone: &Phone, status: &str, extra: &str) -> Message {
    let invite = phone.expect_request("INVITE").await;
    let with = format!("{status}\r\n{}", extra.trim_end());
    phone.answer(&invite, with.trim_end(), "").await;
    phone.expect_request("ACK").await;
    invite
}

#[tokio::test]
async fn a_trunk_is_believed_and_a_stranger_is_not() {
    const CLAIMS: &str = "P-Asserted-Identity: <sip:+62811@telko>\r\n\
                          Remote-Party-ID: <sip:+62822@telko>;screen=yes\r\n\
                          Diversion: <sip:+6221111@telko>;reason=unconditional\r\n\
                          Diversion: <sip:+6221000@telko>;reason=no-answer\r\n";
    for (identity, here, asserted, first) in [
        (Identity::Asserted, true, Some("+62811"), Some("+6221000")),
        (Identity::RemoteParty, true, Some("+62822"), Some("+6221000")),
        (Identity::None, true, None, Some("+6221000")),
        (Identity::Asserted, false, None, None),
    ] {
        let address = if here { "sip:127.0.0.1:5999" } else { "sip:192.0.2.10" };
        let line = line_at(&[address], |settings| settings.identity = identity);
        let mut node = Node::start(|settings| {
            settings.trunks = vec![line];
            settings.allow =
                if here { Vec::new() } else { vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)] };
        });
        let mut phone = Phone::new("200", node.address).await;
        let sdp = phone.sdp_with_keys();
        phone.invite("100", CLAIMS, &sdp).await;
        let (_, EventKind::Offered(offer)) = node.event().await else { panic!("an offer") };
        assert_eq!(offer.origin.trunk.as_deref(), here.then_some("telko"), "{identity:?}");
        assert_eq!(offer.origin.asserted, asserted.is_some(), "{identity:?}");
        assert_eq!(offer.origin.caller.number.as_deref(), asserted.or(Some("200")), "{identity:?}");
        assert_eq!(offer.origin.diverted_from.as_deref(), first, "{identity:?}");
    }
}

#[tokio::test]
async fn a_call_to_our_registration_is_for_the_number_in_to() {
    let line = line_at(&["sip:127.0.0.1:5999"], |settings| {
        settings.register =
            Some(Registration { user: "6221".into(), expires: Duration::from_mins(10) });
    });
    let mut node = Node::start(|settings| settings.trunks = vec![line]);
    let mut phone = Phone::new("200", node.address).await;
    let sdp = phone.sdp_with_keys();
    phone.invite_to("sip:6221@node", "<sip:+62215550100@telko>", &sdp).await;
    let (_, EventKind::Offered(offer)) = node.event().await else { panic!("an offer") };
    assert_eq!(&*offer.origin.called, "+62215550100");
}

#[tokio::test]
async fn a_number_is_called_with_an_identity_and_credentials_of_ours() {
    let mut trunk = stranger().await;
    let line = line(&trunk, |settings| settings.login = Some(login()));
    let mut node = Node::start(|settings| settings.trunks = vec![line]);
    trunk.node = node.address;
    for (leg, wanted) in [(2, Some("+62811")), (4, Some("+62215550100")), (6, None)] {
        let leg = LegId { adapter: node.wire.id, number: leg };
        let order = Dial { caller_id: wanted.map(Into::into), ..dial(number("+62822")) };
        node.order(leg, CommandKind::Dial(Box::new(order))).await;
        let first = refuse(&trunk, "401 Unauthorized", CHALLENGE).await;
        let again = trunk.expect_request("INVITE").await;
        for invite in [&first, &again] {
            let host = trunk.address();
            assert_eq!(invite.start_line(), format!("INVITE sip:+62822@{host} SIP/2.0"));
            assert!(invite.header("From").starts_with(&format!("<sip:+62215550100@{host}>")));
            let asserted = format!("<sip:+62215550100@{host}>");
            assert_eq!(invite.header("P-Asserted-Identity"), asserted);
        }
        assert!(again.header("Authorization").contains("username=\"6221\""), "{}", again.text);
        trunk.answer(&again, "486 Busy Here", "").await;
        trunk.expect_request("ACK").await;
        node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    }
}

#[tokio::test]
async fn the_next_address_is_tried_and_a_failed_one_left_alone() {
    let (mut first, mut second) = (stranger().await, stranger().await);
    let addresses = [first.address(), second.address()].map(|at| format!("sip:{at}"));
    let line = line_at(&[&addresses[0], &addresses[1]], |_| {});
    let mut node = Node::start(|settings| settings.trunks = vec![line]);
    first.node = node.address;
    second.node = node.address;
    let leg = node.dial(2, number("+62822")).await;
    refuse(&first, "503 Service Unavailable", "").await;
    refuse(&second, "486 Busy Here", "").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    // The first is not even asked again.
    let leg = node.dial(4, number("+62822")).await;
    refuse(&second, "503 Service Unavailable", "").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Unreachable).await;
}

#[tokio::test]
async fn an_address_that_says_nothing_is_passed_over() {
    let (silent, mut second) = (stranger().await, stranger().await);
    let addresses = [silent.address(), second.address()].map(|at| format!("sip:{at}"));
    let line = line_at(&[&addresses[0], &addresses[1]], |_| {});
    let mut node = Node::start(|settings| settings.trunks = vec![line]);
    second.node = node.address;
    let leg = node.dial(2, number("+62822")).await;
    refuse(&second, "486 Busy Here", "").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
}

#[tokio::test]
async fn a_trunk_carries_no_more_than_it_may() {
    let mut trunk = stranger().await;
    let line = line(&trunk, |settings| {
        settings.limits = TrunkLimits { outgoing: 1, incoming: 1, ..TrunkLimits::default() };
    });
    let mut node = Node::start(|settings| settings.trunks = vec![line]);
    trunk.node = node.address;
    let first = node.dial(2, number("+62822")).await;
    let invite = trunk.expect_request("INVITE").await;
    let second = node.dial(4, number("+62823")).await;
    node.ended(second, EndedBy::System, HangupCause::Overload).await;
    trunk.answer(&invite, "486 Busy Here", "").await;
    trunk.expect_request("ACK").await;
    node.ended(first, EndedBy::Caller, HangupCause::Busy).await;
    node.dial(6, number("+62824")).await;
    trunk.expect_request("INVITE").await;
    // Incoming: the second is turned away.
    let mut caller = Phone::new("200", node.address).await;
    let sdp = caller.sdp_with_keys();
    caller.invite("100", "", &sdp).await;
    node.event().await;
    let mut other = Phone::new("201", node.address).await;
    other.invite("100", "", &sdp).await;
    other.expect(503).await;
}

#[tokio::test]
async fn a_registration_is_made_with_a_password_and_taken_back() {
    let mut trunk = stranger().await;
    let line = line(&trunk, |settings| {
        settings.login = Some(login());
        settings.register =
            Some(Registration { user: "6221".into(), expires: Duration::from_mins(10) });
    });
    let node = Node::start(|settings| settings.trunks = vec![line]);
    trunk.node = node.address;
    let first = trunk.expect_request("REGISTER").await;
    assert_eq!(first.header("Expires"), "600");
    trunk.answer(&first, &format!("401 Unauthorized\r\n{}", CHALLENGE.trim_end()), "").await;
    let again = trunk.expect_request("REGISTER").await;
    assert!(again.header("Authorization").contains("realm=\"telko\""), "{}", again.text);
    let contact = again.header("Contact").to_owned();
    assert!(contact.starts_with("<sip:6221@127.0.0.1:"), "{contact}");
    trunk.answer(&again, &format!("200 OK\r\nContact: {contact};expires=600"), "").await;
    // From the drain on nobody shall send us calls, and none go out.
    node.drain.send(true).expect("the node lives");
    let last = trunk.expect_request("REGISTER").await;
    assert_eq!(last.header("Expires"), "0");
    assert_eq!(last.header("Call-ID"), again.header("Call-ID"));
    trunk.answer(&last, "200 OK", "").await;
    let mut node = node;
    let leg = node.dial(2, number("+62822")).await;
    node.ended(leg, EndedBy::System, HangupCause::Overload).await;
}
