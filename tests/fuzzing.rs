//! Damaged input for every parser that strangers reach: no panic, nothing slow, nothing kept.
//!
//! 100,000 inputs each, a million where `SAMBUNG_LONG` is set. `SEED=7` makes other ones; a failure prints its seed
//! and leaves the input in the temporary folder. The targets in `tests/fuzz` run the same functions under libFuzzer.

use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use parsers::Parsers;
use rustix::time::{ClockId, clock_gettime};

#[path = "fuzzing/corpus.rs"]
mod corpus;
#[path = "fuzzing/damage.rs"]
mod damage;
#[path = "fuzz/parsers.rs"]
mod parsers;

/// The most processor time that one input may take, in milliseconds.
const SLOWEST_MS: i64 = 100;
/// By how much the program may grow after the first tenth of the inputs, in kB, all parsers of this file together.
const MAX_GROWTH_KB: u64 = 64 * 1_024;

/// One parser with its damaged inputs.
fn run(name: &str, corpus: &[&[u8]], parse: fn(&mut Parsers, &[u8])) {
    let is_long = std::env::var_os("SAMBUNG_LONG").is_some();
    let inputs = if is_long { 1_000_000 } else { 100_000 };
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut damage = damage::Damage::new(seed);
    let mut parsers = Parsers::default();
    // The corpus itself must mean something to the parser, or the damage would be done to noise.
    corpus.iter().for_each(|bytes| parse(&mut parsers, bytes));
    let (mut slowest, mut early) = (0, 0);
    for number in 0..inputs {
        let input = damage.input(corpus);
        let before = cpu_ms();
        let outcome = catch_unwind(AssertUnwindSafe(|| parse(&mut parsers, &input)));
        let took = cpu_ms() - before;
        slowest = slowest.max(took);
        let well = outcome.is_ok() && took <= SLOWEST_MS;
        if !well {
            let file = std::env::temp_dir().join(format!("sambung-{name}-{seed}-{number}"));
            fs::write(&file, &input).expect("the temporary folder takes files");
            assert!(well, "{name}, seed {seed}, input {number}, {took} ms: see {}", file.display());
        }
        if number == inputs / 10 {
            early = memory_kb();
        }
    }
    let growth = memory_kb().saturating_sub(early);
    if is_long {
        let figure = format!("{inputs} inputs, slowest {slowest} ms, grew by {growth} kB");
        let line = format!("MEASURED: fuzzed {name} | {figure} | no panic, 100 ms, 65536 kB");
        writeln!(std::io::stderr(), "{line}").expect("stderr takes a line");
    }
    assert!(growth < MAX_GROWTH_KB, "{name} grew by {growth} kB");
}

/// The processor time of this thread, in milliseconds.
fn cpu_ms() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}

fn memory_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("this system has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a figure");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn sip() {
    run("SIP", &corpus::SIP.map(str::as_bytes), Parsers::sip);
}

#[test]
fn glance() {
    run("the guard's glance", &corpus::SIP.map(str::as_bytes), Parsers::glance);
}

#[test]
fn sdp() {
    run("SDP", &corpus::SDP.map(str::as_bytes), Parsers::sdp);
}

#[test]
fn rtp() {
    run("RTP", &corpus::RTP, Parsers::rtp);
}

#[test]
fn rtcp() {
    run("RTCP", &corpus::RTCP, Parsers::rtcp);
}

#[test]
fn keys() {
    run("RFC 4733", &corpus::KEYS, Parsers::keys);
}

#[test]
fn digest() {
    run("digest", &corpus::DIGEST.map(str::as_bytes), Parsers::digest);
}

#[test]
fn capture() {
    let corpus = corpus::captures();
    run("captures", &corpus.iter().map(Vec::as_slice).collect::<Vec<_>>(), Parsers::capture);
}

#[test]
fn wave() {
    let corpus = corpus::waves();
    for (number, file) in corpus.iter().enumerate() {
        assert!(sambung::cli::channels_of_wav(file).is_some(), "file {number} is refused");
    }
    run("WAV of any writer", &corpus.iter().map(Vec::as_slice).collect::<Vec<_>>(), Parsers::wave);
}

#[test]
fn wav() {
    run("WAV", &corpus::wav().iter().map(Vec::as_slice).collect::<Vec<_>>(), Parsers::wav);
}
