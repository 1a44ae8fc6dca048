//! `sambung doctor`: looks at a deployment before callers do, and says what to mend.

mod files;
mod finding;
mod machine;
mod network;
mod probe;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{exit, print};
use crate::config;
use crate::runtime::Clock;
use finding::{Finding, Level};

/// Look at a deployment and say what to mend.
///
/// Looks at the configuration, ports, addresses, limits of the system, files, certificates and trunks. Nothing is
/// changed; trunks and fixed phones are asked by one OPTIONS each.
#[derive(Debug, Args)]
#[command(after_help = "\
Each line says what was looked at and how it is: `ok`, `note` (works, could be better) or `MEND`, with the way out.

Examples:
  sambung doctor
  sambung doctor --config /etc/sambung/sambung.yaml --offline

Exit codes: 0 nothing must be mended, 1 something must, 3 the configuration cannot be read.")]
pub(crate) struct DoctorArgs {
    /// The configuration; its folder is the project
    #[arg(long, value_name = "FILE", default_value = "sambung.yaml")]
    config: PathBuf,
    /// Asks nobody over the network
    #[arg(long)]
    offline: bool,
    /// Shows only what could be better
    #[arg(long)]
    quiet: bool,
}

/// Looks at everything and prints what was found.
pub(crate) fn run(args: &DoctorArgs) -> ExitCode {
    let reading = match config::read_file(&args.config) {
        Ok(reading) => reading,
        Err(error) => {
            print::error(&error);
            return exit::UNREADABLE.into();
        }
    };
    print::faults(&reading.findings);
    let Some(config) = reading.config else { return exit::UNREADABLE.into() };
    let clock = Clock::new();
    let mut findings = network::look(&config);
    findings.extend(machine::look(&config));
    findings.extend(files::look(&config));
    if !args.offline {
        findings.extend(probe::look(&config, clock));
    }
    let shown = findings.iter().filter(|finding| !args.quiet || finding.level > Level::Well);
    shown.for_each(show);
    let ill = findings.iter().any(|finding| finding.level == Level::Mend);
    if ill { exit::FINDINGS.into() } else { exit::CLEAN.into() }
}

#[expect(clippy::print_stdout, reason = "this is the result of the command")]
fn show(finding: &Finding) {
    println!("{finding}");
}
