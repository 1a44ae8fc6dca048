//! What a session is told and what it asks for.

use std::sync::Arc;

use crate::call::{
    AgentId, CallRecord, CommandKind, EndedBy, Errand, EventKind, Expected, HangupCause, LegId,
    PlayEnd, PlayId, Quality, QueueId, RecordingEnd, RecordingId, Reply, Symbol,
};
use crate::history::Exit;
use crate::interpreter::{Enqueue, Ring};
use crate::time::{Duration, Instant};

/// What a session is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Time has passed: the session's deadline may be due.
    Tick,
    /// The caller's leg was answered.
    Answered,
    /// The caller pressed a key.
    Key {
        /// The key.
        symbol: Symbol,
        /// The start of the press.
        pressed_at: Instant,
    },
    /// The caller said something.
    Said {
        /// The words.
        text: Arc<str>,
    },
    /// The adapter stopped a play by itself: by a key in `stop_on`, or because the leg ends.
    PlayStopped {
        /// Which.
        play: PlayId,
    },
    /// A play ended.
    PlayEnded {
        /// Which.
        play: PlayId,
        /// When its last audible sample was sent.
        audible_end: Instant,
    },
    /// Nothing of a play could be heard.
    PlayFailed {
        /// Which.
        play: PlayId,
    },
    /// A recording ended.
    Recorded {
        /// Which.
        recording: RecordingId,
        /// Why.
        end: RecordingEnd,
        /// How long it is.
        lasted: Duration,
    },
    /// What was asked of the outside is answered.
    Reply(Reply),
    /// News from the queue.
    Queue(QueueNews),
    /// News from the transfer target or agent.
    Peer(PeerNews),
    /// How the media of a leg was that talks, or has talked, with the caller. The latest word counts.
    PeerMeasured {
        /// The leg.
        leg: LegId,
        /// How it was.
        quality: Quality,
    },
    /// The caller's leg is gone.
    CallerEnded {
        /// Who ended it.
        by: EndedBy,
        /// Why.
        cause: HangupCause,
        /// How the media was.
        quality: Option<Quality>,
    },
    /// End the call from our side, with a spoken line where there is still time.
    Close(HangupCause),
    /// End the call from our side at once.
    Abort(HangupCause),
}

impl Input {
    /// What a report about the caller's own leg says to the session; `None` where it says nothing.
    #[must_use]
    pub fn of(report: EventKind) -> Option<Self> {
        Some(match report {
            EventKind::Answered => Self::Answered,
            EventKind::Digit { symbol, pressed_at, .. } => Self::Key { symbol, pressed_at },
            EventKind::Said { text, .. } => Self::Said { text },
            EventKind::PlayEnded { play, end, audible_end, .. } => match end {
                PlayEnd::Stopped => Self::PlayStopped { play },
                PlayEnd::Failed => Self::PlayFailed { play },
                PlayEnd::Finished => Self::PlayEnded { play, audible_end },
            },
            EventKind::Recorded { recording, end, lasted } => {
                Self::Recorded { recording, end, lasted }
            }
            EventKind::Ended { by, cause, quality } => Self::CallerEnded { by, cause, quality },
            EventKind::Rejected { command, .. } => return Self::of_rejected(command),
            EventKind::MediaLost => Self::Abort(HangupCause::MediaLost),
            EventKind::Offered(_)
            | EventKind::Ringing
            | EventKind::SpeechStarted
            | EventKind::SpeechEnded
            | EventKind::Bridged
            | EventKind::Unbridged { .. }
            | EventKind::Held
            | EventKind::Resumed
            | EventKind::TransferRequested(_)
            | EventKind::TransferProgress(_)
            | EventKind::MediaRestored => return None,
        })
    }

    /// What it says to the session that an adapter could not carry out a command.
    fn of_rejected(command: CommandKind) -> Option<Self> {
        Some(match command {
            CommandKind::Play(play) => Self::PlayFailed { play: play.id },
            CommandKind::Record(recording) => Self::Recorded {
                recording: recording.id,
                end: RecordingEnd::Failed,
                lasted: Duration::ZERO,
            },
            CommandKind::Accept(_) => Self::Abort(HangupCause::InternalError),
            CommandKind::Bridge(_) => Self::Peer(PeerNews::Ended),
            _ => return None,
        })
    }
}

/// News from the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueNews {
    /// The caller is in line.
    Entered {
        /// The place in line, from 1.
        position: u32,
    },
    /// Somebody led the caller to another queue.
    Led {
        /// The queue.
        queue: QueueId,
        /// The place in it, from 1.
        position: u32,
    },
    /// The place in line changed.
    Moved {
        /// The place in line, from 1.
        position: u32,
    },
    /// The queue takes no more callers.
    Full,
    /// Nobody is logged in.
    Unstaffed,
    /// The queue is closed.
    Closed,
    /// The wait was longer than `max_wait`.
    Expired,
    /// An agent is being rung.
    Offered {
        /// The agent.
        agent: AgentId,
    },
    /// An agent took the call and is told of it; the caller is connected in a moment.
    PickedUp,
    /// An offer ended without an answer.
    OfferEnded {
        /// The agent.
        agent: AgentId,
        /// How, in the words of the record.
        result: &'static str,
    },
    /// An agent answered on `leg`.
    Connected {
        /// The agent.
        agent: AgentId,
        /// The agent's leg.
        leg: LegId,
    },
}

/// News from the other party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerNews {
    /// The transfer target answered on `leg`.
    Answered {
        /// Its leg.
        leg: LegId,
    },
    /// The transfer target could not be connected.
    Failed(HangupCause),
    /// The other party of a talk hung up.
    Ended,
    /// The phone of the other party of a talk is gone without a word.
    Lost,
    /// One side of a talk holds (`true`), or no side does any more. What both hear meanwhile is seen to elsewhere.
    Held(bool),
    /// The agent hands the caller over to somebody who is rung.
    Transferring {
        /// To whom.
        to: Handed,
    },
    /// The caller talks with somebody else from now on.
    Transferred {
        /// With whom.
        to: Handed,
        /// The new party's leg.
        leg: LegId,
        /// Whether one side holds, so that they are not connected yet.
        held: bool,
    },
    /// Whoever was rung cannot be had: the caller is with the agent again, on this leg.
    Returned {
        /// Why.
        cause: HangupCause,
        /// The agent's leg.
        leg: LegId,
        /// Whether one side holds, so that they are not connected yet.
        held: bool,
    },
}

/// To whom an agent hands a caller over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// The agent, if it is one.
    pub agent: Option<AgentId>,
    /// The number or user as it was dialled.
    pub to: Arc<str>,
    /// Whether the agent has talked with them before.
    pub attended: bool,
}

/// What a session asks for. Each has exactly one destination.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// To the adapter of the caller's leg.
    Command(CommandKind),
    /// To the queue: put the caller in line.
    Enqueue(Box<Enqueue>),
    /// To the queue: put the caller in line again, at the place of before, with what was wanted then.
    Rejoin {
        /// The queue.
        queue: QueueId,
    },
    /// To the queue: the caller leaves.
    LeaveQueue {
        /// How.
        how: Exit,
        /// The keys that led out, for [`Exit::Key`].
        key: Option<Arc<str>>,
    },
    /// To the history: the caller was told where they stand.
    Told {
        /// The place told.
        position: Option<u32>,
        /// The expected wait that was told as a band.
        expected: Option<Expected>,
    },
    /// To an adapter: ring a number.
    Ring(Box<Ring>),
    /// To the outside: [`Input::Reply`] answers it. One at a time.
    Request(Box<Errand>),
    /// To the outside: what was asked last is no longer waited for.
    Abandon,
    /// To the other party's leg, rung or talking: hang up.
    HangupPeer(HangupCause),
    /// To the record store. The last action of a session.
    Record(Box<CallRecord>),
}

impl Action {
    /// Whether it is meant for the caller's leg.
    pub(super) const fn needs_leg(&self) -> bool {
        matches!(self, Self::Command(_) | Self::Ring(_) | Self::Enqueue(_) | Self::Rejoin { .. })
    }
}
