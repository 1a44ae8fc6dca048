//! Where requests inside a call go: Contact, Record-Route, address translators, new Contacts.

use super::bench::{Bench, field, request, response, within};
use super::{ANSWER, OFFER, Side, invite};
use crate::call::HangupCause;
use crate::sip::{DialogId, Input, SipEvent};

/// Lets the agent hang up; its BYE and where that went.
fn bye(bench: &mut Bench, dialog: DialogId) -> (String, String) {
    bench.sent.clear();
    bench.tell(Input::Hangup { dialog, cause: HangupCause::Normal });
    let (to, text) = bench.sent.last().unwrap().clone();
    assert!(text.starts_with("BYE "), "{text}");
    (to.to_string(), text)
}

/// A call from `source` that the agent took.
fn taken(bench: &mut Bench, source: &str, text: &str) -> DialogId {
    bench.datagram(source.parse().unwrap(), text.to_owned());
    let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!("{text}") };
    let dialog = call.dialog;
    bench.sent.clear();
    bench.tell(Input::Answer { dialog, sdp: ANSWER.into() });
    let ok = bench.sent[0].1.clone();
    bench.datagram(source.parse().unwrap(), within(&ok, "ACK", 1, "ack", ""));
    dialog
}

#[test]
fn a_bye_goes_where_the_caller_is_reached() {
    let plain = request("INVITE", "sip:100@b", "r", "");
    let contact = |uri: &str| plain.replace("<sip:a@10.0.0.1:5060>", uri);
    for (name, source, text, to, line) in [
        (
            "its Contact",
            "10.0.0.1:40000",
            contact("<sip:a@10.0.0.1:5080>"),
            "10.0.0.1:5080",
            "sip:a@10.0.0.1:5080",
        ),
        (
            "another Contact",
            "10.0.0.1:5060",
            contact("<sip:a@10.0.0.9:5080>"),
            "10.0.0.9:5080",
            "sip:a@10.0.0.9:5080",
        ),
        (
            "a host name",
            "10.0.0.1:40000",
            contact("\"A\" <sip:a@pc.example;ob>;q=1"),
            "10.0.0.1:40000",
            "sip:a@pc.example;ob",
        ),
        (
            "behind a translator",
            "192.0.2.7:40000",
            plain.clone(),
            "192.0.2.7:40000",
            "sip:a@10.0.0.1:5060",
        ),
        (
            "nowhere",
            "10.0.0.1:5060",
            contact("<sip:a@0.0.0.0:5060>"),
            "10.0.0.1:5060",
            "sip:a@0.0.0.0:5060",
        ),
        (
            "everybody",
            "10.0.0.1:5060",
            contact("<sip:a@255.255.255.255>"),
            "10.0.0.1:5060",
            "sip:a@255.255.255.255",
        ),
    ] {
        let mut bench = Bench::new();
        let dialog = taken(&mut bench, source, &text);
        let (went, bye) = bye(&mut bench, dialog);
        assert_eq!(went, to, "{name}");
        assert_eq!(bye.lines().next(), Some(&*format!("BYE {line} SIP/2.0")), "{name}");
        assert_eq!(
            field(&bye, "From").as_deref().map(|v| v.split(";tag").next().unwrap()),
            Some("<sip:100@b.example>")
        );
        assert_eq!(field(&bye, "To").as_deref(), field(&text, "From").as_deref(), "{name}");
    }
}

#[test]
fn a_callers_route_set_keeps_its_order() {
    let mut bench = Bench::new();
    let extra = "Record-Route: <sip:10.0.0.3:5090;lr>;x=y, <sip:p2.example;lr>\r\nRecord-Route: <sip:p3.example;lr>\r\n";
    let dialog = taken(&mut bench, "10.0.0.3:5090", &request("INVITE", "sip:100@b", "r", extra));
    let (to, bye) = bye(&mut bench, dialog);
    assert_eq!(to, "10.0.0.3:5090");
    let routes: Vec<&str> = bye.lines().filter(|line| line.starts_with("Route: ")).collect();
    let expected = [
        "Route: <sip:10.0.0.3:5090;lr>;x=y",
        "Route: <sip:p2.example;lr>",
        "Route: <sip:p3.example;lr>",
    ];
    assert_eq!(routes, expected);
    assert!(bye.starts_with("BYE sip:a@10.0.0.1:5060 SIP/2.0\r\n"));
}

#[test]
fn a_strict_router_gets_itself_as_the_request_uri() {
    let mut bench = Bench::new();
    let extra = "Record-Route: <sip:10.0.0.3:5090>, <sip:p2.example;lr>\r\n";
    let dialog = taken(&mut bench, "10.0.0.3:5090", &request("INVITE", "sip:100@b", "r", extra));
    let (to, bye) = bye(&mut bench, dialog);
    assert_eq!(to, "10.0.0.3:5090");
    assert!(bye.starts_with("BYE sip:10.0.0.3:5090 SIP/2.0\r\n"), "{bye}");
    let routes: Vec<&str> = bye.lines().filter(|line| line.starts_with("Route: ")).collect();
    assert_eq!(routes, ["Route: <sip:p2.example;lr>", "Route: <sip:a@10.0.0.1:5060>"]);
}

#[test]
fn record_route_is_copied_into_answers_that_make_the_dialog() {
    let mut bench = Bench::new();
    let extra = "Record-Route: <sip:10.0.0.3;lr>\r\n";
    bench.ask(&request("INVITE", "sip:100@b", "r", extra));
    let Some(SipEvent::Incoming(call)) = bench.events.pop() else { panic!() };
    bench.tell(Input::Ring { dialog: call.dialog });
    let ringing = bench.sent.last().unwrap().1.clone();
    assert_eq!(field(&ringing, "Record-Route").as_deref(), Some("<sip:10.0.0.3;lr>"));
    assert_eq!(field(&ringing, "Contact").as_deref(), Some("<sip:10.0.0.2:5060>"));
    bench.tell(Input::Answer { dialog: call.dialog, sdp: ANSWER.into() });
    let ok = bench.sent.last().unwrap().1.clone();
    assert_eq!(field(&ok, "Record-Route"), field(&ringing, "Record-Route"));
    assert_eq!(field(&ok, "To"), field(&ringing, "To"), "one dialog, one tag");
}

#[test]
fn our_calls_take_the_route_set_backwards() {
    let mut bench = Bench::new();
    let dialog = bench.agent.new_dialog();
    bench.tell(Input::Invite(Box::new(invite(dialog, Side::A.address()))));
    let text = bench.sent.pop().unwrap().1;
    let extra = format!(
        "Record-Route: <sip:p2.example;lr>, <sip:10.0.0.3:5090;lr>\r\nContact: <sip:200@10.7.7.7:5070>\r\n\
         Content-Type: application/sdp\r\n\r\n{ANSWER}"
    );
    bench.ask(&response(&text, "200 OK", "one", &extra));
    let (to, ack) = bench.sent[0].clone();
    assert_eq!(to.to_string(), "10.0.0.3:5090");
    assert!(ack.starts_with("ACK sip:200@10.7.7.7:5070 SIP/2.0\r\n"), "{ack}");
    let routes: Vec<&str> = ack.lines().filter(|line| line.starts_with("Route: ")).collect();
    assert_eq!(routes, ["Route: <sip:10.0.0.3:5090;lr>", "Route: <sip:p2.example;lr>"]);
    assert_ne!(
        field(&ack, "Via"),
        field(&text, "Via"),
        "an ACK of a 2xx is a transaction of its own"
    );
}

#[test]
fn a_call_sent_past_its_target_address_stays_on_that_way() {
    let mut bench = Bench::new();
    let dialog = bench.agent.new_dialog();
    let mut order = invite(dialog, "192.0.2.7:40000".parse().unwrap());
    order.target = "sip:201@192.168.1.9:5062".into();
    bench.tell(Input::Invite(Box::new(order)));
    let (to, text) = bench.sent.pop().unwrap();
    assert_eq!(to.to_string(), "192.0.2.7:40000");
    assert!(text.starts_with("INVITE sip:201@192.168.1.9:5062 SIP/2.0\r\n"));
    let extra = format!(
        "Contact: <sip:201@192.168.1.9:5062>\r\nContent-Type: application/sdp\r\n\r\n{ANSWER}"
    );
    bench.datagram(to, response(&text, "200 OK", "one", &extra));
    assert_eq!(bench.sent[0].0, to, "{}", bench.sent[0].1);
    assert_eq!(bye(&mut bench, dialog).0, to.to_string());
}

#[test]
fn a_new_contact_moves_the_call() {
    let offer = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    for (method, extra, accept, to) in [
        ("UPDATE", "", None, "10.0.0.8:5060"),
        ("UPDATE", &*offer, Some(true), "10.0.0.8:5060"),
        ("INVITE", &*offer, Some(true), "10.0.0.8:5060"),
        ("INVITE", &*offer, Some(false), "10.0.0.1:5060"),
        ("INVITE", "", Some(true), "10.0.0.8:5060"),
    ] {
        let mut bench = Bench::new();
        let (dialog, ok) = bench.established("");
        let text =
            within(&ok, method, 2, "new", extra).replace("a@10.0.0.1:5060", "a@10.0.0.8:5060");
        bench.ask(&text);
        match accept {
            Some(true) => bench.tell(Input::AnswerOffer { dialog, sdp: ANSWER.into() }),
            Some(false) => bench.tell(Input::RefuseOffer { dialog, status: 488 }),
            None => {}
        }
        let answer = bench.sent.last().unwrap().1.clone();
        assert_eq!(answer.starts_with("SIP/2.0 200 "), accept != Some(false), "{answer}");
        if method == "INVITE" && accept == Some(true) {
            assert!(
                bench
                    .ask(&within(&ok, "INVITE", 3, "more", &offer))
                    .unwrap()
                    .starts_with("SIP/2.0 491 ")
            );
            let ack = format!("Content-Type: application/sdp\r\n\r\n{ANSWER}");
            bench.ask(&within(&ok, "ACK", 2, "ack2", &ack));
            let expected = SipEvent::RemoteAnswer { dialog, sdp: Some(ANSWER.into()) };
            assert_eq!(
                bench.events.contains(&expected),
                extra.is_empty(),
                "only a late answer is told"
            );
        }
        assert_eq!(bye(&mut bench, dialog).0, to, "{method} {accept:?}");
    }
}

#[test]
fn a_cancelled_reinvite_leaves_the_call_as_it_was() {
    let mut bench = Bench::new();
    let (dialog, ok) = bench.established("");
    let offer = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    assert!(
        bench.ask(&within(&ok, "INVITE", 2, "re", &offer)).unwrap().starts_with("SIP/2.0 100 ")
    );
    assert!(
        bench.ask(&within(&ok, "INVITE", 3, "re3", &offer)).unwrap().starts_with("SIP/2.0 500 ")
    );
    bench.ask(&within(&ok, "CANCEL", 2, "re", ""));
    let starts: Vec<&str> =
        bench.sent.iter().map(|(_, text)| text.lines().next().unwrap()).collect();
    assert_eq!(starts, ["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    bench.sent.clear();
    bench.tell(Input::AnswerOffer { dialog, sdp: ANSWER.into() });
    assert_eq!(bench.sent, [], "the offer is gone");
    assert!(bench.ask(&within(&ok, "BYE", 4, "bye", "")).unwrap().starts_with("SIP/2.0 200 "));
}
