//! Why a leg or a call ended.

use serde::{Deserialize, Serialize};

/// Why a leg ended or is to end. Adapters map these to their own codes (SIP: RFC 3261 §21, Q.850 through RFC 3398).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HangupCause {
    /// The ordinary end of a call.
    Normal,
    /// The far side is busy (SIP 486, 600).
    Busy,
    /// The far side rang and did not answer in time (SIP 408, or our own ring limit).
    NoAnswer,
    /// The far side declined (SIP 603, 403).
    Rejected,
    /// The far side cannot be reached or is not there (SIP 480, 404, 503, or no reply at all).
    Unreachable,
    /// The caller gave up before the call was answered (SIP CANCEL).
    Cancelled,
    /// The called number leads to no flow (SIP 404).
    NotFound,
    /// The two sides share no codec (SIP 488).
    Incompatible,
    /// The node is at its capacity or draining (SIP 503).
    Overload,
    /// No media arrived for too long.
    MediaLost,
    /// The adapter went away and did not come back within its lease.
    AdapterLost,
    /// A time limit was reached.
    Timeout,
    /// The node is shutting down.
    Shutdown,
    /// An engine invariant was broken; only this call ends.
    InternalError,
    /// The node died in the middle of the call: what its next start says of it.
    Interrupted,
}

/// Who ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The caller hung up.
    Caller,
    /// The agent or transfer target hung up.
    Agent,
    /// Sambung ended the call.
    System,
}
