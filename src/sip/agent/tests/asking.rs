//! Requests that are challenged and sent again with credentials, and requests outside any call.

use super::bench::{Bench, field, response};
use super::{ANSWER, Side, invite};
use crate::call::HangupCause;
use crate::sip::{
    Answer, Ask, AskId, AskMethod, DialogId, Ending, Input, Invite, Login, SipEvent, Transport,
};
use crate::time::Duration;

const CHALLENGE: &str = "WWW-Authenticate: Digest realm=\"telko\", nonce=\"n1\", qop=\"auth\"\r\n";
const BY_PROXY: &str = "Proxy-Authenticate: Digest realm=\"telko\", nonce=\"n2\", qop=\"auth\"\r\n";
const FOREIGN: &str = "WWW-Authenticate: Digest realm=\"evil\", nonce=\"n3\", qop=\"auth\"\r\n";

fn login(realm: Option<&str>) -> Login {
    Login { user: "6221".into(), password: "rahasia".into(), realm: realm.map(Into::into) }
}

fn call(bench: &mut Bench, change: impl FnOnce(&mut Invite)) -> (DialogId, String) {
    let dialog = bench.agent.new_dialog();
    let mut invite = invite(dialog, Side::A.address());
    invite.login = Some(login(None));
    change(&mut invite);
    bench.tell(Input::Invite(Box::new(invite)));
    (dialog, bench.sent.pop().expect("an INVITE").1)
}

/// Answers a request; what was sent because of that.
fn answer(bench: &mut Bench, request: &str, status: &str, extra: &str) -> Vec<String> {
    bench.sent.clear();
    let text = response(request, status, "far", extra);
    bench.datagram(Side::A.address(), text);
    bench.sent.iter().map(|(_, text)| text.clone()).collect()
}

fn ask(method: AskMethod) -> Ask {
    Ask {
        id: AskId(7),
        method,
        target: "sip:telko.example".into(),
        to: "sip:6221@telko.example".into(),
        from: "sip:6221@telko.example".into(),
        to_addr: Side::A.address(),
        transport: Transport::Udp,
        local: None,
        call_id: "reg-1".into(),
        cseq: 3,
        contact: Some("6221".into()),
        routes: Vec::new(),
        headers: vec![("Expires".into(), "600".into())],
        login: Some(login(None)),
        limit: Duration::from_secs(8),
    }
}

fn asked(bench: &mut Bench) -> Answer {
    match bench.events.pop() {
        Some(SipEvent::Asked { ask: AskId(7), answer }) => *answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_challenged_call_is_tried_again_in_the_same_dialog() {
    for (status, challenge, name) in [
        ("401 Unauthorized", CHALLENGE, "Authorization"),
        ("407 Proxy Authentication Required", BY_PROXY, "Proxy-Authorization"),
    ] {
        let mut bench = Bench::new();
        let (dialog, first) = call(&mut bench, |_| {});
        let sent = answer(&mut bench, &first, status, challenge);
        let [ack, again] = &sent[..] else { panic!("{sent:?}") };
        assert!(ack.starts_with("ACK "), "{ack}");
        for same in ["Call-ID", "From", "To", "Contact", "Content-Type"] {
            assert_eq!(field(again, same), field(&first, same), "{same}");
        }
        assert_ne!(field(again, "Via"), field(&first, "Via"), "another transaction");
        assert_eq!(field(again, "CSeq").as_deref(), Some("2 INVITE"));
        let credentials = field(again, name).expect(name);
        assert!(credentials.contains("username=\"6221\"") && !again.contains("rahasia"), "{again}");
        assert_eq!(bench.events, [], "nobody above hears of it");
        let extra = format!(
            "Contact: <sip:a@10.0.0.1:5060>\r\nContent-Type: application/sdp\r\n\r\n{ANSWER}"
        );
        let sent = answer(&mut bench, again, "200 OK", &extra);
        assert_eq!(field(&sent[0], "CSeq").as_deref(), Some("2 ACK"));
        assert_eq!(
            bench.events.pop(),
            Some(SipEvent::Answered { dialog, sdp: Some(ANSWER.into()) })
        );
        // The BYE is challenged as well.
        bench.sent.clear();
        bench.tell(Input::Hangup { dialog, cause: HangupCause::Normal });
        let bye = bench.sent.pop().expect("a BYE").1;
        let sent = answer(&mut bench, &bye, status, challenge);
        assert_eq!(field(&sent[0], "CSeq").as_deref(), Some("4 BYE"));
        assert!(field(&sent[0], name).is_some(), "{}", sent[0]);
        answer(&mut bench, &sent[0], "200 OK", "");
        bench.pass(Duration::from_mins(2));
        assert_eq!(bench.agent.counts(), crate::sip::Counts::default());
    }
}

#[test]
fn credentials_go_only_where_they_belong() {
    for (name, realm, has_login, challenges) in [
        ("without a login", None, false, &[CHALLENGE][..]),
        ("another realm than configured", Some("telko"), true, &[FOREIGN]),
        ("refused", None, true, &[CHALLENGE, CHALLENGE]),
        ("another realm than seen", None, true, &[CHALLENGE, FOREIGN]),
    ] {
        let mut bench = Bench::new();
        let (dialog, mut request) = call(&mut bench, |invite| {
            invite.login = has_login.then(|| login(realm));
        });
        for (tries, challenge) in challenges.iter().enumerate() {
            let sent = answer(&mut bench, &request, "401 Unauthorized", challenge);
            let last = tries + 1 == challenges.len();
            assert_eq!(sent.len(), if last { 1 } else { 2 }, "{name}: {sent:?}");
            request = sent.last().expect("an ACK at least").clone();
        }
        let ended = SipEvent::Ended { dialog, ending: Ending::Refused(401) };
        assert_eq!(bench.events, [ended], "{name}");
        bench.pass(Duration::from_mins(2));
        assert_eq!(bench.agent.counts(), crate::sip::Counts::default(), "{name}");
    }
}

/// A 401 that nobody asked for: from another address, for another transaction, or to a request without a password.
#[test]
fn a_stranger_cannot_draw_credentials() {
    let mut bench = Bench::new();
    let (_, first) = call(&mut bench, |_| {});
    bench.sent.clear();
    let other = first.replace("branch=z9hG4bK", "branch=z9hG4bKf");
    let text = response(&other, "401 Unauthorized", "evil", CHALLENGE);
    bench.datagram("192.0.2.66:5060".parse().expect("an address"), text);
    assert_eq!(bench.sent, [], "no transaction, no answer");
}

#[test]
fn a_call_that_is_not_heard_of_is_given_up_early() {
    let mut bench = Bench::new();
    let (dialog, first) =
        call(&mut bench, |invite| invite.heard_within = Some(Duration::from_secs(4)));
    bench.pass(Duration::from_secs(3));
    assert_eq!(bench.events, []);
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.events.pop(), Some(SipEvent::Ended { dialog, ending: Ending::NoReply }));
    // It is heard of too late: CANCEL.
    let sent = answer(&mut bench, &first, "180 Ringing", "");
    assert!(sent[0].starts_with("CANCEL "), "{sent:?}");
    let mut bench = Bench::new();
    let (_, first) = call(&mut bench, |invite| invite.heard_within = Some(Duration::from_secs(4)));
    answer(&mut bench, &first, "180 Ringing", "");
    bench.events.clear();
    bench.pass(Duration::from_secs(20));
    assert_eq!(bench.events, [], "it rings");
}

#[test]
fn a_call_takes_the_route_it_is_given() {
    let mut bench = Bench::new();
    let (_, first) = call(&mut bench, |invite| {
        invite.target = "sip:+62811@telko.example".into();
        invite.routes = vec!["<sip:10.0.0.1:5060;lr>".into(), "<sip:edge.example;lr>".into()];
    });
    assert!(first.starts_with("INVITE sip:+62811@telko.example SIP/2.0\r\n"), "{first}");
    assert!(
        first.contains("Route: <sip:10.0.0.1:5060;lr>\r\nRoute: <sip:edge.example;lr>\r\n"),
        "{first}"
    );
}

#[test]
fn a_registration_is_challenged_granted_and_told() {
    let mut bench = Bench::new();
    bench.tell(Input::Ask(Box::new(ask(AskMethod::Register))));
    let first = bench.sent.pop().expect("a REGISTER").1;
    assert!(first.starts_with("REGISTER sip:telko.example SIP/2.0\r\n"), "{first}");
    for (name, value) in [
        ("CSeq", "3 REGISTER"),
        ("Call-ID", "reg-1"),
        ("Expires", "600"),
        ("Contact", "<sip:6221@10.0.0.2:5060>"),
    ] {
        assert_eq!(field(&first, name).as_deref(), Some(value));
    }
    let sent = answer(&mut bench, &first, "401 Unauthorized", CHALLENGE);
    let again = &sent[0];
    assert_eq!(field(again, "CSeq").as_deref(), Some("4 REGISTER"));
    let extra = "Contact: <sip:other@h>;expires=9, <sip:6221@10.0.0.2:5060>;expires=300\r\n\
                 Service-Route: <sip:edge.telko.example;lr>\r\n";
    answer(&mut bench, again, "200 OK", extra);
    let expected = Answer {
        status: Some(200),
        cseq: 4,
        expires: Some(300),
        service_route: vec!["<sip:edge.telko.example;lr>".into()],
        ..Answer::default()
    };
    assert_eq!(asked(&mut bench), expected);
}

#[test]
fn what_nobody_answers_or_grants_is_told() {
    let mut bench = Bench::new();
    bench.tell(Input::Ask(Box::new(ask(AskMethod::Options))));
    bench.pass(Duration::from_secs(8));
    assert_eq!(asked(&mut bench), Answer { cseq: 3, ..Answer::default() });
    bench.tell(Input::Ask(Box::new(Ask { target: "nonsense".into(), ..ask(AskMethod::Options) })));
    assert_eq!(asked(&mut bench).status, None);
    bench.sent.clear();
    bench.tell(Input::Ask(Box::new(ask(AskMethod::Register))));
    let first = bench.sent.pop().expect("a REGISTER").1;
    answer(&mut bench, &first, "423 Interval Too Brief", "Min-Expires: 1800\r\n");
    let answer = asked(&mut bench);
    assert_eq!((answer.status, answer.min_expires), (Some(423), Some(1_800)));
    bench.pass(Duration::from_mins(2));
    assert_eq!(bench.agent.counts(), crate::sip::Counts::default());
}
