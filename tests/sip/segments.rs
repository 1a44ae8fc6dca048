//! Who talked with whom and what followed, where agents on telephones of pjsua2 pass their caller on, or try to: as the
//! history has it.

use std::path::Path;
use std::process::Command;

use sambung::call::{AgentId, CallId};
use sambung::history::{AgentStatus, Entry, Fact};

use super::offers::{history, shown, stands, with_desk};
use crate::needs;
use crate::support::peers::python;
use crate::support::ports;
use crate::support::project::Project;
use crate::support::server::Server;

const PASSWORDS: [&str; 2] = ["kopi-tubruk-201", "teh-botol-sosro-202"];
/// Media ports of the three telephones.
const MEDIA_PORTS: u16 = 40;

/// Plays a scenario of `tests/sip/phones/desk.py` to its end.
fn play(scenario: &str) -> Server {
    let project = Project::new("service")
        .registering_agent("sari", "201", PASSWORDS[0])
        .registering_agent("budi", "202", PASSWORDS[1]);
    let server = Server::start(with_desk(project));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sip/phones/desk.py");
    let mut command = Command::new(python());
    command.arg(script).arg(scenario).arg(server.sip().to_string()).args(PASSWORDS);
    command.arg(ports::block(1).to_string()).arg(ports::block(MEDIA_PORTS).to_string());
    let played = command.output().expect("the telephones start");
    let said = String::from_utf8_lossy(&played.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&played.stderr).into_owned();
    assert!(played.status.success(), "{scenario}:\n{said}{complaints}");
    stands(&server, "the end of the call", |standing| standing.calls.is_empty());
    server
}

/// The talks that ended, in order: with whom, and who talked.
fn talks(entries: &[Entry]) -> Vec<(CallId, &str)> {
    let of = |entry: &'_ Entry| match &entry.row.fact {
        Fact::TalkEnded { contact, agent, .. } => Some((*contact, agent.clone())),
        _ => None,
    };
    let names = ["sari", "budi"];
    let name = |agent: AgentId| names.into_iter().find(|name| agent == AgentId::new(*name));
    entries
        .iter()
        .filter_map(of)
        .map(|(contact, agent)| (contact, name(agent).expect("known")))
        .collect()
}

/// How often each agent began a wrap-up.
fn wrap_ups(entries: &[Entry], name: &str) -> usize {
    let begins = |entry: &&Entry| {
        matches!(&entry.row.fact, Fact::AgentChanged { agent, status: AgentStatus::Wrapup, .. }
            if *agent == AgentId::new(name))
    };
    entries.iter().filter(begins).count()
}

#[test]
fn both_agents_of_an_attended_transfer_have_their_talk_and_their_wrap_up() {
    needs!("both_agents_of_an_attended_transfer_have_their_talk_and_their_wrap_up", Pjsua2);
    let server = play("attended");
    let entries = history(&server);
    let talks = talks(&entries);
    let contact = talks.first().expect("sari talked").0;
    assert_eq!(talks, [(contact, "sari"), (contact, "budi")], "a talk for each, with one contact");
    let handed = entries.iter().find_map(|entry| match &entry.row.fact {
        Fact::HandedOver { from, to, attended, .. } => Some((from.clone(), to.clone(), *attended)),
        _ => None,
    });
    let agent = |name: &str| Some(AgentId::new(name));
    assert_eq!(
        handed,
        Some((agent("sari"), agent("budi"), true)),
        "the transfer is in the history"
    );
    for name in ["sari", "budi"] {
        assert_eq!(wrap_ups(&entries, name), 1, "{name} wraps up once");
        let told = shown(&server, name);
        assert_eq!(told["state"], "wrapup", "and it is seen: {told}");
        assert!(told["until"].is_string(), "with its end: {told}");
    }
    let record = server.record();
    let agents: Vec<_> =
        record["talks"].as_array().expect("talks").iter().map(|talk| &talk["agent"]).collect();
    assert_eq!(agents, ["sari", "budi"], "{record}");
}

#[test]
fn a_question_that_nobody_takes_leaves_the_talk_as_it_was() {
    needs!("a_question_that_nobody_takes_leaves_the_talk_as_it_was", Pjsua2);
    let server = play("declined");
    let entries = history(&server);
    let talks = talks(&entries);
    assert_eq!(talks.iter().map(|(_, agent)| *agent).collect::<Vec<_>>(), ["sari"], "one talk");
    assert!(!entries.iter().any(|entry| matches!(entry.row.fact, Fact::HandedOver { .. })));
    let kinds: Vec<_> = entries.iter().map(|entry| entry.row.fact.kind()).collect();
    let (held, resumed) = ("held", "resumed");
    assert!(kinds.contains(&held) && kinds.contains(&resumed), "{kinds:?}");
    assert_eq!((wrap_ups(&entries, "sari"), wrap_ups(&entries, "budi")), (1, 0));
    let record = server.record();
    assert_eq!(record["talks"].as_array().map(Vec::len), Some(1), "{record}");
    assert_eq!(record["cause"], "normal", "{record}");
}
