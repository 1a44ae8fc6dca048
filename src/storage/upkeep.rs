//! Lets go of what is old: once at the start and once a day, a little at a time.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::error::StorageError;
use super::history::HistorySlot;
use super::records::expire_records;
use crate::call::{CallId, RecordingId};
use crate::history::{EXPIRED_TOGETHER, Retention, Store, StoreError};
use crate::runtime::Clock;
use crate::time::{Duration, Wall};

/// From one look for what is old to the next.
const EVERY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// For how long each class stays, and where recordings and records lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The classes in the order in which they are looked at.
    pub stay: Vec<(Retention, Duration)>,
    /// The folder of the recordings.
    pub recordings: PathBuf,
    /// The file of call records.
    pub records: PathBuf,
}

/// What one step let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetGo {
    /// How much it was.
    pub count: u64,
    /// Whether nothing of the class is left that is old.
    pub is_all: bool,
}

impl Limits {
    /// The classes that have a limit.
    pub fn classes(&self) -> impl Iterator<Item = Retention> {
        self.stay.iter().map(|(class, _)| *class)
    }

    /// Lets go of a class, at most [`EXPIRED_TOGETHER`] of it, files of recordings as well.
    ///
    /// # Errors
    /// When the store refuses. A file that cannot be deleted is told in the log.
    pub fn let_go(
        &self,
        store: &mut dyn Store,
        class: Retention,
        now: Wall,
    ) -> Result<LetGo, StoreError> {
        let stay = self.stay.iter().find(|(other, _)| *other == class);
        let Some((_, stay)) = stay else { return Ok(LetGo { count: 0, is_all: true }) };
        let gone = store.expire(class, now.before(*stay), now)?;
        for (path, error) in remove_recordings(&self.recordings, &gone.recordings) {
            tracing::error!(path = %path.display(), %error, "A recording beyond its time cannot be deleted.");
        }
        let is_all = gone.count < EXPIRED_TOGETHER as u64;
        if is_all
            && class == Retention::Records
            && let Err(error) = expire_records(&self.records, now.before(*stay))
        {
            tracing::error!(%error, "Old lines of the file of call records cannot be let go.");
        }
        Ok(LetGo { count: gone.count, is_all })
    }
}

/// Deletes the files of recordings; those that are still there afterwards, and why. One that was gone already is well.
#[must_use]
pub fn remove_recordings(folder: &Path, recordings: &[RecordingId]) -> Vec<(PathBuf, io::Error)> {
    let remove = |path: PathBuf| match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Some((path, error)),
        Ok(()) | Err(_) => None,
    };
    // One that is just being finished goes from the first name to the second.
    let names = recordings.iter().flat_map(|id| [format!("{id}.wav.part"), format!("{id}.wav")]);
    names.filter_map(|name| remove(folder.join(name))).collect()
}

/// The recordings of calls by the names of their files, which begin with the call's id: also of those that died with the
/// process before the history was told.
///
/// # Errors
/// When the folder is there and cannot be read.
pub fn recordings_of(folder: &Path, calls: &[CallId]) -> io::Result<BTreeSet<RecordingId>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(error),
    };
    let mut found = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let id = name.strip_suffix(".part").unwrap_or(&name).strip_suffix(".wav");
        let call = id.and_then(|id| id.rsplit_once('-')).and_then(|(call, _)| CallId::parse(call));
        if call.is_some_and(|call| calls.contains(&call)) {
            found.extend(id.map(RecordingId::from));
        }
    }
    Ok(found)
}

/// The thread that looks for what is old.
#[derive(Debug)]
pub struct Upkeep {
    thread: JoinHandle<()>,
    stop: SyncSender<()>,
}

impl Upkeep {
    /// Starts it: the first look is at once.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn start(slot: HistorySlot, limits: Limits, clock: Clock) -> Result<Self, StorageError> {
        let (stop, stopped) = sync_channel(0);
        let look = move || {
            loop {
                for class in limits.classes() {
                    while step(&slot, &limits, class, clock.wall()) {}
                }
                if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("upkeep".to_owned())
            .spawn(look)
            .map_err(StorageError::Thread)?;
        Ok(Self { thread, stop })
    }

    /// Ends it; blocks the thread until the step under way is done.
    pub fn close(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("The upkeep of the store failed.");
        }
    }
}

/// One step, between two writes of the history; true if there is more of the class.
fn step(slot: &HistorySlot, limits: &Limits, class: Retention, now: Wall) -> bool {
    let (sender, told) = sync_channel(1);
    let limits = limits.clone();
    let visited = slot.visit(move |store| {
        // Whoever asked may be gone.
        sender.try_send(limits.let_go(store, class, now)).unwrap_or_default();
    });
    match told.recv() {
        Ok(Ok(LetGo { count, is_all })) => {
            if count > 0 {
                tracing::info!(?class, count, "What was kept long enough is gone.");
            }
            visited && !is_all
        }
        Ok(Err(error)) => {
            tracing::error!(?class, %error, "What is old cannot be let go.");
            false
        }
        Err(_) => false,
    }
}
