//! What the caller hears, packet by packet, and keys sent by a raw RTP endpoint.

use std::time::Duration;

use sambung::media::Law;

use super::calls::{ending, steps};
use crate::needs;
use crate::support::project::Project;
use crate::support::rtp::{Endpoint, PCMU, Packet};
use crate::support::server::Server;
use crate::support::sipp::Sipp;
use crate::support::{sound, wait};

/// How much later than it should a packet may come on a busy machine.
const BUSY: Duration = Duration::from_millis(100);
/// The event code of key 0, RFC 4733 §3.2.
const KEY_0: u8 = 0;
/// The event code of key 1.
const KEY_1: u8 = 1;

#[test]
fn a_prompt_reaches_the_caller_sample_for_sample() {
    needs!("a_prompt_reaches_the_caller_sample_for_sample", Sipp);
    let climb = sound::climb(4_000);
    let server = Server::start(Project::new("notice").prompt("notice", &climb));
    let ear = Endpoint::open();
    Sipp::calling("called_side_hangs_up", server.sip(), "100").media_to(ear.port()).run();

    let expected: Vec<u8> = climb.iter().map(|&sample| Law::Mu.encode(sample)).collect();
    let audio = ear.audio();
    let start = audio.windows(expected.len()).position(|window| window == expected);
    let start = start.expect("the prompt is in what was heard, unchanged and whole");
    let lead_in = &audio[..start];
    assert!(lead_in.iter().all(|&byte| byte == 0xff), "only silence before the prompt");
    let lead_in = lead_in.len() / 8;
    assert!((200..=700).contains(&lead_in), "{lead_in} ms of silence before the prompt");

    let packets = ear.packets();
    for pair in packets.windows(2) {
        assert_eq!(follows(&pair[0], &pair[1]), Ok(()));
    }
    // Lead-in and prompt are one talk spurt: nothing is left out before the prompt is over.
    let spurts: Vec<_> = (0..packets.len()).filter(|&n| packets[n].marker).collect();
    let prompt_end = (start + expected.len()) / 160;
    assert_eq!(spurts.first(), Some(&0), "the first packet begins the first talk spurt");
    assert!(spurts.iter().all(|&n| n == 0 || n >= prompt_end), "the prompt is broken: {spurts:?}");
    let longest = packets.windows(2).map(|pair| pair[1].at - pair[0].at).max();
    let longest = longest.expect("more than one packet");
    assert!(longest < Duration::from_millis(20) + BUSY, "a gap of {longest:?} on a busy machine");
}

/// Whether `next` is what comes after `this` in one stream of PCMU: at once, or as a new talk spurt after a pause,
/// whose length shows in the timestamp as it does in the arrivals.
fn follows(this: &Packet, next: &Packet) -> Result<(), String> {
    let same_stream = next.ssrc == this.ssrc && next.from == this.from;
    let whole = next.payload.len() == 160 && next.payload_type == PCMU;
    let told = next.timestamp.wrapping_sub(this.timestamp);
    let passed = next.at.saturating_duration_since(this.at);
    let off = Duration::from_micros(u64::from(told) * 125).abs_diff(passed);
    let in_time = if next.marker { told >= 160 && off < BUSY } else { told == 160 };
    let next_in_line = next.sequence == this.sequence.wrapping_add(1);
    if same_stream && whole && in_time && next_in_line {
        Ok(())
    } else {
        Err(format!("{next:?} after {this:?}"))
    }
}

#[test]
fn a_key_stops_the_prompt_and_is_taken_once() {
    needs!("a_key_stops_the_prompt_and_is_taken_once", Sipp);
    let question = sound::tone(440.0, 20_000);
    let server = Server::start(Project::new("keys").prompt("ask", &question));
    let mut phone = Endpoint::open();
    let mut call =
        Sipp::calling("called_side_hangs_up", server.sip(), "100").media_to(phone.port()).start();
    let engine = phone.peer();
    phone.send_silence(engine, 1_500);
    let pressed = wait::now();
    phone.press(engine, KEY_1);
    phone.send_silence(engine, 1_500);
    phone.press(engine, KEY_0);
    call.finish();

    // The last frame of the question before the answer to key 1 begins.
    let beep: Vec<u8> =
        sound::tone(600.0, 200).iter().map(|&sample| Law::Mu.encode(sample)).collect();
    let packets = phone.packets();
    let answer = packets.iter().position(|packet| packet.payload == beep[..160]);
    let answer = answer.expect("the answer to key 1 is heard");
    let asked = packets[..answer].iter().rfind(|packet| packet.payload != [0xff; 160]);
    let stopped = asked.expect("the question is heard").at.saturating_duration_since(pressed);
    assert!(stopped < Duration::from_millis(160), "the question went on for {stopped:?}");
    let delay = packets[answer].at.saturating_duration_since(pressed);
    assert!(delay < Duration::from_millis(250), "the answer came {delay:?} after the key");

    let record = server.record();
    assert_eq!(steps(&record), ["ask 1", "hours next", "ask 0", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
}

#[test]
fn a_caller_who_presses_nothing_is_not_left_in_silence() {
    needs!("a_caller_who_presses_nothing_is_not_left_in_silence", Sipp);
    let server = Server::start(Project::new("keys"));
    let ear = Endpoint::open();
    Sipp::calling("called_side_hangs_up", server.sip(), "100")
        .media_to(ear.port())
        .within(Duration::from_secs(60))
        .run();
    let record = server.record();
    assert_eq!(steps(&record), ["ask failed", "goodbye hangup"], "{record}");
    assert_eq!(ending(&record), ("system", "normal"), "{record}");
}
