//! Twice as many callers as there is room for, and too few open files.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use crate::callers::{Callers, Outcome, Plan};
use crate::form::{either, measured};
use crate::support::project::Project;
use crate::support::rtp::Endpoint;
use crate::support::server::Server;
use crate::support::{sound, wait};
use crate::system::leave_files;

/// The most calls at a time.
const CAPACITY: usize = 60;
/// Calls that are there before the rush and must not notice it.
const ESTABLISHED: usize = 4;
/// How long each call of the rush lasts.
const TALK: Duration = Duration::from_secs(3);
/// Calls that begin in a second: twice what there is room for.
const OFFERED: u64 = 2 * (CAPACITY - ESTABLISHED) as u64 / 3;
/// How long it may take to be turned away: in the short form beside other tests, in the long one alone.
const REFUSAL_LIMIT_MS: (u64, u64) = (150, 50);

fn server(limits: &str) -> Server {
    let tone = sound::tone(600.0, 200_000);
    let mut project = Project::new("notice").rtp_ports(240).prompt("notice", &tone);
    project.limits = limits.to_owned();
    // What is told of each message must not be what is measured.
    Server::start(project.environment("SAMBUNG_LOG", "info"))
}

#[test]
fn twice_the_capacity_is_served_to_the_brim_and_the_rest_told_at_once() {
    let server = server(&format!("calls: {CAPACITY}"));
    let seconds = either(20, 120);
    let ears: Vec<Endpoint> = (0..ESTABLISHED).map(|_| Endpoint::open()).collect();
    let rush = Plan {
        calls: usize::try_from(OFFERED).expect("small") * seconds,
        per_second: OFFERED,
        talk: TALK,
        ..Plan::to(server.sip())
    };
    let (held, outcomes, began) = thread::scope(|scope| {
        let held: Vec<_> = ears
            .iter()
            .map(|ear| {
                let talk = Duration::from_secs(seconds as u64 + 6);
                let plan = Plan { talk, audio: ear.port(), ..Plan::to(server.sip()) };
                scope.spawn(move || Callers::at(Ipv4Addr::LOCALHOST, plan.server).run(&plan))
            })
            .collect();
        for ear in &ears {
            ear.peer();
        }
        wait::pause(Duration::from_secs(1));
        let began = wait::now();
        let outcomes = Callers::at(Ipv4Addr::LOCALHOST, server.sip()).run(&rush);
        let held: Vec<Outcome> =
            held.into_iter().flat_map(|calls| calls.join().expect("callers end")).collect();
        (held, outcomes, began)
    });

    // From when the brim can be reached to the last call that begins.
    let brim = Duration::from_secs(3);
    let until = Duration::from_secs(seconds as u64);
    let used: Duration = outcomes
        .iter()
        .filter_map(|outcome| {
            Some(outcome.started.saturating_duration_since(began) + outcome.answered?)
        })
        .map(|from| (from + TALK).min(until).saturating_sub(from.max(brim)))
        .sum();
    let room = (until - brim) * u32::try_from(CAPACITY - ESTABLISHED).expect("small");
    let goodput = used.as_secs_f64() / room.as_secs_f64() * 100.0;
    let refused: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.refused).collect();
    let mut times: Vec<Duration> = refused.iter().map(|(_, time, _)| *time).collect();
    times.sort();
    let slow = times[times.len() * 99 / 100];
    let gap = longest_gaps(&ears);
    measured("goodput at twice the capacity", &format!("{goodput:.1} %"), "95 %");
    measured("refusal, 99th percentile", &format!("{:.1} ms", slow.as_secs_f64() * 1e3), "50 ms");
    measured(
        "RTP gap of established calls, 99th percentile",
        &format!("{} ms", gap.as_millis()),
        "40 ms",
    );

    assert!(goodput >= 95.0, "{goodput:.1} % of the capacity");
    let limit = Duration::from_millis(either(REFUSAL_LIMIT_MS.0, REFUSAL_LIMIT_MS.1));
    assert!(slow <= limit, "{slow:?} until a refusal");
    assert!(refused.len() * 3 > outcomes.len(), "{} of {} refused", refused.len(), outcomes.len());
    let spread: BTreeSet<_> = refused.iter().map(|(_, _, after)| *after).collect();
    assert!(refused.iter().all(|(status, ..)| *status == 503));
    assert!(spread.iter().all(|after| after.is_some_and(|s| (5..=15).contains(&s))), "{spread:?}");
    assert!(spread.len() > 8, "they do not all come back at once: {spread:?}");
    assert!(held.iter().all(|call| call.answered.is_some() && !call.cut_off), "{held:?}");
    assert!(gap < Duration::from_millis(either(80, 40)), "{gap:?} without audio");
    let answered = outcomes.iter().filter(|outcome| outcome.answered.is_some()).count();
    server.records(answered + ESTABLISHED);
}

/// Of all pauses between packets, the one that 99 of 100 are shorter than.
fn longest_gaps(ears: &[Endpoint]) -> Duration {
    let mut gaps = Vec::new();
    for ear in ears {
        let packets = ear.packets();
        gaps.extend(packets.windows(2).map(|pair| pair[1].at - pair[0].at));
    }
    gaps.sort();
    gaps[gaps.len() * 99 / 100]
}

#[test]
fn without_open_files_new_calls_are_turned_away_and_taken_again_later() {
    const ROOM: usize = 10;
    let server = server("calls: 100");
    let long =
        Plan { calls: 4, per_second: 20, talk: Duration::from_secs(6), ..Plan::to(server.sip()) };
    let call = |calls, talk| {
        let plan = Plan { calls, per_second: 20, talk, ..Plan::to(server.sip()) };
        Callers::at(Ipv4Addr::LOCALHOST, server.sip()).run(&plan)
    };
    let count = |outcomes: &[Outcome]| outcomes.iter().filter(|o| o.answered.is_some()).count();
    thread::scope(|scope| {
        let established = scope.spawn(|| Callers::at(Ipv4Addr::LOCALHOST, server.sip()).run(&long));
        wait::pause(Duration::from_secs(1));
        leave_files(&server, ROOM);
        let outcomes = call(20, Duration::from_secs(2));
        let (good, refused) = (count(&outcomes), outcomes.iter().filter(|o| o.refused.is_some()));
        // A file or two may have been closed meanwhile.
        assert!((ROOM / 2..=ROOM + 2).contains(&good), "{good} calls with room for {ROOM}");
        assert!(refused.clone().all(|o| o.refused.is_some_and(|(status, ..)| status == 503)));
        assert_eq!(good + refused.count(), 20, "{outcomes:?}");
        let established = established.join().expect("callers end");
        assert!(established.iter().all(|call| call.answered.is_some() && !call.cut_off));
    });
    wait::pause(Duration::from_millis(700));
    assert_eq!(count(&call(8, Duration::from_millis(300))), 8, "it recovers by itself");
}
