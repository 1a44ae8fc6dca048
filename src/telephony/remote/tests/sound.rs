//! Calls whose audio passes through this node.

use std::sync::Arc;

use tokio::sync::watch;

use super::bench::{Bench, play};
use crate::call::{CommandKind, HangupCause, PlayId, Recording, SymbolSet};
use crate::media::{self, Library, SAMPLE_RATE};
use crate::runtime::Clock;
use crate::storage::Recordings;
use crate::telephony::remote::sounding::Studio;
use crate::time::Duration;

const PCM: &str = r#"{"media":"pcm","digit_sources":["rtp_event"],"dial":true}"#;

/// A machine that can play half a second of a tone, and where it records.
fn bench() -> (Bench, Recordings, tempfile::TempDir) {
    bench_of(PCM)
}

/// The same of an adapter that can do something else.
fn bench_of(able: &str) -> (Bench, Recordings, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let (recordings, tapes) = Recordings::open(folder.path(), Clock::new()).expect("opens");
    let mut library = Library::new();
    let samples: Vec<i16> =
        (0..SAMPLE_RATE as usize / 2).map(|n| if n % 16 < 8 { 9_000 } else { -9_000 }).collect();
    library.add("en/greeting.wav".into(), &media::Recording::from_samples(SAMPLE_RATE, &samples));
    let (_, library) = watch::channel(Arc::new(library));
    let mut bench = Bench::down();
    bench.machine.studio = Some(Studio { library, tapes });
    bench.open();
    bench.hello_as("a", able, "[]");
    (bench, recordings, folder)
}

/// The same with a call on leg `l`, audio number 7, that was answered; what went by is not written.
fn talking() -> (Bench, Recordings, tempfile::TempDir) {
    talking_as(PCM)
}

/// The same of an adapter that can do something else.
fn talking_as(able: &str) -> (Bench, Recordings, tempfile::TempDir) {
    let (mut bench, recordings, folder) = bench_of(able);
    bench.tell(r#""event":"offered","call":"c","leg":"l","called":"100","audio":7"#);
    bench.order(1, CommandKind::Accept(crate::call::Answering::Answer));
    bench.tell(r#""event":"accepted","id":1"#);
    bench.tell(r#""event":"answered","leg":"l""#);
    bench.said.clear();
    (bench, recordings, folder)
}

/// How many frames were sent since the last time.
fn frames(bench: &mut Bench) -> usize {
    let count = bench.said.lines().filter(|line| line.contains(" ~ 328 bytes")).count();
    bench.said.clear();
    count
}

#[test]
fn a_prompt_is_sent_and_a_key_that_is_told_stops_it() {
    let (mut bench, ..) = talking();
    bench.order(1, play(1));
    assert!(!bench.said.contains("\"play\""), "nothing is ordered: {}", bench.said);
    bench.wait(200, true);
    assert_eq!(frames(&mut bench), 10);
    bench.tell(r#""event":"digit","leg":"l","symbol":"1","source":"rtp_event""#);
    let (key, end) =
        (bench.said.find("Digit"), bench.said.find("PlayEnded { play: PlayId(1), end: Stopped"));
    assert!(key.is_some() && key < end, "{}", bench.said);
    bench.said.clear();
    bench.wait(100, true);
    assert_eq!(frames(&mut bench), 0);
    bench.order(1, play(2));
    bench.wait(600, true);
    assert!(bench.said.contains("PlayEnded { play: PlayId(2), end: Finished"), "{}", bench.said);
    assert_eq!(frames(&mut bench), 25);
    bench.order(1, CommandKind::Stop(PlayId(2)));
    assert_eq!(bench.said.lines().count(), 1, "it has ended: {}", bench.said);
}

#[test]
fn sound_stands_still_out_of_touch_and_begins_again_for_one_who_was_started_anew() {
    let (mut bench, ..) = talking();
    bench.order(1, play(1));
    bench.wait(400, true);
    frames(&mut bench);
    bench.close();
    bench.wait(5_000, false);
    assert_eq!(frames(&mut bench), 0, "nobody is there");
    bench.open();
    bench.hello_as("a", PCM, r#"[{"call":"c","legs":["l"]}]"#);
    bench.wait(1_000, true);
    assert!(bench.said.contains("PlayEnded { play: PlayId(1), end: Finished"), "{}", bench.said);
    assert_eq!(frames(&mut bench), 5, "what was left");

    bench.order(1, play(2));
    bench.wait(400, true);
    frames(&mut bench);
    bench.close();
    bench.open();
    bench.number_anew();
    bench.hello_as("b", PCM, r#"[{"call":"c","legs":["l"]}]"#);
    bench.wait(1_000, true);
    assert_eq!(frames(&mut bench), 25, "from its beginning");
}

#[test]
fn two_legs_are_connected_here() {
    let (mut bench, ..) = talking();
    let dial = crate::call::Dial {
        to: crate::call::Target::User("201".into()),
        trunk: None,
        caller_id: None,
        display: None,
        tell: Vec::new(),
        pop_url: None,
        beside: None,
        ring: Duration::from_secs(20),
    };
    bench.order(2, CommandKind::Dial(Box::new(dial)));
    assert!(bench.said.contains(r#""audio":2147483650"#), "{}", bench.said);
    bench.tell(r#""event":"answered","leg":"node-2""#);
    let agent = crate::call::LegId { adapter: crate::call::AdapterId(1), number: 2 };
    bench.order(1, CommandKind::Bridge(agent));
    assert_eq!(bench.said.matches(": Bridged").count(), 2, "{}", bench.said);
    bench.said.clear();
    for n in 0..10_u32 {
        let mut frame = [7_u32.to_le_bytes(), (n * 160).to_le_bytes()].concat();
        frame.extend([1; 320]);
        bench.machine.sound_in(&frame);
        bench.wait(20, true);
    }
    assert!(frames(&mut bench) >= 8);
    bench.tell(r#""event":"ended","leg":"l","by":"caller","cause":"normal""#);
    assert!(bench.said.contains("Unbridged") && bench.said.contains("Ended"), "{}", bench.said);
    let came =
        "quality: Some(Quality { received: 10, lost: 0, duplicates: 0, out_of_order: 0, late: 0";
    assert!(bench.said.contains(came), "{}", bench.said);
}

/// The keys of each `send_digits` since the last time.
fn digits(bench: &mut Bench) -> Vec<String> {
    let of = |line: &str| {
        let (_, after) = line.split_once(r#""command":"send_digits","digits":""#)?;
        after.split_once('"').map(|(digits, _)| digits.to_owned())
    };
    let digits = bench.said.lines().filter_map(of).collect();
    bench.said.clear();
    digits
}

#[test]
fn keys_of_whom_a_leg_is_connected_with_are_pressed_one_command_at_a_time() {
    const ABLE: &str =
        r#"{"media":"pcm","digit_sources":["rtp_event"],"dial":true,"send_digits":true}"#;
    let (mut bench, ..) = talking_as(ABLE);
    let (near, afar) = crate::runtime::Relay::pair();
    let id = crate::call::LegId { adapter: crate::call::AdapterId(1), number: 1 };
    bench.machine.relay(bench.now, id, near);
    let press = |afar: &crate::runtime::Relay, keys: &str| {
        keys.chars().filter_map(crate::call::Symbol::from_char).for_each(|key| afar.press(key));
    };
    press(&afar, "1");
    bench.wait(40, true);
    assert_eq!(digits(&mut bench), ["1"]);
    (0..40).for_each(|_| {
        press(&afar, "23");
        bench.wait(20, true);
    });
    assert_eq!(digits(&mut bench), [""; 0], "the first one has no answer");
    bench.tell(r#""event":"accepted","id":2"#);
    assert_eq!(digits(&mut bench), ["23".repeat(32)], "as many as may wait");
    press(&afar, "5");
    bench.wait(20, true);
    bench.tell(r#""event":"rejected","id":3,"reason":"failed""#);
    assert!(!bench.said.contains("Rejected"), "nobody ordered it: {}", bench.said);
    assert_eq!(digits(&mut bench), ["5"]);
    bench.wait(3_000, true);
    press(&afar, "6");
    bench.wait(20, true);
    assert_eq!(digits(&mut bench), ["6"], "whoever does not answer has failed");

    bench.close();
    press(&afar, "78");
    bench.wait(1_000, false);
    bench.open();
    bench.number_anew();
    bench.hello_as("b", ABLE, r#"[{"call":"c","legs":["l"]}]"#);
    bench.wait(1_000, true);
    assert_eq!(digits(&mut bench), [""; 0], "what was pressed then means nothing now");
    press(&afar, "9");
    bench.wait(20, true);
    assert_eq!(digits(&mut bench), ["9"]);
    bench.tell(r#""event":"digit","leg":"l","symbol":"4","source":"rtp_event""#);
    assert_eq!(afar.next_key().map(crate::call::Symbol::as_char), Some('4'));

    let (mut bench, ..) = talking();
    let (near, afar) = crate::runtime::Relay::pair();
    bench.machine.relay(bench.now, id, near);
    press(&afar, "1");
    bench.wait(40, true);
    assert_eq!(digits(&mut bench), [""; 0], "it says that it cannot");
}

#[test]
fn one_who_comes_back_with_another_rate_keeps_its_calls() {
    let (mut bench, ..) = talking();
    let (near, afar) = crate::runtime::Relay::pair();
    let id = crate::call::LegId { adapter: crate::call::AdapterId(1), number: 1 };
    bench.machine.relay(bench.now, id, near);
    bench.close();
    bench.open();
    bench.hello_as("a", r#"{"media":"pcm","rate":16000}"#, r#"[{"call":"c","legs":["l"]}]"#);
    bench.said.clear();
    for _ in 0..10 {
        afar.say(&[5_000; 160]);
        bench.wait(20, true);
    }
    let wide = bench.said.lines().filter(|line| line.contains(" ~ 648 bytes")).count();
    assert!(wide >= 9, "{}", bench.said);
    assert!(!afar.is_over() && !bench.said.contains("Unbridged"), "{}", bench.said);

    bench.close();
    bench.open();
    bench.said.clear();
    bench.hello_as("a", r#"{"media":"none"}"#, r#"[{"call":"c","legs":["l"]}]"#);
    let why = "closes: `media` is not what it was while there are calls";
    assert!(bench.said.contains(why), "{}", bench.said);
    bench.wait(30_000, false);
    assert!(bench.said.contains("Unbridged") && bench.said.contains("cause: AdapterLost"));
    assert!(afar.is_over(), "{}", bench.said);
    bench.open();
    bench.said.clear();
    bench.hello_as("b", r#"{"media":"none"}"#, "[]");
    assert!(bench.said.contains("welcome"), "{}", bench.said);
}

#[test]
fn a_leg_ends_after_its_recording_has() {
    let (mut bench, recordings, folder) = talking();
    let order = Recording {
        id: "one".into(),
        limit: Duration::from_secs(60),
        silence: Duration::from_secs(30),
        end_on: SymbolSet::NONE,
        keep: None,
        talk: None,
    };
    bench.order(1, CommandKind::Record(order));
    bench.wait(3_000, true);
    bench.said.clear();
    bench.tell(r#""event":"ended","leg":"l","by":"caller","cause":"normal""#);
    bench.order(1, CommandKind::Hangup(HangupCause::Normal));
    let beats = (0..200).find(|_| {
        std::thread::yield_now();
        bench.wait(20, true);
        bench.machine.is_idle()
    });
    assert!(beats.is_some(), "it ends within its limit, whatever the disk says");
    let (recorded, ended) = (bench.said.find("Recorded {"), bench.said.find("Ended { by: Caller"));
    assert!(recorded.is_some() && recorded < ended, "{}", bench.said);
    assert_eq!(bench.said.matches("Ended { by").count(), 1, "{}", bench.said);
    drop(bench);
    recordings.close();
    assert!(!folder.path().join("one.wav").exists(), "nobody spoke");
}

#[test]
fn what_makes_no_sense_closes_the_connection() {
    let mut bench = Bench::down();
    bench.open();
    bench.hello_as("a", PCM, "[]");
    assert!(bench.said.contains("closes: `media: pcm` needs a WebSocket"), "{}", bench.said);
    let (mut bench, ..) = self::bench();
    bench.close();
    bench.open();
    bench.hello_as("a", r#"{"media":"pcm","rate":44100}"#, "[]");
    assert!(bench.said.contains("`rate` is neither 8000 nor 16000"), "{}", bench.said);
    for fields in [
        r#""event":"offered","call":"c","leg":"l","called":"100""#,
        r#""event":"offered","call":"c","leg":"l","called":"100","audio":2147483648"#,
    ] {
        let (mut bench, ..) = self::bench();
        bench.tell(fields);
        assert!(bench.said.contains("closes: `offered` needs `audio`"), "{}", bench.said);
    }
}
