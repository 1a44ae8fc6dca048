//! Transactions in flight (RFC 3261 §17, RFC 6026): the parser crate's state machines while something is open,
//! and no more than the bytes to repeat once it is settled.
//!
//! ```text
//!            accept                    respond(final)            64·T1
//!  request ─────────▶ Serving ───────────────────────▶ Replied ────────▶ gone     not INVITE
//!                        │  └── respond(2xx) ────────▶ Absorbing ──────▶ gone     INVITE
//!                        └── respond(300–699) ─▶ (same) ──ACK──▶ Absorbing ─T4─▶ gone
//!
//!            start                     final response
//!  request ─────────▶ Asking ────────────────────────▶ gone                       not INVITE
//!                        └── 200–699 ────────────────▶ Acknowledged ─32 s─▶ gone  INVITE
//! ```
//!
//! It must not know what a dialog is: whoever opened a transaction is a [`User`] that is told of its responses.

mod ask;
mod entry;
mod key;
mod serve;
mod table;

use std::net::SocketAddr;

use bytes::Bytes;
use sipx_sip::transaction::Reliability;
use sipx_sip::{Request, Response};

use super::ask::AskId;
use super::event::{DialogId, Output, RequestId};
use super::transport::Transport;
use crate::time::Duration;

pub(in crate::sip) use key::Key;
pub(in crate::sip) use table::Transactions;

/// One transaction; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TransactionId(pub(super) u64);

/// Where the messages of a transaction go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hop {
    /// The far side.
    pub(super) to: SocketAddr,
    /// Our socket.
    pub(super) local: SocketAddr,
    /// How they travel.
    pub(super) transport: Transport,
    /// Where a new connection leads if the one to `to` is gone; `None` = to `to`.
    pub(super) fallback: Option<SocketAddr>,
}

impl Hop {
    /// Whether messages are repeated until something comes back (RFC 3261 §17).
    pub(super) fn reliability(self) -> Reliability {
        if self.transport.is_reliable() { Reliability::Reliable } else { Reliability::Unreliable }
    }

    /// How long what is settled is kept lest it be repeated: not at all where nothing is lost (timers D, I, J, K).
    pub(super) fn linger(self, span: Duration) -> Duration {
        if self.transport.is_reliable() { Duration::ZERO } else { span }
    }
}

/// Who opened a transaction, or whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum User {
    /// An INVITE that opens a call.
    Invite(DialogId),
    /// A re-INVITE or UPDATE inside a call.
    Offer(DialogId),
    /// Our BYE.
    Bye(DialogId),
    /// Our OPTIONS inside a call.
    Probe(DialogId),
    /// Our UPDATE that keeps a call alive.
    Refresh(DialogId),
    /// Our REFER.
    Refer(DialogId),
    /// Their REFER.
    Referred(DialogId),
    /// Our NOTIFY about their REFER.
    Notify(DialogId),
    /// Our INFO.
    Info(DialogId),
    /// A request of ours outside any call.
    Ask(AskId),
    /// A REGISTER that waits for its reply.
    Register(RequestId),
    /// Nobody waits for the outcome.
    Nobody,
}

impl User {
    /// The call that a request of ours belongs to; `None` for theirs, and for one outside any call.
    pub(super) const fn asks_in(self) -> Option<DialogId> {
        match self {
            Self::Invite(dialog)
            | Self::Offer(dialog)
            | Self::Bye(dialog)
            | Self::Probe(dialog)
            | Self::Refresh(dialog)
            | Self::Refer(dialog)
            | Self::Notify(dialog)
            | Self::Info(dialog) => Some(dialog),
            Self::Referred(_) | Self::Ask(_) | Self::Register(_) | Self::Nobody => None,
        }
    }
}

/// What a transaction has to tell its user.
#[derive(Debug)]
pub(super) enum News {
    /// A response to a request of ours. For INVITE every 2xx is told, repetitions too.
    /// What was challenged (401, 407) comes back, so that it can be sent again.
    Response {
        id: TransactionId,
        user: User,
        response: Box<Response>,
        challenged: Option<Challenged>,
    },
    /// No final response within 64·T1.
    Timeout { user: User },
    /// A request that nobody answered within 64·T1.
    Unanswered { id: TransactionId },
}

/// A request of ours that was refused for want of credentials.
#[derive(Debug)]
pub(super) struct Challenged {
    /// The request.
    pub(super) request: Box<Request>,
    /// Where it went.
    pub(super) hop: Hop,
}

/// A message on its way.
pub(super) fn send(hop: Hop, bytes: Bytes) -> Output {
    let Hop { to, local, transport, fallback } = hop;
    Output::Send { to, local, transport, fallback, bytes }
}
