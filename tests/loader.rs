//! The readers of flows under damaged input, and the loader held against another YAML library.
//!
//! `SAMBUNG_LONG=600 cargo test --test loader` takes fresh inputs for ten minutes on each reader; `tests/fuzz` has the
//! same inputs for a fuzzer that looks inside.

use std::time::Duration;

use chance::Chance;
use sambung::flow::{Compiled, Diagnostics, Facts, Sources, compile, read_yaml};

#[path = "loader/chance.rs"]
mod chance;
#[path = "loader/formulas.rs"]
mod formulas;
#[path = "loader/same.rs"]
mod same;
#[path = "support/wait.rs"]
#[expect(dead_code, reason = "only the clock is needed here")]
mod wait;

/// Inputs to each reader in every run.
const INPUTS: usize = 100_000;
/// How long each reader is given fresh inputs: so many seconds, by default one.
fn long() -> Duration {
    let asked = std::env::var("SAMBUNG_LONG").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(asked.unwrap_or(1))
}
/// No input may take a reader more CPU time, without optimisation.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is cut into pieces and damaged.
const SEEDS: [&str; 4] = [
    include_str!("../flows/halo.yaml"),
    include_str!("../flows/toko.yaml"),
    include_str!("../sambung.yaml"),
    include_str!("../flows/toko.test.yaml"),
];

#[test]
fn no_damaged_piece_of_a_file_makes_the_loader_panic_or_stall() {
    let mut chance = Chance::new(1);
    for _ in 0..INPUTS {
        load(&chance.damaged(&SEEDS));
    }
}

#[test]
fn no_damaged_formula_makes_the_checker_panic_or_stall() {
    let mut chance = Chance::new(2);
    for _ in 0..INPUTS / formulas::TOGETHER {
        check(&formulas::flow(&mut chance));
    }
}

#[test]
fn no_damaged_flow_makes_the_checker_panic_or_stall() {
    let mut chance = Chance::new(3);
    for _ in 0..60 {
        check(&chance.damaged_whole(&SEEDS[..2]));
    }
}

#[test]
fn no_damaged_test_file_makes_the_checker_panic_or_stall() {
    let mut chance = Chance::new(4);
    for _ in 0..60 {
        check_tests(&chance.damaged_whole(&SEEDS[3..]));
    }
}

#[test]
fn fresh_damage_to_files_is_told() {
    for_long(10, |chance| load(&chance.damaged(&SEEDS)), 1);
}

#[test]
fn fresh_damage_to_formulas_is_told() {
    for_long(20, |chance| check(&formulas::flow(chance)), formulas::TOGETHER);
}

#[test]
fn fresh_damage_to_whole_flows_is_told() {
    for_long(30, |chance| check(&chance.damaged_whole(&SEEDS[..2])), 1);
}

#[test]
fn fresh_damage_to_test_files_is_told() {
    for_long(40, |chance| check_tests(&chance.damaged_whole(&SEEDS[3..])), 1);
}

/// Works for [`long`] with a fresh seed every time, and says how far it came.
#[expect(clippy::print_stdout, reason = "a long run says how far it came")]
fn for_long(first_seed: u64, mut work: impl FnMut(&mut Chance), inputs_each: usize) {
    let (began, mut inputs, mut seed) = (wait::now(), 0_usize, first_seed);
    while began.elapsed() < long() {
        let mut chance = Chance::new(seed);
        for _ in 0..100 {
            work(&mut chance);
            inputs += inputs_each;
        }
        seed += 100;
    }
    println!("{inputs} inputs, seeds {first_seed} to {seed} by hundreds");
}

/// Loads one file as plain values.
fn load(bytes: &[u8]) {
    let began = cpu_time();
    let (_, findings) = read_yaml::<serde_yaml::Value>("a.yaml", bytes);
    assert!(cpu_time() - began < PATIENCE, "{}", String::from_utf8_lossy(bytes));
    places_lie_in_their_files(&findings, bytes);
}

/// Compiles one flow.
fn check(bytes: &[u8]) {
    compile_all(&Sources::one("a.yaml", bytes), bytes);
}

/// Compiles a test file beside the flow that it tests.
fn check_tests(bytes: &[u8]) {
    let mut sources = Sources::one("a.test.yaml", bytes);
    sources.add("toko.yaml", SEEDS[1].as_bytes());
    compile_all(&sources, bytes);
}

fn compile_all(sources: &Sources, bytes: &[u8]) {
    let began = cpu_time();
    let compiled: Compiled = compile(sources, &Facts::default());
    assert!(cpu_time() - began < PATIENCE, "{}", String::from_utf8_lossy(bytes));
    places_lie_in_their_files(&compiled.diagnostics, bytes);
}

/// The CPU time of this thread: how busy the machine is does not count.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).expect("time runs forward");
    let nanos = u64::try_from(time.tv_nsec).expect("below a second");
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

/// Every place that a finding shows is a piece of its file, between whole characters.
fn places_lie_in_their_files(findings: &Diagnostics, bytes: &[u8]) {
    for finding in &findings.list {
        for label in &finding.labels {
            let file = &findings.files[label.span.file.0 as usize];
            let piece = file.text.get(label.span.range());
            let code = finding.code();
            assert!(piece.is_some(), "{code} {:?} of {:?}", label, String::from_utf8_lossy(bytes));
        }
    }
}
