//! The journal of a live call: written by `serve`, and held once more by `replay`.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use crate::needs;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::wait;

#[test]
fn a_live_call_replays_as_the_same_until_its_key_moves() {
    needs!("a_live_call_replays_as_the_same_until_its_key_moves", SippKeys);
    let server = Server::start(Project::new("keys"));
    Sipp::calling("presses_keys", server.sip(), "100").talking(Duration::from_millis(1_500)).run();
    let record = server.record();
    let journal = wait::until(Duration::from_secs(10), "the journal", || {
        let text = server.text("journals.jsonl");
        text.ends_with('\n').then_some(text)
    });
    assert_eq!(journal.lines().count(), 1, "{journal}");
    assert!(journal.contains(record["call"].as_str().expect("an id")), "{journal}");
    assert!(journal.contains(r#""caller":"***678""#), "{journal}");
    let mode = std::fs::metadata(server.path("journals.jsonl")).expect("it is there");
    assert_eq!(mode.permissions().mode() & 0o777, 0o640);

    let replay = ["replay", "journals.jsonl", "--flow", "flows/keys.yaml"];
    let output = server.run(&replay);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}\n{journal}");
    assert!(
        text.starts_with("1 call with flows/keys.yaml\n  same                             1\n"),
        "{text}"
    );

    server.edit("flows/keys.yaml", "      0: { goto: goodbye }", "      2: { goto: goodbye }");
    server.edit("flows/keys.yaml", "tekan 0", "tekan 2");
    let output = server.run(&replay);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("\n  input no longer understood       1\n"), "{text}");
    assert!(text.contains("it left `ask` by `0`, now it asked `ask`"), "{text}");
}
