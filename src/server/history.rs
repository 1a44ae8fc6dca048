//! The node's history: the store is opened and taken over before anything else, calls that died with the process before get
//! their records, and what the engine tells goes to the writer.

use std::path::Path;
use std::sync::Arc;

use super::late::{Late, interrupted, late};
use super::remains::{Told, found};
use super::{Server, ServerError};
use crate::call::CallRecord;
use crate::config::Config;
use crate::history::{
    CallerSecret, Fact, Filter, MAX_PAGE, Position, Retention, Row, Shifts, Standing, Store as _,
    StoreError,
};
use crate::runtime::{Clock, Judge, Keeper};
use crate::storage::{
    Durability, HistorySlot, HistoryWriter, Imported, Leaving, Ledger, Limits, OldFiles,
    SqliteStore, StorageError,
};
use crate::time::{Duration, Wall};

/// How far back the engine's axis of time reaches: agents may have been idle, and places in line kept, since before the
/// process began.
pub const PAST: Duration = Duration::from_mins(24 * 60);

/// Records that are written in one go: fewer than the file's writer takes at a time.
const RECORDS_TOGETHER: usize = 256;

/// A history that is open.
#[derive(Debug)]
pub(super) struct History {
    pub(super) writer: HistoryWriter,
    pub(super) slot: HistorySlot,
    /// What callers are named by.
    pub(super) secret: CallerSecret,
    /// What stands now: nothing of it is under way.
    pub(super) standing: Standing,
    /// What agents have done since they logged in, if any queue counts it.
    pub(super) shifts: Shifts,
    /// What the last words of calls are sealed under.
    pub(super) dialog_key: [u8; 32],
}

impl History {
    /// Opens the store, begins an epoch in it and starts its writer. Calls that died with the process before get their
    /// records first: once the epoch has begun they are over, and nobody would ask for them again.
    ///
    /// What has a record in the file of call records already gets no other.
    pub(super) fn open(server: &Server, clock: Clock) -> Result<Self, ServerError> {
        let records = &server.records;
        let mut store = SqliteStore::open(&server.store, Durability::default())?;
        let before = store.standing()?;
        let told = Told::read(records);
        let without = before.calls.iter().filter(|(call, _)| told.of(**call).is_none());
        let mut interrupted: Vec<CallRecord> =
            without.map(|(call, live)| interrupted(*call, live, before.at)).collect();
        let Late { kept, unkept } = late(&store, &before, &told)?;
        interrupted.extend(unkept);
        write_records(records, kept)?;
        write_records(records, interrupted.clone())?;
        let now = clock.wall();
        let found = found(&store, &before.calls, &told, &server.recordings, now)?;
        let epoch = store.take_over(env!("CARGO_PKG_VERSION"), now, &found)?;
        take_in(&server.old, &mut store, clock.wall())?;
        let standing = store.standing()?;
        // To read them takes time, and few queues count.
        let shifts = match server.engine.queues.counts_shifts() {
            true => shifts(&store, clock.wall().before(PAST))?,
            false => Shifts::default(),
        };
        if !before.stopped && before.newest.epoch > 0 {
            let (calls, waiting) = (before.calls.len(), before.waiting.len());
            let messages = found.rows.iter().filter(|row| is_message(&row.fact)).count();
            tracing::warn!(
                calls,
                waiting,
                messages,
                "The process before did not end in order; its calls are closed."
            );
        }
        let (agents, places) = (standing.agents.len(), standing.places.len());
        tracing::info!(epoch, agents, places, "The history goes on.");
        let (secret, dialog_key) = (store.secret().clone(), store.dialog_key()?);
        let (writer, slot) = HistoryWriter::start(store, clock)?;
        interrupted.iter().for_each(|record| keep_record(&slot, record));
        for call in found.ends.keys() {
            if let Some((ended, record)) = told.of(*call) {
                slot.keep_record(*call, ended, Arc::clone(record));
            }
        }
        Ok(Self { writer, slot, secret, standing, shifts, dialog_key })
    }
}

/// Whether a fact tells of a message that is kept.
const fn is_message(fact: &Fact) -> bool {
    matches!(fact, Fact::RecordingKept { .. })
}

/// What agents have done since they logged in, of those who did so after `since`.
fn shifts(store: &SqliteStore, since: Wall) -> Result<Shifts, StoreError> {
    let kinds = Shifts::KINDS.to_vec();
    let filter = Filter { kinds, since: Some(since), ..Filter::default() };
    let (mut shifts, mut after) = (Shifts::default(), Position::default());
    loop {
        let page = store.entries(after, &filter, MAX_PAGE)?;
        page.iter().for_each(|entry| shifts.apply(&entry.row));
        match page.last() {
            Some(last) if page.len() == MAX_PAGE => after = last.position(),
            _ => return Ok(shifts),
        }
    }
}

/// Writes records, and returns when they are on the disk.
fn write_records<T: Leaving>(path: &Path, records: Vec<T>) -> Result<(), StorageError> {
    let mut records = records.into_iter().peekable();
    while records.peek().is_some() {
        let (ledger, slot) = Ledger::open(path)?;
        records.by_ref().take(RECORDS_TOGETHER).for_each(|record| slot.keep(Box::new(record)));
        drop(slot);
        ledger.close();
    }
    Ok(())
}

/// What the engine tells goes to the writer.
#[derive(Debug)]
pub(super) struct Telling(pub(super) HistorySlot);

impl Keeper for Telling {
    fn keep(&mut self, row: Row) {
        self.0.keep(row);
    }

    fn claim(&mut self, row: Row, judge: Judge) {
        self.0.claim(row, Box::new(move |receipt| judge(receipt.verdict)));
    }
}

/// For how long what the store keeps stays.
#[must_use]
pub fn limits(config: &Config) -> Limits {
    let of = &config.retention;
    let stay = vec![
        (Retention::Recordings, of.recordings),
        (Retention::Voicemail, of.voicemail),
        (Retention::Private, of.private),
        (Retention::Tickets, of.tickets),
        (Retention::Records, of.records),
        (Retention::History, of.history),
    ];
    let (recordings, records) = (config.recordings.clone(), config.records.clone());
    Limits { stay, recordings, records }
}

/// The files that tickets and callbacks were kept in before the history had them.
#[must_use]
pub fn old_files(config: &Config) -> OldFiles {
    OldFiles { tickets: config.tickets.clone(), callbacks: config.callbacks.clone() }
}

/// Takes them in, with a word.
fn take_in(files: &OldFiles, store: &mut SqliteStore, now: Wall) -> Result<(), ServerError> {
    let Imported { tickets, callbacks, left_out } = files.import(store, now)?;
    if tickets + callbacks > 0 {
        tracing::info!(
            tickets,
            callbacks,
            "What earlier releases kept in files is in the history now."
        );
    }
    if left_out > 0 {
        tracing::error!(
            left_out,
            "Some lines of tickets or callbacks of before could not be taken in; they are in the files that end in `.imported`."
        );
    }
    Ok(())
}

/// Hands the record of a call that is over to the store as well.
pub(super) fn keep_record(slot: &HistorySlot, record: &CallRecord) {
    match serde_json::to_string(record) {
        Ok(text) => {
            let ended = Wall::parse_rfc3339(&record.ended).unwrap_or_default();
            slot.keep_record(record.call, ended, text.into());
        }
        Err(error) => {
            tracing::error!(call = %record.call, %error, "A call record cannot be written.");
        }
    }
}

impl From<StoreError> for ServerError {
    fn from(error: StoreError) -> Self {
        Self::History(error)
    }
}
