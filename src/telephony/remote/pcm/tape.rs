//! The recordings of one leg: at most one that runs, and those whose fate on the disk is not known yet.

use super::frame::NARROW;
use crate::call::{EventKind, LEAST_KEPT, Recording, RecordingEnd, RecordingId, Symbol, SymbolSet};
use crate::media::{Recorded, Recorder, TalkRecorder, Voice};
use crate::storage::{Tape, Verdict};
use crate::time::{Duration, Instant};

/// How long the writer may take to have a recording on the disk; then it counts as failed.
const FINISH_LIMIT: Duration = Duration::from_secs(2);

/// The recordings of a leg.
#[derive(Debug, Default)]
pub(super) struct Deck {
    take: Option<Take>,
    endings: Vec<Ending>,
}

/// A recording that runs.
#[derive(Debug)]
enum Take {
    /// Of the caller alone.
    Message(Box<Message>),
    /// Of the caller and whom they talk with.
    Talk(Box<Talk>),
}

/// A talk that is recorded.
#[derive(Debug)]
struct Talk {
    recorder: TalkRecorder,
    tape: Tape,
}

/// A caller's message.
#[derive(Debug)]
struct Message {
    recorder: Recorder,
    tape: Tape,
    end_on: SymbolSet,
}

/// A recording that is over and not on the disk yet.
#[derive(Debug)]
struct Ending {
    tape: Tape,
    end: RecordingEnd,
    lasted: Duration,
    until: Instant,
}

impl Deck {
    /// Begins to record. One that still runs is stopped.
    pub(super) fn begin(&mut self, order: &Recording, tape: Tape, now: Instant) {
        self.end(RecordingEnd::Stopped, now);
        self.take = Some(match order.talk {
            Some(channels) => {
                let recorder = TalkRecorder::new(channels, order.limit, now);
                Take::Talk(Box::new(Talk { recorder, tape }))
            }
            None => {
                let recorder = Recorder::new(order.limit, order.silence, now);
                Take::Message(Box::new(Message { recorder, tape, end_on: order.end_on }))
            }
        });
    }

    /// Hears 20 ms of 8 kHz. What is masked leaves silence.
    pub(super) fn hear(&mut self, timestamp: u32, samples: &[i16; NARROW], masked: bool) {
        if let Some(Take::Message(take)) = &mut self.take {
            take.recorder.receive(timestamp, if masked { &[0; NARROW] } else { samples });
        }
    }

    /// Whether a talk is recorded.
    pub(super) const fn is_of_talk(&self) -> bool {
        matches!(self.take, Some(Take::Talk(_)))
    }

    /// Hears 20 ms of 8 kHz of a party of a talk.
    pub(super) fn hear_talk(
        &mut self,
        voice: Voice,
        timestamp: u32,
        samples: &[i16; NARROW],
        now: Instant,
    ) {
        if let Some(Take::Talk(take)) = &mut self.take {
            take.recorder.arrives(voice, timestamp, now);
            take.recorder.receive(voice, timestamp, samples);
        }
    }

    /// A key sounds since so many samples before `timestamp`: its tones are no part of a recording.
    pub(super) fn tone(&mut self, timestamp: u32, held: u64) {
        let held = u32::try_from(held).unwrap_or(u32::MAX);
        let since = timestamp.wrapping_sub(held);
        match &mut self.take {
            Some(Take::Message(take)) => take.recorder.key(since, held),
            Some(Take::Talk(take)) => take.recorder.key(Voice::Caller, since, held),
            None => {}
        }
    }

    /// A key was pressed. A talk goes on.
    pub(super) fn pressed(&mut self, symbol: Symbol, now: Instant) {
        if let Some(Take::Message(take)) = &self.take
            && take.end_on.contains(symbol)
        {
            self.end(RecordingEnd::Key, now);
        }
    }

    /// Stops a recording, if it runs.
    pub(super) fn stop(&mut self, recording: &RecordingId, now: Instant) {
        if self.take.as_ref().is_some_and(|take| take.recording() == recording) {
            self.end(RecordingEnd::Stopped, now);
        }
    }

    /// The leg ends.
    pub(super) fn hang_up(&mut self, now: Instant) {
        self.end(RecordingEnd::Hangup, now);
    }

    /// Goes on to `now` and reports what ended.
    pub(super) fn turn(&mut self, now: Instant, mut report: impl FnMut(EventKind)) {
        if let Some(end) = self.take.as_mut().and_then(|take| take.turn(now)) {
            self.end(end, now);
        }
        self.endings.retain(|ending| match ending.fate(now) {
            None => true,
            Some((end, lasted)) => {
                let recording = ending.tape.recording().clone();
                report(EventKind::Recorded { recording, end, lasted });
                false
            }
        });
    }

    /// Whether nothing is left to report.
    pub(super) const fn is_idle(&self) -> bool {
        self.take.is_none() && self.endings.is_empty()
    }

    fn end(&mut self, end: RecordingEnd, now: Instant) {
        let Some(take) = self.take.take() else { return };
        let (mut tape, Recorded { rest, mut kept, mut lasted }) = match take {
            Take::Message(take) => (take.tape, take.recorder.finish()),
            Take::Talk(take) => (take.tape, take.recorder.finish(now)),
        };
        if lasted < LEAST_KEPT {
            (kept, lasted) = (0, Duration::ZERO);
        }
        tape.finish(rest, kept);
        self.endings.push(Ending { tape, end, lasted, until: now + FINISH_LIMIT });
    }
}

impl Take {
    fn recording(&self) -> &RecordingId {
        match self {
            Self::Message(take) => take.tape.recording(),
            Self::Talk(take) => take.tape.recording(),
        }
    }

    /// Goes on to `now`; tells why it is over, if it is.
    fn turn(&mut self, now: Instant) -> Option<RecordingEnd> {
        match self {
            Self::Message(take) => take.tape.follow(&mut take.recorder, now),
            Self::Talk(take) => take.tape.follow(&mut take.recorder, now),
        }
    }
}

impl Ending {
    /// How it ended after all, as soon as that is known.
    fn fate(&self, now: Instant) -> Option<(RecordingEnd, Duration)> {
        let failed = (RecordingEnd::Failed, Duration::ZERO);
        match self.tape.verdict() {
            _ if self.end == RecordingEnd::Failed => Some(failed),
            Some(Verdict::Kept) => Some((self.end, self.lasted)),
            Some(Verdict::Failed) => Some(failed),
            None => (now >= self.until).then_some(failed),
        }
    }
}
