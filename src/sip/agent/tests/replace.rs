//! `Replaces`: which call a newcomer may take over, and how a referred side is told whose.

use super::bench::{Bench, field, request, within};
use super::{ANSWER, Net, OFFER, Side};
use crate::call::HangupCause;
use crate::sip::{DialogId, Input, Replaced, SipEvent};
use crate::time::Duration;

const SHORT: Duration = Duration::from_millis(100);

/// The tag of ours in a response.
fn our_tag(text: &str) -> String {
    let to = field(text, "To").unwrap();
    to.split_once(";tag=").unwrap().1.to_owned()
}

/// What happens to a newcomer with these header fields: its `Replaces` as found, or the refusing status.
fn newcomer(bench: &mut Bench, name: &str, fields: &str) -> Result<Option<DialogId>, String> {
    let branch = name.replace(' ', "-");
    let extra = format!("{fields}Content-Type: application/sdp\r\n\r\n{OFFER}");
    let answer = bench.ask(&request("INVITE", "sip:100@b", &branch, &extra));
    match bench.events.pop() {
        Some(SipEvent::Incoming(incoming)) => {
            let dialog = incoming.dialog;
            bench.tell(Input::Hangup { dialog, cause: HangupCause::Rejected });
            bench.events.pop();
            Ok(incoming.replaces)
        }
        other => {
            bench.events.extend(other);
            Err(answer
                .as_deref()
                .and_then(|answer| answer.get(8..11))
                .unwrap_or_default()
                .to_owned())
        }
    }
}

#[test]
fn a_newcomer_may_name_an_answered_call() {
    let mut bench = Bench::new();
    let (dialog, ok) = bench.established("");
    let tag = our_tag(&ok);
    let replaces = |rest: &str| format!("Replaces: call-call;to-tag={tag};{rest}\r\n");
    let known = "from-tag=from-call";
    for (name, fields, expected) in [
        ("nobody", String::new(), Ok(None)),
        ("this call", replaces(known), Ok(Some(dialog))),
        ("required", format!("Require: replaces\r\n{}", replaces(known)), Ok(Some(dialog))),
        ("only if early", replaces("from-tag=from-call;early-only"), Err("486")),
        ("another tag", replaces("from-tag=else"), Err("481")),
        ("no tag", replaces("x=y"), Err("400")),
        ("twice", [replaces(known), replaces(known)].concat(), Err("400")),
        ("unknown", "Replaces: x;to-tag=1;from-tag=2\r\n".to_owned(), Err("481")),
        ("another call", replaces(known).replace("call-call", "call-else"), Err("481")),
    ] {
        let found = newcomer(&mut bench, name, &fields);
        assert_eq!(found, expected.map_err(str::to_owned), "{name}");
    }
    bench.tell(Input::Hangup { dialog, cause: HangupCause::Normal });
    bench.events.clear();
    let found = newcomer(&mut bench, "too late", &replaces(known));
    assert_eq!(found, Err("603".to_owned()), "a call that was just hung up");
}

#[test]
fn a_call_of_theirs_that_is_not_answered_keeps_its_place() {
    let mut bench = Bench::new();
    let extra = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    bench.ask(&request("INVITE", "sip:100@b", "early", &extra));
    let Some(SipEvent::Incoming(incoming)) = bench.events.pop() else { panic!("no call") };
    bench.sent.clear();
    bench.tell(Input::Ring { dialog: incoming.dialog });
    let tag = our_tag(&bench.sent[0].1);
    let fields = format!("Replaces: call-early;to-tag={tag};from-tag=from-early\r\n");
    assert_eq!(newcomer(&mut bench, "newcomer", &fields), Err("481".to_owned()));
}

#[test]
fn a_refer_names_the_other_call_of_the_same_phone() {
    let mut bench = Bench::new();
    let (first, ok) = bench.established("");
    let extra = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    bench.ask(&request("INVITE", "sip:202@b", "second", &extra));
    let Some(SipEvent::Incoming(incoming)) = bench.events.pop() else { panic!("no call") };
    let second = incoming.dialog;
    bench.sent.clear();
    bench.tell(Input::Answer { dialog: second, sdp: ANSWER.into() });
    let tag = our_tag(&bench.sent[0].1);
    let ack = within(&bench.sent[0].1.clone(), "ACK", 1, "ack2", "");
    let named = format!("call-second%3Bto-tag%3D{tag}%3Bfrom-tag%3Dfrom-second");
    let mut asked = |cseq: u32, named: &str| {
        let to = format!("Refer-To: <sip:202@b.example?Replaces={named}>\r\n");
        bench.ask(&within(&ok, "REFER", cseq, &format!("r{cseq}"), &to));
        let Some(SipEvent::Refer { dialog, refer }) = bench.events.pop() else {
            panic!("{:?}", bench.sent)
        };
        assert_eq!(dialog, first);
        bench.tell(Input::ReferProgress { dialog, status: 603 });
        if cseq == 2 {
            bench.ask(&ack);
            bench.events.clear();
        }
        refer.replaces
    };
    // Our 200 is not acknowledged yet, but both sides count the call as made.
    assert_eq!(asked(2, &named), Some(Replaced::Call(second)));
    assert_eq!(asked(3, &named), Some(Replaced::Call(second)));
    assert_eq!(asked(4, "else%3Bto-tag%3D1%3Bfrom-tag%3D2"), Some(Replaced::Unknown));
    let itself = named.replace("call-second", "call-call").replace("from-second", "from-call");
    let own = our_tag(&ok);
    let itself = itself.replace(&tag, &own);
    assert_eq!(asked(5, &itself), Some(Replaced::Unknown), "a call cannot replace itself");
}

#[test]
fn whom_we_refer_is_told_whose_place_to_take() {
    let mut net = Net::new();
    let (first, theirs) = net.established();
    let (second, there) = net.established();
    net.tell(
        Side::A,
        Input::Refer { dialog: first, to: "sip:202@c".into(), replaces: Some(second) },
    );
    net.run(SHORT);
    let SipEvent::Refer { dialog, refer } = net.event(Side::B) else { panic!("no refer") };
    assert_eq!(dialog, theirs);
    // Read by the very side that is to be replaced, the name leads to its call.
    assert_eq!(refer.replaces, Some(Replaced::Call(there)));
    for (side, dialog) in [(Side::A, first), (Side::A, second)] {
        net.hang_up(side, dialog);
    }
    net.settle();
}
