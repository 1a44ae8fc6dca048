//! Connections that break and come back.

use super::bench::{Bench, play};
use crate::call::{CommandKind, HangupCause, Listen};

#[test]
fn one_who_counts_on_hears_what_it_missed() {
    let mut bench = Bench::talking();
    bench.order(1, play(1));
    bench.close();
    bench.order(1, play(2));
    bench.wait(5_000, false);
    bench.open();
    bench.hello_from("a", r#"[{"call":"c","legs":["l"]}]"#, 1);
    bench.tell(r#""event":"digit","leg":"l","symbol":"5""#);
    bench.wait(3_000, true);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn one_who_was_started_anew_plays_again_what_was_interrupted() {
    let mut bench = Bench::talking();
    bench.order(1, CommandKind::Mask(true));
    bench.order(1, CommandKind::Music(Some("hold.wav".into())));
    bench.order(1, play(1));
    bench.close();
    bench.wait(2_000, false);
    bench.open();
    bench.number_anew();
    bench.hello("b", r#"[{"call":"c","legs":["l"]},{"call":"x","legs":["x"]}]"#);
    bench.tell(r#""event":"play_ended","leg":"l","play":3,"reason":"finished""#);
    insta::assert_snapshot!(bench.said);
}

/// What an adapter is told to listen for.
fn listen() -> CommandKind {
    let listen = Listen { words: vec!["harga".into()], languages: vec!["id".into()] };
    CommandKind::Listen(Box::new(listen))
}

#[test]
fn what_is_listened_for_goes_to_who_understands_and_again_after_a_fall() {
    let mut bench = Bench::talking();
    bench.order(1, listen());
    assert!(!bench.said.contains("\"listen\""), "it has no ears: {}", bench.said);
    let able = r#"{"media":"none","speech":true}"#;
    bench.close();
    bench.open();
    bench.number_anew();
    bench.hello_as("b", able, r#"[{"call":"c","legs":["l"]}]"#);
    let told = r#""command":"listen","words":["harga"],"languages":["id"]"#;
    assert_eq!(bench.said.matches(told).count(), 0, "it was refused: {}", bench.said);
    bench.order(1, listen());
    assert_eq!(bench.said.matches(told).count(), 1, "{}", bench.said);
    bench.close();
    bench.open();
    bench.number_anew();
    bench.hello_as("c", able, r#"[{"call":"c","legs":["l"]}]"#);
    assert_eq!(bench.said.matches(told).count(), 2, "{}", bench.said);
    bench.order(1, CommandKind::Unlisten);
    bench.close();
    bench.open();
    bench.number_anew();
    bench.hello_as("d", able, r#"[{"call":"c","legs":["l"]}]"#);
    assert_eq!(bench.said.matches(told).count(), 2, "{}", bench.said);
}

#[test]
fn calls_that_did_not_come_back_end() {
    let mut bench = Bench::talking();
    bench.order(1, play(1));
    bench.close();
    bench.open();
    bench.number_anew();
    bench.hello("b", "[]");
    assert!(bench.machine.is_idle());
    insta::assert_snapshot!(bench.said);
}

#[test]
fn both_lists_are_compared_when_all_has_arrived() {
    let mut bench = Bench::talking();
    bench.close();
    bench.open();
    bench.hello_from("a", r#"[{"call":"d","legs":["m"]},{"call":"e","legs":["n"]}]"#, 1);
    bench.tell(r#""event":"offered","call":"d","leg":"m","called":"100""#);
    bench.wait(3_000, true);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn a_lease_that_is_over_ends_every_call() {
    let mut bench = Bench::talking();
    bench.tell(r#""event":"endpoint","uri":"201","reachable":true"#);
    bench.close();
    bench.wait(31_000, false);
    assert!(bench.machine.is_idle());
    bench.open();
    bench.hello_from("a", r#"[{"call":"c","legs":["l"]}]"#, 1);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn silence_is_a_loss_and_a_word_ends_it() {
    let mut bench = Bench::talking();
    bench.wait(14_000, false);
    bench.order(1, CommandKind::Hangup(HangupCause::Normal));
    bench.wait(10_000, false);
    bench.order(1, CommandKind::Mask(false));
    bench.tell(r#""event":"digit","leg":"l","symbol":"5""#);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn times_are_told_on_our_clock() {
    let mut bench = Bench::talking();
    bench.raw(r#"{"event":"heartbeat","at_us":5000000}"#, "another clock");
    bench.raw(
        r#"{"seq":4,"at_us":4000000,"event":"digit","leg":"l","symbol":"5","pressed_at_us":3900000}"#,
        "a key",
    );
    assert!(bench.said.contains("= 1.1 at 10.000"), "never before what was told: {}", bench.said);
    assert!(bench.said.contains("pressed_at: Instant(8900000)"), "{}", bench.said);
}
