//! The torture sets of `tests/torture` against one user agent, as they stand and mutated.

use super::Faults;
use super::Side;
use super::bench::{Bench, field, request, within};
use crate::sip::torture as set;
use crate::sip::torture::{Answer, Case};
use crate::sip::{Contacts, Input, SipEvent};
use crate::time::Duration;

/// Mutations of each message.
const MUTATIONS: u64 = 200;

/// What an agent made of a datagram: the last answer and whether those above were asked.
fn met(bench: &mut Bench, bytes: &[u8]) -> (Option<String>, bool) {
    bench.sent.clear();
    bench.events.clear();
    bench.datagram(Side::A.address(), bytes.to_vec());
    let asked = bench
        .events
        .iter()
        .any(|event| matches!(event, SipEvent::Incoming(_) | SipEvent::Register(_)));
    (bench.sent.last().map(|(_, text)| text.clone()), asked)
}

/// What is wrong with what an agent made of a message.
fn fault(case: &Case, answer: Option<&str>, asked: bool) -> Option<String> {
    let status = answer.and_then(|text| text.get(8..11)?.parse::<u16>().ok());
    match &case.answer {
        Answer::Accepted if asked || status == Some(200) => None,
        Answer::Silence if answer.is_none() && !asked => None,
        Answer::Status(wanted, header) if status == Some(*wanted) && !asked => {
            let (name, value) = header.as_ref()?;
            let found = field(answer.unwrap_or_default(), name);
            let good = match value {
                Some(value) => found.as_deref() == Some(value),
                None => found.is_some(),
            };
            (!good).then(|| format!("{name}: {found:?}"))
        }
        Answer::Accepted | Answer::Silence | Answer::Status(..) => Some(format!(
            "{:?} wanted, asked above: {asked}, {}",
            case.answer,
            answer.unwrap_or("silence")
        )),
    }
}

#[test]
fn every_message_gets_the_answer_that_is_asked_for() {
    let cases = set::all();
    assert!(cases.len() > 60, "49 sections and 11, some with more than one message");
    let mut faults = Vec::new();
    for case in &cases {
        let mut bench = Bench::new();
        let (_, ok) = bench.established("");
        let (answer, asked) = met(&mut bench, &case.bytes);
        faults.extend(
            fault(case, answer.as_deref(), asked).map(|fault| format!("{}: {fault}", case.name)),
        );
        let bye = bench.ask(&within(&ok, "BYE", 2, "bye", "")).unwrap_or_default();
        assert!(bye.starts_with("SIP/2.0 200 "), "{}: the call in progress: {bye}", case.name);
    }
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), cases.len(), faults.join("\n"));
}

#[test]
fn empty_lines_before_a_request_are_left_aside() {
    for before in ["\r\n", "\r\n\r\n", "\n"] {
        let mut bench = Bench::new();
        let ask = format!("{before}{}", request("OPTIONS", "sip:b", "ask", ""));
        let answer = bench.ask(&ask).unwrap_or_default();
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    }
}

#[test]
fn a_star_beside_other_contacts_is_told_apart() {
    // The request has an address of its own.
    for (extra, contradictory) in [("", false), ("Contact: *\r\nExpires: 0", true)] {
        let mut bench = Bench::new();
        bench.datagram(Side::A.address(), request("REGISTER", "sip:b", "star", extra));
        let told = bench.events.iter().find_map(|event| match event {
            SipEvent::Register(register) => Some(register.contacts == Contacts::Contradictory),
            _ => None,
        });
        assert_eq!(told, Some(contradictory), "{extra}");
    }
}

#[test]
fn every_message_as_a_response_means_nothing() {
    for case in set::all() {
        let mut bench = Bench::new();
        let (_, ok) = bench.established("");
        let text = String::from_utf8_lossy(&case.bytes).into_owned();
        let rest = text.split_once("\r\n").map(|(_, rest)| rest).unwrap_or_default();
        for start in ["SIP/2.0 200 OK", "SIP/2.0 100 Trying", "SIP/2.0 401 Unauthorized"] {
            let (answer, asked) = met(&mut bench, format!("{start}\r\n{rest}").as_bytes());
            assert!(answer.is_none() && !asked, "{}: {answer:?}", case.name);
        }
        let bye = bench.ask(&within(&ok, "BYE", 2, "bye", "")).unwrap_or_default();
        assert!(bye.starts_with("SIP/2.0 200 "), "{}: the call in progress: {bye}", case.name);
    }
}

#[test]
fn requests_with_a_branch_that_tells_nothing_are_told_apart() {
    let mut bench = Bench::new();
    let bare = |branch: &str| {
        request("INVITE", "sip:100@b", branch, "").replace(&format!("z9hG4bK{branch}"), "z9hG4bK")
    };
    for branch in ["one", "two"] {
        let answer = bench.ask(&bare(branch)).unwrap();
        assert!(answer.starts_with("SIP/2.0 100 "), "{answer}");
    }
    assert_eq!(bench.events.len(), 2, "two calls");
    assert_eq!(bench.ask(&bare("one")).unwrap().get(..12), Some("SIP/2.0 100 "));
    assert_eq!(bench.events.len(), 2, "a repetition is no call");
    let cancel = bare("two").replace("INVITE", "CANCEL");
    assert!(bench.ask(&cancel).unwrap().starts_with("SIP/2.0 200 "));
    let refusal = bench.sent.last().unwrap().1.clone();
    assert!(refusal.starts_with("SIP/2.0 487 "), "{refusal}");
    let to = field(&refusal, "To").unwrap();
    let ack = bare("two").replace("CSeq: 1 INVITE", "CSeq: 1 ACK").replace("INVITE sip", "ACK sip");
    bench.ask(&ack.replace("<sip:100@b.example>", &to));
    bench.sent.clear();
    bench.pass(Duration::from_secs(2));
    assert_eq!(bench.sent, [], "the refusal is acknowledged");
}

#[test]
fn mutations_of_every_message_leave_the_agent_able_to_answer() {
    let mut chance = Faults { seed: 0x4475, ..Faults::default() };
    for case in set::all() {
        let mut bench = Bench::new();
        for round in 0..MUTATIONS {
            let mut bytes = case.bytes.clone();
            for _ in 0..=chance.draw(6) {
                mutate(&mut bytes, &mut chance);
            }
            met(&mut bench, &bytes);
            for event in std::mem::take(&mut bench.events) {
                if let SipEvent::Incoming(call) = event {
                    let (dialog, status) = (call.dialog, 404);
                    bench.tell(Input::Refuse {
                        dialog,
                        status,
                        headers: vec![],
                        retry_after: None,
                    });
                }
            }
            let branch = format!("alive{round}");
            let answer = bench.ask(&request("OPTIONS", "sip:b", &branch, "")).unwrap_or_default();
            assert!(answer.starts_with("SIP/2.0 200 "), "{}: {answer}", case.name);
        }
        bench.pass(Duration::from_mins(2));
        assert_eq!(bench.agent.counts(), super::Counts::default(), "{}: nothing stays", case.name);
    }
}

/// One change: a byte, a copy, a gap, a line, or the end.
fn mutate(bytes: &mut Vec<u8>, chance: &mut Faults) {
    let mut place = |length: usize| usize::try_from(chance.draw(length.max(1) as u64)).unwrap();
    if bytes.is_empty() {
        return;
    }
    let at = place(bytes.len());
    let end = (at + 1 + place(40)).min(bytes.len());
    match place(7) {
        0 => bytes[at] = u8::try_from(place(256)).unwrap(),
        1 => bytes.insert(at, b"\r\n \t\";,<>@:%=\0\xff"[place(15)]),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let mut lines: Vec<&str> = text.split("\r\n").collect();
            let (one, other) = (place(lines.len()), place(lines.len()));
            lines.swap(one, other);
            *bytes = lines.join("\r\n").into_bytes();
        }
        5 => bytes.truncate(at),
        _ => {
            let digits = ["-1", "0", "4294967296", "99999999999999999999"][place(4)];
            bytes.splice(at..end.min(at + 3), digits.bytes());
        }
    }
}
