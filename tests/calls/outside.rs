//! What calls ask of services and stores, as the caller meets it.

use sambung::call::{Failure, Reply};
use sambung::engine::Input;

use crate::stage::{Set, Stage};

const ORDERS: &str = r##"
sambung: 1
flow: orders
language: en
start: ask
vars:
  number: { type: digits, class: personal }
  order: { type: orders.Order }
  ticket: { type: digits }
commands:
  "0": agent
defaults:
  failed: agent
services:
  orders:
    base: "https://orders.example.com"
    timeout: 8s
    types:
      Order: { status: text, total: money(IDR), eta: date }
    operations:
      find: { post: "/orders/find", body: { id: digits }, idempotent: true, returns: Order }
nodes:
  ask:
    collect: "Enter your order number."
    into: number
    as: { type: digits, min: 4, max: 6 }
    ok: find
  find:
    http: orders.find
    with: { id: =number }
    into: order
    ok: tell
    not_found: unknown
    failed: down
  tell:
    say: "It comes on {order.eta:date:short} and costs {order.total:money}."
    next: more
  more:
    menu: "Press 1 for a new ticket, 2 to be called back, 3 to finish."
    choices:
      1: keep
      2: call_back
      3: goodbye
  unknown:
    say: "There is no such order."
    next: more
  down:
    say: "Our system does not answer."
    next: note_fault
  note_fault:
    note: { why: =fault }
    next: more
  keep:
    ticket: question
    with: { number: =number }
    due: 2h
    into: ticket
    ok: kept
    failed: down
  kept:
    say: "Your ticket is {ticket:digits}."
    next: more
  call_back:
    callback: service
    to: =call.from
    greet: "We will call you."
    ok: goodbye
    failed: down
  agent:
    hangup: "Nobody is here."
  goodbye:
    hangup: "Goodbye then."
queues:
  service: { max_calls: 2 }
"##;

const ORDER: &str = r#"{"status": "paid", "total": 1250500, "eta": "2026-08-17"}"#;

fn answered(json: &str) -> Reply {
    Reply::Answered(serde_json::from_str(json).expect("JSON"))
}

/// A caller who has entered an order number; the service answers so, after that many milliseconds.
fn asked(after_ms: u64, reply: Reply) -> Stage {
    let mut call = Stage::call(ORDERS);
    call.outside(after_ms, reply);
    call.listen();
    call.press("1234#");
    call
}

#[test]
fn an_answer_is_read_aloud() {
    let mut call = asked(300, answered(ORDER));
    call.wait(400);
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_slow_answer_is_waited_for_with_words() {
    let mut call = asked(7_000, answered(ORDER));
    call.wait(7_100);
    insta::assert_snapshot!(call.end());
}

#[test]
fn keys_meanwhile_wait_for_the_next_question_and_a_command_acts() {
    let mut call = asked(3_000, answered(ORDER));
    call.wait(1_000);
    call.press("3");
    call.wait(9_000);
    insta::assert_snapshot!("typed_ahead", call.end());
    let mut call = asked(9_000, answered(ORDER));
    call.wait(2_000);
    call.press("0");
    call.listen();
    call.wait(10_000);
    insta::assert_snapshot!("command", call.end());
}

#[test]
fn no_answer_at_all_is_a_failure_after_its_time() {
    let mut call = Stage::call(ORDERS);
    call.outside_is_silent();
    call.listen();
    call.press("1234#");
    call.press("3");
    call.wait(12_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn whatever_goes_wrong_has_its_way_and_its_reason() {
    let mut story = Vec::new();
    for reply in [
        Reply::NotFound,
        Reply::Failed(Failure::Refused),
        Reply::Failed(Failure::CircuitOpen),
        answered(r#"{"status": "paid", "total": 12.505, "eta": "2026-08-17"}"#),
        answered(r#"{"status": "paid"}"#),
        Reply::Kept("1".into()),
    ] {
        let name = format!("{reply:?}");
        let mut call = asked(100, reply);
        call.wait(3_000);
        let lines = call.end();
        let record = lines.lines().last().unwrap_or_default().to_owned();
        story.push(format!("{name}\n  {record}"));
    }
    insta::assert_snapshot!(story.join("\n"));
}

#[test]
fn a_caller_who_hangs_up_takes_the_question_back_and_a_late_answer_changes_nothing() {
    let mut call = asked(9_000, answered(ORDER));
    call.wait(1_000);
    call.hang_up();
    let before = call.rehearsal.engine().strays();
    let reply = Reply::NotFound;
    call.rehearsal.tell(Input::Reply { request: sambung::call::RequestId(1), reply });
    assert_eq!(call.rehearsal.engine().strays(), before + 1, "dropped and counted");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_ticket_gives_its_number_and_a_callback_is_said() {
    let mut call = asked(100, answered(ORDER));
    call.wait(100);
    call.listen();
    call.wait(100);
    call.outside(200, Reply::Kept("1001".into()));
    call.press("1");
    call.wait(300);
    call.listen();
    call.press("2");
    call.wait(300);
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_withheld_number_cannot_be_called_back() {
    let mut set = Set::of(ORDERS);
    set.caller = None;
    let mut call = set.ring(&[]);
    call.outside(100, Reply::NotFound);
    call.listen();
    call.press("1234#");
    call.wait(100);
    call.press("2");
    call.listen();
    insta::assert_snapshot!(call.end());
}

const BACK: &str = r##"
sambung: 1
flow: back
language: en
start: what
commands:
  "*": back
defaults:
  failed: goodbye
services:
  orders:
    base: "https://orders.example.com"
    operations:
      close: { post: "/orders/close" }
nodes:
  what:
    menu: "Press 1 to close your order, 2 to finish."
    choices:
      1: close
      2: goodbye
  close:
    http: orders.close
    ok: what
    not_found: what
    failed: what
  goodbye:
    hangup: "Goodbye then."
"##;

#[test]
fn a_command_forgets_what_was_typed_for_the_way_that_is_left() {
    let mut call = Stage::call(BACK);
    call.outside_is_silent();
    call.listen();
    call.press("1");
    call.wait(300);
    call.press("1*");
    call.wait(300);
    let text = call.end();
    assert_eq!(text.matches("orders.close").count(), 1, "{text}");
}
