//! What a request is answered with before anybody looks at what it wants.

use super::bench::{Bench, field, request, within};
use crate::sip::write::ALLOW;
use crate::sip::{Input, SipEvent};
use crate::time::Duration;

/// What it is, method, URI, extra header lines and body, an edit, the status, and a header of the answer.
type Row = (
    &'static str,
    (&'static str, &'static str, &'static str),
    (&'static str, &'static str),
    u16,
    Option<(&'static str, &'static str)>,
);

const AS_IS: (&str, &str) = ("", "");
const CALL: (&str, &str, &str) =
    ("INVITE", "sip:b", "Content-Type: application/sdp\r\n\r\nv=0\r\n");
const ASK: (&str, &str, &str) = ("OPTIONS", "sip:b", "");
const REGISTER: (&str, &str, &str) = ("REGISTER", "sip:b", "");
const LAST_HOP: (&str, &str) = ("Forwards: 70", "Forwards: 0");
const GZIP: &str = "Content-Encoding: gzip\r\nContent-Type: application/sdp\r\n\r\nx";

const REFUSALS: &[Row] = &[
    ("no From", ASK, ("From", "Frim"), 400, None),
    ("two To", ("OPTIONS", "sip:b", "To: <sip:x@y>"), AS_IS, 400, None),
    ("CSeq of another method", ASK, ("1 OPT", "1 BYE-"), 400, None),
    ("huge CSeq", ASK, ("CSeq: 1", "CSeq: 99999999999"), 400, None),
    ("URI with headers", ("OPTIONS", "sip:b?Route=x", ""), AS_IS, 400, None),
    ("broken Contact", CALL, ("Contact: <sip:a@10.0.0.1:5060>", "Contact: <sip:a@"), 400, None),
    ("Contact with headers", CALL, ("a@10.0.0.1:5060>", "a@10.0.0.1?Route=x>"), 400, None),
    ("broken Contact to register", REGISTER, ("sip:a@10.0.0.1:5060>", "sip:a@["), 400, None),
    ("a comma in a bare display name", ASK, ("From: \"Sari\"", "From: Bell, Sari"), 400, None),
    ("another version", ASK, ("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"), 505, None),
    ("known and not done", ("SUBSCRIBE", "sip:b", ""), AS_IS, 405, Some(("Allow", ALLOW))),
    ("MESSAGE", ("MESSAGE", "sip:b", ""), AS_IS, 405, None),
    ("PRACK of no call", ("PRACK", "sip:b", ""), AS_IS, 481, None),
    ("REFER", ("REFER", "sip:b", ""), AS_IS, 403, None),
    ("unknown", ("NEWMETHOD", "sip:b", ""), AS_IS, 501, None),
    ("case counts", ("invite", "sip:b", ""), AS_IS, 501, None),
    ("another scheme", ("INVITE", "nobodyKnowsThis:b", ""), AS_IS, 416, None),
    (
        "extensions",
        ("INVITE", "sip:b", "Require: z, x\r\nProxy-Require: y\r\nRequire: w"),
        AS_IS,
        420,
        Some(("Unsupported", "z, x, w")),
    ),
    (
        "extensions that only proxies need",
        ("OPTIONS", "sip:b", "Proxy-Require: y"),
        AS_IS,
        200,
        None,
    ),
    ("no SDP in the answer", ("INVITE", "sip:b", "Accept: text/plain"), AS_IS, 406, None),
    ("spent", CALL, LAST_HOP, 483, None),
    (
        "ISUP",
        CALL,
        ("application/sdp", "application/isup"),
        415,
        Some(("Accept", "application/sdp, multipart/mixed")),
    ),
    ("no type", CALL, ("Content-Type: application/sdp", "Q: y"), 415, None),
    ("encoded", ("INVITE", "sip:b", GZIP), AS_IS, 415, Some(("Accept-Encoding", "identity"))),
    ("BYE of no call", ("BYE", "sip:b", ""), AS_IS, 481, None),
    ("CANCEL of nothing", ("CANCEL", "sip:b", "Require: x"), AS_IS, 481, None),
    ("INFO of no call", ("INFO", "sip:b", ""), AS_IS, 481, None),
    ("OPTIONS", ASK, AS_IS, 200, Some(("Accept", "application/sdp, multipart/mixed"))),
    ("OPTIONS at the last hop", ASK, LAST_HOP, 200, None),
    ("no Max-Forwards", ASK, ("Max-Forwards: 70\r\n", ""), 200, None),
];

#[test]
fn requests_are_refused_by_the_rules() {
    for (name, (method, uri, extra), (from, to), status, header) in REFUSALS {
        let plain = request(method, uri, "1", extra);
        let text = if from.is_empty() { plain } else { plain.replacen(from, to, 1) };
        let mut bench = Bench::new();
        let answer = bench.ask(&text).unwrap_or_else(|| panic!("{name}: no answer"));
        assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{name}: {answer}");
        if let Some((header, value)) = header {
            assert_eq!(field(&answer, header).as_deref(), Some(*value), "{name}");
        }
        let via = field(&answer, "Via").unwrap();
        assert!(via.ends_with("rport=5060;received=10.0.0.1"), "{name}: {via}");
        assert!(field(&answer, "To").unwrap().contains(";tag="), "{name}: {answer}");
        assert_eq!(bench.agent.counts(), super::Counts::default(), "{name}: nothing is remembered");
        assert_eq!(bench.events, [], "{name}");
        assert_eq!(bench.ask(&text), Some(answer), "{name}: the repetition is answered alike");
    }
}

#[test]
fn requests_of_no_call_that_name_one_get_481() {
    let mut bench = Bench::new();
    let (_, ok) = bench.established("");
    for method in ["INVITE", "BYE", "INFO", "UPDATE", "OPTIONS"] {
        for (name, text) in [
            ("their tag", within(&ok, method, 2, "w", "").replace("tag=from-", "tag=fram-")),
            (
                "the Call-ID",
                within(&ok, method, 2, "w", "").replace("Call-ID: call", "Call-ID: coll"),
            ),
            (
                "our tag",
                within(&ok, method, 2, "w", "").replace("b.example>;tag=", "b.example>;tag=0"),
            ),
        ] {
            let answer = bench.ask(&text).unwrap();
            assert!(answer.starts_with("SIP/2.0 481 "), "{method} with another {name}: {answer}");
        }
    }
    let bye = bench.ask(&within(&ok, "BYE", 2, "bye", "")).unwrap();
    assert!(bye.starts_with("SIP/2.0 200 "), "the call is still there: {bye}");
    assert!(matches!(bench.events.last(), Some(SipEvent::Ended { .. })));
    let again = bench.ask(&within(&ok, "BYE", 2, "bye", ""));
    assert_eq!(again, Some(bye), "a repeated BYE gets its answer again");
    let late = bench.ask(&within(&ok, "BYE", 3, "bye2", "")).unwrap();
    assert!(late.starts_with("SIP/2.0 481 "), "{late}");
}

#[test]
fn nobody_answers_what_must_not_be_answered() {
    let mut bench = Bench::new();
    let (_, ok) = bench.established("");
    for (name, text) in [
        ("a stray ACK", request("ACK", "sip:b", "1", "")),
        ("an ACK of the call once more", within(&ok, "ACK", 1, "ack", "")),
        ("an ACK with another number", within(&ok, "ACK", 9, "ack9", "")),
        ("a broken ACK", "ACK nonsense\r\n\r\n".to_owned()),
        ("a response to nothing", ok.clone()),
        ("no Via", request("OPTIONS", "sip:b", "1", "").replace("Via", "Wia")),
        ("keep-alive", "\r\n\r\n".to_owned()),
        ("nothing", String::new()),
    ] {
        assert_eq!(bench.ask(&text), None, "{name}");
    }
    bench.datagram("10.0.0.1:0".parse().unwrap(), request("OPTIONS", "sip:b", "1", ""));
    assert_eq!(bench.sent, [], "nobody can be reached at port 0");
}

#[test]
fn the_same_invite_by_another_way_is_a_loop() {
    let mut bench = Bench::new();
    let text = request("INVITE", "sip:100@b", "1", "");
    assert!(bench.ask(&text).unwrap().starts_with("SIP/2.0 100 "));
    let other_way = text.replace("branch=z9hG4bK1", "branch=z9hG4bKother");
    assert!(bench.ask(&other_way).unwrap().starts_with("SIP/2.0 482 "));
    let new_try = other_way.replace("CSeq: 1", "CSeq: 2");
    assert!(bench.ask(&new_try).unwrap().starts_with("SIP/2.0 100 "));
    assert_eq!(bench.events.len(), 2);
}

#[test]
fn the_same_invite_by_another_way_is_a_loop_also_once_the_call_was_answered() {
    let mut bench = Bench::new();
    let (dialog, _) = bench.established("");
    let copy =
        request("INVITE", "sip:100@b", "call", "").replace("branch=z9hG4bKcall", "branch=z9");
    assert!(bench.ask(&copy).unwrap().starts_with("SIP/2.0 482 "));
    bench.tell(Input::Hangup { dialog, cause: crate::call::HangupCause::Normal });
    let later = copy.replace("branch=z9", "branch=z9hG4bKlater");
    assert!(bench.ask(&later).unwrap().starts_with("SIP/2.0 482 "));
    bench.pass(Duration::from_secs(33));
    let much_later = copy.replace("branch=z9", "branch=z9hG4bKmuch");
    assert!(bench.ask(&much_later).unwrap().starts_with("SIP/2.0 100 "));
}

#[test]
fn answers_find_their_way_back() {
    let from = "192.0.2.7:40000".parse().unwrap();
    for (name, via, to, marked) in [
        (
            "rport asked",
            "SIP/2.0/UDP 10.1.1.1:5062;branch=z9hG4bKv;rport",
            "192.0.2.7:40000",
            "SIP/2.0/UDP 10.1.1.1:5062;branch=z9hG4bKv;rport=40000;received=192.0.2.7",
        ),
        (
            "rport not asked",
            "SIP/2.0/UDP 10.1.1.1:5062;branch=z9hG4bKv",
            "192.0.2.7:5062",
            "SIP/2.0/UDP 10.1.1.1:5062;branch=z9hG4bKv;received=192.0.2.7",
        ),
        (
            "no port",
            "SIP/2.0/UDP host.example;branch=z9hG4bKv",
            "192.0.2.7:5060",
            "SIP/2.0/UDP host.example;branch=z9hG4bKv;received=192.0.2.7",
        ),
        (
            "forged received",
            "SIP/2.0/UDP 10.1.1.1;received=9.9.9.9;branch=z9hG4bKv;maddr=9.9.9.9",
            "192.0.2.7:5060",
            "SIP/2.0/UDP 10.1.1.1;branch=z9hG4bKv;maddr=9.9.9.9;received=192.0.2.7",
        ),
        (
            "behind a proxy",
            "SIP/2.0/UDP p;branch=z9hG4bKv , SIP/2.0/UDP a;branch=z9hG4bKw;rport",
            "192.0.2.7:5060",
            "SIP/2.0/UDP p;branch=z9hG4bKv;received=192.0.2.7, SIP/2.0/UDP a;branch=z9hG4bKw;rport",
        ),
    ] {
        let mut bench = Bench::new();
        let text = request("OPTIONS", "sip:b", "1", "");
        let row = field(&text, "Via").unwrap();
        bench.datagram(from, text.replace(&row, via));
        let (target, answer) = bench.sent.first().unwrap_or_else(|| panic!("{name}: no answer"));
        assert_eq!(target.to_string(), to, "{name}");
        assert_eq!(field(answer, "Via").as_deref(), Some(marked), "{name}");
    }
}

#[test]
fn what_the_caller_says_is_told_upwards() {
    for (name, extra, expected) in [
        ("plain", "", "number=Some(\"+628115550123\") name=Some(\"Sari\") asserted=None from=None"),
        (
            "withheld",
            "Privacy: id\r\nP-Asserted-Identity: <sip:+6221@t;user=phone>\r\n",
            "number=None name=None asserted=Some(\"+6221\") from=None",
        ),
        (
            "diverted",
            "Diversion: <sip:+62215550100@t>;reason=no-answer\r\n",
            "number=Some(\"+628115550123\") name=Some(\"Sari\") asserted=None from=Some(\"+62215550100\")",
        ),
    ] {
        let mut bench = Bench::new();
        bench.ask(&request("INVITE", "sip:%31%30%30;x=y@b.example;user=phone", "1", extra));
        let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!("{name}") };
        let told = format!(
            "number={:?} name={:?} asserted={:?} from={:?}",
            call.caller.number, call.caller.name, call.asserted, call.diverted_from
        );
        assert_eq!(told, expected, "{name}");
        assert_eq!((&*call.called, &*call.from_user), ("100", "+628115550123"), "{name}");
        let printed = format!("{call:?}");
        assert!(!printed.contains("8115550") && !printed.contains("Sari"), "masked: {printed}");
    }
    for (from, number) in [
        ("<tel:+62-811-555>;tag=1", Some("+62811555")),
        ("sip:201@h;tag=1", Some("201")),
        ("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1", None),
        ("<sip:host.example>;tag=1", None),
        ("<sip:%0d%0aX%3A%20y@h>;tag=1", Some("\u{fffd}\u{fffd}X: y")),
    ] {
        let mut bench = Bench::new();
        let text = request("INVITE", "tel:+62-21;phone-context=x", "1", "");
        let row = field(&text, "From").unwrap();
        bench.ask(&text.replace(&row, from));
        let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!("{from}") };
        assert_eq!(call.caller.number.as_deref(), number, "{from}");
        assert_eq!(&*call.called, "+6221");
    }
}

#[test]
fn a_request_with_an_unreadable_via_is_still_told_what_is_wrong() {
    let mut bench = Bench::new();
    let text = request("OPTIONS", "sip:b", "1", "").replace(";rport", ";;,;,,");
    let answer = bench.ask(&text).unwrap();
    assert!(answer.starts_with("SIP/2.0 400 "), "{answer}");
    assert_eq!(field(&answer, "Via"), field(&text, "Via"));
}

#[test]
fn a_caller_of_rfc_2543_without_tag_and_contact_is_served() {
    let mut bench = Bench::new();
    let text = request("INVITE", "sip:100@b", "1", "")
        .replace("Contact: <sip:a@10.0.0.1:5060>\r\n", "")
        .replace(";tag=from-1", "");
    assert!(bench.ask(&text).unwrap().starts_with("SIP/2.0 100 "));
    let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!() };
    bench.tell(Input::Answer { dialog: call.dialog, sdp: super::ANSWER.into() });
    let ok = bench.sent.last().unwrap().1.clone();
    assert_eq!(bench.ask(&within(&ok, "ACK", 1, "ack", "")), None);
    assert!(matches!(bench.events.pop(), Some(SipEvent::Established { .. })));
    assert!(bench.ask(&within(&ok, "BYE", 2, "bye", "")).unwrap().starts_with("SIP/2.0 200 "));
}

#[test]
fn a_refused_invite_is_forgotten_after_its_ack() {
    let mut bench = Bench::new();
    bench.ask(&request("INVITE", "sip:100@b", "1", ""));
    let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!() };
    let headers = vec![("WWW-Authenticate".to_owned(), "Digest realm=\"b\"".to_owned())];
    bench.tell(Input::Refuse { dialog: call.dialog, status: 401, headers, retry_after: Some(3) });
    let refusal = bench.sent.last().unwrap().1.clone();
    assert_eq!(field(&refusal, "WWW-Authenticate").as_deref(), Some("Digest realm=\"b\""));
    assert_eq!(field(&refusal, "Retry-After").as_deref(), Some("3"));
    bench.pass(Duration::from_secs(1));
    assert_eq!(bench.sent.last().unwrap().1, refusal, "sent again until its ACK");
    let ack = request("ACK", "sip:100@b", "1", "").replace("CSeq: 1 INVITE", "CSeq: 1 ACK");
    assert_eq!(bench.ask(&ack), None);
    bench.pass(Duration::from_secs(6));
    assert_eq!((bench.sent.len(), bench.agent.counts()), (0, super::Counts::default()));
}
