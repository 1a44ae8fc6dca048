//! The recording of a talk: packets of both parties in, chunks for the writer out.

use crate::call::{Channels, RecordingEnd};
use crate::media::{
    Codec, Content, Piece, Recorded, RtpHeader, RtpPacket, SAMPLE_RATE, Splicer, TalkRecorder,
    TelephoneEvent, Voice,
};
use crate::storage::Tape;
use crate::time::{Duration, Instant};

/// Without sound of the other adapter for so long, somebody paused there: later sound has its place by the clock.
const PAUSE: Duration = Duration::from_millis(100);

/// A talk that is recorded.
#[derive(Debug)]
pub(super) struct TalkTake {
    recorder: TalkRecorder,
    caller: Party,
    other: Party,
    /// Samples of whoever is on another adapter, as their timestamp.
    afar: u32,
    pub(super) tape: Tape,
}

/// What comes of one party.
#[derive(Debug)]
struct Party {
    voice: Voice,
    /// What puts the packets together; `None` before the first one.
    splicer: Option<Splicer>,
    /// When the newest packet came.
    heard_at: Instant,
}

impl TalkTake {
    pub(super) fn new(channels: Channels, limit: Duration, tape: Tape, now: Instant) -> Self {
        let party = |voice| Party { voice, splicer: None, heard_at: now };
        Self {
            recorder: TalkRecorder::new(channels, limit, now),
            caller: party(Voice::Caller),
            other: party(Voice::Other),
            afar: 0,
            tape,
        }
    }

    /// Hears a packet of speech or of a pause; speech without a payload leaves silence.
    pub(super) fn hear(
        &mut self,
        voice: Voice,
        codec: Codec,
        (header, content): (&RtpHeader, Content<'_>),
        newest: bool,
        now: Instant,
    ) {
        let recorder = &mut self.recorder;
        let party = match voice {
            Voice::Caller => &mut self.caller,
            Voice::Other => &mut self.other,
        };
        if party.splicer.as_ref().is_some_and(|splicer| splicer.codec() != codec) {
            party.flush(recorder);
            party.splicer = None;
        }
        if newest {
            let unit = (codec.clock_rate() / SAMPLE_RATE).max(1);
            recorder.arrives(voice, header.timestamp / unit, now);
        }
        party.heard_at = now;
        let splicer = party.splicer.get_or_insert_with(|| Splicer::new(codec));
        splicer.receive(header, content, newest, |at, piece| put(recorder, voice, at, piece));
    }

    /// Hears what the other party says on another adapter: samples of 8 kHz without a time of their own.
    pub(super) fn hear_afar(&mut self, samples: &[i16], now: Instant) {
        let silent = now.since(std::mem::replace(&mut self.other.heard_at, now));
        if silent >= PAUSE {
            let missed = silent.as_micros() * u64::from(SAMPLE_RATE) / 1_000_000;
            self.afar = self.afar.wrapping_add(u32::try_from(missed).unwrap_or(u32::MAX));
        }
        self.recorder.arrives(Voice::Other, self.afar, now);
        self.recorder.receive(Voice::Other, self.afar, samples);
        let heard = u32::try_from(samples.len()).unwrap_or(0);
        self.afar = self.afar.wrapping_add(heard);
    }

    /// Takes note of a telephone-event packet: the tone of a key is no part of a recording.
    pub(super) fn key_packet(&mut self, voice: Voice, packet: &RtpPacket<'_>, clock_rate: u32) {
        let units = (clock_rate / SAMPLE_RATE).max(1);
        for (header, event) in TelephoneEvent::packed(&packet.header, packet.payload) {
            let lasted = u32::from(event.duration) / units;
            self.recorder.key(voice, header.timestamp / units, lasted);
        }
    }

    /// A party's key sounds since so many samples before a timestamp.
    pub(super) fn tone(&mut self, voice: Voice, newest: u32, held: u32) {
        self.recorder.key(voice, newest.wrapping_sub(held), held);
    }

    /// Goes on to `now`; tells why it is over, if it is.
    pub(super) fn turn(&mut self, now: Instant, last_wait: Duration) -> Option<RecordingEnd> {
        for party in [&mut self.caller, &mut self.other] {
            if now.since(party.heard_at) >= last_wait {
                party.flush(&mut self.recorder);
            }
        }
        self.tape.follow(&mut self.recorder, now)
    }

    /// Ends it.
    pub(super) fn finish(mut self, now: Instant) -> (Tape, Recorded) {
        for party in [&mut self.caller, &mut self.other] {
            party.flush(&mut self.recorder);
        }
        (self.tape, self.recorder.finish(now))
    }
}

impl Party {
    /// Takes the packets that wait for others.
    fn flush(&mut self, recorder: &mut TalkRecorder) {
        let voice = self.voice;
        if let Some(splicer) = &mut self.splicer {
            splicer.flush(|at, piece| put(recorder, voice, at, piece));
        }
    }
}

/// Puts what was heard of a party from a timestamp on into the recording.
fn put(recorder: &mut TalkRecorder, voice: Voice, timestamp: u32, piece: Piece<'_>) {
    match piece {
        Piece::Samples(samples) => recorder.receive(voice, timestamp, samples),
        Piece::Pause(noise) => recorder.pause(voice, timestamp, noise),
    }
}
