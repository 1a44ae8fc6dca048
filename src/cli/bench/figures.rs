//! `sambung bench figures`: what the product promises of its speed, measured and held against that.

use std::process::ExitCode;

use clap::Args;

use super::calls::{Concurrent, Rate, Subject, concurrent, rate};
use super::error::BenchError;
use super::floor::{self, Floor};
use super::load::Tally;
use super::server::Server;
use super::times::Times;
use crate::cli::{exit, print};
use crate::time::Duration;

/// How often the start is measured.
const STARTS: usize = 5;
/// Calls at a time at which cost and punctuality are measured.
const CALLS: u32 = 300;
/// Calls at a time, of which the largest number that is served cleanly is told.
const CAPACITY: [u32; 5] = [500, 1_000, 1_500, 2_000, 2_500];
/// New calls a second, of which the largest number that is served cleanly is told.
const RATES: [u32; 4] = [50, 100, 200, 300];
/// The rate at which what a call costs is measured.
const USUAL_RATE: u32 = 100;
/// Packets of clean sound are not later than this, in 99 of 100 cases, in ms.
const CLEAN_LATE_MS: f64 = 10.0;
/// How long a server is left alone after its first answer before it counts as idle: what starting took is given back by
/// then.
const REST: std::time::Duration = std::time::Duration::from_secs(2);
/// A second, in ms.
const MS: f64 = 1_000.0;
/// The floor of the machine for which the bounds of CPU are set, per cent of a core for 100 calls.
const FLOOR: f64 = 2.4;
/// Seconds of a core for 1,000 calls of 5 s, for each per cent that 100 calls at a time take.
const THOUSAND: f64 = 5.0 * 1_000.0 / 100.0 / 100.0;

/// Measure what is promised of speed, as one table.
#[derive(Debug, Args)]
#[command(after_help = "\
Each figure stands beside what it must be and what is wanted, and beside the floor: streams that only send and receive
the same packets, measured in the same run. Callers and server share this machine; run both under `chrt -r 10`.

The bounds of CPU are set for a machine whose floor is 2.4 % of a core for 100 calls. Where the floor of the run is
higher they are shown and judged higher in the same ratio, also that of signalling, which has no floor of its own; where
it is lower they stay. Bounds of time, memory and numbers of calls are the same everywhere.

A key ends with the first packet that says so. It is understood at its first packet, so that the next prompt may begin
before it ends: then that figure is below zero.

Exit codes: 0 every figure is as it must be, 1 one is not, or could not be measured.")]
pub(crate) struct FiguresArgs {
    /// How long each number of calls is measured
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = super::seconds)]
    duration: Duration,
}

/// One line of the table.
#[derive(Debug)]
struct Figure {
    name: &'static str,
    unit: &'static str,
    measured: f64,
    floor: Option<f64>,
    must: Option<f64>,
    want: Option<f64>,
    /// Whether more is better.
    rises: bool,
}

/// Everything that was measured.
#[derive(Debug)]
struct Measured {
    figures: Vec<Figure>,
    slowness: Slowness,
}

/// By how much more the kernel's path costs on this machine than on the one for which the bounds of CPU are set.
#[derive(Debug, Clone, Copy)]
struct Slowness {
    /// The floor of this machine, per cent of a core for 100 calls.
    floor: f64,
}

impl Slowness {
    /// By what bounds of CPU are multiplied: never less than 1, so that nothing more is asked of a fast machine, and 1
    /// where the floor was not measured.
    const fn factor(self) -> f64 {
        // Of a number and none, this is the number.
        (self.floor / FLOOR).max(1.0)
    }

    /// What became of the bounds of CPU.
    fn told(self) -> String {
        let Self { floor } = self;
        if floor.is_nan() {
            return "The floor was not measured: the bounds of CPU stay as they are.".to_owned();
        }
        if self.factor() > 1.0 {
            let factor = self.factor();
            format!(
                "The bounds of CPU are set for a floor of {FLOOR} % for 100 calls; here it is {floor:.2} %, \
                 so that {factor:.2} times as much is allowed."
            )
        } else {
            format!(
                "The bounds of CPU are set for a floor of {FLOOR} % for 100 calls; here it is {floor:.2} %, \
                 so that they stay as they are."
            )
        }
    }
}

impl Figure {
    const fn new(name: &'static str, unit: &'static str, measured: f64) -> Self {
        Self { name, unit, measured, floor: None, must: None, want: None, rises: false }
    }

    const fn over(self, floor: f64) -> Self {
        Self { floor: Some(floor), ..self }
    }

    /// What it must be at most, and what is wanted.
    const fn at_most(self, must: f64, want: f64) -> Self {
        Self { must: Some(must), want: Some(want), ..self }
    }

    /// Asks of this machine what is asked of the one for which the bounds of CPU are set.
    fn on(self, slowness: Slowness) -> Self {
        let times = |bound: f64| bound * slowness.factor();
        Self { must: self.must.map(times), want: self.want.map(times), ..self }
    }

    /// What is wanted, where nothing is demanded.
    const fn wanted(self, want: f64) -> Self {
        Self { want: Some(want), ..self }
    }

    /// What it must be at least, and what is wanted.
    const fn at_least(self, must: f64, want: f64) -> Self {
        Self { must: Some(must), want: Some(want), rises: true, ..self }
    }

    fn reaches(&self, bound: f64) -> bool {
        if self.rises { self.measured >= bound } else { self.measured <= bound }
    }

    /// How it stands: `want`, `must`, `short`, or nothing where nothing is asked of it.
    fn verdict(&self) -> &'static str {
        match (self.want, self.must) {
            (Some(want), _) if self.reaches(want) => "as wanted",
            (_, Some(must)) if self.reaches(must) => "as it must be",
            (_, Some(_)) => "SHORT",
            (Some(_), None) => "below what is wanted",
            (None, None) => "",
        }
    }
}

/// Measures everything and prints the table.
pub(super) fn run(args: &FiguresArgs) -> ExitCode {
    match measure(args.duration) {
        Ok(measured) => {
            print(&measured);
            let short = measured.figures.iter().any(|figure| figure.verdict() == "SHORT");
            if short { exit::FINDINGS.into() } else { exit::CLEAN.into() }
        }
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}

fn measure(span: Duration) -> Result<Measured, BenchError> {
    let mut figures = start()?;
    let own = Subject::OWN;
    eprintln!("{CALLS} calls at a time …");
    let held = concurrent(own, CALLS, span)?;
    let floor = floor::measure(CALLS, span)?;
    let slowness = Slowness { floor: floor.cpu_per_100 };
    figures.extend(in_media(&held, &floor));
    eprintln!("{CALLS} encrypted calls at a time …");
    let encrypted = concurrent(Subject::OWN_ENCRYPTED, CALLS, span)?;
    figures.push(encrypted_media(&held, &encrypted));
    let capacity = largest(&CAPACITY, |calls| Ok(is_clean_held(&concurrent(own, calls, span)?)))?;
    let floor = largest(&CAPACITY, |calls| {
        let Floor { lateness, .. } = floor::measure(calls, span)?;
        Ok(lateness.p99_ms < CLEAN_LATE_MS && lateness.lost == 0.0)
    })?;
    figures.push(
        Figure::new("calls at a time, late p99 < 10 ms, none lost", "calls", capacity)
            .over(floor)
            .at_least(1_500.0, 2_000.0),
    );
    let mut usual = None;
    let most = largest(&RATES, |per_second| {
        let measured = rate(own, per_second, span, 1)?;
        let clean = is_clean_rate(&measured);
        if per_second == USUAL_RATE {
            usual = Some(measured);
        }
        Ok(clean)
    })?;
    figures.push(
        Figure::new("new 5 s calls a second, none failed, sound clean", "calls/s", most)
            .at_least(200.0, 300.0),
    );
    figures.extend(usual.iter().flat_map(|measured| of_each_call(measured, slowness)));
    Ok(Measured { figures, slowness })
}

/// The largest of rising sizes up to which all are clean.
fn largest(
    sizes: &[u32],
    mut clean: impl FnMut(u32) -> Result<bool, BenchError>,
) -> Result<f64, BenchError> {
    let mut largest = 0;
    for &size in sizes {
        eprintln!("{size} …");
        if !clean(size)? {
            break;
        }
        largest = size;
    }
    Ok(f64::from(largest))
}

fn is_clean_held(held: &Concurrent) -> bool {
    held.complete
        && held.tally.failed.is_empty()
        && held.sound.late.p99_ms < CLEAN_LATE_MS
        && held.sound.lost == 0.0
}

fn is_clean_rate(measured: &Rate) -> bool {
    let Rate { tally, sound, .. } = measured;
    tally.failed.is_empty() && sound.late.p99_ms < CLEAN_LATE_MS && sound.lost == 0.0
}

/// The start and the idle server.
fn start() -> Result<Vec<Figure>, BenchError> {
    eprintln!("{STARTS} starts …");
    let (mut times, mut rss) = (Times::default(), f64::NAN);
    for _ in 0..STARTS {
        let server = Server::start(false)?;
        #[expect(clippy::cast_possible_truncation, reason = "a few seconds at most")]
        times.add((server.started_ms * MS) as i64);
        std::thread::park_timeout(REST);
        rss = server.usage().rss;
        server.stop()?;
    }
    Ok(vec![
        Figure::new("start to the first SIP answer", "s", times.spread().p50_ms / MS)
            .at_most(0.2, 0.05),
        Figure::new("idle, in RAM, with 70 s of prompts", "MB", rss / 1_024.0).at_most(30.0, 20.0),
    ])
}

fn in_media(held: &Concurrent, floor: &Floor) -> Vec<Figure> {
    let late = held.sound.late;
    vec![
        Figure::new("CPU for 100 calls in media", "%", held.cpu_per_100)
            .over(floor.cpu_per_100)
            .at_most(4.0, 3.0)
            .on(Slowness { floor: floor.cpu_per_100 }),
        Figure::new("late p99 at 300 calls", "ms", late.p99_ms)
            .over(floor.lateness.p99_ms)
            .wanted(1.0),
        Figure::new("late at most, at 300 calls", "ms", late.max_ms)
            .over(floor.lateness.max_ms)
            .wanted(5.0),
        Figure::new("a call in media, in RAM", "kB", held.rss_per_call).at_most(20.0, 16.0),
        Figure::new("open files of a call", "", held.files_per_call).at_most(2.0, 1.0),
    ]
}

/// What encryption costs; nothing that was not heard counts.
fn encrypted_media(plain: &Concurrent, encrypted: &Concurrent) -> Figure {
    let ratio = encrypted.cpu_per_100 / plain.cpu_per_100;
    let ratio = if is_clean_held(encrypted) { ratio } else { f64::NAN };
    Figure::new("CPU in media with TLS and SRTP, times that without", "", ratio).at_most(1.4, 1.4)
}

fn of_each_call(measured: &Rate, slowness: Slowness) -> Vec<Figure> {
    let Rate { tally, cpu_per_1000, media_per_1000, history_per_1000, kept_per_call, .. } =
        measured;
    let signalling = cpu_per_1000 - media_per_1000 - history_per_1000;
    let Tally { answer, sound, from_press, from_release, .. } = tally;
    vec![
        Figure::new("CPU for 1,000 such calls", "s", *cpu_per_1000)
            .over(slowness.floor * THOUSAND)
            .at_most(3.0, 2.0)
            .on(slowness),
        Figure::new("CPU of signalling for a call", "ms", signalling)
            .at_most(0.8, 0.5)
            .on(slowness),
        Figure::new("CPU of the history and record of a call", "ms", *history_per_1000),
        Figure::new("key's end to the next prompt, p50", "ms", from_release.p50_ms),
        Figure::new("key's end to the next prompt, p99", "ms", from_release.p99_ms)
            .at_most(20.0, 2.0),
        Figure::new("key's first packet to the next prompt, p50", "ms", from_press.p50_ms),
        Figure::new("key's first packet to the next prompt, p99", "ms", from_press.p99_ms),
        Figure::new("INVITE to 200, p50", "ms", answer.p50_ms).wanted(1.0),
        Figure::new("INVITE to the first packet, p50", "ms", sound.p50_ms).wanted(2.0),
        Figure::new("an ended call, in RAM for 32 s", "kB", *kept_per_call).at_most(2.0, 2.0),
    ]
}

#[expect(clippy::print_stdout, reason = "this is the result of the command")]
fn print(Measured { figures, slowness }: &Measured) {
    let number = |value: Option<f64>| match value {
        Some(value) if value.is_nan() => "-".to_owned(),
        Some(value) if value.fract() == 0.0 => format!("{value:.0}"),
        Some(value) => format!("{value:.2}"),
        None => String::new(),
    };
    println!("| figure | unit | measured | floor | times the floor | must | want | |");
    println!("|---|---|---|---|---|---|---|---|");
    for figure in figures {
        let ratio = figure.floor.map(|floor| figure.measured / floor);
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            figure.name,
            figure.unit,
            number(Some(figure.measured)),
            number(figure.floor),
            number(ratio),
            number(figure.must),
            number(figure.want),
            figure.verdict()
        );
    }
    println!("\n{}", slowness.told());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cli::bench::load::Sound;
    use crate::cli::bench::times::Spread;

    #[test]
    fn a_figure_is_held_against_what_is_asked_of_it() {
        let falls = |measured| Figure::new("CPU", "%", measured).at_most(4.0, 3.0).verdict();
        assert_eq!(falls(2.9), "as wanted");
        assert_eq!(falls(3.5), "as it must be");
        assert_eq!(falls(4.1), "SHORT");
        assert_eq!(falls(f64::NAN), "SHORT", "what was not measured is not reached");
        let rises = |measured| Figure::new("calls", "", measured).at_least(1_500.0, 2_000.0);
        assert_eq!(rises(2_000.0).verdict(), "as wanted");
        assert_eq!(rises(1_000.0).verdict(), "SHORT");
        assert_eq!(Figure::new("late", "ms", 2.0).wanted(1.0).verdict(), "below what is wanted");
        assert_eq!(Figure::new("key", "ms", 2.0).verdict(), "");
    }

    #[test]
    fn a_slow_machine_is_allowed_more_cpu_and_a_fast_one_no_less() {
        let verdict = |measured, floor| {
            let figure = Figure::new("CPU", "%", measured).over(floor).at_most(4.0, 3.0);
            figure.on(Slowness { floor }).verdict()
        };
        for (measured, floor, expected) in [
            (4.5, FLOOR, "SHORT"),
            (4.4, FLOOR * 1.5, "as wanted"),
            (5.9, FLOOR * 1.5, "as it must be"),
            (6.1, FLOOR * 1.5, "SHORT"),
            // Nothing more is asked where the floor is low.
            (2.9, FLOOR / 2.0, "as wanted"),
            (3.9, FLOOR / 2.0, "as it must be"),
            (4.1, FLOOR / 2.0, "SHORT"),
            (4.1, f64::NAN, "SHORT"),
            (3.9, f64::NAN, "as it must be"),
            (f64::NAN, FLOOR * 2.0, "SHORT"),
        ] {
            assert_eq!(verdict(measured, floor), expected, "{measured} over {floor}");
        }
    }

    /// A millisecond at most.
    const SPREAD: Spread = Spread { p50_ms: 0.5, p99_ms: 0.9, max_ms: 1.0 };

    fn sound() -> Sound {
        Sound { late: SPREAD, jitter: SPREAD, lost: 0.0, left_out: 0.0 }
    }

    fn tally() -> Tally {
        Tally {
            answered: 1,
            failed: BTreeMap::new(),
            repeats: 0,
            answer: SPREAD,
            sound: SPREAD,
            from_press: SPREAD,
            from_release: SPREAD,
        }
    }

    #[test]
    fn only_bounds_of_cpu_follow_the_floor() {
        let held = Concurrent {
            cpu_per_100: 7.0,
            media_per_100: 6.0,
            rss_per_call: 17.0,
            files_per_call: 1.0,
            complete: true,
            sound: sound(),
            tally: tally(),
        };
        let usual = Rate {
            cpu_per_1000: 4.0,
            media_per_1000: 2.0,
            history_per_1000: 0.3,
            kept_per_call: 1.0,
            sound: sound(),
            tally: tally(),
        };
        let lateness = floor::Lateness { p99_ms: 1.0, max_ms: 2.0, lost: 0.0 };
        let floor = Floor { cpu_per_100: FLOOR * 2.0, lateness };
        let mut figures = in_media(&held, &floor);
        figures.extend(of_each_call(&usual, Slowness { floor: floor.cpu_per_100 }));
        for (name, floor, must, want, verdict) in [
            ("CPU for 100 calls in media", Some(4.8), Some(8.0), Some(6.0), "as it must be"),
            ("late p99 at 300 calls", Some(1.0), None, Some(1.0), "as wanted"),
            ("a call in media, in RAM", None, Some(20.0), Some(16.0), "as it must be"),
            ("CPU for 1,000 such calls", Some(2.4), Some(6.0), Some(4.0), "as wanted"),
            ("CPU of signalling for a call", None, Some(1.6), Some(1.0), "SHORT"),
            ("key's end to the next prompt, p99", None, Some(20.0), Some(2.0), "as wanted"),
            ("INVITE to 200, p50", None, None, Some(1.0), "as wanted"),
        ] {
            let figure = figures.iter().find(|figure| figure.name == name).expect(name);
            let near = |one: Option<f64>, other: Option<f64>| match (one, other) {
                (Some(one), Some(other)) => (one - other).abs() < 1e-9,
                (one, other) => one.is_none() && other.is_none(),
            };
            assert!(near(figure.floor, floor), "{figure:?}");
            assert!(near(figure.must, must) && near(figure.want, want), "{figure:?}");
            assert_eq!(figure.verdict(), verdict, "{name}");
        }
    }

    #[test]
    fn it_is_told_how_the_bounds_came_about() {
        for (floor, words) in [
            (4.8, "here it is 4.80 %, so that 2.00 times as much is allowed."),
            (1.5, "here it is 1.50 %, so that they stay as they are."),
            (f64::NAN, "The floor was not measured: the bounds of CPU stay as they are."),
        ] {
            let told = Slowness { floor }.told();
            assert!(told.ends_with(words), "{told}");
        }
    }

    #[test]
    fn the_largest_size_is_the_last_before_the_first_that_fails() {
        let sizes = [1, 2, 3, 4];
        let found = largest(&sizes, |size| Ok(size != 3)).expect("nothing is started");
        assert!((found - 2.0).abs() < f64::EPSILON);
        let none = largest(&sizes, |_| Ok(false)).expect("nothing is started");
        assert!(none.abs() < f64::EPSILON);
    }
}
