//! Session timers: who refreshes, how, and what happens when nobody does.

use super::bench::{Bench, field, request, response, within};
use super::{ANSWER, Net, OFFER, Side, invite, settings};
use crate::sip::{Ending, Input, Settings, SipEvent};
use crate::time::Duration;

/// Both sides with this interval, in seconds.
fn timed(seconds: u64) -> Net {
    let with = |side| {
        let mut settings = settings(side);
        settings.session_expires = Some(Duration::from_secs(seconds));
        settings
    };
    Net::with(with(Side::A), with(Side::B))
}

fn count(net: &Net, line: &str) -> usize {
    net.ladder
        .iter()
        .filter(|entry| entry.split_once(' ').is_some_and(|(_, l)| l.starts_with(line)))
        .count()
}

#[test]
fn the_side_that_answered_refreshes_by_update_and_the_call_lives_on() {
    let mut net = timed(90);
    let (ours, theirs) = net.established();
    net.run(Duration::from_mins(10));
    assert_eq!((count(&net, "B UPDATE"), count(&net, "A UPDATE")), (13, 0), "{}", net.story());
    assert!(net.events.values().all(std::collections::VecDeque::is_empty), "{}", net.story());
    net.hang_up(Side::A, ours);
    net.run(Duration::from_secs(1));
    let ended = SipEvent::Ended { dialog: theirs, ending: Ending::Bye };
    assert_eq!(net.event(Side::B), ended);
    net.settle();
}

#[test]
fn a_refresher_that_is_gone_ends_the_call() {
    let mut net = timed(90);
    let (ours, _) = net.established();
    net.lose = vec![("B UPDATE", 100), ("B BYE", 100)];
    net.run(Duration::from_secs(65));
    let ended = SipEvent::Ended { dialog: ours, ending: Ending::Lost };
    assert_eq!(net.event(Side::A), ended, "a third before the end: {}", net.story());
    net.settle();
}

#[test]
fn a_refreshed_side_that_is_gone_ends_the_call() {
    let mut net = timed(90);
    let (_, theirs) = net.established();
    net.lose = vec![("A 200", 100), ("A BYE", 100)];
    net.run(Duration::from_secs(80));
    let ended = SipEvent::Ended { dialog: theirs, ending: Ending::Lost };
    assert_eq!(net.event(Side::B), ended, "{}", net.story());
    net.run(Duration::from_mins(5));
}

#[test]
fn requests_of_theirs_are_answered_with_the_timer() {
    const SDP: &str = "Content-Type: application/sdp\r\n\r\n";
    for (name, asked, said, require) in [
        ("none", "", None, None),
        ("known", "Supported: timer\r\n", Some("1800;refresher=uas"), None),
        (
            "theirs",
            "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n",
            Some("600;refresher=uac"),
            Some("timer"),
        ),
        ("required", "Require: timer\r\nx: 900\r\n", Some("900;refresher=uas"), None),
    ] {
        let mut bench = Bench::new();
        let (_, ok) = bench.established(asked);
        assert_eq!(field(&ok, "Session-Expires").as_deref(), said, "{name}");
        assert_eq!(field(&ok, "Require").as_deref(), require, "{name}");
        for (number, method) in [(2, "UPDATE"), (3, "INVITE")] {
            let text = within(&ok, method, number, method, &format!("{asked}{SDP}{OFFER}"));
            bench.ask(&text);
            let Some(SipEvent::RemoteOffer { dialog, .. }) = bench.events.pop() else { panic!() };
            bench.tell(Input::AnswerOffer { dialog, sdp: ANSWER.into() });
            let answer = bench.sent.last().unwrap().1.clone();
            assert_eq!(field(&answer, "Session-Expires").as_deref(), said, "{name} {method}");
        }
    }
}

#[test]
fn too_brief_an_interval_is_refused_and_one_that_is_no_number() {
    let mut strict = settings(Side::B);
    strict.session_min = Duration::from_secs(300);
    let brief = "Supported: timer\r\nSession-Expires: 299\r\n";
    let mut bench = Bench::with(strict);
    let refusal = bench.ask(&request("INVITE", "sip:100@b", "1", brief)).unwrap();
    assert!(refusal.starts_with("SIP/2.0 422 "), "{refusal}");
    assert_eq!(field(&refusal, "Min-SE").as_deref(), Some("300"));
    let nonsense = request("INVITE", "sip:100@b", "2", "Session-Expires: soon\r\n");
    assert!(bench.ask(&nonsense).unwrap().starts_with("SIP/2.0 400 Malformed Session-Expires"));
    assert_eq!(bench.events, []);
    let (_, ok) = bench.established("Supported: timer\r\n");
    for (number, method) in [(2, "UPDATE"), (3, "INVITE")] {
        let refusal = bench.ask(&within(&ok, method, number, method, brief)).unwrap();
        assert!(refusal.starts_with("SIP/2.0 422 "), "{method}: {refusal}");
    }
    assert!(bench.ask(&within(&ok, "BYE", 4, "bye", "")).unwrap().starts_with("SIP/2.0 200 "));
}

/// Our call, and the INVITE that went out.
fn calling(settings: Settings) -> (Bench, crate::sip::DialogId, String) {
    let mut bench = Bench::with(settings);
    let dialog = bench.agent.new_dialog();
    bench.tell(Input::Invite(Box::new(invite(dialog, Side::A.address()))));
    let text = bench.sent.pop().unwrap().1;
    (bench, dialog, text)
}

#[test]
fn a_422_to_our_call_is_followed_by_a_longer_interval_and_no_further_than_sensible() {
    let (mut bench, dialog, first) = calling(settings(Side::B));
    assert_eq!(field(&first, "Session-Expires").as_deref(), Some("1800"));
    assert_eq!(
        (field(&first, "Min-SE"), field(&first, "CSeq").as_deref()),
        (None, Some("1 INVITE"))
    );
    let brief =
        |text: &str, min: &str| response(text, "422 Too Brief", "t", &format!("Min-SE: {min}\r\n"));
    bench.ask(&brief(&first, "3600"));
    let second = bench.sent.last().unwrap().1.clone();
    assert!(bench.sent[0].1.starts_with("ACK "), "{:?}", bench.sent);
    assert_eq!(field(&second, "Session-Expires").as_deref(), Some("3600"));
    assert_eq!(field(&second, "Min-SE").as_deref(), Some("3600"));
    assert_eq!(field(&second, "CSeq").as_deref(), Some("2 INVITE"));
    for same in ["Call-ID", "From", "To"] {
        assert_eq!(field(&second, same), field(&first, same), "{same}");
    }
    bench.ask(&brief(&second, "3600"));
    let ended = SipEvent::Ended { dialog, ending: Ending::Refused(422) };
    assert_eq!(bench.events.pop(), Some(ended), "the same again leads nowhere");
}

#[test]
fn we_refresh_by_an_offer_that_changes_nothing_where_update_is_unknown() {
    let (mut bench, _, text) = calling(settings(Side::B));
    let extra = format!(
        "Contact: <sip:a@10.0.0.1:5060>\r\nSession-Expires: 90;refresher=uac\r\nAllow: INVITE, ACK, BYE\r\n\
         Content-Type: application/sdp\r\n\r\n{ANSWER}"
    );
    bench.ask(&response(&text, "200 OK", "t", &extra));
    bench.sent.clear();
    bench.pass(Duration::from_secs(46));
    let refresh = bench.sent[0].1.clone();
    assert!(
        refresh.starts_with("INVITE sip:a@10.0.0.1:5060 ") && refresh.ends_with(OFFER),
        "{refresh}"
    );
    assert_eq!(field(&refresh, "Session-Expires").as_deref(), Some("90;refresher=uac"));
    bench.ask(&response(&refresh, "200 OK", "t", &extra));
    assert!(bench.sent[0].1.starts_with("ACK "));
    bench.sent.clear();
    bench.pass(Duration::from_secs(44));
    assert_eq!(bench.sent, [], "it counts from anew");
    bench.pass(Duration::from_secs(2));
    assert!(bench.sent[0].1.starts_with("INVITE "));
}

#[test]
fn an_answer_without_a_timer_means_none() {
    let (mut bench, _, text) = calling(settings(Side::B));
    let extra =
        format!("Contact: <sip:a@10.0.0.1:5060>\r\nContent-Type: application/sdp\r\n\r\n{ANSWER}");
    bench.ask(&response(&text, "200 OK", "t", &extra));
    bench.sent.clear();
    bench.pass(Duration::from_mins(120));
    assert_eq!(bench.sent, []);
}
