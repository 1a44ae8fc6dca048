//! What adapters do wrong, and what becomes of it.

use super::bench::{Bench, play};
use crate::call::{
    Class, CommandKind, Dial, HangupCause, PlayId, Recording, SymbolSet, Target, Told,
};
use crate::telephony::remote::limits::{CROWDED, MAX_ENDPOINTS, MAX_UNACKNOWLEDGED};
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
        talk: None,
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

#[test]
fn what_an_adapter_writes_stands_on_one_line_and_is_no_longer_than_it_may() {
    let mut bench = Bench::up();
    let long = "9".repeat(60_000);
    bench.tell(&format!(
        r#""event":"offered","call":"c","leg":"l","called":"1\r\n00","caller":"{long}","name":"\n","trunk":"t\u0000""#
    ));
    let told = bench.said.lines().find(|line| line.contains("Offered")).expect("it is offered");
    assert!(told.contains(r#"called: "1  00""#) && told.contains(r#"trunk: Some("t")"#), "{told}");
    assert!(told.len() < 1_000, "{} bytes", told.len());
    bench.order(1, CommandKind::Accept(crate::call::Answering::Answer));
    bench.tell(&format!(r#""event":"said","leg":"l","text":"a\u0007b {long}""#));
    let said = bench.said.lines().find(|line| line.contains("Said")).expect("it is told");
    assert!(said.contains("a b 9") && said.len() < 3_000, "{} bytes", said.len());
    for uri in ["2\\n1", "", &"9".repeat(129)] {
        bench.tell(&format!(r#""event":"endpoint","uri":"{uri}","reachable":true"#));
    }
    assert!(!bench.said.contains("Endpoint {"), "{}", bench.said);
    assert_eq!(bench.machine.counts.strange, 3);
    bench.tell(r#""event":"offered","call":"c","leg":"m\n","called":"100""#);
    assert!(bench.said.contains("closes: a leg has a name that it may not have"), "{}", bench.said);
}

#[test]
fn an_adapter_may_tell_of_so_many_phones_and_no_more() {
    let mut bench = Bench::up();
    for number in 0..MAX_ENDPOINTS + 50 {
        bench.said.clear();
        bench.tell(&format!(r#""event":"endpoint","uri":"u{number}","reachable":true"#));
    }
    assert_eq!(bench.machine.endpoints.len(), MAX_ENDPOINTS);
    bench.tell(r#""event":"endpoint","uri":"u7","reachable":false"#);
    bench.tell(r#""event":"endpoint","uri":"new","reachable":true"#);
    assert!(bench.machine.endpoints.contains("new"), "there is room again");
}

#[test]
fn a_dial_carries_headers_only_to_who_takes_them_and_nothing_secret() {
    let told =
        |name: &str, value: &str, class| Told { name: name.into(), value: value.into(), class };
    let dial = Dial {
        to: Target::Number("+62215550100\r\nX: 1".into()),
        caller_id: Some("+62811\r\n000".into()),
        display: None,
        tell: vec![
            told("topic", "order\r\nVia: x", Class::Public),
            told("pin", "471147", Class::Secret),
        ],
        pop_url: None,
        beside: None,
        trunk: None,
        ring: Duration::from_secs(20),
    };
    for (able, wanted) in [
        (r#"{"dial":true,"headers":true}"#, r#""headers":{"X-Sambung-Topic":"order  Via: x"}"#),
        (r#"{"dial":true}"#, r#""tell":[{"name":"topic","value":"order  Via: x"}]"#),
    ] {
        let mut bench = Bench::down();
        bench.open();
        bench.hello_as("a", able, "[]");
        bench.order(2, CommandKind::Dial(Box::new(dial.clone())));
        let line =
            bench.said.lines().find(|line| line.contains("\"dial\"")).expect("it is dialled");
        assert!(line.contains(wanted), "{line}");
        assert_eq!(line.contains("headers"), able.contains("headers"), "{line}");
        assert!(line.contains(r#""to":"+62215550100  X: 1""#), "{line}");
        assert!(line.contains(r#""caller_id":"+62811  000""#), "{line}");
        assert!(!line.contains("471147") && !line.contains("\\r"), "{line}");
    }
}
