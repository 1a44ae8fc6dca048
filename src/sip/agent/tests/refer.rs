//! Transfers inside a call: REFER and NOTIFY of either side, their races, and keys by INFO.

use super::bench::{Bench, field, request, response, within};
use super::{Net, Side};
use crate::sip::{DialogId, Ending, Input, SipEvent};
use crate::time::Duration;

const SHORT: Duration = Duration::from_millis(100);

/// A bench with an established call, and its 200.
fn called() -> (Bench, DialogId, String) {
    let mut bench = Bench::new();
    let (dialog, ok) = bench.established("");
    (bench, dialog, ok)
}

fn refer(ok: &str, cseq: u32, extra: &str) -> String {
    let to = "Refer-To: <sip:202@b.example>\r\nReferred-By: <sip:201@b.example>\r\n";
    within(ok, "REFER", cseq, &format!("refer-{cseq}"), &format!("{to}{extra}"))
}

fn progress(bench: &mut Bench, dialog: DialogId, status: u16) -> Vec<String> {
    bench.sent.clear();
    bench.tell(Input::ReferProgress { dialog, status });
    let sent: Vec<String> = bench.sent.drain(..).map(|(_, text)| text).collect();
    for notify in sent.iter().filter(|text| text.starts_with("NOTIFY")) {
        bench.ask(&response(notify, "200 OK", "from-call", ""));
    }
    sent
}

#[test]
fn a_transfer_that_they_ask_for_is_told_step_by_step() {
    let (mut bench, dialog, ok) = called();
    assert_eq!(bench.ask(&refer(&ok, 2, "")), None, "nothing is answered before it is decided");
    let Some(SipEvent::Refer { dialog: of, refer: wanted }) = bench.events.pop() else {
        panic!("no refer")
    };
    assert_eq!((of, &*wanted.user, wanted.by.as_deref()), (dialog, "202", Some("201")));
    let told = progress(&mut bench, dialog, 100);
    assert!(told[0].starts_with("SIP/2.0 202 Accepted\r\n"), "{}", told[0]);
    let states = [(100, 1), (180, 0), (200, 0)].map(|(status, place)| {
        let sent = if status == 100 { told.clone() } else { progress(&mut bench, dialog, status) };
        let notify = sent[place].clone();
        assert!(notify.starts_with("NOTIFY sip:a@10.0.0.1:5060 SIP/2.0\r\n"), "{notify}");
        assert_eq!(field(&notify, "Event").as_deref(), Some("refer"));
        let kind = field(&notify, "Content-Type");
        assert_eq!(kind.as_deref(), Some("message/sipfrag;version=2.0"));
        let body = notify.split_once("\r\n\r\n").unwrap().1.to_owned();
        (field(&notify, "Subscription-State").unwrap(), body)
    });
    assert_eq!(
        states,
        [
            ("active;expires=180".to_owned(), "SIP/2.0 100 Trying\r\n".to_owned()),
            ("active;expires=180".to_owned(), "SIP/2.0 180 Ringing\r\n".to_owned()),
            ("terminated;reason=noresource".to_owned(), "SIP/2.0 200 OK\r\n".to_owned()),
        ]
    );
    assert!(progress(&mut bench, dialog, 200).is_empty(), "nothing is told after the last word");
    // A second one names its REFER, as the event must from then on.
    bench.ask(&refer(&ok, 3, ""));
    let told = progress(&mut bench, dialog, 486);
    assert!(told[0].starts_with("SIP/2.0 486"), "a first failure refuses it: {told:?}");
    bench.ask(&refer(&ok, 4, ""));
    progress(&mut bench, dialog, 100);
    let told = progress(&mut bench, dialog, 486);
    assert_eq!(field(&told[0], "Event").as_deref(), Some("refer;id=4"));
}

#[test]
fn whoever_wants_to_hear_nothing_is_told_nothing() {
    let (mut bench, dialog, ok) = called();
    let quiet = "Refer-Sub: false\r\nRequire: norefersub\r\n";
    bench.ask(&refer(&ok, 2, quiet));
    let told = progress(&mut bench, dialog, 100);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(field(&told[0], "Refer-Sub").as_deref(), Some("false"));
    assert!(progress(&mut bench, dialog, 200).is_empty());
}

#[test]
fn what_cannot_be_acted_on_is_refused_at_once() {
    let (mut bench, dialog, ok) = called();
    let asked = |method: &str, cseq, extra: &str| within(&ok, method, cseq, "x", extra);
    for (cseq, text, status) in [
        (2, asked("REFER", 2, ""), "400"),
        (3, asked("REFER", 3, "Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n"), "400"),
        (4, asked("REFER", 4, "Refer-To: <sip:a@b;method=BYE>\r\n"), "400"),
        (5, asked("NOTIFY", 5, "Event: refer\r\nSubscription-State: active\r\n"), "481"),
        (6, asked("NOTIFY", 6, "Event: presence\r\nSubscription-State: active\r\n"), "489"),
        (7, asked("SUBSCRIBE", 7, "Event: refer\r\n"), "405"),
    ] {
        let answer = bench.ask(&text.replace("z9hG4bKx", &format!("z9hG4bKx{cseq}")));
        let answer = answer.unwrap_or_default();
        assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{cseq}: {answer}");
    }
    for (method, status) in [("REFER", "403"), ("NOTIFY", "481"), ("SUBSCRIBE", "405")] {
        let text = request(method, "sip:100@b", method, "Refer-To: <sip:202@b.example>\r\n");
        let answer = bench.ask(&text).unwrap_or_default();
        assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{method}: {answer}");
    }
    assert_eq!(bench.events, [], "none of them is told above");
    bench.tell(Input::ReferProgress { dialog, status: 200 });
}

#[test]
fn the_same_refer_again_is_one_and_another_must_wait() {
    let (mut bench, dialog, ok) = called();
    bench.ask(&refer(&ok, 2, ""));
    bench.ask(&refer(&ok, 2, ""));
    assert_eq!(bench.events.len(), 1, "a repetition is no second wish");
    let answer = bench.ask(&refer(&ok, 3, "")).unwrap();
    assert!(answer.starts_with("SIP/2.0 491 "), "{answer}");
    progress(&mut bench, dialog, 100);
    let answer = bench.ask(&refer(&ok, 2, "")).unwrap();
    assert!(answer.starts_with("SIP/2.0 202 "), "the answer is repeated: {answer}");
    assert_eq!(bench.events.len(), 1);
}

#[test]
fn whoever_hangs_up_after_a_refer_still_gets_its_answer_and_no_news() {
    for accepted in [false, true] {
        let (mut bench, dialog, ok) = called();
        bench.ask(&refer(&ok, 2, ""));
        if accepted {
            progress(&mut bench, dialog, 100);
        }
        bench.ask(&within(&ok, "BYE", 3, "bye", ""));
        let statuses: Vec<_> =
            bench.sent.iter().map(|(_, text)| text.get(8..11).expect("a status")).collect();
        let expected: &[&str] = if accepted { &["200"] } else { &["200", "481"] };
        assert_eq!(statuses, expected);
        let ended = SipEvent::Ended { dialog, ending: Ending::Bye };
        assert_eq!(bench.events.last(), Some(&ended));
        assert!(progress(&mut bench, dialog, 200).is_empty(), "the call is gone");
        bench.pass(Duration::from_mins(5));
        assert_eq!(bench.agent.counts(), crate::sip::Counts::default());
    }
}

#[test]
fn a_refer_that_nobody_decides_is_given_up() {
    let (mut bench, dialog, ok) = called();
    bench.ask(&refer(&ok, 2, ""));
    progress(&mut bench, dialog, 180);
    bench.sent.clear();
    bench.pass(Duration::from_mins(3));
    let last = bench.sent.iter().find(|(_, text)| text.starts_with("NOTIFY")).unwrap();
    assert!(last.1.ends_with("SIP/2.0 408 Request Timeout\r\n"), "{}", last.1);
}

#[test]
fn who_does_not_listen_to_the_news_is_told_no_more() {
    let (mut bench, dialog, ok) = called();
    bench.ask(&refer(&ok, 2, ""));
    bench.sent.clear();
    bench.tell(Input::ReferProgress { dialog, status: 100 });
    let notify = bench.sent[1].1.clone();
    bench.ask(&response(&notify, "481 No Subscription", "from-call", ""));
    assert!(progress(&mut bench, dialog, 200).is_empty());
}

/// Lets B be referred by A, who is told of `steps`.
fn referring(net: &mut Net, ours: DialogId, theirs: DialogId, steps: &[u16]) {
    net.tell(Side::A, Input::Refer { dialog: ours, to: "sip:202@c".into(), replaces: None });
    net.run(SHORT);
    assert!(matches!(net.event(Side::B), SipEvent::Refer { .. }));
    for status in steps {
        net.tell(Side::B, Input::ReferProgress { dialog: theirs, status: *status });
        net.run(SHORT);
    }
}

#[test]
fn a_far_side_that_we_refer_tells_how_it_goes() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    referring(&mut net, ours, theirs, &[100, 180, 200]);
    for status in [100, 180, 200] {
        assert_eq!(net.event(Side::A), SipEvent::Referred { dialog: ours, status });
    }
    net.hang_up(Side::A, ours);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn a_far_side_may_refuse_to_be_referred() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    referring(&mut net, ours, theirs, &[403]);
    assert_eq!(net.event(Side::A), SipEvent::Referred { dialog: ours, status: 403 });
    // The next one may do better.
    referring(&mut net, ours, theirs, &[100, 486]);
    for status in [100, 486] {
        assert_eq!(net.event(Side::A), SipEvent::Referred { dialog: ours, status });
    }
    net.hang_up(Side::B, theirs);
    net.settle();
}

#[test]
fn when_both_refer_at_once_neither_goes() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.tell(Side::A, Input::Refer { dialog: ours, to: "sip:202@c".into(), replaces: None });
    net.tell(Side::B, Input::Refer { dialog: theirs, to: "sip:203@c".into(), replaces: None });
    net.run(SHORT);
    for (side, dialog) in [(Side::A, ours), (Side::B, theirs)] {
        assert_eq!(net.event(side), SipEvent::Referred { dialog, status: 491 });
    }
    net.hang_up(Side::A, ours);
    net.settle();
}

#[test]
fn news_that_is_lost_or_comes_twice_is_told_once_and_in_full() {
    let mut net = Net::new();
    net.faults.twice = 500;
    net.lose.push(("B NOTIFY", 2));
    net.lose.push(("B 202", 1));
    let (ours, theirs) = net.established();
    referring(&mut net, ours, theirs, &[100, 200]);
    net.run(Duration::from_secs(10));
    let mut told = Vec::new();
    while let Some(event) = net.events.get_mut(&Side::A).unwrap().pop_front() {
        match event {
            SipEvent::Referred { status, .. } => told.push(status),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told.iter().filter(|status| **status == 200).count(), 1, "{told:?}");
    net.hang_up(Side::A, ours);
    net.settle();
}

#[test]
fn a_referred_side_that_says_nothing_is_given_up() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    referring(&mut net, ours, theirs, &[100]);
    assert_eq!(net.event(Side::A), SipEvent::Referred { dialog: ours, status: 100 });
    net.run(Duration::from_mins(3));
    assert_eq!(net.event(Side::A), SipEvent::Referred { dialog: ours, status: 408 });
    net.hang_up(Side::A, ours);
    net.settle();
}

#[test]
fn a_bad_address_is_never_sent() {
    let mut net = Net::new();
    let (ours, _) = net.established();
    for to in ["http://a.example", "sip:a@b\r\nX: y", "sip:a@b?Replaces=1", ""] {
        net.tell(Side::A, Input::Refer { dialog: ours, to: to.into(), replaces: None });
        assert_eq!(net.event(Side::A), SipEvent::Referred { dialog: ours, status: 400 }, "{to}");
    }
}

#[test]
fn keys_go_by_info_one_after_the_other() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    for key in ["Signal=1\r\n", "Signal=#\r\n"] {
        let kind = "application/dtmf-relay";
        net.tell(Side::A, Input::Info { dialog: ours, content_type: kind, body: key.into() });
        net.run(SHORT);
        let SipEvent::Info { dialog, body, .. } = net.event(Side::B) else { panic!("no key") };
        assert_eq!((dialog, &*body), (theirs, key.as_bytes()));
        assert_eq!(net.event(Side::A), SipEvent::Informed { dialog: ours });
    }
    net.hang_up(Side::A, ours);
    net.settle();
}
