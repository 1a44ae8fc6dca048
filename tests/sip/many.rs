//! A thousand calls of every kind, and what they leave behind.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::calls::ending;
use crate::needs;
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::{Run, Sipp};
use crate::support::{sound, wait};

/// How many agents take calls.
const AGENTS: usize = 10;
/// The longest that all calls together may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn a_thousand_calls_leave_one_record_each_and_nothing_else() {
    needs!("a_thousand_calls_leave_one_record_each_and_nothing_else", Sipp);
    let desk = Sipp::waiting("agent_answers").calls(10_000, 100, 100).within(LIMIT * 2).start();
    let mut project = Project::new("notice")
        .flow("slow")
        .flow("straight")
        // Too few for a thousand calls unless each gives back what it had.
        .rtp_ports(240)
        .prompt("notice", &sound::tone(600.0, 400));
    for agent in 0..AGENTS {
        let address = format!("sip:agent{agent}@127.0.0.1:{}", desk.port());
        project = project.static_agent(&format!("agent{agent}"), &address);
    }
    let mut server = Server::start(project);
    let ear = Endpoint::open();
    let files_before = server.process().open_files();

    let run = |scenario, called, calls, at_once, per_second, talk| {
        Sipp::calling(scenario, server.sip(), called)
            .media_to(ear.port())
            .calls(calls, at_once, per_second)
            .talking(Duration::from_millis(talk))
            .within(LIMIT)
            .start()
    };
    let mut runs = [
        run("called_side_hangs_up", "notice", 300, 30, 20, 0),
        run("caller_hangs_up", "notice", 300, 30, 20, 300),
        run("cancels", "slow", 200, 20, 15, 300),
        run("caller_hangs_up", "straight", 200, 20, 15, 600),
    ];
    runs.iter_mut().for_each(Run::finish);

    let records = server.records(1_000);
    check(&records);
    wait::until(Duration::from_secs(40), "every socket to be given back", || {
        (server.process().open_files() <= files_before).then_some(())
    });
    // A server that is told to end waits for its calls: it has none, so it ends at once.
    server.terminate();
    let status = server.wait(Duration::from_secs(5));
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert_eq!(server.records_so_far().len(), 1_000);
}

/// One record per call, and as many of each ending as there were calls that end so.
fn check(records: &[Value]) {
    let calls: BTreeSet<_> = records.iter().map(|record| record["call"].to_string()).collect();
    assert_eq!(calls.len(), records.len(), "two records of one call");
    let mut endings = BTreeMap::new();
    for record in records {
        let flow = record["flow"].as_str().expect("every call had a flow");
        *endings.entry((flow, ending(record))).or_insert(0) += 1;
    }
    let expected = BTreeMap::from([
        (("notice", ("caller", "normal")), 300),
        (("notice", ("system", "normal")), 300),
        (("slow", ("caller", "cancelled")), 200),
        (("straight", ("caller", "normal")), 200),
    ]);
    assert_eq!(endings, expected);
    let talked = records.iter().filter(|record| record["agent"].is_string()).count();
    assert!(talked >= 100, "only {talked} callers reached an agent");
}
