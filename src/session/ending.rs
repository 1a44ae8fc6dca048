//! The end of a call: from either side, at any moment, once (behaviours: hang-up).

use super::state::{LEAVING_LIMIT, State, Then};
use super::{Action, Moment, Session};
use crate::call::{CallRecord, CommandKind, Direction, Ended, EndedBy, HangupCause, Quality};
use crate::interpreter::{Step, enter};
use crate::time::{Instant, Wall};

/// The most silent nodes that run after a hang-up.
const MAX_AFTER_HANGUP: u32 = 100;

impl Session {
    /// Hangs up the caller's leg; the record follows the leg's end.
    pub(super) fn leave(&mut self, cause: HangupCause, now: Instant) {
        match self.state {
            State::Ended | State::Leaving { .. } => return,
            State::Queued { .. } => self.leave_queue(now),
            State::Talking { since, .. } => {
                self.journal.talk += now.since(since);
                self.actions.push_back(Action::HangupPeer(cause));
            }
            State::Dialling { .. } => self.actions.push_back(Action::HangupPeer(cause)),
            State::Ringing { .. }
            | State::Answering
            | State::Saying { .. }
            | State::Asking(_)
            | State::Moving => {}
        }
        self.silence();
        let unanswered =
            matches!(self.state, State::Ringing { .. }) && self.journal.answered_at.is_none();
        self.command(if unanswered {
            CommandKind::Refuse(cause)
        } else {
            CommandKind::Hangup(cause)
        });
        self.state = State::Leaving { node: self.state.node(), cause, until: now + LEAVING_LIMIT };
    }

    /// Ends the call politely: a line is said first where the caller listens to us.
    pub(super) fn close(&mut self, cause: HangupCause, at: Moment<'_>) {
        match self.state {
            State::Saying { then: Then::Hangup(_), .. } | State::Leaving { .. } | State::Ended => {}
            State::Saying { node, .. }
            | State::Queued { node, .. }
            | State::Dialling { node, .. } => {
                self.close_at(node, cause, at);
            }
            State::Asking(ref asking) => {
                let node = asking.node;
                self.close_at(node, cause, at);
            }
            State::Ringing { .. } | State::Answering | State::Talking { .. } | State::Moving => {
                self.leave(cause, at.now)
            }
        }
    }

    fn close_at(&mut self, node: crate::flow::NodeIndex, cause: HangupCause, at: Moment<'_>) {
        if matches!(self.state, State::Queued { .. }) {
            self.leave_queue(at.now);
        }
        if matches!(self.state, State::Dialling { .. }) {
            self.actions.push_back(Action::HangupPeer(cause));
        }
        self.silence();
        self.command(CommandKind::Music(None));
        self.last_words("apology", node, Then::Hangup(cause), at);
    }

    fn leave_queue(&mut self, now: Instant) {
        self.journal.queue_left(now);
        self.actions.push_back(Action::LeaveQueue);
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
        match self.state {
            State::Ended => return,
            State::Queued { .. } => {
                self.leave_queue(at.now);
                self.journal.reason("abandoned");
            }
            State::Talking { since, .. } => {
                self.journal.talk += at.now.since(since);
                self.actions.push_back(Action::HangupPeer(HangupCause::Normal));
            }
            State::Dialling { .. } => {
                self.actions.push_back(Action::HangupPeer(HangupCause::Cancelled))
            }
            // We hung up first: whatever the leg says now is its echo.
            State::Leaving { cause: ours, .. } => (by, cause) = (EndedBy::System, ours),
            // We were about to hang up, and our own side did.
            State::Saying { then: Then::Hangup(ours), .. } if by == EndedBy::System => cause = ours,
            State::Ringing { .. }
            | State::Answering
            | State::Saying { .. }
            | State::Asking(_)
            | State::Moving => {}
        }
        self.state = State::Ended;
        self.type_ahead.flush();
        self.after_hangup(at);
        let record = self.record((by, cause), place, quality, at.now, at.world.wall);
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

    /// Runs the flow's `on_hangup`: silent nodes only.
    fn after_hangup(&mut self, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let mut next = flow.on_hangup;
        for _ in 0..MAX_AFTER_HANGUP {
            let Some(node) = next else { return };
            let here = flow.node(node);
            self.journal.enter(&here.id, here.verb.name(), at.now);
            match enter(&flow, node, &mut self.memory, at.world).step {
                Step::Decided { outcome, goto: crate::flow::Goto::Node(target) } => {
                    self.journal.leave(outcome);
                    next = Some(target);
                }
                Step::Decided { outcome, .. } => {
                    self.journal.leave(outcome);
                    return;
                }
                Step::Fault(fault) => return self.journal.reason(fault.name()),
                Step::Say | Step::Ask | Step::Enqueue(_) | Step::Ring(_) | Step::Hangup => return,
            }
        }
    }

    /// The record of a call that broke an invariant: what had been noted until then.
    pub fn fault_record(&mut self, now: Instant, wall: Wall) -> CallRecord {
        self.state = State::Ended;
        self.actions.clear();
        self.record((EndedBy::System, HangupCause::InternalError), None, None, now, wall)
    }

    fn record(
        &mut self,
        (ended_by, cause): (EndedBy, HangupCause),
        ended_at: Option<Ended>,
        quality: Option<Quality>,
        now: Instant,
        wall: Wall,
    ) -> CallRecord {
        let at = |instant: Instant| wall.before(now.since(instant)).to_rfc3339();
        CallRecord {
            v: 1,
            call: self.arrival.id,
            caller: self.arrival.caller.number.as_deref().map(crate::call::mask_number),
            called: self.arrival.called.clone(),
            direction: Direction::In,
            adapter: self.arrival.adapter.clone(),
            flow: Some(self.program.flow.id.clone()),
            flow_hash: Some(self.program.flow.hash.clone()),
            language: Some(self.memory.language().clone()),
            started: at(self.journal.offered_at),
            answered: self.journal.answered_at.map(at),
            ended: at(now),
            steps: std::mem::take(&mut self.journal.steps),
            notes: self.memory.take_notes(),
            queue: self.journal.queue.take(),
            transfer: self.journal.transfer.take(),
            agent: self.journal.agent.take(),
            talk_ms: self.journal.talk.as_millis(),
            cause,
            ended_by,
            ended_at,
            quality,
        }
    }
}
