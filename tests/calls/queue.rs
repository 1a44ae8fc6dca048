//! The human queue as the caller meets it.

use sambung::call::{AgentId, Failure, HangupCause, Reply, Target};
use sambung::engine::{Agent, AgentOrder, Input, Order};

use crate::stage::Set;

const QUEUE: &str = r##"
sambung: 1
flow: line
language: en
start: agent
vars:
  topic: { type: text, start: order }
  number: { type: phone, class: personal }
queues:
  service: { max_calls: 2 }
nodes:
  agent:
    queue: service
    tell: [topic, call.from]
    greet: "We are connecting you."
    max_wait: 60s
    done: survey
    too_long: sorry
    full: sorry
    closed: sorry
    unstaffed: sorry
  survey:
    say: "Thank you for talking to us."
    next: goodbye
  sorry:
    say: "Nobody is free."
    next: goodbye
  goodbye:
    hangup: "Goodbye then."
"##;

#[test]
fn the_agent_hangs_up_first_and_the_caller_goes_on() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.wait(3_000);
    call.agent_answers();
    call.wait(5_000);
    call.agent_ends(HangupCause::Normal);
    call.listen();
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_caller_whose_agent_vanishes_is_told_and_waits_for_the_next_one() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.agent_answers();
    call.wait(5_000);
    call.agent_ends(HangupCause::MediaLost);
    call.listen();
    // Nobody else is there, so the same phone is tried again when its rest is over.
    call.wait(31_000);
    call.agent_answers();
    call.wait(4_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn the_caller_hangs_up_in_the_talk() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.agent_answers();
    call.wait(5_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn the_next_agent_is_rung_when_the_first_is_busy_or_declines() {
    let mut call = Set::of(QUEUE).ring(&["201", "202"]);
    call.wait(1_000);
    call.agent_ends(HangupCause::Busy);
    call.wait(1_000);
    call.agent_ends(HangupCause::Rejected);
    call.wait(40_000);
    call.agent_answers();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_telephone_of_two_agents_rings_once_for_a_caller_where_all_are_rung() {
    let together = QUEUE.replace("max_calls: 2", "ring: { strategy: ring_all }");
    for (user, dialled) in [("201", 2), ("202", 1)] {
        let mut set = Set::of(&together);
        let sari = Agent { target: Target::User(user.into()), accept: None, adapter: None };
        set.settings.agents.insert(AgentId::from("sari"), sari);
        let mut call = set.ring(&["201", "202"]);
        call.wait(5_000);
        call.agent_answers();
        assert_eq!(call.end().matches(" dial User(").count(), dialled, "sari has {user}");
    }
}

#[test]
fn an_agent_who_does_not_answer_loses_the_offer_after_the_ring_time() {
    let mut call = Set::of(QUEUE).ring(&["201", "202"]);
    call.wait(20_000);
    call.wait(1_000);
    call.agent_answers();
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_caller_who_hangs_up_in_line_stops_the_ringing_in_the_same_step() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.wait(4_000);
    insta::assert_snapshot!(call.end());
}

/// The hours end a minute after the call began; whoever is logged in has a break.
#[test]
fn who_is_in_line_when_the_hours_end_hears_so_to_the_second_where_the_queue_tells() {
    for (closing, told) in [("tell", true), ("serve", false)] {
        let hours = format!(
            "{{ hours: shop, closing: {closing} }}\ncalendars:\n  shop: {{ zone: Asia/Jakarta, open: {{ mon-fri: [\"08:00-10:01\"] }} }}"
        );
        let mut call =
            Set::of(&QUEUE.replace("{ max_calls: 2 }", &hours).replace("60s", "5m")).ring(&["201"]);
        call.agent_ends(HangupCause::Rejected);
        let order = AgentOrder::Break("lunch".into());
        let order = Order::Agent { agent: AgentId::from("sari"), order };
        call.rehearsal.tell(Input::Ordered { by: None, order });
        call.wait(70_000);
        let said = call.end();
        let closed = said.lines().any(|line| line.starts_with("60.000  <- 0.1 music off"));
        assert_eq!(closed, told, "{said}");
        assert_eq!(said.contains("agent=closed"), told, "{said}");
    }
}

/// A phone that rings when the hours end may be picked up; nobody else is rung.
#[test]
fn a_phone_that_rings_when_the_hours_end_may_be_picked_up() {
    let hours = "{ hours: shop, closing: tell }\ncalendars:\n  shop: { zone: Asia/Jakarta, open: { mon-fri: [\"08:00-10:01\"] } }";
    let yaml = QUEUE.replace("{ max_calls: 2 }", hours).replace("60s", "5m");
    for answered in [true, false] {
        let mut call = Set::of(&yaml).ring(&["201", "202"]);
        call.wait(49_000);
        let before = call.agent();
        call.wait(10_500);
        assert_eq!(call.agent(), before, "the same phone rings on");
        if answered {
            call.agent_answers();
        } else {
            call.agent_ends(HangupCause::Rejected);
        }
        let said = call.end();
        assert_eq!(said.contains("agent=closed"), !answered, "{said}");
    }
}

#[test]
fn nobody_logged_in_is_said_at_once() {
    let mut call = Set::of(QUEUE).ring(&[]);
    call.listen();
    call.listen();
    insta::assert_snapshot!(call.end());
}

#[test]
fn everybody_leaving_is_said_after_the_grace() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.rehearsal.register("201", false);
    call.wait(10_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn nobody_answering_ends_the_wait_at_its_limit() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.wait(90_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn keys_while_waiting_do_nothing_to_the_call() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.press("12");
    call.wait(1_000);
    call.agent_answers();
    call.press("3");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_withheld_number_is_told_to_nobody() {
    let mut set = Set::of(QUEUE);
    set.caller = None;
    let mut call = set.ring(&["201"]);
    call.wait(100);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_caller_whom_the_agent_puts_on_hold_hears_music_until_the_agent_is_back() {
    let mut call = Set::of(QUEUE).ring(&["201"]);
    call.agent_answers();
    call.wait(2_000);
    let agent = call.agent();
    call.rehearsal.hold(agent, true);
    call.wait(3_000);
    call.rehearsal.hold(agent, false);
    call.wait(1_000);
    insta::assert_snapshot!(call.end());
}

/// A line with words meanwhile and the offer to be called back.
const LONG: &str = r##"
sambung: 1
flow: long
language: en
start: agent
queues:
  service: { max_calls: 5 }
nodes:
  agent:
    queue: service
    greet: "We are connecting you."
    every: { 20s: "You are {queue.position:ordinal} in line." }
    offer_callback: { after: 30s, say: "Press 1 to be called back.", key: 1 }
    max_wait: 5m
    done: goodbye
    too_long: goodbye
    full: goodbye
    closed: goodbye
    unstaffed: goodbye
    called_back: booked
  booked:
    say: "We will call you."
    next: goodbye
  goodbye:
    hangup: "Goodbye then."
"##;

#[test]
fn the_place_in_line_is_said_again_only_when_it_is_better_or_after_a_minute() {
    let mut call = Set::of(LONG).ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.wait(110_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn an_agent_who_answers_cuts_an_announcement() {
    let mut call = Set::of(LONG).ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.wait(10_000);
    call.rehearsal.register("202", true);
    call.wait(10_200);
    call.agent_answers();
    call.wait(1_000);
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_caller_who_wishes_to_be_called_back_leaves_the_line_once_it_is_kept() {
    let mut call = Set::of(LONG).ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.outside(500, Reply::Kept("77".into()));
    call.press("1");
    call.wait(31_000);
    call.press("21");
    call.wait(1_000);
    call.listen();
    insta::assert_snapshot!("kept", call.end());
    let mut call = Set::of(LONG).ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.outside(500, Reply::Failed(Failure::Error));
    call.wait(31_000);
    call.press("1");
    call.wait(5_000);
    insta::assert_snapshot!("not_kept", call.end());
}

#[test]
fn a_withheld_number_is_not_offered_a_callback() {
    let mut set = Set::of(LONG);
    set.caller = None;
    let mut call = set.ring(&["201"]);
    call.agent_ends(HangupCause::Busy);
    call.wait(35_000);
    call.press("1");
    insta::assert_snapshot!(call.end());
}

#[test]
fn an_announcement_that_is_due_with_the_callback_offer_waits_its_turn() {
    let both = "max_wait: 10m\n    every: { 45s: \"Please wait.\" }\n    offer_callback: { after: 90s, say: \"Press 1.\", key: 1 }";
    let mut call = Set::of(&QUEUE.replace("max_wait: 60s", both)).ring(&["201"]);
    call.wait(100_000);
    let said = call.end();
    let plays = said.matches("<- 0.1 play #").count();
    assert_eq!(plays, 3, "greeting, announcement and offer:\n{said}");
}

/// A queue that tells the place and gives keys a meaning.
const KEYED: &str = "max_wait: 5m
    announce: { comfort: \"Please hold.\" }
    keys: { 1: callback, 2: sorry, \"*\": repeat }
    called_back: goodbye";

#[test]
fn a_key_during_an_announcement_acts_at_once() {
    let mut call = Set::of(&QUEUE.replace("max_wait: 60s", KEYED)).ring(&["201"]);
    call.wait(500);
    call.press("*");
    call.wait(500);
    call.press("72");
    insta::assert_snapshot!(call.end());
}

#[test]
fn a_word_of_comfort_comes_once_a_minute_and_a_wish_by_key_keeps_the_place_until_it_is_kept() {
    let mut call = Set::of(&QUEUE.replace("max_wait: 60s", KEYED)).ring(&["201"]);
    call.outside(500, Reply::Failed(Failure::Error));
    call.wait(70_000);
    call.press("1");
    call.wait(5_000);
    call.press("1");
    call.wait(5_000);
    insta::assert_snapshot!(call.end());
}
