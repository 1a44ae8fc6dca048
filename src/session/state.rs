//! Where a call stands.

use super::asking::Asking;
use super::budget::Spending;
use super::errand::Waiting;
use super::line::InLine;
use super::parting::Parted;
use super::playback::Playback;
use super::taping::{Stage, Taping};
use crate::call::HangupCause;
use crate::flow::{Goto, NodeIndex};
use crate::time::{Duration, Instant};

/// How long we wait for the end of a leg that we hung up, before the record is written without it.
pub const LEAVING_LIMIT: Duration = Duration::from_secs(5);

/// The state of a call; see the picture in the module's docs.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// The phone rings at our side.
    Ringing {
        /// When it is answered.
        answer_at: Instant,
    },
    /// We answered; the caller's side has not confirmed yet.
    Answering,
    /// Prompts play, nothing is asked.
    Saying {
        /// The node.
        node: NodeIndex,
        /// What plays.
        playback: Playback,
        /// What comes after.
        then: Then,
    },
    /// The caller is asked.
    Asking(Box<Asking>),
    /// Something outside is asked and waited for.
    Waiting(Box<Waiting>),
    /// The caller is recorded.
    Recording(Box<Taping>),
    /// The caller waits for an agent.
    Queued(Box<InLine>),
    /// A number is rung for the caller.
    Dialling {
        /// The `transfer` node.
        node: NodeIndex,
        /// What the caller hears meanwhile.
        playback: Playback,
    },
    /// The caller talks with an agent or transfer target.
    Talking {
        /// The `queue` or `transfer` node.
        node: NodeIndex,
        /// Since when.
        since: Instant,
    },
    /// The agent hands the caller over, to somebody who is rung.
    Transferring {
        /// The `queue` node that the agent came from.
        node: NodeIndex,
    },
    /// We hung up and wait for the leg to end.
    Leaving {
        /// The node that hung up, if a flow ran.
        node: Option<NodeIndex>,
        /// Why.
        cause: HangupCause,
        /// When we no longer wait.
        until: Instant,
    },
    /// The caller is gone; the silent rest of the flow waits for an answer.
    Parted(Box<Parted>),
    /// The call is over.
    Ended,
    /// Only inside a step: the old state is taken out and the new one not yet in.
    Moving,
}

/// What comes after prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// The node is left by an outcome.
    Go {
        /// The outcome's name.
        outcome: &'static str,
        /// Where it leads.
        goto: Goto,
    },
    /// The call ends.
    Hangup(HangupCause),
}

impl State {
    /// When the state wants to be told the time.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Ringing { answer_at } => Some(*answer_at),
            Self::Saying { playback, .. } | Self::Dialling { playback, .. } => playback.limit(),
            Self::Asking(asking) => asking.deadline(),
            Self::Waiting(waiting) => Some(waiting.deadline()),
            Self::Recording(taping) => taping.deadline(),
            Self::Queued(line) => line.deadline(),
            Self::Parted(parted) => Some(parted.until),
            Self::Leaving { until, .. } => Some(*until),
            Self::Answering
            | Self::Talking { .. }
            | Self::Transferring { .. }
            | Self::Ended
            | Self::Moving => None,
        }
    }

    pub(super) const fn spending(&self) -> Spending {
        match self {
            Self::Asking(_) => Spending::Menu,
            // Last words are said to their end, whatever the limits say.
            Self::Saying { then: Then::Hangup(_), .. } => Spending::Outside,
            Self::Saying { .. } | Self::Waiting(_) | Self::Recording(_) | Self::Moving => {
                Spending::Flow
            }
            Self::Ringing { .. }
            | Self::Answering
            | Self::Queued(_)
            | Self::Dialling { .. }
            | Self::Talking { .. }
            | Self::Transferring { .. }
            | Self::Leaving { .. }
            | Self::Parted(_)
            | Self::Ended => Spending::Outside,
        }
    }

    pub(super) const fn node(&self) -> Option<NodeIndex> {
        match self {
            Self::Saying { node, .. }
            | Self::Dialling { node, .. }
            | Self::Talking { node, .. }
            | Self::Transferring { node } => Some(*node),
            Self::Asking(asking) => Some(asking.node),
            Self::Waiting(waiting) => Some(waiting.node),
            Self::Recording(taping) => Some(taping.node),
            Self::Queued(line) => Some(line.node),
            Self::Parted(parted) => Some(parted.node),
            Self::Leaving { node, .. } => *node,
            Self::Ringing { .. } | Self::Answering | Self::Ended | Self::Moving => None,
        }
    }

    /// What the caller hears now.
    pub(super) const fn playback(&self) -> Option<&Playback> {
        match self {
            Self::Saying { playback, .. } | Self::Dialling { playback, .. } => Some(playback),
            Self::Asking(asking) => Some(&asking.playback),
            Self::Waiting(waiting) => Some(&waiting.playback),
            Self::Queued(line) => Some(&line.playback),
            Self::Recording(taping) => match &taping.stage {
                Stage::Announcing(playback) => Some(playback),
                Stage::Taping { .. } | Stage::Left { .. } => None,
            },
            Self::Ringing { .. }
            | Self::Answering
            | Self::Talking { .. }
            | Self::Transferring { .. }
            | Self::Leaving { .. }
            | Self::Parted(_)
            | Self::Ended
            | Self::Moving => None,
        }
    }

    /// What the caller hears now, to be changed.
    pub(super) const fn playback_mut(&mut self) -> Option<&mut Playback> {
        match self {
            Self::Saying { playback, .. } | Self::Dialling { playback, .. } => Some(playback),
            Self::Asking(asking) => Some(&mut asking.playback),
            Self::Waiting(waiting) => Some(&mut waiting.playback),
            Self::Queued(line) => Some(&mut line.playback),
            Self::Recording(taping) => match &mut taping.stage {
                Stage::Announcing(playback) => Some(playback),
                Stage::Taping { .. } | Stage::Left { .. } => None,
            },
            Self::Ringing { .. }
            | Self::Answering
            | Self::Talking { .. }
            | Self::Transferring { .. }
            | Self::Leaving { .. }
            | Self::Parted(_)
            | Self::Ended
            | Self::Moving => None,
        }
    }
}
