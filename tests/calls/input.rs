//! Prompts, keys and words: barge-in, type-ahead, timers, retries, commands.

use crate::stage::{Set, Stage};
use crate::transcript;

const MENU: &str = r##"
sambung: 1
flow: menu
language: en
start: main
commands:
  "0": { goto: person, words: [operator] }
  "*": back
  "#": repeat
nodes:
  main:
    menu: "Press one for news, two for more, or twelve for all of it."
    timeout: 5s
    between_digits: 2s
    choices:
      1: { goto: news, words: [news] }
      12: { goto: all, words: [all the news] }
      2: { goto: more, words: [more, the other one] }
  news:
    say: "This is the news of the day."
    next: main
  all:
    say: "This is all of it."
    next: goodbye
  more:
    menu: "This is the second menu, press one to leave."
    choices:
      1: { goto: goodbye }
  person:
    say: "Nobody is here."
    next: goodbye
  goodbye:
    hangup: "Goodbye then."
"##;

const NOTICE: &str = r##"
sambung: 1
flow: notice
language: en
start: main
prompts:
  notice: { en: "This call is recorded.", bargein: false }
  question: { en: "Press one or two." }
  hello: { en: "Hello and welcome." }
nodes:
  main:
    menu: [hello, notice, question]
    choices:
      1: one
      2: two
  one:
    hangup: "You pressed one."
  two:
    hangup: "You pressed two."
"##;

const FIELD: &str = r##"
sambung: 1
flow: field
language: en
start: number
vars:
  number: { type: digits, class: personal }
  pin: { type: digits, class: secret }
  score: { type: int }
commands:
  "0": person
nodes:
  number:
    collect: "Enter your number of four to six digits."
    into: number
    as: { type: digits, min: 4, max: 6 }
    erase: "*"
    read_back: true
    ok: pin
    failed: person
  pin:
    collect: "Enter your secret number of four digits."
    into: pin
    as: { type: digits, length: 4 }
    record_call: pause
    ok: score
    failed: person
  score:
    collect: "From one to five, how was it?"
    into: score
    as: { type: int, min: 1, max: 5, digits: 1 }
    ok: keep
    failed: person
  keep:
    note: { score: =score, number: =number }
    next: goodbye
  person:
    say: "Nobody is here."
    next: goodbye
  goodbye:
    hangup: "Goodbye then."
"##;

#[test]
fn a_key_stops_the_prompt_and_chooses() {
    transcript!(MENU, |call| {
        call.wait(500);
        call.press("2");
        call.wait(300);
        call.press("1");
        call.listen();
    });
}

#[test]
fn a_choice_that_begins_another_waits_for_the_silence_between_keys() {
    transcript!(MENU, |call| {
        call.press("1");
        call.wait(1_999);
        call.wait(1);
    });
}

#[test]
fn the_longer_choice_is_taken_at_its_last_key() {
    transcript!(MENU, |call| {
        call.press("12");
    });
}

#[test]
fn three_misses_in_any_mixture_end_the_visit() {
    transcript!(MENU, |call| {
        call.listen();
        call.wait(5_000);
        call.listen();
        call.press("7");
        call.listen();
        call.wait(5_000);
        call.listen();
        call.listen();
    });
}

#[test]
fn repeat_and_back_cost_no_attempt() {
    transcript!(MENU, |call| {
        call.press("#");
        call.wait(200);
        call.press("2");
        call.wait(200);
        call.press("*");
        call.wait(200);
        call.press("*");
        call.wait(200);
        call.press("0");
        call.listen();
    });
}

#[test]
fn words_choose_like_keys_and_the_longest_phrase_wins() {
    transcript!(MENU, |call| {
        call.say("all the news please");
        call.listen();
    });
}

#[test]
fn words_of_two_choices_alike_are_no_answer() {
    transcript!(MENU, |call| {
        call.listen();
        call.say("news or more");
        call.wait(200);
        call.say("operator");
        call.listen();
    });
}

#[test]
fn keys_typed_ahead_answer_before_a_word_is_said() {
    transcript!(MENU, |call| {
        call.press("21");
        call.listen();
    });
}

#[test]
fn a_wrong_key_typed_ahead_throws_the_rest_away() {
    transcript!(MENU, |call| {
        call.press("281");
        call.wait(100);
    });
}

#[test]
fn the_loop_fuse_leads_to_a_person_not_to_the_end() {
    transcript!(MENU, |call| {
        for _ in 0..9 {
            call.press("1#");
            call.listen();
        }
        call.listen();
    });
}

#[test]
fn a_notice_must_be_heard_and_keys_before_its_end_are_dropped() {
    transcript!(NOTICE, |call| {
        call.wait(300);
        call.press("1");
        call.wait(500);
        call.press("1");
        call.listen();
        call.press("2");
        call.listen();
    });
}

#[test]
fn an_entry_is_read_back_and_kept_masked() {
    transcript!(FIELD, |call| {
        call.press("12345#");
        call.listen();
        call.press("1");
        call.wait(100);
        call.press("9876");
        call.wait(100);
        call.press("5");
        call.listen();
    });
}

#[test]
fn an_entry_may_be_erased_and_entered_again() {
    transcript!(FIELD, |call| {
        call.press("99*");
        call.listen();
        call.press("4321#");
        call.listen();
        call.press("2");
        call.wait(100);
        call.press("654321");
        call.wait(100);
        call.press("#");
        call.wait(100);
        call.press("1");
        call.wait(100);
    });
}

#[test]
fn a_lone_zero_in_a_long_field_asks_for_a_person() {
    transcript!(FIELD, |call| {
        call.press("0");
        call.wait(5_000);
        call.listen();
    });
}

#[test]
fn entries_of_the_wrong_shape_use_up_the_attempts() {
    transcript!(FIELD, |call| {
        call.press("12#");
        call.listen();
        call.press("3");
        call.wait(6_000);
        call.listen();
        call.press("#");
        call.listen();
    });
}

const KINDS: &str = r##"
sambung: 1
flow: kinds
language: en
start: day
commands:
  "0": person
vars:
  day: { type: date }
  amount: { type: money(IDR) }
  sure: { type: bool }
  words: { type: text }
nodes:
  day:
    collect: "Enter the day."
    into: day
    as: { type: date }
    read_back: true
    ok: amount
  amount:
    collect: "Enter the amount."
    into: amount
    as: { type: money(IDR), min: 10000 }
    read_back: true
    ok: sure
  sure:
    collect: "Are you sure?"
    into: sure
    as: { type: yesno }
    ok: words
  words:
    collect: "Say why."
    into: words
    as: { type: words }
    ok: note
  note:
    note: { day: =day, amount: =amount, sure: =sure, words: =words }
    next: again
  again:
    say: "On {day:date:full}, {amount:money}."
    next: person
  person:
    hangup: "Goodbye then."
"##;

#[test]
fn every_type_of_entry_is_understood_and_read_back() {
    transcript!(KINDS, |call| {
        call.listen();
        call.press("31022026");
        call.listen();
        call.wait(1_100);
        call.press("17082026");
        call.listen();
        call.press("1");
        call.listen();
        call.press("150000#");
        call.listen();
        call.say("yes");
        call.listen();
        call.say("yes, please");
        call.listen();
        call.say("Because I like it.");
        call.listen();
    });
}

#[test]
fn a_caller_whose_keys_cannot_arrive_is_led_to_a_person_after_the_first_silence() {
    let mut call = Stage::without_keys(Set::of(KINDS));
    call.wait(1_000);
    call.listen();
    call.wait(12_000);
    call.listen();
    insta::assert_snapshot!(call.end());
}

const QUESTIONS: &str = r##"
sambung: 1
flow: questions
language: en
start: ask
faq:
  shop:
    entries:
      delivery: { ask: [how long does delivery take, when does it arrive], say: "Two days." }
      price: { ask: [how much does it cost, what is the price], say: "It is free." }
nodes:
  ask:
    answer: shop
    ask: "What would you like to know?"
    confidence: 0.95
    done: goodbye
    unknown: goodbye
  goodbye:
    hangup: "Goodbye then."
"##;

#[test]
fn a_question_that_is_nearly_understood_is_asked_back() {
    transcript!(QUESTIONS, |call| {
        call.listen();
        call.say("how long does delivery last");
        call.listen();
        call.press("1");
        call.listen();
        call.say("how long does delivery last");
        call.listen();
        call.say("no");
        call.listen();
    });
}
