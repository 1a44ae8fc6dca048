//! Parts of a flow with variables of their own: every way in and out.

use crate::stage::Stage;

const CHECKED: &str = r##"
sambung: 1
flow: checked
language: en
start: main
vars:
  name: { type: text }
commands:
  "0": agent
  "*": back
nodes:
  main:
    menu: "Press 1 to be checked, 2 to finish."
    choices:
      1: check
      2: goodbye
  check:
    call: verify
    with: { limit: 2 }
    returns: { name: name }
    ok: welcome
    refused: refused
    failed: failed
  welcome:
    say: "Welcome back."
    next: note_name
  note_name:
    note: { name: =name }
    next: main
  refused:
    say: "That was not right."
    next: main
  failed:
    say: "You did not answer."
    next: goodbye
  agent:
    hangup: "Nobody is here."
  goodbye:
    hangup: "Goodbye then."
subflows:
  verify:
    params: { limit: { type: int } }
    returns: { name: text }
    outcomes: [ok, refused]
    vars:
      pin: { type: pin }
      tries: { type: int, start: 0 }
    start: pin_in
    nodes:
      pin_in:
        collect: "Enter your PIN."
        into: pin
        as: { type: pin, length: 4 }
        record_call: pause
        ok: judge
      judge:
        branch:
          - { when: 'pin == "4711"', goto: good }
        else: count
      count:
        set: { tries: =tries + 1 }
        next: enough
      enough:
        branch:
          - { when: tries >= limit, goto: bad }
        else: pin_in
      good:
        return: ok
        with: { name: '=if(tries == 0, "first", "later")' }
      bad:
        return: refused
"##;

fn in_the_subflow() -> Stage {
    let mut call = Stage::call(CHECKED);
    call.listen();
    call.press("1");
    call.listen();
    call
}

#[test]
fn a_subflow_gives_back_what_it_found() {
    let mut call = in_the_subflow();
    call.press("1111");
    call.listen();
    call.wait(1_100);
    call.press("4711");
    call.listen();
    let lines = call.end();
    assert!(!lines.contains("4711"), "the PIN is in no record");
    insta::assert_snapshot!(lines);
}

#[test]
fn each_visit_begins_anew() {
    let mut call = in_the_subflow();
    for _ in 0..2 {
        call.press("1111");
        call.listen();
        call.wait(1_100);
    }
    call.listen();
    call.press("1");
    call.listen();
    call.press("4711");
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_question_without_an_answer_ends_the_subflow_as_failed() {
    let mut call = in_the_subflow();
    call.wait(90_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_command_leaves_the_subflow_and_back_does_not_lead_into_it_again() {
    let mut call = in_the_subflow();
    call.press("*");
    call.listen();
    call.press("*");
    call.listen();
    insta::assert_snapshot!(call.end());
}
