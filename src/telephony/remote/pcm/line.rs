//! The sound of one leg: what it says, what it hears, and who listens.

use std::sync::Arc;

use super::ear::{Ear, Tally};
use super::frame::{Frame, NARROW, Rate, WIDE};
use super::tape::Deck;
use crate::call::{EventKind, KeySource, LegId, PlayId, Quality, SoundId, Symbol, SymbolSet};
use crate::media::{
    Codec, Doubler, Ended, Filled, Halver, Law, Part, Player, Sound, ToneDetector, Tones, Voice,
};
use crate::runtime::Relay;
use crate::time::{Duration, Instant};

/// The time of one sample of 8 kHz.
const SAMPLE: Duration = Duration::from_micros(125);

/// Something that a leg has to tell, and when it happened.
pub(in crate::telephony::remote) type Told = (Instant, EventKind);

/// Whom a leg is connected with.
#[derive(Debug)]
pub(super) enum Partner {
    /// A leg of the same adapter.
    Leg(LegId),
    /// A leg of another one.
    Afar(Relay),
}

/// One leg.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number in frames.
    pub(super) number: u32,
    rate: Rate,
    ear: Ear,
    halver: Halver,
    doubler: Doubler,
    player: Player,
    pub(super) deck: Deck,
    /// What listens for keys, where they come as tones.
    tones: Option<Box<ToneDetector>>,
    /// Whether a key came as a tone, so that whoever hears the line hears its keys.
    has_tones: bool,
    /// Samples of 8 kHz that were heard, and those of them before anything listened for keys.
    heard: u64,
    unheeded: u64,
    pub(super) masked: bool,
    /// Whom it is connected with.
    pub(super) bridged: Option<Partner>,
    /// The position of the next frame that it is sent.
    timestamp: u32,
    /// Frames that it was sent.
    sent: u64,
    /// The latest 20 ms that it said, in 8 kHz; `None` = nothing came, or it is masked.
    said: Option<[i16; NARROW]>,
    /// The latest 20 ms that a leg of another adapter said to it; `None` = nothing came.
    relayed: Option<[i16; NARROW]>,
}

impl Line {
    pub(super) fn new(number: u32, rate: Rate, tones: bool) -> Self {
        Self {
            number,
            rate,
            ear: Ear::new(rate.samples()),
            halver: Halver::default(),
            doubler: Doubler::default(),
            player: Player::default(),
            deck: Deck::default(),
            tones: tones.then(Box::default),
            has_tones: false,
            heard: 0,
            unheeded: 0,
            masked: false,
            bridged: None,
            timestamp: 0,
            sent: 0,
            said: None,
            relayed: None,
        }
    }

    /// The adapter says anew how its frames are, and whether keys come as tones. All that plays, is recorded or connected
    /// is of 8 kHz here and goes on.
    pub(super) fn set(&mut self, rate: Rate, tones: bool) {
        if self.rate != rate {
            self.rate = rate;
            self.ear.begin_anew(rate.samples());
            (self.halver, self.doubler) = (Halver::default(), Doubler::default());
        }
        if self.tones.is_some() != tones {
            self.tones = tones.then(Box::default);
            (self.has_tones, self.unheeded) = (false, self.heard);
        }
    }

    /// Takes a frame of the adapter.
    pub(super) fn receive(&mut self, frame: Frame) {
        self.ear.receive(frame.timestamp, frame.samples);
    }

    /// Frames that came too late, twice, or were too many.
    pub(super) const fn dropped(&self) -> u64 {
        self.ear.dropped
    }

    /// How its frames came, for the record. Those that were too many to wait count as too late.
    pub(super) fn quality(&self) -> Quality {
        let Tally { received, twice, out_of_order } = self.ear.tally;
        let late = self.ear.dropped.saturating_sub(twice);
        let sent = self.sent;
        Quality { received, duplicates: twice, out_of_order, late, sent, ..Quality::default() }
    }

    // ---- orders

    pub(super) fn play(
        &mut self,
        id: PlayId,
        sounds: Vec<Arc<Sound>>,
        stop_on: SymbolSet,
        now: Instant,
        told: &mut Vec<Told>,
    ) {
        tell(self.player.play(id, sounds, stop_on, now), now, told);
    }

    pub(super) fn stop(&mut self, id: PlayId, now: Instant, told: &mut Vec<Told>) {
        tell(self.player.stop(id, now), now, told);
    }

    pub(super) fn music(&mut self, music: Option<(SoundId, Arc<Sound>)>) {
        self.player.set_music(music);
    }

    /// Ends plays and music.
    pub(super) fn hush(&mut self, now: Instant, told: &mut Vec<Told>) {
        let mut ended = Vec::new();
        self.player.stop_all(now, &mut ended);
        self.player.set_music(None);
        tell(ended, now, told);
    }

    /// Forgets what plays. Nothing is told of it, and music stays.
    pub(super) fn silence(&mut self, now: Instant) {
        self.player.stop_all(now, &mut Vec::new());
    }

    /// A key was pressed: what wants to be stopped by it is.
    pub(super) fn pressed(&mut self, symbol: Symbol, now: Instant, told: &mut Vec<Told>) {
        let mut ended = Vec::new();
        self.player.key(symbol, now, &mut ended);
        self.deck.pressed(symbol, now);
        tell(ended, now, told);
    }

    /// The adapter told a key: whom it is connected with is told too, unless the key is a secret or in the audio. A leg of
    /// the same adapter is returned.
    pub(super) fn pass_key(&self, symbol: Symbol, source: KeySource) -> Option<LegId> {
        if self.masked || self.has_tones || source == KeySource::InBand {
            return None;
        }
        if let Some(Partner::Afar(relay)) = &self.bridged {
            relay.press(symbol);
        }
        self.beside()
    }

    /// The next key of the leg of another adapter that it is connected with.
    pub(super) fn next_key(&self) -> Option<Symbol> {
        match &self.bridged {
            Some(Partner::Afar(relay)) => relay.next_key(),
            Some(Partner::Leg(_)) | None => None,
        }
    }

    // ---- each 20 ms

    /// Hears the next 20 ms; what a bridged leg is to hear of it.
    pub(super) fn hear(&mut self, now: Instant, told: &mut Vec<Told>) -> Option<Vec<i16>> {
        let part = self.ear.part();
        let narrow = match (&part, self.rate) {
            (None, _) => None,
            (Some(part), Rate::Narrow) => part.first_chunk::<NARROW>().copied(),
            (Some(part), Rate::Wide) => part.first_chunk::<WIDE>().map(|wide| {
                let mut narrow = [0; NARROW];
                self.halver.halve(wide, &mut narrow);
                narrow
            }),
        };
        let position = self.position();
        self.said = narrow.filter(|_| !self.masked);
        self.heard += NARROW as u64;
        if let Some(samples) = &narrow {
            self.deck.hear(position, samples, self.masked);
            if let Some(Partner::Afar(relay)) = &self.bridged
                && !self.masked
            {
                relay.say(samples);
            }
        }
        self.listen(&narrow.unwrap_or([0; NARROW]), narrow.is_none(), now, told);
        self.deck.turn(now, |kind| told.push((now, kind)));
        part.filter(|_| !self.masked)
    }

    /// The latest 20 ms that it said, in 8 kHz; `None` = nothing came, or it is masked.
    pub(super) const fn said(&self) -> Option<[i16; NARROW]> {
        self.said
    }

    /// What a leg of another adapter said to it of late.
    pub(super) const fn relayed(&self) -> Option<[i16; NARROW]> {
        self.relayed
    }

    /// Whether a talk of it goes on, and is recorded.
    pub(super) const fn is_in_recorded_talk(&self) -> bool {
        self.bridged.is_some() && self.deck.is_of_talk()
    }

    /// Has the latest 20 ms of a talk recorded, if it is: what this leg said, and what the one it is connected with did.
    /// Nothing of it is while keys of either are secret.
    pub(super) fn record_talk(&mut self, other: Option<[i16; NARROW]>, now: Instant) {
        let Some(before) = self.heard.checked_sub(NARROW as u64).filter(|_| !self.masked) else {
            return;
        };
        let [a, b, c, d, ..] = before.to_le_bytes();
        let position = u32::from_le_bytes([a, b, c, d]);
        for (voice, said) in [(Voice::Caller, self.said), (Voice::Other, other)] {
            if let Some(said) = said {
                self.deck.hear_talk(voice, position, &said, now);
            }
        }
    }

    /// The position of the next sample to be heard, as recordings count.
    fn position(&self) -> u32 {
        let [a, b, c, d, ..] = self.heard.to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// Listens for keys in 20 ms.
    fn listen(&mut self, samples: &[i16], made_up: bool, now: Instant, told: &mut Vec<Told>) {
        let Some(tones) = &mut self.tones else { return };
        let mut pressed = Vec::new();
        tones.hear(samples, made_up, |heard| match heard {
            Tones::Pressed { symbol, onset } => pressed.push((symbol, onset)),
            Tones::Released { .. } => {}
        });
        let held = tones.held();
        self.has_tones |= !pressed.is_empty();
        let listened = self.heard - self.unheeded;
        for (symbol, onset) in pressed {
            let pressed_at = now.before(SAMPLE.times(listened.saturating_sub(onset)));
            let source = KeySource::InBand;
            told.push((now, EventKind::Digit { symbol, source, pressed_at }));
            self.pressed(symbol, now, told);
        }
        if let Some((_, onset)) = held {
            let position = self.position();
            self.deck.tone(position, listened.saturating_sub(onset));
        }
    }

    /// The next 20 ms for the leg: what the other one says, else what plays; `None` where nothing sounds.
    pub(super) fn say(
        &mut self,
        other: Option<&[i16]>,
        now: Instant,
        told: &mut Vec<Told>,
    ) -> Option<Vec<u8>> {
        let frame = self.next_frame(other, now, told);
        self.sent += u64::from(frame.is_some());
        frame
    }

    fn next_frame(
        &mut self,
        other: Option<&[i16]>,
        now: Instant,
        told: &mut Vec<Told>,
    ) -> Option<Vec<u8>> {
        let timestamp = self.timestamp;
        let length = u32::try_from(self.rate.samples()).unwrap_or(0);
        self.timestamp = self.timestamp.wrapping_add(length);
        let (mut payload, mut samples) = ([0; NARROW], [0; NARROW]);
        match &self.bridged {
            Some(Partner::Leg(_)) => {
                return other.map(|samples| Frame::write(self.number, timestamp, samples));
            }
            Some(Partner::Afar(relay)) => {
                self.relayed = relay.hear(&mut samples).then_some(samples);
                return self.relayed.map(|samples| self.frame(timestamp, &samples));
            }
            None => {}
        }
        let mut part =
            Part { codec: Codec::Pcmu, payload: &mut payload, samples: &mut samples, both: false };
        let mut ended = Vec::new();
        let filled = self.player.part(now, &mut part, &mut ended);
        tell(ended, now, told);
        match filled {
            Filled::Nothing => return None,
            Filled::Samples => {}
            Filled::Payload => samples = payload.map(|byte| Law::Mu.decode(byte)),
        }
        Some(self.frame(timestamp, &samples))
    }

    /// A frame of samples of 8 kHz.
    fn frame(&mut self, timestamp: u32, samples: &[i16; NARROW]) -> Vec<u8> {
        match self.rate {
            Rate::Narrow => Frame::write(self.number, timestamp, samples),
            Rate::Wide => {
                let mut wide = [0; WIDE];
                Frame::write(self.number, timestamp, self.doubler.double(samples, &mut wide))
            }
        }
    }

    /// The leg of the same adapter that it is connected with.
    pub(super) const fn beside(&self) -> Option<LegId> {
        match &self.bridged {
            Some(Partner::Leg(leg)) => Some(*leg),
            Some(Partner::Afar(_)) | None => None,
        }
    }

    /// Takes its side of a bridge apart and tells of it.
    pub(super) fn unbridge(&mut self, now: Instant, told: &mut Vec<Told>) {
        self.bridged = None;
        told.push((now, EventKind::Unbridged { quality: Some(self.quality()) }));
    }

    /// Whether it was connected with a leg of another adapter that is no longer there.
    pub(super) fn is_left(&self) -> bool {
        matches!(&self.bridged, Some(Partner::Afar(relay)) if relay.is_over())
    }
}

/// Plays that ended, as events.
fn tell(ended: impl IntoIterator<Item = Ended>, now: Instant, told: &mut Vec<Told>) {
    told.extend(ended.into_iter().map(|Ended { play, end, heard, audible_end }| {
        (now, EventKind::PlayEnded { play, end, heard, audible_end: audible_end.min(now) })
    }));
}
