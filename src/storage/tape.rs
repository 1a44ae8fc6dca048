//! A recording on its way from a media thread to the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};

use super::recordings::{Begins, Part};
use crate::call::{Channels, RecordingEnd, RecordingId};
use crate::media::Records;
use crate::time::{Duration, Instant};

/// Where media threads begin recordings. Clones lead to the same writer.
#[derive(Debug, Clone)]
pub struct RecordingSlot {
    pub(super) sender: SyncSender<Part>,
    /// Tapes so far, so that each has a number of its own.
    pub(super) begun: Arc<AtomicU64>,
}

/// What became of a recording on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is on the disk, or was to be left out.
    Kept,
    /// It is not: the disk refused or was too slow.
    Failed,
}

/// One recording being written. Nothing here ever waits. A tape that is dropped before its end is thrown away.
#[derive(Debug)]
pub struct Tape {
    recording: RecordingId,
    number: u64,
    sender: SyncSender<Part>,
    verdict: Receiver<Verdict>,
    /// Whether the writer could not be told something.
    broken: bool,
    /// The writer sees by it that nobody writes any more.
    _alive: Arc<()>,
}

impl RecordingSlot {
    /// Begins a recording that is kept for so long; `None` = until somebody deletes it.
    #[must_use]
    pub fn begin(&self, recording: &RecordingId, keep: Option<Duration>) -> Tape {
        self.begin_in(Channels::Mono, recording, keep)
    }

    /// Begins a recording of so many channels likewise. Their samples come in turn.
    #[must_use]
    pub fn begin_in(
        &self,
        channels: Channels,
        recording: &RecordingId,
        keep: Option<Duration>,
    ) -> Tape {
        let (sender, verdict) = sync_channel(1);
        let alive = Arc::new(());
        let mut tape = Tape {
            recording: recording.clone(),
            number: self.begun.fetch_add(1, Ordering::Relaxed),
            sender: self.sender.clone(),
            verdict,
            broken: false,
            _alive: Arc::clone(&alive),
        };
        let watch = Arc::downgrade(&alive);
        let begins =
            Begins { recording: recording.clone(), channels, keep, verdict: sender, watch };
        tape.tell(Part::Begin { tape: tape.number, begins });
        tape
    }
}

impl Tape {
    /// The recording.
    #[must_use]
    pub const fn recording(&self) -> &RecordingId {
        &self.recording
    }

    /// Hands over the next samples.
    pub fn put(&mut self, samples: Vec<i16>) {
        self.tell(Part::Samples { tape: self.number, samples });
    }

    /// Takes what is recorded up to `now`; tells why the recording is over, if it is.
    pub fn follow(&mut self, recorder: &mut impl Records, now: Instant) -> Option<RecordingEnd> {
        recorder.pass(now);
        while let Some(chunk) = recorder.take() {
            self.put(chunk);
        }
        // Before its end there is a verdict only if the writer failed.
        self.verdict().map(|_| RecordingEnd::Failed).or_else(|| recorder.ended())
    }

    /// Ends it with its last samples; so many of all samples of each channel are kept, none = it is thrown away.
    pub fn finish(&mut self, rest: Vec<i16>, kept: u64) {
        self.tell(Part::End { tape: self.number, rest, kept });
    }

    /// What became of it, as soon as that is known: after its end, or before if the disk refuses.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        if self.broken {
            return Some(Verdict::Failed);
        }
        match self.verdict.try_recv() {
            Ok(verdict) => Some(verdict),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Verdict::Failed),
        }
    }

    /// Tells the writer something, if it keeps up.
    fn tell(&mut self, part: Part) {
        self.broken = self.broken || self.sender.try_send(part).is_err();
    }
}
