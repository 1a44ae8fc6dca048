//! Redirections of our calls, and the reasons that the far side gives for an end.

use super::bench::{Bench, field, request, response, within};
use super::{ANSWER, Side, invite};
use crate::call::HangupCause;
use crate::sip::{DialogId, Ending, Input, Redirect, SipEvent, Transport};
use crate::time::Duration;

fn calling() -> (Bench, DialogId, String) {
    let mut bench = Bench::new();
    let dialog = bench.agent.new_dialog();
    bench.tell(Input::Invite(Box::new(invite(dialog, Side::A.address()))));
    let text = bench.sent.pop().unwrap().1;
    (bench, dialog, text)
}

fn place(target: &str, to: &str) -> Option<Redirect> {
    let to_addr = to.parse().unwrap();
    let transport = Transport::Udp;
    Some(Redirect { target: target.into(), to_addr, transport, local: None, routes: Vec::new() })
}

#[test]
fn a_redirected_call_goes_on_where_those_above_say() {
    let (mut bench, dialog, first) = calling();
    let contacts = "Contact: <sip:low@10.0.0.9>;q=0.1, <sip:high@10.0.0.8;x=y>;q=0.9\r\n\
        Contact: <sip:best@10.0.0.7>, <mailto:x@y>, <sip:low@10.0.0.9>, <sip:odd@h?Route=x>\r\n";
    bench.ask(&response(&first, "302 Moved Temporarily", "t", contacts));
    assert!(bench.sent[0].1.starts_with("ACK "), "{:?}", bench.sent);
    let targets = ["sip:best@10.0.0.7", "sip:high@10.0.0.8;x=y", "sip:low@10.0.0.9"];
    let targets = targets.map(str::to_owned).to_vec();
    assert_eq!(bench.events.pop(), Some(SipEvent::Redirected { dialog, targets }));
    bench.sent.clear();
    bench.tell(Input::Redirect { dialog, place: place("sip:high@10.0.0.8;x=y", "10.0.0.8:5060") });
    let (to, second) = bench.sent.pop().unwrap();
    assert_eq!(to.to_string(), "10.0.0.8:5060");
    assert!(second.starts_with("INVITE sip:high@10.0.0.8;x=y SIP/2.0\r\n"), "{second}");
    assert_eq!(field(&second, "CSeq").as_deref(), Some("2 INVITE"));
    assert_eq!(field(&second, "To"), field(&first, "To"));
    assert_ne!(field(&second, "Via"), field(&first, "Via"));
    let back = "Contact: <sip:high@10.0.0.8;x=y>\r\n";
    bench.datagram(to, response(&second, "302 Moved Temporarily", "u", back));
    let ended = SipEvent::Ended { dialog, ending: Ending::Refused(302) };
    assert_eq!(bench.events.pop(), Some(ended), "a circle ends the call");
    bench.pass(Duration::from_mins(1));
    assert_eq!(bench.agent.counts(), super::Counts::default());
}

#[test]
fn a_redirection_that_is_not_followed_ends_the_call() {
    let moved = |text: &str| response(text, "301 Moved", "t", "Contact: <sip:x@10.0.0.9>\r\n");
    for (name, order, ending) in [
        ("nowhere", Some(None), Ending::Refused(301)),
        ("no address", Some(place("mailto:x", "10.0.0.9:5060")), Ending::Refused(301)),
        ("nobody", Some(place("sip:x@0.0.0.0", "0.0.0.0:5060")), Ending::Refused(301)),
        ("in clear", Some(place("sips:x@10.0.0.9", "10.0.0.9:5061")), Ending::Refused(301)),
        ("no order", None, Ending::RingLimit),
    ] {
        let (mut bench, dialog, text) = calling();
        bench.ask(&moved(&text));
        bench.events.clear();
        if let Some(place) = order {
            bench.tell(Input::Redirect { dialog, place });
        }
        bench.pass(Duration::from_mins(2));
        assert_eq!(bench.events, [SipEvent::Ended { dialog, ending }], "{name}");
        assert_eq!(bench.agent.counts(), super::Counts::default(), "{name}");
    }
    let (mut bench, dialog, text) = calling();
    bench.ask(&response(&text, "300 Choose", "t", "Contact: <tel:+62>\r\n"));
    let ended = SipEvent::Ended { dialog, ending: Ending::Refused(300) };
    assert_eq!(bench.events.pop(), Some(ended), "nothing to choose from");
}

#[test]
fn a_call_is_led_on_a_few_times_only() {
    let (mut bench, dialog, mut text) = calling();
    let mut turns = 0;
    loop {
        let next = format!("sip:x{turns}@10.0.0.9");
        bench.ask(&response(&text, "302 Moved", "t", &format!("Contact: <{next}>\r\n")));
        match bench.events.pop() {
            Some(SipEvent::Redirected { .. }) => turns += 1,
            Some(SipEvent::Ended { .. }) => break,
            other => panic!("{other:?}"),
        }
        bench.sent.clear();
        bench.tell(Input::Redirect { dialog, place: place(&next, "10.0.0.9:5060") });
        text = bench.sent[0].1.clone();
    }
    assert_eq!(turns, 5);
}

#[test]
fn reasons_say_more_than_statuses() {
    for (reason, cause) in [
        ("", HangupCause::Unreachable),
        ("Reason: Q.850;cause=17;text=\"User, busy\"\r\n", HangupCause::Busy),
        ("Reason: SIP;cause=486\r\nReason: q.850 ; cause = 19\r\n", HangupCause::NoAnswer),
        ("Reason: preemption;cause=1, SIP;cause=603\r\n", HangupCause::Rejected),
        ("Reason: Q.850;cause=many\r\n", HangupCause::Unreachable),
        ("Reason: ;;,,\r\n", HangupCause::Unreachable),
    ] {
        let (mut bench, _, text) = calling();
        bench.ask(&response(&text, "480 Gone", "t", reason));
        let Some(SipEvent::Ended { ending, .. }) = bench.events.pop() else { panic!("{reason}") };
        assert_eq!((ending.cause(), ending.by_remote()), (cause, true), "{reason}");
    }
    for (reason, cause) in [
        ("", HangupCause::Normal),
        ("Reason: Q.850;cause=16\r\n", HangupCause::Normal),
        ("Reason: Q.850;cause=41\r\n", HangupCause::Unreachable),
    ] {
        let mut bench = Bench::new();
        let (_, ok) = bench.established("");
        bench.ask(&within(&ok, "BYE", 2, "bye", reason));
        let Some(SipEvent::Ended { ending, .. }) = bench.events.pop() else { panic!("{reason}") };
        assert_eq!((ending.cause(), ending.by_remote()), (cause, true), "{reason}");
    }
}

#[test]
fn packages_of_info_are_refused_and_older_info_taken() {
    let mut bench = Bench::new();
    let (_, ok) = bench.established("");
    for (number, extra, status) in [
        (2, "Info-Package: nicest\r\n", "469"),
        (3, "", "200"),
        (4, "Content-Type: application/dtmf\r\n\r\n5", "200"),
        (5, "Content-Type: text/plain\r\n\r\n5", "415"),
    ] {
        let answer = bench.ask(&within(&ok, "INFO", number, &format!("i{number}"), extra)).unwrap();
        assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{extra}: {answer}");
        assert_eq!(field(&answer, "Recv-Info").is_some(), status == "469", "{answer}");
    }
    let unpacked =
        request("INVITE", "sip:100@b", "m", "Content-Type: multipart/mixed;boundary=b\r\n\r\n");
    let parts = format!("--b\r\nContent-Type: application/sdp\r\n\r\n{ANSWER}\r\n--b--");
    let text = unpacked.replace(
        "Content-Length: 0\r\n\r\n",
        &format!("Content-Length: {}\r\n\r\n{parts}", parts.len()),
    );
    bench.ask(&text);
    let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!() };
    assert_eq!(call.sdp.as_deref(), Some(ANSWER.as_bytes()));
}
