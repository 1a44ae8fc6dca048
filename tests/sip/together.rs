//! Several telephones rung for one caller: the first who answers, one who hangs up before the caller is there, and two
//! who answer in the same instant.

use std::time::Duration;

use serde_json::Value;

use super::calls::ending;
use crate::needs;
use crate::support::baresip::{Account, Answering, Baresip};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::{sound, wait};

const CALLER_HERTZ: f64 = 440.0;
/// The agents with their users, passwords and voices, as tones that have no overtone in common.
const AGENTS: [(&str, &str, &str, f64); 2] =
    [("sari", "201", "kopi-tubruk-201", 1_000.0), ("budi", "202", "teh-tarik-202", 1_700.0)];
/// How long the two talk.
const TALK: Duration = Duration::from_millis(1_500);

fn server() -> Server {
    let mut project = Project::new("together").prompt("about", &sound::tone(600.0, 3_000));
    for (name, user, password, _) in AGENTS {
        project = project.registering_agent(name, user, password);
    }
    Server::start(project)
}

/// The telephones of both agents, registered one after the other.
fn agents(server: &Server, answering: [Answering; 2]) -> [Baresip; 2] {
    let phone = |place: usize| {
        let (_, user, password, hertz) = AGENTS[place];
        let account = Account { user, password, registrar: server.sip() };
        Baresip::start(hertz, answering[place], Some(&account))
    };
    [phone(0), phone(1)]
}

/// A caller who presses this key.
fn caller(server: &Server, key: &str) -> Baresip {
    let mut caller = Baresip::start(CALLER_HERTZ, Answering::Manual, None);
    caller.dial(&server.number("100"));
    caller.expect("CALL_ESTABLISHED");
    caller.press(key);
    caller
}

/// The offers of a record by name: who, and how it ended.
fn offers(record: &Value) -> Vec<String> {
    let offers = record["queue"]["offers"].as_array().expect("a record of a queue has offers");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let one = |offer: &Value| text(&offer["agent"]) + " " + &text(&offer["result"]);
    let mut all: Vec<_> = offers.iter().map(one).collect();
    all.sort();
    all
}

#[test]
fn both_phones_ring_and_the_first_who_answers_has_the_caller() {
    needs!("both_phones_ring_and_the_first_who_answers_has_the_caller", Baresip);
    let server = server();
    let [mut sari, mut budi] = agents(&server, [Answering::Manual; 2]);
    let mut caller = caller(&server, "0");
    sari.expect("CALL_INCOMING");
    budi.expect("CALL_INCOMING");
    budi.answer();
    budi.expect("CALL_ESTABLISHED");
    sari.expect("CALL_CLOSED");
    assert!(!sari.has_seen("CALL_ESTABLISHED"), "the other phone falls silent");
    wait::pause(TALK);
    budi.hang_up();
    caller.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), AGENTS[1].3);
    assert!(by_caller >= 1_000, "the caller heard {by_caller} ms of the agent");
    let record = server.record();
    assert_eq!(offers(&record), ["budi answered", "sari cancelled"], "{record}");
    assert_eq!(record["agent"], "budi", "{record}");
}

#[test]
fn an_answerer_who_hangs_up_before_the_caller_is_there_leaves_the_others_ringing() {
    needs!(
        "an_answerer_who_hangs_up_before_the_caller_is_there_leaves_the_others_ringing",
        Baresip
    );
    let server = server();
    let [mut sari, mut budi] = agents(&server, [Answering::Manual; 2]);
    let mut caller = caller(&server, "1");
    sari.expect("CALL_INCOMING");
    budi.expect("CALL_INCOMING");
    sari.answer();
    sari.expect("CALL_ESTABLISHED");
    wait::pause(Duration::from_millis(500));
    sari.hang_up();
    wait::pause(Duration::from_millis(500));
    assert!(!budi.has_seen("CALL_CLOSED"), "the other phone rings on, in the same call");
    budi.answer();
    budi.expect("CALL_ESTABLISHED");
    wait::pause(TALK * 3);
    caller.hang_up();
    budi.expect("CALL_CLOSED");
    let by_caller = sound::heard_millis(&caller.heard(), AGENTS[1].3);
    assert!(by_caller >= 700, "the caller heard {by_caller} ms of the second agent");
    let record = server.record();
    assert_eq!(offers(&record), ["budi answered", "sari not_accepted"], "{record}");
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
}

#[test]
fn of_two_who_answer_in_the_same_instant_one_talks_and_the_other_is_free_at_once() {
    needs!(
        "of_two_who_answer_in_the_same_instant_one_talks_and_the_other_is_free_at_once",
        Baresip
    );
    let server = server();
    let phones = agents(&server, [Answering::Auto; 2]);
    let mut first = caller(&server, "0");
    wait::pause(TALK);
    let mut second = caller(&server, "0");
    wait::pause(TALK);
    first.hang_up();
    second.hang_up();
    let records = server.records(2);
    let heard = |caller: &Baresip| {
        let heard = caller.heard();
        AGENTS.map(|agent| sound::heard_millis(&heard, agent.3))
    };
    let voices = [heard(&first), heard(&second)];
    let talks = |voices: [u32; 2]| voices.map(|millis| millis >= 700);
    let pairs = voices.map(talks);
    assert!(
        pairs == [[true, false], [false, true]] || pairs == [[false, true], [true, false]],
        "each caller hears one agent, and not the same: {voices:?}"
    );
    for record in records {
        let answered = offers(&record).iter().filter(|offer| offer.ends_with("answered")).count();
        assert_eq!(answered, 1, "{record}");
    }
    drop(phones);
}
