//! What the far sides of calls must be told if the process dies: for each dialog the message that ends it, in a file of slots.
//!
//! ```text
//!  adapter ── put, remove ──▶ writer ──▶ │ sealed │ empty │ sealed │ …   a slot each, of 2,048 bytes
//! ```
//!
//! A slot is written when a dialog is set up and emptied when it is over, by a thread of its own: nobody in a call waits for
//! it. What is written survives the death of the process, not a power cut; nothing is forced onto the disk. The messages hold
//! numbers of people, so they are sealed under a key of the store.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use aes_gcm::aead::{Aead as _, OsRng, Payload};
use aes_gcm::{AeadCore as _, Aes256Gcm, KeyInit as _};

use super::error::StorageError;

/// The bytes of a slot. A dialog whose message does not fit is not kept: its far side hears of the end when it asks.
const SLOT: usize = 2_048;
/// The number that a message is sealed with.
const NONCE: usize = 12;
/// What tells the length of the sealed message.
const LENGTH: usize = 2;
/// The most slots: 64 MB.
const MOST: u64 = 32_768;
/// Changes that may wait for the writer; further ones are left out, with a word.
const WAITING: usize = 4_096;
/// The mode of the file.
const FILE_MODE: u32 = 0o600;

/// The writer, running.
#[derive(Debug)]
pub struct Dialogs {
    writer: JoinHandle<()>,
}

/// Where dialogs are told. Clones lead to the same writer.
#[derive(Debug, Clone)]
pub struct DialogSlot {
    sender: SyncSender<Change>,
}

/// A dialog that the process before left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOpen {
    /// Names it in [`DialogSlot::remove`]. New dialogs are numbered from 1, and never come as far.
    pub dialog: u64,
    /// The message that ends it, as it was put.
    pub message: Vec<u8>,
}

/// What the writer is told.
#[derive(Debug)]
enum Change {
    Put(u64, Vec<u8>),
    Remove(u64),
}

impl Dialogs {
    /// Opens the file, making it if it is not there, and starts the writer. Gives what an earlier process left open; each
    /// stays in its slot until it is removed.
    ///
    /// # Errors
    /// When the file cannot be read or written, or there is no thread to be had.
    pub fn open(
        path: &Path,
        key: &[u8; 32],
    ) -> Result<(Self, DialogSlot, Vec<LeftOpen>), StorageError> {
        let failed = |source| StorageError::Open { path: path.to_owned(), source };
        let (writer, left) = Writer::open(path, key).map_err(failed)?;
        let (sender, changes) = sync_channel(WAITING);
        let writer = std::thread::Builder::new()
            .name("dialogs".to_owned())
            .spawn(move || writer.run(&changes))
            .map_err(StorageError::Thread)?;
        Ok((Self { writer }, DialogSlot { sender }, left))
    }

    /// Waits until everything is written. Returns only after every slot is dropped; blocks the thread.
    pub fn close(self) {
        if self.writer.join().is_err() {
            tracing::error!("The writer of dialogs failed.");
        }
    }
}

impl DialogSlot {
    /// A dialog is set up, or what ends it has changed. Never waits.
    pub fn put(&self, dialog: u64, message: Vec<u8>) {
        self.tell(Change::Put(dialog, message));
    }

    /// A dialog is over. Never waits.
    pub fn remove(&self, dialog: u64) {
        self.tell(Change::Remove(dialog));
    }

    fn tell(&self, change: Change) {
        if self.sender.try_send(change).is_err() {
            tracing::warn!("A dialog is not noted down: the disk is too slow.");
        }
    }
}

/// The thread's state.
struct Writer {
    file: File,
    cipher: Aes256Gcm,
    /// The slot of each dialog.
    taken: BTreeMap<u64, u64>,
    /// Slots that are empty.
    free: Vec<u64>,
    /// Slots in the file.
    slots: u64,
    /// Whether the last write failed, so that the log tells of the change and not of every one.
    failing: bool,
}

impl Writer {
    fn open(path: &Path, key: &[u8; 32]) -> io::Result<(Self, Vec<LeftOpen>)> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(FILE_MODE);
        let file = options.open(path)?;
        let slots = (file.metadata()?.len() / SLOT as u64).min(MOST);
        let cipher = Aes256Gcm::new(key.into());
        let (taken, free) = (BTreeMap::new(), Vec::new());
        let mut writer = Self { file, cipher, taken, free, slots, failing: false };
        let mut left = Vec::new();
        for slot in 0..slots {
            let mut bytes = [0; SLOT];
            writer.file.read_exact_at(&mut bytes, slot * SLOT as u64)?;
            match writer.unsealed(slot, &bytes) {
                Some(message) => {
                    let dialog = u64::MAX - slot;
                    writer.taken.insert(dialog, slot);
                    left.push(LeftOpen { dialog, message });
                }
                None => writer.free.push(slot),
            }
        }
        if left.is_empty() {
            writer.file.set_len(0)?;
            writer.slots = 0;
            writer.free.clear();
        }
        Ok((writer, left))
    }

    fn run(mut self, changes: &Receiver<Change>) {
        for change in changes {
            let written = match change {
                Change::Put(dialog, message) => self.put(dialog, &message),
                Change::Remove(dialog) => self.remove(dialog),
            };
            match written {
                Ok(()) => self.failing = false,
                Err(error) => {
                    if !std::mem::replace(&mut self.failing, true) {
                        tracing::error!(%error, "Dialogs cannot be noted down; after a crash their far sides are not told.");
                    }
                }
            }
        }
    }

    fn put(&mut self, dialog: u64, message: &[u8]) -> io::Result<()> {
        let slot = match self.taken.get(&dialog) {
            Some(slot) => *slot,
            None => match self.free.pop() {
                Some(slot) => slot,
                None if self.slots < MOST => {
                    self.slots += 1;
                    self.slots - 1
                }
                None => return Err(io::Error::from(io::ErrorKind::StorageFull)),
            },
        };
        self.taken.insert(dialog, slot);
        let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
        let payload = Payload { msg: message, aad: &slot.to_be_bytes() };
        let sealed = self.cipher.encrypt(&nonce, payload);
        let sealed = sealed.map_err(|error| io::Error::other(error.to_string()))?;
        let length = u16::try_from(sealed.len()).map_err(io::Error::other)?;
        let mut bytes = [&length.to_be_bytes(), &*nonce, &*sealed].concat();
        if bytes.len() > SLOT {
            tracing::debug!(
                bytes = bytes.len(),
                "The end of a dialog is too long to be noted down."
            );
            return self.remove(dialog);
        }
        bytes.resize(SLOT, 0);
        self.file.write_all_at(&bytes, slot * SLOT as u64)
    }

    fn remove(&mut self, dialog: u64) -> io::Result<()> {
        let Some(slot) = self.taken.remove(&dialog) else { return Ok(()) };
        self.free.push(slot);
        self.file.write_all_at(&[0; SLOT], slot * SLOT as u64)
    }

    /// The message in a slot; `None` where it is empty, torn, or sealed under another key.
    fn unsealed(&self, slot: u64, bytes: &[u8; SLOT]) -> Option<Vec<u8>> {
        let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let sealed = rest.get(..length).filter(|_| length > 0)?;
        let payload = Payload { msg: sealed, aad: &slot.to_be_bytes() };
        self.cipher.decrypt(nonce.into(), payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn left(path: &Path, key: &[u8; 32]) -> Vec<String> {
        let (dialogs, slot, left) = Dialogs::open(path, key).expect("opens");
        drop(slot);
        dialogs.close();
        let text = |left: LeftOpen| String::from_utf8(left.message).expect("text");
        left.into_iter().map(text).collect()
    }

    #[test]
    fn what_is_open_is_there_after_a_crash_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("dialogs");
        let (dialogs, slot, before) = Dialogs::open(&path, &KEY).expect("opens");
        assert_eq!(before, []);
        for dialog in 1..=4 {
            slot.put(dialog, format!("BYE {dialog} +62811").into_bytes());
        }
        slot.remove(2);
        slot.put(5, b"BYE 5".to_vec());
        slot.put(3, b"BYE 3 again".to_vec());
        slot.put(6, vec![b'x'; SLOT]);
        slot.remove(99);
        drop(slot);
        dialogs.close();
        let bytes = std::fs::read(&path).expect("readable");
        assert!(!bytes.windows(6).any(|part| part == b"+62811"), "sealed");
        let all = ["BYE 1 +62811", "BYE 5", "BYE 3 again", "BYE 4 +62811"];
        assert_eq!(left(&path, &KEY), all);
        assert_eq!(left(&path, &KEY), all, "they stay until they are removed");
        assert_eq!(left(&path, &[8; 32]), Vec::<String>::new(), "another store's");
    }

    #[test]
    fn what_is_removed_is_gone_and_what_is_torn_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("dialogs");
        let (dialogs, slot, _) = Dialogs::open(&path, &KEY).expect("opens");
        slot.put(1, b"BYE 1".to_vec());
        slot.put(2, b"BYE 2".to_vec());
        drop(slot);
        dialogs.close();
        let (dialogs, slot, left_open) = Dialogs::open(&path, &KEY).expect("opens");
        slot.remove(left_open[0].dialog);
        drop(slot);
        dialogs.close();
        assert_eq!(left(&path, &KEY), ["BYE 2"]);
        let file = OpenOptions::new().write(true).open(&path).expect("opens");
        file.write_all_at(&[1], SLOT as u64 + 20).expect("written");
        assert_eq!(left(&path, &KEY), Vec::<String>::new());
    }
}
