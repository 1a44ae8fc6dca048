//! What callers were recorded saying, and their talks: WAV files in a folder, written by a thread of its own.
//!
//! ```text
//!  media thread ── Tape ── parts of a second ──▶ writer ──▶ ID.wav.part ── end ──▶ ID.wav
//!                                                   └─────▶ index.jsonl: which, when, kept till when
//! ```
//!
//! The head of a part is right after every second, so that a crash leaves a file that plays; the next start gives it
//! its name. What is beyond its time is deleted at start and once a day. The folder is made with the first recording.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

use super::cut::mend;
use super::error::StorageError;
use super::gate::Gate;
use super::gauge::Gauge;
use super::index::Index;
use super::lines::sync_folder;
use super::tape::{RecordingSlot, Verdict};
use crate::call::{Channels, RecordingId};
use crate::media::{WAV_HEAD, wav_head_of};
use crate::runtime::Clock;
use crate::time::{Duration, Instant};

/// Parts that may wait for the writer, at most 16 MB; with more the disk is too slow and recordings fail.
const PARTS_WAITING: usize = 1_000;
/// The mode of the files: they hold voices.
const FILE_MODE: u32 = 0o600;
/// From one look for recordings beyond their time to the next.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often the writer looks whether a recording was left without an end.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is written to see whether a disk that refused takes something again: a tenth of a second of sound.
const PROBE: [u8; 1_600] = [0; 1_600];

/// What the writer is told.
#[derive(Debug)]
pub(super) enum Part {
    /// A recording begins.
    Begin { tape: u64, begins: Begins },
    /// It goes on.
    Samples { tape: u64, samples: Vec<i16> },
    /// It ends.
    End { tape: u64, rest: Vec<i16>, kept: u64 },
}

/// A recording that begins.
#[derive(Debug)]
pub(super) struct Begins {
    pub(super) recording: RecordingId,
    pub(super) channels: Channels,
    pub(super) keep: Option<Duration>,
    pub(super) verdict: SyncSender<Verdict>,
    /// Dead when nobody will say the end.
    pub(super) watch: Weak<()>,
}

/// The writer of recordings, running.
#[derive(Debug)]
pub struct Recordings {
    writer: JoinHandle<()>,
    gauge: Gauge,
}

impl Recordings {
    /// Looks after what an earlier run left in `folder`, and starts the writer. Recordings go in by the slot.
    ///
    /// # Errors
    /// When the folder is there and cannot be read, or there is no thread to be had.
    pub fn open(folder: &Path, clock: Clock) -> Result<(Self, RecordingSlot), StorageError> {
        let mut writer = Writer {
            folder: folder.to_owned(),
            index: Index::new(folder),
            clock,
            open: BTreeMap::new(),
            gate: Gate::default(),
            gauge: Gauge::default(),
        };
        let gauge = writer.gauge.clone();
        writer
            .recover()
            .map_err(|source| StorageError::Read { path: folder.to_owned(), source })?;
        let (sender, receiver) = sync_channel(PARTS_WAITING);
        let writer = std::thread::Builder::new()
            .name("recordings".to_owned())
            .spawn(move || writer.run(&receiver))
            .map_err(StorageError::Thread)?;
        Ok((Self { writer, gauge }, RecordingSlot { sender, begun: Arc::default() }))
    }

    /// How they fare.
    #[must_use]
    pub fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    /// Waits until everything is on the disk. Returns only after every slot and tape is dropped; blocks the thread.
    pub fn close(self) {
        if self.writer.join().is_err() {
            tracing::error!("The writer of recordings failed.");
        }
    }
}

/// The thread's state.
#[derive(Debug)]
struct Writer {
    folder: PathBuf,
    index: Index,
    clock: Clock,
    /// By the number of the tape.
    open: BTreeMap<u64, Open>,
    gate: Gate,
    gauge: Gauge,
}

/// A recording that is being written.
#[derive(Debug)]
struct Open {
    recording: RecordingId,
    file: File,
    part: PathBuf,
    channels: Channels,
    /// Samples of each channel in the file.
    samples: u64,
    verdict: SyncSender<Verdict>,
    watch: Weak<()>,
}

impl Writer {
    /// Gives recordings that a crash cut off their names, and deletes those beyond their time.
    fn recover(&mut self) -> io::Result<()> {
        mend(&self.folder)?;
        self.sweep();
        Ok(())
    }

    fn run(mut self, parts: &Receiver<Part>) {
        let mut swept = self.clock.now();
        loop {
            match parts.recv_timeout(self.patience(swept)) {
                Ok(part) => self.take(part),
                Err(RecvTimeoutError::Timeout) => {
                    self.leave_out_abandoned();
                    self.probe();
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.clock.now().since(swept) >= SWEEP_EVERY {
                swept = self.clock.now();
                self.sweep();
            }
        }
        self.leave_out_abandoned();
    }

    /// How long to wait for the next part.
    fn patience(&self, swept: Instant) -> std::time::Duration {
        let sweep = (swept + SWEEP_EVERY).since(self.clock.now());
        let idle = self.open.is_empty() && !self.gauge.status().failing;
        if idle { sweep.to_std() } else { sweep.min(LOOK_EVERY).to_std() }
    }

    /// Looks whether a disk that refused takes something again, so that nobody needs to speak to it for that.
    fn probe(&self) {
        if self.gauge.status().failing && try_disk(&self.folder).is_ok() {
            self.works();
        }
    }

    /// The disk took something.
    fn works(&self) {
        if self.gauge.fails(false) {
            tracing::warn!("Recordings are kept again.");
        }
    }

    /// A recording cannot be kept. That of a name that cannot be, or is taken, says nothing of the disk.
    fn fail(&self, recording: &RecordingId, error: &io::Error, verdict: &SyncSender<Verdict>) {
        tracing::error!(%recording, %error, "A recording cannot be kept.");
        self.gauge.loses();
        let by_name = match error.kind() {
            io::ErrorKind::InvalidFilename => true,
            io::ErrorKind::AlreadyExists => self.folder.is_dir(),
            _ => false,
        };
        if !by_name {
            self.gauge.fails(true);
        }
        // Who waits for it may have given up.
        verdict.try_send(Verdict::Failed).unwrap_or_default();
    }

    fn take(&mut self, part: Part) {
        match part {
            Part::Begin { tape, begins } => match self.begin(&begins) {
                Ok(open) => drop(self.open.insert(tape, open)),
                Err(error) => self.fail(&begins.recording, &error, &begins.verdict),
            },
            // One that failed is not open any more; what follows of it is dropped.
            Part::Samples { tape, samples } => {
                let Some(open) = self.open.get_mut(&tape) else { return };
                if let Err(error) = open.write(&samples, &self.gate) {
                    self.throw_away(tape, &error);
                }
            }
            Part::End { tape, rest, kept } => {
                let Some(open) = self.open.get_mut(&tape) else { return };
                let gate = &self.gate;
                match open.write(&rest, gate).and_then(|()| open.finish(kept, gate)) {
                    Ok(()) => {
                        // Who waits for it may have given up.
                        let verdict = open.verdict.clone();
                        self.open.remove(&tape);
                        self.works();
                        verdict.try_send(Verdict::Kept).unwrap_or_default();
                    }
                    Err(error) => self.throw_away(tape, &error),
                }
            }
        }
    }

    fn begin(&mut self, begins: &Begins) -> io::Result<Open> {
        let Begins { recording, channels, keep, verdict, watch } = begins;
        if !is_file_name(recording) {
            return Err(io::Error::from(io::ErrorKind::InvalidFilename));
        }
        self.gate.pass()?;
        std::fs::create_dir_all(&self.folder)?;
        self.gate.pass()?;
        self.index.add(recording, self.clock.wall(), *keep)?;
        let part = self.folder.join(format!("{recording}.wav.part"));
        let mut options = OpenOptions::new();
        self.gate.pass()?;
        let file = options.write(true).create_new(true).mode(FILE_MODE).open(&part)?;
        let (recording, channels) = (recording.clone(), *channels);
        let (verdict, watch) = (verdict.clone(), watch.clone());
        let mut open = Open { recording, file, part, channels, samples: 0, verdict, watch };
        let passed = self.gate.pass().map_err(io::Error::from);
        match passed.and_then(|()| open.file.write_all(&wav_head_of(channels, 0))) {
            Ok(()) => Ok(open),
            Err(error) => {
                // The next start would take it for one that a crash cut off.
                open.remove();
                Err(error)
            }
        }
    }

    fn throw_away(&mut self, tape: u64, error: &io::Error) {
        if let Some(open) = self.open.remove(&tape) {
            self.fail(&open.recording, error, &open.verdict);
            open.remove();
        }
    }

    /// Throws away recordings whose end nobody will say: their leg failed, or the writer was too slow.
    fn leave_out_abandoned(&mut self) {
        let abandoned =
            |(tape, open): (&u64, &Open)| (open.watch.strong_count() == 0).then_some(*tape);
        for tape in self.open.iter().filter_map(abandoned).collect::<Vec<_>>() {
            let Some(open) = self.open.remove(&tape) else { continue };
            tracing::warn!(recording = %open.recording, "A recording was given up.");
            open.remove();
        }
    }

    fn sweep(&mut self) {
        match self.index.sweep(&self.folder, self.clock.wall()) {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "Recordings beyond their time were deleted."),
            Err(error) => tracing::error!(%error, "Old recordings cannot be deleted."),
        }
    }
}

impl Open {
    fn write(&mut self, samples: &[i16], gate: &Gate) -> io::Result<()> {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        gate.pass()?;
        self.file.write_all(&bytes)?;
        self.samples += samples.len() as u64 / u64::from(self.channels.count());
        self.head(self.samples, gate)
    }

    fn head(&self, samples: u64, gate: &Gate) -> io::Result<()> {
        gate.pass()?;
        let samples = u32::try_from(samples).map_err(io::Error::other)?;
        self.file.write_all_at(&wav_head_of(self.channels, samples), 0)
    }

    /// Cuts the file to what is kept and gives it its name; it is then on the disk.
    fn finish(&self, kept: u64, gate: &Gate) -> io::Result<()> {
        let kept = kept.min(self.samples);
        gate.pass()?;
        if kept == 0 {
            return std::fs::remove_file(&self.part);
        }
        let bytes = kept * 2 * u64::from(self.channels.count());
        self.file.set_len(WAV_HEAD as u64 + bytes)?;
        self.head(kept, gate)?;
        gate.pass()?;
        self.file.sync_all()?;
        gate.pass()?;
        std::fs::rename(&self.part, self.part.with_extension(""))?;
        // It has its name now: that the folder may forget it in a power cut is no reason to take it from the caller.
        if let Err(error) =
            gate.pass().map_err(io::Error::from).and_then(|()| sync_folder(&self.part))
        {
            tracing::warn!(recording = %self.recording, %error, "A recording may not survive a power cut.");
        }
        Ok(())
    }

    fn remove(self) {
        if let Err(error) = std::fs::remove_file(&self.part) {
            tracing::warn!(path = %self.part.display(), %error, "A recording that failed stays behind.");
        }
    }
}

/// Whether the disk takes a file in a folder.
fn try_disk(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join("probe.tmp");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(FILE_MODE).open(&path)?;
    let written = file.write_all(&PROBE).and_then(|()| file.sync_all());
    written.and(std::fs::remove_file(&path))
}

/// Whether an id can be the name of a file as it stands.
fn is_file_name(recording: &RecordingId) -> bool {
    let name = recording.as_str();
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests;
