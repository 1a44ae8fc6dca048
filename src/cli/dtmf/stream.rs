//! One RTP stream of a capture: its packets in order and once, its audio heard, its telephone-events read.

use std::collections::BTreeMap;

use super::sound::{FoundKey, Source, Tally};
use crate::call::Symbol;
use crate::media::{KeyReceiver, Law, MAX_PACKED, RtpHeader, RtpPacket, TelephoneEvent};

/// Packets that wait for their turn: 640 ms of 20 ms each.
const WAITING: usize = 32;
/// Packets in sequence before a stream counts as one.
const PROOF: u32 = 4;
/// The most samples that are heard for packets that are missing: 2 s. After a longer pause audio begins anew.
const MAX_GAP: u32 = 16_000;
/// The longest audio payload: 200 ms.
const MAX_AUDIO: usize = 1_600;
/// Bytes of a telephone-event.
const BLOCK: usize = 4;
/// The most keys of a stream that are kept.
const MAX_KEYS: usize = 100_000;
/// A jump of sequence numbers by more than this is another stream under the same name.
const MAX_JUMP: i16 = 3_000;

/// The most ticks and microseconds from one packet to the next by which a clock is measured, and the time that it takes.
const MAX_TICKS: u32 = 96_000;
const MAX_STEP: u64 = 2_000_000;
const PROVEN_CLOCK: u64 = 200_000;
/// The rates of RTP clocks, in ticks of a millisecond.
const RATES: [u64; 5] = [8, 16, 24, 32, 48];

/// A stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The extended sequence number of the newest packet.
    newest: Option<i64>,
    /// The packets that wait, by extended sequence number.
    waiting: BTreeMap<i64, Waiting>,
    /// The number of the last packet that had its turn.
    last: Option<i64>,
    proof: u32,
    audio: Option<Span>,
    /// The keys of audio that is over, in milliseconds since 1970.
    tones: Vec<FoundKey>,
    /// The timestamp of the sample that comes next.
    due: Option<u32>,
    events: KeyReceiver,
    clock: Clock,
    keys: Vec<EventKey>,
    /// Of each payload type, how many more packets were telephone-events than were none.
    forms: BTreeMap<u8, i64>,
}

/// A key of telephone-events, its times in ticks of a clock whose rate shows only by and by.
#[derive(Debug)]
struct EventKey {
    symbol: Symbol,
    /// The timestamp of its first event.
    start: u32,
    /// The payload type of its first packet, where that one held several events.
    packed: Option<u8>,
    /// When its first packet came, and how long before that it began.
    at_micros: u64,
    held: u32,
    /// The longest duration that it was said to have.
    duration: u32,
}

/// How fast the timestamps of a stream run.
#[derive(Debug, Default)]
struct Clock {
    last: Option<(u32, u64)>,
    ticks: u64,
    micros: u64,
}

/// A packet that waits.
#[derive(Debug)]
struct Waiting {
    at_micros: u64,
    header: RtpHeader,
    payload: Vec<u8>,
}

/// Audio without a long pause.
#[derive(Debug)]
struct Span {
    /// When its first sample arrived.
    at_micros: u64,
    tally: Tally,
}

impl Clock {
    /// Takes the timestamp and the arrival of a packet that had its turn.
    fn take(&mut self, timestamp: u32, at_micros: u64) {
        if let Some((last, before)) = self.last {
            let (ticks, micros) = (timestamp.wrapping_sub(last), at_micros.saturating_sub(before));
            // All packets of a key have one timestamp; the next one tells how long it was.
            if ticks == 0 {
                return;
            }
            // Neither a jump nor a pause.
            if ticks <= MAX_TICKS && (1..=MAX_STEP).contains(&micros) {
                self.ticks += u64::from(ticks);
                self.micros += micros;
            }
        }
        self.last = Some((timestamp, at_micros));
    }

    /// Ticks in a millisecond: those of the nearest rate that codecs have, of 8 kHz where too little was seen.
    fn ticks_per_ms(&self) -> u64 {
        if self.micros < PROVEN_CLOCK {
            return RATES[0];
        }
        let seen = self.ticks * 1_000 / self.micros;
        RATES.into_iter().min_by_key(|rate| rate.abs_diff(seen)).unwrap_or(RATES[0])
    }
}

/// What a payload is, as far as one can tell without the agreement.
enum Content {
    Audio(Law),
    Events,
    Other,
}

impl Stream {
    /// Takes a packet.
    pub(super) fn take(&mut self, at_micros: u64, packet: &RtpPacket<'_>) {
        let number = match self.newest {
            None => i64::from(packet.header.sequence),
            Some(newest) => {
                let [low, high, ..] = newest.to_le_bytes();
                let ahead = packet.header.sequence.wrapping_sub(u16::from_le_bytes([low, high]));
                let ahead = ahead.cast_signed();
                if ahead == 1 {
                    self.proof += 1;
                }
                if ahead.saturating_abs() > MAX_JUMP {
                    self.drain(0);
                    self.last = None;
                    self.due = None;
                }
                newest + i64::from(ahead)
            }
        };
        self.newest = Some(self.newest.map_or(number, |newest| newest.max(number)));
        if self.last.is_some_and(|last| number <= last) {
            return;
        }
        let payload = packet.payload.get(..MAX_AUDIO).unwrap_or(packet.payload).to_vec();
        self.waiting.entry(number).or_insert(Waiting { at_micros, header: packet.header, payload });
        self.drain(WAITING);
    }

    /// Ends it; its keys in milliseconds since `begun`, which is in microseconds since 1970. None if it proved to be no stream.
    pub(super) fn finish(mut self, begun: u64) -> Option<Vec<FoundKey>> {
        self.drain(0);
        if self.proof < PROOF {
            return None;
        }
        self.end_span();
        // One source counts: telephone-events where there are any.
        let rate = self.clock.ticks_per_ms();
        // Some codecs now and then look like several events, but not for the most part.
        let meant = |payload_type| self.forms.get(&payload_type).is_some_and(|&more| more > 0);
        let events = self.keys.iter().filter(|key| key.packed.is_none_or(meant));
        let events: Vec<FoundKey> = events.map(|key| key.found(rate)).collect();
        let mut keys = if events.is_empty() { self.tones } else { events };
        for key in &mut keys {
            key.onset_ms = key.onset_ms.saturating_sub(begun / 1_000);
        }
        Some(keys)
    }

    /// Gives packets their turn until only so many wait.
    fn drain(&mut self, most: usize) {
        while self.waiting.len() > most {
            let Some((number, packet)) = self.waiting.pop_first() else { return };
            let follows = self.last.is_none_or(|last| number == last + 1);
            self.last = Some(number);
            self.clock.take(packet.header.timestamp, packet.at_micros);
            let form = self.forms.entry(packet.header.payload_type).or_default();
            match content(&packet) {
                Content::Audio(law) => self.hear(law, &packet, follows),
                Content::Events => {
                    *form += 1;
                    self.events(&packet);
                }
                Content::Other => *form -= 1,
            }
        }
    }

    fn hear(&mut self, law: Law, packet: &Waiting, follows: bool) {
        let timestamp = packet.header.timestamp;
        let gap = self.due.map(|due| timestamp.wrapping_sub(due));
        let samples: Vec<i16> = packet.payload.iter().map(|&byte| law.decode(byte)).collect();
        let length = u32::try_from(samples.len()).unwrap_or(0);
        match (gap, &mut self.audio) {
            (Some(gap), Some(span)) if gap <= MAX_GAP => {
                let silence = vec![0; gap as usize];
                // Where no packet is missing, the sender was silent.
                span.tally.hear(&silence, !follows);
            }
            _ => {
                self.end_span();
                self.audio = Some(Span { at_micros: packet.at_micros, tally: Tally::default() });
            }
        }
        if let Some(span) = &mut self.audio {
            span.tally.hear(&samples, false);
        }
        self.due = Some(timestamp.wrapping_add(length));
    }

    /// Ends the audio that is heard.
    fn end_span(&mut self) {
        let Some(span) = self.audio.take() else { return };
        let room = MAX_KEYS.saturating_sub(self.tones.len());
        self.tones.extend(
            span.tally
                .finish()
                .into_iter()
                .take(room)
                .map(|key| FoundKey { onset_ms: key.onset_ms + span.at_micros / 1_000, ..key }),
        );
    }

    fn events(&mut self, packet: &Waiting) {
        let events = || TelephoneEvent::packed(&packet.header, &packet.payload);
        // A packet is sent at what it says last.
        let sent = events()
            .last()
            .map_or(0, |(header, event)| header.timestamp.wrapping_add(u32::from(event.duration)));
        let packed = (packet.payload.len() > BLOCK).then_some(packet.header.payload_type);
        for (header, event) in events() {
            let (start, duration) = (header.timestamp, u32::from(event.duration));
            if let Some(symbol) = self.events.take(&header, &event, 8_000) {
                if self.keys.len() < MAX_KEYS {
                    let (at_micros, held) = (packet.at_micros, sent.wrapping_sub(start));
                    self.keys.push(EventKey { symbol, start, packed, at_micros, held, duration });
                }
            } else if let Some(key) = self.keys.iter_mut().rev().take(MAX_PACKED).find(|key| {
                key.symbol.event_code() == event.code
                    && start.wrapping_sub(key.start).cast_signed() >= 0
            }) {
                key.duration = key.duration.max(duration);
            }
        }
    }
}

impl EventKey {
    /// It, in milliseconds since 1970.
    fn found(&self, ticks_per_ms: u64) -> FoundKey {
        let held = u64::from(self.held) / ticks_per_ms;
        FoundKey {
            symbol: self.symbol,
            onset_ms: (self.at_micros / 1_000).saturating_sub(held),
            duration_ms: u64::from(self.duration) / ticks_per_ms,
            source: Source::Event,
        }
    }
}

/// Telephone-events are told by their form: a dynamic payload type, four bytes, and a key that may be one; or several
/// such blocks, each of some length and beginning where the one before ended.
fn content(packet: &Waiting) -> Content {
    match packet.header.payload_type {
        0 => Content::Audio(Law::Mu),
        8 => Content::Audio(Law::A),
        96..=127 if is_events(packet) => Content::Events,
        _ => Content::Other,
    }
}

fn is_events(packet: &Waiting) -> bool {
    let events = || TelephoneEvent::packed(&packet.header, &packet.payload);
    let count = events().count();
    let alone = count == 1;
    count > 0
        && packet.payload.len() == count * BLOCK
        && events().all(|(_, event)| event.code < 16 && (alone || event.duration > 0))
}
