//! What callers and agents live through, scenario by scenario.

use std::sync::Arc;

use super::script::{Script, call, settings};
use crate::queue::{Contact, Input, OfferFailure, QueueSettings, Settings};
use crate::time::{Duration, Instant};

/// A whole day of one agent and two callers.
#[test]
fn an_ordinary_call_and_the_next() {
    let mut s = Script::staffed(&["sari"]);
    s.wait(1).enter(1).enter(2);
    s.wait_ms(200).rings(1).wait(3).answer(1);
    s.wait(60).part(1).wait(30);
    s.rings(2).answer(2).wait(5).part(2).wrapped_up("sari");
    s.wait(10).reachable("sari", false);
    insta::assert_snapshot!(s.said);
}

/// Each way an offer can fail, with a second agent to go to.
#[test]
fn failed_offers_go_to_the_next_agent_and_keep_the_place() {
    let mut s = Script::staffed(&["sari", "budi", "dewi", "agus"]);
    s.wait(1).enter(1).enter(2).enter(3).enter(4).enter(5);
    s.fail(1, OfferFailure::Rejected).fail(2, OfferFailure::Busy);
    s.fail(3, OfferFailure::Unreachable).rings(4).wait(20).fail(4, OfferFailure::NoAnswer);
    s.wait(30);
    insta::assert_snapshot!(s.said);
}

/// The caller hangs up while a phone rings, and the agent answers in the same moment.
#[test]
fn a_caller_who_leaves_takes_the_offer_back() {
    let mut s = Script::staffed(&["sari"]);
    s.wait(1).enter(1).enter(2).rings(1).wait(4).leave(1);
    s.wait_ms(30).answer(1);
    s.wait(2).release(1);
    s.rings(2).wait(1).leave(2).fail(2, OfferFailure::NoAnswer);
    insta::assert_snapshot!(s.said);
}

#[test]
fn a_break_waits_until_the_work_is_done_and_outlives_a_lost_phone() {
    let mut s = Script::staffed(&["sari", "budi"]);
    s.wait(1).enter(1).answer(1).on_break("sari", "lunch").wait(9).part(1).wait(30);
    s.reachable("sari", false).reachable("sari", true).wait(5).resume("sari");
    s.on_break("sari", "training").resume("sari");
    insta::assert_snapshot!(s.said);
}

/// The phone of an agent is gone in the middle of a talk: it is left alone, and its caller goes before all who came later.
#[test]
fn a_caller_whose_agent_vanished_comes_back_to_the_place_of_before() {
    let mut s = Script::staffed(&["sari"]);
    s.wait(1);
    let first = s.contact(1);
    s.enter_as(first.clone()).answer(1).wait(5).enter(2).enter(3).wait(5).vanish(1);
    assert_eq!(s.state("sari"), "backoff(unreachable)");
    s.enter_as(first);
    assert_eq!(s.queues.position(call(1)), Some(1));
    s.wait(29);
    assert_eq!(
        s.state("sari"),
        "backoff(unreachable)",
        "nobody is offered to a phone that is gone"
    );
    s.wait(2);
    assert!(s.said.ends_with("offer 2: caller 1 to sari, ring 20s\n"), "{}", s.said);
}

#[test]
fn two_misses_pause_an_agent_and_one_does_not() {
    let mut s = Script::staffed(&["sari"]);
    s.wait(1).enter(1).rings(1).wait(20).fail(1, OfferFailure::NoAnswer);
    assert_eq!(s.state("sari"), "ready", "one miss is no logout");
    s.wait(10).rings(2).wait(20).fail(2, OfferFailure::NoAnswer);
    assert_eq!(s.state("sari"), "rona");
    s.wait(60);
    assert_eq!(s.state("sari"), "reserved", "the pause is over, the caller still waits");
    insta::assert_snapshot!(s.said);
}

#[test]
fn a_contact_that_waits_beside_a_ready_agent_is_noticed() {
    let mut s = Script::staffed(&["sari"]);
    s.queues.paused = true;
    s.wait(1).enter(1);
    assert_eq!(s.queues.unmatched(), None, "it is meant so");
    // As if the machine had missed that offers start again.
    s.queues.paused = false;
    assert_eq!(s.queues.unmatched(), Some((call(1), &"sari".into())));
    s.queues.paused = true;
    s.queues.handle(s.now, Input::Pause(false));
    assert_eq!(s.queues.unmatched(), None);
}

#[test]
fn an_offer_without_any_outcome_ends_with_its_lease() {
    let mut s = Script::staffed(&["sari", "budi"]);
    s.wait(1).enter(1).rings(1).wait(22).answer(2).wait(32);
    assert_eq!(s.state("sari"), "ready", "bound until its leg can no longer be there");
    insta::assert_snapshot!(s.said);
}

#[test]
fn callers_leave_when_the_last_agent_has_logged_out() {
    let mut s = Script::staffed(&["sari", "budi"]);
    s.wait(1).on_break("sari", "lunch").enter(1).enter(2).answer(1);
    s.reachable("budi", false).wait(5);
    assert_eq!(s.queues.position(call(2)), Some(1), "somebody on a break is logged in");
    s.reachable("sari", false).wait(4).reachable("sari", true).wait(5);
    assert_eq!(s.queues.position(call(2)), Some(1), "back within the grace");
    s.reachable("sari", false).wait(5).enter(3);
    insta::assert_snapshot!(s.said);
}

#[test]
fn at_max_wait_no_new_offer_starts_but_a_live_one_may_finish() {
    let mut s = Script::staffed(&["sari"]);
    s.wait(1);
    let brief = |s: &Script, n| Contact { max_wait: Duration::from_secs(15), ..s.contact(n) };
    let (first, second) = (brief(&s, 1), brief(&s, 2));
    s.enter_as(first).enter_as(second).rings(1).wait(19).answer(1);
    s.part(1).wrapped_up("sari");
    let third = brief(&s, 3);
    s.enter_as(third).rings(2).wait(20).fail(2, OfferFailure::NoAnswer);
    insta::assert_snapshot!(s.said);
}

/// Callers in line of a queue that closes, and one whom it serves: at the closing nobody new is rung for the others, and a
/// phone that rings may be answered.
#[test]
fn at_closing_who_waits_is_sent_away_and_a_live_offer_may_finish() {
    let mut s = Script::staffed(&["sari", "budi"]);
    s.wait(1);
    let closes_at = Some(s.now + Duration::from_secs(15));
    let closing = |s: &Script, n| Contact { closes_at, ..s.contact(n) };
    let all = [1, 2, 3, 4].map(|n| closing(&s, n));
    for contact in all {
        s.enter_as(contact);
    }
    s.enter(5).rings(1).rings(2).wait(14);
    let left = |s: &Script| [3, 4, 5].map(|n| s.queues.position(call(n)).is_none());
    assert_eq!(left(&s), [false; 3], "a moment before nobody is sent away");
    s.hold(4, true).wait(1);
    assert_eq!(left(&s), [true, false, false], "who is out of touch hears it when they are back");
    s.hold(4, false);
    assert_eq!(left(&s), [true, true, false]);
    s.answer(1).fail(2, OfferFailure::NoAnswer);
    insta::assert_snapshot!(s.said);
}

#[test]
fn a_full_queue_refuses_newcomers_but_not_a_kept_place() {
    let mut two = settings(&[("sari", &["service"], &[])]);
    two.queues.insert("service".into(), QueueSettings { max_calls: 2, ..QueueSettings::default() });
    let mut s = Script::new(two);
    s.enter(1).reachable("sari", true).enter(1).wait(1).enter(2).enter(3);
    let kept = Contact { enqueued_at: Instant::ZERO, ..s.contact(4) };
    s.enter_as(kept).wait(1);
    assert_eq!(s.queues.waiting(&"service".into()), 3);
    insta::assert_snapshot!(s.said);
}

/// Who is next, for several lines of callers. Each: class and seconds of entry, in the order of the answer.
#[test]
fn order_is_class_then_time_with_a_credit_for_age() {
    let table: [(&str, &[(u8, u64)]); 5] = [
        ("same class: who came first", &[(5, 1), (5, 2), (5, 3)]),
        ("classes", &[(1, 3), (2, 2), (3, 1)]),
        ("a class is worth two minutes", &[(2, 0), (1, 121), (2, 122)]),
        ("and no more", &[(1, 119), (2, 0), (3, 0)]),
        ("0 counts as 1, 10 as 9", &[(0, 1), (1, 2), (9, 1), (10, 2)]),
    ];
    for (name, order) in table {
        let mut s = Script::staffed(&["sari"]);
        s.on_break("sari", "lunch");
        let mut arrivals: Vec<_> = (1..).zip(order).collect();
        arrivals.sort_by_key(|(_, (_, at))| *at);
        for (n, &(priority, at)) in arrivals {
            s.now = s.now.max(Instant::ZERO + Duration::from_secs(at));
            let contact = Contact {
                priority,
                enqueued_at: Instant::ZERO + Duration::from_secs(at),
                ..s.contact(n)
            };
            s.enter_as(contact);
        }
        for (n, _) in (1..).zip(order) {
            assert_eq!(
                s.queues.position(call(n)),
                Some(u32::try_from(n).expect("small")),
                "{name}"
            );
        }
    }
}

#[test]
fn an_agent_of_two_queues_takes_who_has_waited_longest_in_either() {
    let mut s = Script::new(settings(&[("sari", &["service", "sales"], &[])]));
    s.reachable("sari", true).on_break("sari", "lunch");
    let sales = Contact { queue: "sales".into(), ..s.contact(1) };
    s.enter_as(sales).wait(1).enter(2).wait(1);
    let sales = Contact { queue: "sales".into(), ..s.contact(3) };
    s.enter_as(sales).resume("sari");
    for offer in 1..=3 {
        s.answer(offer).part(offer).wrapped_up("sari");
    }
    insta::assert_snapshot!(s.said);
}

#[test]
fn skills_that_are_declared_must_hold_the_value() {
    let mut s = Script::new(settings(&[
        ("agus", &["service"], &[("language", &["id", "en"])]),
        ("budi", &["service"], &[("language", &["id"])]),
        ("sari", &["service"], &[("product", &["gold"])]),
    ]));
    for agent in ["budi", "sari", "agus"] {
        s.wait(1).reachable(agent, true);
    }
    let english = |s: &Script, n| Contact {
        skills: vec![(Arc::from("language"), Arc::from("en"))],
        ..s.contact(n)
    };
    for n in 1..=3 {
        let contact = english(&s, n);
        s.enter_as(contact);
    }
    assert_eq!(s.state("budi"), "ready", "lacks English");
    let nobody = Contact {
        skills: vec![("language".into(), "en".into()), ("product".into(), "basic".into())],
        ..s.contact(4)
    };
    s.enter_as(nobody).answer(1).reachable("agus", false);
    s.enter(5);
    let answers: Vec<_> = [(3, "budi"), (3, "sari"), (5, "budi"), (1, "sari"), (3, "joko")]
        .iter()
        .map(|&(n, agent)| format!("{n} {agent}\n{}", s.queues.explain(call(n), &agent.into())))
        .collect();
    insta::assert_snapshot!(format!("{}\n{}", s.said, answers.join("\n")));
}

/// An agent who failed a caller comes back to them only after a pause, and after those who were not asked.
#[test]
fn a_failed_agent_is_asked_again_only_after_the_others() {
    let short = Settings {
        reject_pause: Duration::from_secs(1),
        ..settings(&[("budi", &["service"], &[]), ("sari", &["service"], &[])])
    };
    let mut s = Script::new(short);
    s.reachable("sari", true).enter(1).fail(1, OfferFailure::Rejected).wait(2);
    assert_eq!(s.state("sari"), "ready", "free for others, not for this caller");
    assert!(!s.queues.explain(call(1), &"sari".into()).may_offer());
    s.wait(5).reachable("budi", true).fail(2, OfferFailure::Rejected).wait(2);
    assert_eq!(s.queues.position(call(1)), Some(1));
    s.wait(30);
    insta::assert_snapshot!(s.said);
}

/// What arrives late, twice or for nobody changes nothing.
#[test]
fn late_and_unknown_inputs_are_passed_over() {
    let mut s = Script::staffed(&["sari"]);
    s.wait(1).enter(1).answer(1).wait(1).part(1);
    let before = s.said.len();
    s.rings(1).answer(1).fail(1, OfferFailure::Busy).release(1).part(1).leave(1);
    s.rings(99).answer(99).fail(99, OfferFailure::Busy).release(99).part(99).leave(99);
    s.reachable("sari", true).reachable("nobody", true).on_break("nobody", "x").resume("nobody");
    s.wrapped_up("nobody");
    let after = s.said.get(before..).unwrap_or_default();
    assert!(after.lines().all(|line| line.contains(" > ")), "nothing was decided:\n{after}");
    assert_eq!(s.state("sari"), "wrapup");
}

/// Callers who come at the same moment are spread over the agents, each once.
#[test]
fn a_burst_goes_to_as_many_agents_as_there_are() {
    let names: Vec<String> = (0..50).map(|n| format!("agent{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut s = Script::staffed(&names);
    for n in 1..=80 {
        s.enter(n);
    }
    let rung = names.iter().filter(|name| s.state(name) == "reserved").count();
    assert_eq!(rung, 50);
    assert_eq!(s.queues.position(call(80)), Some(80), "who is being offered keeps the place");
    assert_eq!(s.queues.waiting(&"service".into()), 80);
}

/// The settings of a queue change under those who wait; a new queue is open at once; one that is no longer named
/// still serves whoever asks for it.
#[test]
fn queues_change_while_callers_wait() {
    let before = settings(&[("sari", &["service"], &[]), ("budi", &["service"], &[])]);
    let mut s = Script::new(before);
    s.reachable("sari", true).wait(1).enter(1).enter(2).rings(1);
    let mut after = settings(&[("budi", &["sales"], &[]), ("sari", &["sales"], &[])]);
    let narrow =
        QueueSettings { max_calls: 2, ring: Duration::from_secs(7), ..QueueSettings::default() };
    after.queues.insert("service".into(), narrow);
    s.change(after.clone()).enter(3).wait(3).answer(1).wait(1).part(1).wait(30);
    after.queues.remove("service");
    s.change(after).enter(4).wait(1).reachable("budi", true);
    let sales = Contact { queue: "sales".into(), ..s.contact(5) };
    s.wait(7).fail(2, OfferFailure::Rejected).enter_as(sales);
    insta::assert_snapshot!(s.said);
}
