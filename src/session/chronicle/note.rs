//! What a call is told, as its journal notes it.

use crate::call::{
    Errand, HangupCause, JournalEvent, JournalOther, JournalQueue, NodeId, QueueId, mask_number,
};
use crate::flow::NodeIndex;
use crate::session::state::State;
use crate::session::taping::Stage;
use crate::session::{Action, Input, Moment, PeerNews, QueueNews, Session};

impl Session {
    /// Notes what is about to be told; keys and words are noted where they are taken.
    pub(in crate::session) fn note_input(&mut self, input: &Input, at: Moment<'_>) {
        match &mut self.journal.chronicle {
            Some(chronicle) => chronicle.now = at.now,
            None => return,
        }
        let event = match input {
            Input::Answered => Some(JournalEvent::Answered),
            Input::Recorded { recording, end, lasted } => match &self.state {
                State::Recording(taping) => match &taping.stage {
                    Stage::Taping { id, .. } if id == recording => {
                        Some(JournalEvent::Recorded { end: *end, lasted: *lasted })
                    }
                    Stage::Taping { .. } | Stage::Announcing(_) | Stage::Left { .. } => None,
                },
                _ => None,
            },
            Input::PlayFailed { .. } => {
                let playing = self.state.playback().is_some_and(|playback| playback.is_playing());
                playing.then_some(JournalEvent::PlayFailed)
            }
            Input::Reply(reply) if self.awaits_reply() => {
                Some(JournalEvent::Replied(self.reply_shown(reply, at)))
            }
            Input::Queue(news) => Some(JournalEvent::Queue(queue(news))),
            Input::Peer(news) => Some(JournalEvent::Other(match news {
                PeerNews::Answered { .. } => JournalOther::Answered,
                PeerNews::Failed(cause) => JournalOther::Failed(*cause),
                PeerNews::Ended => JournalOther::Ended,
                PeerNews::Lost => JournalOther::Lost,
                PeerNews::Held(true) => JournalOther::Held,
                PeerNews::Held(false) => JournalOther::Resumed,
                PeerNews::Transferring { .. } => JournalOther::Transferring,
                PeerNews::Transferred { .. } => JournalOther::Transferred,
                PeerNews::Returned { cause, .. } => JournalOther::Returned(*cause),
            })),
            Input::Close(cause) => Some(JournalEvent::Closed { cause: *cause }),
            Input::Abort(cause) => Some(JournalEvent::Aborted { cause: *cause }),
            Input::Reply(_)
            | Input::Tick
            | Input::Key { .. }
            | Input::Said { .. }
            | Input::PlayStopped { .. }
            | Input::PlayEnded { .. }
            | Input::PeerMeasured { .. }
            | Input::CallerEnded { .. } => None,
        };
        event.into_iter().for_each(|event| self.note(event));
    }

    /// Notes that something happened, where a journal is kept.
    pub(in crate::session) fn note(&mut self, event: JournalEvent) {
        if let Some(chronicle) = &mut self.journal.chronicle {
            chronicle.note(event);
        }
    }

    /// Asks the outside.
    pub(in crate::session) fn ask_outside(&mut self, errand: Box<Errand>) {
        if self.journal.chronicle.is_some() {
            let what = match &*errand {
                Errand::Operation(operation) => {
                    format!("{}.{}", operation.service, operation.operation).into()
                }
                Errand::Ticket(_) => "tickets".into(),
                Errand::Callback(_) => "callbacks".into(),
            };
            self.note(JournalEvent::Requested { what });
        }
        self.actions.push_back(Action::Request(errand));
    }

    /// A question is put at a node.
    pub(in crate::session) fn note_question(
        &mut self,
        node: NodeIndex,
        free: bool,
        at: Moment<'_>,
    ) {
        self.open_keys(node, free, at);
        if self.journal.chronicle.is_some() {
            let node: NodeId = self.program.flow.node(node).id.clone();
            self.note(JournalEvent::Asked { node });
        }
    }

    /// The caller wants to be put in line.
    pub(in crate::session) fn note_queue(&mut self, queue: &QueueId) {
        if self.journal.chronicle.is_some() {
            self.note(JournalEvent::Enqueued { queue: queue.clone() });
        }
    }

    /// A number is rung.
    pub(in crate::session) fn note_ring(&mut self, to: &str) {
        if self.journal.chronicle.is_some() {
            self.note(JournalEvent::Rang { to: mask_number(to).into() });
        }
    }

    /// The leg is gone.
    pub(in crate::session) fn note_end(
        &mut self,
        by: crate::call::EndedBy,
        cause: HangupCause,
        at: Moment<'_>,
    ) {
        self.settle_keys(&crate::session::collector::Outcome::Pending, at);
        self.note(JournalEvent::Ended { by, cause });
    }
}

fn queue(news: &QueueNews) -> JournalQueue {
    match news {
        QueueNews::Entered { position } => JournalQueue::Entered { position: *position },
        QueueNews::Led { queue, position } => {
            JournalQueue::Led { queue: queue.clone(), position: *position }
        }
        QueueNews::Moved { position } => JournalQueue::Moved { position: *position },
        QueueNews::Full => JournalQueue::Full,
        QueueNews::Unstaffed => JournalQueue::Unstaffed,
        QueueNews::Closed => JournalQueue::Closed,
        QueueNews::Expired => JournalQueue::Expired,
        QueueNews::PickedUp => JournalQueue::PickedUp,
        QueueNews::Offered { agent } => JournalQueue::Offered { agent: agent.clone() },
        QueueNews::OfferEnded { agent, result } => {
            JournalQueue::OfferEnded { agent: agent.clone(), result: (*result).into() }
        }
        QueueNews::Connected { agent, .. } => JournalQueue::Connected { agent: agent.clone() },
    }
}
