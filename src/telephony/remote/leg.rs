//! One leg on an adapter outside, as this side knows it: what was ordered and is not over.

use std::collections::VecDeque;

use super::keys::Pressing;
use crate::call::{LegId, Listen, Play, PlayId, RecordingId, SoundId};
use crate::time::Instant;

/// A live leg.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    /// Its name on the wire.
    pub(super) name: String,
    /// The name of its call.
    pub(super) call: String,
    /// What plays or waits to, in order. Music is at most one of them.
    pub(super) plays: VecDeque<Playing>,
    /// The number of the last play on the wire.
    pub(super) last_play: u64,
    /// The music that sounds whenever nothing else does.
    pub(super) music: Option<SoundId>,
    /// Whether it was taken, and whether the far side has confirmed it.
    pub(super) accepted: bool,
    pub(super) answered: bool,
    pub(super) masked: bool,
    /// The keys of whom it is connected with.
    pub(super) pressing: Pressing,
    pub(super) recording: Option<RecordingId>,
    /// What is listened for.
    pub(super) listening: Option<Box<Listen>>,
    /// Its number in frames of audio.
    pub(super) audio: Option<u32>,
    /// The leg that it is connected with.
    pub(super) bridged: Option<LegId>,
    /// When it is given up: a dialled leg that rings on, one that was hung up and does not end.
    pub(super) limit: Option<(Instant, Limit)>,
    /// When it was heard of last.
    pub(super) heard_at: Instant,
}

/// Why a leg is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// It rings for too long.
    Rings,
    /// It was hung up and does not end.
    HungUp,
}

/// A play on the wire.
#[derive(Debug)]
pub(super) struct Playing {
    /// Its number there.
    pub(super) number: u64,
    pub(super) what: Sounding,
    /// Whether it was told to stop.
    pub(super) stopped: bool,
}

/// What it is.
#[derive(Debug)]
pub(super) enum Sounding {
    /// What the engine plays.
    Play(Play),
    /// Music, since then.
    Music(Instant),
}

impl Leg {
    pub(super) fn new(id: LegId, name: String, call: String, now: Instant) -> Self {
        Self {
            id,
            name,
            call,
            plays: VecDeque::new(),
            last_play: 0,
            music: None,
            accepted: false,
            answered: false,
            masked: false,
            pressing: Pressing::default(),
            recording: None,
            listening: None,
            audio: None,
            bridged: None,
            limit: None,
            heard_at: now,
        }
    }

    /// Puts a play behind the others; gives its number.
    pub(super) fn push(&mut self, what: Sounding) -> u64 {
        self.last_play += 1;
        self.plays.push_back(Playing { number: self.last_play, what, stopped: false });
        self.last_play
    }

    /// Takes out the play of a number.
    pub(super) fn take(&mut self, number: u64) -> Option<Playing> {
        let place = self.plays.iter().position(|playing| playing.number == number)?;
        self.plays.remove(place)
    }

    /// Tells the play of the engine to stop; gives its number, if it is not over.
    pub(super) fn stop(&mut self, id: PlayId) -> Option<u64> {
        let is_it = |playing: &&mut Playing| match &playing.what {
            Sounding::Play(play) => play.id == id && !playing.stopped,
            Sounding::Music(_) => false,
        };
        let playing = self.plays.iter_mut().find(is_it)?;
        playing.stopped = true;
        Some(playing.number)
    }

    /// Tells the music that sounds to stop; gives its number.
    pub(super) fn stop_music(&mut self) -> Option<u64> {
        let is_it =
            |playing: &&mut Playing| matches!(playing.what, Sounding::Music(_)) && !playing.stopped;
        let playing = self.plays.iter_mut().find(is_it)?;
        playing.stopped = true;
        Some(playing.number)
    }

    /// Whether music is to begin: it is set, and nothing sounds or is about to.
    pub(super) fn wants_music(&self) -> bool {
        let sounds = self.plays.iter().any(|playing| !playing.stopped);
        self.music.is_some() && !sounds && self.bridged.is_none()
    }
}
