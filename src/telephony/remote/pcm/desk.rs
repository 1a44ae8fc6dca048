//! All legs of one adapter, in one beat of 20 ms.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::frame::{Frame, Rate};
use super::line::{Line, Partner, Told};
use crate::call::{
    EventKind, KeySource, LegId, PlayId, Quality, Recording, RecordingId, SoundId, Symbol,
    SymbolSet,
};
use crate::media::Sound;
use crate::runtime::Relay;
use crate::storage::Tape;
use crate::time::{Duration, Instant};

/// The beat.
const BEAT: Duration = Duration::from_millis(20);
/// Beats that are caught up with after a late turn; older ones are left out.
const MAX_BURST: u64 = 5;

/// What a desk wants done.
#[derive(Debug, Default)]
pub(in crate::telephony::remote) struct Done {
    /// What there is to tell.
    pub(in crate::telephony::remote) told: Vec<(LegId, Told)>,
    /// Keys to be pressed towards the far side of a leg: those of whom it is connected with.
    pub(in crate::telephony::remote) keys: Vec<(LegId, Symbol)>,
    /// The frames to be sent.
    pub(in crate::telephony::remote) frames: Vec<Vec<u8>>,
}

/// The sound of an adapter's legs.
#[derive(Debug)]
pub(in crate::telephony::remote) struct Desk {
    rate: Rate,
    /// Whether keys come as tones.
    tones: bool,
    lines: BTreeMap<LegId, Line>,
    numbers: BTreeMap<u32, LegId>,
    /// When the next beat is due; `None` while there are no legs.
    due: Option<Instant>,
    done: Done,
    /// Frames that reached no ear: of unknown legs, misshapen, late, twice, too many.
    dropped: u64,
}

impl Desk {
    pub(in crate::telephony::remote) const fn new(rate: Rate, tones: bool) -> Self {
        Self {
            rate,
            tones,
            lines: BTreeMap::new(),
            numbers: BTreeMap::new(),
            due: None,
            done: Done { told: Vec::new(), keys: Vec::new(), frames: Vec::new() },
            dropped: 0,
        }
    }

    /// The adapter says anew how its frames are, and whether keys come as tones. Its legs go on.
    pub(in crate::telephony::remote) fn set(&mut self, rate: Rate, tones: bool) {
        (self.rate, self.tones) = (rate, tones);
        self.lines.values_mut().for_each(|line| line.set(rate, tones));
    }

    /// A leg begins; `false` if another one has its number.
    pub(in crate::telephony::remote) fn begin(
        &mut self,
        leg: LegId,
        number: u32,
        now: Instant,
    ) -> bool {
        if self.numbers.contains_key(&number) {
            return false;
        }
        self.numbers.insert(number, leg);
        self.lines.insert(leg, Line::new(number, self.rate, self.tones));
        self.due.get_or_insert(now + BEAT);
        true
    }

    /// A leg is to end: nothing sounds any more, a recording ends. Whether there is nothing left to tell of it.
    pub(in crate::telephony::remote) fn finish(&mut self, leg: LegId, now: Instant) -> bool {
        self.unbridge(leg, now);
        let Some(line) = self.lines.get_mut(&leg) else { return true };
        line.deck.hang_up(now);
        line.deck.is_idle()
    }

    /// A leg is gone.
    pub(in crate::telephony::remote) fn end(&mut self, leg: LegId) {
        let Some(line) = self.lines.remove(&leg) else { return };
        self.numbers.remove(&line.number);
        self.dropped += line.dropped();
        if line.dropped() > 0 {
            tracing::debug!(%leg, frames = line.dropped(), "Frames of audio were dropped.");
        }
        if self.lines.is_empty() {
            self.due = None;
        }
    }

    /// How a leg's frames came.
    pub(in crate::telephony::remote) fn quality(&self, leg: LegId) -> Option<Quality> {
        self.lines.get(&leg).map(Line::quality)
    }

    /// A message of the adapter.
    pub(in crate::telephony::remote) fn receive(&mut self, bytes: &[u8]) {
        let frame = Frame::read(bytes, self.rate);
        let of = |frame: &Frame| self.numbers.get(&frame.line).copied();
        let leg = frame.as_ref().and_then(of);
        match (frame, leg.and_then(|leg| self.lines.get_mut(&leg))) {
            (Some(frame), Some(line)) => line.receive(frame),
            _ => self.dropped += 1,
        }
    }

    /// Frames that reached no ear.
    #[cfg(test)]
    pub(super) fn dropped(&self) -> u64 {
        self.dropped + self.lines.values().map(Line::dropped).sum::<u64>()
    }

    // ---- orders

    /// Plays sounds behind what plays already.
    pub(in crate::telephony::remote) fn play(
        &mut self,
        leg: LegId,
        (id, sounds, stop_on): (PlayId, Vec<Arc<Sound>>, SymbolSet),
        now: Instant,
    ) {
        self.with(leg, |line, told| line.play(id, sounds, stop_on, now, told));
    }

    /// Begins plays again that were interrupted, in the place of whatever plays. Nothing is told of those.
    pub(in crate::telephony::remote) fn play_anew(
        &mut self,
        leg: LegId,
        plays: Vec<(PlayId, Vec<Arc<Sound>>, SymbolSet)>,
        now: Instant,
    ) {
        let Some(line) = self.lines.get_mut(&leg) else { return };
        line.silence(now);
        for play in plays {
            self.play(leg, play, now);
        }
    }

    /// Stops a play.
    pub(in crate::telephony::remote) fn stop(&mut self, leg: LegId, id: PlayId, now: Instant) {
        self.with(leg, |line, told| line.stop(id, now, told));
    }

    /// Sets or ends music.
    pub(in crate::telephony::remote) fn music(
        &mut self,
        leg: LegId,
        music: Option<(SoundId, Arc<Sound>)>,
    ) {
        self.with(leg, |line, _| line.music(music));
    }

    /// Begins to record.
    pub(in crate::telephony::remote) fn record(
        &mut self,
        leg: LegId,
        order: &Recording,
        tape: Tape,
        now: Instant,
    ) {
        self.with(leg, |line, _| line.deck.begin(order, tape, now));
    }

    /// Stops a recording.
    pub(in crate::telephony::remote) fn stop_recording(
        &mut self,
        leg: LegId,
        id: &RecordingId,
        now: Instant,
    ) {
        self.with(leg, |line, _| line.deck.stop(id, now));
    }

    /// Keeps what is keyed secret, or no longer.
    pub(in crate::telephony::remote) fn mask(&mut self, leg: LegId, on: bool) {
        self.with(leg, |line, _| line.masked = on);
    }

    /// The adapter tells a key, and how it came.
    pub(in crate::telephony::remote) fn pressed(
        &mut self,
        leg: LegId,
        (symbol, source): (Symbol, KeySource),
        now: Instant,
    ) {
        self.with(leg, |line, told| line.pressed(symbol, now, told));
        let other = self.lines.get(&leg).and_then(|line| line.pass_key(symbol, source));
        self.done.keys.extend(other.map(|other| (other, symbol)));
    }

    /// Connects two legs; `false` if one of them is not there.
    pub(in crate::telephony::remote) fn bridge(
        &mut self,
        a: LegId,
        b: LegId,
        now: Instant,
    ) -> bool {
        if a == b || !self.lines.contains_key(&a) || !self.lines.contains_key(&b) {
            return false;
        }
        for leg in [a, b] {
            self.unbridge(leg, now);
        }
        for (leg, other) in [(a, b), (b, a)] {
            self.with(leg, |line, told| {
                line.hush(now, told);
                line.bridged = Some(Partner::Leg(other));
                told.push((now, EventKind::Bridged));
            });
        }
        true
    }

    /// Connects a leg with one of another adapter; one that is not there lets go of its end.
    pub(in crate::telephony::remote) fn relay(&mut self, leg: LegId, relay: Relay, now: Instant) {
        self.unbridge(leg, now);
        self.with(leg, |line, told| {
            line.hush(now, told);
            line.bridged = Some(Partner::Afar(relay));
            told.push((now, EventKind::Bridged));
        });
    }

    /// Takes a bridge apart.
    pub(in crate::telephony::remote) fn unbridge(&mut self, leg: LegId, now: Instant) {
        let other = self.lines.get_mut(&leg).and_then(|line| line.bridged.take());
        let Some(other) = other else { return };
        self.with(leg, |line, told| line.unbridge(now, told));
        let Partner::Leg(other) = other else { return };
        self.with(other, |line, told| line.unbridge(now, told));
    }

    fn with(&mut self, leg: LegId, work: impl FnOnce(&mut Line, &mut Vec<Told>)) {
        let Some(line) = self.lines.get_mut(&leg) else { return };
        let mut told = Vec::new();
        work(line, &mut told);
        self.done.told.extend(told.into_iter().map(|told| (leg, told)));
    }

    // ---- the beat

    /// When the next beat is due.
    pub(in crate::telephony::remote) const fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// After a time without touch the beat goes on from now. Keys of then mean nothing any more.
    pub(in crate::telephony::remote) fn go_on(&mut self, now: Instant) {
        for line in self.lines.values() {
            while line.next_key().is_some() {}
        }
        if let Some(due) = &mut self.due {
            *due = now + BEAT;
        }
    }

    /// Does the beats that are due.
    pub(in crate::telephony::remote) fn tick(&mut self, now: Instant) {
        while let Some(due) = self.due.filter(|due| *due <= now) {
            let behind = now.since(due).as_micros() / BEAT.as_micros();
            let skipped = behind.saturating_sub(MAX_BURST);
            self.due = Some(due + BEAT.times(skipped + 1));
            self.beat(now.min(due + BEAT.times(skipped)));
        }
    }

    fn beat(&mut self, now: Instant) {
        for (leg, line) in &self.lines {
            let keys = std::iter::from_fn(|| line.next_key());
            self.done.keys.extend(keys.map(|symbol| (*leg, symbol)));
        }
        let left = |(leg, line): (&LegId, &Line)| line.is_left().then_some(*leg);
        let left: Vec<LegId> = self.lines.iter().filter_map(left).collect();
        left.into_iter().for_each(|leg| self.unbridge(leg, now));
        let mut heard = BTreeMap::new();
        for (leg, line) in &mut self.lines {
            let mut told = Vec::new();
            let said = line.hear(now, &mut told);
            self.done.told.extend(told.into_iter().map(|told| (*leg, told)));
            if let (Some(other), Some(said)) = (line.beside(), said) {
                heard.insert(other, said);
            }
        }
        self.record_talks(now);
        for (leg, line) in &mut self.lines {
            let mut told = Vec::new();
            let other = heard.get(leg).map(Vec::as_slice);
            self.done.frames.extend(line.say(other, now, &mut told));
            self.done.told.extend(told.into_iter().map(|told| (*leg, told)));
        }
    }

    fn record_talks(&mut self, now: Instant) {
        let talking = |(leg, line): (&LegId, &Line)| {
            line.is_in_recorded_talk().then(|| (*leg, line.beside()))
        };
        let pairs: Vec<_> = self.lines.iter().filter_map(talking).collect();
        for (leg, beside) in pairs {
            let said = match beside {
                // Whose keys are secret says nothing, and is told nothing.
                Some(other) => self.lines.get(&other).filter(|line| !line.masked).map(Line::said),
                None => self.lines.get(&leg).map(Line::relayed),
            };
            if let (Some(said), Some(line)) = (said, self.lines.get_mut(&leg)) {
                line.record_talk(said, now);
            }
        }
    }

    /// What it wants done since the last time.
    pub(in crate::telephony::remote) fn take(&mut self) -> Done {
        std::mem::take(&mut self.done)
    }

    /// Whether everything of a leg was told.
    pub(in crate::telephony::remote) fn is_idle(&self, leg: LegId) -> bool {
        self.lines.get(&leg).is_none_or(|line| line.deck.is_idle())
    }
}
