//! A whole day in small: fifty callers and five agents, and figures that two programs make of the same history.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::reckoning::Reckoning;
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::sipp::{Run, Sipp};
use crate::support::{ports, wait};

/// How long an agent talks before hanging up.
const TALK: Duration = Duration::from_millis(1_200);
/// How long the day may last.
const DAY: Duration = Duration::from_secs(150);
/// Agents who take whatever comes, then one who does not pick up, then one who goes on a break.
const AGENTS: [(&str, &str, &str); 5] = [
    ("sari", "201", "kopi-tubruk-201"),
    ("budi", "202", "teh-tarik-202"),
    ("dewi", "203", "wedang-jahe-203"),
    ("tono", "204", "es-cendol-204"),
    ("rini", "205", "bajigur-205"),
];

/// An agent at a telephone.
struct Desk {
    phone: Baresip,
    /// When the present talk is over.
    until: Option<Instant>,
    talks: u32,
}

impl Desk {
    fn new(server: &Server, place: usize, answering: Answering) -> Self {
        let (_, user, password) = AGENTS[place];
        let account = Account { user, password, registrar: server.sip() };
        let hertz = 700.0 + 200.0 * f64::from(u32::try_from(place).expect("few agents"));
        Self { phone: Baresip::start(hertz, answering, Some(&account)), until: None, talks: 0 }
    }

    /// Hangs up when the talk was long enough.
    fn work(&mut self) {
        if self.phone.next("CALL_ESTABLISHED").is_some() {
            self.until = Some(wait::now() + TALK);
            self.talks += 1;
        }
        if self.phone.next("CALL_CLOSED").is_some() {
            self.until = None;
        }
        if self.until.is_some_and(|until| until <= wait::now()) {
            self.until = None;
            self.phone.hang_up();
        }
    }
}

fn project(customers: u16) -> Project {
    let mut project = Project::new("day").rtp_ports(240);
    for (name, user, password) in AGENTS {
        project = project.registering_agent(name, user, password);
    }
    project.more = format!(
        "transfers: {{ allow: [\"+62812*\"], via: \"sip:127.0.0.1:{customers}\" }}
control: {{ listen: \"127.0.0.1:{}\", tokens: {{ desk: {{ env: SAMBUNG_TOKEN, role: supervisor }} }} }}
",
        ports::one()
    );
    project.environment("SAMBUNG_TOKEN", "bukan-rahasia-siapa-siapa-2026")
}

/// The callers, group by group: how many, the keys, and how soon each comes after the one before.
fn callers(server: &Server, ear: &Endpoint) -> Vec<Run> {
    let group = |number: &str, calls, first: &str, then: &str| {
        Sipp::calling("presses_on", server.sip(), "day")
            .calls(calls, calls, 1)
            .pressing()
            .patient()
            .media_to(ear.port())
            .word("group", number)
            .word("first", first)
            .word("then", then)
            .within(DAY)
            .start()
    };
    let impatient = |number: &str, calls, patience| {
        Sipp::calling("loses_patience", server.sip(), "day")
            .calls(calls, calls, 1)
            .pressing()
            .media_to(ear.port())
            .talking(Duration::from_millis(patience))
            .word("group", number)
            .word("first", "0")
            .within(DAY)
            .start()
    };
    vec![
        group("1", 29, "0", "4"),
        group("2", 6, "5", "5"),
        group("3", 4, "0", "1"),
        group("4", 4, "1", "1"),
        impatient("5", 4, 1_700),
        impatient("6", 3, 4_500),
    ]
}

/// Who would rather leave a message: waits a moment, presses 2, speaks, and hangs up.
fn leaves_a_message(server: &Server, caller: &mut Baresip) {
    caller.dial(&server.number("day"));
    caller.expect("CALL_ESTABLISHED");
    wait::pause(Duration::from_millis(600));
    caller.press("0");
    wait::pause(Duration::from_millis(400));
    caller.press("2");
}

#[test]
fn a_day_adds_up() {
    needs!("a_day_adds_up", Sipp, Baresip);
    let customers = Sipp::waiting("customer_confirms").calls(40, 8, 10).within(DAY * 2).start();
    let mut server = Server::start(project(customers.port()));
    let ear = Endpoint::open();
    let manual = |place| if place == 3 { Answering::Manual } else { Answering::Auto };
    let mut desks: Vec<Desk> =
        (0..AGENTS.len()).map(|place| Desk::new(&server, place, manual(place))).collect();
    let order = |words: &[&str]| {
        let done = server.run(&[&["agent"], words].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    order(&["break", "lunch", "rini"]);

    let mut runs = callers(&server, &ear);
    let mut messages: Vec<Baresip> =
        (0..3).map(|_| Baresip::start(440.0, Answering::Manual, None)).collect();
    let (start, mut back) = (wait::now(), false);
    let mut next_message = Duration::from_secs(6);
    let mut leaving = messages.iter_mut();
    let mut quiet = 0;
    // The last callbacks come a moment after the last caller.
    while quiet < 3 {
        let over = !runs.iter_mut().any(Run::is_running);
        quiet = if over && at_work(&server) == 0 { quiet + 1 } else { 0 };
        assert!(start.elapsed() < DAY, "the day does not end:\n{}", server.log());
        desks.iter_mut().for_each(Desk::work);
        if start.elapsed() > next_message
            && let Some(caller) = leaving.next()
        {
            leaves_a_message(&server, caller);
            next_message += Duration::from_secs(3);
        }
        if !back && start.elapsed() > Duration::from_secs(15) {
            back = true;
            order(&["ready", "rini"]);
        }
    }
    runs.iter_mut().for_each(Run::finish);
    server.terminate();
    assert_eq!(server.wait(Duration::from_secs(10)).code(), Some(0), "{}", server.log());
    compare(&server);
}

/// How many callers still wait, agents still talk, and callbacks are still to be made.
fn at_work(server: &Server) -> u64 {
    let agents = server.run(&["agent", "list", "--json"]);
    let agents: Value = serde_json::from_slice(&agents.stdout).expect("the node tells of itself");
    let agents = agents["agents"].as_array().expect("a list").iter();
    let busy = agents.filter(|agent| agent["contact"].is_string()).count() as u64;
    let day = history(server);
    busy + day.waiting + day.callbacks_asked - day.callbacks_ended
}

/// The day so far.
fn history(server: &Server) -> Reckoning {
    let told = server.run(&["report", "export", "history"]);
    Reckoning::of(&String::from_utf8_lossy(&told.stdout))
}

/// The report and the reckoning come to the same.
fn compare(server: &Server) {
    let text = |arguments: &[&str]| {
        let done = server.run(arguments);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{arguments:?}: {told}");
        String::from_utf8(done.stdout).expect("text")
    };
    let day = history(server);
    assert!(day.balances(), "{day:?}");
    let records = server.records_so_far();
    let date = |record: Option<&Value>| {
        let ended = record.expect("there were calls")["ended"].as_str().expect("a time");
        ended.split('T').next().expect("a date").to_owned()
    };
    let (from, to) = (date(records.first()), date(records.last()));
    let report = text(&[
        "report", "day", "--from", &from, "--to", &to, "--sl", "4", "--target", "3s", "--short",
        "1s", "--format", "json",
    ]);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    same(&report, &day);
    every_kind_of_thing_happened(&day);
}

/// Every figure of the report that the reckoning has as well.
fn same(report: &Value, day: &Reckoning) {
    let row = |table: &str, name: &str, value: &str| -> Value {
        let tables = report["tables"].as_array().expect("tables").iter();
        let table = tables.clone().find(|one| one["table"] == table).expect("the report has it");
        let rows = table["rows"].as_array().expect("rows").iter();
        rows.clone().find(|row| row[name] == value).cloned().unwrap_or_default()
    };
    let line = row("line", "queue", "service");
    let others: u64 = day.exits.values().sum();
    for (name, reckoned) in [
        ("offered", day.offered),
        ("answered", day.answered),
        ("abandoned", day.abandoned),
        ("other", others),
        ("lost", day.lost),
        ("waiting", day.waiting),
    ] {
        assert_eq!(line[name], reckoned, "{name}: {day:#?}");
    }
    let near = |told: &Value, reckoned: f64, what: &str| {
        let told = told.as_f64().expect(what);
        assert!((told - reckoned).abs() < 0.002, "{what}: {told} told, {reckoned} reckoned");
    };
    near(&line["level"]["ratio"], day.service_level(), "service level");
    let raw = Reckoning::share(day.abandoned, day.offered);
    near(&line["abandon_raw"]["ratio"], raw, "abandoned");
    let net = Reckoning::share(day.abandoned - day.short, day.offered - day.short);
    near(&line["abandon"]["ratio"], net, "abandoned, short ones aside");
    let waits = row("waits", "queue", "service");
    near(&waits["asa"], day.speed_of_answer(), "speed of answer");
    let work = row("work", "queue", "service");
    assert_eq!(work["handled"], day.talks.values().sum::<u64>(), "{day:#?}");
    let talk = work["talk"].as_f64().expect("a span") + work["held"].as_f64().expect("a span");
    near(&talk.into(), Reckoning::seconds(day.talked_us), "time of talk");
    for (agent, talks) in &day.talks {
        assert_eq!(row("agents", "agent", agent)["talks"], *talks, "{agent}");
    }
    let survey = row("survey", "agent", "*");
    assert_eq!(
        (&survey["asked"], &survey["answers"]),
        (&day.surveys_asked.into(), &day.scores.len().into())
    );
    near(&survey["csat"]["ratio"], day.satisfied(), "satisfied");
    let callbacks = row("callbacks", "queue", "service");
    assert_eq!(
        (&callbacks["asked"], &callbacks["done"]),
        (&day.callbacks_asked.into(), &day.callbacks_done.into())
    );
    assert_eq!(row("tickets", "sort", "voicemail")["opened"], day.tickets);
    let resolved = day.outcomes.get("resolved").copied().unwrap_or(0);
    assert_eq!(row("calls", "figure", "resolved")["value"], resolved);
}

/// A day on which nothing happens adds up as well.
fn every_kind_of_thing_happened(day: &Reckoning) {
    let out = |how: &str| day.exits.get(how).copied().unwrap_or(0);
    assert!(day.answered >= 20 && day.abandoned >= 1, "{day:#?}");
    assert!(out("callback") >= 1 && out("key") + out("voicemail") >= 1, "{day:#?}");
    assert!(day.callbacks_done >= 1 && day.tickets >= 1, "{day:#?}");
    assert!(day.missed.get("tono").is_some_and(|missed| *missed >= 2), "{day:#?}");
    assert!(day.talks.len() >= 4 && day.scores.len() >= 10, "{day:#?}");
    assert!(day.outcomes.contains_key("resolved"), "{day:#?}");
}
