//! Secrets of a live call: where they go, and where they never stand.

use std::time::Duration;

use crate::calls::{ending, steps};
use crate::http::{Answer, HttpServer};
use crate::needs;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::sipp::Sipp;

/// What the caller of `enters_pin` enters.
const PIN: &str = "739164";
/// What the service gives for it.
const TOKEN: &str = "jendela-biru-71";
/// What we show the service.
const KEY: &str = "kunci-rahasia-inti";

#[test]
fn a_pin_reaches_its_service_and_stands_in_no_log_and_no_record() {
    needs!("a_pin_reaches_its_service_and_stands_in_no_log_and_no_record", Sipp, SippKeys);
    let core = HttpServer::always(Answer::ok(&format!(r#"{{"token":"{TOKEN}"}}"#)));
    let project = Project::new("pin")
        .environment("CORE_URL", &core.url())
        .environment("CORE_KEY", KEY)
        .environment("SAMBUNG_LOG", "trace");
    let server = Server::start(project);
    Sipp::calling("enters_pin", server.sip(), "100").talking(Duration::from_millis(1_000)).run();
    let record = server.record();
    assert_eq!(steps(&record), ["ask ok", "judge ok", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");

    let asked = core.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body, format!(r#"{{"pin":"{PIN}"}}"#), "the service gets it whole");

    let log = server.log();
    assert!(log.contains("TRACE") && log.contains("digit"), "everything is logged:\n{log}");
    let records = server.text("records.jsonl") + &server.text("journals.jsonl");
    for secret in [PIN, TOKEN, KEY] {
        assert!(!log.contains(secret), "{secret} stands in the log:\n{log}");
        assert!(!records.contains(secret), "{secret} stands in a record or journal:\n{records}");
    }
    // Not even key by key: no line about a key says which.
    let keys = log.lines().filter(|line| line.contains("digit"));
    for line in keys {
        assert!(!line.contains("symbol") && !line.contains("key="), "{line}");
    }
}
