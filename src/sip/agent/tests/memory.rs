//! What is kept of what is over: enough to repeat an answer, for as long as the question may be repeated.

use std::collections::VecDeque;

use super::bench::{Bench, request};
use super::{Net, Side};
use crate::sip::{Input, SipEvent};
use crate::time::Duration;

/// Calls that end.
const CALLS: usize = 50;
/// The most that one of them may leave in each user agent, in bytes.
const MOST_BYTES: usize = 1_200;
/// When nothing is repeated any more, with the time until the settled are forgotten together.
const OVER: Duration = Duration::from_secs(33);

#[test]
fn an_ended_call_leaves_what_a_repetition_needs_and_then_nothing() {
    let mut net = Net::new();
    for number in 0..CALLS {
        let (ours, theirs) = net.established();
        let (side, dialog) = if number % 2 == 0 { (Side::A, ours) } else { (Side::B, theirs) };
        net.hang_up(side, dialog);
        net.run(Duration::from_millis(100));
        net.events.values_mut().for_each(VecDeque::clear);
    }
    for agent in [&net.a, &net.b] {
        let counts = agent.counts();
        assert_eq!((counts.dialogs, counts.transactions), (0, 0));
        assert_eq!(counts.timers, counts.settled, "each is forgotten by itself");
        assert!(counts.settled <= 2 * CALLS, "{counts:?}");
        assert!(agent.tags.is_empty() && agent.merges.is_empty());
        let held = agent.transactions.bytes_held() / CALLS;
        assert!(held < MOST_BYTES, "{held} bytes of each call");
    }
    net.run(OVER);
    for agent in [&net.a, &net.b] {
        assert_eq!((agent.counts().settled, agent.transactions.bytes_held()), (0, 0));
    }
}

#[test]
fn a_challenged_registration_takes_no_memory_and_is_challenged_anew() {
    let mut bench = Bench::new();
    let register = request("REGISTER", "sip:b", "reg", "");
    for (status, settled) in [(401, 0), (401, 0), (200, 1)] {
        bench.ask(&register);
        let Some(SipEvent::Register(asked)) = bench.events.pop() else { panic!("none came") };
        bench.sent.clear();
        bench.tell(Input::Reply { request: asked.request, status, headers: Vec::new() });
        assert!(bench.sent[0].1.starts_with(&format!("SIP/2.0 {status}")), "{:?}", bench.sent);
        let counts = bench.agent.counts();
        assert_eq!((counts.transactions, counts.settled), (0, settled), "after {status}");
    }
    let repeated = bench.ask(&register).expect("an answer");
    assert!(repeated.starts_with("SIP/2.0 200") && bench.events.is_empty(), "let in once");
}
