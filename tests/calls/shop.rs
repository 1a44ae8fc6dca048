//! The shipped shop line, as its callers meet it: languages, questions, hours, people.

use sambung::call::HangupCause;
use sambung::time::{Duration, Wall};

use crate::stage::{Set, Stage};

const TOKO: &str = include_str!("../../flows/toko.yaml");

/// Christmas Day 2026, 10:00 in Jakarta.
const CHRISTMAS: i64 = 1_798_167_600_000_000;

fn shop() -> Set {
    Set::of(TOKO)
}

fn open(agents: &[&str]) -> Stage {
    let mut call = shop().ring(agents);
    call.listen();
    call
}

#[test]
fn a_question_is_answered_by_words_and_by_key() {
    let mut call = open(&[]);
    call.press("2");
    call.wait(100);
    call.press("1");
    call.listen();
    call.say("how long is delivery");
    call.listen();
    call.press("1");
    call.listen();
    call.say("no thank you");
    call.wait(100);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_question_that_nobody_wrote_down_goes_to_a_person_with_its_topic() {
    let mut call = open(&["201"]);
    call.press("1");
    call.wait(100);
    call.press("1");
    call.wait(100);
    call.say("apakah presiden suka kopi tubruk");
    call.wait(100);
    call.say("bagaimana cuaca di bulan");
    call.wait(100);
    call.agent_answers();
    call.wait(2_000);
    call.agent_ends(HangupCause::Normal);
    call.listen();
    call.press("5");
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_holiday_is_told_and_nobody_is_rung() {
    let mut set = shop();
    set.wall = Wall::from_unix_micros(CHRISTMAS);
    let mut call = set.ring(&["201"]);
    call.listen();
    call.press("1");
    call.listen();
    call.wait(100);
    insta::assert_snapshot!(call.end());
}

#[test]
fn the_counter_closes_at_the_exact_second() {
    for (before, heard) in [(Duration::from_micros(1), "main_menu"), (Duration::ZERO, "closed_now")]
    {
        let mut set = shop();
        // The calls reach the opening hours 10 s after they begin: Wednesday, 17:00:00 in Jakarta.
        set.wall = Wall::from_unix_micros(1_772_618_400_000_000)
            .before(Duration::from_secs(10))
            .before(before);
        let mut call = set.ring(&[]);
        call.wait(9_000);
        call.press("1");
        call.wait(100);
        let transcript = call.end();
        assert!(transcript.contains(heard), "{heard} is missing in\n{transcript}");
    }
}

#[test]
fn a_silent_caller_is_led_to_a_person_and_never_trapped() {
    let mut call = open(&["201"]);
    call.wait(120_000);
    insta::assert_snapshot!(call.end());
}
