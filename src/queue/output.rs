//! What the queue decides.

use std::sync::Arc;

use super::agent::AgentState;
use super::contact::Contact;
use super::input::{OfferFailure, OfferId};
use crate::call::{AgentId, CallId, QueueId};
use crate::history::{Exit, OfferResult, Refusal};
use crate::time::{Duration, Instant};

/// One decision, in the order it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// A contact is in line.
    Entered {
        /// The contact, as it was asked for; the priority within its limits.
        contact: Box<Contact>,
        /// The place in line, from 1.
        position: u32,
    },
    /// The caller cannot wait here.
    Refused {
        /// The caller.
        call: CallId,
        /// The queue that was asked for.
        queue: QueueId,
        /// Why not.
        why: Refusal,
    },
    /// A contact is out of the line without an answer. Told exactly once for each that entered and was not connected.
    Left {
        /// The contact.
        call: CallId,
        /// The queue it stood in.
        queue: QueueId,
        /// How. [`Exit::Timeout`]: it waited as long as allowed, never told while an offer is live. [`Exit::Closed`]:
        /// the same where the queue closed. [`Exit::Unstaffed`]: nobody who could serve it is logged in, and the grace is over.
        how: Exit,
    },
    /// A contact in line has another priority, and with it another place.
    Reprioritised {
        /// The contact.
        call: CallId,
        /// The queue it stands in.
        queue: QueueId,
        /// 1 (first) to 9.
        priority: u8,
    },
    /// Ring this agent for this caller.
    Offer {
        /// The offer that its outcome must name.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// The caller's queue.
        queue: QueueId,
        /// The agent.
        agent: AgentId,
        /// How long to let it ring.
        ring: Duration,
        /// When it is taken back for want of an outcome.
        until: Instant,
        /// Whether others may be rung for the same caller at the same time.
        together: bool,
    },
    /// An offer came to nothing. Told exactly once for each that was not answered in time, when that is certain: before
    /// the leg of one that is taken back is gone.
    OfferEnded {
        /// The offer.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// The caller's queue.
        queue: QueueId,
        /// The agent.
        agent: AgentId,
        /// How.
        result: OfferResult,
    },
    /// Stop ringing: the offer is taken back. The agent is free once `Released` (or `Failed`) says that the leg is gone.
    Cancel {
        /// The offer.
        offer: OfferId,
        /// The agent.
        agent: AgentId,
        /// Why.
        why: CancelReason,
    },
    /// The agent answered first while others still ring: connect the two, and say [`Joined`](super::Input::Joined) when
    /// they hear each other. The caller is in line until then, and others may be rung for if it comes to nothing.
    Join {
        /// The offer.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// The agent.
        agent: AgentId,
    },
    /// The agent answered in time: connect the two, unless `Join` was said of the offer. The caller has left the line.
    Connected {
        /// The offer.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// The caller's queue.
        queue: QueueId,
        /// The agent.
        agent: AgentId,
    },
    /// The agent answered an offer that had been taken back: tell them that the caller left and end the leg. No
    /// wrap-up follows; the agent is free at `Released`.
    TooLate {
        /// The offer.
        offer: OfferId,
        /// The agent.
        agent: AgentId,
    },
    /// The caller stands at another place; told for the first [`told_places`](super::Settings::told_places) places.
    Moved {
        /// The caller.
        call: CallId,
        /// The place in line, from 1.
        position: u32,
    },
    /// An agent's state changed, or the break that follows it: then `from` and `to` are the same.
    AgentState {
        /// The agent.
        agent: AgentId,
        /// The state until now.
        from: AgentState,
        /// The state from now on.
        to: AgentState,
        /// What changed it.
        reason: AgentChange,
        /// The queue it is about: that of the offer, the talk or the wrap-up.
        queue: Option<QueueId>,
        /// The break that begins when the agent is free: its reason. [`LOGGED_OUT`](super::LOGGED_OUT) while they are
        /// logged out, or will be then.
        pending: Option<Arc<str>>,
    },
}

/// Why an offer was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelReason {
    /// The caller hung up or went elsewhere.
    CallerLeft,
    /// No outcome came within the ring time and the lease.
    Deadline,
    /// The caller was moved to another queue.
    Moved,
    /// Another agent answered first.
    AnsweredElsewhere,
}

impl CancelReason {
    /// How the offer ended, as the history says it.
    #[must_use]
    pub const fn result(self, rang: bool) -> OfferResult {
        match self {
            Self::CallerLeft => OfferResult::CallerLeft,
            Self::Deadline if rang => OfferResult::NoAnswer,
            Self::Deadline | Self::Moved => OfferResult::Withdrawn,
            Self::AnsweredElsewhere => OfferResult::AnsweredElsewhere,
        }
    }
}

/// What changed the state of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentChange {
    /// The phone came.
    Registered,
    /// The phone went.
    Unregistered,
    /// A caller was offered.
    Offered,
    /// The phone began to ring.
    Rang,
    /// The agent picked up.
    Answered,
    /// The offer failed at the agent's side.
    Failed(OfferFailure),
    /// The offer was taken back.
    Cancelled(CancelReason),
    /// The offer could not be kept, so that nobody was rung.
    Unclaimed,
    /// The leg of an offer that was taken back is gone.
    Released,
    /// Nobody said that the leg of an offer that was taken back is gone, and it no longer can be there.
    ReleaseLimit,
    /// The phone is used for somebody whom the queue did not give them, or that is over.
    Engaged,
    /// A colleague handed a caller over.
    HandedOver,
    /// Caller and agent parted.
    TalkEnded,
    /// The agent's phone is gone from a talk without a word.
    Vanished,
    /// A talk reached its limit without a word of its end.
    TalkLimit,
    /// The wrap-up is over.
    WrapUpEnded,
    /// A pause after failed offers is over.
    PauseEnded,
    /// The agent asked for a break.
    BreakAsked,
    /// The wrap-up was made longer.
    WrapUpExtended,
    /// The agent was logged out, or will be when they are free.
    LoggedOut,
    /// The agent was logged in.
    LoggedIn,
    /// The agent came back.
    Resumed,
    /// The node began anew, and the agent is what they were before.
    Restored,
}
