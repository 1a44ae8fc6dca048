//! Who may call and register, and calls that go out.

use super::*;

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
