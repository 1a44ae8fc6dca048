//! Provisional answers that are acknowledged, and offers before the answer.

use super::bench::{Bench, field, request, response, within};
use super::{ANSWER, Net, OFFER, Side, invite, settings};
use crate::sip::{DialogId, Ending, Input, Reliability, Settings, SipEvent};
use crate::time::Duration;

fn with(reliable: Reliability) -> Settings {
    let mut settings = settings(Side::B);
    settings.reliable = reliable;
    settings
}

/// A call from A that came in, and what its INVITE said beside the usual.
fn incoming(bench: &mut Bench, extra: &str) -> DialogId {
    let extra = format!("{extra}Content-Type: application/sdp\r\n\r\n{OFFER}");
    bench.ask(&request("INVITE", "sip:100@b", "call", &extra));
    let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!("{:?}", bench.sent) };
    bench.sent.clear();
    call.dialog
}

/// The PRACK of a reliable answer.
fn prack(answer: &str, number: u32, rack: &str, extra: &str) -> String {
    within(answer, "PRACK", number, &format!("prack{number}"), &format!("RAck: {rack}\r\n{extra}"))
}

fn starts(bench: &Bench) -> Vec<String> {
    let line = |(_, text): &(_, String)| text.lines().next().unwrap().to_owned();
    bench.sent.iter().map(line).collect()
}

#[test]
fn two_of_us_ring_reliably_and_talk() {
    let mut net = Net::with(settings(Side::A), with(Reliability::Required));
    let ours = net.call(Side::A);
    net.run(Duration::from_millis(50));
    let theirs = net.incoming(Side::B);
    net.lose = vec![("B 180", 1), ("A PRACK", 1)];
    net.tell(Side::B, Input::Ring { dialog: theirs });
    net.tell(Side::B, Input::Early { dialog: theirs, sdp: ANSWER.into() });
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.run(Duration::from_secs(5));
    let told: Vec<SipEvent> = net.events.get_mut(&Side::A).unwrap().drain(..).collect();
    let expected = [
        SipEvent::Ringing { dialog: ours },
        SipEvent::Answered { dialog: ours, sdp: Some(ANSWER.into()) },
    ];
    assert_eq!(told, expected, "{}", net.story());
    insta::assert_snapshot!(net.story());
    net.hang_up(Side::B, theirs);
    net.settle();
}

#[test]
fn who_wants_reliable_answers_gets_them() {
    const KNOWS: &str = "Supported: 100rel\r\n";
    const WANTS: &str = "Require: 100rel\r\n";
    for (reliable, extra, refused, ring, early) in [
        (Reliability::Off, KNOWS, None, false, false),
        (Reliability::Off, WANTS, Some(("420", "Unsupported")), false, false),
        (Reliability::Supported, "", None, false, false),
        (Reliability::Supported, KNOWS, None, false, true),
        (Reliability::Supported, WANTS, None, true, true),
        (Reliability::Required, KNOWS, None, true, true),
        (Reliability::Required, "", Some(("421", "Require")), false, false),
    ] {
        let name = format!("{reliable:?} {extra}");
        for (sdp, wanted) in [(None, ring), (Some(ANSWER), early)] {
            let mut bench = Bench::with(with(reliable));
            if let Some((status, header)) = refused {
                let text = request("INVITE", "sip:100@b", "1", extra);
                let answer = bench.ask(&text).unwrap();
                assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{name}: {answer}");
                assert_eq!(field(&answer, header).as_deref(), Some("100rel"), "{name}");
                continue;
            }
            let dialog = incoming(&mut bench, extra);
            bench.tell(match sdp {
                None => Input::Ring { dialog },
                Some(sdp) => Input::Early { dialog, sdp: sdp.into() },
            });
            let answer = bench.sent[0].1.clone();
            assert_eq!(field(&answer, "RSeq").is_some(), wanted, "{name}: {answer}");
            assert_eq!(field(&answer, "Require").is_some(), wanted, "{name}: {answer}");
        }
    }
}

#[test]
fn a_reliable_answer_is_repeated_until_its_prack_and_only_that() {
    let mut bench = Bench::new();
    let dialog = incoming(&mut bench, "Supported: 100rel\r\n");
    bench.tell(Input::Early { dialog, sdp: ANSWER.into() });
    let early = bench.sent[0].1.clone();
    let number: u32 = field(&early, "RSeq").unwrap().parse().unwrap();
    bench.pass(Duration::from_secs(4));
    assert_eq!(bench.sent.iter().filter(|(_, text)| *text == early).count(), 4, "0, 0.5, 1.5, 3.5");
    bench.sent.clear();
    bench.tell(Input::Answer { dialog, sdp: ANSWER.into() });
    assert_eq!(starts(&bench), [""; 0], "the 200 waits");
    for (name, rack, status) in [
        ("another answer", format!("{} 1 INVITE", number + 1), "481"),
        ("another request", format!("{number} 2 INVITE"), "481"),
        ("another method", format!("{number} 1 UPDATE"), "481"),
        ("nonsense", "1 2".to_owned(), "400"),
    ] {
        let next = 2 + u32::try_from(name.len()).unwrap();
        let answer = bench.ask(
            &prack(&early, next, &rack, "")
                .replace(&format!("prack{next}"), &name.replace(' ', "-")),
        );
        let answer = answer.unwrap_or_else(|| panic!("{name}: silence"));
        assert!(
            answer.starts_with(&format!("SIP/2.0 {status} ")) || answer.starts_with("SIP/2.0 500 "),
            "{name}: {answer}"
        );
    }
    bench.ask(&prack(&early, 90, &format!("{number} 1 INVITE"), ""));
    assert_eq!(starts(&bench), ["SIP/2.0 200 OK", "SIP/2.0 200 OK"], "the PRACK's and the call's");
    let ok = bench.sent[1].1.clone();
    assert!(
        ok.ends_with("Content-Length: 0\r\n\r\n"),
        "what was agreed on is not said again: {ok}"
    );
    let again = bench.ask(&prack(&early, 91, &format!("{number} 1 INVITE"), "")).unwrap();
    assert!(again.starts_with("SIP/2.0 481 "), "{again}");
}

#[test]
fn a_reliable_answer_that_nobody_acknowledges_ends_the_call() {
    let mut bench = Bench::new();
    let dialog = incoming(&mut bench, "Require: 100rel\r\n");
    bench.tell(Input::Ring { dialog });
    bench.pass(Duration::from_secs(33));
    let refusals = starts(&bench).into_iter().filter(|line| line.contains(" 504 ")).count();
    assert!(refusals > 0, "{:?}", starts(&bench));
    assert_eq!(bench.events, [SipEvent::Ended { dialog, ending: Ending::NoAck }]);
}

#[test]
fn without_an_offer_there_is_no_reliable_answer_before_the_200() {
    let mut bench = Bench::new();
    bench.ask(&request("INVITE", "sip:100@b", "call", "Require: 100rel\r\n"));
    let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!() };
    bench.sent.clear();
    bench.tell(Input::Ring { dialog: call.dialog });
    assert_eq!(bench.sent, []);
    bench.tell(Input::Answer { dialog: call.dialog, sdp: OFFER.into() });
    assert!(bench.sent[0].1.ends_with(OFFER), "{:?}", bench.sent);
}

#[test]
fn a_caller_may_offer_again_before_the_answer() {
    let sdp = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    let mut bench = Bench::new();
    let dialog = incoming(&mut bench, "Supported: 100rel\r\n");
    bench.tell(Input::Early { dialog, sdp: ANSWER.into() });
    let early = bench.sent[0].1.clone();
    let refusal = bench.ask(&within(&early, "UPDATE", 2, "u2", &sdp)).unwrap();
    assert!(refusal.starts_with("SIP/2.0 500 "), "the first has no answer for certain: {refusal}");
    assert!(field(&refusal, "Retry-After").is_some());
    let rack = format!("{} 1 INVITE", field(&early, "RSeq").unwrap());
    assert_eq!(bench.ask(&prack(&early, 3, &rack, &sdp)), None, "the answer comes from above");
    let offer = SipEvent::RemoteOffer { dialog, sdp: Some(OFFER.into()) };
    assert_eq!(bench.events.pop(), Some(offer.clone()));
    let second = bench.ask(&within(&early, "UPDATE", 4, "u4", &sdp)).unwrap();
    assert!(second.starts_with("SIP/2.0 500 "), "{second}");
    bench.sent.clear();
    bench.tell(Input::Answer { dialog, sdp: ANSWER.into() });
    assert_eq!(bench.sent, [], "the 200 waits for that answer");
    bench.tell(Input::AnswerOffer { dialog, sdp: ANSWER.into() });
    assert_eq!(starts(&bench), ["SIP/2.0 200 OK", "SIP/2.0 200 OK"]);
    assert_eq!(field(&bench.sent[0].1, "CSeq").as_deref(), Some("3 PRACK"));
    assert!(bench.sent[0].1.ends_with(ANSWER));
}

#[test]
fn an_update_before_the_answer_is_settled_from_above() {
    let sdp = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    for (accept, status) in [(true, "200"), (false, "488")] {
        let mut bench = Bench::new();
        let dialog = incoming(&mut bench, "Supported: 100rel\r\n");
        bench.tell(Input::Early { dialog, sdp: ANSWER.into() });
        let early = bench.sent[0].1.clone();
        let rack = format!("{} 1 INVITE", field(&early, "RSeq").unwrap());
        bench.ask(&prack(&early, 2, &rack, ""));
        assert_eq!(bench.ask(&within(&early, "UPDATE", 3, "u3", &sdp)), None);
        bench.tell(match accept {
            true => Input::AnswerOffer { dialog, sdp: ANSWER.into() },
            false => Input::RefuseOffer { dialog, status: 488 },
        });
        let answer = bench.sent[0].1.clone();
        assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{answer}");
        let plain = bench.ask(&within(&early, "UPDATE", 4, "u4", "")).unwrap();
        assert!(plain.starts_with("SIP/2.0 200 "), "{plain}");
    }
}

#[test]
fn answers_of_theirs_are_acknowledged_in_order_and_each_side_by_itself() {
    let mut bench = Bench::new();
    let dialog = bench.agent.new_dialog();
    bench.tell(Input::Invite(Box::new(invite(dialog, Side::A.address()))));
    let text = bench.sent.pop().unwrap().1;
    assert_eq!(field(&text, "Supported").as_deref(), Some("timer, replaces, norefersub, 100rel"));
    let reliable = |tag: &str, number: u32| {
        let extra = format!(
            "Require: 100rel\r\nRSeq: {number}\r\nContact: <sip:{tag}@10.0.0.1:5060>\r\n\
             Record-Route: <sip:10.0.0.1:5060;lr;{tag}>\r\nContent-Type: application/sdp\r\n\r\n{ANSWER}{number}"
        );
        response(&text, "183 Session Progress", tag, &extra)
    };
    for (tag, number, rack, cseq) in [
        ("one", 7, Some("7 1 INVITE"), "2 PRACK"),
        ("one", 7, None, ""),
        ("one", 9, None, ""),
        ("two", 100, Some("100 1 INVITE"), "2 PRACK"),
        ("one", 8, Some("8 1 INVITE"), "3 PRACK"),
        ("one", 7, None, ""),
    ] {
        let prack = bench.ask(&reliable(tag, number));
        let found = prack.as_deref().and_then(|text| field(text, "RAck"));
        assert_eq!(found.as_deref(), rack, "{tag} {number}");
        if let Some(prack) = prack {
            assert!(prack.starts_with(&format!("PRACK sip:{tag}@10.0.0.1:5060 ")), "{prack}");
            assert_eq!(field(&prack, "CSeq").as_deref(), Some(cseq));
            let route = format!("<sip:10.0.0.1:5060;lr;{tag}>");
            assert_eq!(field(&prack, "Route"), Some(route));
            assert!(field(&prack, "To").unwrap().ends_with(&format!(";tag={tag}")));
        }
    }
    assert_eq!(bench.events.len(), 3, "{:?}", bench.events);
    let sdp = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    let dialog_of = |tag: &str| {
        let extra = format!("Contact: <sip:{tag}@10.0.0.1:5060>\r\n");
        response(&text, "183 Session Progress", tag, &extra)
    };
    let update = theirs(&dialog_of("two"), "UPDATE", 1, &sdp);
    assert_eq!(bench.ask(&update), None, "a side may offer what it answered for certain");
    assert!(matches!(bench.events.last(), Some(SipEvent::RemoteOffer { .. })));
    bench.tell(Input::AnswerOffer { dialog, sdp: ANSWER.into() });
    assert!(bench.sent[0].1.starts_with("SIP/2.0 200 "), "{:?}", bench.sent);
    let ok = response(&text, "200 OK", "two", "Contact: <sip:two@10.0.0.1:5060>\r\n");
    bench.ask(&ok);
    let expected = SipEvent::Answered { dialog, sdp: Some(format!("{ANSWER}100").into()) };
    assert_eq!(bench.events.last(), Some(&expected), "the other side was heard last");
    bench.sent.clear();
    bench.tell(Input::Hangup { dialog, cause: crate::call::HangupCause::Normal });
    assert_eq!(field(&bench.sent[0].1, "CSeq").as_deref(), Some("3 BYE"), "after its PRACK");
}

/// A request of the called side, inside the dialog that its response made.
fn theirs(response: &str, method: &str, cseq: u32, extra: &str) -> String {
    let (headers, body) = extra.split_once("\r\n\r\n").unwrap_or((extra, ""));
    let gap = if headers.is_empty() || headers.ends_with("\r\n") { "" } else { "\r\n" };
    let of = |name: &str| field(response, name).unwrap();
    format!(
        "{method} sip:10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKt{cseq}\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n\
         Contact: <sip:a@10.0.0.1:5060>\r\n{headers}{gap}Content-Length: {}\r\n\r\n{body}",
        of("To"),
        of("From"),
        of("Call-ID"),
        body.len()
    )
}
