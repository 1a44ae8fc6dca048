//! Bad links and bad peers: many calls on a lossy link, garbage, floods, and what stays in memory.

use proptest::prelude::*;

use super::bench::{Bench, request, within};
use super::{ANSWER, Faults, Net, OFFER, Side, invite, settings};
use crate::sip::agent::Counts;
use crate::sip::{DialogId, Ending, Input, SipEvent};
use crate::time::Duration;

/// Calls on the lossy link.
const CALLS: u64 = 300;

/// What one side has seen of its calls.
#[derive(Default)]
struct Seen {
    up: std::collections::BTreeMap<DialogId, bool>,
    ended: std::collections::BTreeMap<DialogId, Ending>,
}

impl Seen {
    fn take(&mut self, events: &mut std::collections::VecDeque<SipEvent>) -> Vec<DialogId> {
        let mut incoming = Vec::new();
        for event in events.drain(..) {
            match event {
                SipEvent::Incoming(call) => {
                    self.up.insert(call.dialog, false);
                    incoming.push(call.dialog);
                }
                SipEvent::Answered { dialog, .. } | SipEvent::Established { dialog, .. } => {
                    self.up.insert(dialog, true);
                }
                SipEvent::Ended { dialog, ending } => {
                    assert_eq!(self.ended.insert(dialog, ending), None, "{dialog} ended twice");
                }
                SipEvent::Ringing { .. } | SipEvent::Early { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        incoming
    }
}

#[test]
fn on_a_link_that_loses_a_fifth_calls_are_set_up_or_refused_and_nothing_leaks() {
    let mut net = Net::new();
    net.faults = Faults { loss: 200, twice: 100, jitter: 40, seed: 0x5eed };
    let (mut a, mut b) = (Seen::default(), Seen::default());
    let mut refused = 0;
    for n in 0..CALLS {
        let dialog = net.agent(Side::A).new_dialog();
        let mut patient = invite(dialog, Side::B.address());
        patient.ring = Duration::from_mins(2);
        net.tell(Side::A, Input::Invite(Box::new(patient)));
        a.up.insert(dialog, false);
        net.run(Duration::from_millis(200));
        a.take(net.events.get_mut(&Side::A).unwrap());
        for call in b.take(net.events.get_mut(&Side::B).unwrap()) {
            net.tell(Side::B, Input::Ring { dialog: call });
            if n % 10 == 9 {
                refused += 1;
                let (status, headers) = (486, Vec::new());
                net.tell(
                    Side::B,
                    Input::Refuse { dialog: call, status, headers, retry_after: None },
                );
            } else {
                net.tell(Side::B, Input::Answer { dialog: call, sdp: ANSWER.into() });
            }
        }
    }
    net.run(Duration::from_secs(40));
    a.take(net.events.get_mut(&Side::A).unwrap());
    for call in b.take(net.events.get_mut(&Side::B).unwrap()) {
        net.tell(Side::B, Input::Answer { dialog: call, sdp: ANSWER.into() });
    }
    net.run(Duration::from_secs(40));
    a.take(net.events.get_mut(&Side::A).unwrap());
    b.take(net.events.get_mut(&Side::B).unwrap());
    let up = a.up.values().filter(|up| **up).count();
    let busy = a.ended.values().filter(|ending| **ending == Ending::Refused(486)).count();
    let neither = a.up.len() - up - busy;
    assert!(neither <= 1, "{up} up, {busy} of {refused} refused, {neither} neither");
    assert_eq!(b.up.len(), a.up.len() - neither, "no call twice");

    for (n, dialog) in a.up.keys().copied().collect::<Vec<_>>().into_iter().enumerate() {
        if n % 2 == 0 {
            net.hang_up(Side::A, dialog);
        }
    }
    for dialog in b.up.keys().copied().collect::<Vec<_>>() {
        net.run(Duration::from_millis(10));
        net.hang_up(Side::B, dialog);
    }
    net.settle();
    a.take(net.events.get_mut(&Side::A).unwrap());
    b.take(net.events.get_mut(&Side::B).unwrap());
    assert_eq!(a.ended.len(), a.up.len(), "each call ends exactly once");
    assert_eq!(b.ended.len(), b.up.len(), "each call ends exactly once");
}

#[test]
fn the_same_seeds_give_the_same_bytes() {
    let story = || {
        let mut net = Net::new();
        net.faults = Faults { loss: 200, twice: 100, jitter: 40, seed: 3 };
        for _ in 0..20 {
            net.call(Side::A);
        }
        net.run(Duration::from_mins(2));
        net.story()
    };
    assert_eq!(story(), story());
}

/// Messages to be broken.
fn seeds() -> Vec<String> {
    let sdp = format!("Content-Type: application/sdp\r\n\r\n{OFFER}");
    let mut bench = Bench::new();
    let (_, ok) = bench.established("Record-Route: <sip:p.example;lr>\r\n");
    let mut seeds = vec![
        request("INVITE", "sip:100@b", "s", &sdp),
        request("REGISTER", "sip:b", "s", "Expires: 60\r\nAuthorization: Digest a=\"b\"\r\n"),
        request("OPTIONS", "tel:+62-21", "s", "Require: x\r\nDiversion: <sip:1@2>\r\n"),
        request("CANCEL", "sip:100@b", "s", ""),
        ok.clone(),
    ];
    for (method, extra) in [
        ("ACK", &*sdp),
        ("BYE", ""),
        ("INFO", "Content-Type: application/dtmf\r\n\r\n5"),
        ("INVITE", &*sdp),
        ("UPDATE", &*sdp),
    ] {
        seeds.push(within(&ok, method, 2, "w", extra));
    }
    seeds
}

/// One edit of a datagram: where, how, with what, how long.
type Edit = (prop::sample::Index, u8, u8, usize);

fn edited(seed: &str, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for (at, kind, byte, length) in edits {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        let end = (at + length).min(bytes.len());
        match kind {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.drain(at..end)),
            _ => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

thread_local! {
    static SEEDS: Vec<String> = seeds();
    /// An agent that the garbage goes to, case after case, with a call in progress that the seeds fit.
    static BENCH: std::cell::RefCell<Bench> = std::cell::RefCell::new(Bench::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_messages_neither_panic_nor_grow(
        which in 0usize..10,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0u8..4, any::<u8>(), 1usize..40), 1..8),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = SEEDS.with(|seeds| edited(&seeds[which], &edits));
        BENCH.with_borrow_mut(|bench| {
            if bench.agent.counts().dialogs == 0 {
                *bench = Bench::new();
                bench.established("Record-Route: <sip:p.example;lr>\r\n");
            }
            let stranger = "203.0.113.5:5060".parse().expect("an address");
            bench.datagram(stranger, bytes);
            bench.datagram(stranger, noise);
            bench.sent.clear();
            for event in std::mem::take(&mut bench.events) {
                if let SipEvent::Incoming(call) = event {
                    let dialog = call.dialog;
                    bench.tell(Input::Refuse { dialog, status: 403, headers: vec![], retry_after: None });
                }
            }
            bench.pass(Duration::from_millis(100));
            let counts = bench.agent.counts();
            prop_assert!(counts.dialogs <= 1 && counts.transactions + counts.settled <= 700, "{counts:?}");
            Ok(())
        })?;
    }
}

#[test]
fn a_thousand_random_datagrams_change_nothing_for_a_call_in_progress() {
    let mut bench = Bench::new();
    let (_, ok) = bench.established("");
    let before = bench.agent.counts();
    let mut faults = Faults { seed: 77, ..Faults::default() };
    for _ in 0..1_000 {
        let length = faults.draw(600);
        let noise: Vec<u8> = (0..length).map(|_| faults.draw(256).to_le_bytes()[0]).collect();
        bench.datagram("203.0.113.5:5060".parse().unwrap(), noise);
    }
    assert_eq!((bench.events.len(), bench.agent.counts()), (0, before));
    assert!(bench.ask(&within(&ok, "BYE", 2, "bye", "")).unwrap().starts_with("SIP/2.0 200 "));
}

#[test]
fn a_flood_stays_within_its_bounds() {
    let mut small = settings(Side::B);
    small.max_dialogs = 50;
    small.max_transactions = 200;
    let mut bench = Bench::with(small);
    let (dialog, ok) = bench.established("");
    for n in 0..3_000 {
        bench.ask(&request("INVITE", "sip:100@b", &format!("f{n}"), ""));
        bench.ask(&request("REGISTER", "sip:b", &format!("r{n}"), ""));
        bench.ask(
            &request("CANCEL", "sip:b", &format!("f{n}"), "").replace("CSeq: 1 INV", "CSeq: 1 CAN"),
        );
        bench.ask(&within(&ok, "INFO", n + 2, &format!("i{n}"), ""));
        bench.events.clear();
        let Counts { dialogs, transactions, settled, .. } = bench.agent.counts();
        assert!(dialogs <= 50 && transactions + settled <= 201, "{:?}", bench.agent.counts());
    }
    let answer = bench.ask(&within(&ok, "BYE", 9_999, "bye", "")).unwrap();
    assert!(
        answer.starts_with("SIP/2.0 200 "),
        "the call in progress still ends properly: {answer}"
    );
    let ended = SipEvent::Ended { dialog, ending: Ending::Bye };
    assert_eq!(bench.events.last(), Some(&ended));
}

#[test]
fn datagrams_beyond_the_limits_are_refused_or_dropped() {
    let mut bench = Bench::new();
    let many = "X-Filler: y\r\n".repeat(200);
    let long = format!("X-Filler: {}\r\n", "y".repeat(20_000));
    let huge = format!("Content-Type: application/sdp\r\n\r\n{}", "y".repeat(17_000));
    for (name, extra) in [("many headers", many), ("a long header", long), ("a huge body", huge)] {
        let answer = bench.ask(&request("INVITE", "sip:b", "x", &extra)).unwrap_or_default();
        let status = if name == "a huge body" { "413" } else { "400" };
        assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{name}: {answer}");
    }
    assert_eq!((bench.events.len(), bench.agent.counts()), (0, Counts::default()));
}
