//! `sambung data`: what the store keeps of people, and whether it is sound.

mod check;
mod erase;
mod expire;
mod export;
mod open;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::desk::{self, Node, NodeArgs};
use super::exit;
use crate::config::Config;

/// How long a running node may take: it lets go of what is old a little at a time, between calls.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the store keeps of callers: hand it out, forget it, let go of what is old; and whether the store is sound.
///
/// While a node runs, all but `check` are done by it: `control` in sambung.yaml, or `--url`, says where it is reached, with
/// a token of `role: admin`. Otherwise the store is opened here.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: sambung data export +62811… > caller.json; sambung data erase +62811… --yes --by dewi

Exit codes: 0 done or sound, 1 it could not be done or something is wrong, 2 `--yes` is missing, 3 the configuration has
errors or the store cannot be read.")]
pub(crate) struct DataArgs {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    node: NodeArgs,
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
    // A node that is named needs no configuration here.
    if args.node.url.is_some() && !matches!(args.what, What::Check(_)) {
        return by_node(args, None).into();
    }
    let config = match open::settings(&args.node.config) {
        Ok(config) => config,
        Err(code) => return code.into(),
    };
    let code = match &args.what {
        What::Check(args) => check::run(args, &config),
        _ if config.control.is_some() && open::is_taken(&config) => by_node(args, Some(&config)),
        What::Export(args) => export::run(args, &config),
        What::Erase(args) => erase::run(args, &config),
        What::Expire(args) => expire::run(args, &config),
    };
    code.into()
}

/// Has the running node do it.
fn by_node(args: &DataArgs, config: Option<&Config>) -> u8 {
    let node = match Node::find(&args.node) {
        Ok(node) => node.patient(PATIENCE),
        Err(error) => return desk::refused(&error),
    };
    match &args.what {
        What::Export(args) => export::by_node(args, &node),
        What::Erase(args) => erase::by_node(args, &node, config),
        What::Expire(_) => expire::by_node(&node),
        What::Check(_) => exit::USAGE,
    }
}
