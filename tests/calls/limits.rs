//! What a call may spend: time in the flow, time in menus, errors; and how it is picked up.

use crate::stage::{Set, Stage};

const PATIENT: &str = r##"
sambung: 1
flow: patient
language: en
start: main
limits: { call: 3m, menus: 60s, errors: 30 }
commands:
  "0": person
nodes:
  main:
    menu: "Take your time, and press one."
    timeout: 20s
    retry: { max: 30 }
    choices:
      1: main
  person:
    say: "A person would answer here."
    next: bye
  bye:
    hangup: "Goodbye then."
"##;

const EARLY: &str = r##"
sambung: 1
flow: early
language: en
start: hello
answer: { after: 2s, early: true }
nodes:
  hello:
    hangup: "Hello and goodbye."
"##;

#[test]
fn a_long_call_is_offered_a_person_warned_and_then_led_to_one() {
    let mut call = Stage::call(PATIENT);
    call.wait(200_000);
    insta::assert_snapshot!(call.end());
}

/// Nobody and nothing to be led to when the time is over.
const SHORT: &str = r##"
sambung: 1
flow: short
language: en
start: main
limits: { call: 10s }
nodes:
  main:
    menu: "Take your time, and press one."
    timeout: 20s
    choices:
      1: main
"##;

#[test]
fn the_last_words_of_a_call_whose_time_is_over_are_said_once_and_to_their_end() {
    let mut call = Stage::call(SHORT);
    call.wait(30_000);
    let text = call.end();
    assert_eq!(text.matches("en/std/apology").count(), 1, "{text}");
    assert!(text.contains("hang up Normal"), "{text}");
}

#[test]
fn early_media_is_our_own_ringing_tone() {
    let mut call = Stage::ringing(Set::of(EARLY));
    call.wait(5_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_call_beyond_the_capacity_is_refused() {
    let mut set = Set::of(EARLY);
    set.settings.max_calls = 0;
    let mut call = Stage::ringing(set);
    call.wait(1);
    insta::assert_snapshot!(call.end());
}

/// Whose time is up is told so once, and the call ends; nobody is led anywhere, as the flow names no way out.
#[test]
fn a_call_without_a_way_out_ends_with_its_time() {
    let flow = PATIENT.replace("commands:\n  \"0\": person\n", "");
    let flow = flow.replace("      1: main\n", "      1: main\n      2: person\n");
    let mut call = Stage::call(&flow);
    call.wait(400_000);
    let heard = call.end();
    assert_eq!(heard.matches("std/apology").count(), 1, "{heard}");
    assert!(heard.contains("record: Normal by System"), "{heard}");
}
