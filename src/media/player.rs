//! What one leg hears: plays in a queue without a gap, music whenever no play sounds.
//!
//! Asked for a part of 10 or 20 ms at a time; it copies bytes of the library and counts. Only the first moments of music
//! that is faded in are computed, and what was not encoded in a rare codec yet: then the part is given as samples.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::codec::{Codec, Law, SAMPLE_RATE};
use super::library::Sound;
use super::recording::span;
use crate::call::{PlayEnd, PlayId, SoundId, Symbol, SymbolSet};
use crate::time::{Duration, Instant};

/// Plays that may wait on one leg; a further one fails at once.
pub const MAX_PLAYS: usize = 64;
/// Pieces of music whose place is kept for one leg.
const MAX_PLACES: usize = 8;
/// Samples over which music is faded in: 200 ms.
const FADE_SAMPLES: usize = 1_600;

/// The end of a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Which play.
    pub play: PlayId,
    /// Why it ended.
    pub end: PlayEnd,
    /// How much of it was sent.
    pub heard: Duration,
    /// When its last audible sample was sent; its start if it had none.
    pub audible_end: Instant,
}

/// A part of a packet to be filled: 10 or 20 ms.
#[derive(Debug)]
pub struct Part<'a> {
    /// The codec.
    pub codec: Codec,
    /// Room for its bytes.
    pub payload: &'a mut [u8],
    /// Room for its samples; they tell its length.
    pub samples: &'a mut [i16],
    /// Whether the samples are wanted beside a payload that is no law's.
    pub both: bool,
}

/// What a part of a packet is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// Nothing sounds.
    Nothing,
    /// The payload is written.
    Payload,
    /// The sound is not encoded in that codec yet: its samples are written, to be encoded by the stream itself.
    Samples,
}

/// The sound of one leg.
#[derive(Debug, Default)]
pub struct Player {
    plays: VecDeque<Playing>,
    music: Option<Music>,
    /// Where music that is not set now was left.
    places: BTreeMap<SoundId, usize>,
    /// Samples of fading in that are still to come.
    fade: usize,
}

#[derive(Debug)]
struct Playing {
    id: PlayId,
    sounds: Vec<Arc<Sound>>,
    stop_on: SymbolSet,
    /// The sound that plays, and the first sample of its next part.
    sound: usize,
    place: usize,
    heard: usize,
    audible_end: Option<Instant>,
}

#[derive(Debug)]
struct Music {
    id: SoundId,
    sound: Arc<Sound>,
    place: usize,
}

impl Player {
    /// Appends a play. Returns its end if too many wait already.
    pub fn play(
        &mut self,
        id: PlayId,
        sounds: Vec<Arc<Sound>>,
        stop_on: SymbolSet,
        now: Instant,
    ) -> Option<Ended> {
        let (sound, place, heard) = (0, 0, 0);
        let play = Playing { id, sounds, stop_on, sound, place, heard, audible_end: None };
        if self.plays.len() >= MAX_PLAYS {
            return Some(play.ended(PlayEnd::Failed, now));
        }
        self.plays.push_back(play);
        None
    }

    /// Stops one play, wherever it is in the queue. Returns its end; `None` if it has ended before.
    pub fn stop(&mut self, id: PlayId, now: Instant) -> Option<Ended> {
        let place = self.plays.iter().position(|play| play.id == id)?;
        self.plays.remove(place).map(|play| play.ended(PlayEnd::Stopped, now))
    }

    /// Stops every play.
    pub fn stop_all(&mut self, now: Instant, ended: &mut Vec<Ended>) {
        ended.extend(self.plays.drain(..).map(|play| play.ended(PlayEnd::Stopped, now)));
    }

    /// A key was pressed: stops what sounds if that wants it, and what follows as long as it wants it too.
    pub fn key(&mut self, symbol: Symbol, now: Instant, ended: &mut Vec<Ended>) {
        while self.plays.front().is_some_and(|play| play.stop_on.contains(symbol)) {
            ended.extend(self.plays.pop_front().map(|play| play.ended(PlayEnd::Stopped, now)));
        }
    }

    /// Sets or ends the music. A piece that was set before goes on where it was left.
    pub fn set_music(&mut self, music: Option<(SoundId, Arc<Sound>)>) {
        if let (Some(now), Some((id, _))) = (&self.music, &music)
            && now.id == *id
        {
            return;
        }
        if let Some(left) = self.music.take() {
            if self.places.len() >= MAX_PLACES {
                self.places.pop_first();
            }
            self.places.insert(left.id, left.place);
        }
        self.music = music.map(|(id, sound)| {
            let place = self.places.remove(&id).unwrap_or(0);
            Music { id, sound, place }
        });
        self.fade = FADE_SAMPLES;
    }

    /// Whether a play sounds or waits.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        !self.plays.is_empty()
    }

    /// Writes the part that is sent at `at`. Plays that are over are appended to `ended`.
    pub fn part(&mut self, at: Instant, part: &mut Part<'_>, ended: &mut Vec<Ended>) -> Filled {
        while let Some(play) = self.plays.front_mut() {
            match play.fill(at, part) {
                Filled::Nothing => {}
                filled @ (Filled::Payload | Filled::Samples) => {
                    self.fade = FADE_SAMPLES;
                    return filled;
                }
            }
            ended.extend(self.plays.pop_front().map(|play| play.ended(PlayEnd::Finished, at)));
        }
        let Some(music) = &mut self.music else { return Filled::Nothing };
        let filled = music.fill(part);
        if self.fade > 0 && filled != Filled::Nothing {
            let done = FADE_SAMPLES - self.fade;
            // A part in a rare codec begins without.
            if let Some(law) = part.codec.law() {
                fade_in(law, done, part.payload);
            }
            self.fade -= part.samples.len().min(self.fade);
        }
        filled
    }

    /// The sounds that are about to be heard and that somebody should encode in `codec`.
    pub fn unencoded(&self, codec: Codec) -> impl Iterator<Item = &Arc<Sound>> {
        let plays = self.plays.iter().flat_map(|play| &play.sounds);
        let music = self.music.iter().map(|music| &music.sound);
        plays.chain(music).filter(move |sound| sound.bytes(codec).is_none() && sound.ask(codec))
    }
}

impl Part<'_> {
    /// Copies the part of `sound` that begins at the sample `place`; nothing if it is over before the part is.
    fn copy(&mut self, sound: &Sound, place: usize) -> Filled {
        let length = self.samples.len();
        let bytes = sound.bytes(self.codec);
        if self.both || bytes.is_none() {
            let Some(rest) = sound.law(Law::Mu).get(place..place + length) else {
                return Filled::Nothing;
            };
            for (sample, byte) in self.samples.iter_mut().zip(rest) {
                *sample = Law::Mu.decode(*byte);
            }
        }
        let Some(bytes) = bytes else { return Filled::Samples };
        let from = self.codec.bytes_of(place);
        match bytes.get(from..from + self.payload.len()) {
            Some(rest) => {
                self.payload.copy_from_slice(rest);
                Filled::Payload
            }
            None => Filled::Nothing,
        }
    }
}

impl Playing {
    /// Copies the next part; nothing when all sounds are over.
    fn fill(&mut self, at: Instant, part: &mut Part<'_>) -> Filled {
        let length = part.samples.len();
        while let Some(sound) = self.sounds.get(self.sound) {
            let filled = part.copy(sound, self.place);
            if filled != Filled::Nothing {
                let audible = sound.audible().saturating_sub(self.place).min(length);
                if audible > 0 || self.audible_end.is_none() {
                    self.audible_end = Some(at + span(audible, SAMPLE_RATE));
                }
                self.heard += length.min(sound.samples().saturating_sub(self.place));
                self.place += length;
                return filled;
            }
            self.sound += 1;
            self.place = 0;
        }
        Filled::Nothing
    }

    fn ended(&self, end: PlayEnd, now: Instant) -> Ended {
        Ended {
            play: self.id,
            end,
            heard: span(self.heard, SAMPLE_RATE),
            audible_end: self.audible_end.map_or(now, |end| end.min(now)),
        }
    }
}

impl Music {
    /// Copies the next part, over the seam of the loop where it comes to that; nothing if the piece is empty.
    fn fill(&mut self, part: &mut Part<'_>) -> Filled {
        let Some(law) = part.codec.law() else { return self.fill_whole(part) };
        let bytes = self.sound.law(law);
        let bytes = &bytes[..self.sound.samples()];
        if bytes.is_empty() {
            return Filled::Nothing;
        }
        self.place %= bytes.len();
        let mut filled = 0;
        while filled < part.payload.len() {
            let count = (part.payload.len() - filled).min(bytes.len() - self.place);
            let piece = &bytes[self.place..self.place + count];
            part.payload[filled..filled + count].copy_from_slice(piece);
            filled += count;
            self.place = (self.place + count) % bytes.len();
        }
        Filled::Payload
    }

    /// Copies the next part of a codec that cannot be cut anywhere: the loop has whole frames.
    fn fill_whole(&mut self, part: &mut Part<'_>) -> Filled {
        // A place that a law left within a frame goes on at the frame's beginning.
        self.place -= self.place % part.samples.len();
        for place in [self.place, 0] {
            let filled = part.copy(&self.sound, place);
            if filled != Filled::Nothing {
                self.place = place + part.samples.len();
                return filled;
            }
        }
        Filled::Nothing
    }
}

/// Scales a part of a fade-in of which `done` samples have sounded, from silence to full.
fn fade_in(law: Law, done: usize, part: &mut [u8]) {
    let whole = i64::try_from(FADE_SAMPLES).unwrap_or(i64::MAX);
    for (byte, n) in part.iter_mut().zip(i64::try_from(done).unwrap_or(0)..whole) {
        let sample = i64::from(law.decode(*byte)) * n / whole;
        *byte = law.encode(i16::try_from(sample).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests;
