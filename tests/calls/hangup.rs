//! The end of a call, from either side, at any moment.

use sambung::call::{AllowList, HangupCause};
use sambung::engine::Input;

use crate::stage::{Set, Stage};
use crate::transcript;

const SHORT: &str = r##"
sambung: 1
flow: short
language: en
start: hello
vars:
  left: { type: bool }
on_hangup: after
nodes:
  hello:
    say: "Hello, this line is short."
    next: agent
  agent:
    transfer: "+62215550100"
    done: goodbye
    busy: busy
    failed: sorry
  busy:
    hangup: "The line is busy."
  sorry:
    hangup: "That did not work."
  goodbye:
    hangup: "Goodbye then."
  after:
    note: { left: =true }
    next: goodbye
"##;

#[test]
fn the_caller_hangs_up_in_a_prompt() {
    transcript!(SHORT, |call| {
        call.wait(700);
    });
}

#[test]
fn the_caller_gives_up_before_the_answer() {
    let set = Set::of(SHORT);
    let mut call = Stage::ringing(set);
    call.wait(300);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_transfer_that_ends_goes_on_by_done() {
    transcript!(SHORT, |call| {
        call.listen();
        call.wait(3_000);
        call.agent_answers();
        call.wait(2_000);
        call.agent_ends(HangupCause::Normal);
        call.listen();
    });
}

#[test]
fn a_busy_transfer_goes_by_busy_and_no_answer_by_failed() {
    transcript!(SHORT, |call| {
        call.listen();
        call.agent_ends(HangupCause::Busy);
        call.listen();
    });
}

#[test]
fn a_transfer_to_a_number_that_is_not_allowed_is_never_dialled() {
    let mut set = Set::of(SHORT);
    set.settings.transfers = AllowList::default();
    let mut call = set.ring(&[]);
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_node_that_shuts_down_says_so_before_it_hangs_up() {
    let mut call = Set::of(SHORT).ring(&[]);
    call.wait(200);
    call.rehearsal.tell(Input::Drain);
    call.rehearsal.tell(Input::HangupAll(HangupCause::Shutdown));
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_lost_adapter_ends_its_calls_with_that_cause() {
    let mut call = Set::of(SHORT).ring(&[]);
    call.rehearsal.tell(Input::AdapterLost(call.leg.adapter));
    insta::assert_snapshot!(call.end());
}
