//! Whole calls, as ladders.

use super::bench::{Bench, within};
use super::{ANSWER, Net, OFFER, Side, invite, settings};
use crate::call::HangupCause;
use crate::sip::{DialogId, Ending, Input, SipEvent, Transport};
use crate::time::Duration;

const SHORT: Duration = Duration::from_millis(100);

/// A call from A that rings at B; both ids.
fn ringing(net: &mut Net) -> (DialogId, DialogId) {
    let ours = net.call(Side::A);
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.tell(Side::B, Input::Ring { dialog: theirs });
    net.run(SHORT);
    assert_eq!(net.event(Side::A), SipEvent::Ringing { dialog: ours });
    (ours, theirs)
}

#[test]
fn a_call_is_answered_and_the_caller_hangs_up() {
    let mut net = Net::new();
    let (ours, theirs) = ringing(&mut net);
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.run(Duration::from_secs(1));
    assert_eq!(net.event(Side::A), SipEvent::Answered { dialog: ours, sdp: Some(ANSWER.into()) });
    assert_eq!(net.event(Side::B), SipEvent::Established { dialog: theirs, sdp: None });
    net.hang_up(Side::A, ours);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn a_call_is_answered_and_the_called_side_hangs_up() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.hang_up(Side::B, theirs);
    net.run(SHORT);
    assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending: Ending::Ordered });
    assert_eq!(net.event(Side::A), SipEvent::Ended { dialog: ours, ending: Ending::Bye });
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn early_media_is_told_once_and_repeated_every_minute() {
    let mut net = Net::new();
    let dialog = net.agent(Side::A).new_dialog();
    let mut patient = invite(dialog, Side::B.address());
    patient.ring = Duration::from_mins(10);
    net.tell(Side::A, Input::Invite(Box::new(patient)));
    net.run(SHORT);
    let theirs = net.incoming(Side::B);
    net.tell(Side::B, Input::Early { dialog: theirs, sdp: ANSWER.into() });
    net.run(Duration::from_secs(130));
    assert_eq!(net.event(Side::A), SipEvent::Early { dialog, sdp: ANSWER.into() });
    net.tell(Side::B, Input::Answer { dialog: theirs, sdp: ANSWER.into() });
    net.run(SHORT);
    assert_eq!(net.event(Side::A), SipEvent::Answered { dialog, sdp: None });
    net.hang_up(Side::A, dialog);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn a_refusal_ends_both_sides_with_its_status() {
    for (status, cause) in [
        (486, HangupCause::Busy),
        (600, HangupCause::Busy),
        (603, HangupCause::Rejected),
        (408, HangupCause::NoAnswer),
        (480, HangupCause::Unreachable),
        (404, HangupCause::Unreachable),
        (488, HangupCause::Incompatible),
        (302, HangupCause::Unreachable),
    ] {
        let mut net = Net::new();
        let (ours, theirs) = ringing(&mut net);
        let refuse = Input::Refuse { dialog: theirs, status, headers: vec![], retry_after: None };
        net.tell(Side::B, refuse);
        net.run(SHORT);
        assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending: Ending::Ordered });
        let ending = Ending::Refused(status);
        assert_eq!(net.event(Side::A), SipEvent::Ended { dialog: ours, ending });
        assert_eq!(ending.cause(), cause, "{status}");
        net.settle();
    }
}

#[test]
fn a_refused_call() {
    let mut net = Net::new();
    let (_, theirs) = ringing(&mut net);
    net.lose.push(("A ACK", 1));
    net.tell(Side::B, Input::Hangup { dialog: theirs, cause: HangupCause::Busy });
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn nobody_answers_within_the_ring_limit() {
    let mut net = Net::new();
    let (ours, theirs) = ringing(&mut net);
    net.settle();
    let ending = Ending::RingLimit;
    assert_eq!(net.event(Side::A), SipEvent::Ended { dialog: ours, ending });
    let ending = Ending::Cancelled;
    assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending });
    insta::assert_snapshot!(net.story());
}

#[test]
fn nobody_is_there() {
    let mut net = Net::new();
    net.lose.push(("A INVITE", 99));
    let ours = net.call(Side::A);
    net.settle();
    // The ring limit of 30 s comes before 64·T1 = 32 s, and there is nothing to cancel.
    assert_eq!(net.event(Side::A), SipEvent::Ended { dialog: ours, ending: Ending::RingLimit });
    let dialog = net.agent(Side::A).new_dialog();
    let mut patient = invite(dialog, Side::B.address());
    patient.ring = Duration::from_mins(1);
    net.tell(Side::A, Input::Invite(Box::new(patient)));
    net.settle();
    assert_eq!(net.event(Side::A), SipEvent::Ended { dialog, ending: Ending::NoReply });
}

#[test]
fn an_invite_that_cannot_go_ends_at_once() {
    let mut net = Net::new();
    for (target, to_addr, ending) in [
        ("http://b", "10.0.0.2:5060", Ending::Refused(400)),
        ("sip:100@b?Route=x", "10.0.0.2:5060", Ending::Refused(400)),
        ("sip:100@b\r\nX: y", "10.0.0.2:5060", Ending::Refused(400)),
        ("sip:100@b", "0.0.0.0:5060", Ending::NoReply),
        ("sip:100@b", "10.0.0.2:0", Ending::NoReply),
    ] {
        let dialog = net.agent(Side::A).new_dialog();
        let mut invite = invite(dialog, to_addr.parse().unwrap());
        invite.target = target.into();
        net.tell(Side::A, Input::Invite(Box::new(invite)));
        assert_eq!(net.event(Side::A), SipEvent::Ended { dialog, ending }, "{target}");
    }
    net.settle();
}

#[test]
fn a_call_that_nobody_above_answers_is_refused_in_time() {
    let mut net = Net::new();
    let dialog = net.agent(Side::A).new_dialog();
    let mut patient = invite(dialog, Side::B.address());
    patient.ring = Duration::from_mins(60);
    net.tell(Side::A, Input::Invite(Box::new(patient)));
    net.settle();
    assert_eq!(net.event(Side::A), SipEvent::Ended { dialog, ending: Ending::Refused(480) });
    let theirs = net.incoming(Side::B);
    let ending = Ending::TimeLimit;
    assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending });
}

#[test]
fn a_call_ends_when_it_has_lasted_long_enough() {
    let mut short = settings(Side::B);
    short.call_limit = Duration::from_secs(60);
    let mut net = Net::with(settings(Side::A), short);
    let (ours, theirs) = net.established();
    net.settle();
    let ending = Ending::TimeLimit;
    assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending });
    assert_eq!(
        net.event(Side::A),
        SipEvent::Ended { dialog: ours, ending: Ending::ByeFor(HangupCause::Timeout) }
    );
}

#[test]
fn a_probe_tells_the_living_from_the_lost() {
    let mut net = Net::new();
    let (ours, theirs) = net.established();
    net.tell(Side::B, Input::Probe { dialog: theirs });
    net.run(SHORT);
    assert_eq!(net.event(Side::B), SipEvent::Alive { dialog: theirs });
    // A forgets the call as a phone does that lost its power.
    net.a = super::UserAgent::new(settings(Side::A), [1; 32]);
    net.tell(Side::B, Input::Probe { dialog: theirs });
    net.settle();
    assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending: Ending::Lost });
    assert!(net.events[&Side::A].is_empty(), "{ours} told nothing more");

    let mut net = Net::new();
    let (_, theirs) = net.established();
    net.lose.push(("A ", 99));
    net.tell(Side::B, Input::Probe { dialog: theirs });
    net.run(Duration::from_secs(40));
    assert_eq!(net.event(Side::B), SipEvent::Ended { dialog: theirs, ending: Ending::Lost });
}

#[test]
fn a_draining_agent_takes_no_new_calls_and_still_makes_them() {
    let mut net = Net::new();
    let (ours, _) = net.established();
    net.tell(Side::B, Input::Drain(true));
    let second = net.call(Side::A);
    net.run(SHORT);
    assert_eq!(
        net.event(Side::A),
        SipEvent::Ended { dialog: second, ending: Ending::Refused(503) }
    );
    // A caller who is still there may need somebody else.
    let back = net.call(Side::B);
    net.run(SHORT);
    let incoming = net.incoming(Side::A);
    net.tell(Side::A, Input::Answer { dialog: incoming, sdp: ANSWER.into() });
    net.run(SHORT);
    net.hang_up(Side::B, back);
    net.hang_up(Side::A, ours);
    net.settle();
    insta::assert_snapshot!(net.story());
}

#[test]
fn more_calls_than_agreed_are_turned_away_with_spread_waits() {
    let mut small = settings(Side::B);
    small.max_dialogs = 3;
    let mut net = Net::with(settings(Side::A), small);
    for _ in 0..40 {
        net.call(Side::A);
    }
    net.run(SHORT);
    let story = net.story();
    assert_eq!(story.matches("B 503 Service Unavailable (1 INVITE) retry-after").count(), 37);
    assert_eq!(story.matches("incoming for 100").count(), 3);
    assert_eq!(net.b.counts().dialogs, 3);
    assert_eq!(net.b.counts().transactions, 3, "those turned away leave nothing behind");
}

#[test]
fn a_register_is_answered_by_those_above() {
    let mut net = Net::new();
    let text = format!(
        "REGISTER sip:sambung SIP/2.0\r\nVia: SIP/2.0/UDP {a};branch=z9hG4bKreg\r\n\
         From: <sip:201@sambung>;tag=x\r\nTo: <sip:201@sambung>\r\nCall-ID: r1\r\nCSeq: 7 REGISTER\r\n\
         Max-Forwards: 70\r\nContact: <sip:201@{a}>;expires=60, <sip:201@10.9.9.9:5080;transport=udp>\r\n\
         Expires: 300\r\nAuthorization: Digest username=\"201\"\r\nContent-Length: 0\r\n\r\n",
        a = Side::A.address()
    );
    let datagram = |net: &mut Net| {
        let (from, local) = (Side::A.address(), Side::B.address());
        net.tell(
            Side::B,
            Input::Message { from, local, transport: Transport::Udp, bytes: text.clone().into() },
        );
    };
    datagram(&mut net);
    let SipEvent::Register(register) = net.event(Side::B) else { panic!("{}", net.story()) };
    insta::assert_debug_snapshot!((&register, &register.contacts, &register.request_uri));
    datagram(&mut net);
    assert!(net.events[&Side::B].is_empty(), "a repetition is not a second request");
    let headers = vec![("WWW-Authenticate".into(), "Digest realm=\"sambung\"".into())];
    net.tell(Side::B, Input::Reply { request: register.request, status: 401, headers });
    datagram(&mut net);
    net.settle();
    assert_eq!(net.story().matches("B 401 Unauthorized (7 REGISTER)").count(), 2);
}

#[test]
fn a_register_that_nobody_answers_gets_500() {
    let mut net = Net::new();
    let bytes = super::bench::request("REGISTER", "sip:b", "reg", "").into();
    let (from, local) = (Side::A.address(), Side::B.address());
    net.tell(Side::B, Input::Message { from, local, transport: Transport::Udp, bytes });
    net.settle();
    assert!(net.story().contains("32.000 B 500 Server Internal Error (1 REGISTER)"));
}

#[test]
fn keys_by_info_go_up_and_other_infos_are_refused() {
    let mut bench = Bench::new();
    let (dialog, ok) = bench.established("");
    bench.events.clear();
    for (branch, cseq, extra, answer) in [
        ("i1", 2, "Content-Type: application/dtmf-relay\r\n\r\nSignal=5\r\n", "200 OK"),
        ("i1", 2, "Content-Type: application/dtmf-relay\r\n\r\nSignal=5\r\n", "200 OK"),
        ("i2", 3, "Content-Type: Application/DTMF ; x=y\r\n\r\n7", "200 OK"),
        ("i3", 4, "Content-Type: text/html\r\n\r\n<p>", "415 Unsupported Media Type"),
        ("i4", 5, "", "200 OK"),
        ("i5", 4, "Content-Type: application/dtmf\r\n\r\n8", "500 Server Internal Error"),
    ] {
        let got = bench.ask(&within(&ok, "INFO", cseq, branch, extra)).unwrap();
        assert!(got.starts_with(&format!("SIP/2.0 {answer}\r\n")), "{branch}: {got}");
    }
    let keys = |kind: &str, body: &'static str| SipEvent::Info {
        dialog,
        content_type: kind.into(),
        body: body.into(),
    };
    assert_eq!(
        bench.events,
        [keys("application/dtmf-relay", "Signal=5\r\n"), keys("application/dtmf", "7")],
        "a repetition is no second key"
    );
}

#[test]
fn text_from_above_ends_no_line_on_the_wire() {
    let mut net = Net::new();
    let dialog = net.agent(Side::A).new_dialog();
    let mut invite = invite(dialog, Side::B.address());
    invite.from_user = Some("20\r\n1@x>".into());
    invite.from_display = Some("layanan · \"order\"\r\nX: y".into());
    invite.headers = vec![
        ("Call-Info".into(), "<https://desk/1>\r\nInjected: 1".into()),
        ("User-to-User".into(), "30303035;encoding=hex".into()),
        ("CSeq".into(), "9 BYE".into()),
    ];
    invite.max_forwards = Some(12);
    net.agent(Side::A).handle(crate::time::Instant::ZERO, Input::Invite(Box::new(invite)));
    let Some(crate::sip::Output::Send { bytes, .. }) = net.a.poll_output() else { panic!() };
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.ends_with(OFFER));
    insta::assert_snapshot!(text.replace('\r', ""));
}
