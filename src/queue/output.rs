//! What the queue decides.

use super::agent::AgentState;
use super::input::{OfferFailure, OfferId};
use crate::call::{AgentId, CallId};
use crate::time::Duration;

/// One decision, in the order it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// The caller is in line.
    Entered {
        /// The caller.
        call: CallId,
        /// The place in line, from 1.
        position: u32,
    },
    /// The caller cannot wait here.
    Refused {
        /// The caller.
        call: CallId,
        /// Why not.
        why: Refusal,
    },
    /// Ring this agent for this caller.
    Offer {
        /// The offer that its outcome must name.
        offer: OfferId,
        /// The caller.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// How long to let it ring.
        ring: Duration,
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
    /// The agent answered in time: connect the two. The caller has left the line.
    Connected {
        /// The offer.
        offer: OfferId,
        /// The caller.
        call: CallId,
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
    /// The caller waited as long as allowed and has left the line. Never while an offer is live.
    Expired {
        /// The caller.
        call: CallId,
    },
    /// Nobody who could serve the caller is logged in, and the grace is over. The caller has left the line.
    Unstaffed {
        /// The caller.
        call: CallId,
    },
    /// The caller stands at another place; told for the first [`told_places`](super::Settings::told_places) places.
    Moved {
        /// The caller.
        call: CallId,
        /// The place in line, from 1.
        position: u32,
    },
    /// An agent's state changed.
    AgentState {
        /// The agent.
        agent: AgentId,
        /// The state until now.
        from: AgentState,
        /// The state from now on.
        to: AgentState,
        /// What changed it.
        reason: AgentChange,
    },
}

/// Why a caller cannot wait in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// As many wait as may.
    Full,
    /// Nobody is logged in who could serve the caller.
    Unstaffed,
}

/// Why an offer was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelReason {
    /// The caller hung up or went elsewhere.
    CallerLeft,
    /// No outcome came within the ring time and the lease.
    Deadline,
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
    /// The agent came back.
    Resumed,
}
