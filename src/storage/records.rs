//! The files of call records and of call journals: JSON lines, each file appended by a thread of its own.
//!
//! A record is on the disk (written and synced) before the thread takes its next rest. Records that arrive together,
//! or while it rests, are synced together. If the disk refuses, the file is cut back to its last whole line, the records stay in memory
//! and are tried again; what no longer fits there goes to the log, whole. So a record is late, or in the log, but
//! never lost without a word and never half a line. A journal is treated alike, but what finds no room is left out with a
//! word: the log is no place for it.
//!
//! The file may be moved away at any time (log rotation): the next record starts a new one. Records that are to be forgotten,
//! or are beyond their time, are taken out of it, also while it is being written.

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::StorageError;
use super::gauge::Gauge;
use super::lines::{LineFile, remove_lines};
use crate::call::{CallId, CallJournal, CallRecord};
use crate::time::Wall;

/// Records that may wait for the writer's attention; further ones go to the log.
const RECORDS_WAITING: usize = 1_000;
/// Records kept in memory while the disk refuses; further ones go to the log.
const RECORDS_KEPT: usize = 10_000;
/// Records written and synced in one go.
const RECORDS_TOGETHER: usize = 256;
/// The rest after each sync. Each costs the disk and the processor about the same however many records it holds, so
/// on a busy node they go together; a single one is on the disk at once.
const REST: Duration = Duration::from_millis(50);
/// The rest between two tries while the disk refuses.
const RETRY_AFTER: Duration = Duration::from_millis(250);
/// Tries at the end of the process before what is left goes to the log: 1.5 s in all.
const CLOSING_TRIES: u32 = 6;
/// The file's mode: its owner writes, its group reads; numbers in it are masked but still belong to people.
const FILE_MODE: u32 = 0o640;

/// What a call leaves behind, a line each.
pub trait Leaving: Serialize + Send + 'static {
    /// What several of them are called, and the thread that writes them.
    const NAME: &'static str;

    /// The call.
    fn call(&self) -> CallId;

    /// Takes a line that found no other place.
    fn give_up(line: &str);
}

impl Leaving for CallRecord {
    const NAME: &'static str = "records";

    fn call(&self) -> CallId {
        self.call
    }

    /// Puts it into the log, whole, so that it can be taken from there.
    fn give_up(line: &str) {
        tracing::error!(record = line.trim_end(), "No room for a call record; here it is.");
    }
}

impl Leaving for CallJournal {
    const NAME: &'static str = "journals";

    fn call(&self) -> CallId {
        self.call
    }

    fn give_up(_: &str) {
        tracing::warn!("No room for a call journal; it is left out.");
    }
}

/// Who waits for what was forgotten: how many lines of the file it was.
type Forgotten = Box<dyn FnOnce(io::Result<u64>) + Send>;

/// What the writer is told.
enum Task<T> {
    /// To keep what a call left behind.
    Keep(Box<T>),
    /// To take out what these calls left behind, of the file and of what is not on it yet.
    Forget(BTreeSet<CallId>, Forgotten),
}

/// The writer of one file, running.
#[derive(Debug)]
pub struct Ledger {
    writer: JoinHandle<()>,
    what: &'static str,
}

impl Ledger {
    /// Opens the file, making it if it is not there, and starts the writer. Lines go in by the slot.
    ///
    /// # Errors
    /// When the file cannot be opened for appending, or there is no thread to be had.
    pub fn open<T: Leaving>(path: &Path) -> Result<(Self, Slot<T>), StorageError> {
        let file = LineFile::open(path, FILE_MODE)
            .map_err(|source| StorageError::Open { path: path.to_owned(), source })?;
        let (sender, receiver) = sync_channel(RECORDS_WAITING);
        let gauge = Gauge::default();
        let writer = Writer::new(file, gauge.clone());
        let writer = std::thread::Builder::new()
            .name(T::NAME.to_owned())
            .spawn(move || writer.run::<T>(&receiver))
            .map_err(StorageError::Thread)?;
        Ok((Self { writer, what: T::NAME }, Slot { sender: Arc::new(sender), gauge }))
    }

    /// Waits until every line is on the disk or, if the disk refuses to the last, given up.
    ///
    /// Returns only after the slot is dropped; blocks the thread.
    pub fn close(self) {
        if self.writer.join().is_err() {
            tracing::error!(what = self.what, "The writer of what calls leave behind failed.");
        }
    }
}

/// Where records or journals are handed in.
#[derive(Debug)]
pub struct Slot<T> {
    sender: Arc<SyncSender<Task<T>>>,
    gauge: Gauge,
}

/// The way to take out what calls left behind, for as long as the slot is there.
#[derive(Debug)]
pub struct Eraser<T>(Weak<SyncSender<Task<T>>>);

impl<T> Clone for Eraser<T> {
    fn clone(&self) -> Self {
        Self(Weak::clone(&self.0))
    }
}

impl<T: Leaving> Eraser<T> {
    /// Has the writer of the file take out what these calls left behind, after everything that was handed in before.
    /// `told` hears how many lines it was, or why it could not be done: the file is as it was then. False if nobody writes
    /// any more, or too much waits to be written.
    pub fn forget(
        &self,
        calls: BTreeSet<CallId>,
        told: impl FnOnce(io::Result<u64>) + Send + 'static,
    ) -> bool {
        let sender = self.0.upgrade();
        sender.is_some_and(|sender| sender.try_send(Task::Forget(calls, Box::new(told))).is_ok())
    }
}

impl<T: Leaving> Slot<T> {
    /// Hands a record to the writer without ever waiting: with too many waiting already, it is given up.
    pub fn keep(&self, record: Box<T>) {
        match self.sender.try_send(Task::Keep(record)) {
            Ok(()) => {}
            Err(TrySendError::Full(task) | TrySendError::Disconnected(task)) => {
                self.gauge.loses();
                if let Task::Keep(record) = task {
                    spill(&*record);
                }
            }
        }
    }

    /// How they fare.
    #[must_use]
    pub fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    /// The way to take some of them out again.
    #[must_use]
    pub fn eraser(&self) -> Eraser<T> {
        Eraser(Arc::downgrade(&self.sender))
    }
}

fn spill<T: Leaving>(record: &T) {
    match serde_json::to_string(record) {
        Ok(line) => T::give_up(&line),
        Err(error) => {
            let call = record.call();
            tracing::error!(%call, what = T::NAME, %error, "What a call leaves behind cannot be written.")
        }
    }
}

/// What tells whose record a line is, and how old.
#[derive(Deserialize)]
struct Told {
    call: CallId,
    ended: String,
}

impl Told {
    fn of(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    fn ended_before(&self, before: Wall) -> bool {
        Wall::parse_rfc3339(&self.ended).is_some_and(|ended| ended < before)
    }
}

/// Takes the records of these calls out of the file; tells how many they were.
///
/// # Errors
/// When the file cannot be read or rewritten: it is as it was then.
pub fn forget_records(path: &Path, calls: &BTreeSet<CallId>) -> io::Result<u64> {
    remove_lines(path, FILE_MODE, |line| is_of(line, calls))
}

/// Whether a line is what one of these calls left behind.
fn is_of(line: &[u8], calls: &BTreeSet<CallId>) -> bool {
    Told::of(line).is_some_and(|told| calls.contains(&told.call))
}

/// Takes the records of calls that ended before a time out of the file; tells how many they were. The oldest stand first:
/// where that one may stay, nothing else is looked at.
///
/// # Errors
/// When the file cannot be read or rewritten: it is as it was then.
pub fn expire_records(path: &Path, before: Wall) -> io::Result<u64> {
    let old = |line: &[u8]| Told::of(line).is_some_and(|told| told.ended_before(before));
    let mut first = Vec::new();
    match File::open(path) {
        Ok(file) => BufReader::new(file).read_until(b'\n', &mut first)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    if old(&first) { remove_lines(path, FILE_MODE, old) } else { Ok(0) }
}

/// Where lines go; the faults of a disk can be put in its place.
trait Disk {
    /// Appends whole lines. After an error nothing of them is left behind.
    fn append(&mut self, lines: &[u8]) -> io::Result<()>;

    /// Takes out the lines of these calls; tells how many they were.
    fn forget(&mut self, calls: &BTreeSet<CallId>) -> io::Result<u64>;

    /// Takes a line that neither the disk nor the memory has room for.
    fn give_up<T: Leaving>(&mut self, line: &str) {
        T::give_up(line);
    }
}

/// The thread's state: the file, and the lines that are not on it yet.
#[derive(Debug)]
struct Writer<D> {
    disk: D,
    lines: VecDeque<String>,
    /// Whether the last try failed, so that the log tells of the change and not of every try; and how much waits.
    gauge: Gauge,
}

impl<D: Disk> Writer<D> {
    const fn new(disk: D, gauge: Gauge) -> Self {
        Self { disk, lines: VecDeque::new(), gauge }
    }

    fn run<T: Leaving>(mut self, tasks: &Receiver<Task<T>>) {
        while self.wait(tasks) {
            for task in tasks.try_iter().take(RECORDS_TOGETHER) {
                self.take(task);
            }
            self.write::<T>();
            if self.lines.is_empty() {
                std::thread::park_timeout(REST);
            }
        }
        self.close(tasks);
    }

    /// Waits for the next record, or for the time of the next try; false when no more will come.
    fn wait<T: Leaving>(&mut self, tasks: &Receiver<Task<T>>) -> bool {
        let next = if self.lines.is_empty() {
            tasks.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            tasks.recv_timeout(RETRY_AFTER)
        };
        match next {
            Ok(task) => self.take(task),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    fn take<T: Leaving>(&mut self, task: Task<T>) {
        match task {
            Task::Keep(record) => self.keep(&*record),
            Task::Forget(calls, told) => {
                let waiting = self.lines.len();
                self.lines.retain(|line| !is_of(line.as_bytes(), &calls));
                let gone = (waiting - self.lines.len()) as u64;
                told(self.disk.forget(&calls).map(|lines| lines + gone));
            }
        }
    }

    fn keep<T: Leaving>(&mut self, record: &T) {
        match serde_json::to_string(record) {
            Ok(mut line) => {
                line.push('\n');
                if self.lines.len() < RECORDS_KEPT {
                    self.lines.push_back(line);
                } else {
                    self.gauge.loses();
                    self.disk.give_up::<T>(&line);
                }
            }
            Err(_) => spill(record),
        }
    }

    /// Writes what is kept, a group at a time, as far as the disk lets it.
    fn write<T: Leaving>(&mut self) {
        while !self.lines.is_empty() {
            let count = self.lines.len().min(RECORDS_TOGETHER);
            let group: String = self.lines.iter().take(count).map(String::as_str).collect();
            match self.disk.append(group.as_bytes()) {
                Ok(()) => {
                    self.lines.drain(..count);
                    if self.gauge.fails(false) {
                        tracing::warn!(what = T::NAME, "What calls leave behind is written again.");
                    }
                }
                Err(error) => {
                    if !self.gauge.fails(true) {
                        tracing::error!(what = T::NAME, %error, "What calls leave behind cannot be written; it is kept in memory.");
                    }
                    break;
                }
            }
        }
        self.gauge.waits(self.lines.len());
    }

    /// Tries a last few times; what is left then goes to the log.
    fn close<T: Leaving>(mut self, tasks: &Receiver<Task<T>>) {
        for task in tasks.try_iter() {
            self.take(task);
        }
        for attempt in 1..=CLOSING_TRIES {
            self.write::<T>();
            if self.lines.is_empty() {
                return;
            }
            if attempt < CLOSING_TRIES {
                std::thread::park_timeout(RETRY_AFTER);
            }
        }
        for line in &self.lines {
            self.disk.give_up::<T>(line);
        }
    }
}

impl Disk for LineFile {
    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        Self::append(self, lines)
    }

    fn forget(&mut self, calls: &BTreeSet<CallId>) -> io::Result<u64> {
        self.rewrite(|line| is_of(line, calls))
    }
}

#[cfg(test)]
mod tests;
