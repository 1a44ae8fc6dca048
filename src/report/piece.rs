//! What the fold hands on: one piece for each thing that is over, or still goes on at the end.

use std::sync::Arc;

use crate::call::{AgentId, CallId, EndedBy, HangupCause, Language, QueueId};
use crate::history::{
    AgentStatus, CallbackEnd, CallerKey, Exit, Medium, OfferId, OfferResult, Outcome, Refusal,
    TryResult,
};
use crate::time::{Duration, Wall};

/// One thing that reports count.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// A queue took a contact in.
    Taken(Taken),
    /// A queue did not take one in.
    Refused(Refused),
    /// A contact is out of a line.
    Stay(Stay),
    /// An offer is over.
    Offer(Offer),
    /// A talk of one agent with one contact is over.
    Talk(Talk),
    /// One side held, and holds no longer.
    Hold(Hold),
    /// An agent was in one state.
    Span(Span),
    /// A call is over.
    Met(Met),
    /// A wish to be called back is over.
    Callback(Callback),
    /// Somebody was asked how it was.
    Survey(Survey),
    /// Something was left for a person to do.
    Ticket(Ticket),
}

/// A queue took a contact in: it counts as offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The queue.
    pub queue: QueueId,
    /// How it reaches us.
    pub medium: Medium,
    /// When.
    pub at: Wall,
}

/// A queue did not take a contact in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The contact.
    pub contact: CallId,
    /// The queue.
    pub queue: QueueId,
    /// When.
    pub at: Wall,
    /// Why.
    pub why: Refusal,
}

/// How a stay in line ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// An agent answered.
    Answered(AgentId),
    /// It left without an answer.
    Left(Exit),
    /// It has not: the contact still waits.
    Waiting,
}

/// One contact in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    /// The contact; of a caller who called again for their old place, the first one.
    pub contact: CallId,
    /// The queue.
    pub queue: QueueId,
    /// How it reaches us.
    pub medium: Medium,
    /// Who.
    pub caller: Option<CallerKey>,
    /// 1 (first) to 9, as it was last.
    pub priority: u8,
    /// When the queue took it in.
    pub entered: Wall,
    /// When it ended, or the moment of the report.
    pub ended: Wall,
    /// How.
    pub end: Ended,
    /// To how many agents it was offered.
    pub offers: u32,
    /// The expected waits that were told, and when.
    pub told: Vec<(Wall, Duration)>,
    /// The keys that led out of it.
    pub key: Option<Arc<str>>,
    /// Whether it follows an answer that came to nothing: such a contact was counted as offered and answered before,
    /// and is not counted again.
    pub back: bool,
}

/// How an offer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferEnd {
    /// The agent answered.
    Answered,
    /// It came to nothing.
    Closed(OfferResult),
    /// It still stands.
    Open,
}

/// One offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its number within its epoch.
    pub offer: OfferId,
    /// The contact.
    pub contact: CallId,
    /// The queue.
    pub queue: QueueId,
    /// The agent.
    pub agent: AgentId,
    /// When it was made.
    pub at: Wall,
    /// When the phone began to ring.
    pub rang: Option<Wall>,
    /// When it ended.
    pub ended: Wall,
    /// How.
    pub end: OfferEnd,
}

/// How an agent passed a contact on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transfer {
    /// After the two had spoken.
    Attended,
    /// Without a word.
    Blind,
    /// Back into a line.
    Queue,
}

/// One agent with one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// The contact.
    pub contact: CallId,
    /// The queue it came from.
    pub queue: Option<QueueId>,
    /// The agent.
    pub agent: AgentId,
    /// From.
    pub began: Wall,
    /// To.
    pub ended: Wall,
    /// How much of it was on hold.
    pub held: Duration,
    /// Who ended it; `None` = it goes on, or the node died with it.
    pub by: Option<EndedBy>,
    /// Who had the contact before.
    pub from: Option<AgentId>,
    /// How the agent passed it on.
    pub transfer: Option<Transfer>,
    /// Whether it is the first talk of the contact for that queue: a queue handles a contact once.
    pub first: bool,
    /// Whether it is the first one of the contact for that queue that was passed on.
    pub passed: bool,
    /// Whether it goes on.
    pub open: bool,
}

/// One side of a talk held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The queue the contact came from.
    pub queue: Option<QueueId>,
    /// The agent.
    pub agent: AgentId,
    /// From.
    pub from: Wall,
    /// To.
    pub to: Wall,
}

/// An agent was in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The agent.
    pub agent: AgentId,
    /// Which.
    pub status: AgentStatus,
    /// Why.
    pub reason: Option<Arc<str>>,
    /// Whom it was about.
    pub contact: Option<CallId>,
    /// The queue it was about.
    pub queue: Option<QueueId>,
    /// From.
    pub from: Wall,
    /// To.
    pub to: Wall,
    /// Whether it goes on.
    pub open: bool,
}

/// A call as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// The call.
    pub contact: CallId,
    /// Who called, or was called.
    pub caller: Option<CallerKey>,
    /// The number that was called; empty for calls of ours.
    pub called: Arc<str>,
    /// From.
    pub began: Wall,
    /// To.
    pub ended: Wall,
    /// What came of it; `None` = it goes on, or the node died with it.
    pub outcome: Option<Outcome>,
    /// Why it ended.
    pub cause: Option<HangupCause>,
    /// Who ended it.
    pub by: Option<EndedBy>,
    /// The language at its end.
    pub language: Option<Language>,
    /// What it was about.
    pub topic: Option<Arc<str>>,
    /// The last queue it stood in.
    pub queue: Option<QueueId>,
    /// The last agent who talked with it.
    pub agent: Option<AgentId>,
    /// Whether a ticket was opened in it: it could not be settled at once.
    pub ticket: bool,
    /// Whether it goes on.
    pub open: bool,
}

/// A wish to be called back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// Its number.
    pub callback: u64,
    /// The contact that stands in line for it.
    pub contact: CallId,
    /// The call in which it was asked for.
    pub call: CallId,
    /// The queue.
    pub queue: QueueId,
    /// When it was asked for.
    pub asked: Wall,
    /// When it is too late.
    pub expires: Wall,
    /// How often somebody tried.
    pub tries: u32,
    /// How the last try went.
    pub last: Option<TryResult>,
    /// When agent and customer first talked.
    pub connected: Option<Wall>,
    /// How and when it ended; `None` = it has not.
    pub end: Option<(CallbackEnd, Wall)>,
}

/// A question after a call, or its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The call.
    pub contact: CallId,
    /// When.
    pub at: Wall,
    /// The queue of the last talk.
    pub queue: Option<QueueId>,
    /// The agent of the last talk; `None` = self-service.
    pub agent: Option<AgentId>,
    /// The question and the answer; `None` = the caller is being asked.
    pub score: Option<(Arc<str>, u8)>,
}

/// Something that was left for a person to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its number.
    pub ticket: u64,
    /// What sort.
    pub sort: Arc<str>,
    /// When it was opened.
    pub opened: Wall,
    /// When somebody first did something about it.
    pub first: Option<Wall>,
    /// When it was done.
    pub closed: Option<Wall>,
    /// Until when it is to be done.
    pub due: Option<Wall>,
}

/// The time from one wall clock reading to a later one; none where the clock was set back between them.
pub(super) const fn between(from: Wall, to: Wall) -> Duration {
    let span = to.as_unix_micros().saturating_sub(from.as_unix_micros());
    Duration::from_micros(if span > 0 { span.unsigned_abs() } else { 0 })
}

impl Stay {
    /// How long it lasted, ringing included.
    #[must_use]
    pub const fn wait(&self) -> Duration {
        between(self.entered, self.ended)
    }
}

impl Talk {
    /// How long it lasted, holding included.
    #[must_use]
    pub const fn lasted(&self) -> Duration {
        between(self.began, self.ended)
    }
}

impl Span {
    /// How long it lasted.
    #[must_use]
    pub const fn lasted(&self) -> Duration {
        between(self.from, self.to)
    }
}
