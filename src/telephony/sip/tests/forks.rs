//! A user with several telephones: who rings, who wins, and what the others are told.

use super::*;

const PASSWORD: &str = "rahasia-201";

/// So many telephones of user 201, registered in their order with these `q`.
async fn registered<const N: usize>(node: &mut Node, q: [&'static str; N]) -> [Phone; N] {
    let mut phones = Vec::new();
    for (place, q) in q.into_iter().enumerate() {
        let mut phone = Phone::new("201", node.address).await;
        phone.preference = q;
        assert_eq!(phone.register(PASSWORD, 60).await.status(), 200);
        if place == 0 {
            let reachable = Report::Endpoint { user: "201".into(), reachable: true };
            assert_eq!(node.report().await, reachable);
        }
        phones.push(phone);
    }
    phones.try_into().expect("as many as asked for")
}

/// A phone is asked to stop ringing, does so, and why.
async fn gives_up(phone: &Phone, invite: &Message) -> String {
    let cancel = phone.expect_request("CANCEL").await;
    phone.answer(&cancel, "200 OK", "").await;
    phone.answer(invite, "487 Request Terminated", "").await;
    phone.expect_request("ACK").await;
    cancel.header("Reason").to_owned()
}

#[tokio::test]
async fn all_ring_and_the_first_answer_wins() {
    let mut node = Node::open();
    let [desk, sofa, car] = registered(&mut node, ["", "", "0.5"]).await;
    let leg = node.dial(2, Target::User("201".into())).await;
    let (at_desk, on_sofa) =
        (desk.expect_request("INVITE").await, sofa.expect_request("INVITE").await);
    assert_ne!(at_desk.header("Call-ID"), on_sofa.header("Call-ID"));
    desk.answer(&at_desk, "180 Ringing", "").await;
    sofa.answer(&on_sofa, "180 Ringing", "").await;
    assert_eq!(node.event().await, (leg, EventKind::Ringing), "once");

    let sdp = sofa.sdp("0", "");
    sofa.answer(&on_sofa, "200 OK", &sdp).await;
    sofa.expect_request("ACK").await;
    assert_eq!(node.event().await, (leg, EventKind::Answered));
    // The desk is picked up at the same moment: its answer crosses the CANCEL.
    let cancel = desk.expect_request("CANCEL").await;
    assert_eq!(cancel.header("Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
    desk.answer(&at_desk, "200 OK", &desk.sdp("0", "")).await;
    desk.answer(&cancel, "200 OK", "").await;
    desk.expect_request("ACK").await;
    let bye = desk.expect_request("BYE").await;
    assert_eq!(bye.header("Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
    desk.answer(&bye, "200 OK", "").await;
    car.hears_nothing().await;

    node.order(leg, CommandKind::Hangup(HangupCause::Normal)).await;
    let bye = sofa.expect_request("BYE").await;
    sofa.answer(&bye, "200 OK", "").await;
    node.ended(leg, EndedBy::System, HangupCause::Normal).await;
    desk.hears_nothing().await;
}

#[tokio::test]
async fn an_answer_without_a_description_means_what_was_said_early() {
    let mut node = Node::open();
    let [desk, sofa] = registered(&mut node, ["", ""]).await;
    let leg = node.dial(2, Target::User("201".into())).await;
    let (at_desk, on_sofa) =
        (desk.expect_request("INVITE").await, sofa.expect_request("INVITE").await);
    let port = on_sofa.audio_port();
    assert_eq!(port, at_desk.audio_port());
    desk.answer(&at_desk, "183 Session Progress", &desk.sdp("0", "")).await;
    assert_eq!(node.event().await, (leg, EventKind::Ringing));
    // An answer without a description means what was said early.
    sofa.answer(&on_sofa, "183 Session Progress", &sofa.sdp("8", "")).await;
    sofa.answer(&on_sofa, "200 OK", "").await;
    sofa.expect_request("ACK").await;
    assert_eq!(node.event().await, (leg, EventKind::Answered));
    gives_up(&desk, &at_desk).await;
}

#[tokio::test]
async fn only_when_all_have_failed_the_leg_ends_with_the_best_of_their_answers() {
    let mut node = Node::open();
    let [desk, sofa, car] = registered(&mut node, ["1", "1", "0.2"]).await;
    let leg = node.dial(2, Target::User("201".into())).await;
    for (phone, status) in [(&desk, "404 Not Found"), (&sofa, "486 Busy Here")] {
        let invite = phone.expect_request("INVITE").await;
        phone.answer(&invite, status, "").await;
        phone.expect_request("ACK").await;
    }
    // Now the one that is less preferred.
    let invite = car.expect_request("INVITE").await;
    assert!(node.is_silent());
    car.answer(&invite, "500 Server Internal Error", "").await;
    car.expect_request("ACK").await;
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    assert!(node.is_silent(), "one end");
}

#[tokio::test]
async fn who_declines_for_all_telephones_ends_the_call() {
    let mut node = Node::open();
    let [desk, sofa, car] = registered(&mut node, ["1", "1", "0.2"]).await;
    let leg = node.dial(2, Target::User("201".into())).await;
    let (at_desk, on_sofa) =
        (desk.expect_request("INVITE").await, sofa.expect_request("INVITE").await);
    sofa.answer(&on_sofa, "180 Ringing", "").await;
    assert_eq!(node.event().await, (leg, EventKind::Ringing));
    desk.answer(&at_desk, "603 Decline", "").await;
    desk.expect_request("ACK").await;
    gives_up(&sofa, &on_sofa).await;
    node.ended(leg, EndedBy::Caller, HangupCause::Rejected).await;
    car.hears_nothing().await;
}

#[tokio::test]
async fn a_caller_who_leaves_silences_all_telephones() {
    let mut node = Node::open();
    let [desk, sofa] = registered(&mut node, ["", ""]).await;
    let leg = node.dial(2, Target::User("201".into())).await;
    let invites = [desk.expect_request("INVITE").await, sofa.expect_request("INVITE").await];
    desk.answer(&invites[0], "180 Ringing", "").await;
    sofa.answer(&invites[1], "180 Ringing", "").await;
    assert_eq!(node.event().await, (leg, EventKind::Ringing));
    node.order(leg, CommandKind::Hangup(HangupCause::Cancelled)).await;
    for (phone, invite) in [&desk, &sofa].into_iter().zip(&invites) {
        let reason = gives_up(phone, invite).await;
        assert!(reason.starts_with("Q.850;cause=16"), "{reason}");
    }
    node.ended(leg, EndedBy::System, HangupCause::Cancelled).await;
}

#[tokio::test]
async fn calls_to_addresses_go_through_the_proxy() {
    let mut proxy = Phone::new("proxy", "127.0.0.1:9".parse().expect("an address")).await;
    let at = proxy.address();
    let mut node = Node::start(|settings| {
        settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        settings.outbound = Some(format!("sip:{at}").into());
    });
    proxy.node = node.address;
    let leg = node.dial(2, Target::Address("sip:budi@192.0.2.77".into())).await;
    let invite = proxy.expect_request("INVITE").await;
    assert_eq!(invite.start_line(), "INVITE sip:budi@192.0.2.77 SIP/2.0");
    assert_eq!(invite.header("Route"), format!("<sip:{at};lr>"));
    proxy.answer(&invite, "486 Busy Here", "").await;
    let ack = proxy.expect_request("ACK").await;
    assert_eq!(ack.header("Route"), format!("<sip:{at};lr>"));
    node.ended(leg, EndedBy::Caller, HangupCause::Busy).await;
    // A phone that registered is reached the way it came.
    let [desk] = registered(&mut node, [""]).await;
    node.dial(4, Target::User("201".into())).await;
    assert_eq!(desk.expect_request("INVITE").await.header("Route"), "");
}
