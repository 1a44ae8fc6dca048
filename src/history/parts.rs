//! The words that facts are told in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One offer of a contact to an agent: counted from 1 within an epoch, never used again in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfferId(pub u64);

/// Stands for a caller's number without telling it: 32 lower-case hexadecimal digits, the same for the same number as
/// long as the store keeps its secret (HMAC-SHA-256, cut to 128 bits). Absent where the number is withheld.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallerKey(pub Arc<str>);

/// How a contact reaches us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// A caller on the line.
    Voice,
    /// Somebody who asked to be called back.
    Callback,
}

/// Why a queue did not take a contact in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// As many wait as may.
    Full,
    /// Outside of the opening hours.
    Closed,
    /// Nobody who could serve it is logged in.
    Unstaffed,
    /// The expected wait is longer than the flow allows.
    TooLong,
}

/// How a contact left a line without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// The caller hung up while nobody was rung for them.
    Abandoned,
    /// The caller hung up while an agent's phone rang.
    AbandonedRinging,
    /// The caller pressed a key that leads out.
    Key,
    /// The longest wait was over.
    Timeout,
    /// The last agent who could have served it logged out.
    Unstaffed,
    /// The queue closed while it stood there, and tells so.
    Closed,
    /// The caller asked to be called back, in this queue.
    Callback,
    /// The caller leaves a message.
    Voicemail,
    /// Moved into another queue, with its place.
    Moved,
    /// The node, or what carried the line, died.
    Lost,
    /// A callback that is no longer wanted: it was merged, cancelled or is too old.
    Withdrawn,
    /// We ended the call: the node shuts down, a limit was reached, an invariant was broken.
    System,
}

impl Exit {
    /// Whether somebody who leaves a line like this may come back to their place: they were cut off, by us or by what
    /// carries them.
    #[must_use]
    pub const fn keeps_place(self) -> bool {
        match self {
            Self::Lost | Self::Abandoned | Self::AbandonedRinging => true,
            Self::Key
            | Self::Timeout
            | Self::Unstaffed
            | Self::Closed
            | Self::Callback
            | Self::Voicemail
            | Self::Moved
            | Self::Withdrawn
            | Self::System => false,
        }
    }
}

/// How an offer ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferResult {
    /// The phone rang and nobody picked up.
    NoAnswer,
    /// The agent declined.
    Rejected,
    /// The phone was in use.
    Busy,
    /// The phone could not be reached.
    Unreachable,
    /// Picked up, and not accepted by a key where one is asked for.
    NotAccepted,
    /// The caller was gone first.
    CallerLeft,
    /// Another agent answered first (ring all).
    AnsweredElsewhere,
    /// Taken back for another reason: the deadline, a supervisor, a move.
    Withdrawn,
    /// The store refused it: contact or agent was taken already.
    Stale,
    /// The node died with it.
    Lost,
}

/// What an agent does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    /// Not logged in.
    Offline,
    /// Free to be offered a contact.
    Ready,
    /// Chosen for a contact; the phone does not ring yet.
    Reserved,
    /// The phone rings.
    Ringing,
    /// An offer was taken back, its leg is not gone yet.
    Releasing,
    /// Connected with a contact.
    Talking,
    /// On the phone with somebody whom no queue gave them.
    Engaged,
    /// Finishing the work of the last contact.
    Wrapup,
    /// Resting after a failed offer; the reason says after which.
    Backoff,
    /// Paused after too many missed offers.
    Rona,
    /// On a break; the reason is the agent's own.
    Break,
    /// Logged in, and the phone cannot be reached.
    Unreachable,
}

/// What came of a call, as the caller would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered by the flow itself: a node that counts as success was reached, and nobody was asked for.
    Resolved,
    /// Over in the flow without that.
    AbandonedInIvr,
    /// Led to a person, or to a line for one.
    ToHuman,
}

/// How one try to call somebody back went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TryResult {
    /// They talk.
    Connected,
    /// Nobody picked up.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// Picked up, and did not confirm that they are who asked.
    NotConfirmed,
    /// A machine answered.
    Machine,
    /// The number cannot be reached.
    Unreachable,
    /// It declined.
    Rejected,
    /// No agent was there any more when the customer answered.
    NoAgent,
    /// Nothing came of it for a reason of ours.
    Failed,
}

/// How a wish to be called back ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackEnd {
    /// Agent and customer talked.
    Done,
    /// The customer called by themselves and was served.
    CalledAgain,
    /// Every try failed.
    Exhausted,
    /// Its time was over.
    Expired,
    /// The customer or a supervisor took it back.
    Cancelled,
    /// The customer said that they no longer want it.
    Declined,
    /// Another wish of the same number for the same queue took its place.
    Merged,
    /// The number may not be called.
    NotAllowed,
}

/// How a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// Somebody has to do something.
    Open,
    /// It is done.
    Closed,
}

/// What somebody did about a ticket.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TicketDeed {
    /// Said who has to do it, or until when.
    #[default]
    Assigned,
    /// Wrote down what was done about it.
    Noted,
    /// Was done with it.
    Closed,
}

impl TicketDeed {
    /// Whether it is what rows of before were about, which did not say it.
    #[must_use]
    pub const fn is_assigned(&self) -> bool {
        matches!(self, Self::Assigned)
    }
}

/// What came of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketOutcome {
    /// What it was about is settled.
    Solved,
    /// It cannot be settled.
    NotSolved,
    /// Whoever left it cannot be reached.
    Unreachable,
    /// Another ticket is about the same.
    Duplicate,
    /// There was nothing to be done.
    Invalid,
    /// Whoever left it was forgotten.
    Forgotten,
}

/// What is kept for how long: each class has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retention {
    /// Call records.
    Records,
    /// Rows of the history.
    History,
    /// What callers were recorded saying, and whole calls.
    Recordings,
    /// Messages left for people.
    Voicemail,
    /// Closed tickets and callbacks that ended.
    Tickets,
    /// Numbers and words of callers, wherever they stand.
    Private,
}
