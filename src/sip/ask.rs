//! Requests of ours outside any call: REGISTER and OPTIONS, and what came of them.

use std::net::SocketAddr;
use std::sync::Arc;

use super::login::Login;
use super::transport::Transport;
use crate::time::Duration;

/// One request outside any call; whoever asks chooses the number, and never twice while it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskMethod {
    /// Calls to a user shall come to us (RFC 3261 §10).
    Register,
    /// Whether anybody is there (RFC 3261 §11).
    Options,
}

/// A request of ours outside any call. Text is made safe: control characters can never end a header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What [`SipEvent::Asked`](super::SipEvent::Asked) will name.
    pub id: AskId,
    /// What is asked.
    pub method: AskMethod,
    /// The request URI. A bad one counts as unanswered.
    pub target: String,
    /// The URI in `To`.
    pub to: String,
    /// The URI in `From`.
    pub from: String,
    /// Where to send it.
    pub to_addr: SocketAddr,
    /// How it travels.
    pub transport: Transport,
    /// The socket to send from; `None` = the first of the transport and the address family.
    pub local: Option<SocketAddr>,
    /// The Call-ID: the same for all registrations of one contact.
    pub call_id: Arc<str>,
    /// The number in `CSeq`; credentials may take the next ones.
    pub cseq: u32,
    /// The user in our `Contact`; `None` = no `Contact`.
    pub contact: Option<Arc<str>>,
    /// The hops to take, nearest first: `Route` values such as `<sip:192.0.2.1;lr>`.
    pub routes: Vec<String>,
    /// Extra header fields: `Expires` … Treated as in `Refuse`.
    pub headers: Vec<(String, String)>,
    /// How we are known there.
    pub login: Option<Login>,
    /// How long to wait for the answer.
    pub limit: Duration,
}

/// What came of an [`Ask`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The final status; `None` = nobody answered.
    pub status: Option<u16>,
    /// The last number in `CSeq` that was used.
    pub cseq: u32,
    /// How long our contact is registered, in seconds; `None` = it does not say.
    pub expires: Option<u32>,
    /// The shortest registration that is granted, in seconds (423).
    pub min_expires: Option<u32>,
    /// When to come again, in seconds.
    pub retry_after: Option<u32>,
    /// The way for our calls (RFC 3608): `Route` values, nearest hop first.
    pub service_route: Vec<String>,
}
