//! What an offer decision costs: 1,000 callers wait and 200 agents work; an agent becomes ready, or a caller comes.
//!
//! `cargo bench --bench queue [-- DECISIONS]`. Each figure stands beside a floor of the same run: what it costs to take an
//! entry out of a sorted set of as many and put another in.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::BTreeSet;
use std::time::Duration as Span;

use sambung::call::{AgentId, CallId};
use sambung::history::Medium;
use sambung::queue::{
    AgentSettings, Contact, Input, OfferId, Output, QueueSettings, Queues, Ring, Settings, Strategy,
};
use sambung::time::{Duration, Instant};

/// Callers in line.
const WAITING: u64 = 1_000;
/// Agents.
const AGENTS: u32 = 200;
/// The most that a decision may take: design/performance.
const LIMIT_US: f64 = 50.0;

fn main() {
    let wanted = std::env::args().filter_map(|argument| argument.parse().ok()).next();
    let decisions: usize = wanted.unwrap_or(20_000);
    let floor = floor(decisions);
    println!(
        "{WAITING} waiting, {AGENTS} agents, {decisions} decisions each; µs of this thread's CPU"
    );
    print("floor: a sorted set", &floor, &floor);
    let mut slow = false;
    for strategy in [
        Strategy::LongestIdle,
        Strategy::RoundRobin,
        Strategy::FewestCalls,
        Strategy::LeastTalk,
        Strategy::Linear,
        Strategy::Random,
        Strategy::Weighted,
    ] {
        let [ready, came] = decide(strategy, decisions);
        print(&format!("{}: an agent becomes ready", strategy.name()), &ready, &floor);
        print(&format!("{}: a caller comes", strategy.name()), &came, &floor);
        slow |= percentile(&ready, 99) > LIMIT_US || percentile(&came, 99) > LIMIT_US;
    }
    println!("{}", if slow { "over the limit of 50 µs" } else { "within the limit of 50 µs" });
}

fn print(what: &str, times: &[f64], floor: &[f64]) {
    let (p50, p99) = (percentile(times, 50), percentile(times, 99));
    let ratio = p50 / percentile(floor, 50);
    println!("{what:<44} p50 {p50:>7.2}   p99 {p99:>7.2}   {ratio:>6.1} × floor");
}

fn percentile(times: &[f64], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) * percent / 100]
}

fn settings(strategy: Strategy) -> Settings {
    let after = Duration::from_secs(30);
    let rings = vec![Ring { after, levels: [2].into(), drop_skills: ["language".into()].into() }];
    let queue = QueueSettings { max_calls: 100_000, strategy, rings, ..QueueSettings::default() };
    let mut settings = Settings::default();
    settings.queues.insert("service".into(), queue.clone());
    settings.queues.insert("sales".into(), queue);
    for n in 0..AGENTS {
        let mut agent = AgentSettings {
            queues: vec!["service".into(), "sales".into()],
            ..AgentSettings::default()
        };
        if n % 4 == 0 {
            agent.skills.insert("language".into(), ["id".into()].into());
        }
        settings.agents.insert(AgentId::new(format!("agent{n:03}")), agent);
    }
    settings
}

fn contact(n: u64, now: Instant) -> Contact {
    let skills = match n % 3 {
        0 => Vec::new(),
        1 => vec![("language".into(), "id".into())],
        _ => vec![("language".into(), "en".into())],
    };
    Contact {
        call: CallId::new(n, 0),
        queue: if n.is_multiple_of(4) { "sales" } else { "service" }.into(),
        skills,
        priority: u8::try_from(n % 9).unwrap_or(0) + 1,
        enqueued_at: now,
        max_wait: Duration::from_mins(600),
        longest_expected: None,
        closes_at: None,
        medium: Medium::Voice,
        again: false,
    }
}

/// The times of so many decisions: an agent is ready for a full line, a caller comes while agents are free.
fn decide(strategy: Strategy, decisions: usize) -> [Vec<f64>; 2] {
    let mut queues = Queues::new(settings(strategy));
    let mut now = Instant::ZERO;
    let mut calls = 0;
    let agents: Vec<AgentId> = (0..AGENTS).map(|n| AgentId::new(format!("agent{n:03}"))).collect();
    for agent in &agents {
        tell(&mut queues, now, Input::Reachable { agent: agent.clone(), reachable: true });
    }
    // A caller comes while many are free: answered and over at once, so that as many stay free.
    let mut came = Vec::with_capacity(decisions);
    while came.len() < decisions {
        now += Duration::from_millis(100);
        calls += 1;
        let (took, offers) = tell(&mut queues, now, Input::Enqueue(contact(calls, now)));
        came.push(took);
        for offer in offers {
            tell(&mut queues, now, Input::Answered { offer });
            tell(&mut queues, now, Input::TalkEnded { call: CallId::new(calls, 0) });
        }
        now += Duration::from_millis(1);
        let agent = agents[came.len() % agents.len()].clone();
        tell(&mut queues, now, Input::WrapUpDone { agent });
    }
    for agent in &agents {
        tell(&mut queues, now, Input::WrapUpDone { agent: agent.clone() });
        tell(&mut queues, now, Input::Break { agent: agent.clone(), reason: "lunch".into() });
    }
    let waiting =
        |queues: &Queues| queues.waiting(&"service".into()) + queues.waiting(&"sales".into());
    let mut ready = Vec::with_capacity(decisions);
    while ready.len() < decisions {
        while waiting(&queues) < usize::try_from(WAITING).unwrap_or(usize::MAX) {
            now += Duration::from_millis(50);
            calls += 1;
            tell(&mut queues, now, Input::Enqueue(contact(calls, now)));
        }
        let agent = agents[ready.len() % agents.len()].clone();
        let (took, offers) = tell(&mut queues, now, Input::Resume { agent: agent.clone() });
        ready.push(took);
        assert_eq!(offers.len(), 1, "a full line has a caller for everybody");
        for offer in offers {
            tell(&mut queues, now, Input::Answered { offer });
        }
        let talks = queues.agent_state(&agent).and_then(|state| state.talking_with());
        tell(&mut queues, now, Input::Break { agent: agent.clone(), reason: "lunch".into() });
        if let Some(call) = talks {
            tell(&mut queues, now, Input::TalkEnded { call });
        }
        tell(&mut queues, now, Input::WrapUpDone { agent });
    }
    [ready, came]
}

/// Tells the queue something: how long it took, and the offers that it made.
fn tell(queues: &mut Queues, now: Instant, input: Input) -> (f64, Vec<OfferId>) {
    let began = cpu_time();
    queues.handle(now, input);
    let took = (cpu_time() - began).as_secs_f64() * 1e6;
    let mut offers = Vec::new();
    while let Some(output) = queues.poll_output() {
        if let Output::Offer { offer, .. } = output {
            offers.push(offer);
        }
    }
    (took, offers)
}

/// The times of an exchange in a sorted set of as many entries as callers wait.
fn floor(decisions: usize) -> Vec<f64> {
    let mut set: BTreeSet<(Instant, CallId)> =
        (0..WAITING).map(|n| (Instant::from_micros(n), CallId::new(n, 0))).collect();
    let exchange = |n: usize| {
        let n = WAITING + u64::try_from(n).unwrap_or(0);
        let began = cpu_time();
        set.pop_first();
        set.insert((Instant::from_micros(n), CallId::new(n, 0)));
        (cpu_time() - began).as_secs_f64() * 1e6
    };
    (0..decisions).map(exchange).collect()
}

/// The CPU time of this thread.
fn cpu_time() -> Span {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("time runs forward");
    Span::from_secs(seconds)
        + Span::from_nanos(u64::try_from(time.tv_nsec).expect("below a second"))
}
