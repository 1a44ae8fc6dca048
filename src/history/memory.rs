//! A store without a disk, for simulations and for tests of what uses a store: the same conduct, the same order, and faults
//! on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::caller::CallerSecret;
use super::care::{EXPIRED_TOGETHER, Forgotten, Known, closing, private_class};
use super::fact::Fact;
use super::parts::{CallerKey, Retention};
use super::reap::{Found, reap};
use super::row::{Entry, Position, Row};
use super::standing::Standing;
use super::store::{Filter, MAX_PAGE, Receipt, Store, StoreError, Verdict, Write};
use crate::call::{CallId, RecordingId};
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
    records: BTreeMap<(CallId, Wall), Arc<str>>,
    callers: BTreeMap<CallId, CallerKey>,
    recordings: BTreeMap<RecordingId, (CallId, Retention, Wall)>,
    /// When the first row with something private was kept, by contact and class.
    private: BTreeMap<(CallId, Retention), Wall>,
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
            callers: BTreeMap::new(),
            recordings: BTreeMap::new(),
            private: BTreeMap::new(),
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
        if self.holder(&row.fact).is_none() {
            // There is no key that it could be kept under.
            row.private = None;
        }
        let entry = Entry { epoch: self.epoch, seq, row };
        self.note(&entry.row);
        self.standing.apply(&entry);
        self.entries.push(entry);
        Position { epoch: self.epoch, seq }
    }

    /// Takes note of whose a row is.
    fn note(&mut self, row: &Row) {
        if let (Some(holder), Some(_)) = (self.holder(&row.fact), &row.private) {
            self.private.entry((holder, private_class(&row.fact))).or_insert(row.at);
        }
        if let Fact::TicketOpened { recording: Some(recording), .. } = &row.fact
            && let Some((_, class, _)) = self.recordings.get_mut(recording)
        {
            *class = Retention::Voicemail;
        }
        match &row.fact {
            Fact::CallBegan { contact, caller: Some(caller), .. }
            | Fact::CallbackAsked { contact, caller: Some(caller), .. }
            | Fact::TicketOpened { contact, caller: Some(caller), .. } => {
                self.callers.insert(*contact, caller.clone());
            }
            Fact::RecordingKept { recording, contact, class, .. } => {
                self.recordings.insert(recording.clone(), (*contact, *class, row.at));
            }
            _ => {}
        }
    }

    /// Whose a row is. A change of a ticket is of whoever opened it.
    fn holder(&self, fact: &Fact) -> Option<CallId> {
        let Fact::TicketChanged { ticket, contact: None, .. } = fact else {
            return fact.contact();
        };
        let opened = |entry: &Entry| match &entry.row.fact {
            Fact::TicketOpened { ticket: other, contact, .. } if other == ticket => Some(*contact),
            _ => None,
        };
        self.entries.iter().find_map(opened)
    }

    /// Forgets what belongs to people in the rows of these holders.
    fn forget(&mut self, gone: &dyn Fn(CallId, Retention) -> bool) {
        for at in 0..self.entries.len() {
            let fact = &self.entries[at].row.fact;
            let holder = self.holder(fact);
            if holder.is_some_and(|holder| gone(holder, private_class(fact))) {
                self.entries[at].row.private = None;
            }
        }
        for (contact, call) in &mut self.standing.calls {
            if gone(*contact, Retention::Private) {
                call.began.private = None;
            }
        }
        let open = self.standing.callbacks.values_mut().map(|open| &mut open.asked);
        for row in open.chain(self.standing.tickets.values_mut().map(|open| &mut open.opened)) {
            if row.fact.contact().is_some_and(|contact| gone(contact, Retention::Tickets)) {
                row.private = None;
            }
        }
        self.private.retain(|(holder, class), _| !gone(*holder, *class));
    }

    fn contacts_of(&self, caller: &CallerKey) -> Vec<CallId> {
        let theirs = self.callers.iter().filter(|(_, other)| *other == caller);
        theirs.map(|(contact, _)| *contact).collect()
    }

    /// Whether something that is still to be done needs what is private of a contact.
    fn is_open(&self, contact: CallId) -> bool {
        let callbacks = self.standing.callbacks.values().map(|open| &open.asked);
        let tickets = self.standing.tickets.values().map(|open| &open.opened);
        let mut open = callbacks.chain(tickets);
        self.standing.calls.contains_key(&contact)
            || open.any(|row| row.fact.contact() == Some(contact))
    }

    /// Removes what is older than `before`.
    fn let_go(&mut self, class: Retention, before: Wall) -> Forgotten {
        let mut gone = Forgotten::default();
        match class {
            Retention::Records => {
                let old = self.records.keys().filter(|(_, ended)| *ended < before);
                let old: Vec<_> = old.copied().take(EXPIRED_TOGETHER).collect();
                gone.count = old.len() as u64;
                old.iter().for_each(|of| drop(self.records.remove(of)));
            }
            Retention::History => {
                let newest = self.standing.newest;
                let mut left = EXPIRED_TOGETHER;
                let entries = std::mem::take(&mut self.entries);
                for entry in entries {
                    let needed = entry.position() == newest
                        || entry.row.fact.contact().is_some_and(|contact| self.is_open(contact));
                    if entry.row.at < before && !needed && left > 0 {
                        left -= 1;
                    } else {
                        self.entries.push(entry);
                    }
                }
                gone.count = (EXPIRED_TOGETHER - left) as u64;
            }
            Retention::Recordings | Retention::Voicemail => {
                let old = |(_, (_, of, at)): &(&RecordingId, &(CallId, Retention, Wall))| {
                    *of == class && *at < before
                };
                let old = self.recordings.iter().filter(old).take(EXPIRED_TOGETHER);
                gone.recordings = old.map(|(recording, _)| recording.clone()).collect();
                gone.count = gone.recordings.len() as u64;
                self.recordings.retain(|recording, _| !gone.recordings.contains(recording));
            }
            Retention::Tickets | Retention::Private => {
                let old = |((holder, of), at): &(&(CallId, Retention), &Wall)| {
                    *of == class && **at < before && !self.is_open(*holder)
                };
                let old = self.private.iter().filter(old).take(EXPIRED_TOGETHER);
                let old: BTreeSet<CallId> = old.map(|((holder, _), _)| *holder).collect();
                gone.count = old.len() as u64;
                self.forget(&|holder, of| of == class && old.contains(&holder));
            }
        }
        gone
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
                self.records.insert((*call, *ended), Arc::clone(record));
                Receipt::without_trace(Verdict::Applied)
            }
        }
    }
}

impl Store for MemoryStore {
    fn take_over(&mut self, version: &str, at: Wall, found: &Found) -> Result<u64, StoreError> {
        let unheard = self.count("begin an epoch")?;
        self.epoch = self.standing.newest.epoch + 1;
        self.push(Row::new(at, Fact::NodeStarted { version: version.into() }));
        for row in &found.rows {
            self.keep(&Write::Row(Box::new(row.clone())));
        }
        for fact in reap(&self.standing, &found.ends, at) {
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

    fn records(&self, call: CallId) -> Result<Vec<Arc<str>>, StoreError> {
        let whole =
            (call, Wall::from_unix_micros(i64::MIN))..=(call, Wall::from_unix_micros(i64::MAX));
        Ok(self.records.range(whole).map(|(_, record)| Arc::clone(record)).collect())
    }

    fn known(&self, caller: &CallerKey) -> Result<Known, StoreError> {
        let contacts = self.contacts_of(caller);
        let is_theirs = |contact: &CallId| contacts.contains(contact);
        let entries = self.entries.iter();
        let entries =
            entries.filter(|entry| self.holder(&entry.row.fact).as_ref().is_some_and(is_theirs));
        let records = self.records.iter().filter(|((call, _), _)| is_theirs(call));
        let recordings = self.recordings.iter().filter(|(_, (contact, ..))| is_theirs(contact));
        Ok(Known {
            entries: entries.cloned().collect(),
            records: records.map(|((call, _), record)| (*call, Arc::clone(record))).collect(),
            recordings: recordings.map(|(recording, _)| recording.clone()).collect(),
            contacts,
        })
    }

    fn erase(&mut self, caller: &CallerKey, by: &str, at: Wall) -> Result<Forgotten, StoreError> {
        if self.epoch == 0 {
            return Err(StoreError::NotBegun);
        }
        let unheard = self.count("forget a caller")?;
        let contacts = self.contacts_of(caller);
        for fact in closing(&self.standing, &contacts, by) {
            self.push(Row::new(at, fact));
        }
        let recordings = self.known(caller)?.recordings;
        self.forget(&|holder, _| contacts.contains(&holder));
        self.records.retain(|(call, _), _| !contacts.contains(call));
        self.recordings.retain(|_, (contact, ..)| !contacts.contains(contact));
        self.callers.retain(|contact, _| !contacts.contains(contact));
        let count = contacts.len() as u64;
        let erased = Fact::Erased { caller: caller.clone(), by: by.into(), contacts: count };
        self.push(Row::new(at, erased));
        if unheard { Err(refused("forget a caller")) } else { Ok(Forgotten { count, recordings }) }
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
        let unheard = self.count("let go of what is old")?;
        let gone = self.let_go(class, before);
        if gone.count > 0 {
            self.push(Row::new(at, Fact::Expired { class, before, count: gone.count }));
        }
        if unheard { Err(refused("let go of what is old")) } else { Ok(gone) }
    }

    fn secret(&self) -> &CallerSecret {
        &self.secret
    }
}

fn refused(what: &'static str) -> StoreError {
    let source = std::io::Error::from(std::io::ErrorKind::StorageFull);
    StoreError::Unavailable { what, source: source.into() }
}
