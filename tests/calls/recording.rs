//! Messages: what is recorded, how it ends, and what becomes of it.

use sambung::call::Reply;

use crate::stage::Stage;

const MESSAGE: &str = r##"
sambung: 1
flow: message
language: en
start: leave
vars:
  said: { type: recording, class: personal }
  number: { type: digits }
on_hangup: after
nodes:
  leave:
    record: "Tell us after the tone."
    into: said
    max: 30s
    silence: 4s
    end: "#"
    ok: keep
    empty: nothing
    hung_up: keep
  keep:
    ticket: complaint
    with: { from: =call.from }
    recording: =said
    into: number
    ok: thanks
    failed: sorry
  thanks:
    say: "Thank you, your number is {number:digits}."
    next: goodbye
  sorry:
    say: "That did not work."
    next: goodbye
  nothing:
    say: "We heard nothing."
    next: goodbye
  goodbye:
    hangup: "Goodbye then."
  after:
    note: { ended: =true }
    next: goodbye
"##;

/// A caller at the tone; the store keeps whatever it is given, at once.
fn at_the_tone() -> Stage {
    let mut call = Stage::call(MESSAGE);
    call.outside(50, Reply::Kept("1001".into()));
    call.listen();
    call
}

#[test]
fn a_message_ends_by_its_key_which_is_no_key_of_what_follows() {
    let mut call = at_the_tone();
    call.speak(5_000);
    call.wait(6_000);
    call.press("#");
    call.wait(100);
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_message_ends_by_silence_and_at_its_limit() {
    let mut call = at_the_tone();
    call.speak(5_000);
    call.wait(20_000);
    insta::assert_snapshot!("silence", call.end());
    let mut call = at_the_tone();
    call.speak(60_000);
    call.wait(31_000);
    insta::assert_snapshot!("limit", call.end());
}

#[test]
fn who_says_nothing_is_told_so() {
    let mut call = at_the_tone();
    call.wait(5_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_key_skips_the_words_but_not_the_tone() {
    let mut call = Stage::call(MESSAGE);
    call.outside(50, Reply::Kept("1001".into()));
    call.wait(500);
    call.press("1");
    call.speak(3_000);
    call.wait(8_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_message_whose_sender_hangs_up_is_kept_and_seen_to() {
    let mut call = at_the_tone();
    call.speak(5_000);
    call.wait(5_000);
    call.hang_up();
    call.wait(1_000);
    insta::assert_snapshot!("long_enough", call.end());
    let mut call = at_the_tone();
    call.speak(1_000);
    call.wait(1_500);
    insta::assert_snapshot!("too_short", call.end());
}

#[test]
fn a_store_that_never_answers_does_not_keep_the_record_back() {
    let mut call = Stage::call(MESSAGE);
    call.outside_is_silent();
    call.listen();
    call.speak(5_000);
    call.wait(5_000);
    call.hang_up();
    assert_eq!(call.rehearsal.engine().live_calls(), 1, "the ticket is waited for");
    call.wait(11_000);
    insta::assert_snapshot!(call.end());
}
