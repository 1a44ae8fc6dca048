//! Adapters whose audio passes through this node: what the engine orders of sound is done here, not there.

use std::sync::Arc;

use tokio::sync::watch;

use super::ability::PCM;
use super::leg::{Playing, Sounding};
use super::limits::MAX_ITEMS;
use super::machine::{Machine, Output};
use super::pcm::{Desk, Done, Rate};
use super::wire::Ability;
use crate::call::{
    CommandKind, EndedBy, EventKind, HangupCause, KeySource, LegId, Play, Rejection, Symbol,
};
use crate::media::{Library, Sound};
use crate::runtime::Relay;
use crate::storage::RecordingSlot;
use crate::time::Instant;

/// From here on the numbers of legs in frames of audio are this node's.
pub(super) const OUR_AUDIO: u32 = 1 << 31;

/// What sounds, and where recordings go.
#[derive(Debug)]
pub(super) struct Studio {
    pub(super) library: watch::Receiver<Arc<Library>>,
    pub(super) tapes: RecordingSlot,
}

/// How a leg ended.
pub(super) type Closing = (Instant, EndedBy, HangupCause);

/// The number of a leg of ours in frames of audio.
pub(super) fn our_audio(leg: LegId) -> u32 {
    let [a, b, c, d, ..] = leg.number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d]) | OUR_AUDIO
}

impl Studio {
    fn sounds(&self, play: &Play) -> Vec<Arc<Sound>> {
        let library = self.library.borrow();
        let items = play.items.iter().take(MAX_ITEMS);
        items.map(|item| library.prompt(item.sound.as_ref())).collect()
    }
}

impl Machine {
    /// The adapter says how its audio travels.
    pub(super) fn set_up_sound(&mut self, ability: &Ability) -> Result<(), &'static str> {
        let pcm = ability.media == PCM;
        if !pcm && !["", "none", "reference"].contains(&&*ability.media) {
            return Err("`media` is none of `none`, `reference`, `pcm`");
        }
        if pcm != self.desk.is_some() && !self.legs.is_empty() {
            // What sounds on a leg is in one place or the other. After the lease there are none.
            return Err("`media` is not what it was while there are calls");
        }
        if !pcm {
            self.desk = None;
            return Ok(());
        }
        if self.studio.is_none() {
            return Err("`media: pcm` needs a WebSocket");
        }
        let rate = Rate::of(ability.rate).ok_or("`rate` is neither 8000 nor 16000")?;
        let tones = ability.digit_sources.iter().any(|source| source == "in_band");
        self.desk.get_or_insert_with(|| Desk::new(rate, tones)).set(rate, tones);
        Ok(())
    }

    /// A leg begins whose frames have a number; gives the number if it can be had.
    pub(super) fn begin_audio(
        &mut self,
        now: Instant,
        leg: LegId,
        number: Option<u32>,
    ) -> Option<u32> {
        let (desk, number) = (self.desk.as_mut()?, number?);
        desk.begin(leg, number, now).then_some(number)
    }

    /// Does what is ordered, if it is a thing of sound that is done here.
    pub(super) fn order_sound(&mut self, now: Instant, id: LegId, kind: &CommandKind) -> bool {
        let (Some(desk), Some(studio)) = (&mut self.desk, &self.studio) else { return false };
        match kind {
            CommandKind::Play(play) => {
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.push(Sounding::Play(play.clone()));
                }
                desk.play(id, (play.id, studio.sounds(play), play.stop_on), now);
            }
            CommandKind::Stop(play) => desk.stop(id, *play, now),
            CommandKind::Music(music) => {
                let library = studio.library.borrow();
                desk.music(id, music.clone().map(|music| (music.clone(), library.music(&music))));
            }
            CommandKind::Record(order) => {
                let channels = order.talk.unwrap_or_default();
                let tape = studio.tapes.begin_in(channels, &order.id, order.keep);
                desk.record(id, order, tape, now);
            }
            CommandKind::StopRecording(recording) => desk.stop_recording(id, recording, now),
            CommandKind::Bridge(other) => {
                if !desk.bridge(id, *other, now) {
                    self.reject(now, id, kind.clone(), Rejection::Invalid);
                }
            }
            CommandKind::Unbridge => desk.unbridge(id, now),
            CommandKind::Mask(on) => {
                desk.mask(id, *on);
                // Where the adapter hears keys itself, it is told as well.
                return !self.ability.mask;
            }
            CommandKind::Accept(_)
            | CommandKind::Refuse(_)
            | CommandKind::Dial(_)
            | CommandKind::Listen(_)
            | CommandKind::Unlisten
            | CommandKind::SendDigits(_)
            | CommandKind::Transfer(_)
            | CommandKind::TransferProgress(_)
            | CommandKind::Hangup(_) => return false,
        }
        self.sound_out(now);
        true
    }

    /// A leg is connected with one of another adapter. One that is over lets go of its end.
    pub(super) fn relay(&mut self, now: Instant, id: LegId, relay: Relay) {
        let there = self.legs.contains_key(&id) && !self.closing.contains_key(&id);
        if let Some(desk) = self.desk.as_mut().filter(|_| there) {
            desk.relay(id, relay, now);
            self.sound_out(now);
        }
    }

    /// Whether the samples of its legs pass through this node.
    pub(super) const fn carries(&self) -> bool {
        self.desk.is_some()
    }

    /// A frame of audio of the adapter.
    pub(super) fn sound_in(&mut self, frame: &[u8]) {
        match &mut self.desk {
            Some(desk) if self.away.is_none() => desk.receive(frame),
            _ => self.counts.strange += 1,
        }
    }

    /// The adapter told a key, and how it came: what wants to be stopped by it is.
    pub(super) fn pressed(&mut self, now: Instant, leg: LegId, key: Option<(Symbol, KeySource)>) {
        if let (Some(desk), Some(key)) = (&mut self.desk, key) {
            desk.pressed(leg, key, now);
            self.sound_out(now);
        }
    }

    /// Whether time passes for what sounds: in touch, and while the last recordings end.
    pub(super) fn is_sounding(&self) -> bool {
        self.away.is_none_or(|away| away.lapsed)
    }

    /// Does the beats that are due, and lets legs go whose recordings have ended.
    pub(super) fn sound_due(&mut self, now: Instant) {
        let sounding = self.is_sounding();
        let Some(desk) = self.desk.as_mut().filter(|_| sounding) else { return };
        desk.tick(now);
        self.sound_out(now);
        let over = |id: &LegId| self.desk.as_ref().is_none_or(|desk| desk.is_idle(*id));
        let over: Vec<LegId> = self.closing.keys().copied().filter(over).collect();
        for id in over {
            if let Some((at, by, cause)) = self.closing.remove(&id) {
                self.end(at.max(now), id, by, cause);
            }
        }
    }

    /// A leg is to end: whether all of its sound has been told.
    pub(super) fn has_sounded_out(&mut self, now: Instant, id: LegId) -> bool {
        let Some(desk) = &mut self.desk else { return true };
        let out = desk.finish(id, now);
        self.sound_out(now);
        out
    }

    /// The adapter was started anew: prompts that were interrupted begin again. Whether that is done here.
    pub(super) fn play_anew<'a>(
        &mut self,
        now: Instant,
        id: LegId,
        plays: impl Iterator<Item = &'a Playing>,
    ) -> bool {
        let (Some(desk), Some(studio)) = (&mut self.desk, &self.studio) else { return false };
        let plays = plays.filter_map(|playing| match &playing.what {
            Sounding::Play(play) => Some((play.id, studio.sounds(play), play.stop_on)),
            Sounding::Music(_) => None,
        });
        desk.play_anew(id, plays.collect(), now);
        true
    }

    /// Passes on what is to be told, pressed and sent.
    fn sound_out(&mut self, now: Instant) {
        let Some(desk) = &mut self.desk else { return };
        let Done { told, keys, frames } = desk.take();
        for (id, (at, kind)) in told {
            if let (EventKind::PlayEnded { play, .. }, Some(leg)) = (&kind, self.legs.get_mut(&id))
            {
                let is_it = |what: &Sounding| matches!(what, Sounding::Play(p) if p.id == *play);
                leg.plays.retain(|playing| !is_it(&playing.what));
            }
            self.report(at, id, kind);
        }
        for (id, symbol) in keys {
            self.press(now, id, symbol);
        }
        if self.away.is_none() {
            self.outputs.extend(frames.into_iter().map(Output::Sound));
        }
    }
}
