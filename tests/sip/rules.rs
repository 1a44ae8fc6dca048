//! Single calls by SIPp that use what RFC 3261 leaves to others: session timers, PRACK, UPDATE, offers of every kind.

use std::time::Duration;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::sound;

/// A server whose only prompt is still played when the caller has done everything.
fn server(ring: Duration) -> Server {
    let long = sound::tone(600.0, 20_000);
    Server::start(Project::new("notice").prompt("notice", &long).ringing(ring))
}

#[test]
fn calls_by_the_letter_of_the_extensions_are_served() {
    needs!("calls_by_the_letter_of_the_extensions_are_served", Sipp);
    let server = server(Duration::from_millis(300));
    let scenarios = ["prack", "refreshes", "late_offer", "cancels_too_late"];
    for (count, scenario) in scenarios.into_iter().enumerate() {
        Sipp::calling(scenario, server.sip(), "100").within(Duration::from_secs(8)).run();
        let record = server.records(count + 1).remove(count);
        assert_eq!(ending(&record), ("caller", "normal"), "{scenario}: {record}");
        assert_eq!(steps(&record), ["notice -"], "{scenario}: one call, one record");
    }
}

#[test]
fn a_redirection_leads_only_to_addresses_that_we_know() {
    needs!("a_redirection_leads_only_to_addresses_that_we_know", Sipp);
    let mut desk = Sipp::waiting("redirects").calls(1, 1, 10).start();
    let project = Project::new("straight")
        .static_agent("budi", &format!("sip:budi@127.0.0.1:{}", desk.port()));
    let server = Server::start(project);
    Sipp::calling("caller_hangs_up", server.sip(), "100").talking(Duration::from_secs(2)).run();
    desk.finish();
    let record = server.record();
    let offers = record["queue"]["offers"].as_array().expect("a record of a queue has offers");
    assert!(offers.iter().all(|offer| offer["result"] != "answered"), "{record}");
}
