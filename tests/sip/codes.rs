//! Agents who say by codes on their own telephones what they do.

use std::collections::BTreeMap;

use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::wait;

const PASSWORD_201: &str = "kopi-tubruk-201";

fn started() -> Server {
    let mut project = Project::new("service").registering_agent("sari", "201", PASSWORD_201);
    project.more.push_str("agent_codes: { reasons: { 1: lunch } }\n");
    Server::start(project)
}

/// How long anything louder than hiss was heard, in milliseconds at 8,000 samples a second.
fn spoken_millis(heard: &[i16]) -> usize {
    heard.chunks(80).filter(|chunk| chunk.iter().any(|s| s.unsigned_abs() > 500)).count() * 10
}

#[test]
fn an_agent_dials_a_code_and_one_sentence_says_that_it_is_done() {
    needs!("an_agent_dials_a_code_and_one_sentence_says_that_it_is_done", Baresip);
    let server = started();
    let account = Account { user: "201", password: PASSWORD_201, registrar: server.sip() };
    let mut sari = Baresip::start(1_000.0, Answering::Manual, Some(&account));
    let mut dialled = BTreeMap::<&str, usize>::new();
    for (code, words) in [
        ("*131", "code_break"),
        ("*14", "code_ready"),
        ("*15", "code_vain"),
        ("*19", "code_wrong"),
        ("*12", "code_logged_out"),
        // Whoever is logged out has no break.
        ("*13", "code_vain"),
        ("*11", "code_logged_in"),
        ("*11", "code_ready"),
    ] {
        sari.dial(&server.number(code));
        sari.expect("CALL_ESTABLISHED");
        sari.expect("CALL_CLOSED");
        let told = format!("Agent sari dialled a code and is told {words}.");
        *dialled.entry(words).or_default() += 1;
        wait::until(std::time::Duration::from_secs(5), &told, || {
            (server.log().matches(&told).count() == dialled[words]).then_some(())
        });
    }
    assert!(server.log().contains("break(lunch)"), "the reason of the digit");
    let spoken = spoken_millis(&sari.heard());
    assert!(spoken >= 800, "the agent heard {spoken} ms of words");
    assert!(server.records_so_far().is_empty(), "it is nobody's call");
}

#[test]
fn a_caller_who_dials_a_code_is_a_caller() {
    needs!("a_caller_who_dials_a_code_is_a_caller", Baresip);
    let server = started();
    let mut caller = Baresip::start(440.0, Answering::Manual, None);
    caller.dial(&server.number("*131"));
    caller.expect("CALL_ESTABLISHED");
    caller.hang_up();
    assert_eq!(server.record()["flow"], "service");
    assert!(!server.log().contains("dialled a code"));
}
