//! `sambung data`: what the store keeps of people, and whether it is sound.

mod check;
mod erase;
mod expire;
mod export;
mod open;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

/// What the store keeps of callers: hand it out, forget it, let go of what is old; and whether the store is sound.
///
/// All but `check` need the store for themselves: stop the node first.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: sambung data export +62811… > caller.json; sambung data erase +62811… --yes --by dewi

Exit codes: 0 done or sound, 1 it could not be done or something is wrong, 2 `--yes` is missing, 3 the configuration has
errors or the store cannot be read.")]
pub(crate) struct DataArgs {
    /// The configuration; its folder is the project
    #[arg(long, value_name = "FILE", default_value = "sambung.yaml", global = true)]
    config: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Export(export::ExportArgs),
    Erase(erase::EraseArgs),
    Expire(expire::ExpireArgs),
    Check(check::CheckArgs),
}

/// Does it.
#[must_use]
pub(crate) fn run(args: &DataArgs) -> ExitCode {
    let config = match open::settings(&args.config) {
        Ok(config) => config,
        Err(code) => return code.into(),
    };
    let code = match &args.what {
        What::Export(args) => export::run(args, &config),
        What::Erase(args) => erase::run(args, &config),
        What::Expire(args) => expire::run(args, &config),
        What::Check(args) => check::run(args, &config),
    };
    code.into()
}
