//! Strategies, levels and rings, and what people change while callers wait.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::script::{Script, call, settings};
use crate::call::QueueId;
use crate::queue::{
    AgentStanding, Contact, Membership, OfferFailure, QueueSettings, Ring, Settings, Shift,
    Standing, Strategy,
};
use crate::time::{Duration, Instant};

const NAMES: [&str; 4] = ["agus", "budi", "dewi", "sari"];

/// A queue `service` of four agents with this strategy and these memberships.
fn by(strategy: Strategy, members: &[(&str, Membership)]) -> Settings {
    with_rings(strategy, members, Vec::new())
}

fn with_rings(strategy: Strategy, members: &[(&str, Membership)], rings: Vec<Ring>) -> Settings {
    let staff: Vec<_> = NAMES.iter().map(|&name| (name, &["service"][..], &[][..])).collect();
    let mut settings = settings(&staff);
    let queue =
        QueueSettings { strategy, rings, wrap_up: Duration::ZERO, ..QueueSettings::default() };
    settings.queues.insert("service".into(), queue);
    for (name, member) in members {
        let agent = settings.agents.get_mut(*name).expect("one of the names");
        agent.memberships.insert("service".into(), *member);
    }
    settings
}

fn level(level: u8) -> Membership {
    Membership { level, ..Membership::default() }
}

fn ring(after_s: u64, levels: &[u8], drop: &[&str]) -> Ring {
    Ring {
        after: Duration::from_secs(after_s),
        levels: levels.iter().copied().collect(),
        drop_skills: drop.iter().map(|&skill| Arc::from(skill)).collect(),
    }
}

/// All four log in, 1 s apart.
fn staffed(settings: Settings) -> Script {
    let mut s = Script::new(settings);
    for name in NAMES {
        s.wait(1).reachable(name, true);
    }
    s
}

/// Whom each of so many callers reaches, one after the other; each talks for as many seconds as their number.
fn order(s: &mut Script, callers: std::ops::RangeInclusive<u64>) -> Vec<&'static str> {
    callers
        .map(|n| {
            s.wait(1).enter(n);
            let rung = NAMES.into_iter().find(|name| s.state(name) == "reserved");
            let offer = s.queues.last_offer;
            s.answer(offer).wait(n).part(n);
            rung.expect("somebody is rung")
        })
        .collect()
}

#[test]
fn each_strategy_asks_in_its_order() {
    let position = |position| Membership { position, ..Membership::default() };
    let list = [
        ("sari", position(1)),
        ("dewi", position(2)),
        ("agus", position(3)),
        ("budi", position(3)),
    ];
    type Case<'a> = (Strategy, &'a [(&'a str, Membership)], [&'a str; 6]);
    let table: [Case<'_>; 5] = [
        (Strategy::LongestIdle, &[], ["agus", "budi", "dewi", "sari", "agus", "budi"]),
        (Strategy::RoundRobin, &[], ["agus", "budi", "dewi", "sari", "agus", "budi"]),
        // Whoever had a call comes after all who had fewer; between two alike, who has been idle longer.
        (Strategy::FewestCalls, &[], ["agus", "budi", "dewi", "sari", "agus", "budi"]),
        // The first talked 1 s, the second 2 s, and so on: so they are asked in that order again.
        (Strategy::LeastTalk, &[], ["agus", "budi", "dewi", "sari", "agus", "budi"]),
        (Strategy::Linear, &list, ["sari", "sari", "sari", "sari", "sari", "sari"]),
    ];
    for (strategy, members, expected) in table {
        let mut s = staffed(by(strategy, members));
        assert_eq!(order(&mut s, 1..=6), expected, "{}", strategy.name());
    }
}

/// What an agent did in this shift counts across a short loss of the phone, not across a log-out, and comes back with a
/// restart.
#[test]
fn counts_are_those_of_the_shift() {
    let mut s = staffed(by(Strategy::FewestCalls, &[]));
    order(&mut s, 1..=3);
    s.reachable("sari", false).wait(2).reachable("sari", true);
    assert_eq!(order(&mut s, 4..=5), ["sari", "agus"]);
    s.log_out("agus").wait(1).log_in("agus");
    assert_eq!(order(&mut s, 6..=6), ["agus"], "a new shift begins at nothing");
    let shift = |name: &str| s.queues.agent(&name.into()).map(|agent| agent.shift.calls);
    assert_eq!(NAMES.map(shift), [Some(1); 4]);

    let mut anew = Script::new(by(Strategy::LeastTalk, &[]));
    let minutes = |n| Shift { calls: 1, talked: Duration::from_mins(n) };
    let shifts: BTreeMap<_, _> =
        NAMES.into_iter().zip([4, 3, 1, 2]).map(|(name, n)| (name.into(), minutes(n))).collect();
    anew.restore(Standing { shifts, ..Standing::default() });
    for name in NAMES {
        anew.reachable(name, true);
    }
    assert_eq!(order(&mut anew, 1..=4), ["dewi", "dewi", "dewi", "dewi"]);
}

/// Each is drawn about as often as it should be, and the same seed draws the same.
#[test]
fn chance_draws_by_weight_and_repeats_itself() {
    let heavy = [("dewi", Membership { weight: 7, ..Membership::default() })];
    for (strategy, seed, expected) in
        [(Strategy::Random, 1, [250; 4]), (Strategy::Weighted, 2, [100, 100, 700, 100])]
    {
        let settings = Settings { seed, ..by(strategy, &heavy) };
        let draw = |settings: &Settings| {
            let mut s = staffed(settings.clone());
            let mut drawn = BTreeMap::new();
            let mut order = String::new();
            for n in 1..=1_000 {
                s.said.clear();
                s.wait(1).enter(1);
                let rung = NAMES.into_iter().find(|name| s.state(name) == "reserved");
                let rung = rung.expect("somebody is rung");
                *drawn.entry(rung).or_insert(0_i32) += 1;
                order.push_str(rung);
                s.answer(n).wait(1).part(1);
            }
            (drawn, order)
        };
        let (drawn, order) = draw(&settings);
        for (name, expected) in NAMES.into_iter().zip(expected) {
            let count = drawn.get(name).copied().unwrap_or_default();
            assert!((count - expected).abs() < 60, "{}: {name} {count}", strategy.name());
        }
        assert_eq!(order, draw(&settings).1, "the same seed");
        assert_ne!(order, draw(&Settings { seed: 9, ..settings }).1, "another one");
    }
}

/// Agents of a further level are asked only when nobody nearer is ready, whatever the strategy.
#[test]
fn the_lower_level_comes_first() {
    for strategy in
        [Strategy::LongestIdle, Strategy::RoundRobin, Strategy::Random, Strategy::Linear]
    {
        let mut s =
            staffed(by(strategy, &[("agus", level(2)), ("budi", level(2)), ("dewi", level(2))]));
        s.enter(1);
        assert_eq!(s.state("sari"), "reserved", "{}", strategy.name());
        s.enter(2);
        assert_eq!(NAMES.into_iter().filter(|name| s.state(name) == "reserved").count(), 2);
    }
}

/// Rings open on time, counted from the first entry: levels, then skills. Nobody who was reached is left out later.
#[test]
fn rings_widen_with_the_wait() {
    let rings = vec![ring(30, &[2], &[]), ring(60, &[], &["language"])];
    let members = [("agus", level(1)), ("budi", level(2)), ("dewi", level(2)), ("sari", level(3))];
    let mut settings = with_rings(Strategy::LongestIdle, &members, rings);
    let dewi = settings.agents.get_mut("dewi").expect("she is there");
    dewi.skills.insert("language".into(), ["id".into()].into());
    let mut s = staffed(settings);
    s.on_break("agus", "lunch").on_break("budi", "lunch").wait(1);
    let english = Contact { skills: vec![("language".into(), "en".into())], ..s.contact(1) };
    s.enter_as(english).wait(29);
    assert_eq!([s.state("budi"), s.state("dewi")], ["break(lunch)", "ready"]);
    s.wait(1).resume("budi");
    assert_eq!(s.state("budi"), "reserved", "level 2 is reached");
    s.fail(1, OfferFailure::Rejected).on_break("budi", "tea").wait(28);
    assert_eq!(s.state("dewi"), "ready", "she does not speak English");
    let told = s.queues.explain(call(1), &"dewi".into()).to_string();
    s.wait(2);
    assert_eq!([s.state("dewi"), s.state("sari")], ["reserved", "ready"]);
    let never = s.queues.explain(call(1), &"sari".into()).to_string();
    insta::assert_snapshot!(format!("{told}\n{never}"));
}

/// Who comes back with an old place is in the ring of that age at once.
#[test]
fn a_kept_place_is_in_the_ring_of_its_age() {
    let members = NAMES.map(|name| (name, level(2)));
    let mut s = staffed(with_rings(Strategy::LongestIdle, &members, vec![ring(30, &[2], &[])]));
    s.wait(60);
    let kept = Contact { enqueued_at: s.now.ago(Duration::from_secs(31)), ..s.contact(1) };
    s.enter_as(kept).enter(2);
    assert_eq!(NAMES.into_iter().filter(|name| s.state(name) == "reserved").count(), 1);
    assert_eq!(s.queues.contact(call(1)).map(|one| one.ring), Some(1));
    assert_eq!(s.queues.contact(call(2)).map(|one| one.ring), Some(0));
}

/// Nobody of the first ring is logged in, but somebody of a later one: the caller is taken in and reaches them.
#[test]
fn a_queue_is_staffed_by_whom_a_later_ring_reaches() {
    let members = [("sari", level(2))];
    let mut s = Script::new(with_rings(Strategy::LongestIdle, &members, vec![ring(9, &[2], &[])]));
    s.reachable("sari", true).enter(1).wait(8);
    assert_eq!(s.state("sari"), "ready");
    s.wait(1);
    assert_eq!(s.state("sari"), "reserved");
}

/// Acceptance 6 and fault table, row 17: a reload changes no agent's state, no counter and no place in line; new levels
/// and rings hold at once.
#[test]
fn a_reload_changes_no_state_no_counter_and_no_place() {
    let members = [("budi", level(2)), ("dewi", level(2)), ("sari", level(3))];
    let rings = || vec![ring(30, &[2], &[])];
    let before = with_rings(Strategy::FewestCalls, &members, rings());
    let mut s = staffed(before.clone());
    s.enter(1).answer(1).enter(2).enter(3).on_break("dewi", "lunch").wait(2);
    let seen = |s: &Script| {
        let agents: Vec<_> =
            s.queues.agents().map(|one| (one.since, one.shift, one.state.clone())).collect();
        let queue = s.queues.queue(&"service".into()).expect("it is there");
        (agents, queue.contacts().map(|one| (one.call, one.since, one.until)).collect::<Vec<_>>())
    };
    let then = seen(&s);
    s.change(before);
    assert_eq!(seen(&s), then, "the same settings change nothing");
    let roomier = with_rings(Strategy::Linear, &members, rings());
    s.change(roomier);
    assert_eq!(seen(&s), then, "another strategy changes nobody's state");
    s.change(with_rings(Strategy::Linear, &[("budi", level(1)), ("sari", level(3))], rings()));
    assert_eq!(s.state("budi"), "reserved", "of the first level now");
    assert_eq!(s.queues.position(call(3)), Some(2));
    s.change(with_rings(Strategy::Linear, &members, vec![ring(1, &[3], &[])]));
    assert_eq!(s.state("sari"), "reserved", "the new ring is open already");
}

/// Fault table, row 7: that the best candidate cannot be had stops nobody else from being asked.
#[test]
fn an_unavailable_candidate_stops_nobody_else() {
    for strategy in
        [Strategy::LongestIdle, Strategy::Linear, Strategy::RoundRobin, Strategy::Weighted]
    {
        let mut s = staffed(by(strategy, &[]));
        s.enter(1);
        for offer in 1..=3 {
            s.fail(offer, OfferFailure::Unreachable);
        }
        assert_eq!(NAMES.into_iter().filter(|name| s.state(name) == "reserved").count(), 1);
        s.fail(4, OfferFailure::Unreachable).enter(2).wait(40);
        let rung = NAMES.into_iter().filter(|name| s.state(name) == "reserved").count();
        assert_eq!(rung, 2, "{}: all are asked again, for both callers", strategy.name());
    }
}

/// Fault table, row 8: whoever stands first is served first, also after priorities changed and callers were moved.
#[test]
fn a_changed_priority_and_a_move_keep_the_order_true() {
    let mut s =
        Script::new(settings(&[("sari", &["service", "sales"], &[]), ("budi", &["service"], &[])]));
    s.reachable("sari", true).on_break("sari", "lunch");
    for n in 1..=4 {
        s.wait(1).enter(n);
    }
    s.prioritise(4, 1).prioritise(1, 200);
    let queue: QueueId = "service".into();
    let line = |s: &Script, queue: &QueueId| {
        s.queues.queue(queue).map(|q| q.contacts().map(|one| one.call).collect::<Vec<_>>())
    };
    assert_eq!(line(&s, &queue), Some([4, 2, 3, 1].map(call).to_vec()));
    s.wait(1).move_to(3, "sales").enter(5);
    assert_eq!(line(&s, &queue), Some([4, 2, 5, 1].map(call).to_vec()));
    let since = |s: &Script, n| s.queues.contact(call(n)).map(|one| (one.since, one.until));
    let came = Instant::ZERO + Duration::from_secs(3);
    assert_eq!(since(&s, 3), Some((came, came + Duration::from_mins(10))), "with its place");
    s.resume("sari");
    for n in [4, 2, 3, 5, 1] {
        let offer = s.queues.last_offer;
        s.answer(offer);
        assert_eq!(s.state("sari"), "talking");
        assert!(
            s.queues
                .agent(&"sari".into())
                .is_some_and(|one| one.state.talking_with() == Some(call(n)))
        );
        s.part(n).wrapped_up("sari");
    }
}

/// A caller who is moved while a phone rings: the offer is taken back, and the place goes along.
#[test]
fn a_move_takes_a_live_offer_back() {
    let mut s = Script::new(settings(&[("sari", &["service"], &[]), ("budi", &["sales"], &[])]));
    s.reachable("sari", true).reachable("budi", true).enter(1).rings(1).wait(2).move_to(1, "sales");
    s.move_to(1, "sales").move_to(1, "nowhere").release(1);
    insta::assert_snapshot!(s.said);
}

/// Logged out by word: neither the phone nor `Resume` makes them ready; what is under way goes on.
#[test]
fn who_is_logged_out_by_word_stays_out() {
    let mut s = Script::staffed(&["sari", "budi"]);
    s.wait(1).enter(1).answer(1).log_out("sari").wait(5).part(1);
    assert_eq!(s.state("sari"), "wrapup", "the work is finished first");
    s.wait(30);
    assert_eq!(s.state("sari"), "offline");
    s.reachable("sari", false).reachable("sari", true).resume("sari").on_break("sari", "tea");
    assert_eq!(s.state("sari"), "offline");
    s.log_out("budi").enter(2);
    assert!(!s.queues.is_staffed(&"service".into()), "nobody is logged in");
    s.log_in("sari").enter(3).log_out("sari").log_in("sari");
    assert_eq!(s.state("sari"), "reserved", "a log-out that waits can be taken back");
    insta::assert_snapshot!(s.said);
}

/// A restart keeps who is logged out by word, and who will be.
#[test]
fn a_restart_keeps_who_is_logged_out() {
    let mut s = Script::new(by(Strategy::LongestIdle, &[]));
    let was = |agent: &str, status| AgentStanding {
        agent: agent.into(),
        status,
        reason: None,
        since: Instant::ZERO,
        until: Some(Instant::ZERO + Duration::from_secs(9)),
        idle_since: None,
        contact: None,
        queue: Some("service".into()),
        pending: Some(crate::queue::LOGGED_OUT.into()),
        missed: 0,
    };
    use crate::history::AgentStatus::{Offline, Wrapup};
    s.restore(Standing {
        agents: vec![was("sari", Offline), was("budi", Wrapup)],
        ..Standing::default()
    });
    s.reachable("sari", true).reachable("budi", true).wait(9);
    assert_eq!([s.state("sari"), s.state("budi")], ["offline", "offline"]);
}

/// Fault table, rows 10 to 12: a wrap-up is the agent's own state with its own deadline, through other queues, a reload
/// and other agents' wrap-ups.
#[test]
fn each_wrap_up_has_its_own_deadline() {
    let both: &[&str] = &["service", "sales"];
    let staff = settings(&[("sari", both, &[]), ("budi", both, &[])]);
    let mut s = Script::new(staff.clone());
    s.reachable("sari", true).wait(1).reachable("budi", true);
    s.enter(1).enter(2).answer(1).answer(2).part(1).wait(10).part(2).change(staff);
    let sales = Contact { queue: "sales".into(), ..s.contact(3) };
    s.enter_as(sales).wait(19);
    assert_eq!([s.state("sari"), s.state("budi")], ["wrapup", "wrapup"]);
    s.wait(1);
    assert_eq!([s.state("sari"), s.state("budi")], ["reserved", "wrapup"]);
    s.longer_wrap_up("budi", 60).wait(69);
    assert_eq!(s.state("budi"), "wrapup");
    s.longer_wrap_up("budi", 7_200);
    let until = s.queues.agent(&"budi".into()).and_then(|one| one.state.deadline());
    assert_eq!(
        until,
        Some(Instant::ZERO + Duration::from_secs(11) + Duration::from_mins(30)),
        "bounded"
    );
    s.wrapped_up("budi");
    assert_eq!(s.state("budi"), "ready");
}

/// Fault table, rows 2 and 3: whatever word is lost, each agent is free again by themselves.
#[test]
fn every_state_that_binds_has_an_end() {
    let settings =
        Settings { talk_limit: Duration::from_mins(5), ..settings(&[("sari", &["service"], &[])]) };
    let mut s = Script::new(settings);
    s.reachable("sari", true).enter(1).wait(60);
    assert_eq!(
        s.queues.agent(&"sari".into()).and_then(|one| one.state.offer()).map(|offer| offer.0),
        Some(2),
        "the first offer's lease and release ended"
    );
    s.answer(2).wait(302);
    assert_eq!(s.state("sari"), "wrapup", "no word of the talk's end came");
    s.wait(30);
    assert_eq!(s.state("sari"), "ready");
}

/// Fault table, row 15: a call counts once, however often its news is told.
#[test]
fn counts_come_from_what_was_seen_once() {
    let mut s = Script::staffed(&["sari"]);
    s.enter(1).answer(1).answer(1).answer(1).wait(9).part(1).part(1).answer(1);
    let shift = s.queues.agent(&"sari".into()).map(|one| one.shift);
    assert_eq!(shift, Some(Shift { calls: 1, talked: Duration::from_secs(9) }));
}
