//! `sambung bench`: how much work parts of the program do in how much time.

mod calls;
mod error;
mod figures;
mod floor;
mod load;
mod process;
mod project;
mod report;
mod server;
mod sim;
mod table;
mod times;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::time::Duration;

/// The most calls or streams at a time: a port each, on one address.
const MAX_CALLS: i64 = 10_000;

/// Measure and try parts of the program.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Calls(calls::CallsArgs),
    Figures(figures::FiguresArgs),
    Floor(floor::FloorArgs),
    Sim(sim::SimArgs),
}

/// Measures one part.
pub(crate) fn run(args: &BenchArgs) -> ExitCode {
    match &args.what {
        What::Calls(args) => calls::run(args),
        What::Figures(args) => figures::run(args),
        What::Floor(args) => floor::run(args),
        What::Sim(args) => sim::run(args),
    }
}

/// Reads a time of whole seconds, from one to an hour: `20s`, `2m`.
fn seconds(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).unwrap_or_default();
    let seconds = match (number.parse::<u64>(), unit) {
        (Ok(number), "s") => Some(number),
        (Ok(number), "m") => number.checked_mul(60),
        _ => None,
    };
    let seconds = seconds.filter(|seconds| (1..=3_600).contains(seconds));
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| "write it as `20s` or `2m`, at most an hour".to_owned())
}
