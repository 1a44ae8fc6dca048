//! The configuration, and the store that it names.

use std::path::Path;

use crate::cli::{exit, print};
use crate::config::{self, Config};
use crate::history::{CallerKey, Fact, Row, Store as _, StoreError, Write};
use crate::runtime::Clock;
use crate::storage::{Durability, SqliteStore, StorageError};

/// The configuration, or the exit code once its faults are told.
pub(super) fn settings(path: &Path) -> Result<Config, u8> {
    let reading = config::read_file(path).map_err(|error| {
        print::error(&error);
        exit::UNREADABLE
    })?;
    print::faults(&reading.findings);
    reading.config.ok_or(exit::UNREADABLE)
}

/// Whether a node has the store open.
pub(super) fn is_taken(config: &Config) -> bool {
    let opened = config.store.exists().then(|| SqliteStore::open(&config.store, Durability::Full));
    matches!(opened, Some(Err(StorageError::Taken { .. })))
}

/// A store that is ours for a moment: its epoch has begun.
pub(super) struct Owned {
    pub(super) store: SqliteStore,
    pub(super) clock: Clock,
}

impl Owned {
    /// Opens the store that is there; tells why it cannot be had and gives the exit code.
    pub(super) fn open(config: &Config) -> Result<Self, u8> {
        if !config.store.exists() {
            eprintln!("error: there is no store at {}", config.store.display());
            return Err(exit::UNREADABLE);
        }
        let clock = Clock::new();
        let store = SqliteStore::open(&config.store, Durability::Full).map_err(|error| {
            print::error(&error);
            if matches!(error, StorageError::Taken { .. }) {
                eprintln!(
                    "help: the node runs; name it by `--url` and a token of `role: admin` by `--token-file`, give it `control:` in sambung.yaml, or stop it first"
                );
            }
            exit::UNREADABLE
        })?;
        let mut owned = Self { store, clock };
        let begun = owned.store.begin(env!("CARGO_PKG_VERSION"), clock.wall());
        begun.map_err(|error| failed(&error))?;
        let old = crate::server::old_files(config);
        old.import(&mut owned.store, clock.wall()).map_err(|error| {
            print::error(&error);
            exit::FINDINGS
        })?;
        Ok(owned)
    }

    /// The key of a caller's number, or the exit code once it is told that it is none.
    pub(super) fn caller(&self, number: &str) -> Result<CallerKey, u8> {
        self.store.secret().key(number).ok_or_else(|| {
            eprintln!("error: `{number}` holds no digits; give the number as it calls: +62811…");
            exit::USAGE
        })
    }

    /// Writes facts, and that this process ended in order.
    pub(super) fn close(mut self, facts: Vec<Fact>) -> Result<(), u8> {
        let at = self.clock.wall();
        let facts = facts.into_iter().chain([Fact::NodeStopped {}]);
        let batch: Vec<Write> =
            facts.map(|fact| Write::Row(Box::new(Row::new(at, fact)))).collect();
        self.store.commit(&batch).map(|_| ()).map_err(|error| failed(&error))
    }
}

/// Tells what the store refused and gives the exit code.
pub(super) fn failed(error: &StoreError) -> u8 {
    print::error(error);
    exit::FINDINGS
}
