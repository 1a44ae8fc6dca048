//! What whole calls cost: `sambung serve` as a user starts it, called over loopback by many callers.
//!
//! `cargo bench --bench calls [-- PART [SIZES…] [SECONDSs]]…` with the parts `start`, `concurrent` (calls at a time,
//! each hears a prompt for 20 s) and `rate` (new calls a second, for 20 s: a prompt, a key after 2 s, another prompt,
//! hang-up after 5 s), such as `concurrent 500 2000 rate 100 60s`. Without a part a short form of all of them runs, in
//! under a minute.
//!
//! CPU is that of the program alone, per cent of one core; the floor is threads that only send and receive the same
//! packets. "Late" is a packet's arrival, by the kernel's stamp, against its own call's RTP time line. "Left out" are
//! frames that the time line passes over. On a busy machine run it under `chrt -r 10`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::panic, reason = "a program that does not run has no figures")]

use sambung::time::Duration;

use call::Script;
use caller::{Caller, Plan, Sound, Tally};
use figures::{Spread, Times};
use server::Server;
use support::Row;
use support::load::Lateness;
use table::Table;

#[path = "calls/call.rs"]
mod call;
#[path = "calls/caller.rs"]
mod caller;
#[path = "calls/figures.rs"]
mod figures;
#[path = "calls/message.rs"]
mod message;
#[path = "calls/project.rs"]
mod project;
#[path = "calls/server.rs"]
mod server;
#[path = "calls/stream.rs"]
mod stream;
#[path = "support/mod.rs"]
mod support;
#[path = "calls/table.rs"]
mod table;
#[path = "calls/wire.rs"]
mod wire;

const SECOND: i64 = 1_000_000;
/// Calls of the concurrent part begin at this rate, or within this many seconds if there are more.
const RAMP: usize = 100;
const MAX_RAMP: usize = 10;
/// What is measured of each part, in seconds, when it was asked for and in the short form.
const LONG: i64 = 20;
const SHORT: i64 = 6;
/// The most that can be measured of concurrent calls: their prompt lasts a minute.
const LONGEST: i64 = 45;
/// How long the floor is measured, of which each figure is told as a multiple.
const FLOOR: Duration = Duration::from_secs(3);

/// One part of the benchmark and how much of it.
struct Part {
    name: String,
    sizes: Vec<usize>,
    seconds: i64,
}

fn main() {
    for part in parts() {
        match part.name.as_str() {
            "start" => start(),
            "concurrent" => concurrent(&part),
            "rate" => rate(&part),
            name => panic!("there is no part `{name}`: start, concurrent, rate"),
        }
    }
}

/// What the arguments ask for.
fn parts() -> Vec<Part> {
    let part = |name: &str, sizes: &[usize], seconds| Part {
        name: name.to_owned(),
        sizes: sizes.to_vec(),
        seconds,
    };
    let mut parts: Vec<Part> = Vec::new();
    for word in std::env::args().skip(1).filter(|word| !word.starts_with('-')) {
        let seconds = word.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
        match (parts.last_mut(), word.parse(), seconds) {
            (Some(part), Ok(size), _) => part.sizes.push(size),
            (Some(part), _, Some(seconds)) => part.seconds = seconds,
            _ => parts.push(part(&word, &[], LONG)),
        }
    }
    for part in parts.iter_mut().filter(|part| part.sizes.is_empty()) {
        let sizes: &[usize] = if part.name == "rate" { &[50, 100, 150] } else { &[100, 300, 500] };
        part.sizes = sizes.to_vec();
    }
    if parts.is_empty() {
        let sizes = [("start", [].as_slice()), ("concurrent", &[100, 500]), ("rate", &[100])];
        parts.extend(sizes.map(|(name, sizes)| part(name, sizes, SHORT)));
    }
    parts
}

fn start() {
    let mut times = Times::default();
    let mut rss = 0.0;
    for _ in 0..5 {
        let server = Server::start();
        #[expect(clippy::cast_possible_truncation, reason = "a few seconds at most")]
        times.add((server.started_ms * 1_000.0) as i64);
        rss = server.usage().rss;
        server.stop();
    }
    let Spread { p50_ms, max_ms, .. } = times.spread();
    println!(
        "start to first SIP answer: {p50_ms:.0} ms, at most {max_ms:.0} ms; idle RSS {rss} kB"
    );
    println!();
}

fn concurrent(part: &Part) {
    let table = Table::begin(
        "a prompt in each call, PCMU 20 ms in and out",
        "calls|failed|CPU %/100|media|late ms p50|  p99|   max|lost|left out|RSS kB/call|files/call",
    );
    for &calls in &part.sizes {
        let server = Server::start();
        let idle = server.usage();
        let mut caller = Caller::new(server.address);
        let every = SECOND / signed(RAMP.max(calls / MAX_RAMP));
        let ramp = every * signed(calls) + SECOND;
        let seconds = part.seconds.min(LONGEST);
        let span = seconds * SECOND;
        // They end in the order in which they began, after all was measured.
        let script = Script { key_after: None, talk: ramp + span + SECOND };
        caller.run(Some(Plan { calls, every, script }), ramp);
        caller.forget();
        let before = server.usage();
        caller.run(None, span);
        let after = server.usage();
        let (talking, heard) = (caller.talking(), signed(caller.fewest_packets()));
        let Sound { late, lost, left_out } = caller.sound();
        caller.finish();
        server.stop();
        let tally = caller.tally();
        let count = calls as f64;
        let per_100 = |spent: f64| spent / seconds as f64 * 100.0 * 100.0 / count;
        let cpu = per_100(after.cpu - before.cpu);
        table.row(&[
            count,
            tally.failures() as f64,
            cpu,
            per_100(after.media - before.media),
            late.p50_ms,
            late.p99_ms,
            late.max_ms,
            lost as f64,
            left_out as f64,
            (after.rss - idle.rss) / count,
            (after.files - idle.files) as f64 / count,
        ]);
        // One frame may fall on either side of the bounds.
        if talking < calls || heard < seconds * 50 - 2 {
            println!("        only {talking} in progress at the end; one heard {heard} packets");
        }
        remark(&tally);
        floor(calls, cpu);
    }
}

/// What calls would cost that only send and receive, at this moment on this machine.
fn floor(calls: usize, cpu: f64) {
    let Row { cpu_per_100, lateness } = support::measure_floor(calls, FLOOR);
    let Lateness { p99_ms, max_ms, lost } = lateness;
    println!(
        "        {:.2} times the floor: {cpu_per_100:.2} %, late p99 {p99_ms} max {max_ms} ms, {lost} lost",
        cpu / cpu_per_100
    );
}

fn rate(part: &Part) {
    let table = Table::begin(
        &format!("new calls for {} s, 5 s each with a key after 2 s; times in ms", part.seconds),
        "calls/s|failed|CPU s/1000|media|200 p50|  p99|sound p50|press p50|  p99|release p50|   p99|\
         late p99|   max|lost|left out|kept kB/call",
    );
    for &per_second in &part.sizes {
        let server = Server::start();
        let idle = server.usage();
        let mut caller = Caller::new(server.address);
        let calls = per_second * usize::try_from(part.seconds).unwrap_or(1);
        let script = Script { key_after: Some(2 * SECOND), talk: 5 * SECOND };
        let plan = Plan { calls, every: SECOND / signed(per_second), script };
        caller.run(Some(plan), (part.seconds + 5) * SECOND);
        caller.finish();
        let after = server.usage();
        server.stop();
        let tally = caller.tally();
        let Sound { late, lost, left_out } = caller.sound();
        let count = calls as f64;
        table.row(&[
            per_second as f64,
            tally.failures() as f64,
            (after.cpu - idle.cpu) * 1_000.0 / count,
            (after.media - idle.media) * 1_000.0 / count,
            tally.answer.p50_ms,
            tally.answer.p99_ms,
            tally.sound.p50_ms,
            tally.from_press.p50_ms,
            tally.from_press.p99_ms,
            tally.from_release.p50_ms,
            tally.from_release.p99_ms,
            late.p99_ms,
            late.max_ms,
            lost as f64,
            left_out as f64,
            (after.rss - idle.rss) / count,
        ]);
        remark(&tally);
    }
}

/// Says what was not as it should be.
fn remark(tally: &Tally) {
    if !tally.failed.is_empty() || tally.repeats > 0 {
        let Tally { answered, failed, repeats, .. } = tally;
        println!("        {answered} answered, failed {failed:?}, {repeats} SIP requests repeated");
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
