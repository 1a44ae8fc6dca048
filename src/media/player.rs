//! What one leg hears: plays in a queue without a gap, music whenever no play sounds.
//!
//! Asked for a frame every 20 ms; it copies bytes of the library and counts. Only the first moments of music that is
//! faded in are computed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::codec::{Codec, FRAME, FRAME_SAMPLES, SAMPLE_RATE};
use super::library::Sound;
use super::recording::span;
use crate::call::{PlayEnd, PlayId, SoundId, Symbol, SymbolSet};
use crate::time::{Duration, Instant};

/// Plays that may wait on one leg; a further one fails at once.
pub const MAX_PLAYS: usize = 64;
/// Pieces of music whose place is kept for one leg.
const MAX_PLACES: usize = 8;
/// Frames over which music is faded in: 200 ms.
const FADE_FRAMES: u16 = 10;

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

/// The sound of one leg.
#[derive(Debug, Default)]
pub struct Player {
    plays: VecDeque<Playing>,
    music: Option<Music>,
    /// Where music that is not set now was left.
    places: BTreeMap<SoundId, usize>,
    /// Frames of fading in that are still to come.
    fade: u16,
}

#[derive(Debug)]
struct Playing {
    id: PlayId,
    sounds: Vec<Arc<Sound>>,
    stop_on: SymbolSet,
    /// The sound that plays, and the first byte of its next frame.
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
        self.fade = FADE_FRAMES;
    }

    /// Whether a play sounds or waits.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        !self.plays.is_empty()
    }

    /// Writes the frame that is sent at `at`. Returns whether there is one. Plays that are over are appended to `ended`.
    pub fn frame(
        &mut self,
        codec: Codec,
        at: Instant,
        out: &mut [u8; FRAME],
        ended: &mut Vec<Ended>,
    ) -> bool {
        while let Some(play) = self.plays.front_mut() {
            if play.fill(codec, at, out) {
                self.fade = FADE_FRAMES;
                return true;
            }
            ended.extend(self.plays.pop_front().map(|play| play.ended(PlayEnd::Finished, at)));
        }
        let Some(music) = &mut self.music else { return false };
        if !music.fill(codec, out) {
            return false;
        }
        if self.fade > 0 {
            fade_in(codec, FADE_FRAMES - self.fade, out);
            self.fade -= 1;
        }
        true
    }
}

impl Playing {
    /// Copies the next frame; `false` when all sounds are over.
    fn fill(&mut self, codec: Codec, at: Instant, out: &mut [u8; FRAME]) -> bool {
        while let Some(sound) = self.sounds.get(self.sound) {
            let rest = sound.bytes(codec).get(self.place..).unwrap_or_default();
            if let Some(frame) = rest.first_chunk::<FRAME>() {
                *out = *frame;
                let audible = sound.audible().saturating_sub(self.place).min(FRAME);
                if audible > 0 || self.audible_end.is_none() {
                    self.audible_end = Some(at + span(audible, SAMPLE_RATE));
                }
                self.heard += FRAME.min(sound.samples() - self.place);
                self.place += FRAME;
                return true;
            }
            self.sound += 1;
            self.place = 0;
        }
        false
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
    /// Copies the next frame, over the seam of the loop where it comes to that; `false` if the piece is empty.
    fn fill(&mut self, codec: Codec, out: &mut [u8; FRAME]) -> bool {
        let bytes = self.sound.bytes(codec);
        let bytes = &bytes[..self.sound.samples()];
        if bytes.is_empty() {
            return false;
        }
        self.place %= bytes.len();
        let mut filled = 0;
        while filled < FRAME {
            let count = (FRAME - filled).min(bytes.len() - self.place);
            out[filled..filled + count].copy_from_slice(&bytes[self.place..self.place + count]);
            filled += count;
            self.place = (self.place + count) % bytes.len();
        }
        true
    }
}

/// Scales the `done`-th frame of a fade-in, sample by sample from silence to full.
fn fade_in(codec: Codec, done: u16, frame: &mut [u8; FRAME]) {
    let samples = i32::from(FRAME_SAMPLES);
    let steps = i32::from(FADE_FRAMES) * samples;
    for (byte, n) in frame.iter_mut().zip(i32::from(done) * samples..) {
        let sample = i32::from(codec.decode(*byte)) * n / steps;
        *byte = codec.encode(i16::try_from(sample).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests;
