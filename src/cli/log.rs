//! Where the log goes: standard error, for people or for machines.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config;

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object per line.
    Json,
}

/// Starts the log for the whole process. `SAMBUNG_LOG` chooses what is shown; without it, `info`.
///
/// A directive that makes no sense is told on standard error and left out. Faults of the program itself go to the
/// log as well.
pub(crate) fn start(format: LogFormat) {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .parse_lossy(config::log_directives().unwrap_or_default());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Human => {
            let colour = std::io::stderr().is_terminal() && !config::no_color();
            lines.with_ansi(colour).with_target(false).init();
        }
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(%panic, "The program found a fault of its own.");
    }));
}
