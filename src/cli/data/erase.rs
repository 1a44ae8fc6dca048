//! `sambung data erase`: forgets a caller for good.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::open::{Owned, failed};
use crate::call::{RecordingId, mask_number};
use crate::cli::desk::{self, Node};
use crate::cli::{exit, print};
use crate::config::Config;
use crate::control::ErasedView;
use crate::history::Store as _;
use crate::storage::{forget_records, recordings_of, remove_recordings};

/// Forgets a caller for good: numbers, answers, tickets, callbacks, records and recordings, also in rows that stay for the
/// figures. Their open callbacks and tickets are closed. Without `--yes` it only says how much it would be.
#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    /// The caller's number, as it calls
    #[arg(allow_hyphen_values = true)]
    number: String,
    /// Really forget it
    #[arg(long)]
    yes: bool,
    /// Who asks for it; stands in the history. A running node writes the name of the token
    #[arg(long, value_name = "NAME", default_value = "sambung data")]
    by: String,
}

pub(super) fn run(args: &EraseArgs, config: &Config) -> u8 {
    erase(args, config).map_or_else(|code| code, |()| exit::CLEAN)
}

fn erase(args: &EraseArgs, config: &Config) -> Result<(), u8> {
    let mut owned = Owned::open(config)?;
    let caller = owned.caller(&args.number)?;
    let number = mask_number(&args.number);
    let known = owned.store.known(&caller).map_err(|error| failed(&error))?;
    let mut recordings =
        recordings_of(&config.recordings, &known.contacts).map_err(|error| unread(&error))?;
    recordings.extend(known.recordings);
    let recordings: Vec<RecordingId> = recordings.into_iter().collect();
    let (count, audio) = (known.contacts.len() as u64, recordings.len() as u64);
    if !args.yes {
        owned.close(Vec::new())?;
        would(&number, count, audio);
        return Err(exit::USAGE);
    }
    // The files first: as long as one is left, the store still knows whose they are, and it can be done again.
    let left = remove_recordings(&config.recordings, &recordings);
    forget_records(&config.records, &known.contacts.iter().copied().collect())
        .map_err(|error| unread(&error))?;
    if left.is_empty() {
        let now = owned.clock.wall();
        owned.store.erase(&caller, &args.by, now).map_err(|error| failed(&error))?;
        forgotten(&number, count, audio);
    }
    owned.close(Vec::new())?;
    let old = old_files_are_there(config);
    if left.is_empty() && !old {
        return Ok(());
    }
    for (path, error) in left {
        eprintln!("error: {} is still there: {error}; mend that, and do it again", path.display());
    }
    Err(exit::FINDINGS)
}

/// The same by the running node; `config` is that of its project, if it is here.
pub(super) fn by_node(args: &EraseArgs, node: &Node, config: Option<&Config>) -> u8 {
    let body = json!({ "number": args.number, "confirm": args.yes });
    let ErasedView { caller, contacts, recordings, done, left } =
        match node.post(&["data", "erase"], Some(body)) {
            Ok(erased) => erased,
            Err(error) => return desk::refused(&error),
        };
    for path in &left {
        eprintln!("error: {path} is still there; mend that, and do it again");
    }
    match (done, args.yes) {
        (true, _) => forgotten(&caller, contacts, recordings),
        (false, true) => {}
        (false, false) => {
            would(&caller, contacts, recordings);
            return exit::USAGE;
        }
    }
    let old = config.is_some_and(old_files_are_there);
    if done && !old { exit::CLEAN } else { exit::FINDINGS }
}

/// Tells of files of earlier releases that may still hold the number; whether there are any.
fn old_files_are_there(config: &Config) -> bool {
    let old: Vec<PathBuf> = crate::server::old_files(config).left_behind();
    for path in &old {
        let path = path.display();
        eprintln!(
            "error: {path} may still hold the number in clear; its tickets or callbacks are in the store, delete it"
        );
    }
    !old.is_empty()
}

fn forgotten(number: &str, contacts: u64, recordings: u64) {
    print::out(&format!(
        "{number}: {contacts} contacts and {recordings} recordings are forgotten."
    ));
}

/// Tells how much it would be.
fn would(number: &str, contacts: u64, recordings: u64) {
    eprintln!(
        "{number}: {contacts} contacts and {recordings} recordings would be forgotten for good; add `--yes`"
    );
}

fn unread(error: &std::io::Error) -> u8 {
    print::error(error);
    exit::FINDINGS
}
