//! What is worth a line in the log. The engine logs nothing itself.

use std::fmt;
use std::sync::Arc;

use crate::call::{AgentId, CallId, EndedBy, FlowId, HangupCause, LegId, QueueId, RequestId};
use crate::time::Duration;

/// One line for the log. Holds no personal value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A call was taken in.
    CallStarted {
        /// The call.
        call: CallId,
        /// The caller's leg.
        leg: LegId,
        /// The flow.
        flow: FlowId,
    },
    /// A call was turned away.
    CallRefused {
        /// The leg.
        leg: LegId,
        /// Why.
        cause: HangupCause,
    },
    /// An agent dialled a code on their phone.
    CodeDialled {
        /// The agent.
        agent: AgentId,
        /// The built-in words that tell what came of it.
        words: &'static str,
    },
    /// A call entered a queue.
    Queued {
        /// The call.
        call: CallId,
        /// The queue.
        queue: QueueId,
        /// The place in line, from 1.
        position: u32,
    },
    /// An agent is rung for a call.
    AgentRung {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
    },
    /// An offer came to nothing.
    OfferFailed {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
        /// How it ended.
        result: &'static str,
    },
    /// A caller in line was led to another queue.
    Led {
        /// The call.
        call: CallId,
        /// From which.
        from: QueueId,
        /// To which.
        queue: QueueId,
        /// The place in the new line, from 1.
        position: u32,
    },
    /// The store did not let an offer be made: caller or agent are taken elsewhere.
    OfferStale {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
    },
    /// The store can keep nothing: no offer starts for a while.
    OffersPaused {},
    /// Offers start again.
    OffersResumed {},
    /// Caller and agent talk.
    Connected {
        /// The call.
        call: CallId,
        /// The agent.
        agent: AgentId,
    },
    /// Somebody is rung to whom an agent hands the caller over.
    Transferring {
        /// The call.
        call: CallId,
        /// The colleague, if it is one.
        agent: Option<AgentId>,
    },
    /// A caller talks with whomever an agent handed them over to.
    Transferred {
        /// The call.
        call: CallId,
        /// The new party's leg.
        leg: LegId,
        /// The colleague, if it is one.
        agent: Option<AgentId>,
    },
    /// A caller could not be handed over.
    TransferFailed {
        /// The call.
        call: CallId,
        /// Why.
        cause: HangupCause,
        /// Whether the agent is still there and keeps the caller.
        kept: bool,
    },
    /// Somebody asked for a transfer who may not, or to where nobody may be sent.
    TransferRefused {
        /// Their leg.
        leg: LegId,
        /// Why.
        cause: HangupCause,
    },
    /// An agent calls a colleague or an allowed number.
    AgentCalls {
        /// The agent's leg.
        leg: LegId,
        /// The agent.
        agent: AgentId,
    },
    /// An agent's state changed.
    AgentState {
        /// The agent.
        agent: AgentId,
        /// The new state.
        state: Arc<str>,
    },
    /// An answer came that nobody waits for any more.
    ReplyDropped {
        /// The request.
        request: RequestId,
    },
    /// A call ended.
    CallEnded {
        /// The call.
        call: CallId,
        /// Why.
        cause: HangupCause,
        /// Who ended it.
        by: EndedBy,
        /// From offer to end.
        lasted: Duration,
    },
    /// A fault inside one call; the others go on.
    CallFault {
        /// The call.
        call: CallId,
        /// What broke.
        what: Arc<str>,
    },
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something is wrong in the engine.
    Error,
    /// Something did not go as wished.
    Warn,
    /// The life of a call.
    Info,
    /// Each step.
    Debug,
}

impl Notice {
    /// How much it matters.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::CallFault { .. } => Level::Error,
            Self::CallRefused { .. }
            | Self::OfferStale { .. }
            | Self::OffersPaused {}
            | Self::OfferFailed { .. }
            | Self::TransferFailed { .. }
            | Self::TransferRefused { .. } => Level::Warn,
            Self::CallStarted { .. }
            | Self::Queued { .. }
            | Self::Led { .. }
            | Self::OffersResumed {}
            | Self::Connected { .. }
            | Self::Transferring { .. }
            | Self::Transferred { .. }
            | Self::AgentCalls { .. }
            | Self::CodeDialled { .. }
            | Self::CallEnded { .. } => Level::Info,
            Self::AgentRung { .. } | Self::AgentState { .. } | Self::ReplyDropped { .. } => {
                Level::Debug
            }
        }
    }

    /// The call it is about, if it is about one.
    #[must_use]
    pub const fn call(&self) -> Option<CallId> {
        match self {
            Self::CallStarted { call, .. }
            | Self::Queued { call, .. }
            | Self::AgentRung { call, .. }
            | Self::OfferFailed { call, .. }
            | Self::Led { call, .. }
            | Self::OfferStale { call, .. }
            | Self::Connected { call, .. }
            | Self::Transferring { call, .. }
            | Self::Transferred { call, .. }
            | Self::TransferFailed { call, .. }
            | Self::CallEnded { call, .. }
            | Self::CallFault { call, .. } => Some(*call),
            Self::CallRefused { .. }
            | Self::OffersPaused {}
            | Self::OffersResumed {}
            | Self::TransferRefused { .. }
            | Self::AgentCalls { .. }
            | Self::CodeDialled { .. }
            | Self::AgentState { .. }
            | Self::ReplyDropped { .. } => None,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CallStarted { leg, flow, .. } => {
                write!(f, "Call started on leg {leg} with flow {flow}.")
            }
            Self::CallRefused { leg, cause } => write!(f, "Call on leg {leg} refused: {cause:?}."),
            Self::Queued { queue, position, .. } => {
                write!(f, "Caller entered queue {queue} at place {position}.")
            }
            Self::Led { from, queue, position, .. } => {
                write!(f, "Caller is led from queue {from} to queue {queue}, place {position}.")
            }
            Self::AgentRung { agent, .. } => write!(f, "Agent {agent} is rung."),
            Self::CodeDialled { agent, words } => {
                write!(f, "Agent {agent} dialled a code and is told {words}.")
            }
            Self::OfferFailed { agent, result, .. } => {
                write!(f, "Offer to agent {agent} ended: {result}.")
            }
            Self::OfferStale { agent, .. } => {
                write!(f, "Offer to agent {agent} is not made: one of the two is taken elsewhere.")
            }
            Self::OffersPaused {} => {
                write!(f, "The store keeps nothing now; no agent is rung until it does.")
            }
            Self::OffersResumed {} => write!(f, "Offers to agents start again."),
            Self::Connected { agent, .. } => write!(f, "Caller talks with agent {agent}."),
            Self::Transferring { agent, .. } => {
                write!(f, "Caller is handed over to {}.", named(agent.as_ref()))
            }
            Self::Transferred { agent, .. } => {
                write!(f, "Caller talks with {}, handed over.", named(agent.as_ref()))
            }
            Self::TransferFailed { cause, .. } => {
                write!(f, "Caller could not be handed over: {cause:?}.")
            }
            Self::TransferRefused { leg, cause } => {
                write!(f, "Transfer asked for on leg {leg} refused: {cause:?}.")
            }
            Self::AgentCalls { leg, agent } => {
                write!(f, "Agent {agent} calls somebody on leg {leg}.")
            }
            Self::AgentState { agent, state } => write!(f, "Agent {agent} is {state}."),
            Self::CallEnded { cause, by, lasted, .. } => {
                write!(f, "Call ended by {by:?} after {} ms: {cause:?}.", lasted.as_millis())
            }
            Self::ReplyDropped { request } => {
                write!(f, "The answer to request {} came too late.", request.0)
            }
            Self::CallFault { what, .. } => write!(f, "Call fault: {what}."),
        }
    }
}

/// A colleague by name, or a number of which no more is said.
fn named(agent: Option<&AgentId>) -> String {
    agent.map_or_else(|| "a number".to_owned(), |agent| format!("agent {agent}"))
}
