//! Calls through a network that loses a fifth of everything.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::callers::{Callers, Plan};
use crate::form::{either, measured};
use crate::support::project::Project;
use crate::support::relay::{Impairment, Relay};
use crate::support::server::Server;
use crate::support::sound;

/// How long setting up a call may take: 64·T1.
const SETUP_LIMIT: Duration = Duration::from_secs(32);

#[test]
fn calls_are_set_up_once_through_a_network_that_loses_a_fifth() {
    let calls = either(300, 2_000);
    let tone = sound::tone(600.0, 30_000);
    let server = Server::start(Project::new("notice").rtp_ports(240).prompt("notice", &tone));
    let impairment = Impairment {
        lost: 200,
        doubled: 100,
        overtaken: 100,
        delay: (Duration::from_millis(2), Duration::from_millis(20)),
        seed: 0x5a4d_4255,
    };
    let relay = Relay::start(server.sip(), impairment);
    let plan = Plan {
        calls,
        per_second: either(30, 20),
        talk: Duration::from_millis(500),
        patience: SETUP_LIMIT,
        ..Plan::to(server.sip())
    };
    let alone = Plan { calls: 1, ..plan.clone() };
    let straight = Callers::at(Ipv4Addr::LOCALHOST, server.sip()).run(&alone);
    assert!(straight[0].answered.is_some_and(|time| time < Duration::from_secs(1)), "{straight:?}");
    let callers = Callers::behind(relay.front(), relay.back());
    let outcomes = callers.run(&plan);

    let (arrived, lost, doubled) = relay.tally();
    assert!(lost * 100 > arrived * 17 && doubled * 100 > arrived * 6, "the network was bad");
    let good = outcomes.iter().filter(|outcome| outcome.answered.is_some()).count();
    let records = server.records(calls + 1);
    measured(
        "calls set up within 32 s at 20 % loss, 10 % duplicates, 10 % reordered",
        &format!("{good} of {calls}, {} records", records.len() - 1),
        "99.9 %, one record each",
    );
    assert!(good * 1_000 >= calls * 999, "{good} of {calls} calls were set up");
    let ids: BTreeSet<_> = records.iter().map(|record| record["call"].to_string()).collect();
    assert_eq!(ids.len(), calls + 1, "two records of one call");
}
