//! `sambung explore`: every call that a flow can have, looked at before any caller has it.

mod stage;
mod tell;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::call::moment;
use super::{exit, print};
use crate::flow::read_time;
use crate::simulation::explore::{CALLS, Counterexample, Plan, Report, STATES, Verdict, explore};
use crate::time::{Duration, Wall};
use stage::set;

/// Look at every call that a flow can have.
///
/// Plays every answer, silence, command and reply from every state that a call can come to, and says what is proved of
/// the flow: that callers get out, how silent and clumsy ones fare, how long a call can be, that no secret shows, and
/// the `rules` of its test files. Exits with 1 where something is not so.
#[derive(Debug, Args)]
pub(crate) struct ExploreArgs {
    /// The flow files to explore
    #[arg(required = true, value_name = "FLOW")]
    flows: Vec<PathBuf>,
    /// The longest time that a call may spend in the flow, such as `10m`; waiting and talking do not count
    #[arg(long, value_name = "TIME", value_parser = time)]
    max_call: Option<Duration>,
    /// The most states that are looked for; beyond them random calls are tried
    #[arg(long, default_value_t = STATES, value_name = "COUNT")]
    states: usize,
    /// The random calls that are tried where there are more states
    #[arg(long, default_value_t = CALLS, value_name = "COUNT")]
    calls: u32,
    /// Where the chance of random calls begins
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day from which a year of opening hours is looked at, such as "2026-11-01 00:00"; now if not given
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<Wall>,
    /// Write a failing test into this folder for each thing that is not so
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
}

fn time(text: &str) -> Result<Duration, String> {
    read_time(text).ok_or_else(|| "write a time such as `90s` or `10m`".to_owned())
}

/// Explores the flows, one after the other.
pub(crate) fn run(args: &ExploreArgs) -> ExitCode {
    let mut failed = false;
    for path in &args.flows {
        match one(args, path) {
            Ok(report) => failed |= report.has_failed(),
            Err(code) => return code,
        }
    }
    if failed { exit::FINDINGS.into() } else { exit::CLEAN.into() }
}

fn one(args: &ExploreArgs, path: &Path) -> Result<Report, ExitCode> {
    let (stage, rules) = set(path, args.at.unwrap_or_else(moment::now))?;
    let flow = stage.program.flow.id.clone();
    let plan = Plan {
        max_call: args.max_call,
        rules,
        states: args.states,
        calls: args.calls,
        seed: args.seed,
    };
    let report = explore(&stage, &plan);
    let saved = match &args.save {
        Some(folder) => save(folder, flow.as_str(), &report).map_err(|error| broken(&error))?,
        None => Vec::new(),
    };
    let mut out = io::stdout().lock();
    match tell::tell(path, &report, &saved, &mut out) {
        Ok(()) => Ok(report),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(report),
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &dyn std::error::Error) -> ExitCode {
    print::error(error);
    ExitCode::from(exit::UNREADABLE)
}

/// A test that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("write {}", .path.display())]
struct NotSaved {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Writes the counterexamples as tests; gives their paths, in the order of the report.
fn save(folder: &Path, flow: &str, report: &Report) -> Result<Vec<PathBuf>, NotSaved> {
    let mut saved: Vec<PathBuf> = Vec::new();
    for finding in &report.findings {
        let Verdict::Failed(found) = &finding.verdict else { continue };
        let Counterexample { name, test, .. } = &**found;
        let mut path = folder.join(format!("{flow}-{name}.test.yaml"));
        let mut nth = 2;
        while saved.contains(&path) {
            path = folder.join(format!("{flow}-{name}-{nth}.test.yaml"));
            nth += 1;
        }
        let done = fs::create_dir_all(folder).and_then(|()| fs::write(&path, test.as_bytes()));
        done.map_err(|source| NotSaved { path: path.clone(), source })?;
        saved.push(path);
    }
    Ok(saved)
}
