//! The collect state machine, rule by rule: keys at milliseconds, the outcome after the last.

use proptest::prelude::*;

use super::*;
use crate::flow::EntryKind;

const NO_ENTRY: Option<Entry> = None;

fn digits(text: &str) -> Digits {
    Digits::parse(text).expect("keys")
}

fn symbol(c: char) -> Symbol {
    Symbol::from_char(c).expect("a key")
}

fn at(ms: u64) -> Instant {
    Instant::from_micros(ms * 1_000)
}

/// A menu of these choices with the commands `0`, `*` and `#`.
fn menu(choices: &[&str]) -> Rules {
    let choices = choices.iter().enumerate().map(|(i, keys)| (digits(keys), Pick::Choice(i)));
    let commands =
        ["0", "*", "#"].iter().enumerate().map(|(i, keys)| (digits(keys), Pick::Command(i)));
    rules(choices.chain(commands).collect(), NO_ENTRY)
}

/// A field of `min` to `max` digits, ended by `#`, with the commands `0` and `*`.
fn field(min: usize, max: usize) -> Rules {
    let entry = Entry {
        kind: EntryKind::Digits,
        min_length: min,
        max_length: max,
        min_value: None,
        max_value: None,
        end: Some(Symbol::POUND),
        check: None,
    };
    let commands = ["0", "*"].iter().enumerate().map(|(i, keys)| (digits(keys), Pick::Command(i)));
    rules(commands.collect(), Some(entry))
}

fn rules(keyed: Vec<(Digits, Pick)>, entry: Option<Entry>) -> Rules {
    Rules {
        keyed,
        entry,
        erase: None,
        end: Some(Symbol::POUND),
        timeout: Duration::from_secs(5),
        between_digits: Duration::from_secs(2),
        max_time: None,
    }
}

/// Plays keys 100 ms apart from second 1 on, the prompt having ended at second 0, then lets 10 s pass.
fn result(rules: Rules, keys: &str) -> Outcome {
    let mut collector = Collector::new(rules);
    collector.prompt_ended(at(0));
    let mut now = 1_000;
    for key in keys.chars() {
        let outcome = collector.key(symbol(key), at(now));
        if outcome != Outcome::Pending && outcome != Outcome::Erased {
            return outcome;
        }
        if outcome == Outcome::Erased {
            collector.prompt_ended(at(now));
        }
        now += 100;
    }
    collector.tick(at(now + 10_000))
}

fn value(text: &str, full: bool) -> Outcome {
    Outcome::Entered { value: digits(text), full }
}

#[test]
fn menus_complete_on_the_first_key_that_no_other_choice_begins_with() {
    let rows = [
        ("one key", vec!["1", "2"], "1", Outcome::Picked(Pick::Choice(0))),
        ("longer choice, at once", vec!["1", "12", "13"], "12", Outcome::Picked(Pick::Choice(1))),
        (
            "shorter choice after the silence",
            vec!["1", "12"],
            "1",
            Outcome::Picked(Pick::Choice(0)),
        ),
        ("shorter choice by terminator", vec!["1", "12"], "1#", Outcome::Picked(Pick::Choice(0))),
        ("a beginning is not a choice", vec!["12", "13"], "1", Outcome::NoMatch("incomplete")),
        ("terminated beginning", vec!["12"], "1#", Outcome::NoMatch("incomplete")),
        ("wrong key", vec!["1", "2"], "7", Outcome::NoMatch("wrong_key")),
        ("wrong second key", vec!["12"], "19", Outcome::NoMatch("wrong_key")),
        ("silence", vec!["1"], "", Outcome::NoInput),
        ("command", vec!["1"], "0", Outcome::Picked(Pick::Command(0))),
        ("a choice wins over the command", vec!["0", "1"], "0", Outcome::Picked(Pick::Choice(0))),
        ("# as a choice, first key", vec!["#"], "#", Outcome::Picked(Pick::Choice(0))),
        ("# as a command, first key", vec!["1"], "#", Outcome::Picked(Pick::Command(2))),
        ("command in the middle", vec!["12"], "10", Outcome::Picked(Pick::Command(0))),
    ];
    for (name, choices, keys, expected) in rows {
        assert_eq!(result(menu(&choices), keys), expected, "{name}");
    }
}

#[test]
fn fields_complete_by_length_terminator_or_silence() {
    let rows = [
        ("full", (6, 6), "123456", value("123456", true)),
        ("terminator", (3, 6), "1234#", value("1234", false)),
        ("silence with the minimum met", (3, 6), "123", value("123", false)),
        ("silence below the minimum", (3, 6), "12", Outcome::NoMatch("incomplete")),
        ("terminator below the minimum", (3, 6), "12#", Outcome::NoMatch("too_short")),
        ("terminator alone", (1, 6), "#", Outcome::NoMatch("empty")),
        ("terminator alone where nothing may be entered", (0, 6), "#", value("", false)),
        ("a leading zero is kept", (4, 4), "0812", value("0812", true)),
        ("0 alone and silence is the command", (2, 6), "0", Outcome::Picked(Pick::Command(0))),
        ("0 alone and terminator is the command", (2, 6), "0#", Outcome::Picked(Pick::Command(0))),
        ("0 is data where one key is enough", (1, 6), "0#", value("0", false)),
        ("0 among others is data", (2, 6), "10#", value("10", false)),
        ("another command", (2, 6), "12*", Outcome::Picked(Pick::Command(1))),
        ("silence", (1, 6), "", Outcome::NoInput),
    ];
    for (name, (min, max), keys, expected) in rows {
        assert_eq!(result(field(min, max), keys), expected, "{name}");
    }
}

#[test]
fn erase_clears_the_entry_and_waits_for_a_first_key_again() {
    let mut rules = field(3, 6);
    rules.erase = Some(Symbol::STAR);
    assert_eq!(result(rules.clone(), "12*456#"), value("456", false));
    assert_eq!(
        result(rules.clone(), "*"),
        Outcome::Picked(Pick::Command(1)),
        "nothing to clear: the command"
    );
    let mut collector = Collector::new(rules);
    collector.key(symbol('1'), at(0));
    assert_eq!(collector.key(Symbol::STAR, at(10)), Outcome::Erased);
    assert!(!collector.has_keys());
    collector.prompt_ended(at(500));
    assert_eq!(collector.deadline(), Some(at(5_500)), "the first-key timer runs again");
}

#[test]
fn the_first_key_timer_runs_from_the_last_audible_sample_and_the_next_from_each_key() {
    let mut collector = Collector::new(field(3, 6));
    assert_eq!(collector.deadline(), None, "nothing runs while the prompt plays");
    collector.prompt_ended(at(2_000));
    assert_eq!(collector.deadline(), Some(at(7_000)));
    assert_eq!(collector.tick(at(6_999)), Outcome::Pending);
    collector.key(symbol('1'), at(6_999));
    assert_eq!(collector.deadline(), Some(at(8_999)), "the first-key timer is gone for good");
    collector.key(symbol('2'), at(8_000));
    assert_eq!(collector.deadline(), Some(at(10_000)), "restarted at each key");
}

#[test]
fn a_cap_on_the_entry_counts_from_its_first_key() {
    let mut rules = field(1, 6);
    rules.max_time = Some(Duration::from_secs(3));
    let mut collector = Collector::new(rules);
    for ms in [0, 1_000, 2_000] {
        assert_eq!(collector.key(symbol('5'), at(ms)), Outcome::Pending);
    }
    assert_eq!(collector.deadline(), Some(at(3_000)));
    assert_eq!(collector.tick(at(3_000)), value("555", false));
}

#[test]
fn only_keys_that_begin_an_answer_stop_a_prompt_that_asks_for_a_match() {
    let keys = Collector::new(menu(&["12", "3"])).first_keys();
    for (key, begins) in
        [('1', true), ('2', false), ('3', true), ('0', true), ('9', false), ('#', true)]
    {
        assert_eq!(keys.contains(symbol(key)), begins, "{key}");
    }
    assert!(
        Collector::new(field(1, 4)).first_keys().contains(symbol('9')),
        "a field takes every digit"
    );
}

proptest! {
    /// Whatever is pressed whenever: no panic, never more keys than the field holds, and time always ends the entry.
    #[test]
    fn every_entry_ends(keys in "[0-9*#A-D]{0,40}", gaps in prop::collection::vec(0u64..4_000, 40), min in 0usize..4, more in 0usize..6, choices: bool) {
        let rules = if choices { menu(&["1", "12", "123", "2", "#9"]) } else { field(min, (min + more).max(1)) };
        let most = rules.entry.map_or(3, |entry| entry.max_length);
        let mut collector = Collector::new(rules);
        collector.prompt_ended(at(0));
        let mut now = 0;
        for (key, gap) in keys.chars().zip(gaps) {
            now += gap;
            let outcome = match collector.tick(at(now)) {
                Outcome::Pending => collector.key(symbol(key), at(now)),
                done => done,
            };
            if let Outcome::Entered { value, .. } = &outcome {
                prop_assert!(value.len() <= most);
            }
            if outcome != Outcome::Pending {
                return Ok(());
            }
            prop_assert!(collector.deadline().is_some());
        }
        prop_assert_ne!(collector.tick(at(now + 60_000)), Outcome::Pending);
    }
}
