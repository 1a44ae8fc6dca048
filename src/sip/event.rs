//! What comes out of the user agent: messages to send, and what happened.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::ask::{Answer, AskId};
use super::transport::Transport;
use crate::call::{HangupCause, Party, Redacted};

/// One call of a user agent, from INVITE to its end; never used again.
///
/// It names the whole call on this side: an INVITE that is forked has one id though RFC 3261 sees several dialogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogId(pub u64);

impl fmt::Display for DialogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}", self.0)
    }
}

/// One request that waits for an answer from above; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Everything a [`UserAgent`](super::UserAgent) asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send a message. Where it cannot be done, [`Input::Unsent`](super::Input::Unsent) says so.
    Send {
        /// To whom: over the connection that leads there, if one is open.
        to: SocketAddr,
        /// From which socket: one of [`Settings::listen`](super::Settings::listen).
        local: SocketAddr,
        /// How it travels.
        transport: Transport,
        /// Where to open a connection if none to `to` is open any more; `None` = to `to` itself.
        fallback: Option<SocketAddr>,
        /// The message.
        bytes: Bytes,
    },
    /// Something happened.
    Event(SipEvent),
}

/// What happened on a call or to the registrar.
///
/// Events of a dialog are ordered; the last one of every dialog is exactly one [`SipEvent::Ended`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SipEvent {
    /// A call comes in; 100 is sent. Wants `Ring`, `Early`, `Answer` or `Refuse`.
    Incoming(Box<Incoming>),
    /// Our call rings at the far side (180). Reported once.
    Ringing {
        /// The call.
        dialog: DialogId,
    },
    /// The far side of our call sends media before it answers (a provisional answer with SDP).
    ///
    /// Reported again when the SDP differs: a forked call may have several early sides.
    Early {
        /// The call.
        dialog: DialogId,
        /// Their answer to our offer.
        sdp: Bytes,
    },
    /// Our call was answered; the ACK is sent.
    Answered {
        /// The call.
        dialog: DialogId,
        /// Their answer; `None` = what the last `Early` of this call said.
        sdp: Option<Bytes>,
    },
    /// Our call was redirected (3xx). Wants [`Input::Redirect`](super::Input::Redirect), which alone leads the call
    /// on: nobody is called because somebody far away says so.
    Redirected {
        /// The call.
        dialog: DialogId,
        /// The URIs to try, the preferred one first; none of them was tried before.
        targets: Vec<String>,
    },
    /// The caller acknowledged our answer.
    Established {
        /// The call.
        dialog: DialogId,
        /// Their answer, where the INVITE had no SDP and ours was the offer. May be missing or nonsense: check it.
        sdp: Option<Bytes>,
    },
    /// The far side wants to change the session (re-INVITE or UPDATE). Wants `AnswerOffer` or `RefuseOffer`
    /// within 10 s; then it is refused with 500.
    RemoteOffer {
        /// The call.
        dialog: DialogId,
        /// Their offer; `None` asks for ours, and their answer comes as `RemoteAnswer`.
        sdp: Option<Bytes>,
    },
    /// The answer to an offer of ours inside an established call.
    RemoteAnswer {
        /// The call.
        dialog: DialogId,
        /// Their answer. May be missing or nonsense: check it.
        sdp: Option<Bytes>,
    },
    /// The far side refused our `Offer`; the session is as it was before.
    OfferRefused {
        /// The call.
        dialog: DialogId,
        /// Their status.
        status: u16,
    },
    /// An INFO with a body of a kind we understand (`application/dtmf-relay`, `application/dtmf`). 200 is sent.
    Info {
        /// The call.
        dialog: DialogId,
        /// The media type in lower case without parameters.
        content_type: String,
        /// The body.
        body: Bytes,
    },
    /// An [`Info`](super::Input::Info) of ours was answered, or nobody answers it.
    Informed {
        /// The call.
        dialog: DialogId,
    },
    /// The far side asks that whoever it talks with be connected with somebody else (REFER, RFC 3515). Wants
    /// [`ReferProgress`](super::Input::ReferProgress), else it is told after 3 min that nothing came of it. One at a
    /// time: a second one is turned away with 491.
    Refer {
        /// The call.
        dialog: DialogId,
        /// With whom.
        refer: Box<Refer>,
    },
    /// How a [`Refer`](super::Input::Refer) of ours goes. From 200 on it is the last word: 200 = the far side reached
    /// whom it was sent to.
    Referred {
        /// The call.
        dialog: DialogId,
        /// 100–699.
        status: u16,
    },
    /// The far side answered a `Probe`.
    Alive {
        /// The call.
        dialog: DialogId,
    },
    /// The call is over. The last event of every dialog.
    Ended {
        /// The call.
        dialog: DialogId,
        /// Why and by whom.
        ending: Ending,
    },
    /// A request of ours outside any call was answered, or nobody answered it.
    Asked {
        /// The request.
        ask: AskId,
        /// What came of it.
        answer: Box<Answer>,
    },
    /// Somebody registers. Wants a `Reply`, else it is answered with 500 after 64·T1.
    Register(Box<RegisterRequest>),
}

/// What a REFER asks for. Names are as claimed; whether the one who refers may is decided above.
#[derive(Clone, PartialEq, Eq)]
pub struct Refer {
    /// The user part of `Refer-To`, decoded (for `tel:` the number); empty if there is none.
    pub user: Arc<str>,
    /// Its host in lower case, an IPv6 address without brackets; empty for `tel:`.
    pub host: String,
    /// Its port, if one is written.
    pub port: Option<u16>,
    /// The user part of `Referred-By` (RFC 3892), as claimed.
    pub by: Option<Arc<str>>,
    /// What `Replaces` in `Refer-To` names; `None` = nobody is to be replaced.
    pub replaces: Option<Replaced>,
}

impl fmt::Debug for Refer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refer")
            .field("user", &Redacted(&self.user))
            .field("host", &self.host)
            .field("replaces", &self.replaces)
            .finish_non_exhaustive()
    }
}

/// What `Replaces` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// An answered call of ours.
    Call(DialogId),
    /// No call of ours, or one that was not answered.
    Unknown,
}

/// Why a dialog ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The far side hung up (BYE).
    Bye,
    /// The far side hung up and said why (`Reason`, RFC 3326).
    ByeFor(HangupCause),
    /// The caller gave up before our answer (CANCEL).
    Cancelled,
    /// The far side refused our call with this final status (300–699).
    Refused(u16),
    /// The far side refused our call with this final status and said why.
    RefusedFor(u16, HangupCause),
    /// Nothing came back to our INVITE within 64·T1, or it could not be sent.
    NoReply,
    /// Nobody answered our call within its ring limit.
    RingLimit,
    /// Our answer was not acknowledged within 64·T1.
    NoAck,
    /// The far side knows the call no more, or does not answer inside it (408, 481).
    Lost,
    /// The call reached [`Settings::call_limit`](super::Settings::call_limit), or set-up reached
    /// [`Settings::setup_limit`](super::Settings::setup_limit).
    TimeLimit,
    /// Ordered from above: `Refuse` or `Hangup`.
    Ordered,
    /// An invariant of ours broke while the call was worked on.
    Broken,
}

impl Ending {
    /// Whether the far side ended it.
    #[must_use]
    pub fn by_remote(self) -> bool {
        match self {
            Self::Bye
            | Self::ByeFor(_)
            | Self::Cancelled
            | Self::Refused(_)
            | Self::RefusedFor(..)
            | Self::Lost => true,
            Self::NoReply
            | Self::RingLimit
            | Self::NoAck
            | Self::TimeLimit
            | Self::Ordered
            | Self::Broken => false,
        }
    }

    /// What it means to a call.
    #[must_use]
    pub fn cause(self) -> HangupCause {
        match self {
            Self::Bye | Self::Ordered => HangupCause::Normal,
            Self::ByeFor(cause) | Self::RefusedFor(_, cause) => cause,
            Self::Cancelled => HangupCause::Cancelled,
            Self::Refused(status) => super::status::hangup_cause(status),
            Self::NoReply | Self::NoAck | Self::Lost => HangupCause::Unreachable,
            Self::RingLimit => HangupCause::NoAnswer,
            Self::TimeLimit => HangupCause::Timeout,
            Self::Broken => HangupCause::InternalError,
        }
    }
}

/// An incoming call: the facts of its INVITE. Names and numbers are as claimed; nobody vouches for them here.
#[derive(Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The call.
    pub dialog: DialogId,
    /// The user part of the request URI, decoded (for `tel:` the number); empty if there is none.
    pub called: Arc<str>,
    /// Who calls, from `From`; the number is `None` when withheld (`anonymous`, `Privacy: id`).
    pub caller: Party,
    /// The user part of `To`, decoded: the number that was dialled, where the request URI names a registration.
    pub to_user: Arc<str>,
    /// The user part of `Remote-Party-ID`: as `asserted`, of older exchanges.
    pub remote_party: Option<Arc<str>>,
    /// The user part of `P-Asserted-Identity`: worth as much as the trust in `source`.
    pub asserted: Option<Arc<str>>,
    /// The user part of `From` as sent, withheld or not: what an authenticated user must be.
    pub from_user: Arc<str>,
    /// Who was called first, before the call was diverted here: the user part of the oldest `Diversion`, or of the
    /// first `History-Info`.
    pub diverted_from: Option<Arc<str>>,
    /// Where the INVITE came from.
    pub source: SocketAddr,
    /// The socket it came to.
    pub local: SocketAddr,
    /// How it travelled: the last hop at least.
    pub transport: Transport,
    /// The request URI as sent: what a digest is checked against.
    pub request_uri: String,
    /// The value of `Authorization`, if there is one.
    pub authorization: Option<String>,
    /// The value of `User-Agent`.
    pub user_agent: Option<String>,
    /// The value of `Call-ID`, for logs.
    pub call_id: String,
    /// The call whose place the caller asks to take (`Replaces`, RFC 3891): one that goes on, and was answered unless
    /// we made it. Whether the caller may is decided above.
    pub replaces: Option<DialogId>,
    /// The value of `Max-Forwards`; 70 if there was none.
    pub max_forwards: u8,
    /// Their offer; `None` = they want ours in the answer.
    pub sdp: Option<Bytes>,
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("dialog", &self.dialog)
            .field("called", &self.called)
            .field("caller", &self.caller)
            .field("asserted", &self.asserted.as_deref().map(Redacted))
            .field("from_user", &Redacted(&self.from_user))
            .field("source", &self.source)
            .field("authorization", &self.authorization.is_some())
            .field("sdp", &self.sdp.is_some())
            .finish_non_exhaustive()
    }
}

/// A REGISTER request (RFC 3261 §10.3), for the registrar to judge.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisterRequest {
    /// What the `Reply` must name.
    pub request: RequestId,
    /// Where it came from.
    pub from: SocketAddr,
    /// The socket it came to.
    pub local: SocketAddr,
    /// How it travelled: the last hop at least.
    pub transport: Transport,
    /// The user part of `To`, decoded: whose address it is.
    pub to_user: String,
    /// The user part of `From`, decoded: who asks.
    pub from_user: String,
    /// The request URI as sent: what a digest is checked against.
    pub request_uri: String,
    /// The contacts, in order.
    pub contacts: Contacts,
    /// The hops that requests to the contacts must take (RFC 3327): `Route` values, nearest first.
    pub path: Vec<String>,
    /// The value of `Expires` in seconds, where a contact names none itself.
    pub expires: Option<u32>,
    /// The value of `Authorization`, if there is one.
    pub authorization: Option<String>,
    /// The value of `Call-ID`.
    pub call_id: String,
    /// The number in `CSeq`.
    pub cseq: u32,
    /// The value of `User-Agent`.
    pub user_agent: Option<String>,
}

impl fmt::Debug for RegisterRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterRequest")
            .field("request", &self.request)
            .field("from", &self.from)
            .field("to_user", &self.to_user)
            .field("expires", &self.expires)
            .field("authorization", &self.authorization.is_some())
            .field("cseq", &self.cseq)
            .finish_non_exhaustive()
    }
}

/// The `Contact` header of a REGISTER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contacts {
    /// `*`: remove every binding (only with `Expires: 0`).
    All,
    /// These, at most 16; none = ask for the present bindings.
    Some(Vec<Contact>),
    /// `*` beside others, which is refused (RFC 3261 §10.3, step 6).
    Contradictory,
}

/// One address of a registered user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The URI.
    pub uri: String,
    /// Its own `expires` parameter in seconds.
    pub expires: Option<u32>,
    /// Its `q` parameter in per mille, 0–1000: the contact with the highest is rung. 1000 where none is written.
    pub preference: u16,
}
