//! Talks that are recorded in two channels: the caller left, the agent right, wherever their phones are.

use std::net::SocketAddr;
use std::path::Path;

use super::bridges::{AGENT_HERTZ, CALLER_HERTZ, TALK, caller, hears_agent, project, serving};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::telephone::Telephone;
use crate::support::toy::Far;
use crate::support::{sound, wait};

/// A project that records talks.
fn recording(adapters: &[&str]) -> Project {
    let mut project = project(adapters);
    project.more.push_str("record_talks: stereo\n");
    project
}

/// Talks for a while and hangs up.
fn talks(mut caller: Telephone, media: SocketAddr) {
    let speech = caller.ear.speaks(CALLER_HERTZ, media);
    wait::pause(TALK);
    drop(speech);
    caller.hangs_up();
}

/// The channels of the talk of the only call.
fn channels(server: &Server) -> [Vec<i16>; 2] {
    let record = server.record();
    let name = format!("recordings/{}-talk-1.wav", record["call"].as_str().expect("it has one"));
    let path = server.path(&name);
    wait::until(std::time::Duration::from_secs(5), "the recording", || {
        path.is_file().then_some(())
    });
    both(&path)
}

fn both(path: &Path) -> [Vec<i16>; 2] {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 8_000));
    let samples: Vec<i16> = reader.samples().map(|sample| sample.expect("whole")).collect();
    let (frames, rest) = samples.as_chunks::<2>();
    assert!(rest.is_empty());
    [0, 1].map(|channel| frames.iter().map(|frame| frame[channel]).collect())
}

/// Each party is in its channel and nowhere else.
fn are_apart([left, right]: &[Vec<i16>; 2]) {
    let heard = |channel: &[i16]| {
        [CALLER_HERTZ, AGENT_HERTZ].map(|hertz| sound::heard_millis(channel, hertz))
    };
    let ([caller, none], [nobody, agent]) = (heard(left), heard(right));
    assert!(
        caller >= 1_700 && agent >= 1_700,
        "{caller} ms of the caller, {agent} ms of the agent"
    );
    assert_eq!((none, nobody), (0, 0), "either is in the other's channel");
}

#[test]
fn caller_and_agent_have_a_channel_each() {
    let mut desk = Telephone::open();
    let phone = format!("address: \"{}\"", desk.address());
    let server = serving(recording(&[]).agent_on("sip", "sari", &phone), 0);
    let (caller, media) = caller(&server);
    let invite = desk.rings();
    desk.takes(&invite);
    desk.receives("ACK ");
    let speech = desk.ear.speaks(AGENT_HERTZ, invite.media());
    hears_agent(&caller, wait::now());
    talks(caller, media);
    drop(speech);
    are_apart(&channels(&server));
}

#[test]
fn so_have_a_caller_and_an_agent_on_different_adapters() {
    let far = Far::starts("far", &["--agent", "budi", "--voice", "1000"]);
    let server = serving(recording(&[&far.entry]).agent_on("far", "budi", "user: budi"), 1);
    let began = wait::now();
    let (caller, media) = caller(&server);
    hears_agent(&caller, began);
    talks(caller, media);
    are_apart(&channels(&server));
}

#[test]
fn so_has_a_caller_of_another_adapter() {
    let calls = ["--call", "press 0 at 1; talk 440 at 3; hangup at 7"];
    let far = Far::starts("far", &calls);
    let mut desk = Telephone::open();
    let phone = format!("address: \"{}\"", desk.address());
    let server = serving(recording(&[&far.entry]).agent_on("sip", "sari", &phone), 1);
    let invite = desk.rings();
    desk.takes(&invite);
    desk.receives("ACK ");
    let speech = desk.ear.speaks(AGENT_HERTZ, invite.media());
    desk.is_hung_up_on();
    drop(speech);
    are_apart(&channels(&server));
}
