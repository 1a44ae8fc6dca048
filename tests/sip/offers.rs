//! Offers that go wrong on the agent's telephone: turned away in every way there is, answered too late, many at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sambung::call::AgentId;
use sambung::history::{AgentStatus, Entry, Fact, Filter, OfferResult, Position, Standing};
use sambung::storage::SqliteReader;

use super::agents::offers;
use super::calls::ending;
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::sipp::{Run, Sipp};
use crate::support::telephone::Telephone;
use crate::support::{ports, wait};

/// How long the history may take to say what has happened.
const PATIENCE: Duration = Duration::from_secs(15);
const PASSWORD_201: &str = "kopi-tubruk-201";
/// The token of a supervisor; used nowhere else.
const TOKEN: &str = "bukan-rahasia-siapa-siapa-2026";

/// Adds the control interface, so that `sambung agent` reaches the node.
pub(crate) fn with_desk(mut project: Project) -> Project {
    project.more.push_str(&format!(
        "control: {{ listen: \"127.0.0.1:{}\", tokens: {{ desk: {{ env: SAMBUNG_TOKEN, role: supervisor }} }} }}\n",
        ports::one()
    ));
    project.environment("SAMBUNG_TOKEN", TOKEN)
}

/// What `sambung agent show` says an agent does.
pub(crate) fn shown(server: &Server, agent: &str) -> serde_json::Value {
    let done = server.run(&["agent", "show", agent, "--json"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("the node tells of an agent")
}

fn reader(server: &Server) -> SqliteReader {
    SqliteReader::open(&server.path("sambung.db")).expect("the store can be read beside the node")
}

/// All that has happened so far.
pub(crate) fn history(server: &Server) -> Vec<Entry> {
    let filter = Filter::default();
    reader(server).entries(Position::default(), &filter, 10_000).expect("it can be read")
}

/// What stands, once it is as wanted.
pub(crate) fn stands(server: &Server, what: &str, wanted: impl Fn(&Standing) -> bool) -> Standing {
    let reader = reader(server);
    wait::until(PATIENCE, what, || reader.standing().ok().filter(|standing| wanted(standing)))
}

/// How every offer to each agent ended that nobody answered.
fn closed(server: &Server) -> BTreeMap<AgentId, Vec<OfferResult>> {
    let mut closed: BTreeMap<AgentId, Vec<OfferResult>> = BTreeMap::new();
    for entry in history(server) {
        if let Fact::OfferClosed { agent, result, .. } = entry.row.fact {
            closed.entry(agent).or_default().push(result);
        }
    }
    closed
}

#[test]
fn each_refusal_has_its_own_rest_and_the_caller_goes_on() {
    needs!("each_refusal_has_its_own_rest_and_the_caller_goes_on", Sipp, Baresip);
    let refusals = [
        ("ani", "486 Busy Here", OfferResult::Busy, "busy", Some(("busy", 30))),
        ("budi", "603 Decline", OfferResult::Rejected, "rejected", Some(("rejected", 10))),
        // Who rang in vain for the first time is asked again.
        ("cici", "408 Request Timeout", OfferResult::NoAnswer, "no_answer", None),
        (
            "dedi",
            "480 Temporarily Unavailable",
            OfferResult::Unreachable,
            "unreachable",
            Some(("unreachable", 30)),
        ),
    ];
    let mut project = with_desk(Project::new("straight"));
    let mut phones = Vec::new();
    for (name, status, ..) in refusals {
        let phone = Sipp::refusing(status).start();
        project = project.static_agent(name, &format!("sip:{name}@127.0.0.1:{}", phone.port()));
        phones.push(phone);
    }
    let server = Server::start(project.registering_agent("sari", "201", PASSWORD_201));
    let account = Account { user: "201", password: PASSWORD_201, registrar: server.sip() };
    let mut sari = Baresip::start(1_000.0, Answering::Auto, Some(&account));
    let mut caller = Baresip::start(440.0, Answering::Manual, None);
    caller.dial(&server.number("100"));
    sari.expect("CALL_ESTABLISHED");
    for (name, _, _, _, rest) in refusals {
        let told = shown(&server, name);
        let (state, reason) = rest.map_or(("ready", None), |(why, _)| ("backoff", Some(why)));
        assert_eq!((told["state"].as_str(), told["reason"].as_str()), (Some(state), reason));
    }
    assert!(!caller.has_seen("CALL_CLOSED"), "no refusal reaches the caller");
    caller.hang_up();
    sari.expect("CALL_CLOSED");
    phones.iter_mut().for_each(Run::finish);

    let record = server.record();
    let mut ended: Vec<_> =
        refusals.iter().map(|(name, _, _, word, _)| format!("{name} {word}")).collect();
    ended.push("sari answered".to_owned());
    assert_eq!((offers(&record), ending(&record)), (ended, ("caller", "normal")), "{record}");
    let closed = closed(&server);
    let entries = history(&server);
    for (name, _, result, _, rest) in refusals {
        let name = AgentId::new(name);
        assert_eq!(closed[&name], [result], "{name}");
        let rests = entries.iter().find_map(|entry| match &entry.row.fact {
            Fact::AgentChanged { agent, status: AgentStatus::Backoff, reason, until, .. }
                if *agent == name =>
            {
                let lasts =
                    until.expect("a rest ends").as_unix_micros() - entry.row.at.as_unix_micros();
                Some((
                    reason.as_deref().expect("a rest has its reason").to_owned(),
                    lasts / 1_000_000,
                ))
            }
            _ => None,
        });
        assert_eq!(rests, rest.map(|(why, seconds)| (why.to_owned(), seconds)), "{name}");
    }
    let standing = stands(&server, "the end of the call", |standing| standing.calls.is_empty());
    let cici = &standing.agents[&AgentId::new("cici")];
    assert_eq!((cici.status, cici.missed), (AgentStatus::Ready, 1), "one miss is no logout");
}

/// The agent picks up in the moment in which the caller gives up.
#[test]
fn an_answer_that_crosses_the_end_of_the_ringing_is_taken_back() {
    needs!("an_answer_that_crosses_the_end_of_the_ringing_is_taken_back", Sipp);
    let mut desk = Sipp::waiting("answers_too_late").start();
    let address = format!("sip:budi@127.0.0.1:{}", desk.port());
    let server = Server::start(with_desk(Project::new("straight").static_agent("budi", &address)));
    Sipp::calling("caller_hangs_up", server.sip(), "100").talking(Duration::from_secs(1)).run();
    // It has got an ACK and then a BYE, or its run fails.
    desk.finish();
    let budi = AgentId::new("budi");
    stands(&server, "budi, who is free again", |standing| {
        standing.agents.get(&budi).is_some_and(|budi| budi.status == AgentStatus::Ready)
            && standing.calls.is_empty()
            && standing.offers.is_empty()
    });
    assert_eq!(shown(&server, "budi")["state"], "ready");
    let record = server.record();
    assert_eq!(
        (offers(&record), ending(&record)),
        (vec!["budi cancelled".into()], ("caller", "normal"))
    );
    assert_eq!(closed(&server)[&budi], [OfferResult::CallerLeft]);
    let answered =
        |entry: &Entry| matches!(entry.row.fact, Fact::Answered { .. } | Fact::TalkEnded { .. });
    assert!(!history(&server).iter().any(answered), "nobody talked");
}

/// Also a ring time that is over crosses an answer; then the caller is with somebody else.
#[test]
fn a_caller_is_not_given_to_two_agents_when_the_first_answers_too_late() {
    needs!("a_caller_is_not_given_to_two_agents_when_the_first_answers_too_late", Sipp, Baresip);
    let mut desk = Sipp::waiting("answers_too_late").start();
    let address = format!("sip:budi@127.0.0.1:{}", desk.port());
    let project = Project::new("service").static_agent("budi", &address);
    let server = Server::start(project.registering_agent("sari", "201", PASSWORD_201));
    let account = Account { user: "201", password: PASSWORD_201, registrar: server.sip() };
    let mut sari = Baresip::start(1_000.0, Answering::Auto, Some(&account));
    let mut caller = Baresip::start(440.0, Answering::Manual, None);
    caller.dial(&server.number("100"));
    caller.expect("CALL_ESTABLISHED");
    caller.press("0");
    sari.expect("CALL_ESTABLISHED");
    desk.finish();
    assert!(!sari.has_seen("CALL_CLOSED") && !caller.has_seen("CALL_CLOSED"), "they talk on");
    sari.hang_up();
    caller.expect("CALL_CLOSED");
    let record = server.record();
    assert_eq!(offers(&record), ["budi no_answer", "sari answered"], "{record}");
}

#[test]
fn three_calls_at_one_instant_ring_three_agents() {
    let mut desks: Vec<_> = (0..3).map(|_| Telephone::open()).collect();
    let mut project = Project::new("straight");
    for (name, desk) in ["ani", "budi", "cici"].iter().zip(&desks) {
        project = project.static_agent(name, &desk.address());
    }
    let server = Server::start(project);
    let mut callers: Vec<_> = (0..3).map(|_| Telephone::open()).collect();
    for caller in &mut callers {
        caller.dials(server.sip(), "100");
    }
    for caller in &mut callers {
        caller.is_answered();
    }
    let invites: Vec<_> = desks.iter_mut().map(Telephone::rings).collect();
    for (desk, invite) in desks.iter_mut().zip(&invites) {
        desk.takes(invite);
        desk.receives("ACK ");
    }
    for desk in &mut desks {
        let again = desk.hears_within("INVITE ", Duration::from_millis(300));
        assert!(again.is_none(), "each is rung once: {again:?}");
    }
    let mut agents = BTreeSet::new();
    let mut contacts = BTreeSet::new();
    for entry in history(&server) {
        if let Fact::Offered { agent, contact, .. } = entry.row.fact {
            assert!(agents.insert(agent) && contacts.insert(contact), "one offer to each");
        }
    }
    assert_eq!((agents.len(), contacts.len()), (3, 3));
    for caller in &mut callers {
        caller.hangs_up();
    }
    desks.iter_mut().for_each(|desk| drop(desk.is_hung_up_on()));
    assert!(server.records(3).iter().all(|record| ending(record) == ("caller", "normal")));
}
