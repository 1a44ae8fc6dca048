//! `sambung data export`: everything that is known of a caller.

use clap::Args;
use serde_json::{Value as Json, json};

use super::open::{Owned, failed};
use crate::cli::desk::{self, Node};
use crate::cli::exit;
use crate::config::Config;
use crate::history::{Fact, Store as _};
use crate::storage::{disclosure, recordings_of};

/// Prints everything that is known of a caller as one JSON object, numbers and words in clear, and notes in the history
/// that it was handed out.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The caller's number, as it calls
    #[arg(allow_hyphen_values = true)]
    number: String,
    /// Who asks for it; stands in the history. A running node writes the name of the token
    #[arg(long, value_name = "NAME", default_value = "sambung data")]
    by: String,
}

pub(super) fn run(args: &ExportArgs, config: &Config) -> u8 {
    export(args, config).map_or_else(|code| code, |()| exit::CLEAN)
}

fn export(args: &ExportArgs, config: &Config) -> Result<(), u8> {
    let owned = Owned::open(config)?;
    let caller = owned.caller(&args.number)?;
    let mut known = owned.store.known(&caller).map_err(|error| failed(&error))?;
    let mut recordings = recordings_of(&config.recordings, &known.contacts).map_err(|error| {
        crate::cli::print::error(&error);
        exit::FINDINGS
    })?;
    recordings.extend(std::mem::take(&mut known.recordings));
    known.recordings = recordings.into_iter().collect();
    let text = serde_json::to_string_pretty(&disclosure(&args.number, &known, &config.recordings));
    let contacts = known.contacts.len() as u64;
    owned.close(vec![Fact::Exported { caller, by: args.by.as_str().into(), contacts }])?;
    crate::cli::print::out(&text.expect("JSON of ours can be written"));
    Ok(())
}

/// The same by the running node.
pub(super) fn by_node(args: &ExportArgs, node: &Node) -> u8 {
    let body = json!({ "number": args.number });
    match node.post::<Json>(&["data", "export"], Some(body)) {
        Ok(known) => {
            let text = serde_json::to_string_pretty(&known).expect("JSON can be written");
            crate::cli::print::out(&text);
            exit::CLEAN
        }
        Err(error) => desk::refused(&error),
    }
}
