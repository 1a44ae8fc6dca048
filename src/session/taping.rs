//! Recording the caller: the words before, the tone, the message, and what comes of it (behaviours: voicemail).
//!
//! ```text
//! Announcing ── tone heard ──▶ Taping ── key, silence, limit ──▶ `ok` or `empty`
//!                                │
//!                                └── hang-up ──▶ Left ── the leg is gone ──▶ `hung_up`, silently
//! ```

use super::chronicle::Mark;
use super::exchange::{Action, Input};
use super::playback::{Playback, STOP_GRACE};
use super::state::{State, Then};
use super::{Moment, Session};
use crate::bug::{self, Bug};
use crate::call::{
    BEEP, CommandKind, EndedBy, Errand, HangupCause, Item, JournalEvent, LEAST_KEPT, PromptId,
    Recording, RecordingEnd, RecordingId, SoundId, Symbol, SymbolSet, Ticket,
};
use crate::flow::{Bargein, Goto, NodeIndex, Place, RecordNode, Value, Verb};
use crate::interpreter::{Fault, World};
use crate::time::{Duration, Instant};

/// A shorter recording holds no message.
pub const SHORTEST_MESSAGE: Duration = LEAST_KEPT;

/// How long beyond its limit a recording may go unreported before it counts as failed.
pub const RECORDING_GRACE: Duration = Duration::from_secs(5);

/// A `record` node at work.
#[derive(Debug, Clone)]
pub(super) struct Taping {
    pub(super) node: NodeIndex,
    pub(super) stage: Stage,
}

/// How far it is.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// The words before it, then the tone.
    Announcing(Playback),
    /// The caller speaks.
    Taping {
        id: RecordingId,
        /// When it counts as failed.
        until: Instant,
        /// The keys that end it.
        end_on: SymbolSet,
        /// Whether such a key was reported before the recording's own end.
        ended_by: Option<Symbol>,
    },
    /// The caller hung up; the leg's end is about to be reported.
    Left {
        /// The message, if it is long enough.
        message: Option<RecordingId>,
        until: Instant,
    },
}

impl Taping {
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Announcing(playback) => playback.limit(),
            Stage::Taping { until, .. } | Stage::Left { until, .. } => Some(*until),
        }
    }

    /// Whether the caller is listened to.
    pub(super) const fn listens(&self) -> bool {
        matches!(self.stage, Stage::Taping { .. })
    }

    /// The message of a caller who hung up.
    pub(super) fn left_by_hangup(&self) -> Option<(NodeIndex, RecordingId)> {
        match &self.stage {
            Stage::Left { message: Some(id), .. } => Some((self.node, id.clone())),
            Stage::Left { message: None, .. } | Stage::Announcing(_) | Stage::Taping { .. } => None,
        }
    }
}

impl Session {
    pub(super) fn announce_recording(
        &mut self,
        node: NodeIndex,
        record: &RecordNode,
        at: Moment<'_>,
    ) {
        let mut parts = self.parts(&record.prompts, Bargein::Any, at);
        parts.push((Bargein::None, vec![self.beep()]));
        // It must be heard when to speak, and what was typed ahead was not meant for here.
        self.type_ahead.flush();
        self.journal.heard(&parts);
        let (playback, commands) = Playback::start(parts, SymbolSet::NONE, at.now, &mut self.plays);
        commands.into_iter().for_each(|kind| self.command(kind));
        self.state =
            State::Recording(Box::new(Taping { node, stage: Stage::Announcing(playback) }));
    }

    fn beep(&self) -> Item {
        Item {
            prompt: PromptId::from("std/beep"),
            language: self.memory.language().clone(),
            sound: Some(SoundId::from(BEEP)),
            text: "".into(),
        }
    }

    /// The tone was heard: the caller speaks.
    pub(super) fn begin_recording(&mut self, node: NodeIndex, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let Verb::Record(record) = &flow.node(node).verb else {
            return self.apologise_at(node, at);
        };
        self.recordings += 1;
        self.note(JournalEvent::Taped);
        let id = RecordingId::new(format!("{}-{}", self.arrival.id, self.recordings));
        let end_on = record.end.map_or(SymbolSet::ALL, |key| SymbolSet::NONE.with(key));
        self.command(CommandKind::Record(Recording {
            id: id.clone(),
            limit: record.max,
            silence: record.silence,
            end_on,
            keep: record.keep,
            talk: None,
        }));
        let until = at.now + record.max + RECORDING_GRACE;
        let stage = Stage::Taping { id, until, end_on, ended_by: None };
        self.state = State::Recording(Box::new(Taping { node, stage }));
    }

    /// The ticket that would be asked for if the caller, who speaks, hung up now and had left a message.
    #[must_use]
    pub fn ticket_of_message(&self, now: Instant, world: &World<'_>) -> Option<Ticket> {
        let State::Recording(taping) = &self.state else { return None };
        let Stage::Taping { id, .. } = &taping.stage else { return None };
        let (recording, lasted) = (id.clone(), SHORTEST_MESSAGE);
        let mut ahead = self.clone();
        ahead.actions.clear();
        ahead.handle(now, Input::Recorded { recording, end: RecordingEnd::Hangup, lasted }, world);
        let (by, cause) = (EndedBy::Caller, HangupCause::Normal);
        ahead.handle(now, Input::CallerEnded { by, cause, quality: None }, world);
        let errand = |action| match action {
            Action::Request(errand) => Some(*errand),
            _ => None,
        };
        match ahead.actions.into_iter().find_map(errand)? {
            Errand::Ticket(ticket) => {
                Some(ticket).filter(|ticket| ticket.recording.as_ref() == Some(id))
            }
            Errand::Operation(_) | Errand::Callback(_) => None,
        }
    }

    pub(super) fn recorded(
        &mut self,
        recording: &RecordingId,
        end: RecordingEnd,
        lasted: Duration,
        at: Moment<'_>,
    ) {
        let (node, end_on, ended_by) = match &self.state {
            State::Recording(taping) => match &taping.stage {
                Stage::Taping { id, end_on, ended_by, .. } if id == recording => {
                    (taping.node, *end_on, *ended_by)
                }
                Stage::Taping { .. } | Stage::Announcing(_) | Stage::Left { .. } => return,
            },
            _ => return,
        };
        let message = (lasted >= SHORTEST_MESSAGE).then(|| recording.clone());
        match end {
            RecordingEnd::Hangup => {
                if message.is_none() {
                    self.journal.reason("too_short");
                }
                let until = at.now + super::LEAVING_LIMIT;
                let stage = Stage::Left { message, until };
                self.state = State::Recording(Box::new(Taping { node, stage }));
                return;
            }
            RecordingEnd::Failed => return self.recording_failed(at),
            RecordingEnd::Key => {
                if ended_by.is_none() {
                    // The key itself is still to be reported, and belongs to the message.
                    self.late_end = Some((end_on, at.now + STOP_GRACE));
                }
            }
            RecordingEnd::Silence => self.journal.reason("silence"),
            RecordingEnd::Limit => self.journal.reason("limit"),
            RecordingEnd::Stopped => self.journal.reason("stopped"),
        }
        let flow = self.program.flow.clone();
        let Verb::Record(record) = &flow.node(node).verb else {
            return self.apologise_at(node, at);
        };
        match message {
            Some(id) => {
                self.budget.valid();
                self.keep_message(record, id);
                self.follow(node, "ok", record.ok, at);
            }
            None => {
                self.journal.reason("too_short");
                match record.empty {
                    Some(goto) if goto != Goto::Repeat => self.follow(node, "empty", goto, at),
                    _ => {
                        self.journal.leave("empty");
                        let then = Then::Hangup(HangupCause::Normal);
                        self.last_words("apology", node, then, at);
                    }
                }
            }
        }
    }

    fn keep_message(&mut self, record: &RecordNode, id: RecordingId) {
        let flow = self.program.flow.clone();
        if self.memory.set(&flow, Place::Variable(record.into), Value::Recording(id)) {
            self.budget.news();
        }
    }

    /// What the caller says is lost: that is no fault of the caller, and is told as ours.
    pub(super) fn recording_failed(&mut self, at: Moment<'_>) {
        self.stop_recording();
        self.fault(Fault::Recording, at);
    }

    /// A recording that still runs ends.
    pub(super) fn stop_recording(&mut self) {
        if let State::Recording(taping) = &self.state
            && let Stage::Taping { id, .. } = &taping.stage
            && !bug::is(Bug::RecordingRunsOn)
        {
            let id = id.clone();
            self.command(CommandKind::StopRecording(id));
        }
    }

    /// A message whose sender hung up: kept; says which silent node sees to it.
    pub(super) fn hung_up(&mut self, node: NodeIndex, id: RecordingId) -> Option<NodeIndex> {
        let flow = self.program.flow.clone();
        let Verb::Record(record) = &flow.node(node).verb else { return None };
        self.keep_message(record, id);
        let goto = record.hung_up?;
        self.journal.leave("hung_up");
        self.target(node, goto)
    }

    /// A key while the `record` node is at work.
    pub(super) fn taping_key(&mut self, mut taping: Box<Taping>, (symbol, mark): (Symbol, Mark)) {
        let mut stops = Vec::new();
        match &mut taping.stage {
            Stage::Announcing(playback) => {
                playback.interrupt(false, &mut stops);
                stops.into_iter().for_each(|kind| self.command(kind));
            }
            Stage::Taping { end_on, ended_by, .. } => {
                if end_on.contains(symbol) {
                    self.journal.took(mark, symbol);
                    *ended_by = Some(symbol);
                }
            }
            Stage::Left { .. } => {}
        }
        self.state = State::Recording(taping);
    }

    pub(super) fn taping_tick(&mut self, taping: Box<Taping>, at: Moment<'_>) {
        let left = matches!(taping.stage, Stage::Left { .. });
        self.state = State::Recording(taping);
        if left {
            // The leg's end was never reported.
            self.leave(HangupCause::Normal, at.now);
        } else {
            self.recording_failed(at);
        }
    }
}
