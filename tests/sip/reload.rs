//! SIGHUP under load: calls in progress end on the flow that they began with.

use std::time::Duration;

use super::calls::ending;
use crate::needs;
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::{sound, wait};

const FLOW: &str = "flows/notice.yaml";

#[test]
fn fifty_calls_outlive_a_reload_and_end_on_the_flow_they_began_with() {
    needs!("fifty_calls_outlive_a_reload_and_end_on_the_flow_they_began_with", Sipp);
    let project = Project::new("notice").rtp_ports(160);
    let mut server = Server::start(project.prompt("notice", &sound::tone(600.0, 8_000)));
    let (ear, later_ear) = (Endpoint::open(), Endpoint::open());
    let calling = |scenario| Sipp::calling(scenario, server.sip(), "100");
    let mut calls = calling("called_side_hangs_up").calls(49, 49, 49).start();
    let mut one = calling("called_side_hangs_up").media_to(ear.port()).start();
    wait::until(Duration::from_secs(10), "fifty calls", || {
        (server.log().matches("Call started on leg").count() == 50).then_some(())
    });
    ear.peer();

    server.edit(FLOW, "Ini sebuah pengumuman.", "Ini sebuah pengumuman baru.");
    server.record_prompt("notice", &sound::tone(1_000.0, 400));
    server.reload("Reloaded");
    assert_eq!(server.records_so_far().len(), 0, "all fifty are live while the project changes");
    calling("called_side_hangs_up").media_to(later_ear.port()).run();
    let new = server.records(1).remove(0)["flow_hash"].clone();
    assert!(sound::heard_millis(&later_ear.samples(), 1_000.0) >= 300, "the new notice");

    server.edit(FLOW, "hangup:", "hangupp:");
    server.reload("The project has errors");
    calling("called_side_hangs_up").run();
    assert_eq!(server.records(2)[1]["flow_hash"], new, "the last sound project stays");

    calls.finish();
    one.finish();
    let records = server.records(52);
    let (later, old): (Vec<_>, Vec<_>) =
        records.iter().partition(|record| record["flow_hash"] == new);
    assert_eq!((old.len(), later.len()), (50, 2));
    for record in old {
        assert_eq!(ending(record), ("system", "normal"), "{record}");
        assert_eq!(record["flow_hash"], records[2]["flow_hash"]);
    }
    let heard = sound::heard_millis(&ear.samples(), 600.0);
    assert!(heard >= 7_800, "the notice was cut off after {heard} ms");
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(5)).code(), Some(0), "{}", server.log());
}
