//! A call whose state is lost while it is worked on: the far side is told all the same, and nothing stays behind.

use super::bench::{Bench, field, request, response, within};
use super::{OFFER, Side, invite};
use crate::sip::{DialogId, Ending, Input, SipEvent};
use crate::time::Duration;

/// Loses what is known of a call as a panic would, while a message is worked on.
fn lose(bench: &mut Bench, dialog: DialogId, message: &str) {
    bench.sent.clear();
    bench.events.clear();
    let from = Side::A.address();
    let came = crate::sip::transaction::Hop {
        to: from,
        local: Side::B.address(),
        transport: crate::sip::Transport::Udp,
        fallback: None,
    };
    bench.agent.reading =
        (!message.is_empty()).then(|| (came, bytes::Bytes::copy_from_slice(message.as_bytes())));
    assert!(bench.agent.take(dialog).is_some());
    assert_eq!(bench.agent.lose_broken(bench.now), Some(dialog));
    bench.tell(Input::Tick);
    let ending = Ending::Broken;
    assert_eq!(bench.events, [SipEvent::Ended { dialog, ending }]);
}

fn sent(bench: &Bench) -> Vec<String> {
    let first = |text: &String| text.lines().next().unwrap_or_default().to_owned();
    bench.sent.iter().map(|(_, text)| first(text)).collect()
}

fn nothing_stays(mut bench: Bench) {
    bench.pass(Duration::from_mins(3));
    assert_eq!(bench.agent.counts(), super::Counts::default());
    assert!(bench.agent.tags.is_empty() && bench.agent.merges.is_empty());
}

#[test]
fn an_answered_call_gets_a_bye_and_the_request_a_500() {
    let mut bench = Bench::new();
    let (dialog, ok) = bench.established("");
    let info = within(&ok, "INFO", 2, "info", "");
    lose(&mut bench, dialog, &info);
    assert_eq!(
        sent(&bench),
        ["BYE sip:a@10.0.0.1:5060 SIP/2.0", "SIP/2.0 500 Server Internal Error"]
    );
    let bye = bench.sent[0].1.clone();
    let reason = field(&bye, "Reason").unwrap();
    assert!(reason.starts_with("Q.850;cause=41"), "{reason}");
    assert_eq!(bench.ask(&response(&bye, "200 OK", "", "").replace(";tag=\r\n", "\r\n")), None);
    assert_eq!(bench.agent.counts().dialogs, 0);
    nothing_stays(bench);
}

#[test]
fn an_unacknowledged_call_gets_its_bye_after_the_ack() {
    let mut bench = Bench::new();
    bench.ask(&request(
        "INVITE",
        "sip:100@b",
        "call",
        &format!("Content-Type: application/sdp\r\n\r\n{OFFER}"),
    ));
    let Some(SipEvent::Incoming(incoming)) = bench.events.pop() else { panic!("no call") };
    let dialog = incoming.dialog;
    bench.sent.clear();
    bench.tell(Input::Answer { dialog, sdp: super::ANSWER.into() });
    let ok = bench.sent[0].1.clone();
    lose(&mut bench, dialog, "");
    assert_eq!(sent(&bench), [""; 0]);
    bench.ask(&within(&ok, "ACK", 1, "ack", ""));
    assert_eq!(sent(&bench), ["BYE sip:a@10.0.0.1:5060 SIP/2.0"]);
    nothing_stays(bench);
}

#[test]
fn a_call_of_theirs_is_refused() {
    let mut bench = Bench::new();
    let text = request("INVITE", "sip:100@b", "call", "");
    bench.ask(&text);
    let Some(SipEvent::Incoming(incoming)) = bench.events.pop() else { panic!("no call") };
    lose(&mut bench, incoming.dialog, &text);
    assert_eq!(sent(&bench), ["SIP/2.0 500 Server Internal Error"], "once");
    nothing_stays(bench);
}

#[test]
fn a_call_of_ours_is_cancelled_as_soon_as_it_may_be() {
    for rings in [true, false] {
        let mut bench = Bench::new();
        let dialog = bench.agent.new_dialog();
        bench.tell(Input::Invite(Box::new(invite(dialog, Side::A.address()))));
        let sent_invite = bench.sent[0].1.clone();
        let ringing = response(&sent_invite, "180 Ringing", "t", "");
        if rings {
            bench.ask(&ringing);
        }
        lose(&mut bench, dialog, "");
        if !rings {
            assert_eq!(sent(&bench), [""; 0]);
            bench.ask(&ringing);
        }
        assert_eq!(sent(&bench), ["CANCEL sip:100@10.0.0.1:5060 SIP/2.0"], "rings: {rings}");
        nothing_stays(bench);
    }
}

#[test]
fn a_message_that_concerns_no_call_is_answered_all_the_same() {
    let mut bench = Bench::new();
    let text = request("OPTIONS", "sip:b", "1", "");
    let came = crate::sip::transaction::Hop {
        to: Side::A.address(),
        local: Side::B.address(),
        transport: crate::sip::Transport::Udp,
        fallback: None,
    };
    bench.agent.reading = Some((came, text.into()));
    assert_eq!(bench.agent.lose_broken(bench.now), None);
    bench.tell(Input::Tick);
    assert_eq!(sent(&bench), ["SIP/2.0 500 Server Internal Error"]);
    assert_eq!(bench.events, []);
}
