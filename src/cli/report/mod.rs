//! `sambung report`: what the records of live calls tell.

mod coverage;
mod records;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Figures from the records of live calls.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    report: Report,
}

#[derive(Debug, Subcommand)]
enum Report {
    Coverage(coverage::CoverageArgs),
}

/// Makes a report and prints it to standard output.
#[must_use]
pub(crate) fn run(args: &ReportArgs) -> ExitCode {
    match &args.report {
        Report::Coverage(args) => coverage::run(args),
    }
}
