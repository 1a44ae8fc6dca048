//! What adapters do wrong, and what becomes of it.

use super::bench::{Bench, play};
use crate::call::{CommandKind, HangupCause, PlayId, Recording, SymbolSet};
use crate::telephony::remote::limits::{CROWDED, MAX_UNACKNOWLEDGED};
use crate::time::Duration;

#[test]
fn late_events_are_dropped_and_counted_and_unknown_legs_hung_up() {
    let mut bench = Bench::talking();
    bench.order(1, play(1));
    bench.tell(r#""event":"play_ended","leg":"l","play":1,"reason":"finished""#);
    bench.tell(r#""event":"play_ended","leg":"l","play":1,"reason":"finished""#);
    bench.tell(r#""event":"ended","leg":"l""#);
    bench.tell(r#""event":"ended","leg":"l""#);
    bench.tell(r#""event":"digit","leg":"l","symbol":"1""#);
    bench.tell(r#""event":"digit","call":"x","leg":"x","symbol":"1""#);
    bench.tell(r#""event":"digit","leg":"x","symbol":"1""#);
    bench.tell(r#""event":"sang","leg":"x""#);
    bench.raw(r#"{"seq":2,"event":"digit","leg":"l","symbol":"1"}"#, "a number again");
    let counts = bench.machine.counts;
    assert_eq!((counts.again, counts.late, counts.unknown, counts.strange), (1, 4, 1, 1));
    insta::assert_snapshot!(bench.said);
}

#[test]
fn lines_that_cannot_be_read_close_the_connection() {
    let mut told = String::new();
    for line in [
        "junk",
        r#"{"seq":9,"event":"ringing","leg":"l"}"#,
        r#"{"event":"ringing","leg":"l"}"#,
        r#"{"seq":1,"ack":77,"event":"ringing","leg":"l"}"#,
        r#"{"seq":1,"event":"offered","called":"100"}"#,
        r#"{"seq":1,"event":"offered","call":"c","leg":"node-4","called":"100"}"#,
        r#"{"event":"hello","contract":2,"capabilities":{}}"#,
        r#"{"event":"hello","contract":1,"capabilities":{"media":"pigeon"}}"#,
    ] {
        let mut bench = Bench::up();
        bench.said.clear();
        bench.raw(line, line);
        told.push_str(&bench.said);
    }
    let mut bench = Bench::down();
    bench.open();
    bench.tell(r#""event":"ringing","leg":"l""#);
    bench.open();
    bench.wait(11_000, false);
    told.push_str(&bench.said);
    insta::assert_snapshot!(told);
}

#[test]
fn what_is_rejected_or_not_answered_has_failed() {
    let mut bench = Bench::talking();
    bench.order(1, play(1));
    bench.tell(r#""event":"rejected","id":2,"reason":"invalid""#);
    let record = Recording {
        id: "r-1".into(),
        limit: Duration::from_secs(60),
        silence: Duration::from_secs(3),
        end_on: SymbolSet::ALL,
        keep: None,
    };
    bench.order(1, CommandKind::Record(record));
    bench.wait(3_000, true);
    bench.order(1, CommandKind::Hangup(HangupCause::Normal));
    bench.tell(r#""event":"accepted","id":4"#);
    bench.wait(11_000, true);
    assert!(bench.machine.is_idle());
    insta::assert_snapshot!(bench.said);
}

#[test]
fn a_leg_that_the_adapter_does_not_know_is_over() {
    let mut bench = Bench::talking();
    bench.order(1, CommandKind::Stop(PlayId(7)));
    bench.order(1, CommandKind::Mask(true));
    bench.tell(r#""event":"rejected","id":2,"reason":"unknown_leg""#);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn more_calls_than_may_be_are_refused() {
    let mut bench = Bench::talking();
    bench.tell(r#""event":"offered","call":"d","leg":"m","called":"100""#);
    bench.tell(r#""event":"offered","call":"e","leg":"n","called":"100""#);
    bench.tell(r#""event":"ended","leg":"n""#);
    assert_eq!(bench.machine.calls(), 2);
    insta::assert_snapshot!(bench.said);
}

#[test]
fn a_full_buffer_refuses_calls_and_closes_the_connection() {
    let mut bench = Bench::talking();
    for n in 0..u64::try_from(MAX_UNACKNOWLEDGED).expect("small") {
        bench.order(1, CommandKind::Mask(n % 2 == 0));
        if bench.machine.link.unacknowledged() == CROWDED {
            bench.said.clear();
            bench.tell(r#""event":"offered","call":"d","leg":"m","called":"100""#);
            assert!(bench.said.contains(r#""command":"refuse","cause":"overload""#));
        }
    }
    let end: Vec<&str> = bench.said.lines().rev().take(4).collect();
    insta::assert_snapshot!(end.into_iter().rev().collect::<Vec<_>>().join("\n"));
}
