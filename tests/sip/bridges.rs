//! Callers and agents on different adapters: telephones of the built-in one, and the toy adapter, whose samples pass through
//! the node.

use std::time::Duration;

use super::agents::offers;
use super::calls::{ending, steps};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::telephone::Telephone;
use crate::support::toy::{Far, TOY};
use crate::support::{sound, wait};

/// The voices, as tones that have no overtone in common.
pub(super) const CALLER_HERTZ: f64 = 440.0;
pub(super) const AGENT_HERTZ: f64 = 1_000.0;
/// The payload type of telephone-events that telephones offer.
const EVENTS: u8 = 101;
/// How long the two talk.
pub(super) const TALK: Duration = Duration::from_millis(2_000);
/// How long somebody may be waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest way from one mouth to the other ear and back, both packets and both jitter buffers of it included: 20 ms of
/// a packet, 60 ms at most between the adapters and 40 ms of the far one's jitter buffer in one direction and as much in the
/// other. The machine may be busy.
const ROUND_TRIP: Duration = Duration::from_millis(250);

/// A project with adapters.
pub(super) fn project(adapters: &[&str]) -> Project {
    let mut project = Project::new("service");
    project.more = format!("adapters: [{}]\n", adapters.join(", "));
    project
}

/// A node whose adapters are there.
pub(super) fn serving(project: Project, adapters: usize) -> Server {
    let server = Server::start(project);
    wait::until(PATIENCE, "the adapters", || {
        (server.log().matches("The adapter is ready.").count() == adapters).then_some(())
    });
    server
}

/// A telephone that has asked for a person.
pub(super) fn caller(server: &Server) -> (Telephone, std::net::SocketAddr) {
    let mut caller = Telephone::open();
    caller.dials(server.sip(), "100");
    let media = caller.is_answered().media();
    caller.ear.send_silence(media, 400);
    caller.ear.press(media, 0);
    (caller, media)
}

/// Waits until a telephone hears the agent.
pub(super) fn hears_agent(telephone: &Telephone, since: std::time::Instant) {
    wait::until(PATIENCE, "the agent's voice", || telephone.ear.first_heard(AGENT_HERTZ, since));
}

/// The keys that a telephone was sent, each with its packets: the length that they tell, and whether the key has ended.
fn keys(telephone: &Telephone) -> Vec<(u8, Vec<(u16, bool)>)> {
    let mut keys: Vec<(u32, u8, Vec<_>)> = Vec::new();
    for packet in telephone.ear.packets().iter().filter(|packet| packet.payload_type == EVENTS) {
        let [key, end, high, low] = *packet.payload.first_chunk().expect("a telephone-event");
        let told = (u16::from_be_bytes([high, low]), end & 0x80 != 0);
        match keys.last_mut() {
            Some((at, last, told_before)) if (*at, *last) == (packet.timestamp, key) => {
                assert!(!packet.marker, "a key begins once");
                told_before.push(told);
            }
            _ => {
                assert!(packet.marker, "the first packet of a key is marked");
                keys.push((packet.timestamp, key, vec![told]));
            }
        }
    }
    keys.into_iter().map(|(_, key, packets)| (key, packets)).collect()
}

#[test]
fn a_telephone_and_an_agent_of_another_adapter_hear_each_other() {
    let far = Far::starts("far", &["--agent", "budi", "--voice", "1000", "--press", "#"]);
    let server = serving(project(&[&far.entry]).agent_on("far", "budi", "user: budi"), 1);
    let began = wait::now();
    let (mut caller, media) = caller(&server);
    hears_agent(&caller, began);
    let speech = caller.ear.speaks(CALLER_HERTZ, media);
    wait::pause(TALK);
    drop(speech);
    caller.ear.press(media, 5);
    wait::until(PATIENCE, "the key", || (far.keys() == "5").then_some(()));
    wait::until(PATIENCE, "the key", || (!keys(&caller).is_empty()).then_some(()));
    wait::pause(Duration::from_millis(300));
    let told: Vec<_> = (1..=4).map(|n| (n * 160, false)).collect();
    let told = [told, vec![(800, true); 3]].concat();
    assert_eq!(keys(&caller), [(11, told)], "100 ms of `#`, its end three times (RFC 4733)");
    assert_eq!(far.keys(), "5", "once, and not the one by which the caller came here");
    let by_caller = sound::heard_millis(&caller.ear.samples(), AGENT_HERTZ);
    let by_agent = sound::heard_millis(&far.heard(), CALLER_HERTZ);
    println!("the caller heard {by_caller} ms of the agent, the agent {by_agent} ms of the caller");
    assert!(by_caller >= 1_700, "the caller heard {by_caller} ms of the agent");
    assert!(by_agent >= 1_700, "the agent heard {by_agent} ms of the caller");
    caller.hangs_up();
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent -"], "{record}");
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    assert_eq!(offers(&record), ["budi answered"], "{record}");
}

#[test]
fn what_one_says_is_heard_on_the_other_adapter_soon() {
    let far = Far::starts("far", &["--agent", "budi", "--echo"]);
    let server = serving(project(&[&far.entry]).agent_on("far", "budi", "user: budi"), 1);
    let (mut caller, media) = caller(&server);
    wait::until(PATIENCE, "the bridge", || {
        (server.log().matches("bridged").count() >= 2).then_some(())
    });
    wait::pause(Duration::from_millis(500));
    let began = wait::now();
    let speech = caller.ear.speaks(CALLER_HERTZ, media);
    let back = wait::until(PATIENCE, "the echo", || caller.ear.first_heard(CALLER_HERTZ, began));
    drop(speech);
    let late = back.duration_since(began);
    println!("there and back in {} ms", late.as_millis());
    assert!(late <= ROUND_TRIP, "there and back in {} ms", late.as_millis());
    caller.hangs_up();
    server.record();
}

#[test]
fn an_agent_of_another_adapter_hangs_up_and_the_flow_goes_on() {
    let far = Far::starts("far", &["--agent", "budi", "--voice", "1000", "--leave", "2"]);
    let server = serving(project(&[&far.entry]).agent_on("far", "budi", "user: budi"), 1);
    let began = wait::now();
    let (mut caller, _) = caller(&server);
    hears_agent(&caller, began);
    caller.is_hung_up_on();
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
    assert_eq!(offers(&record), ["budi answered"], "{record}");
}

#[test]
fn an_agent_of_another_adapter_holds_a_telephone_and_takes_it_back() {
    let arguments = ["--agent", "budi", "--voice", "1000", "--hold", "1.5", "--leave", "5"];
    let far = Far::starts("far", &arguments);
    let server = serving(project(&[&far.entry]).agent_on("far", "budi", "user: budi"), 1);
    let began = wait::now();
    let (mut caller, _) = caller(&server);
    hears_agent(&caller, began);
    caller.is_hung_up_on();
    let packets = caller.ear.packets();
    let voice: Vec<_> = packets.iter().filter(|packet| packet.is_tone(AGENT_HERTZ)).collect();
    let silent = voice.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap_or_default();
    println!("the agent was heard in {} packets, and not for {silent:?}", voice.len());
    assert!((1_700..2_600).contains(&silent.as_millis()), "held for {silent:?}");
    assert!((125..190).contains(&voice.len()), "before and after: {} packets", voice.len());
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
}

#[test]
fn a_caller_of_another_adapter_and_a_telephone_hear_each_other() {
    let far = Far::starts("far", &["--call", "press 0 at 1; talk 440 at 3"]);
    let mut desk = Telephone::open();
    let phone = format!("address: \"{}\"", desk.address());
    let server = serving(project(&[&far.entry]).agent_on("sip", "sari", &phone), 1);
    let invite = desk.rings();
    desk.takes(&invite);
    desk.receives("ACK ");
    let speech = desk.ear.speaks(AGENT_HERTZ, invite.media());
    let began = wait::now();
    wait::until(PATIENCE, "the caller", || desk.ear.first_heard(CALLER_HERTZ, began));
    wait::pause(TALK);
    drop(speech);
    let by_agent = sound::heard_millis(&desk.ear.samples(), CALLER_HERTZ);
    let by_caller = sound::heard_millis(&far.heard(), AGENT_HERTZ);
    println!("the agent heard {by_agent} ms of the caller, the caller {by_caller} ms of the agent");
    assert!(by_agent >= 1_700, "the agent heard {by_agent} ms of the caller");
    assert!(by_caller >= 1_700, "the caller heard {by_caller} ms of the agent");
    desk.hangs_up();
    let record = server.record();
    assert_eq!(steps(&record), ["ask 0", "agent done", "goodbye hangup"], "{record}");
    assert_eq!(
        (offers(&record), &record["adapter"]),
        (vec!["sari answered".into()], &"far".into())
    );
}

#[test]
fn two_adapters_outside_are_bridged_and_the_caller_leaves() {
    let far =
        Far::starts("far", &["--call", "press 0 at 2; talk 440 at 4; press 7 at 6; hangup at 8"]);
    let near = Far::starts("near", &["--agent", "budi", "--voice", "1000", "--press", "*"]);
    let project = project(&[&far.entry, &near.entry]).agent_on("near", "budi", "user: budi");
    let server = serving(project, 2);
    let record = server.record();
    let by_agent = sound::heard_millis(&near.heard(), CALLER_HERTZ);
    let by_caller = sound::heard_millis(&far.heard(), AGENT_HERTZ);
    println!("the agent heard {by_agent} ms of the caller, the caller {by_caller} ms of the agent");
    assert!(by_agent >= 2_500, "the agent heard {by_agent} ms of the caller");
    assert!(by_caller >= 2_500, "the caller heard {by_caller} ms of the agent");
    assert_eq!((&*near.keys(), &*far.keys()), ("7", "*"), "each key of the other party");
    assert_eq!(ending(&record), ("caller", "normal"), "{record}");
    assert_eq!(offers(&record), ["budi answered"], "{record}");
}

#[test]
fn an_agent_whose_adapter_keeps_its_audio_is_passed_over() {
    let poor = format!(
        "{{ name: poor, kind: process, command: [python3, {TOY:?}, --agent, ani, --speed, \"20\"] }}"
    );
    let mut desk = Telephone::open();
    let phone = format!("address: \"{}\"", desk.address());
    let project =
        project(&[&poor]).agent_on("poor", "ani", "user: ani").agent_on("sip", "sari", &phone);
    let flow = project.folder().join("flows/service.yaml");
    let text = std::fs::read_to_string(&flow).expect("it is there");
    std::fs::write(&flow, text.replace("longest_idle", "linear")).expect("written");
    let server = serving(project, 1);
    let (mut caller, _) = caller(&server);
    let invite = desk.rings();
    desk.takes(&invite);
    desk.receives("ACK ");
    let speech = desk.ear.speaks(AGENT_HERTZ, invite.media());
    hears_agent(&caller, wait::now());
    drop(speech);
    caller.hangs_up();
    let record = server.record();
    assert_eq!(offers(&record), ["ani unreachable", "sari answered"], "{record}");
}
