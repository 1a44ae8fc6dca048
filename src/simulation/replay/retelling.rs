//! The call of a journal, held again: it is told the same things at the same times, and can be stopped anywhere.
//!
//! What belongs to people is not in a journal; stand-ins of the same length take its place, so that the flow goes the
//! same ways. What sounded ends when it ended then; a flow that has changed since may go other ways.

use std::collections::VecDeque;

use super::doing::Doing;
use crate::call::{
    CallJournal, CommandKind, EndedBy, JournalEntry, JournalEvent, RecordStep, RecordingId,
};
use crate::session::{Action, Attention, Input};
use crate::simulation::solo::{Setting, Solo};
use crate::time::{Duration, Instant};

/// What a caller says of whom the flow understood nothing.
const NOT_UNDERSTOOD: &str = "zzz";

/// The shortest time there is.
const INSTANT: Duration = Duration::from_micros(1);

/// A call that is held again.
#[derive(Debug, Clone)]
pub struct Retelling {
    solo: Solo,
    left: VecDeque<JournalEntry>,
    /// The recording that runs or ran last.
    recording: Option<RecordingId>,
    /// What the session did, with its time, oldest first.
    done: Vec<(Instant, Action)>,
}

impl Retelling {
    /// Begins the call of a journal; `setting` is to be of the flow, the time and the numbers of that journal.
    #[must_use]
    pub fn new(setting: Setting, journal: &CallJournal) -> Self {
        let left = journal.events.iter().cloned().collect();
        Self { solo: Solo::new(setting), left, recording: None, done: Vec::new() }
    }

    /// The call as it stands, to look at or to copy.
    #[must_use]
    pub const fn solo(&self) -> &Solo {
        &self.solo
    }

    /// What the session did so far, with its time.
    #[must_use]
    pub fn done(&self) -> &[(Instant, Action)] {
        &self.done
    }

    /// The steps of the call so far; of a call that is over, those of its record.
    #[must_use]
    pub fn steps(&self) -> &[RecordStep] {
        let record = self.done.iter().rev().find_map(|(_, action)| match action {
            Action::Record(record) => Some(&record.steps),
            _ => None,
        });
        record.map_or_else(|| self.solo.session().steps(), Vec::as_slice)
    }

    /// Lets the call go on to `end`, which is counted from its offer.
    pub fn run_until(&mut self, end: Instant) {
        while let Some(next) = self.left.front() {
            let due = Instant::ZERO + next.at;
            if due > end || self.solo.is_over() {
                break;
            }
            self.hear();
            self.solo.run_until(due);
            self.note();
            if let Some(entry) = self.left.pop_front() {
                self.tell(entry.event);
                self.note();
            }
        }
        self.hear();
        self.solo.run_until(end);
        self.note();
    }

    /// What plays now lasts as long as it did then: to its end, or until it was cut short for something else. Live
    /// lines take longer than words.
    fn hear(&mut self) {
        let next = self
            .left
            .iter()
            .find(|e| matches!(e.event, JournalEvent::Silent | JournalEvent::Heard { .. }));
        if let Some(next) = next {
            // A moment longer: the journal ends it, not the clock.
            self.solo.hear_until(Instant::ZERO + next.at + INSTANT);
        }
    }

    /// Lets the call go on to the end of its journal.
    pub fn run_to_end(&mut self) {
        let end = self.left.back().map_or(Duration::ZERO, |entry| entry.at);
        self.run_until(Instant::ZERO + end);
    }

    fn note(&mut self) {
        while let Some((at, action)) = self.solo.poll() {
            if let Action::Command(CommandKind::Record(recording)) = &action {
                self.recording = Some(recording.id.clone());
            }
            self.done.push((at, action));
        }
    }

    /// How long the recording is whose end comes next.
    fn next_message(&self) -> Duration {
        let mut lengths = self.left.iter().filter_map(|entry| match &entry.event {
            JournalEvent::Recorded { lasted, .. } => Some(*lasted),
            _ => None,
        });
        lengths.next().unwrap_or(Duration::ZERO)
    }

    /// Tells the call what it was told. What it said and did itself it says and does again by itself.
    fn tell(&mut self, event: JournalEvent) {
        match event {
            // Told to the session alone: a telephone that hears a late end key would stop what just began to play.
            JournalEvent::Key { key } => {
                let pressed_at = self.solo.now();
                self.solo.tell(Input::Key { symbol: key, pressed_at });
            }
            JournalEvent::Said { phrase, .. } => {
                self.solo.say(phrase.as_deref().unwrap_or(NOT_UNDERSTOOD));
            }
            JournalEvent::Silent => self.solo.heard_all(),
            JournalEvent::Taped => self.solo.speak(self.next_message()),
            JournalEvent::Recorded { end, lasted } => {
                let runs = self.solo.session().attention() == Attention::Recorded;
                if let Some(recording) = self.recording.take().filter(|_| runs) {
                    self.solo.tell(Input::Recorded { recording, end, lasted });
                }
            }
            JournalEvent::Replied(reply) => self.solo.tell(Input::Reply(reply)),
            JournalEvent::Queue(news) => Doing::of_queue(&news).carry_out(&mut self.solo),
            JournalEvent::Other(news) => Doing::of_other(news).carry_out(&mut self.solo),
            JournalEvent::Closed { cause } => self.solo.tell(Input::Close(cause)),
            JournalEvent::Aborted { cause } => self.solo.tell(Input::Abort(cause)),
            JournalEvent::Ended { by: EndedBy::Caller, .. } => self.solo.hang_up(),
            JournalEvent::Ended { .. }
            | JournalEvent::Entered { .. }
            | JournalEvent::Left { .. }
            | JournalEvent::Asked { .. }
            | JournalEvent::Heard { .. }
            | JournalEvent::Enqueued { .. }
            | JournalEvent::Rang { .. }
            | JournalEvent::Requested { .. }
            | JournalEvent::Answered
            | JournalEvent::PlayFailed => {}
        }
    }
}
