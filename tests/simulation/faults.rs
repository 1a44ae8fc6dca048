//! Histories with a fault put in: the checker must see each one, else its silence would prove nothing.

use sambung::call::{AgentId, CallId};
use sambung::history::Exit;
use sambung::queue::{AgentChange, AgentState, LiveOffer, OfferId, Output};
use sambung::time::{Duration, Instant};

use crate::history::History;
use crate::world::contact;

const READY: AgentState = AgentState::Ready { idle_since: Instant::ZERO };

fn call(n: u64) -> CallId {
    CallId::new(n, 0)
}

fn reserved(offer: u64, n: u64) -> AgentState {
    let deadline = Instant::ZERO + Duration::from_secs(22);
    let (offer, call) = (OfferId(offer), call(n));
    AgentState::Reserved(LiveOffer { offer, call, idle_since: Instant::ZERO, deadline })
}

/// The agent is chosen for caller `n`.
fn bind(agent: &str, from: AgentState, offer: u64, n: u64) -> Output {
    let (to, reason) = (reserved(offer, n), AgentChange::Offered);
    Output::AgentState { agent: agent.into(), from, to, reason, queue: None, pending: None }
}

fn ring(agent: &str, offer: u64, n: u64) -> Output {
    let (ring, queue) = (Duration::from_secs(20), "service".into());
    let (offer, call, until) = (OfferId(offer), call(n), Instant::ZERO + ring);
    Output::Offer { offer, call, queue, agent: agent.into(), ring, until, together: false }
}

fn join(agent: &str, offer: u64, n: u64) -> Output {
    let (offer, queue) = (OfferId(offer), "service".into());
    Output::Connected { offer, call: call(n), queue, agent: agent.into() }
}

fn expire(n: u64) -> Output {
    Output::Left { call: call(n), queue: "service".into(), how: Exit::Timeout }
}

/// What is found wrong when callers 1 and 2 have entered in that order and then `outputs` are seen, after which nobody
/// is said to wait.
fn fault(outputs: &[Output]) -> &'static str {
    let agents = ["sari", "budi"].map(AgentId::from);
    let mut history = agents.iter().fold(History::default(), |h, agent| h.with(agent, READY));
    for n in [1, 2] {
        let contact = contact(call(n), Instant::ZERO + Duration::from_secs(n));
        history.asks(contact.clone());
        let entered = Output::Entered { contact: Box::new(contact), position: 1 };
        history.see(Instant::ZERO, &entered).expect("who asks may enter");
    }
    history.next_step();
    let seen = outputs.iter().try_for_each(|output| history.see(Instant::ZERO, output));
    seen.and_then(|()| history.check(0)).err().unwrap_or("none")
}

#[test]
fn each_fault_in_a_history_is_seen() {
    let bound = || bind("sari", READY, 1, 1);
    let served = || [bound(), ring("sari", 1, 1), join("sari", 1, 1)];
    let and = |first: &[Output], then: &[Output]| [first, then].concat();
    let table: [(&str, Vec<Output>); 8] = [
        ("none", and(&served(), &[expire(2)])),
        ("callers are lost", served().to_vec()),
        ("not in line", and(&served(), &[expire(1)])),
        ("no such live offer", vec![join("sari", 1, 1)]),
        ("rung while not ready", vec![ring("sari", 1, 1)]),
        ("overtaken", vec![bind("sari", READY, 1, 2), ring("sari", 1, 2)]),
        (
            "two live offers",
            vec![bound(), ring("sari", 1, 1), bind("budi", READY, 2, 1), ring("budi", 2, 1)],
        ),
        (
            "two live offers",
            vec![
                bound(),
                ring("sari", 1, 1),
                bind("sari", reserved(1, 1), 2, 2),
                ring("sari", 2, 2),
            ],
        ),
    ];
    for (expected, outputs) in table {
        assert_eq!(fault(&outputs), expected, "{outputs:?}");
    }
}
