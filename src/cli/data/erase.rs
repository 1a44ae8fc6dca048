//! `sambung data erase`: forgets a caller for good.

use clap::Args;

use super::open::{Owned, failed};
use crate::call::{RecordingId, mask_number};
use crate::cli::{exit, print};
use crate::config::Config;
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
    /// Who asks for it; stands in the history
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
    let (count, audio) = (known.contacts.len(), recordings.len());
    if !args.yes {
        owned.close(Vec::new())?;
        eprintln!(
            "{number}: {count} contacts and {audio} recordings would be forgotten for good; add `--yes`"
        );
        return Err(exit::USAGE);
    }
    // The files first: as long as one is left, the store still knows whose they are, and it can be done again.
    let left = remove_recordings(&config.recordings, &recordings);
    forget_records(&config.records, &known.contacts.iter().copied().collect())
        .map_err(|error| unread(&error))?;
    if left.is_empty() {
        let now = owned.clock.wall();
        owned.store.erase(&caller, &args.by, now).map_err(|error| failed(&error))?;
        print::out(&format!("{number}: {count} contacts and {audio} recordings are forgotten."));
    }
    owned.close(Vec::new())?;
    let old = crate::server::old_files(config).left_behind();
    for path in &old {
        let path = path.display();
        eprintln!(
            "error: {path} may still hold the number in clear; its tickets or callbacks are in the store, delete it"
        );
    }
    if left.is_empty() && old.is_empty() {
        return Ok(());
    }
    for (path, error) in left {
        eprintln!("error: {} is still there: {error}; mend that, and do it again", path.display());
    }
    Err(exit::FINDINGS)
}

fn unread(error: &std::io::Error) -> u8 {
    print::error(error);
    exit::FINDINGS
}
