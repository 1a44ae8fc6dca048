//! The torture sets of `tests/torture` over a stream: each message on a connection of its own, beside a call in
//! progress.

use super::line::Line;
use super::*;
use crate::sip::torture as set;

use crate::sip::torture::Answer;

/// What a stream cannot bring: a message whose body never comes ends with its connection, and two messages in one
/// datagram are two messages.
const OTHERWISE: [&str; 2] = ["3.1.2.2,", "3.1.1.8,"];
/// How long an answer may take.
const MOMENT: std::time::Duration = std::time::Duration::from_millis(500);

#[tokio::test]
async fn every_message_gets_the_same_answer_over_a_stream() {
    let here = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0);
    let mut node = Node::start(|settings| {
        settings.listen.push(Socket::new(Transport::Tcp, here));
        settings.allow = vec![Network::new(Ipv4Addr::LOCALHOST.into(), 8)];
        settings.users = [("200".into(), Password::new("rahasia-200"))].into();
        settings.guard.answer_strangers = true;
    });
    let stream = node.sockets[1].address;
    let mut caller = Phone::new("300", node.address).await;
    let (leg, _) = node.answered(&mut caller).await;
    let mut faults = Vec::new();
    for case in set::all() {
        if OTHERWISE.iter().any(|section| case.name.contains(section)) {
            continue;
        }
        let line = Line::to(Transport::Tcp, stream, None).await;
        // What follows is answered last, or the connection is closed.
        let last = "OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKlast\r\n\
                    From: <sip:a@b>;tag=1\r\nTo: <sip:b>\r\nCall-ID: last\r\nCSeq: 1 OPTIONS\r\n\
                    Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
        line.put(&[&case.bytes, last.as_bytes()].concat()).await;
        let mut first = None;
        while let Ok(Some(text)) = timeout(MOMENT, line.receive()).await {
            let status = text.get(8..11).and_then(|digits| digits.parse::<u16>().ok());
            if text.contains("z9hG4bKlast") {
                break;
            }
            first = first.or(status);
        }
        let good = match (&case.answer, first) {
            (Answer::Accepted, Some(status)) => matches!(status, 100 | 200 | 401 | 403 | 404),
            (Answer::Silence, None) => true,
            (Answer::Status(wanted, _), Some(status)) => status == *wanted,
            (Answer::Accepted | Answer::Status(..), None) | (Answer::Silence, Some(_)) => false,
        };
        if !good {
            faults.push(format!("{}: {:?} wanted, {first:?} came", case.name, case.answer));
        }
        // What was understood as a call is turned away, as an engine would.
        while let Ok(Report::Leg(event)) = node.wire.reports.try_recv() {
            if matches!(event.kind, EventKind::Offered(_)) {
                node.order(event.leg, CommandKind::Refuse(HangupCause::NotFound)).await;
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    caller.within("OPTIONS", "", "").await;
    caller.expect(200).await;
    caller.within("BYE", "", "").await;
    caller.expect(200).await;
    let ended = async {
        loop {
            let Report::Leg(event) = node.report().await else { continue };
            if let (true, EventKind::Ended { cause, .. }) = (event.leg == leg, event.kind) {
                break cause;
            }
        }
    };
    assert_eq!(ended.await, HangupCause::Normal);
}
