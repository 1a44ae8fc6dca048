//! Telephones that are gone without a goodbye, and registrations that end: nobody stays bound, nobody is logged out by it.

use std::time::Duration;

use sambung::call::AgentId;
use sambung::history::{AgentStatus, Entry, Fact};

use super::agents::offers;
use super::calls::ending;
use super::offers::{history, shown, stands, with_desk};
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::telephone::Telephone;
use crate::support::wait;

const PASSWORD_201: &str = "kopi-tubruk-201";
/// No sound for 5 s, and then no answer to the question whether the phone is there.
const NOTICED_WITHIN: Duration = Duration::from_secs(12);

fn account(server: &Server) -> Account {
    Account { user: "201", password: PASSWORD_201, registrar: server.sip() }
}

/// The states of an agent in the history, in order.
fn states(entries: &[Entry], name: &str) -> Vec<AgentStatus> {
    let of = |entry: &Entry| match &entry.row.fact {
        Fact::AgentChanged { agent, status, .. } if *agent == AgentId::new(name) => Some(*status),
        _ => None,
    };
    entries.iter().filter_map(of).collect()
}

/// Killed in the middle of a talk: no BYE is ever sent.
#[test]
fn an_agent_whose_telephone_is_killed_is_freed_and_the_caller_is_first_in_line() {
    needs!("an_agent_whose_telephone_is_killed_is_freed_and_the_caller_is_first_in_line", Baresip);
    let server = Server::start(with_desk(Project::new("straight").registering_agent(
        "sari",
        "201",
        PASSWORD_201,
    )));
    let mut sari = Baresip::start(1_000.0, Answering::Auto, Some(&account(&server)));
    let mut caller = Baresip::start(440.0, Answering::Manual, None);
    caller.dial(&server.number("100"));
    sari.expect("CALL_ESTABLISHED");
    wait::pause(Duration::from_secs(1));
    // Dropping it sends SIGKILL.
    drop(sari);
    let gone = wait::now();
    let sari = AgentId::new("sari");
    let standing = stands(&server, "an agent who is free", |standing| {
        standing.agents.get(&sari).is_some_and(|sari| sari.status != AgentStatus::Talking)
    });
    let noticed = gone.elapsed();
    println!(
        "MEASURED: an agent's phone dies in a talk, the agent is free of it | {noticed:?} | 12 s"
    );
    assert!(noticed < NOTICED_WITHIN, "after {noticed:?}");
    let agent = &standing.agents[&sari];
    assert_eq!(
        (agent.status, agent.reason.as_deref()),
        (AgentStatus::Backoff, Some("unreachable")),
        "nobody else is offered to the phone that is gone"
    );
    let first = standing.waiting.iter().next();
    let (contact, waits) = first.expect("the caller waits for somebody else");
    let entered = standing.calls[contact].began.at;
    assert!(waits.order.as_unix_micros() - entered.as_unix_micros() < 1_000_000, "the old place");
    assert!(!caller.has_seen("CALL_CLOSED"), "the caller keeps the line");
    caller.hang_up();
    assert_eq!(ending(&server.record()), ("caller", "normal"));
}

/// The phone has hung up and its BYE was lost: asked about the call, it does not know it.
#[test]
fn an_agent_whose_goodbye_was_lost_is_free_once_the_telephone_is_asked() {
    let mut desk = Telephone::open();
    let server = Server::start(Project::new("straight").static_agent("budi", &desk.address()));
    let mut caller = Telephone::open();
    caller.dials(server.sip(), "100");
    let to_caller = caller.is_answered().media();
    let _speech = caller.ear.speaks(450.0, to_caller);
    let invite = desk.rings();
    let speech = desk.ear.speaks(1_000.0, invite.media());
    desk.takes(&invite);
    desk.receives("ACK ");
    wait::pause(Duration::from_secs(1));
    drop(speech);
    let hung_up = wait::now();
    let question = desk.receives("OPTIONS ");
    desk.replies(&question, "481 Call/Transaction Does Not Exist", "");
    let budi = AgentId::new("budi");
    stands(&server, "an agent who is free", |standing| {
        standing.agents[&budi].status != AgentStatus::Talking
    });
    let noticed = hung_up.elapsed();
    println!(
        "MEASURED: an agent's BYE is lost, the agent is free of the talk | {noticed:?} | 12 s"
    );
    assert!(noticed < NOTICED_WITHIN, "after {noticed:?}");
    let talks = history(&server);
    let ended = |entry: &&Entry| matches!(entry.row.fact, Fact::TalkEnded { .. });
    assert_eq!(talks.iter().filter(ended).count(), 1, "the talk has its end");
}

/// A phone that says goodbye to the registrar is told of at once; one that comes back in time has lost nothing.
#[test]
fn an_agent_whose_registration_ends_is_unreachable_and_comes_back() {
    needs!("an_agent_whose_registration_ends_is_unreachable_and_comes_back", Baresip);
    let server = Server::start(with_desk(Project::new("straight").registering_agent(
        "sari",
        "201",
        PASSWORD_201,
    )));
    let sari = Baresip::start(1_000.0, Answering::Auto, Some(&account(&server)));
    wait::until(Duration::from_secs(5), "sari, who is ready", || {
        (shown(&server, "sari")["state"] == "ready").then_some(())
    });
    sari.switch_off();
    wait::until(Duration::from_secs(5), "sari, who cannot be reached", || {
        (shown(&server, "sari")["state"] == "unreachable").then_some(())
    });
    assert!(
        shown(&server, "sari")["until"].is_string(),
        "it is said until when that counts as a blip"
    );
    let mut caller = Baresip::start(440.0, Answering::Manual, None);
    caller.dial(&server.number("100"));
    caller.expect("CALL_CLOSED");
    let record = server.record();
    assert!(offers(&record).is_empty(), "a phone that is not there is not rung: {record}");
    assert_eq!(record["steps"][0]["outcome"], "unstaffed", "{record}");

    let mut sari = Baresip::start(1_000.0, Answering::Auto, Some(&account(&server)));
    wait::until(Duration::from_secs(5), "sari, who is back", || {
        (shown(&server, "sari")["state"] == "ready").then_some(())
    });
    caller.dial(&server.number("100"));
    sari.expect("CALL_ESTABLISHED");
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    let states = states(&history(&server), "sari");
    assert!(!states.contains(&AgentStatus::Offline), "a blip is no logout: {states:?}");
    assert!(states.contains(&AgentStatus::Unreachable), "{states:?}");
}
