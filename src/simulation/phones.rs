//! Telephones on paper: they take commands and report as an adapter would, by the clock they are handed.

mod taping;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use self::taping::Taping;
use crate::call::{
    AdapterId, Answering, Command, CommandKind, Dial, EndedBy, Event, EventKind, HangupCause, Item,
    KeySource, LegId, Offer, Origin, Play, PlayEnd, Quality, RecordingEnd, Rejection, Report,
    SoundId, Symbol, TransferRequest,
};
use crate::time::{Duration, Instant};

/// How long anything takes on paper lines: nothing but the sounds themselves.
pub type ItemDuration = Arc<dyn Fn(&Item) -> Duration + Send + Sync>;

/// All telephones of one adapter.
#[derive(Clone)]
pub struct Phones {
    legs: BTreeMap<LegId, Leg>,
    /// When something ends by itself, leg by leg: mirrors the deadlines of the legs.
    due: BTreeSet<(Instant, LegId)>,
    reports: VecDeque<Report>,
    item_duration: ItemDuration,
    offered: u64,
}

impl std::fmt::Debug for Phones {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phones").field("legs", &self.legs).finish_non_exhaustive()
    }
}

/// One telephone.
#[derive(Debug, Clone)]
pub struct Leg {
    /// Which side called.
    pub side: Side,
    /// Where the leg stands.
    pub state: LegState,
    /// The music under everything else.
    pub music: Option<SoundId>,
    /// Whom it is bridged with.
    pub bridged: Option<LegId>,
    /// What its media is said to have been like.
    quality: Option<Quality>,
    plays: VecDeque<Playing>,
    taping: Option<Taping>,
    /// Whether nobody wants to know what its owner says.
    unheard: bool,
    /// Until when its owner speaks.
    speaks_until: Instant,
    /// Its entry among what is due.
    listed: Option<Instant>,
}

/// Which side called.
#[derive(Debug, Clone)]
pub enum Side {
    /// The telephone called us.
    Caller,
    /// We called the telephone.
    Dialled(Box<Dial>),
}

impl Side {
    /// Whether the telephone called us.
    #[must_use]
    pub const fn is_caller(&self) -> bool {
        matches!(self, Self::Caller)
    }

    /// Whether we called the telephone.
    #[must_use]
    pub const fn is_dialled(&self) -> bool {
        matches!(self, Self::Dialled(_))
    }
}

/// Where a leg stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegState {
    /// It rings; a dialled one until the given time.
    Ringing(Instant),
    /// Both sides are on the line.
    Answered,
}

#[derive(Debug, Clone)]
struct Playing {
    play: Play,
    begins: Instant,
    ends: Instant,
}

/// The adapter id of paper telephones.
const ADAPTER: AdapterId = AdapterId(0);

impl Phones {
    /// No telephones yet; `item_duration` says how long each item sounds.
    #[must_use]
    pub const fn new(item_duration: ItemDuration) -> Self {
        Self {
            legs: BTreeMap::new(),
            due: BTreeSet::new(),
            reports: VecDeque::new(),
            item_duration,
            offered: 0,
        }
    }

    /// A telephone calls a number.
    pub fn call(&mut self, now: Instant, origin: Origin) -> LegId {
        self.offer(now, Offer { origin, dtmf: true, ..Offer::default() })
    }

    /// From now on a telephone's media is told to have been like this. Without a word it is not measured.
    pub fn measure(&mut self, leg: LegId, quality: Quality) {
        if let Some(phone) = self.legs.get_mut(&leg) {
            phone.quality = Some(quality);
        }
    }

    /// A telephone calls a number whose keys cannot arrive.
    pub fn call_without_keys(&mut self, now: Instant, called: &str) -> LegId {
        self.offer(now, Offer { origin: Origin::new(called, None), ..Offer::default() })
    }

    /// The telephone of a registered user calls, perhaps to take the place of another leg.
    pub fn call_as(
        &mut self,
        now: Instant,
        user: &str,
        called: &str,
        replaces: Option<LegId>,
    ) -> LegId {
        let (origin, user) = (Origin::new(called, Some(user)), Some(user.into()));
        self.offer(now, Offer { origin, dtmf: true, user, replaces, ..Offer::default() })
    }

    fn offer(&mut self, now: Instant, offer: Offer) -> LegId {
        let leg = LegId { adapter: ADAPTER, number: self.offered * 2 + 1 };
        self.offered += 1;
        self.insert(leg, Side::Caller, now);
        self.report(now, leg, EventKind::Offered(offer));
        leg
    }

    /// The owner of a leg asks that the party they talk with be connected with somebody else.
    pub fn refer(&mut self, now: Instant, leg: LegId, to: &str, replaces: Option<LegId>) {
        if self.legs.contains_key(&leg) {
            let wanted = TransferRequest { to: to.into(), replaces };
            self.report(now, leg, EventKind::TransferRequested(wanted));
        }
    }

    /// Its owner speaks for a while from now, into whatever recording runs or begins meanwhile.
    pub fn speak(&mut self, now: Instant, leg: LegId, length: Duration) {
        let Some(phone) = self.legs.get_mut(&leg) else { return };
        phone.speaks_until = phone.speaks_until.max(now + length);
        if let Some(taping) = &mut phone.taping {
            taping.spoken = Some(phone.speaks_until);
        }
        self.list(leg);
    }

    /// A key is pressed. A recording that it ends, ends at once. A play that lists it in `stop_on` stops at once, and so
    /// do those behind it that list it too, as in a real adapter.
    pub fn press(&mut self, now: Instant, leg: LegId, symbol: Symbol) {
        if !self.legs.contains_key(&leg) {
            return;
        }
        let stops = |phone: &Leg| {
            phone.plays.front().is_some_and(|playing| playing.play.stop_on.contains(symbol))
        };
        while self.legs.get(&leg).is_some_and(stops) {
            self.end_play(now, leg, 0, PlayEnd::Stopped);
        }
        let phone = self.legs.get(&leg).and_then(|phone| phone.taping.as_ref());
        if phone.is_some_and(|taping| taping.recording.end_on.contains(symbol)) {
            self.end_recording(now, leg, RecordingEnd::Key);
        }
        let source = KeySource::Simulated;
        self.report(now, leg, EventKind::Digit { symbol, source, pressed_at: now });
    }

    /// Words are said.
    pub fn say(&mut self, now: Instant, leg: LegId, text: &str) {
        if self.legs.get(&leg).is_some_and(|phone| !phone.unheard) {
            let said = EventKind::Said { text: text.into(), confidence: None, started_at: now };
            self.report(now, leg, said);
        }
    }

    /// The far side of a leg hangs up, or gives up ringing.
    pub fn hang_up(&mut self, now: Instant, leg: LegId, cause: HangupCause) {
        self.end(now, leg, EndedBy::Caller, cause);
    }

    /// Whatever plays, and waits to be played, lasts until `end` at least: a live line takes longer than its words.
    pub(super) fn stretch_plays(&mut self, leg: LegId, end: Instant) {
        let Some(phone) = self.legs.get_mut(&leg) else { return };
        if let Some(last) = phone.plays.back_mut() {
            last.ends = last.ends.max(end);
            self.list(leg);
        }
    }

    /// Whatever plays, and waits to be played, has been heard to its end.
    pub(super) fn finish_plays(&mut self, now: Instant, leg: LegId) {
        while self.legs.get(&leg).is_some_and(Leg::is_playing) {
            self.end_play(now, leg, 0, PlayEnd::Finished);
        }
    }

    /// The far side of a leg puts us on hold (`true`) or comes back.
    pub fn hold(&mut self, now: Instant, leg: LegId, held: bool) {
        if self.legs.contains_key(&leg) {
            self.report(now, leg, if held { EventKind::Held } else { EventKind::Resumed });
        }
    }

    /// A dialled telephone is picked up.
    pub fn pick_up(&mut self, now: Instant, leg: LegId) {
        if let Some(phone) = self.legs.get_mut(&leg)
            && matches!(phone.state, LegState::Ringing(_))
        {
            phone.state = LegState::Answered;
            self.list(leg);
            self.report(now, leg, EventKind::Answered);
        }
    }

    /// A registered telephone comes or goes.
    pub fn register(&mut self, user: &str, reachable: bool) {
        self.reports.push_back(Report::Endpoint { user: user.into(), reachable });
    }

    /// Obeys a command at `now`.
    pub fn obey(&mut self, now: Instant, command: Command) {
        let leg = command.leg;
        if let CommandKind::Dial(dial) = command.kind {
            let until = now + dial.ring;
            self.insert(leg, Side::Dialled(dial), until);
            return self.report(now, leg, EventKind::Ringing);
        }
        let Some(phone) = self.legs.get_mut(&leg) else { return };
        match command.kind {
            CommandKind::Accept(Answering::Answer) => {
                phone.state = LegState::Answered;
                self.list(leg);
                self.report(now, leg, EventKind::Answered);
            }
            CommandKind::Accept(Answering::Ring | Answering::Early)
            | CommandKind::SendDigits(_)
            | CommandKind::TransferProgress(_)
            | CommandKind::Mask(_) => {}
            CommandKind::Listen(_) => phone.unheard = false,
            CommandKind::Unlisten => phone.unheard = true,
            CommandKind::Transfer(_) => {
                let (command, reason) = (command.kind, Rejection::Unsupported);
                self.report(now, leg, EventKind::Rejected { command, reason });
            }
            CommandKind::Refuse(cause) | CommandKind::Hangup(cause) => {
                self.end(now, leg, EndedBy::System, cause)
            }
            CommandKind::Play(play) => self.play(now, leg, play),
            CommandKind::Stop(id) => {
                if let Some(place) = phone.plays.iter().position(|playing| playing.play.id == id) {
                    self.end_play(now, leg, place, PlayEnd::Stopped);
                }
            }
            CommandKind::Music(sound) => phone.music = sound,
            CommandKind::Bridge(other) => self.bridge(now, leg, other),
            CommandKind::Unbridge => {
                if phone.bridged.is_some() {
                    let quality = phone.quality.clone();
                    self.report(now, leg, EventKind::Unbridged { quality });
                }
                self.unbridge(now, leg);
            }
            CommandKind::Record(recording) if phone.taping.is_some() => {
                let (command, reason) = (CommandKind::Record(recording), Rejection::Invalid);
                self.report(now, leg, EventKind::Rejected { command, reason });
            }
            CommandKind::Record(recording) => {
                let spoken = Some(phone.speaks_until).filter(|until| *until > now);
                phone.taping = Some(Taping { recording, since: now, spoken });
                self.list(leg);
            }
            CommandKind::StopRecording(id) => {
                if phone.taping.as_ref().is_some_and(|taping| taping.recording.id == id) {
                    self.end_recording(now, leg, RecordingEnd::Stopped);
                }
            }
            CommandKind::Dial(_) => {}
        }
    }

    /// The next report, in the order of events.
    pub fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }

    /// When something ends by itself: a play, or a ring.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Time has come: what is due ends.
    pub fn tick(&mut self, now: Instant) {
        while let Some(&(at, leg)) = self.due.first() {
            if at > now {
                return;
            }
            let Some(phone) = self.legs.get(&leg) else { return };
            match &phone.taping {
                _ if phone.plays.front().is_some_and(|playing| playing.ends <= at) => {
                    self.end_play(at, leg, 0, PlayEnd::Finished);
                }
                Some(taping) => {
                    let end = taping.due().1;
                    self.end_recording(at, leg, end);
                }
                None => self.end(at, leg, EndedBy::System, HangupCause::NoAnswer),
            }
        }
    }

    /// A live leg.
    #[must_use]
    pub fn leg(&self, leg: LegId) -> Option<&Leg> {
        self.legs.get(&leg)
    }

    /// All live legs, callers and dialled ones.
    pub fn legs(&self) -> impl Iterator<Item = (LegId, &Leg)> {
        self.legs.iter().map(|(id, leg)| (*id, leg))
    }

    fn insert(&mut self, leg: LegId, side: Side, until: Instant) {
        let state = LegState::Ringing(until);
        let (speaks_until, quality) = (Instant::ZERO, None);
        let plays = VecDeque::new();
        let (music, bridged, taping, listed) = (None, None, None, None);
        let unheard = false;
        let phone = Leg {
            side,
            state,
            music,
            bridged,
            quality,
            plays,
            taping,
            unheard,
            speaks_until,
            listed,
        };
        self.legs.insert(leg, phone);
        self.list(leg);
    }

    /// Lists a leg by its deadline, after anything that may have moved that.
    fn list(&mut self, leg: LegId) {
        let Some(phone) = self.legs.get_mut(&leg) else { return };
        let deadline = phone.deadline();
        if phone.listed != deadline {
            if let Some(at) = phone.listed {
                self.due.remove(&(at, leg));
            }
            phone.listed = deadline;
            self.due.extend(deadline.map(|at| (at, leg)));
        }
    }

    fn report(&mut self, at: Instant, leg: LegId, kind: EventKind) {
        self.reports.push_back(Report::Leg(Event { at, leg, kind }));
    }

    fn play(&mut self, now: Instant, leg: LegId, play: Play) {
        let length =
            play.items.iter().fold(Duration::ZERO, |sum, item| sum + (self.item_duration)(item));
        let Some(phone) = self.legs.get_mut(&leg) else { return };
        let begins = phone.plays.back().map_or(now, |last| last.ends);
        phone.plays.push_back(Playing { play, begins, ends: begins + length });
        self.list(leg);
    }

    fn end_play(&mut self, now: Instant, leg: LegId, place: usize, end: PlayEnd) {
        let Some(phone) = self.legs.get_mut(&leg) else { return };
        let Some(ended) = phone.plays.remove(place) else { return };
        // What waits behind it moves up without a gap.
        let mut at = if place == 0 { now.max(ended.begins) } else { phone.plays[place - 1].ends };
        for playing in phone.plays.iter_mut().skip(place) {
            let length = playing.ends - playing.begins;
            playing.begins = at;
            playing.ends = at + length;
            at = playing.ends;
        }
        let heard = now.since(ended.begins);
        self.list(leg);
        self.report(
            now,
            leg,
            EventKind::PlayEnded { play: ended.play.id, end, heard, audible_end: now },
        );
    }

    fn end_recording(&mut self, now: Instant, leg: LegId, end: RecordingEnd) {
        let taping = self.legs.get_mut(&leg).and_then(|phone| phone.taping.take());
        let Some(taping) = taping else { return };
        let until = match end {
            RecordingEnd::Silence => taping.spoken.unwrap_or(taping.since),
            RecordingEnd::Key
            | RecordingEnd::Limit
            | RecordingEnd::Stopped
            | RecordingEnd::Hangup
            | RecordingEnd::Failed => now,
        };
        let (recording, lasted) = (taping.recording.id, until.since(taping.since));
        self.list(leg);
        self.report(now, leg, EventKind::Recorded { recording, end, lasted });
    }

    fn bridge(&mut self, now: Instant, leg: LegId, other: LegId) {
        if !self.legs.contains_key(&other) {
            let command = CommandKind::Bridge(other);
            return self.report(
                now,
                leg,
                EventKind::Rejected { command, reason: Rejection::UnknownLeg },
            );
        }
        for (one, with) in [(leg, other), (other, leg)] {
            if self.legs.get(&one).is_some_and(|phone| phone.bridged != Some(with)) {
                self.unbridge(now, one);
            }
            while self.legs.get(&one).is_some_and(|phone| !phone.plays.is_empty()) {
                self.end_play(now, one, 0, PlayEnd::Stopped);
            }
            if let Some(phone) = self.legs.get_mut(&one) {
                phone.music = None;
                phone.bridged = Some(with);
            }
            self.report(now, one, EventKind::Bridged);
        }
    }

    fn unbridge(&mut self, now: Instant, leg: LegId) {
        let other = self.legs.get_mut(&leg).and_then(|phone| phone.bridged.take());
        if let Some(other) = other
            && let Some(phone) = self.legs.get_mut(&other)
        {
            phone.bridged = None;
            let quality = phone.quality.clone();
            self.report(now, other, EventKind::Unbridged { quality });
        }
    }

    fn end(&mut self, now: Instant, leg: LegId, by: EndedBy, cause: HangupCause) {
        if !self.legs.contains_key(&leg) {
            return;
        }
        while self.legs.get(&leg).is_some_and(|phone| !phone.plays.is_empty()) {
            self.end_play(now, leg, 0, PlayEnd::Stopped);
        }
        self.end_recording(now, leg, RecordingEnd::Hangup);
        self.unbridge(now, leg);
        let gone = self.legs.remove(&leg);
        if let Some(at) = gone.as_ref().and_then(|phone| phone.listed) {
            self.due.remove(&(at, leg));
        }
        let quality = gone.and_then(|phone| phone.quality);
        self.report(now, leg, EventKind::Ended { by, cause, quality });
    }
}

impl Leg {
    /// Whether something plays over the music.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        !self.plays.is_empty()
    }

    /// Whether what plays can be stopped by a key.
    #[must_use]
    pub fn is_interruptible(&self) -> bool {
        self.plays.iter().all(|playing| !playing.play.stop_on.is_empty())
    }

    fn deadline(&self) -> Option<Instant> {
        let play = self.plays.front().map(|playing| playing.ends);
        let taping = self.taping.as_ref().map(|taping| taping.due().0);
        let ring = match (&self.side, self.state) {
            (Side::Dialled(_), LegState::Ringing(until)) => Some(until),
            (Side::Dialled(_) | Side::Caller, _) => None,
        };
        [play, taping].into_iter().flatten().min().or(ring)
    }

    /// Whether its owner is recorded.
    #[must_use]
    pub const fn is_recorded(&self) -> bool {
        self.taping.is_some()
    }
}
