//! `sambung data check`: whether the store is sound.

use clap::Args;

use super::open::failed;
use crate::cli::{exit, print};
use crate::config::Config;
use crate::storage::SqliteReader;

/// Looks whether the store is sound: its pages and indexes, the numbers of the history, and whether what stands is what the
/// history says. Works while the node runs.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {}

pub(super) fn run(_: &CheckArgs, config: &Config) -> u8 {
    let reader = match SqliteReader::open(&config.store) {
        Ok(reader) => reader,
        Err(error) => {
            print::error(&error);
            return exit::UNREADABLE;
        }
    };
    let checked = match reader.check() {
        Ok(checked) => checked,
        Err(error) => return failed(&error),
    };
    checked.faults.iter().for_each(|fault| print::out(fault));
    let (entries, starts) = (checked.entries, checked.epochs);
    let begins = if checked.is_whole { "" } else { " (its beginning was let go)" };
    print::out(&format!(
        "{entries} rows of {starts} starts{begins}, {} faults",
        checked.faults.len()
    ));
    if checked.faults.is_empty() { exit::CLEAN } else { exit::FINDINGS }
}
