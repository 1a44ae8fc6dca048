//! An adapter that loses touch with its world: nothing passes for its calls, and they go on where they stood.

use sambung::call::{CallRecord, HangupCause, Reply, Report};
use sambung::engine::Input;
use sambung::simulation::{Heard, Rehearsal};
use sambung::time::Duration;

use crate::stage::{Set, Stage};

const MENU: &str = r##"
sambung: 1
flow: menu
language: en
start: ask
nodes:
  ask:
    menu: "Press one."
    timeout: 5s
    choices: { 1: bye }
    failed: bye
  bye: { hangup: "Goodbye now." }
"##;

const LINE: &str = r##"
sambung: 1
flow: line
language: en
start: agent
queues: { service: {} }
nodes:
  agent:
    queue: service
    greet: "Please wait."
    max_wait: 30s
    too_long: bye
    full: bye
    closed: bye
    unstaffed: bye
  bye: { hangup: "Goodbye now." }
"##;

const ASK: &str = r##"
sambung: 1
flow: ask
language: en
start: fetch
vars: { order: { type: shop.Order } }
services:
  shop:
    base: "https://shop.example.com"
    types: { Order: { status: text } }
    operations:
      find: { post: "/find", idempotent: true, returns: Order }
nodes:
  fetch:
    http: shop.find
    into: order
    ok: bye
    not_found: bye
    failed: bye
  bye: { hangup: "Goodbye now." }
"##;

#[test]
fn a_question_waits_as_long_as_before_the_loss() {
    let mut call = Stage::call(MENU);
    call.listen();
    call.wait(2_000);
    call.out_of_touch();
    call.wait(25_000);
    call.in_touch();
    call.wait(2_900);
    call.press("1");
    insta::assert_snapshot!(call.end());
}

#[test]
fn the_times_of_a_record_are_those_of_the_wall() {
    /// A call of six seconds, and an absence of this length in the middle of it.
    fn record(absence: u64) -> (Set, CallRecord) {
        let set = Set::of(MENU);
        let settings = set.settings.clone();
        let mut call = Rehearsal::new(settings, 7, set.wall, Rehearsal::by_text());
        let leg = call.call("100", set.caller);
        let tell = |call: &mut Rehearsal, report| {
            call.tell(Input::Report { adapter: leg.adapter, report });
        };
        call.run_for(Duration::from_secs(4));
        tell(&mut call, Report::Away);
        call.run_for(Duration::from_secs(absence));
        tell(&mut call, Report::Back);
        call.run_for(Duration::from_secs(2));
        call.hang_up(leg, HangupCause::Normal);
        let record = std::iter::from_fn(|| call.poll_heard()).find_map(|heard| match heard {
            Heard::Record(record) => Some(*record),
            _ => None,
        });
        (set, record.expect("a record"))
    }
    let (set, plain) = record(0);
    let (_, absent) = record(25);
    assert_eq!(plain.started, set.wall.to_rfc3339());
    assert_eq!((&absent.started, &absent.answered), (&plain.started, &plain.answered));
    assert_eq!(absent.ended, set.wall.after(Duration::from_secs(31)).to_rfc3339());
}

#[test]
fn silence_counts_only_while_the_caller_is_in_touch() {
    let mut call = Stage::call(MENU);
    call.listen();
    call.out_of_touch();
    call.out_of_touch();
    call.wait(29_000);
    call.in_touch();
    call.in_touch();
    call.wait(5_500);
    insta::assert_snapshot!(call.end());
}

#[test]
fn nobody_is_offered_to_a_caller_who_is_out_of_touch() {
    let mut call = Set::of(LINE).ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.out_of_touch();
    call.wait(60_000);
    call.in_touch();
    call.agent_answers();
    insta::assert_snapshot!(call.end());
}

#[test]
fn an_offer_that_fails_meanwhile_is_made_again_later() {
    let mut call = Set::of(LINE).ring(&["201", "202"]);
    call.out_of_touch();
    call.agent_ends(HangupCause::Busy);
    call.wait(20_000);
    call.in_touch();
    call.wait(25_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn the_longest_wait_stands_still() {
    let mut call = Set::of(LINE).ring(&["201"]);
    call.agent_ends(HangupCause::Rejected);
    call.rehearsal.register("201", false);
    call.rehearsal.register("201", true);
    call.out_of_touch();
    call.wait(40_000);
    call.in_touch();
    call.wait(29_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_lease_that_runs_out_ends_the_call_with_its_record() {
    let mut call = Stage::call(MENU);
    call.listen();
    call.out_of_touch();
    call.wait(30_000);
    call.rehearsal.hang_up(call.leg, HangupCause::AdapterLost);
    insta::assert_snapshot!(call.end());
}

#[test]
fn an_answer_that_comes_meanwhile_is_taken() {
    let mut call = Stage::ringing(Set::of(ASK));
    call.outside(3_000, Reply::NotFound);
    call.wait(2_000);
    call.out_of_touch();
    call.wait(10_000);
    call.in_touch();
    call.listen();
    insta::assert_snapshot!(call.end());
}
