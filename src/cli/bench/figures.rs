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

/// Measure what is promised of speed, as one table.
#[derive(Debug, Args)]
#[command(after_help = "\
Each figure stands beside what it must be and what is wanted, and beside the floor: streams that only send and receive
the same packets, measured in the same run. Callers and server share this machine; run both under `chrt -r 10`.

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
        Ok(figures) => {
            print(&figures);
            let short = figures.iter().any(|figure| figure.verdict() == "SHORT");
            if short { exit::FINDINGS.into() } else { exit::CLEAN.into() }
        }
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}

fn measure(span: Duration) -> Result<Vec<Figure>, BenchError> {
    let mut figures = start()?;
    let own = Subject::OWN;
    eprintln!("{CALLS} calls at a time …");
    let held = concurrent(own, CALLS, span)?;
    let floor = floor::measure(CALLS, span)?;
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
    figures.extend(usual.iter().flat_map(of_each_call));
    Ok(figures)
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
            .at_most(4.0, 3.0),
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

fn of_each_call(measured: &Rate) -> Vec<Figure> {
    let Rate { tally, cpu_per_1000, media_per_1000, history_per_1000, kept_per_call, .. } =
        measured;
    let signalling = cpu_per_1000 - media_per_1000 - history_per_1000;
    let Tally { answer, sound, from_press, from_release, .. } = tally;
    vec![
        Figure::new("CPU for 1,000 such calls", "s", *cpu_per_1000).at_most(3.0, 2.0),
        Figure::new("CPU of signalling for a call", "ms", signalling).at_most(0.8, 0.5),
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
fn print(figures: &[Figure]) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_largest_size_is_the_last_before_the_first_that_fails() {
        let sizes = [1, 2, 3, 4];
        let found = largest(&sizes, |size| Ok(size != 3)).expect("nothing is started");
        assert!((found - 2.0).abs() < f64::EPSILON);
        let none = largest(&sizes, |_| Ok(false)).expect("nothing is started");
        assert!(none.abs() < f64::EPSILON);
    }
}
