//! Other people: the queue, the agent, the number that is rung.

use super::line::InLine;
use super::playback::Playback;
use super::question::built_in;
use super::state::{State, Then};
use super::{Action, Moment, PeerNews, QueueNews, Session};
use crate::bug::{self, Bug};
use crate::call::{
    CommandKind, HOLD_MUSIC, HangupCause, LegId, RINGING_TONE, SoundId, SymbolSet, TransferStay,
    mask_number,
};
use crate::flow::{Bargein, Goto, NodeIndex, QueueNode, Verb};
use crate::interpreter::{Enqueue, Ring};
use crate::time::{Duration, Instant};

impl Session {
    pub(super) fn enqueue(
        &mut self,
        node: NodeIndex,
        queue: &QueueNode,
        wanted: Box<Enqueue>,
        at: Moment<'_>,
    ) {
        self.type_ahead.flush();
        self.journal.queue_entered(&wanted.queue, at.now);
        self.note_queue(&wanted.queue);
        let greet = match queue.greet.as_slice() {
            [] => built_in(&self.program.flow, "connecting").into_iter().collect(),
            own => own.to_vec(),
        };
        // The line is joined before a word is said, but the greeting waits for the queue's answer.
        self.actions.push_back(Action::Enqueue(wanted));
        self.state = State::Queued(Box::new(InLine::new(node, greet, at.now)));
    }

    pub(super) fn queue_news(&mut self, news: QueueNews, at: Moment<'_>) {
        match news {
            QueueNews::Offered { agent } => return self.journal.offered(&agent, at.now),
            QueueNews::OfferEnded { agent, result } => {
                return self.journal.offer_ended(&agent, result);
            }
            QueueNews::Entered { .. }
            | QueueNews::Led { .. }
            | QueueNews::Moved { .. }
            | QueueNews::Full
            | QueueNews::Unstaffed
            | QueueNews::Closed
            | QueueNews::Expired
            | QueueNews::PickedUp
            | QueueNews::Connected { .. } => {}
        }
        let mut line = match std::mem::replace(&mut self.state, State::Moving) {
            State::Queued(line) => line,
            other => {
                self.state = other;
                return;
            }
        };
        let flow = self.program.flow.clone();
        let Verb::Queue(queue) = &flow.node(line.node).verb else {
            return self.apologise_at(line.node, at);
        };
        match news {
            QueueNews::Entered { position } => {
                let present = self.journal.queue_or(&queue.queue);
                self.journal.queue_rejoined(&present, at.now);
                line.moved(position);
                self.memory.set_queue_position(Some(position));
                self.memory.set_queue_wait(Duration::ZERO);
                let music = queue.music.clone().unwrap_or_else(|| SoundId::from(HOLD_MUSIC));
                self.command(CommandKind::Music(Some(music)));
                line.entered(queue, self.memory.facts().origin.caller.number.is_some(), at.now);
                let mut words = std::mem::take(&mut line.greet);
                if let Some(news) = line.place(false, at) {
                    words.extend(self.told(&news, queue));
                }
                line.playback = self.play(&words, Bargein::None, SymbolSet::NONE, at);
                self.state = State::Queued(line);
            }
            QueueNews::Led { queue, position } => self.led(line, &queue, position, at),
            QueueNews::Moved { position } => {
                line.moved(position);
                self.memory.set_queue_position(Some(position));
                self.state = State::Queued(line);
            }
            QueueNews::PickedUp => {
                self.actions.extend(line.playback.stop().map(Action::Command));
                let words: Vec<_> = built_in(&flow, "connecting").into_iter().collect();
                line.playback = self.play(&words, Bargein::None, SymbolSet::NONE, at);
                self.state = State::Queued(line);
            }
            QueueNews::Full => self.turned_away(line, ("full", queue.full), at),
            QueueNews::Unstaffed => self.turned_away(line, ("unstaffed", queue.unstaffed), at),
            QueueNews::Closed => self.turned_away(line, ("closed", queue.closed), at),
            QueueNews::Expired => self.turned_away(line, ("too_long", queue.too_long), at),
            QueueNews::Connected { agent, leg } => {
                self.journal.queue_left(at.now);
                self.journal.offer_ended(&agent, "answered");
                self.journal.talks_with(leg, Some(agent), None);
                self.left_line(&line, at.now);
                self.talk(line.node, line.playback, leg, at.now);
            }
            QueueNews::Offered { .. } | QueueNews::OfferEnded { .. } => {}
        }
    }

    fn turned_away(&mut self, mut line: Box<InLine>, way: (&'static str, Goto), at: Moment<'_>) {
        self.journal.queue_left(at.now);
        self.left_line(&line, at.now);
        self.actions.extend(line.playback.stop().map(Action::Command));
        self.command(CommandKind::Music(None));
        self.follow(line.node, way.0, way.1, at);
    }

    fn talk(&mut self, node: NodeIndex, mut playback: Playback, leg: LegId, now: Instant) {
        let speaks = playback.is_playing();
        self.actions.extend(playback.stop().map(Action::Command));
        self.command(CommandKind::Music(None));
        if !(speaks && bug::is(Bug::DeadLine)) {
            self.command(CommandKind::Bridge(leg));
        }
        self.begin_talk_tape();
        self.state = State::Talking { node, since: now };
    }

    pub(super) fn ring(&mut self, node: NodeIndex, wanted: Box<Ring>, at: Moment<'_>) {
        self.type_ahead.flush();
        self.note_ring(&wanted.to);
        self.journal.transfer =
            Some(TransferStay { to: mask_number(&wanted.to), kind: "flow", result: "no_answer" });
        let words: Vec<_> = built_in(&self.program.flow, "connecting").into_iter().collect();
        let playback = self.play(&words, Bargein::None, SymbolSet::NONE, at);
        self.command(CommandKind::Music(Some(SoundId::from(RINGING_TONE))));
        self.actions.push_back(Action::Ring(wanted));
        self.state = State::Dialling { node, playback };
    }

    pub(super) fn peer_news(&mut self, news: &PeerNews, at: Moment<'_>) {
        match (news, std::mem::replace(&mut self.state, State::Moving)) {
            (PeerNews::Answered { leg }, State::Dialling { node, playback }) => {
                self.transfer_result("answered");
                let to = self.journal.transfer.as_ref().map(|stay| stay.to.clone());
                self.journal.talks_with(*leg, None, to);
                self.talk(node, playback, *leg, at.now);
            }
            (PeerNews::Failed(cause), State::Dialling { node, mut playback }) => {
                self.actions.extend(playback.stop().map(Action::Command));
                self.command(CommandKind::Music(None));
                self.not_connected(node, *cause, at);
            }
            (PeerNews::Ended, State::Talking { node, since }) => {
                self.journal.talked(since, at.now);
                self.end_talk_tape();
                self.budget.valid();
                // The other party may have gone while the caller was on hold.
                self.command(CommandKind::Music(None));
                self.talk_ended(node, at);
            }
            (PeerNews::Lost, State::Talking { node, since }) => {
                self.journal.talked(since, at.now);
                self.end_talk_tape();
                self.budget.valid();
                self.talk_lost(node, at);
            }
            // Nobody is left to hand the caller over, and nobody could be had.
            (PeerNews::Ended | PeerNews::Lost, State::Transferring { node }) => {
                self.transfer_result("failed");
                self.budget.valid();
                self.command(CommandKind::Music(None));
                self.talk_ended(node, at);
            }
            (news, state) => {
                self.state = state;
                self.handed_over(news, at);
            }
        }
    }

    /// The other party hung up: the caller goes on, never dropped.
    fn talk_ended(&mut self, node: NodeIndex, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let done = match &flow.node(node).verb {
            Verb::Queue(queue) => queue.done,
            Verb::Transfer(transfer) => transfer.done,
            _ => None,
        };
        match done {
            Some(goto) => self.follow(node, "done", goto, at),
            None => {
                self.journal.leave("done");
                self.last_words("goodbye", node, Then::Hangup(HangupCause::Normal), at);
            }
        }
    }

    /// The agent's phone is gone: the caller is told, and is in line again before all who came later.
    fn talk_lost(&mut self, node: NodeIndex, at: Moment<'_>) {
        let flow = self.program.flow.clone();
        let Verb::Queue(queue) = &flow.node(node).verb else {
            self.command(CommandKind::Music(None));
            return self.talk_ended(node, at);
        };
        let queue = self.journal.queue_or(&queue.queue);
        self.note_queue(&queue);
        let words = built_in(&flow, "connecting").into_iter().collect();
        self.actions.push_back(Action::Rejoin { queue });
        self.state = State::Queued(Box::new(InLine::new(node, words, at.now)));
    }

    fn not_connected(&mut self, node: NodeIndex, cause: HangupCause, at: Moment<'_>) {
        let result = transfer_result_of(cause);
        self.transfer_result(result);
        let flow = self.program.flow.clone();
        let ways = match &flow.node(node).verb {
            Verb::Transfer(transfer) => match result {
                "busy" => transfer.busy.or(transfer.failed),
                "no_answer" => transfer.no_answer.or(transfer.failed),
                _ => transfer.failed,
            },
            _ => None,
        };
        match ways {
            Some(goto) => self.follow(node, result, goto, at),
            None => {
                self.journal.leave(result);
                self.last_words("apology", node, Then::Hangup(HangupCause::Normal), at);
            }
        }
    }

    pub(super) fn transfer_result(&mut self, result: &'static str) {
        if let Some(stay) = &mut self.journal.transfer {
            stay.result = result;
        }
    }
}

/// How a transfer ended that came to nothing, in the words of the record.
pub(super) const fn transfer_result_of(cause: HangupCause) -> &'static str {
    match cause {
        HangupCause::Busy => "busy",
        HangupCause::NoAnswer => "no_answer",
        _ => "failed",
    }
}
