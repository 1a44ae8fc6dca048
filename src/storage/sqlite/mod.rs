//! The store in a file: SQLite, with one connection that writes and others that only read.
//!
//! ```text
//!  sambung.db        the tables (`schema`), 0600
//!  sambung.db-wal    what is not in them yet; both belong together
//!  sambung.db.lock   locked by the process that has the store
//! ```
//!
//! A write is on the disk when it returns. After the death of the process everything that was written is there; after a
//! power cut as well, unless [`Durability::Normal`] was chosen. It knows nothing of threads: `history` puts one in front.

mod care;
mod check;
mod read;
mod scan;
mod schema;
mod seal;
mod sql;
mod stand;
mod tickets;
mod work;

#[cfg(test)]
mod tests;

pub use check::Checked;
pub use scan::Stretch;
pub use tickets::{OpenTickets, TICKET_KINDS, TicketsThat};

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aes_gcm::aead::OsRng;
use aes_gcm::aead::rand_core::RngCore as _;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};

use self::schema::Unusable;
use self::sql::{Sql, store_error};
use self::work::{Head, Work};
use super::error::StorageError;
use super::gate::Gate;
use crate::call::CallId;
use crate::history::{
    CallerKey, CallerSecret, Entry, Fact, Filter, Forgotten, Found, Known, Position, Receipt,
    Retention, Row, Standing, Store, StoreError, Verdict, Write, reap,
};
use crate::time::Wall;

/// The mode of the files: they hold what belongs to people, and the keys to it.
const FILE_MODE: u32 = 0o600;
/// Statements that are kept ready.
const STATEMENTS: usize = 128;
/// Pages that the writer keeps in RAM, in KiB: rows are added at the ends of tables, and what is looked for elsewhere is in
/// the system's own memory of the file.
const CACHE_KIB: i64 = 512;
/// How long a reader waits where the writer is in its way.
const BUSY: std::time::Duration = std::time::Duration::from_secs(2);

/// How surely a write is on the disk when it returns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// It survives a power cut: the disk has said that it has it.
    #[default]
    Full,
    /// It survives the death of the process; a power cut may lose the last milliseconds, never less than whole writes.
    Normal,
}

/// The store, open for writing.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    secret: CallerSecret,
    gate: Gate,
    /// The end of the history; `None` = the end of the last write is not known, and is to be looked up.
    head: Option<Head>,
    /// The epoch of this process; 0 = none has begun.
    epoch: u64,
    /// Held as long as the store is open.
    _lock: File,
}

impl SqliteStore {
    /// Opens the store, or makes it, and brings an older one's tables up to this release.
    ///
    /// # Errors
    /// When another process has it, a newer release wrote it, it is something else, or the disk refuses.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StorageError> {
        let lock = lock(path)?;
        let refused = |source: rusqlite::Error| refused(path, source);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(FILE_MODE);
        options
            .open(path)
            .map_err(|source| StorageError::Open { path: path.to_owned(), source })?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(refused)?;
        schema::version(&connection).map_err(|why| unusable(path, why))?;
        prepare(&connection, durability).map_err(refused)?;
        schema::migrate(&mut connection).map_err(|why| unusable(path, why))?;
        let secret = secret(&connection, "caller").map(CallerSecret::new).map_err(refused)?;
        let gate = Gate::default();
        let head = Head::read(Sql { connection: &connection, gate: &gate }).map_err(refused)?;
        Ok(Self { connection, secret, gate, head: Some(head), epoch: 0, _lock: lock })
    }

    /// The key that the last words of calls are sealed under.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn dialog_key(&self) -> Result<[u8; 32], StoreError> {
        secret(&self.connection, "dialogs").map_err(|error| store_error("make a key", error))
    }

    /// One transaction: all of `work`, or nothing.
    fn transact<T>(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&mut Work<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        // Unknown until this transaction has ended well.
        let head = self.head.take();
        let outcome = self.transaction(head, work);
        outcome.map_err(|error| store_error(what, error)).map(|(value, head)| {
            self.head = Some(head);
            value
        })
    }

    fn transaction<T>(
        &mut self,
        head: Option<Head>,
        work: impl FnOnce(&mut Work<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<(T, Head)> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.gate.pass()?;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sql = Sql { connection: &transaction, gate: &self.gate };
        let head = head.map_or_else(|| Head::read(sql), Ok)?;
        let mut begun = Work { sql, head };
        let value = work(&mut begun)?;
        begun.end()?;
        let head = begun.head;
        self.gate.pass()?;
        transaction.commit()?;
        // The disk has it, and the word of it may be lost.
        self.gate.pass()?;
        Ok((value, head))
    }

    const fn sql(&self) -> Sql<'_> {
        Sql { connection: &self.connection, gate: &self.gate }
    }
}

impl Store for SqliteStore {
    fn take_over(&mut self, version: &str, at: Wall, found: &Found) -> Result<u64, StoreError> {
        let begun = self.transact("begin an epoch", |work| {
            let left = read::standing(work.sql)?;
            let epoch = work.begin();
            work.row(Row::new(at, Fact::NodeStarted { version: version.into() }))?;
            for row in &found.rows {
                work.row(row.clone())?;
            }
            for fact in reap(&left, &found.ends, at) {
                work.row(Row::new(at, fact))?;
            }
            Ok(epoch)
        });
        self.epoch = *begun.as_ref().unwrap_or(&self.epoch);
        begun
    }

    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Receipt>, StoreError> {
        let epoch = self.epoch;
        if epoch == 0 {
            return Err(StoreError::NotBegun);
        }
        self.transact("write to the history", |work| {
            let select = "SELECT epoch FROM node";
            let owner = work.sql.first(select, [], |row| sql::count(row, 0))?;
            if owner != Some(epoch) {
                return Ok(vec![Receipt::without_trace(Verdict::Stale); batch.len()]);
            }
            batch.iter().map(|write| work.keep(write)).collect()
        })
    }

    fn newest(&self) -> Result<Position, StoreError> {
        let head = Head::read(self.sql());
        head.map(|head| head.newest).map_err(|error| store_error("read the history", error))
    }

    fn standing(&self) -> Result<Standing, StoreError> {
        look("read what stands", &self.connection, || read::standing(self.sql()))
    }

    fn entries(
        &self,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let entries = read::entries(self.sql(), after, filter, limit);
        entries.map_err(|error| store_error("read the history", error))
    }

    fn records(&self, call: CallId) -> Result<Vec<Arc<str>>, StoreError> {
        let records = read::records(self.sql(), call);
        records.map_err(|error| store_error("read a call record", error))
    }

    fn known(&self, caller: &CallerKey) -> Result<Known, StoreError> {
        let what = "read what is known of a caller";
        look(what, &self.connection, || care::known(self.sql(), caller))
    }

    fn erase(&mut self, caller: &CallerKey, by: &str, at: Wall) -> Result<Forgotten, StoreError> {
        if self.epoch == 0 {
            return Err(StoreError::NotBegun);
        }
        let gone = self.transact("forget a caller", |work| care::erase(work, caller, by, at))?;
        // Until then the keys are still in the file beside. It is done again with every checkpoint that follows.
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let done = self.connection.query_row(checkpoint, [], |_| Ok(()));
        done.map_err(|error| store_error("overwrite what is forgotten", error))?;
        Ok(gone)
    }

    fn expire(
        &mut self,
        class: Retention,
        before: Wall,
        at: Wall,
    ) -> Result<Forgotten, StoreError> {
        if self.epoch == 0 {
            return Err(StoreError::NotBegun);
        }
        self.transact("let go of what is old", |work| care::expire(work, class, before, at))
    }

    fn secret(&self) -> &CallerSecret {
        &self.secret
    }
}

/// The store, open for reading beside its writer, or without one.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
    gate: Gate,
}

impl SqliteReader {
    /// Opens a store that is there.
    ///
    /// # Errors
    /// When it is not there, is something else or of another release, or the disk refuses.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        let refused = |source: rusqlite::Error| refused(path, source);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(refused)?;
        connection.busy_timeout(BUSY).map_err(refused)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        match schema::version(&connection).map_err(|why| unusable(path, why))? {
            schema::SCHEMA => Ok(Self { connection, gate: Gate::default() }),
            _ => Err(StorageError::Foreign { path: path.to_owned() }),
        }
    }

    /// What stands now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn standing(&self) -> Result<Standing, StoreError> {
        look("read what stands", &self.connection, || read::standing(self.sql()))
    }

    /// Entries after a place, as [`Store::entries`] gives them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn entries(
        &self,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let entries = read::entries(self.sql(), after, filter, limit);
        entries.map_err(|error| store_error("read the history", error))
    }

    /// The records of a call as they were given, the oldest first: one, or as many as there were tries to call back.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn records(&self, call: CallId) -> Result<Vec<Arc<str>>, StoreError> {
        let records = read::records(self.sql(), call);
        records.map_err(|error| store_error("read a call record", error))
    }

    const fn sql(&self) -> Sql<'_> {
        Sql { connection: &self.connection, gate: &self.gate }
    }
}

/// Reads several tables as they stand at one moment.
fn look<T>(
    what: &'static str,
    connection: &Connection,
    read: impl FnOnce() -> rusqlite::Result<T>,
) -> Result<T, StoreError> {
    let looked = connection.unchecked_transaction().and_then(|_moment| read());
    looked.map_err(|error| store_error(what, error))
}

/// Takes the lock of the store; it is free again when the file is closed, also by the death of the process.
fn lock(path: &Path) -> Result<File, StorageError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(FILE_MODE).open(&beside);
    let file = file.map_err(|source| StorageError::Open { path: beside.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::Taken { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(StorageError::Open { path: beside, source }),
    }
}

fn prepare(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // What is forgotten is overwritten.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))
}

/// A secret of the store, which is made when it is first needed. What callers' keys are made with is called `caller`.
fn secret(connection: &Connection, name: &str) -> rusqlite::Result<[u8; 32]> {
    let mut fresh = [0; 32];
    OsRng.fill_bytes(&mut fresh);
    let insert = "INSERT OR IGNORE INTO secret (name, value) VALUES (?1, ?2)";
    connection.execute(insert, params![name, &fresh[..]])?;
    connection.query_row("SELECT value FROM secret WHERE name = ?1", [name], |row| row.get(0))
}

fn unusable(path: &Path, why: Unusable) -> StorageError {
    let path = path.to_owned();
    match why {
        Unusable::Foreign => StorageError::Foreign { path },
        Unusable::Newer(found) => StorageError::Newer { path, found, known: schema::SCHEMA },
        Unusable::Refused(error)
            if sql::code(&error) == Some(rusqlite::ErrorCode::NotADatabase) =>
        {
            StorageError::Foreign { path }
        }
        Unusable::Refused(error) => refused(&path, error),
    }
}

fn refused(path: &Path, error: rusqlite::Error) -> StorageError {
    let (path, damaged) = (path.to_owned(), rusqlite::ErrorCode::DatabaseCorrupt);
    if sql::code(&error) == Some(damaged) {
        return StorageError::Damaged { path, source: error.into() };
    }
    StorageError::Store { path, source: error.into() }
}
