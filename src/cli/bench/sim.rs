//! `sambung bench sim`: days of a call centre in virtual time, from seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration as Span;

use clap::Args;

use super::report::{self, Lived};
use crate::assemble;
use crate::cli::{exit, print};
use crate::engine;
use crate::flow::{Compiled, Facts, Flow, Sources, compile};
use crate::project;
use crate::simulation::centre::{Day, Fault, MAX_AGENTS, MAX_CALLERS, Settings, shrink};
use crate::time::Duration;

/// The most days of one run.
const MAX_DAYS: u64 = 10_000_000;

/// Callers, agents and hours of the day that `--day` means.
const WHOLE_DAY: (u32, u32, u32) = (20_000, 200, 10);

/// The shipped flows that are called where none is named.
const SHIPPED: [(&str, &str); 2] = [
    ("flows/toko.yaml", include_str!("../../../flows/toko.yaml")),
    ("flows/bank.yaml", include_str!("../../../flows/bank.yaml")),
];

/// Live through days of a call centre in virtual time, and check every step.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A day is made from its seed: callers who press, speak, wait and hang up as people do, agents with shifts, breaks and
phones that fail, services that are slow or down, and an adapter that loses, repeats and delays what it reports. After
each step the engine's invariants and the history of every call and queue are checked. The same seed gives the same day,
byte for byte: its fingerprint is the SHA-256 of its transcript.

A failure shows the seed, the step and the last lines, and the command that repeats the smallest day found that fails in
the same way.

Examples:
  sambung bench sim --seeds 500
  sambung bench sim --day
  sambung bench sim --first 17 --seeds 1 --flow flows/toko.yaml

Exit codes: 0 all days are sound, 1 a rule was broken, 2 wrong arguments, 3 a file could not be read.")]
pub(crate) struct SimArgs {
    /// How many days to live through
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u64).range(1..=MAX_DAYS))]
    seeds: u64,
    /// The seed of the first day; the others follow it
    #[arg(long, value_name = "SEED", default_value = "1")]
    first: u64,
    /// How many people call in a day, some of them more than once
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_CALLERS)))]
    calls: u32,
    /// How many agents there are
    #[arg(long, value_name = "N", default_value = "6", value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_AGENTS)))]
    agents: u32,
    /// How many hours people go on calling
    #[arg(long, value_name = "H", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=24))]
    hours: u32,
    /// One whole day of 20,000 callers, 200 agents and 10 hours
    #[arg(long, conflicts_with_all = ["calls", "agents", "hours", "seeds"])]
    day: bool,
    /// The flow that is called, or a project all of whose flows are called in turn [default: the shipped shop and bank]
    #[arg(long, value_name = "PATH")]
    flow: Option<PathBuf>,
    /// Faults that do not happen, such as `late-key`; `all` for none at all
    #[arg(long, value_name = "FAULT", value_delimiter = ',', value_parser = without)]
    without: Vec<Vec<Fault>>,
    /// The only callers who call, by their place from 0, such as `3,7-9`
    #[arg(long, value_name = "CALLERS", value_delimiter = ',', value_parser = callers)]
    only: Vec<(u32, u32)>,
    /// Shows a line for each day
    #[arg(long)]
    each: bool,
}

/// Reads the name of a fault.
fn without(name: &str) -> Result<Vec<Fault>, String> {
    if name == "all" {
        return Ok(Fault::ALL.to_vec());
    }
    let names = || Fault::ALL.map(Fault::name).join("`, `");
    Fault::named(name)
        .map(|fault| vec![fault])
        .ok_or_else(|| format!("the faults are `{}`", names()))
}

/// Reads a place or a range of places.
fn callers(text: &str) -> Result<(u32, u32), String> {
    let number = |text: &str| {
        let number = text.parse::<u32>().ok().filter(|number| *number < MAX_CALLERS);
        number.ok_or_else(|| "write it as `3` or `7-9`".to_owned())
    };
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Ok((number(low)?, number(high)?))
}

impl SimArgs {
    fn settings(&self) -> Settings {
        let (calls, agents, hours) =
            if self.day { WHOLE_DAY } else { (self.calls, self.agents, self.hours) };
        let mut faults = Fault::all();
        self.without.iter().flatten().for_each(|fault| {
            faults.remove(fault);
        });
        let only: BTreeSet<u32> = self.only.iter().flat_map(|(low, high)| *low..=*high).collect();
        Settings {
            calls,
            agents,
            span: Duration::from_mins(60).times(hours.into()),
            faults,
            only: (!self.only.is_empty()).then_some(only),
            ..Settings::default()
        }
    }
}

/// Lives through the days and tells of them.
pub(crate) fn run(args: &SimArgs) -> ExitCode {
    let mut settings = args.settings();
    let engine = match flows(args) {
        Ok((engine, numbers)) => {
            settings.numbers = numbers;
            engine
        }
        Err(code) => return code,
    };
    let seeds = if args.day { 1 } else { args.seeds };
    if seeds > 1 {
        silence();
    }
    let (days, spent) = live(args.first, seeds, &settings, &engine);
    silence();
    let failures = report::failures(
        &days,
        |failure| shrink(&settings, &engine, failure),
        args.flow.as_deref(),
    );
    report::totals(&days, spent, args.each || args.day);
    if failures { exit::FINDINGS.into() } else { exit::CLEAN.into() }
}

/// What a panic says stands in the failure of its day; the other days go on.
fn silence() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Lives through all days, on as many threads as there are cores; with the CPU time of all.
fn live(
    first: u64,
    seeds: u64,
    settings: &Settings,
    engine: &engine::Settings,
) -> (BTreeMap<u64, Lived>, Span) {
    let (next, days) = (AtomicU64::new(0), Mutex::new((BTreeMap::new(), Span::ZERO)));
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..u64::try_from(cores).unwrap_or(1).min(seeds) {
            scope.spawn(|| {
                let mut lived = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= seeds {
                        break;
                    }
                    let seed = first.wrapping_add(place);
                    lived.push((seed, Day::new(seed, settings, engine.clone()).run()));
                }
                let mut days = days.lock().expect("no day panics outside its own guard");
                days.0.extend(lived);
                days.1 += cpu_time();
            });
        }
    });
    days.into_inner().expect("no day panics outside its own guard")
}

/// The CPU time of this thread.
fn cpu_time() -> Span {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    Span::from_secs(u64::try_from(time.tv_sec).unwrap_or(0)) + Span::from_nanos(nanos)
}

/// What the engine is told of the flows that are called, and their numbers.
fn flows(args: &SimArgs) -> Result<(engine::Settings, Vec<Arc<str>>), ExitCode> {
    let (compiled, flow) = match &args.flow {
        None => {
            let mut sources = Sources::new();
            SHIPPED.iter().for_each(|(path, text)| sources.add(path, text.as_bytes()));
            (compile(&sources, &Facts::default()), None)
        }
        Some(path) => {
            let project = project::open(path).map_err(|error| {
                print::error(&error);
                ExitCode::from(exit::UNREADABLE)
            })?;
            let flow = project.flow(path).cloned();
            (project.compiled, flow)
        }
    };
    assembled(&compiled, flow.as_slice())
}

fn assembled(
    compiled: &Compiled,
    flow: &[Arc<Flow>],
) -> Result<(engine::Settings, Vec<Arc<str>>), ExitCode> {
    let called = if flow.is_empty() { &compiled.flows } else { flow };
    if compiled.diagnostics.has_errors() || called.is_empty() {
        print::faults(&compiled.diagnostics);
        if !compiled.diagnostics.has_errors() {
            eprintln!("error: there is no flow to call");
        }
        return Err(exit::FINDINGS.into());
    }
    assemble::on_paper(compiled, called).map_err(|error| {
        print::error(&error);
        exit::FINDINGS.into()
    })
}
