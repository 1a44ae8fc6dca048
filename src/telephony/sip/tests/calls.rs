//! Calls that come in: offered, rung, answered, refused, held and ended.

use super::*;

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
    assert_eq!(leg.number, 5, "no number is used twice");
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
