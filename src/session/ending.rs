//! The end of a call: from either side, at any moment, once (behaviours: hang-up).

use super::state::{LEAVING_LIMIT, State, Then};
use super::{Action, Moment, Session};
use crate::bug::{self, Bug};
use crate::call::{
    CallRecord, CommandKind, Direction, Ended, EndedBy, HangupCause, Origin, Quality, mask_number,
};
use crate::flow::NodeIndex;
use crate::history::Exit;
use crate::time::{Duration, Instant, Wall};

/// What the record says of a call's end.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    pub(super) by: EndedBy,
    pub(super) cause: HangupCause,
    pub(super) place: Option<Ended>,
    pub(super) quality: Option<Quality>,
    /// When the leg was gone.
    pub(super) at: Instant,
}

impl Session {
    /// Hangs up the caller's leg; the record follows the leg's end.
    pub(super) fn leave(&mut self, cause: HangupCause, now: Instant) {
        match self.state {
            State::Ended | State::Leaving { .. } | State::Parted(_) => return,
            State::Queued(_) => self.leave_queue(Exit::System, now),
            State::Talking { since, .. } => {
                self.journal.talked(since, now);
                self.actions.push_back(Action::HangupPeer(cause));
            }
            State::Dialling { .. } | State::Transferring { .. } => {
                self.actions.push_back(Action::HangupPeer(cause))
            }
            State::Ringing { .. }
            | State::Answering
            | State::Saying { .. }
            | State::Asking(_)
            | State::Waiting(_)
            | State::Recording(_)
            | State::Moving => {}
        }
        self.abandon();
        self.silence();
        let unanswered =
            matches!(self.state, State::Ringing { .. }) && self.journal.answered.is_none();
        self.command(if unanswered {
            CommandKind::Refuse(cause)
        } else {
            CommandKind::Hangup(cause)
        });
        self.state = State::Leaving { node: self.state.node(), cause, until: now + LEAVING_LIMIT };
    }

    /// Ends the call politely: a line is said first where the caller listens to us.
    pub(super) fn close(&mut self, cause: HangupCause, at: Moment<'_>) {
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Parted(parted) => self.part_at_once(*parted, at),
            state @ (State::Saying { then: Then::Hangup(_), .. }
            | State::Leaving { .. }
            | State::Ended
            | State::Moving) => self.state = state,
            state @ (State::Ringing { .. }
            | State::Answering
            | State::Talking { .. }
            | State::Transferring { .. }) => {
                self.state = state;
                self.leave(cause, at.now);
            }
            state @ (State::Saying { .. }
            | State::Asking(_)
            | State::Waiting(_)
            | State::Recording(_)
            | State::Queued(_)
            | State::Dialling { .. }) => {
                let node = state.node();
                self.state = state;
                self.close_at(node.unwrap_or(self.program.flow.start), cause, at);
            }
        }
    }

    fn close_at(&mut self, node: NodeIndex, cause: HangupCause, at: Moment<'_>) {
        if matches!(self.state, State::Queued(_)) {
            self.leave_queue(Exit::System, at.now);
        }
        self.abandon();
        self.stop_recording();
        if matches!(self.state, State::Dialling { .. }) {
            self.actions.push_back(Action::HangupPeer(cause));
        }
        self.silence();
        self.command(CommandKind::Music(None));
        self.last_words("apology", node, Then::Hangup(cause), at);
    }

    /// The caller leaves the line.
    pub(super) fn leave_queue(&mut self, how: Exit, now: Instant) {
        if !bug::is(Bug::WaitUntold) {
            self.journal.queue_left(now);
        }
        self.actions.push_back(Action::LeaveQueue { how, key: None });
    }

    /// Nobody confirmed our hang-up: the call ends without.
    pub(super) fn finish_leaving(&mut self, cause: HangupCause, at: Moment<'_>) {
        self.finish(EndedBy::System, cause, None, at);
    }

    /// The caller's leg is gone: everything stops, the silent part of the flow runs, the record is written.
    pub(super) fn finish(
        &mut self,
        by: EndedBy,
        cause: HangupCause,
        quality: Option<Quality>,
        at: Moment<'_>,
    ) {
        let (mut by, mut cause) = (by, cause);
        let place = self.place(at.now);
        let mut message = None;
        if matches!(self.state, State::Ended | State::Parted(_)) {
            return;
        }
        self.note_end(by, cause, at);
        self.abandon();
        match &self.state {
            State::Queued(_) => {
                if bug::is(Bug::CommandAfterEnd) {
                    self.command(CommandKind::Music(None));
                }
                self.leave_queue(exit_of(by, cause), at.now);
                self.journal.reason("abandoned");
            }
            State::Recording(recording) => message = recording.left_by_hangup(),
            State::Talking { since, .. } => {
                if !bug::is(Bug::TalkUntold) {
                    self.journal.talked(*since, at.now);
                }
                if !bug::is(Bug::AgentLeftAlone) {
                    self.actions.push_back(Action::HangupPeer(HangupCause::Normal));
                }
            }
            State::Dialling { .. } | State::Transferring { .. } => {
                self.actions.push_back(Action::HangupPeer(HangupCause::Cancelled))
            }
            // We hung up first: whatever the leg says now is its echo.
            State::Leaving { cause: ours, .. } => (by, cause) = (EndedBy::System, *ours),
            // We were about to hang up, and our own side did.
            State::Saying { then: Then::Hangup(ours), .. } if by == EndedBy::System => {
                cause = *ours
            }
            State::Ringing { .. }
            | State::Answering
            | State::Saying { .. }
            | State::Asking(_)
            | State::Waiting(_)
            | State::Parted(_)
            | State::Ended
            | State::Moving => {}
        }
        self.state = State::Moving;
        self.gone = true;
        self.type_ahead.flush();
        let ending = Ending { by, cause, place, quality, at: at.now };
        let message = message.and_then(|(node, recording)| self.hung_up(node, recording));
        self.part(message, ending, at);
    }

    /// The last thing of a call.
    pub(super) fn write_record(&mut self, ending: Ending, at: Moment<'_>) {
        self.state = State::Ended;
        let record = self.record(ending, at.now, at.world.wall, at.world.stood_still);
        self.actions.push_back(Action::Record(Box::new(record)));
    }

    fn place(&self, now: Instant) -> Option<Ended> {
        let node = self.state.node()?;
        let playing = self.state.playback().and_then(|playback| playback.playing(now));
        Some(Ended {
            node: self.program.flow.node(node).id.clone(),
            prompt: playing.map(|(prompt, _)| prompt.to_string()),
            prompt_ms: playing.map(|(_, span)| span.as_millis()),
        })
    }

    /// The record of a call that broke an invariant: what had been noted until then. The call's clock has stood still
    /// for `still` so far.
    pub fn fault_record(&mut self, now: Instant, wall: Wall, still: Duration) -> CallRecord {
        self.state = State::Ended;
        self.actions.clear();
        let (by, cause) = (EndedBy::System, HangupCause::InternalError);
        self.record(Ending { by, cause, place: None, quality: None, at: now }, now, wall, still)
    }

    fn record(&mut self, ending: Ending, now: Instant, wall: Wall, still: Duration) -> CallRecord {
        // Durations by the clock that never jumps, with what it stood still since.
        let at = |(instant, by_then): (Instant, Duration)| {
            wall.before(now.since(instant) + still.saturating_sub(by_then)).to_rfc3339()
        };
        let Origin { called, caller, asserted, trunk, diverted_from } = &self.arrival.origin;
        CallRecord {
            v: 1,
            call: self.arrival.id,
            attempt: None,
            caller: caller.number.as_deref().map(mask_number),
            asserted: *asserted,
            called: called.clone(),
            diverted_from: diverted_from.as_deref().map(mask_number),
            trunk: trunk.clone(),
            direction: Direction::In,
            adapter: self.arrival.adapter.clone(),
            flow: Some(self.program.flow.id.clone()),
            flow_hash: Some(self.program.flow.hash.clone()),
            language: Some(self.memory.language().clone()),
            started: at((self.journal.offered_at, Duration::ZERO)),
            answered: self.journal.answered.map(at),
            ended: at((ending.at, still)),
            steps: std::mem::take(&mut self.journal.steps),
            notes: self.memory.take_notes(),
            queue: self.journal.queue.take(),
            transfer: self.journal.transfer.take(),
            agent: self.journal.agent.take(),
            talks: self.journal.take_talks(),
            talk_ms: self.journal.talk.as_millis(),
            cause: ending.cause,
            ended_by: ending.by,
            ended_at: ending.place,
            ignored_keys: self.journal.ignored_keys,
            quality: ending.quality,
        }
    }
}

/// How a caller whose leg is gone has left the line.
const fn exit_of(by: EndedBy, cause: HangupCause) -> Exit {
    match (by, cause) {
        (EndedBy::Caller | EndedBy::Agent, _) => Exit::Abandoned,
        (EndedBy::System, HangupCause::AdapterLost | HangupCause::MediaLost) => Exit::Lost,
        (EndedBy::System, _) => Exit::System,
    }
}
