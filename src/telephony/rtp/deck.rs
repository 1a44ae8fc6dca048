//! The recordings of one leg: at most one that runs, and those whose fate on the disk is not known yet.
//!
//! ```text
//!  begin ─▶ Take ─ key, silence, limit, stop, hang-up ─▶ Ending ─ verdict of the writer ─▶ Recorded
//!             └──────────── the writer fails ─────────────────────────────────────────────▶ Recorded (Failed)
//! ```

mod talk;

use self::talk::TalkTake;
use super::event::MediaEventKind;
use crate::call::{LEAST_KEPT, Recording, RecordingEnd, RecordingId, Symbol, SymbolSet};
use crate::media::{
    Codec, Content, Piece, Recorded, Recorder, RtpHeader, RtpPacket, SAMPLE_RATE, Splicer,
    TelephoneEvent, Voice,
};
use crate::storage::{Tape, Verdict};
use crate::time::{Duration, Instant};

/// How long the writer may take to have a recording on the disk; then it counts as failed.
const FINISH_LIMIT: Duration = Duration::from_secs(2);

/// How long packets wait at most for others once none come: a little longer than those that come late.
const LAST_WAIT: Duration = Duration::from_millis(120);

/// How much later than it arrived audio is listened to at most, beside the packet that it came in, in samples: the patience
/// of the ear (20–100 ms), between the edges that a recorder leaves around a key.
const LISTENING_LAG: u32 = 320;

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
    Talk(Box<TalkTake>),
}

/// A caller's message.
#[derive(Debug)]
struct Message {
    recorder: Recorder,
    /// What puts the packets together; `None` before the first one.
    splicer: Option<Splicer>,
    /// When the newest packet came.
    heard_at: Instant,
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
            Some(channels) => Take::Talk(Box::new(TalkTake::new(channels, order.limit, tape, now))),
            None => Take::Message(Box::new(Message {
                recorder: Recorder::new(order.limit, order.silence, now),
                splicer: None,
                heard_at: now,
                tape,
                end_on: order.end_on,
            })),
        });
    }

    /// Hears a packet of speech or of a pause; speech without a payload, as that which is masked, leaves silence.
    pub(super) fn hear(
        &mut self,
        codec: Codec,
        (header, content): (&RtpHeader, Content<'_>),
        newest: bool,
        now: Instant,
    ) {
        if let Some(Take::Message(take)) = &mut self.take {
            take.hear(codec, (header, content), newest);
            take.heard_at = now;
        }
    }

    /// Hears a packet of a party of a talk likewise.
    pub(super) fn hear_talk(
        &mut self,
        voice: Voice,
        codec: Codec,
        packet: (&RtpHeader, Content<'_>),
        newest: bool,
        now: Instant,
    ) {
        if let Some(Take::Talk(take)) = &mut self.take {
            take.hear(voice, codec, packet, newest, now);
        }
    }

    /// Hears what the other party of a talk says on another adapter.
    pub(super) fn hear_afar(&mut self, samples: &[i16], now: Instant) {
        if let Some(Take::Talk(take)) = &mut self.take {
            take.hear_afar(samples, now);
        }
    }

    /// Takes note of a telephone-event packet of a clock of so many hertz: the tone of a key is no part of a recording.
    pub(super) fn key_packet(&mut self, voice: Voice, packet: &RtpPacket<'_>, clock_rate: u32) {
        match (&mut self.take, voice) {
            (Some(Take::Message(take)), Voice::Caller) => take.key_packet(packet, clock_rate),
            (Some(Take::Talk(take)), _) => take.key_packet(voice, packet, clock_rate),
            (Some(Take::Message(_)), Voice::Other) | (None, _) => {}
        }
    }

    /// A key's tones are heard that have sounded for so many samples, while audio of that timestamp arrives: they are no
    /// part of a recording.
    pub(super) fn tone(&mut self, voice: Voice, newest: u32, held: u64) {
        let held = u32::try_from(held).unwrap_or(u32::MAX).saturating_add(LISTENING_LAG);
        match (&mut self.take, voice) {
            (Some(Take::Message(take)), Voice::Caller) => {
                take.recorder.key(newest.wrapping_sub(held), held);
            }
            (Some(Take::Talk(take)), _) => take.tone(voice, newest, held),
            (Some(Take::Message(_)), Voice::Other) | (None, _) => {}
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
    pub(super) fn turn(&mut self, now: Instant, mut report: impl FnMut(MediaEventKind)) {
        let end = self.take.as_mut().and_then(|take| take.turn(now));
        if let Some(end) = end {
            self.end(end, now);
        }
        self.endings.retain(|ending| match ending.fate(now) {
            None => true,
            Some((end, lasted)) => {
                let recording = ending.tape.recording().clone();
                report(MediaEventKind::Recorded { recording, end, lasted });
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
            Take::Message(take) => take.finish(),
            Take::Talk(take) => take.finish(now),
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
            Self::Message(take) => take.turn(now),
            Self::Talk(take) => take.turn(now, LAST_WAIT),
        }
    }
}

impl Message {
    /// Takes note of a telephone-event packet.
    fn key_packet(&mut self, packet: &RtpPacket<'_>, clock_rate: u32) {
        let units = (clock_rate / SAMPLE_RATE).max(1);
        for (header, event) in TelephoneEvent::packed(&packet.header, packet.payload) {
            self.recorder.key(header.timestamp / units, u32::from(event.duration) / units);
        }
    }

    /// Ends it.
    fn finish(mut self) -> (Tape, Recorded) {
        self.flush();
        (self.tape, self.recorder.finish())
    }

    /// Hears a packet.
    fn hear(&mut self, codec: Codec, (header, content): (&RtpHeader, Content<'_>), newest: bool) {
        if self.splicer.as_ref().is_some_and(|splicer| splicer.codec() != codec) {
            self.flush();
            self.splicer = None;
        }
        let splicer = self.splicer.get_or_insert_with(|| Splicer::new(codec));
        let recorder = &mut self.recorder;
        splicer.receive(header, content, newest, |at, piece| put(recorder, at, piece));
    }

    /// Takes the packets that wait for others.
    fn flush(&mut self) {
        let recorder = &mut self.recorder;
        if let Some(splicer) = &mut self.splicer {
            splicer.flush(|at, piece| put(recorder, at, piece));
        }
    }

    /// Goes on to `now`; tells why it is over, if it is.
    fn turn(&mut self, now: Instant) -> Option<RecordingEnd> {
        if now.since(self.heard_at) >= LAST_WAIT {
            self.flush();
        }
        self.tape.follow(&mut self.recorder, now)
    }
}

/// Puts what was heard from a timestamp on into a recording.
fn put(recorder: &mut Recorder, timestamp: u32, piece: Piece<'_>) {
    match piece {
        Piece::Samples(samples) => recorder.receive(timestamp, samples),
        Piece::Pause(noise) => recorder.pause(timestamp, noise),
    }
}

impl Ending {
    /// How it ended after all, as soon as that is known.
    fn fate(&self, now: Instant) -> Option<(RecordingEnd, Duration)> {
        let failed = (RecordingEnd::Failed, Duration::ZERO);
        if self.end == RecordingEnd::Failed {
            return Some(failed);
        }
        match self.tape.verdict() {
            Some(Verdict::Kept) => Some((self.end, self.lasted)),
            Some(Verdict::Failed) => Some(failed),
            None if now >= self.until => {
                tracing::error!(recording = %self.tape.recording(), "A recording took too long to be kept.");
                Some(failed)
            }
            None => None,
        }
    }
}
