//! A store without a disk, for simulations and for tests of what uses a store: the same conduct, the same order, and faults
//! on demand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::caller::CallerSecret;
use super::fact::Fact;
use super::reap::reap;
use super::row::{Entry, Position, Row};
use super::standing::Standing;
use super::store::{Filter, MAX_PAGE, Receipt, Store, StoreError, Verdict, Write};
use crate::call::CallId;
use crate::time::Wall;

/// A fault to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk refuses, as a full or a broken one does: nothing is kept.
    Refused,
    /// All is kept, and the word of it is lost, as when a connection breaks after the commit.
    Unheard,
}

/// The store.
#[derive(Debug)]
pub struct MemoryStore {
    secret: CallerSecret,
    entries: Vec<Entry>,
    standing: Standing,
    records: BTreeMap<CallId, (Wall, Arc<str>)>,
    /// The epoch that may write; 0 = none has begun.
    epoch: u64,
    /// How often it was to write so far.
    writes: u64,
    faults: BTreeMap<u64, Fault>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(CallerSecret::new([0; 32]))
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(secret: CallerSecret) -> Self {
        Self {
            secret,
            entries: Vec::new(),
            standing: Standing::default(),
            records: BTreeMap::new(),
            epoch: 0,
            writes: 0,
            faults: BTreeMap::new(),
        }
    }

    /// How often it was to write so far, beginnings of an epoch included.
    #[must_use]
    pub const fn writes(&self) -> u64 {
        self.writes
    }

    /// Plants a fault into the write of this number, counted from 1 over the life of the store.
    pub fn plant(&mut self, write: u64, fault: Fault) {
        self.faults.insert(write, fault);
    }

    /// Everything that is kept, in order.
    #[must_use]
    pub fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// Counts a write, and fails it if a fault says so; `true` = the word of it is to be lost.
    fn count(&mut self, what: &'static str) -> Result<bool, StoreError> {
        self.writes += 1;
        match self.faults.remove(&self.writes) {
            Some(Fault::Refused) => Err(refused(what)),
            Some(Fault::Unheard) => Ok(true),
            None => Ok(false),
        }
    }

    fn push(&mut self, mut row: Row) -> Position {
        let same = self.standing.newest.epoch == self.epoch;
        let seq = if same { self.standing.newest.seq + 1 } else { 1 };
        if same {
            row.at = row.at.max(self.standing.at);
        }
        let entry = Entry { epoch: self.epoch, seq, row };
        self.standing.apply(&entry);
        self.entries.push(entry);
        Position { epoch: self.epoch, seq }
    }

    fn keep(&mut self, write: &Write) -> Receipt {
        match write {
            Write::Row(row) => {
                let mut row = Row::clone(row);
                let verdict = self.standing.verdict(&row.fact);
                if verdict != Verdict::Applied {
                    return Receipt::without_trace(verdict);
                }
                let number = self.standing.number(&mut row.fact);
                Receipt { verdict, position: Some(self.push(row)), number }
            }
            Write::Record { call, ended, record } => {
                self.records.insert(*call, (*ended, Arc::clone(record)));
                Receipt::without_trace(Verdict::Applied)
            }
        }
    }
}

impl Store for MemoryStore {
    fn begin(&mut self, version: &str, at: Wall) -> Result<u64, StoreError> {
        let unheard = self.count("begin an epoch")?;
        self.epoch = self.standing.newest.epoch + 1;
        self.push(Row::new(at, Fact::NodeStarted { version: version.into() }));
        for fact in reap(&self.standing, at) {
            self.push(Row::new(at, fact));
        }
        if unheard { Err(refused("begin an epoch")) } else { Ok(self.epoch) }
    }

    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Receipt>, StoreError> {
        if self.epoch == 0 {
            return Err(StoreError::NotBegun);
        }
        let unheard = self.count("write to the history")?;
        let receipts = batch.iter().map(|write| self.keep(write)).collect();
        if unheard { Err(refused("write to the history")) } else { Ok(receipts) }
    }

    fn newest(&self) -> Result<Position, StoreError> {
        Ok(self.standing.newest)
    }

    fn standing(&self) -> Result<Standing, StoreError> {
        Ok(self.standing.clone())
    }

    fn entries(
        &self,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let from = self.entries.partition_point(|entry| entry.position() <= after);
        let shown = |entry: &Entry| {
            let mut entry = entry.clone();
            entry.row.private = entry.row.private.filter(|_| filter.private);
            entry
        };
        let fitting = self.entries[from..].iter().filter(|entry| filter.fits(&entry.row));
        Ok(fitting.take(limit.min(MAX_PAGE)).map(shown).collect())
    }

    fn record(&self, call: CallId) -> Result<Option<Arc<str>>, StoreError> {
        Ok(self.records.get(&call).map(|(_, record)| Arc::clone(record)))
    }

    fn secret(&self) -> &CallerSecret {
        &self.secret
    }
}

fn refused(what: &'static str) -> StoreError {
    let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
    StoreError::Unavailable { what, source: source.into() }
}

#[cfg(test)]
mod tests;
