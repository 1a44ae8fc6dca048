//! What the queue is told.

use std::fmt;
use std::sync::Arc;

use super::contact::Contact;
use super::restore::Standing;
use super::settings::Settings;
use crate::call::{AgentId, CallId, QueueId};
use crate::history::{Exit, OfferResult};
use crate::time::{Duration, Instant};

/// One offer of a contact to an agent, numbered from 1 and never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferId(pub u64);

impl fmt::Display for OfferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for OfferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offer {}", self.0)
    }
}

/// One thing that happened. Names and numbers that the queue does not know are passed over, since any of these may
/// arrive late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Only time passed.
    Tick,
    /// A caller wants a human. Answered at once by `Entered` or `Refused`. A call that is already in line or talking
    /// leaves that first.
    Enqueue(Contact),
    /// The caller hung up or goes elsewhere. Takes back a live offer in the same step, and ends a talk.
    Leave {
        /// The caller.
        call: CallId,
        /// How it leaves a line. [`Exit::Abandoned`] while an agent's phone rings is told as
        /// [`Exit::AbandonedRinging`].
        how: Exit,
    },
    /// The caller's line is out of touch: it keeps its place, its wait does not run, and nobody is offered to it. An
    /// offer that is under way goes on.
    Hold {
        /// The caller, in line or about to be.
        call: CallId,
    },
    /// The caller's line is back: the wait runs on.
    Unhold {
        /// The caller.
        call: CallId,
    },
    /// An agent's phone came or went. A word that changes nothing (a refreshed registration) has no effect.
    Reachable {
        /// The agent.
        agent: AgentId,
        /// Whether a call can reach them now.
        reachable: bool,
    },
    /// An agent asks for a break; it begins when the present offer, talk and wrap-up are over.
    Break {
        /// The agent.
        agent: AgentId,
        /// Why, as the agent names it, such as `lunch`.
        reason: Arc<str>,
    },
    /// An agent is back: ends a break, a break asked for, and any pause after failed offers.
    Resume {
        /// The agent.
        agent: AgentId,
    },
    /// The agent's phone rings.
    Ringing {
        /// Which offer.
        offer: OfferId,
    },
    /// The agent picked up. Answered by `Connected`, by `Join` while others ring for the same caller, or by `TooLate` if
    /// the offer had been taken back. Whoever picks up while another is joined is told by `Cancel`.
    Answered {
        /// Which offer.
        offer: OfferId,
    },
    /// Caller and agent hear each other, of an offer that `Join` was said of: the other phones stop ringing. One that is
    /// never confirmed counts as such after [`join_limit`](super::Settings::join_limit).
    Joined {
        /// Which offer.
        offer: OfferId,
    },
    /// The agent's leg ended without an answer. For an offer that was taken back, the same as `Released`.
    Failed {
        /// Which offer.
        offer: OfferId,
        /// Why.
        cause: OfferFailure,
    },
    /// The agent's leg of an offer that was taken back is gone; only now is the agent free.
    Released {
        /// Which offer.
        offer: OfferId,
    },
    /// An offer could not be kept, so that nobody was rung: the caller has the place of before, and nothing of it counts
    /// against the agent.
    Unclaimed {
        /// Which offer.
        offer: OfferId,
        /// Whether caller or agent are taken elsewhere, so that these two are kept apart for a while.
        stale: bool,
    },
    /// No new offer starts (`true`), or offers start again. All else goes on.
    Pause(bool),
    /// Caller and agent no longer talk, whoever hung up. Begins the wrap-up.
    TalkEnded {
        /// The caller.
        call: CallId,
    },
    /// The phone of the agent whom a caller talks with is gone without a word. The agent rests as after an offer that
    /// could not be delivered, at least as long as a wrap-up; the caller may come back to the line.
    Vanished {
        /// The caller.
        call: CallId,
    },
    /// An agent's phone is used for somebody whom the queue did not give them. Without effect unless
    /// [`may_engage`](super::Queues::may_engage) says so.
    Engage {
        /// The agent.
        agent: AgentId,
    },
    /// That call is over. A wrap-up that it interrupted goes on.
    Disengage {
        /// The agent.
        agent: AgentId,
    },
    /// A caller talks with another agent from now on, who is engaged. Whoever talked with the caller wraps up.
    HandOver {
        /// The caller.
        call: CallId,
        /// The queue the caller came from, whose wrap-up holds for the new one as well.
        queue: QueueId,
        /// Who has the caller now.
        agent: AgentId,
    },
    /// An agent ends the wrap-up early.
    WrapUpDone {
        /// The agent.
        agent: AgentId,
    },
    /// An agent has longer for the wrap-up.
    ExtendWrapUp {
        /// The agent.
        agent: AgentId,
        /// By how much.
        by: Duration,
    },
    /// An agent is logged out by word: `offline` at once, or when the present offer, talk and wrap-up are over. Then
    /// neither their phone nor `Resume` makes them ready, only `LogIn`.
    LogOut {
        /// The agent.
        agent: AgentId,
    },
    /// An agent who was logged out by word is back. Takes back a log-out that waits.
    LogIn {
        /// The agent.
        agent: AgentId,
    },
    /// A contact in line gets another priority.
    Reprioritise {
        /// The contact.
        call: CallId,
        /// 1 (first) to 9; anything else counts as the nearer end.
        priority: u8,
    },
    /// A contact in line goes to another queue, with its place. Told as `Left` and `Entered`.
    Move {
        /// The contact.
        call: CallId,
        /// The queue to go to.
        queue: QueueId,
        /// When that queue closes for whoever waits; `None` = they are served.
        closes_at: Option<Instant>,
    },
    /// The operator has changed the queues. Their settings hold for what is decided from now on, new queues are open
    /// at once, and those that are no longer named serve whoever still asks for them. Of the agents only which new
    /// queues they serve, and how they serve those of before, is taken over; the pauses stay as they were.
    Change(Box<Settings>),
    /// The node begins anew, with what its history says of the time before. To be told first, before any phone comes.
    Restore(Box<Standing>),
}

/// Why an offer came to nothing at the agent's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfferFailure {
    /// The agent declined.
    Rejected,
    /// The phone is in use.
    Busy,
    /// It rang and nobody answered. Counts towards `missed_limit`.
    NoAnswer,
    /// The phone could not be reached.
    Unreachable,
    /// It was picked up and not accepted by a key where one is asked for. Counts as a miss: a machine may have answered.
    NotAccepted,
}

impl OfferFailure {
    /// How the offer ended, as the history says it.
    #[must_use]
    pub const fn result(self) -> OfferResult {
        match self {
            Self::Rejected => OfferResult::Rejected,
            Self::Busy => OfferResult::Busy,
            Self::NoAnswer => OfferResult::NoAnswer,
            Self::Unreachable => OfferResult::Unreachable,
            Self::NotAccepted => OfferResult::NotAccepted,
        }
    }
}
