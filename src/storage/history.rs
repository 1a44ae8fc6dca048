//! The history on its way from the engine to the store: a thread that writes, and the slot where rows are handed in.
//!
//! ```text
//!  engine ── keep ──▶ ┌─ at most 100,000 ─┐      up to 64 in one transaction
//!         ── claim ─▶ │ row row claim row │ ──▶ writer ──▶ Store ──▶ verdicts, newest position
//!                     └───────────────────┘
//! ```
//!
//! Nobody waits for the disk but who asks for a verdict; rows wait 20 ms for each other's company. While the disk refuses,
//! rows stay here in order and are written once when it is back; whoever wants a verdict is told at once that there is none
//! to be had.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::error::StorageError;
use crate::call::CallId;
use crate::history::{
    CallerSecret, Fact, Position, Receipt, Row, Store, StoreError, Verdict, Write,
};
use crate::runtime::Clock;
use crate::time::Wall;

/// Rows and records that may wait for the disk; further ones are lost, with a word.
pub const SPOOL: usize = 100_000;
/// Writes in one transaction.
const TOGETHER: usize = 256;
/// For how long a row waits for others, so that they share a transaction: a tenth of the disk's work with many calls. Claims
/// and visits wait for nothing, and take along what was handed in before them.
const COMPANY: Duration = Duration::from_millis(20);
/// From the first failure to the next try; each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Tries at the end of the process before what is left is given up: 1.5 s in all.
const CLOSING_TRIES: u32 = 5;

/// Who waits for a verdict. It is called by the thread that writes, or at once by the one that asks while nothing can be
/// written, and must not wait for anything.
pub type Answer = Box<dyn FnOnce(Receipt) + Send>;
/// Something to do with the store between two writes.
type Visit = Box<dyn FnOnce(&mut dyn Store) + Send>;

/// One thing for the writer.
enum Task {
    Write(Write, Option<Answer>),
    Visit(Visit),
}

/// What waits for the writer, and how it fares.
#[derive(Default)]
struct Spool {
    tasks: VecDeque<Task>,
    closed: bool,
    /// Writes that the writer has in hand.
    in_hand: usize,
    /// Since when the store refuses.
    failing: Option<Wall>,
    lost: u64,
}

struct Shared {
    spool: Mutex<Spool>,
    arrived: Condvar,
    newest: watch::Sender<Position>,
}

/// How the store fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStatus {
    /// Since when it refuses; `None` = it works.
    pub failing: Option<Wall>,
    /// Rows and records that are not on the disk yet.
    pub waiting: usize,
    /// Rows and records that found no room since the start.
    pub lost: u64,
    /// The newest entry that is on the disk.
    pub newest: Position,
}

/// The writer, running.
#[derive(Debug)]
pub struct HistoryWriter {
    writer: JoinHandle<()>,
    slot: HistorySlot,
}

/// Where rows, claims and records are handed in. Clones lead to the same writer.
#[derive(Clone)]
pub struct HistorySlot {
    shared: Arc<Shared>,
    secret: CallerSecret,
}

impl HistoryWriter {
    /// Starts the writer of a store whose epoch has begun.
    ///
    /// # Errors
    /// When the store cannot be read, or there is no thread to be had.
    pub fn start(
        store: impl Store + Send + 'static,
        clock: Clock,
    ) -> Result<(Self, HistorySlot), StorageError> {
        let newest =
            store.newest().map_err(|error| StorageError::Thread(std::io::Error::other(error)))?;
        let shared = Arc::new(Shared {
            spool: Mutex::default(),
            arrived: Condvar::new(),
            newest: watch::channel(newest).0,
        });
        let slot = HistorySlot { shared: Arc::clone(&shared), secret: store.secret().clone() };
        let writer = Writer { store, clock, shared, newest };
        let writer = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || writer.run())
            .map_err(StorageError::Thread)?;
        Ok((Self { writer, slot: slot.clone() }, slot))
    }

    /// Writes what is left and that the node stopped in order, then ends; blocks the thread. What the disk refuses to the
    /// last is given up, with a word. Whatever is handed in from now on is refused.
    pub fn close(self) {
        self.slot.shared.lock().closed = true;
        self.slot.shared.arrived.notify_all();
        if self.writer.join().is_err() {
            tracing::error!("The writer of the history failed.");
        }
    }
}

impl HistorySlot {
    /// Hands a row in, to be kept in order. Never waits.
    pub fn keep(&self, row: Row) {
        self.put(Write::Row(Box::new(row)), None);
    }

    /// Hands in a row whose verdict somebody waits for: it is on the disk when `answer` hears [`Verdict::Applied`], and not
    /// there for [`Verdict::Stale`]. [`Verdict::Failed`] comes at once while the store refuses; the row is then not kept, or
    /// at worst without anybody knowing, so whoever claimed an offer should still tell the history that it came to nothing.
    pub fn claim(&self, row: Row, answer: Answer) {
        self.put(Write::Row(Box::new(row)), Some(answer));
    }

    /// Hands in the record of a call that is over, as JSON. Never waits.
    pub fn keep_record(&self, call: CallId, ended: Wall, record: Arc<str>) {
        self.put(Write::Record { call, ended, record }, None);
    }

    /// Lets `visit` do something with the store once everything handed in before is written; nothing else is written
    /// meanwhile. False if the writer has ended.
    pub fn visit(&self, visit: impl FnOnce(&mut dyn Store) + Send + 'static) -> bool {
        let mut spool = self.shared.lock();
        if spool.closed {
            return false;
        }
        spool.tasks.push_back(Task::Visit(Box::new(visit)));
        self.shared.arrived.notify_one();
        true
    }

    /// What stands for callers' numbers is made with.
    #[must_use]
    pub const fn secret(&self) -> &CallerSecret {
        &self.secret
    }

    /// How the store fares.
    #[must_use]
    pub fn status(&self) -> StoreStatus {
        let newest = *self.shared.newest.borrow();
        let spool = self.shared.lock();
        let waiting = spool.tasks.len() + spool.in_hand;
        StoreStatus { failing: spool.failing, waiting, lost: spool.lost, newest }
    }

    /// Tells of each newest entry that is on the disk, for whoever follows the history.
    #[must_use]
    pub fn newest(&self) -> watch::Receiver<Position> {
        self.shared.newest.subscribe()
    }

    fn put(&self, write: Write, answer: Option<Answer>) {
        let mut spool = self.shared.lock();
        let full = spool.tasks.len() + spool.in_hand >= SPOOL;
        if spool.closed || full || (answer.is_some() && spool.failing.is_some()) {
            if answer.is_none() {
                spool.lose();
            }
            drop(spool);
            fail(answer);
            return;
        }
        let presses = answer.is_some();
        spool.tasks.push_back(Task::Write(write, answer));
        let waiting = spool.tasks.len();
        drop(spool);
        // The writer sleeps until the first one, and then until one that presses or as many as go together.
        if presses || waiting == 1 || waiting == TOGETHER {
            self.shared.arrived.notify_one();
        }
    }
}

impl Spool {
    /// Whether the writer begins at once.
    fn presses(&self) -> bool {
        let presses = |task: &Task| !matches!(task, Task::Write(_, None));
        self.closed || self.tasks.len() >= TOGETHER || self.tasks.iter().any(presses)
    }

    /// Counts what found no room; the first one, and each thousandth after it, is told.
    fn lose(&mut self) {
        if self.lost.is_multiple_of(1_000) {
            tracing::error!(
                lost = self.lost + 1,
                "No room for rows of the history; they are lost."
            );
        }
        self.lost += 1;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Spool> {
        // Each change of the spool is whole in itself.
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes of one transaction, and who waits for them.
#[derive(Default)]
struct Batch {
    writes: Vec<Write>,
    answers: Vec<Option<Answer>>,
}

/// The thread's state.
struct Writer<S> {
    store: S,
    clock: Clock,
    shared: Arc<Shared>,
    /// The newest entry that is known to be on the disk.
    newest: Position,
}

impl<S: Store> Writer<S> {
    fn run(mut self) {
        while let Some(task) = self.next() {
            match task {
                Task::Visit(visit) => {
                    visit(&mut self.store);
                    self.look();
                }
                Task::Write(write, answer) => {
                    let batch = self.gather(write, answer);
                    self.write(batch);
                }
            }
        }
        let stopped = Row::new(self.clock.wall(), Fact::NodeStopped {});
        let last = Batch { writes: vec![Write::Row(Box::new(stopped))], answers: vec![None] };
        self.write(last);
    }

    /// Waits for the next task, and for others that it is done with; `None` = there will be no more.
    fn next(&self) -> Option<Task> {
        let spool = self.shared.lock();
        let none = |spool: &mut Spool| spool.tasks.is_empty() && !spool.closed;
        let spool = self.shared.arrived.wait_while(spool, none);
        let spool = spool.unwrap_or_else(PoisonError::into_inner);
        let alone = |spool: &mut Spool| !spool.presses();
        let waited = self.shared.arrived.wait_timeout_while(spool, COMPANY, alone);
        let (mut spool, _) = waited.unwrap_or_else(PoisonError::into_inner);
        spool.tasks.pop_front()
    }

    /// What waits behind a write goes with it.
    fn gather(&self, write: Write, answer: Option<Answer>) -> Batch {
        let mut batch = Batch { writes: vec![write], answers: vec![answer] };
        let mut spool = self.shared.lock();
        while batch.writes.len() < TOGETHER
            && let Some(Task::Write(..)) = spool.tasks.front()
            && let Some(Task::Write(write, answer)) = spool.tasks.pop_front()
        {
            batch.writes.push(write);
            batch.answers.push(answer);
        }
        spool.in_hand = batch.writes.len();
        batch
    }

    /// Writes a batch, however long it takes.
    fn write(&mut self, mut batch: Batch) {
        let (mut pause, mut closing) = (FIRST_PAUSE, 0);
        while !batch.writes.is_empty() {
            match self.store.commit(&batch.writes) {
                Ok(receipts) => {
                    self.look();
                    self.works_again();
                    for (receipt, answer) in receipts.into_iter().zip(batch.answers.drain(..)) {
                        told(receipt, answer);
                    }
                    break;
                }
                Err(error @ StoreError::Unavailable { .. }) => {
                    self.refused(&error, &mut batch);
                    if self.pause(pause, &mut closing) {
                        self.give_up(&batch);
                        break;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    if self.was_kept() {
                        self.works_again();
                        break;
                    }
                }
                Err(error) if batch.writes.len() == 1 => {
                    let why = why(&error);
                    tracing::error!(why, "A row of the history cannot be kept at all.");
                    self.shared.lock().lose();
                    batch.answers.drain(..).for_each(fail);
                    break;
                }
                Err(_) => {
                    let Batch { writes, answers } = std::mem::take(&mut batch);
                    for (write, answer) in writes.into_iter().zip(answers) {
                        self.write(Batch { writes: vec![write], answers: vec![answer] });
                    }
                }
            }
        }
        self.shared.lock().in_hand = 0;
    }

    /// The store refuses: who waits for a verdict is told, everything else stays.
    fn refused(&self, error: &StoreError, batch: &mut Batch) {
        let mut waiting: Vec<Option<Answer>> = Vec::new();
        let mut spool = self.shared.lock();
        if spool.failing.is_none() {
            spool.failing = Some(self.clock.wall());
            let why = why(error);
            tracing::error!(
                why,
                "The history cannot be written; it is kept in memory, and nobody is offered to an agent."
            );
        }
        for task in std::mem::take(&mut spool.tasks) {
            match task {
                Task::Write(_, Some(answer)) => waiting.push(Some(answer)),
                Task::Write(_, None) | Task::Visit(_) => spool.tasks.push_back(task),
            }
        }
        for (write, answer) in
            std::mem::take(&mut batch.writes).into_iter().zip(batch.answers.drain(..))
        {
            match answer {
                Some(answer) => waiting.push(Some(answer)),
                None => batch.writes.push(write),
            }
        }
        batch.answers.resize_with(batch.writes.len(), || None);
        spool.in_hand = batch.writes.len();
        drop(spool);
        waiting.into_iter().for_each(fail);
    }

    /// Rests before the next try; true when the process ends and enough was tried since.
    fn pause(&self, pause: Duration, closing: &mut u32) -> bool {
        let spool = self.shared.lock();
        let closed = spool.closed;
        let pause = if closed { pause.min(FIRST_PAUSE * 3) } else { pause };
        // What is handed in meanwhile wakes nobody; only the end does.
        let rest = |spool: &mut Spool| spool.closed == closed;
        let waited = self.shared.arrived.wait_timeout_while(spool, pause, rest);
        let (spool, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *closing += u32::from(spool.closed);
        *closing > CLOSING_TRIES
    }

    /// Whether the write that seemed to fail was kept after all.
    fn was_kept(&mut self) -> bool {
        let before = self.newest;
        self.store.newest().is_ok() && {
            self.look();
            self.newest != before
        }
    }

    fn look(&mut self) {
        if let Ok(newest) = self.store.newest()
            && newest != self.newest
        {
            self.newest = newest;
            self.shared.newest.send_replace(newest);
        }
    }

    fn works_again(&self) {
        let mut spool = self.shared.lock();
        if spool.failing.take().is_some() {
            let waiting = spool.tasks.len();
            tracing::warn!(waiting, "The history is written again.");
        }
    }

    fn give_up(&self, batch: &Batch) {
        let mut spool = self.shared.lock();
        let lost = batch.writes.len() + spool.tasks.len();
        spool.tasks.clear();
        tracing::error!(lost, "The history could not be written to the end; these rows are lost.");
    }
}

fn told(receipt: Receipt, answer: Option<Answer>) {
    match answer {
        Some(answer) => answer(receipt),
        None if receipt.verdict == Verdict::Applied => {}
        None => {
            tracing::error!("A row of the history came too late: what stands does not allow it.")
        }
    }
}

fn fail(answer: Option<Answer>) {
    if let Some(answer) = answer {
        answer(Receipt::without_trace(Verdict::Failed));
    }
}

/// An error with its cause.
fn why(error: &StoreError) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

impl fmt::Debug for HistorySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistorySlot").field("status", &self.status()).finish()
    }
}

#[cfg(test)]
mod tests;
