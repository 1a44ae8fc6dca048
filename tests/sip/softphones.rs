//! Telephones of pjsua2 as callers and agents: encryption, every way to send keys, hold from both sides, and telephones
//! that are gone from one moment to the next.

use std::time::Duration;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::baresip::Account;
use crate::support::pjsua::Pjsua;
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::{sound, wait};

const CALLER_HERTZ: f64 = 440.0;
const SARI_HERTZ: f64 = 1_000.0;
const BUDI_HERTZ: f64 = 1_700.0;
const PASSWORD_201: &str = "kopi-tubruk-201";
const PASSWORD_202: &str = "teh-botol-sosro-202";
/// How long the two talk at a time.
const TALK: Duration = Duration::from_millis(2_000);

fn with_sari() -> Project {
    Project::new("service").registering_agent("sari", "201", PASSWORD_201)
}

/// The telephone of the agent who registers.
fn sari(server: &Server, options: &[&str]) -> Pjsua {
    let account = Account { user: "201", password: PASSWORD_201, registrar: server.sip() };
    Pjsua::start(SARI_HERTZ, Some(&account), options)
}

/// A caller who has got as far as the menu.
fn caller(server: &Server, options: &[&str]) -> Pjsua {
    let mut caller = Pjsua::start(CALLER_HERTZ, None, options);
    caller.tell(&format!("dial {}", server.number("100")));
    caller.expect("talking");
    // The prompt is over, and tones would not fall into its echo.
    wait::pause(Duration::from_millis(1_000));
    caller
}

/// A caller and the agent, who talk.
fn talking(server: &Server) -> (Pjsua, Pjsua) {
    let mut sari = sari(server, &[]);
    let mut caller = caller(server, &[]);
    caller.tell("keys 0");
    sari.expect("talking");
    wait::pause(TALK);
    (caller, sari)
}

/// For how long, in ms, something was heard that is neither silence nor `voice`: music.
fn music_millis(samples: &[i16], voice: f64) -> u32 {
    let pieces = samples.chunks_exact(400);
    let loud = |piece: &[i16]| piece.iter().any(|sample| sample.unsigned_abs() > 200);
    let music = pieces.filter(|piece| loud(piece) && sound::share(piece, voice) < 0.5).count();
    u32::try_from(music).expect("a short recording") * 50
}

/// A caller with these options who presses 1 and then 0 by this command of the script.
fn presses(name: &str, options: &[&str], command: &str, srtp: &str) {
    needs!(name, Pjsua2);
    let mut project = Project::new("keys");
    project.rtp_more = format!(", srtp: {srtp}");
    let server = Server::start(project);
    let mut caller = caller(&server, options);
    caller.tell(&format!("{command} 1"));
    wait::pause(Duration::from_millis(2_000));
    caller.tell(&format!("{command} 0"));
    caller.expect("closed 200");
    let record = server.record();
    assert_eq!(steps(&record), ["ask 1", "hours next", "ask 0", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
    // The question twice, the hours and the goodbye, 200 ms each.
    let heard = sound::heard_millis(&caller.heard(), 600.0);
    assert!((400..=900).contains(&heard), "{heard} ms of prompts were heard");
}

#[test]
fn keys_by_info_are_taken() {
    presses("keys_by_info_are_taken", &["mute-events"], "info", "optional");
}

#[test]
fn keys_as_tones_are_taken() {
    presses("keys_as_tones_are_taken", &["mute-events"], "tones", "optional");
}

#[test]
fn keys_by_events_are_taken_of_an_encrypted_caller() {
    presses("keys_by_events_are_taken_of_an_encrypted_caller", &["srtp"], "keys", "required");
}

#[test]
fn an_encrypted_caller_and_an_encrypted_agent_hear_each_other() {
    needs!("an_encrypted_caller_and_an_encrypted_agent_hear_each_other", Pjsua2);
    let mut project = with_sari();
    project.rtp_more = ", srtp: required".to_owned();
    let server = Server::start(project);
    let mut sari = sari(&server, &["srtp"]);
    let mut caller = caller(&server, &["srtp"]);
    caller.tell("keys 0");
    sari.expect("talking");
    wait::pause(TALK);
    sari.tell("hangup");
    caller.expect("closed");
    sari.expect("closed");
    let by_caller = sound::heard_millis(&caller.heard(), SARI_HERTZ);
    let by_agent = sound::heard_millis(&sari.heard(), CALLER_HERTZ);
    assert!(by_caller >= 1_200, "the caller heard {by_caller} ms of the agent");
    assert!(by_agent >= 1_200, "the agent heard {by_agent} ms of the caller");
    assert_eq!(steps(&server.record()), ["ask 0", "agent done", "goodbye hangup"]);
}

#[test]
fn the_caller_hears_music_while_the_agent_holds() {
    needs!("the_caller_hears_music_while_the_agent_holds", Pjsua2);
    let server = Server::start(with_sari());
    let (mut caller, mut sari) = talking(&server);
    sari.tell("hold");
    wait::pause(TALK);
    sari.tell("resume");
    wait::pause(TALK);
    caller.tell("hangup");
    sari.expect("closed");
    caller.expect("closed");
    let heard = caller.heard();
    let (agent, music) =
        (sound::heard_millis(&heard, SARI_HERTZ), music_millis(&heard, SARI_HERTZ));
    assert!((2_400..=4_600).contains(&agent), "the caller heard {agent} ms of the agent");
    assert!(music >= 1_000, "the caller heard {music} ms of music");
    let record = server.record();
    let hold = record["talks"][0]["hold_ms"].as_u64().expect("a number");
    assert!((1_500..=3_000).contains(&hold), "the hold of {hold} ms is in the record");
    // The agent's line is known although the caller went first, and each says what came from its own telephone.
    for (of, quality) in [("caller", &record["quality"]), ("agent", &record["talks"][0]["quality"])]
    {
        let received = quality["received"].as_u64().expect("a number");
        assert!(received > 50, "{of}: {record}");
        assert!(quality["mos"].as_f64().is_some_and(|mos| mos > 3.0), "{of}: {record}");
    }
}

#[test]
fn the_agent_hears_music_while_the_caller_holds() {
    needs!("the_agent_hears_music_while_the_caller_holds", Pjsua2);
    let server = Server::start(with_sari());
    let (mut caller, mut sari) = talking(&server);
    caller.tell("hold");
    wait::pause(TALK);
    caller.tell("resume");
    wait::pause(TALK);
    sari.tell("hangup");
    caller.expect("closed");
    sari.expect("closed");
    let heard = sari.heard();
    let (caller, music) =
        (sound::heard_millis(&heard, CALLER_HERTZ), music_millis(&heard, CALLER_HERTZ));
    assert!((2_400..=4_600).contains(&caller), "the agent heard {caller} ms of the caller");
    assert!(music >= 1_000, "the agent heard {music} ms of music");
    assert_eq!(ending(&server.record()), ("system", "normal"));
}

/// Nobody says BYE: no audio for 5 s and no answer to the question whether it is there.
#[test]
fn a_caller_who_vanishes_leaves_a_record_and_no_call() {
    needs!("a_caller_who_vanishes_leaves_a_record_and_no_call", Pjsua2);
    let server = Server::start(with_sari());
    let (caller, mut sari) = talking(&server);
    caller.vanish();
    let gone = wait::now();
    sari.expect("closed");
    let noticed = gone.elapsed();
    assert!(noticed < Duration::from_secs(12), "the agent was free after {noticed:?}");
    let record = server.record();
    assert_eq!(ending(&record), ("system", "media_lost"), "{record}");
    assert_eq!(record["agent"], "sari", "{record}");
}

/// Nobody says BYE here either. Budi has come after Sari answered, and is rung as soon as she is known to be gone.
#[test]
fn the_caller_of_an_agent_who_vanishes_is_first_in_line_within_ten_seconds() {
    needs!("the_caller_of_an_agent_who_vanishes_is_first_in_line_within_ten_seconds", Pjsua2);
    let server = Server::start(with_sari().registering_agent("budi", "202", PASSWORD_202));
    let (mut caller, sari) = talking(&server);
    let account = Account { user: "202", password: PASSWORD_202, registrar: server.sip() };
    let mut budi = Pjsua::start(BUDI_HERTZ, Some(&account), &[]);
    sari.vanish();
    let gone = wait::now();
    budi.expect("talking");
    let took = gone.elapsed();
    assert!(took < Duration::from_secs(10), "the next agent had the caller after {took:?}");
    let resting = "Agent sari is backoff(unreachable).";
    assert!(server.log().contains(resting), "nobody else is offered to the phone that is gone");
    wait::pause(TALK);
    caller.tell("hangup");
    budi.expect("closed");
    caller.expect("closed");
    let heard = sound::heard_millis(&caller.heard(), BUDI_HERTZ);
    assert!(heard >= 1_200, "the caller heard {heard} ms of the second agent");
    let record = server.record();
    let talks = record["talks"].as_array().expect("a record of talks");
    let agents: Vec<_> = talks.iter().map(|talk| &talk["agent"]).collect();
    assert_eq!(agents, ["sari", "budi"], "{record}");
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
}
