//! Stores that cheat, each in one way: the checks must find every one of them, or they prove nothing of the others.

use std::sync::Arc;

use sambung::call::CallId;
use sambung::history::{
    CallerKey, CallerSecret, Entry, Filter, Forgotten, Found, Known, Medium, MemoryStore, Position,
    Receipt, Retention, Standing, Store, StoreError, Verdict, Write,
};
use sambung::storage::{Durability, SqliteStore};
use sambung::time::Wall;

use crate::backend::{faults, history, in_a_file, keep};
use crate::burst::{doubles, serve};
use crate::words::{enqueued, row, wall};

/// How a store cheats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cheat {
    /// It says that every claim is granted.
    GrantsAll,
    /// It forgets the third batch and says that it is kept.
    LosesOne,
    /// It keeps the first half of the third batch and says that all is kept.
    KeepsHalf,
}

struct Cheating {
    inner: MemoryStore,
    cheat: Cheat,
    batches: u64,
    promised: u64,
}

impl Cheating {
    fn new(cheat: Cheat) -> Self {
        let mut inner = MemoryStore::default();
        inner.begin("1.0.0", wall(0)).expect("begins");
        Self { inner, cheat, batches: 0, promised: 0 }
    }
}

impl Store for Cheating {
    fn take_over(&mut self, version: &str, at: Wall, found: &Found) -> Result<u64, StoreError> {
        self.inner.take_over(version, at, found)
    }

    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Receipt>, StoreError> {
        self.batches += 1;
        let third = self.batches == 3;
        let kept = match self.cheat {
            Cheat::LosesOne if third => &batch[..0],
            Cheat::KeepsHalf if third => &batch[..batch.len() / 2],
            Cheat::GrantsAll | Cheat::LosesOne | Cheat::KeepsHalf => batch,
        };
        let mut receipts = self.inner.commit(kept)?;
        receipts.resize(batch.len(), Receipt::without_trace(Verdict::Applied));
        if self.cheat == Cheat::GrantsAll {
            receipts.iter_mut().for_each(|receipt| receipt.verdict = Verdict::Applied);
        }
        let applied = receipts.iter().filter(|receipt| receipt.verdict == Verdict::Applied);
        self.promised += applied.count() as u64;
        Ok(receipts)
    }

    fn newest(&self) -> Result<Position, StoreError> {
        self.inner.newest()
    }

    fn standing(&self) -> Result<Standing, StoreError> {
        self.inner.standing()
    }

    fn entries(&self, after: Position, f: &Filter, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.inner.entries(after, f, limit)
    }

    fn records(&self, call: CallId) -> Result<Vec<Arc<str>>, StoreError> {
        self.inner.records(call)
    }

    fn known(&self, caller: &CallerKey) -> Result<Known, StoreError> {
        self.inner.known(caller)
    }

    fn erase(&mut self, caller: &CallerKey, by: &str, at: Wall) -> Result<Forgotten, StoreError> {
        self.inner.erase(caller, by, at)
    }

    fn expire(&mut self, of: Retention, before: Wall, at: Wall) -> Result<Forgotten, StoreError> {
        self.inner.expire(of, before, at)
    }

    fn secret(&self) -> &CallerSecret {
        self.inner.secret()
    }
}

#[test]
fn a_store_that_grants_every_claim_is_found() {
    let mut store = Cheating::new(Cheat::GrantsAll);
    let told = serve(&mut store);
    let faults = doubles(&told, &history(&store, false));
    assert!(faults.iter().any(|fault| fault.contains("was promised to 4")), "{faults:?}");
}

#[test]
fn tables_without_their_unique_indexes_are_found() {
    let (folder, store) = in_a_file();
    drop(store);
    let path = folder.path().join("sambung.db");
    let raw = rusqlite::Connection::open(&path).expect("opens");
    raw.execute_batch("DROP INDEX offer_agent; DROP INDEX offer_contact; DROP INDEX offer_pair")
        .expect("drops");
    drop(raw);
    let mut store = SqliteStore::open(&path, Durability::Normal).expect("opens");
    store.begin("1.0.0", wall(0)).expect("begins");
    let told = serve(&mut store);
    let doubles = doubles(&told, &history(&store, false));
    assert!(doubles.iter().any(|fault| fault.contains("was promised to")), "{doubles:?}");
    assert!(doubles.iter().any(|fault| fault.contains("is rung for")), "{doubles:?}");
    assert!(faults(&store).iter().any(|fault| fault.contains("was to be stale")));
}

#[test]
fn a_store_that_loses_a_batch_or_half_of_one_is_found() {
    for cheat in [Cheat::LosesOne, Cheat::KeepsHalf] {
        let mut store = Cheating::new(cheat);
        for batch in 0_u64..5 {
            let of = |number| row(1, enqueued(batch * 4 + number, Medium::Voice));
            keep(&mut store, &(1..=4).map(of).collect::<Vec<_>>());
        }
        // What was promised is counted against what is there, as the checker over killed writers does.
        let kept = history(&store, false).len() as u64 - 1;
        assert_ne!(kept, store.promised, "{cheat:?}");
    }
}
