//! Our INVITE meets a proxy that forks it: several early sides, and more than one answer.

use super::bench::{Bench, field, response};
use super::{ANSWER, OFFER, Side, invite};
use crate::call::HangupCause;
use crate::sip::{DialogId, Ending, Input, SipEvent};
use crate::time::Duration;

const SDP: &str = "Content-Type: application/sdp\r\nContact: <sip:200@10.0.0.1:5070>\r\n";

/// A call of ours to A; its id and INVITE.
fn call(bench: &mut Bench) -> (DialogId, String) {
    let dialog = bench.agent.new_dialog();
    bench.tell(Input::Invite(Box::new(invite(dialog, Side::A.address()))));
    let (to, text) = bench.sent.pop().unwrap();
    assert_eq!(to, Side::A.address());
    (dialog, text)
}

fn starts(bench: &Bench) -> Vec<String> {
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    bench.sent.iter().map(|(to, text)| format!("{} to {to}", first(text))).collect()
}

#[test]
fn each_early_side_is_told_and_the_second_answer_is_ended() {
    let mut bench = Bench::new();
    let (dialog, text) = call(&mut bench);
    let early = |tag: &str, sdp: &str| {
        response(&text, "183 Session Progress", tag, &format!("{SDP}\r\n{sdp}"))
    };
    bench.ask(&early("one", ANSWER));
    bench.ask(&response(&text, "180 Ringing", "two", ""));
    bench.ask(&response(&text, "180 Ringing", "three", ""));
    bench.ask(&early("one", ANSWER));
    bench.ask(&early("two", OFFER));
    let told = |sdp: &'static str| SipEvent::Early { dialog, sdp: sdp.into() };
    assert_eq!(bench.events, [told(ANSWER), SipEvent::Ringing { dialog }, told(OFFER)]);
    bench.events.clear();

    let ok = |tag: &str| response(&text, "200 OK", tag, &format!("{SDP}\r\n{ANSWER}"));
    bench.ask(&ok("two"));
    assert_eq!(starts(&bench), ["ACK sip:200@10.0.0.1:5070 SIP/2.0 to 10.0.0.1:5070"]);
    assert_eq!(bench.events, [SipEvent::Answered { dialog, sdp: Some(ANSWER.into()) }]);
    let ack = bench.sent[0].clone();
    bench.ask(&ok("two"));
    assert_eq!(bench.sent, [ack], "the repetition gets the same ACK");
    bench.ask(&response(&text, "180 Ringing", "three", ""));
    assert_eq!(bench.sent, [], "late provisional answers mean nothing");

    bench.ask(&ok("one"));
    let ack = "ACK sip:200@10.0.0.1:5070 SIP/2.0 to 10.0.0.1:5070";
    assert_eq!(starts(&bench), [ack, "BYE sip:200@10.0.0.1:5070 SIP/2.0 to 10.0.0.1:5070"]);
    assert!(field(&bench.sent[1].1, "To").unwrap().ends_with(";tag=one"));
    bench.ask(&ok("one"));
    assert_eq!(starts(&bench), [ack], "one BYE is enough");
    assert_eq!(bench.events.len(), 1, "the call itself hears nothing of it");
}

#[test]
fn an_answer_after_hanging_up_is_acknowledged_and_ended() {
    let mut bench = Bench::new();
    let (dialog, text) = call(&mut bench);
    bench.ask(&response(&text, "180 Ringing", "one", ""));
    bench.sent.clear();
    bench.tell(Input::Hangup { dialog, cause: HangupCause::Normal });
    let cancel = bench.sent[0].1.clone();
    assert!(cancel.starts_with("CANCEL sip:100@10.0.0.1:5060 SIP/2.0\r\n"), "{cancel}");
    for same in ["Via", "From", "To", "Call-ID"] {
        assert_eq!(field(&cancel, same), field(&text, same), "RFC 3261 §9.1 {same}");
    }
    for tag in ["one", "two"] {
        bench.ask(&response(&text, "200 OK", tag, &format!("{SDP}\r\n{ANSWER}")));
        assert_eq!(bench.sent.len(), 2, "{tag}: {:?}", starts(&bench));
    }
    bench.pass(Duration::from_mins(3));
    assert_eq!(bench.agent.counts(), super::Counts::default());
    let ended = SipEvent::Ended { dialog, ending: Ending::Ordered };
    assert_eq!(bench.events.last(), Some(&ended));
}

#[test]
fn a_cancelled_call_that_never_ends_is_given_up() {
    let mut bench = Bench::new();
    let (dialog, text) = call(&mut bench);
    bench.ask(&response(&text, "180 Ringing", "one", ""));
    bench.tell(Input::Hangup { dialog, cause: HangupCause::Normal });
    bench.pass(Duration::from_secs(40));
    assert_eq!(bench.agent.counts(), super::Counts::default());
}

#[test]
fn an_answer_without_sdp_needs_an_early_one() {
    for (early, ending) in [(true, None), (false, Some(Ending::Refused(488)))] {
        let mut bench = Bench::new();
        let (dialog, text) = call(&mut bench);
        if early {
            bench.ask(&response(&text, "183 Progress", "one", &format!("{SDP}\r\n{ANSWER}")));
        }
        bench.ask(&response(&text, "200 OK", "one", "Contact: <sip:200@10.0.0.1:5070>"));
        let expected = match ending {
            None => SipEvent::Answered { dialog, sdp: None },
            Some(ending) => SipEvent::Ended { dialog, ending },
        };
        assert_eq!(bench.events.last(), Some(&expected));
    }
}
