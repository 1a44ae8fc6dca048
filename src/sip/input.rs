//! What goes into the user agent: messages, time and the orders from above.

use std::net::SocketAddr;

use bytes::Bytes;

use super::ask::Ask;
use super::event::{DialogId, RequestId};
use super::login::Login;
use super::parting::Parting;
use super::transport::Transport;
use crate::call::HangupCause;
use crate::time::Duration;

/// Everything a [`UserAgent`](super::UserAgent) can be told.
///
/// An order for a dialog that is gone, or not in a state where the order means anything, is without effect:
/// orders and messages cross, and the [`Ended`](super::SipEvent::Ended) that says so is already on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Time has passed: fires the timers that are due.
    Tick,
    /// A message arrived: a datagram, or what was framed as one message of a stream.
    Message {
        /// Who sent it.
        from: SocketAddr,
        /// The socket it arrived on: one of [`Settings::listen`](super::Settings::listen).
        local: SocketAddr,
        /// How it travelled.
        transport: Transport,
        /// The message in a buffer of its own (parsed messages keep views into it, not copies).
        bytes: Bytes,
    },
    /// What was sent to a place did not arrive and never will: there is no connection. Requests of ours that were
    /// sent there and that nobody has heard of yet end as if nobody answered them (RFC 3261 §17.1.4).
    Unsent {
        /// The place, as the [`Output::Send`](super::Output::Send) named it.
        to: SocketAddr,
        /// How it would have travelled.
        transport: Transport,
    },
    /// Tell the caller that it rings (180). Repeated by the agent every minute, RFC 3261 §13.3.1.1.
    Ring {
        /// The incoming call.
        dialog: DialogId,
    },
    /// Open early media (183). Repeated by the agent every minute.
    Early {
        /// The incoming call.
        dialog: DialogId,
        /// Our answer.
        sdp: Bytes,
    },
    /// Take an incoming call (200), repeated until it is acknowledged.
    Answer {
        /// The incoming call.
        dialog: DialogId,
        /// Our answer; our offer if the INVITE had no SDP.
        sdp: Bytes,
    },
    /// Turn an incoming call away. [`Ended`](super::SipEvent::Ended) follows at once.
    Refuse {
        /// The incoming call.
        dialog: DialogId,
        /// 300–699; anything else becomes 480. [`refusal_status`](super::refusal_status) has the usual ones.
        status: u16,
        /// Extra header fields, such as a challenge. Control characters become spaces, bad names are left out.
        headers: Vec<(String, String)>,
        /// Seconds for `Retry-After`.
        retry_after: Option<u32>,
    },
    /// Call somebody.
    Invite(Box<Invite>),
    /// Ask something outside any call. Ends in [`Asked`](super::SipEvent::Asked).
    Ask(Box<Ask>),
    /// Lead a call of ours on after [`Redirected`](super::SipEvent::Redirected).
    Redirect {
        /// The call.
        dialog: DialogId,
        /// Where to; `None` ends it as its refusal said.
        place: Option<Redirect>,
    },
    /// Change the session of an established call (re-INVITE): hold, resume, another address or codec.
    ///
    /// Ends in [`RemoteAnswer`](super::SipEvent::RemoteAnswer) or [`OfferRefused`](super::SipEvent::OfferRefused).
    /// When both sides offer at once (491) it is tried again by itself, RFC 3261 §14.1.
    Offer {
        /// The call.
        dialog: DialogId,
        /// Our offer.
        sdp: Bytes,
    },
    /// Answer a [`RemoteOffer`](super::SipEvent::RemoteOffer).
    AnswerOffer {
        /// The call.
        dialog: DialogId,
        /// Our answer; our offer if theirs came without SDP.
        sdp: Bytes,
    },
    /// Refuse a [`RemoteOffer`](super::SipEvent::RemoteOffer); the session stays as it was.
    RefuseOffer {
        /// The call.
        dialog: DialogId,
        /// 300–699, usually 488.
        status: u16,
    },
    /// Ask the far side of an established call whether it is still there (OPTIONS inside the dialog).
    ///
    /// Ends in [`Alive`](super::SipEvent::Alive), or in `Ended` when it knows the call no more or says nothing.
    Probe {
        /// The call.
        dialog: DialogId,
    },
    /// End a call in whatever state it is: refuse, CANCEL or BYE. [`Ended`](super::SipEvent::Ended) follows at
    /// once; what the protocol still needs (ACK and BYE for an answer that crosses the CANCEL) goes on unseen.
    Hangup {
        /// The call.
        dialog: DialogId,
        /// Why; told to the far side in `Reason` (RFC 3326), or as the refusing status.
        cause: HangupCause,
    },
    /// Give up a call of ours because another of ours to the same person was answered: their other telephones do not
    /// count it as missed (RFC 3326: `Reason: SIP;cause=200`). As [`Hangup`](Self::Hangup) otherwise.
    Forsake {
        /// The call.
        dialog: DialogId,
    },
    /// End a call of a process before this one, which died. Nothing is told of it.
    Part(Box<Parting>),
    /// Send something inside an established call (INFO, RFC 6086 §4.2.2): a key.
    ///
    /// Ends in [`Informed`](super::SipEvent::Informed).
    Info {
        /// The call.
        dialog: DialogId,
        /// The media type of the body.
        content_type: &'static str,
        /// The body.
        body: Bytes,
    },
    /// Ask the far side of an established call to call somebody else itself (REFER, RFC 3515).
    ///
    /// Ends in [`Referred`](super::SipEvent::Referred) with a final status, or with the call.
    Refer {
        /// The call.
        dialog: DialogId,
        /// Whom: a `sip:` or `tel:` URI.
        to: String,
        /// The call of ours in which it is to take our place (RFC 3891); `None` = none.
        replaces: Option<DialogId>,
    },
    /// Say how the transfer goes that a [`Refer`](super::SipEvent::Refer) asked for: 100–199 on the way, 200 done,
    /// 300–699 failed. A first word of 300–699 refuses the REFER itself.
    ReferProgress {
        /// The call.
        dialog: DialogId,
        /// The status.
        status: u16,
    },
    /// Answer a [`Register`](super::SipEvent::Register) request.
    Reply {
        /// The request.
        request: RequestId,
        /// 200–699.
        status: u16,
        /// Header fields: `Contact`, `WWW-Authenticate` … Treated as in `Refuse`.
        headers: Vec<(String, String)>,
    },
    /// Whether new calls of others are turned away while those in progress go on, with the calls of ours they need.
    Drain(bool),
    /// Whether there is no room for one more call of others: further ones are answered 503 at once, without a
    /// transaction, a dialog or a word to those above.
    Full(bool),
}

/// An outgoing call. Text is made safe: control characters can never end a header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// From [`UserAgent::new_dialog`](super::UserAgent::new_dialog).
    pub dialog: DialogId,
    /// The request URI: the registered contact or configured address. A bad one ends the call with 400.
    pub target: String,
    /// The URI in `To`; `None` = the target.
    pub to: Option<String>,
    /// Where to send it. When it is another address than the target's, it stays the way for the whole call.
    pub to_addr: SocketAddr,
    /// How it travels. A `sips:` target wants one that nobody can read, else the call ends with 400.
    pub transport: Transport,
    /// The socket to send from; `None` = the first of the transport and the address family.
    pub local: Option<SocketAddr>,
    /// The user part of `From`; `None` = `anonymous`.
    pub from_user: Option<String>,
    /// The host of `From`; `None` = ours.
    pub from_host: Option<String>,
    /// The display name of `From`.
    pub from_display: Option<String>,
    /// The hops to take, nearest first: `Route` values such as `<sip:192.0.2.1;lr>`; `to_addr` is the first of them.
    pub routes: Vec<String>,
    /// How we are known at the far side, should it ask (401, 407); `None` = a challenge is a refusal.
    pub login: Option<Login>,
    /// How long it may stay unheard of; then the call ends with [`NoReply`](super::Ending::NoReply). `None` = 64·T1.
    pub heard_within: Option<Duration>,
    /// Extra header fields: `Call-Info`, `User-to-User`, `P-Asserted-Identity` … Treated as in `Refuse`.
    pub headers: Vec<(String, String)>,
    /// `Max-Forwards`; `None` = 70. For a call made on behalf of another: what that one had, less one.
    pub max_forwards: Option<u8>,
    /// Our offer.
    pub sdp: Bytes,
    /// How long to let it ring before it is cancelled.
    pub ring: Duration,
}

/// Where a redirected call goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The request URI.
    pub target: String,
    /// Where to send it.
    pub to_addr: SocketAddr,
    /// How it travels.
    pub transport: Transport,
    /// The socket to send from; `None` = the first of the transport and address family.
    pub local: Option<SocketAddr>,
    /// The hops to take, nearest first: `to_addr` is the first of them.
    pub routes: Vec<String>,
}
