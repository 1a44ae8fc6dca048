//! What 500 tests of a flow cost: whole calls in virtual time, with menus, entries, a service, a queue and an agent.
//!
//! `cargo bench --bench trial [-- ROUNDS]`. CPU time of the best round in a release build; reading and checking the
//! flow and its tests once says how fast the machine is.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::sync::Arc;
use std::time::Duration as Span;

use sambung::assemble;
use sambung::flow::{Compiled, Facts, Sources, compile};
use sambung::simulation::trial::{Manner, Stage};
use sambung::simulation::{Ground, Rehearsal};

/// Cases of one round.
const CASES: usize = 500;
/// What they may cost, in seconds of CPU.
const TARGET: f64 = 0.5;

fn main() {
    let rounds =
        std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(10_usize);
    let mut sources = Sources::new();
    sources.add("desk.yaml", include_bytes!("../cli/desk/desk.yaml"));
    sources.add("desk.test.yaml", include_bytes!("../cli/desk/desk.test.yaml"));
    let read = best(rounds, || {
        assert!(!compile(&sources, &Facts::default()).diagnostics.has_errors());
    });
    let compiled = compile(&sources, &Facts::default());
    let played = best(rounds, || play(&compiled));
    let ratio = played.as_secs_f64() / read.as_secs_f64();
    let verdict = if played.as_secs_f64() < TARGET { "within" } else { "over" };
    println!("read and check   {:7.1} ms", read.as_secs_f64() * 1e3);
    println!(
        "{CASES} cases        {:7.1} ms, {ratio:.1} times that; {verdict} the target of {:.0} ms",
        played.as_secs_f64() * 1e3,
        TARGET * 1e3
    );
}

/// Plays the cases of the file again and again, until there were enough.
fn play(compiled: &Compiled) {
    let mut settings =
        assemble::project(&compiled.flows, &compiled.queues, &compiled.calendars).expect("hours");
    assemble::ring_on_paper(&mut settings, &compiled.flows);
    let stage = Stage::new(settings, Rehearsal::by_text());
    let file = compiled.tests.first().expect("a test file");
    let ground = Ground::of(compiled.flow().expect("a flow"), []);
    let rules: Arc<[_]> = file.rules.clone().into();
    for case in file.cases.iter().cycle().take(CASES) {
        let verdict = stage.play(&ground, &file.flow, case, &rules, Manner::Test);
        assert!(!verdict.expect("the flow").lasted.is_zero(), "a call took place");
    }
}

/// The least CPU time of so many rounds.
fn best(rounds: usize, mut work: impl FnMut()) -> Span {
    let spent = (0..rounds.max(1)).map(|_| {
        let began = cpu_time();
        work();
        cpu_time() - began
    });
    spent.min().unwrap_or_default()
}

/// The CPU time of this thread.
fn cpu_time() -> Span {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("time runs forward");
    Span::from_secs(seconds)
        + Span::from_nanos(u64::try_from(time.tv_nsec).expect("below a second"))
}
