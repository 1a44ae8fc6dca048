//! Several agents rung for one caller (ring all): first answer, answerer gone before the bridge, answers in the same
//! instant, and who is added while others ring.

use std::sync::Arc;

use super::script::{Script, call, settings};
use crate::history::Medium;
use crate::queue::{Contact, Membership, OfferFailure, QueueSettings, Ring, Settings, Strategy};
use crate::time::Duration;

const AGENTS: [&str; 4] = ["agus", "budi", "dewi", "sari"];

fn together(most: u32) -> Settings {
    let list: Vec<_> = AGENTS.iter().map(|&agent| (agent, &["service"][..], &[][..])).collect();
    let mut settings = settings(&list);
    for queue in settings.queues.values_mut() {
        queue.strategy = Strategy::RingAll { most };
    }
    settings
}

/// A queue that rings up to so many, with these agents ready in that order.
fn ringing(most: u32, agents: &[&str]) -> Script {
    let mut script = Script::new(together(most));
    for agent in agents {
        script.wait_ms(10).reachable(agent, true);
    }
    script.wait(1);
    script
}

fn states(script: &Script) -> Vec<String> {
    AGENTS.iter().map(|agent| script.state(agent)).collect()
}

#[test]
fn the_first_who_answers_has_the_caller_and_the_others_are_as_before() {
    let mut s = ringing(3, &["sari", "budi", "agus", "dewi"]);
    s.enter(1).rings(1).rings(2).wait(4).answer(2).wait_ms(20).joined(2).release(1).release(3);
    s.enter(2);
    insta::assert_snapshot!(s.said);
}

#[test]
fn an_answerer_who_is_gone_before_the_bridge_costs_the_caller_nothing() {
    let mut s = ringing(3, &["sari", "budi", "agus"]);
    s.enter(1).rings(1).rings(2).wait(2).answer(1).wait_ms(20).fail(1, OfferFailure::NotAccepted);
    assert_eq!(states(&s), ["reserved", "ringing", "offline", "ready"], "the others ring on");
    assert_eq!(s.queues.position(call(1)), Some(1));
    s.wait(1).answer(2).joined(2);
    assert_eq!(states(&s), ["releasing", "talking", "offline", "ready"]);
    insta::assert_snapshot!(s.said);
}

#[test]
fn of_two_who_answer_in_the_same_instant_one_has_the_caller_and_the_other_is_ready() {
    let mut s = ringing(2, &["sari", "budi"]);
    s.enter(1).rings(1).rings(2).wait(3).answer(2).answer(1).answer(2).release(1);
    assert_eq!(states(&s), ["offline", "ringing", "offline", "ready"], "no blame, no wrap-up");
    s.joined(2).joined(1).joined(2).part(1);
    insta::assert_snapshot!(s.said);
}

#[test]
fn a_bridge_that_nobody_confirms_counts_as_one_after_the_limit() {
    let mut s = ringing(2, &["sari", "budi"]);
    s.enter(1).rings(1).rings(2).answer(1).wait_ms(1_999);
    assert_eq!(s.state("sari"), "ringing");
    s.wait_ms(1);
    assert_eq!((s.state("sari").as_str(), s.state("budi").as_str()), ("talking", "releasing"));
}

#[test]
fn a_caller_who_leaves_silences_all_and_blames_none() {
    let mut s = ringing(4, &AGENTS);
    s.enter(1).rings(1).rings(2).answer(2).leave(1);
    for offer in 1..=4 {
        s.release(offer);
    }
    assert_eq!(states(&s), ["ready"; 4]);
    let idle = |agent: &&str| s.queues.agent_state(&(**agent).into()).and_then(|s| s.idle_since());
    let since: Vec<_> = AGENTS.iter().filter_map(idle).map(|at| at.as_micros()).collect();
    assert_eq!(since, [10_000, 20_000, 30_000, 40_000], "the idle time of before");
    insta::assert_snapshot!(s.said);
}

/// Misses count for each by themselves, and the round after asks all of them again.
#[test]
fn who_misses_is_asked_again_with_the_others_and_counted_alone() {
    let mut s = ringing(3, &["sari", "budi"]);
    s.enter(1).rings(1).rings(2).wait(5).fail(1, OfferFailure::Rejected).wait(15);
    s.fail(2, OfferFailure::NoAnswer);
    assert_eq!((s.state("sari").as_str(), s.state("budi").as_str()), ("reserved", "ready"));
    s.wait(10);
    assert_eq!(s.state("budi"), "reserved", "added to who rings, when it may be asked again");
    s.rings(4).wait(21).fail(4, OfferFailure::NoAnswer);
    assert_eq!(s.state("budi"), "rona", "two misses of their own");
    insta::assert_snapshot!(s.said);
}

/// Agents who become ready are added, after callers for whom nobody rings; no more than the limit, and none after the
/// longest wait.
#[test]
fn agents_are_added_while_others_ring() {
    let mut s = ringing(2, &["sari"]);
    let short = Contact { max_wait: Duration::from_secs(8), ..s.contact(1) };
    s.enter_as(short).wait(1).enter(2).wait(1).reachable("budi", true);
    assert_eq!(s.rung(1), ["sari"], "who has nobody comes first");
    assert_eq!(s.rung(2), ["budi"]);
    s.reachable("dewi", true);
    assert_eq!(s.rung(1), ["sari", "dewi"]);
    s.fail(3, OfferFailure::Rejected).wait(7).reachable("agus", true);
    assert_eq!(s.rung(1), ["sari"], "the longest wait is over: no new offer");
    assert_eq!(s.rung(2), ["budi", "agus"]);
    s.fail(1, OfferFailure::NoAnswer);
    assert_eq!(s.queues.position(call(1)), None, "and the last one that ran has ended");
    insta::assert_snapshot!(s.said);
}

#[test]
fn rings_let_further_agents_in_beside_those_who_ring() {
    let mut settings = together(5);
    let after = Duration::from_secs(15);
    let rings = vec![Ring { after, levels: [2].into(), drop_skills: ["language".into()].into() }];
    let queue = QueueSettings {
        strategy: Strategy::RingAll { most: 5 },
        rings,
        ring: Duration::from_secs(60),
        ..QueueSettings::default()
    };
    settings.queues.insert("service".into(), queue);
    let second = Membership { level: 2, ..Membership::default() };
    let agents = &mut settings.agents;
    agents.get_mut("dewi").expect("dewi").memberships.insert("service".into(), second);
    let skills = &mut agents.get_mut("budi").expect("budi").skills;
    skills.insert("language".into(), ["id".into()].into());
    let mut s = Script::new(settings);
    for agent in AGENTS {
        s.wait_ms(10).reachable(agent, true);
    }
    let language: (Arc<str>, Arc<str>) = ("language".into(), "en".into());
    let contact = Contact { skills: vec![language], ..s.contact(1) };
    s.enter_as(contact);
    assert_eq!(s.rung(1), ["agus", "sari"]);
    s.wait(16);
    assert_eq!(s.rung(1), ["agus", "sari", "budi", "dewi"]);
    s.answer(3).joined(3);
    assert_eq!(states(&s), ["releasing", "talking", "releasing", "releasing"]);
}

/// Nobody is on the line of one who is called back: the first agent who answers is connected at once. A caller out of
/// touch gets nobody new; one who is moved takes all phones with them; one whom an agent has answered stays.
#[test]
fn holds_moves_and_callbacks_of_callers_for_whom_several_ring() {
    let mut s = ringing(2, &["sari", "budi"]);
    let back = Contact { medium: Medium::Callback, ..s.contact(1) };
    s.enter_as(back).answer(1);
    assert_eq!((s.state("sari").as_str(), s.state("budi").as_str()), ("talking", "releasing"));
    s.release(2).enter(2).hold(2, true).reachable("dewi", true);
    assert_eq!(s.rung(2), ["budi"], "out of touch");
    s.hold(2, false);
    assert_eq!(s.rung(2), ["budi", "dewi"]);
    s.prioritise(2, 1).answer(4).move_to(2, "nowhere");
    let explained = s.queues.explain(call(2), &"agus".into());
    assert!(
        explained
            .to_string()
            .contains("offer 3 to budi, offer 4 to dewi are under way, offer 4 was answered"),
        "{explained}"
    );
    assert!(!explained.may_offer());
    s.joined(4);
    assert_eq!((s.state("budi").as_str(), s.state("dewi").as_str()), ("releasing", "talking"));
}
