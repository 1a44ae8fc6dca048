//! What a caller hears when a flow cannot be carried out, and what one call's fault does to the others.

use sambung::call::HangupCause;

use crate::stage::{Set, Stage};

/// The sum of `broken` overflows, which only the running call can see.
const BROKEN: &str = r##"
sambung: 1
flow: broken
language: en
start: hello
vars:
  sum: { type: int, start: 9223372036854775807 }
nodes:
  hello:
    say: "Hello there."
    next: broken
  broken:
    set: { sum: "=sum + 1" }
    next: goodbye
  goodbye:
    hangup: "Goodbye then."
"##;

fn with(top: &str, nodes: &str) -> Set {
    Set::of(
        &BROKEN
            .replace("start: hello", &format!("start: hello\n{top}"))
            .replace("nodes:", &format!("nodes:\n{nodes}")),
    )
}

#[test]
fn a_fault_is_said_in_words_before_the_end() {
    let mut call = Stage::call(BROKEN);
    call.listen();
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_fault_goes_where_the_flow_says() {
    let mut call =
        with("on_fault: sorry", "  sorry:\n    hangup: \"Something went wrong, call again.\"")
            .ring(&[]);
    call.listen();
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn the_safe_number_is_rung_where_nothing_else_is_left() {
    let mut set = Set::of(BROKEN);
    set.settings.safe_number = Some("+62215550199".into());
    let mut call = set.ring(&[]);
    call.listen();
    call.wait(1_000);
    call.agent_answers();
    call.wait(2_000);
    call.agent_ends(HangupCause::Normal);
    call.listen();
    insta::assert_snapshot!(call.end());
}
