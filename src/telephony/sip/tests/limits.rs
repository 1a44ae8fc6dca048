//! Drain, too many calls, orders without sense, rubbish, and the end.

use super::*;

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
