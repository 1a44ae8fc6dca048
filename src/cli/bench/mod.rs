//! `sambung bench`: how much work parts of the program do in how much time.

mod report;
mod sim;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Measure and try parts of the program.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Sim(sim::SimArgs),
}

/// Measures one part.
pub(crate) fn run(args: &BenchArgs) -> ExitCode {
    match &args.what {
        What::Sim(args) => sim::run(args),
    }
}
