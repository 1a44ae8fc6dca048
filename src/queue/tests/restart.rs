//! A node that begins anew, and what can be seen from outside.

use super::script::{Script, call, settings};
use crate::call::AgentId;
use crate::history::{AgentStatus, Medium};
use crate::queue::{AgentStanding, AgentState, Contact, Standing};
use crate::time::{Duration, Instant};

/// Seconds before the new node's clock began, or after.
fn at(seconds: i64) -> Instant {
    let span = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { Instant::ZERO.ago(span) } else { Instant::ZERO + span }
}

fn was(agent: &str, status: AgentStatus) -> AgentStanding {
    AgentStanding {
        agent: agent.into(),
        status,
        reason: None,
        since: at(-60),
        until: None,
        idle_since: None,
        contact: None,
        queue: Some("service".into()),
        pending: None,
        missed: 0,
    }
}

const NAMES: [&str; 9] = ["agus", "budi", "citra", "dewi", "eko", "fitri", "gita", "hadi", "intan"];

fn script() -> Script {
    let agents: Vec<_> = NAMES.iter().map(|&name| (name, &["service"][..], &[][..])).collect();
    Script::new(settings(&agents))
}

/// Fault table, row 17 and acceptance 5: reasons, pause times and deadlines are what they were.
#[test]
fn a_restart_changes_no_reason_no_pause_and_no_deadline() {
    let mut s = script();
    s.restore(Standing {
        agents: vec![
            AgentStanding { reason: Some("lunch".into()), ..was("agus", AgentStatus::Break) },
            AgentStanding {
                until: Some(at(12)),
                contact: Some(call(7)),
                pending: Some("tea".into()),
                ..was("budi", AgentStatus::Wrapup)
            },
            AgentStanding {
                until: Some(at(7)),
                reason: Some("busy".into()),
                ..was("citra", AgentStatus::Backoff)
            },
            AgentStanding { until: Some(at(40)), missed: 2, ..was("dewi", AgentStatus::Rona) },
            AgentStanding { idle_since: Some(at(-300)), ..was("eko", AgentStatus::Ready) },
            AgentStanding { idle_since: Some(at(-400)), ..was("fitri", AgentStatus::Ringing) },
            AgentStanding { contact: Some(call(8)), ..was("gita", AgentStatus::Talking) },
            was("hadi", AgentStatus::Offline),
            AgentStanding { until: Some(at(-5)), ..was("intan", AgentStatus::Wrapup) },
            was("nobody", AgentStatus::Ready),
        ],
        ..Standing::default()
    });
    let states: Vec<_> = NAMES.iter().map(|name| s.state(name)).collect();
    assert_eq!(
        states,
        [
            "break(lunch)",
            "wrapup",
            "backoff(busy)",
            "rona",
            "unreachable",
            "unreachable",
            "wrapup",
            "offline",
            "unreachable"
        ]
    );
    let since: Vec<_> =
        s.queues.agents().map(|agent| (agent.since, agent.state.deadline())).collect();
    assert_eq!(
        since.get(..4),
        Some(
            &[
                (at(-60), None),
                (at(-60), Some(at(12))),
                (at(-60), Some(at(7))),
                (at(-60), Some(at(40)))
            ][..]
        )
    );
    let rona = s.queues.agent_state(&"dewi".into()).and_then(AgentState::reason);
    assert_eq!(rona.as_deref(), Some("2 missed calls"));
    // The phones come back: the breaks and rests go on, and who has been idle longest is asked first.
    for name in NAMES {
        s.reachable(name, true);
    }
    assert_eq!([s.state("agus"), s.state("budi")], ["break(lunch)", "wrapup"]);
    s.enter(1).enter(2);
    assert_eq!([s.state("fitri"), s.state("eko")], ["reserved", "reserved"]);
    s.wait(12);
    assert_eq!([s.state("budi"), s.state("citra")], ["break(tea)", "ready"]);
}

/// Who was idle before the restart is asked before somebody who is new.
#[test]
fn who_was_never_heard_of_begins_now() {
    let mut settings = settings(&[("agus", &["service"], &[]), ("budi", &["service"], &[])]);
    settings.agents.values_mut().for_each(|agent| agent.always_there = true);
    let mut s = Script::new(settings);
    s.wait(60);
    let idle = AgentStanding { idle_since: Some(at(-5)), ..was("budi", AgentStatus::Ready) };
    s.restore(Standing { agents: vec![idle], ..Standing::default() });
    let since: Vec<_> =
        s.queues.agents().map(|agent| (agent.since, agent.state.idle_since())).collect();
    assert_eq!(since, [(at(60), Some(at(60))), (at(60), Some(at(-5)))]);
    s.enter(1);
    assert_eq!([s.state("agus"), s.state("budi")], ["ready", "reserved"]);
}

/// Acceptance 5: who waited keeps the place, ahead of everybody who came later, and nobody of them is refused.
#[test]
fn who_waited_stands_where_they_stood() {
    let mut s = script();
    let contacts: Vec<_> = (1..=90)
        .map(|n| Contact {
            enqueued_at: at(-1_000 + i64::try_from(n).expect("small")),
            medium: if n % 10 == 0 { Medium::Callback } else { Medium::Voice },
            again: true,
            ..s.contact(n)
        })
        .collect();
    s.restore(Standing { contacts: contacts.into_iter().rev().collect(), ..Standing::default() });
    s.wait(1).reachable("agus", true).enter(200);
    let queue = s.queues.queue(&"service".into()).expect("the queue is there");
    let order: Vec<_> = queue.contacts().map(|contact| contact.call).collect();
    let expected: Vec<_> = (1..=90).chain([200]).map(call).collect();
    assert_eq!(order, expected);
    assert_eq!(queue.contacts().filter(|one| one.medium == Medium::Callback).count(), 9);
    let first = queue.contacts().next().expect("somebody waits");
    assert_eq!((first.since, first.position), (at(-999), 1));
    assert_eq!(first.rung().collect::<Vec<_>>(), [&AgentId::from("agus")]);
}

/// A wish to be called back waits without anybody being logged in; a caller does not.
#[test]
fn callbacks_wait_for_staff_and_callers_do_not() {
    let mut s = script();
    let callback = |s: &Script, n| Contact { medium: Medium::Callback, ..s.contact(n) };
    let first = callback(&s, 1);
    s.enter_as(first).enter(2).wait(20);
    assert_eq!(s.queues.waiting(&"service".into()), 1);
    s.reachable("agus", true).wait(1);
    assert_eq!(s.state("agus"), "reserved");
    s.reachable("agus", false).enter(3).wait(1);
    let second = callback(&s, 4);
    s.enter_as(second).leave(1).wait(60);
    let queue = s.queues.queue(&"service".into()).expect("the queue is there");
    assert_eq!(queue.contacts().map(|one| one.call).collect::<Vec<_>>(), [call(4)]);
}

/// Fault table, rows 20 and 23: a phone that is gone for a moment costs nothing, one that stays away is told.
#[test]
fn a_phone_that_registers_anew_keeps_its_agent_where_they_were() {
    let mut s = Script::staffed(&["sari", "budi"]);
    s.wait(9).reachable("sari", false);
    assert_eq!(s.state("sari"), "unreachable");
    s.wait(20).reachable("sari", true).enter(1);
    assert_eq!(s.state("sari"), "reserved", "idle for longest, as before");
    s.reachable("budi", false).wait(30);
    assert_eq!(s.state("budi"), "offline");
}

#[test]
fn a_queue_is_seen_as_it_is() {
    let mut s = Script::staffed(&["sari", "budi"]);
    s.wait(2).enter(1).enter(2).enter(3).rings(1).answer(1).on_break("sari", "lunch").wait(3);
    let queue = s.queues.queue(&"service".into()).expect("the queue is there");
    assert_eq!((queue.waiting(), queue.ready(), queue.members()), (2, 0, 2));
    let seen: Vec<_> = queue
        .contacts()
        .map(|one| (one.position, one.call, one.since, one.rung().count()))
        .collect();
    let came = Instant::ZERO + Duration::from_millis(2_020);
    assert_eq!(seen, [(1, call(2), came, 1), (2, call(3), came, 0)]);
    let sari = s.queues.agent(&"sari".into()).expect("she is there");
    assert_eq!(sari.pending, Some("lunch"));
    assert_eq!((sari.since, sari.state.talking_with()), (came, Some(call(1))));
    assert_eq!(sari.queues().map(|queue| queue.to_string()).collect::<Vec<_>>(), ["service"]);
    assert_eq!(s.queues.agents().count(), 2);
    assert_eq!(s.queues.contact(call(3)).map(|one| one.position), Some(2));
}
