//! The ear of a leg: packets in as the network brings them, audio out without a gap, 10 ms at a time.
//!
//! ```text
//!  packets ──▶ JitterBuffer ──▶ Decoder ──▶ ready samples ──▶ 10 ms, and whether they were made up
//! ```
//!
//! Only legs whose audio is consumed have one: bridges between two codecs, and whatever listens. It begins with some
//! patience, waits longer when packets come late, and shorter again when none has come close to it for two seconds.

use super::codec::{Band, Codec, SAMPLE_RATE};
use super::conceal::Concealment;
use super::heard::HEARD_SAMPLES;
use super::rtp::{Content, JitterBuffer, NoiseLevel, RtpHeader};
use super::voice::{Decoder, MAX_DECODED};
use crate::time::Duration;

/// The most that audio waits for what is late.
const MOST_PATIENCE: Duration = Duration::from_millis(100);
/// Packets over which it is watched how early the latest one comes: about two seconds.
const WATCHED: u32 = 100;
/// Parts of 10 ms by which the latest packet may come too early before one is left out.
const TOO_EARLY: i32 = 1;
/// A timestamp this far from what is due, in parts of 10 ms, is a new beginning: half a second.
const JUMP: i32 = 50;
/// One party's audio on its way to whoever consumes it.
#[derive(Debug)]
pub struct Ear {
    codec: Codec,
    band: Band,
    decoder: Decoder,
    packets: JitterBuffer,
    /// Units of the timestamp in 10 ms.
    unit: u32,
    /// Who is heard, and the timestamp of what is decoded next; `None` before the first packet.
    due: Option<(u32, u32)>,
    /// Decoded samples that were not given out, with room for a part and the longest packet.
    ready: Vec<i16>,
    ready_count: usize,
    patience: Patience,
    concealment: Concealment,
    late: u64,
}

/// How long audio waits, in parts of 10 ms.
#[derive(Debug)]
struct Patience {
    /// What it is to be at least.
    least: i32,
    now: i32,
    /// Parts that are made up to wait longer, or left out to wait shorter.
    stretch: i32,
    /// How early the latest packet came, since watching began.
    earliest_late: i32,
    watched: u32,
}

impl Ear {
    /// Begins to hear a codec, in a band that it has; audio waits for `patience` at least: 0–100 ms.
    #[must_use]
    pub fn new(codec: Codec, band: Band, patience: Duration) -> Self {
        let least = parts(patience.min(MOST_PATIENCE));
        Self {
            codec,
            band,
            decoder: Decoder::of(codec, band),
            packets: JitterBuffer::default(),
            unit: codec.clock_rate() / 100,
            due: None,
            ready: vec![0; (MAX_DECODED + HEARD_SAMPLES) * band.factor()],
            ready_count: 0,
            patience: Patience {
                least,
                now: least,
                stretch: 0,
                earliest_late: i32::MAX,
                watched: 0,
            },
            concealment: Concealment::new(band),
            late: 0,
        }
    }

    /// The codec that it hears.
    #[must_use]
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// The band that it hears.
    #[must_use]
    pub const fn band(&self) -> Band {
        self.band
    }

    /// Packets that came after their time.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Takes an audio packet.
    pub fn receive(&mut self, header: &RtpHeader, payload: &[u8]) {
        let early = match self.due {
            Some((ssrc, due)) if ssrc == header.ssrc => {
                let ahead = header.timestamp.wrapping_sub(due).cast_signed();
                let early = ahead.div_euclid(self.unit.cast_signed()) + self.patience.stretch;
                (early.abs() < JUMP).then_some(early)
            }
            Some(_) | None => None,
        };
        match early {
            None => self.begin(header),
            Some(early) => {
                self.patience.watch(early);
                if header.timestamp.wrapping_sub(self.due.map_or(0, |(_, due)| due)).cast_signed()
                    < 0
                {
                    self.late += 1;
                    return;
                }
            }
        }
        self.packets.insert(header.timestamp, Content::Speech(payload));
    }

    /// Takes a packet of comfort noise: from its time on the far side pauses.
    pub fn pause(&mut self, header: &RtpHeader, level: Option<NoiseLevel>) {
        let ahead = match self.due {
            Some((ssrc, due)) if ssrc == header.ssrc => {
                header.timestamp.wrapping_sub(due).cast_signed()
            }
            Some(_) | None => {
                self.begin(header);
                0
            }
        };
        if (0..JUMP * self.unit.cast_signed()).contains(&ahead) {
            self.packets.insert(header.timestamp, Content::Noise(level));
        } else {
            // It came late, or goes by another clock than speech does, which alone sets ours.
            self.rest(level);
        }
    }

    /// The far side pauses now.
    pub fn rest(&mut self, level: Option<NoiseLevel>) {
        self.concealment.pause(level);
    }

    /// The next 10 ms: [`HEARD_SAMPLES`] samples of narrow band, twice as many of wide band. Returns whether they were
    /// made up.
    pub fn next_part(&mut self, out: &mut [i16]) -> bool {
        if self.patience.stretch > 0 {
            self.patience.stretch -= 1;
            self.patience.now += 1;
            self.make_up(out);
            return true;
        }
        if self.patience.stretch < 0 {
            self.patience.stretch += 1;
            self.patience.now -= 1;
            self.play(out);
        }
        self.play(out)
    }

    /// A new talker, or a clock that was set anew.
    fn begin(&mut self, header: &RtpHeader) {
        self.packets.clear();
        self.decoder = Decoder::of(self.codec, self.band);
        self.ready_count = 0;
        self.patience.stretch = 0;
        self.patience.earliest_late = i32::MAX;
        self.patience.watched = 0;
        let wait = self.unit * self.patience.now.unsigned_abs();
        self.due = Some((header.ssrc, header.timestamp.wrapping_sub(wait)));
    }

    fn play(&mut self, out: &mut [i16]) -> bool {
        while self.ready_count < out.len() {
            if !self.decode() {
                self.make_up(out);
                if let Some((_, due)) = &mut self.due {
                    *due = due.wrapping_add(self.unit);
                }
                return true;
            }
        }
        out.copy_from_slice(&self.ready[..out.len()]);
        self.ready.copy_within(out.len()..self.ready_count, 0);
        self.ready_count -= out.len();
        self.concealment.remember(out);
        false
    }

    /// Decodes the packet that is due. Returns whether there was one.
    fn decode(&mut self) -> bool {
        let Some((_, due)) = &mut self.due else { return false };
        // Timestamps need not be a multiple of 10 ms apart from another: what begins within the next part is due.
        let limit = due.wrapping_add(self.unit);
        let (timestamp, payload) = loop {
            match self.packets.take_before(limit) {
                Some((timestamp, Content::Speech(payload))) => break (timestamp, payload),
                Some((_, Content::Noise(level))) => {
                    self.concealment.pause(level);
                }
                None => return false,
            }
        };
        let factor = self.band.factor();
        let room = self.ready_count..self.ready_count + MAX_DECODED * factor;
        let Some(room) = self.ready.get_mut(room) else { return false };
        let length = self.decoder.decode(payload, room);
        let units = self.codec.clock_rate() / SAMPLE_RATE;
        let units = u32::try_from(length / factor).unwrap_or(0) * units;
        *due = timestamp.wrapping_add(units);
        self.ready_count += length;
        // What cannot be decoded is lost like any other packet.
        length > 0
    }

    /// Makes up 10 ms. Where that is but noise, what is left of a packet is stale.
    fn make_up(&mut self, out: &mut [i16]) {
        if !self.concealment.make_up(&mut self.decoder, out) {
            self.ready_count = 0;
        }
    }
}

impl Patience {
    /// Takes note of how many parts before its time a packet came.
    fn watch(&mut self, early: i32) {
        let most = parts(MOST_PATIENCE);
        if early < 0 {
            self.stretch = (self.stretch - early).min(most - self.now).max(0);
            self.begin();
            return;
        }
        self.earliest_late = self.earliest_late.min(early);
        self.watched += 1;
        if self.watched >= WATCHED {
            if self.earliest_late > self.least.max(TOO_EARLY) && self.now > self.least {
                self.stretch -= 1;
            }
            self.begin();
        }
    }

    const fn begin(&mut self) {
        self.earliest_late = i32::MAX;
        self.watched = 0;
    }
}

/// A span in parts of 10 ms.
fn parts(span: Duration) -> i32 {
    i32::try_from(span.as_millis() / 10).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
