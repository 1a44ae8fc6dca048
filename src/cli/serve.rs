//! `sambung serve`: answers calls until it is told to stop.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::log::{self, LogFormat};
use super::{exit, print};
use crate::flow::Format;
use crate::runtime::Clock;
use crate::server;

/// Answer calls: SIP, flows, queues and agents as `sambung.yaml` says.
///
/// SIGTERM and Ctrl+C drain: no new calls are taken, those in progress end by themselves, at most as long as
/// `limits.drain`. A second signal ends everything at once.
///
/// SIGHUP reads the project anew: new calls follow it as it is now, calls in progress end as they began. If it has
/// errors, they are logged and the one before stays in service.
#[derive(Debug, Args)]
#[command(after_help = "\
SAMBUNG_LOG chooses what the log shows: info (default), debug, sambung::telephony=debug, …

Exit codes: 0 ended as told, 1 could not go on, 3 the configuration or a flow has errors.")]
pub(crate) struct ServeArgs {
    /// The configuration; its folder is the project
    #[arg(long, value_name = "FILE", default_value = "sambung.yaml")]
    config: PathBuf,
    /// Reads the project anew whenever one of its files changes, as SIGHUP does
    #[arg(long)]
    watch: bool,
    /// How the log is written to standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Human)]
    log_format: LogFormat,
}

/// The finding of words without a recording.
const UNSPOKEN: &str = "N0312";

/// Runs the node.
pub(crate) fn run(args: &ServeArgs) -> ExitCode {
    let clock = Clock::new().with_past(server::PAST);
    let prepared = match server::prepare(&args.config) {
        Ok(prepared) => prepared,
        Err(error) => {
            print::error(&error);
            return exit::UNREADABLE.into();
        }
    };
    prepared.findings.iter().for_each(print::faults);
    let Some(server) = prepared.server else { return exit::UNREADABLE.into() };
    log::start(args.log_format);
    for sound in &prepared.unreadable {
        tracing::warn!(sound = %sound.sound, error = %sound.source, "A sound cannot be played; a tone stands in.");
    }
    for findings in &prepared.findings {
        for finding in findings.list.iter().filter(|finding| finding.code() == UNSPOKEN) {
            let prompts = findings.render(finding, Format::Short);
            tracing::warn!(prompts, "Words without a recording; a tone stands in.");
        }
    }
    match server.run(clock, args.watch) {
        Ok(()) => exit::CLEAN.into(),
        Err(error) => {
            print::error(&error);
            exit::FINDINGS.into()
        }
    }
}
