//! The packets of a party who is recorded, as one piece of sound: in order, each once, with what was lost made up.
//!
//! ```text
//!  packets ──▶ JitterBuffer (100 ms behind the newest) ──▶ Decoder ──▶ pieces and their timestamp
//! ```
//!
//! It goes by the timestamps alone and knows no clock: however packets bunch up on their way, the sound is as long as it
//! was when it was said.

use super::codec::{Band, Codec, SAMPLE_RATE};
use super::conceal::Concealment;
use super::heard::HEARD_SAMPLES;
use super::noise::Noise;
use super::rtp::{Content, JitterBuffer, RtpHeader};
use super::voice::{Decoder, MAX_DECODED};

/// The parts in which audio is made up, in samples: 10 ms.
const PART: u32 = 80;
/// How far behind the newest packet one is decoded, in samples of 8 kHz: 100 ms, in which those that were overtaken arrive.
const WAIT: u32 = 800;
/// A packet this far from the newest one begins a new piece, in samples of 8 kHz: 2 s.
const JUMP: u32 = 16_000;
/// The longest gap that is made up, in parts of 10 ms; beyond it there is silence.
const MAX_MADE_UP: u32 = 6;

/// What comes of packets.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// Samples of 8 kHz.
    Samples(&'a [i16]),
    /// A pause, which sounds like this until samples come again.
    Pause(Noise),
}

/// One party's packets on their way to a recording.
#[derive(Debug)]
pub struct Splicer {
    codec: Codec,
    decoder: Decoder,
    packets: JitterBuffer,
    /// Units of the timestamp in a sample of 8 kHz.
    unit: u32,
    /// The talker, and the newest timestamp.
    newest: Option<(u32, u32)>,
    /// The timestamp of what is decoded next; `None` where nothing comes before.
    due: Option<u32>,
    concealment: Concealment,
}

impl Splicer {
    /// Begins with a codec.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self {
            codec,
            decoder: Decoder::new(codec),
            packets: JitterBuffer::default(),
            unit: (codec.clock_rate() / SAMPLE_RATE).max(1),
            newest: None,
            due: None,
            concealment: Concealment::new(Band::Narrow),
        }
    }

    /// The codec that it takes.
    #[must_use]
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Takes a packet and gives out what has its turn: a timestamp of 8 kHz, and what is heard from there on. `newest` is
    /// false for one that was overtaken. Speech without a payload is silence, and nothing is made up beside it.
    pub fn receive(
        &mut self,
        header: &RtpHeader,
        content: Content<'_>,
        newest: bool,
        mut put: impl FnMut(u32, Piece<'_>),
    ) {
        let since = |before: u32| header.timestamp.wrapping_sub(before).cast_signed();
        let is_late = self.due.is_some_and(|due| since(due) < 0);
        // A clock that was set back by the sender, or far on.
        let begins = self.newest.is_none_or(|(ssrc, before)| {
            ssrc != header.ssrc
                || newest && is_late
                || since(before).unsigned_abs() > JUMP * self.unit
        });
        if begins {
            self.flush(&mut put);
            self.decoder = Decoder::new(self.codec);
            self.newest = Some((header.ssrc, header.timestamp));
        }
        let Some((_, last)) = &mut self.newest else { return };
        if header.timestamp.wrapping_sub(*last).cast_signed() > 0 {
            *last = header.timestamp;
        }
        let limit = last.wrapping_sub(WAIT * self.unit).wrapping_add(1);
        if begins || !is_late {
            self.packets.insert(header.timestamp, content);
        }
        self.release(limit, &mut put);
    }

    /// Gives out all that waits.
    pub fn flush(&mut self, mut put: impl FnMut(u32, Piece<'_>)) {
        if let Some((_, newest)) = self.newest {
            self.release(newest.wrapping_add(1), &mut put);
        }
        self.due = None;
    }

    fn release(&mut self, limit: u32, put: &mut impl FnMut(u32, Piece<'_>)) {
        let mut samples = [0; MAX_DECODED];
        while let Some((timestamp, content)) = self.packets.take_before(limit) {
            let payload = match content {
                Content::Speech([]) => {
                    self.due = None;
                    self.concealment = Concealment::new(Band::Narrow);
                    put(timestamp / self.unit, Piece::Samples(&[0; HEARD_SAMPLES]));
                    continue;
                }
                Content::Noise(level) => {
                    self.due = None;
                    put(timestamp / self.unit, Piece::Pause(self.concealment.pause(level)));
                    continue;
                }
                Content::Speech(payload) => payload,
            };
            // What was lost comes before what this packet says: the decoder must guess it first.
            if let Some(due) = self.due {
                let part = PART * self.unit;
                let missing = timestamp.wrapping_sub(due) / part;
                for n in 0..missing.min(MAX_MADE_UP) {
                    let mut made_up = [0; HEARD_SAMPLES];
                    self.concealment.make_up(&mut self.decoder, &mut made_up);
                    let at = due.wrapping_add(n * part) / self.unit;
                    put(at, Piece::Samples(&made_up));
                }
            }
            let length = self.decoder.decode(payload, &mut samples);
            let samples = samples.get(..length).unwrap_or_default();
            let parts = samples.as_chunks::<HEARD_SAMPLES>().0.iter();
            parts.for_each(|part| self.concealment.remember(part));
            put(timestamp / self.unit, Piece::Samples(samples));
            let units = u32::try_from(length).unwrap_or(0) * self.unit;
            self.due = Some(timestamp.wrapping_add(units));
        }
    }
}

#[cfg(test)]
mod tests;
