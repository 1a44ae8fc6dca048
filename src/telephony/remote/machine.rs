//! One adapter outside, as a deterministic machine: what it tells becomes reports, what is ordered becomes messages.
//!
//! ```text
//!            opened           hello                    silent for 15 s, closed
//!  Down ───────────▶ Greeting ─────▶ Up ───────────────────────────────────────┐
//!    ▲                  │            ▲ ▲                                        ▼
//!    └── closed ────────┘            │ └── hello, or a word of one silent ── out of touch
//!                                    │                                          │ lease over
//!                                    └──────────────── hello ◀── its legs end ──┘
//! ```
//!
//! Comes in: lines, orders, the time, connections that open and close. Goes out by [`Machine::poll`]: lines, reports, the
//! wish to close. It has no clock, socket or task.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::leg::Leg;
use super::limits::{ACK_WITHIN, ANSWER_LIMIT, HEARTBEAT, HELLO_LIMIT, LOST_AFTER, MAX_REMEMBERED};
use super::link::Link;
use super::pcm::Desk;
use super::sounding::{Closing, Studio};
use super::sounds::SoundPlace;
use super::times::Times;
use super::wire::{Ability, Command, Empty, Envelope, Message};
use crate::call::{
    AdapterId, CommandKind, EndedBy, Event, EventKind, HangupCause, LegId, PlayEnd, RecordingEnd,
    Rejection, Report,
};
use crate::time::{Duration, Instant};

/// The machine.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) id: AdapterId,
    pub(super) max_calls: usize,
    pub(super) sounds: SoundPlace,
    pub(super) phase: Phase,
    /// Since when nothing can be heard of its calls, and whether their lease is over.
    pub(super) away: Option<Away>,
    pub(super) link: Link,
    pub(super) times: Times,
    pub(super) ability: Ability,
    pub(super) legs: BTreeMap<LegId, Leg>,
    /// What sounds on legs and where that comes from; `None` where frames of audio cannot be carried.
    pub(super) studio: Option<Studio>,
    /// The sound of legs whose audio passes through this node.
    pub(super) desk: Option<Desk>,
    /// Legs that are over but for a recording that is not on the disk yet.
    pub(super) closing: BTreeMap<LegId, Closing>,
    pub(super) names: BTreeMap<String, LegId>,
    /// Legs that are over, the latest last.
    pub(super) over: VecDeque<String>,
    pub(super) offered: u64,
    /// Commands without an answer.
    pub(super) pending: BTreeMap<u64, Pending>,
    pub(super) last_id: u64,
    /// Phones that can be called.
    pub(super) endpoints: BTreeSet<Arc<str>>,
    /// What is compared once everything that was under way has arrived.
    pub(super) reunion: Option<Reunion>,
    pub(super) draining: bool,
    /// When something received is acknowledged at the latest.
    pub(super) ack_by: Option<Instant>,
    pub(super) outputs: VecDeque<Output>,
    pub(super) counts: Counts,
}

/// How the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// There is none.
    Down,
    /// It stands, and the adapter has not presented itself.
    Greeting {
        /// Until when it must have.
        until: Instant,
    },
    /// It works.
    Up {
        /// When the adapter was heard last.
        heard: Instant,
        /// When our next sign of life is due.
        beat: Instant,
    },
    /// It stands, and nothing is heard any more.
    Silent,
}

/// Out of touch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Away {
    pub(super) since: Instant,
    pub(super) lapsed: bool,
}

/// A command without an answer.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) leg: LegId,
    pub(super) kind: CommandKind,
    /// When it counts as failed; `None` while out of touch.
    pub(super) due: Option<Instant>,
}

/// What an adapter that counts on as before said was live.
#[derive(Debug)]
pub(super) struct Reunion {
    pub(super) at: Instant,
    pub(super) listed: BTreeSet<String>,
    /// Our legs at that time.
    pub(super) ours: BTreeSet<LegId>,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(super) enum Output {
    /// A line to the adapter.
    Line(String),
    /// A frame of audio to the adapter.
    Sound(Vec<u8>),
    /// A report to the engine.
    Report(Report),
    /// The connection is to be closed: why.
    Close(String),
    /// The lease is over: what still runs of the adapter is to be ended.
    Lapsed,
}

/// What went by without effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Messages that had arrived before.
    pub(super) again: u64,
    /// Events for legs that were over, and ends of plays that had ended.
    pub(super) late: u64,
    /// Events of legs that were never known.
    pub(super) unknown: u64,
    /// Messages whose word or values are not known.
    pub(super) strange: u64,
}

impl Machine {
    pub(super) fn new(id: AdapterId, max_calls: usize, sounds: SoundPlace) -> Self {
        Self {
            id,
            max_calls,
            sounds,
            phase: Phase::Down,
            away: None,
            link: Link::default(),
            times: Times::default(),
            ability: Ability::default(),
            legs: BTreeMap::new(),
            studio: None,
            desk: None,
            closing: BTreeMap::new(),
            names: BTreeMap::new(),
            over: VecDeque::new(),
            offered: 0,
            pending: BTreeMap::new(),
            last_id: 0,
            endpoints: BTreeSet::new(),
            reunion: None,
            draining: false,
            ack_by: None,
            outputs: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    /// The next thing to be done.
    pub(super) fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`tick`](Self::tick) is due.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Greeting { until } => Some(until),
            Phase::Up { heard, beat } => Some(beat.min(heard + LOST_AFTER)),
            Phase::Down | Phase::Silent => None,
        };
        let in_touch = self.away.is_none();
        let answers = self.pending.values().filter_map(|pending| pending.due).min();
        let limits = self.legs.values().filter_map(|leg| leg.limit.map(|(at, _)| at)).min();
        let reunion = self.reunion.as_ref().map(|reunion| reunion.at);
        let own = [answers, limits, reunion, self.ack_by].into_iter().flatten().min();
        let sound = self.desk.as_ref().and_then(Desk::poll_timeout);
        let sound = sound.filter(|_| self.is_sounding());
        [phase, own.filter(|_| in_touch), self.lease_ends(), sound].into_iter().flatten().min()
    }

    /// Does what is due.
    pub(super) fn tick(&mut self, now: Instant) {
        match self.phase {
            Phase::Greeting { until } if until <= now => {
                self.close(format!("no `hello` within {HELLO_LIMIT}"));
                self.phase = Phase::Down;
            }
            Phase::Up { heard, .. } if heard + LOST_AFTER <= now => {
                self.phase = Phase::Silent;
                self.lose_touch(now);
            }
            Phase::Up { beat, .. } if beat <= now => self.beat(now),
            Phase::Down | Phase::Greeting { .. } | Phase::Up { .. } | Phase::Silent => {}
        }
        if self.lease_ends().is_some_and(|at| at <= now) {
            self.lapse(now);
        }
        self.sound_due(now);
        if self.away.is_some() {
            return;
        }
        if self.ack_by.is_some_and(|at| at <= now) {
            self.ack_by = None;
            if self.link.owes() {
                self.beat(now);
            }
        }
        self.answers_due(now);
        self.limits_due(now);
        if self.reunion.as_ref().is_some_and(|reunion| reunion.at <= now) {
            self.compare(now);
        }
        self.flush();
    }

    /// A sign of life, with what has been received.
    pub(super) fn beat(&mut self, now: Instant) {
        if let Phase::Up { beat, .. } = &mut self.phase {
            *beat = now + HEARTBEAT;
            self.ack_by = None;
            let envelope = Envelope { ack: Some(self.link.ack()), ..Envelope::default() };
            self.line(envelope, Command::Heartbeat(Empty {}));
        }
    }

    /// A message without a number.
    pub(super) fn line(&mut self, envelope: Envelope, body: Command) {
        self.outputs.push_back(Output::Line(Message { envelope, body }.write()));
    }

    /// Sends what the connection has not carried yet.
    pub(super) fn flush(&mut self) {
        if matches!(self.phase, Phase::Up { .. }) {
            self.outputs.extend(self.link.carry().into_iter().map(Output::Line));
        }
    }

    /// Something was received that is to be acknowledged.
    pub(super) fn owe(&mut self, now: Instant) {
        if self.link.owes_much() {
            self.beat(now);
        } else if self.link.owes() && self.ack_by.is_none() {
            self.ack_by = Some(now + ACK_WITHIN);
        }
    }

    /// Tells the adapter why, and closes the connection.
    pub(super) fn close(&mut self, why: String) {
        let body = Command::Close(super::wire::Close { why: why.clone() });
        self.line(Envelope::default(), body);
        self.outputs.push_back(Output::Close(why));
    }

    /// Reports an event of a leg.
    pub(super) fn report(&mut self, at: Instant, leg: LegId, kind: EventKind) {
        self.outputs.push_back(Output::Report(Report::Leg(Event { at, leg, kind })));
    }

    /// How many callers are on it.
    pub(super) fn calls(&self) -> usize {
        self.legs.keys().filter(|leg| is_offered(**leg)).count()
    }

    /// A leg is over: what it still owed is told, then its end.
    pub(super) fn end(&mut self, at: Instant, id: LegId, by: EndedBy, cause: HangupCause) {
        if !self.has_sounded_out(at, id) {
            self.closing.insert(id, (at, by, cause));
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.limit = None;
            }
            return;
        }
        let quality = self.desk.as_ref().and_then(|desk| desk.quality(id));
        let Some(mut leg) = self.forget(id) else { return };
        for playing in leg.plays.drain(..) {
            if let super::leg::Sounding::Play(play) = playing.what {
                let (end, heard) = (PlayEnd::Stopped, Duration::ZERO);
                let audible_end = at;
                self.report(
                    at,
                    id,
                    EventKind::PlayEnded { play: play.id, end, heard, audible_end },
                );
            }
        }
        if let Some(recording) = leg.recording.take() {
            let (end, lasted) = (RecordingEnd::Failed, Duration::ZERO);
            self.report(at, id, EventKind::Recorded { recording, end, lasted });
        }
        self.report(at, id, EventKind::Ended { by, cause, quality });
    }

    /// Takes a leg out of the books.
    pub(super) fn forget(&mut self, id: LegId) -> Option<Leg> {
        self.part(id);
        let leg = self.legs.remove(&id)?;
        self.names.remove(&leg.name);
        self.remember(leg.name.clone());
        self.pending.retain(|_, pending| pending.leg != id);
        self.closing.remove(&id);
        if let Some(desk) = &mut self.desk {
            desk.end(id);
        }
        Some(leg)
    }

    /// A leg is connected with nobody any more.
    pub(super) fn part(&mut self, id: LegId) {
        let other = self.legs.get_mut(&id).and_then(|leg| leg.bridged.take());
        if let Some(other) = other.and_then(|other| self.legs.get_mut(&other)) {
            other.bridged = None;
        }
    }

    /// Remembers the name of a leg that is over.
    pub(super) fn remember(&mut self, name: String) {
        if self.over.len() >= MAX_REMEMBERED {
            self.over.pop_front();
        }
        self.over.push_back(name);
    }

    /// Tells the engine that an order was not carried out.
    pub(super) fn reject(&mut self, now: Instant, leg: LegId, kind: CommandKind, why: Rejection) {
        if let CommandKind::Record(_) = &kind
            && let Some(leg) = self.legs.get_mut(&leg)
        {
            leg.recording = None;
        }
        let is_dial = matches!(kind, CommandKind::Dial(_));
        self.report(now, leg, EventKind::Rejected { command: kind, reason: why });
        if is_dial {
            self.forget(leg);
        }
    }

    /// An order that needs a way to another adapter cannot be carried out, since there is none.
    pub(super) fn refuse(&mut self, now: Instant, leg: LegId, kind: CommandKind) {
        let dials = matches!(kind, CommandKind::Dial(_));
        if dials || (self.legs.contains_key(&leg) && !self.closing.contains_key(&leg)) {
            self.reject(now, leg, kind, Rejection::Invalid);
        }
    }

    /// Commands that were not answered in time have failed.
    fn answers_due(&mut self, now: Instant) {
        let due = |pending: &Pending| pending.due.is_some_and(|at| at <= now);
        let late: Vec<u64> =
            self.pending.iter().filter(|(_, p)| due(p)).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(Pending { leg, kind, .. }) = self.pending.remove(&id) {
                tracing::warn!(%leg, command = kind.name(), "No answer within {ANSWER_LIMIT}.");
                let presses = matches!(kind, CommandKind::SendDigits(_));
                self.not_done(now, leg, kind, Rejection::Failed);
                if presses {
                    self.pressed_out(now, leg);
                }
            }
        }
    }
}

/// Whether the adapter offered the leg: those have odd numbers.
pub(super) const fn is_offered(leg: LegId) -> bool {
    leg.number % 2 == 1
}
