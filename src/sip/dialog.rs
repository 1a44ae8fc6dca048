//! One call as SIP sees it: the dialog state of RFC 3261 §12, and how far the call is.
//!
//! ```text
//!  their INVITE ─▶ Incoming ──Answer──▶ Confirmed ◀──2xx── Calling ◀─ our INVITE
//!                     │                 │      ▲              │
//!              Refuse, CANCEL      BYE  │  Hangup │           │ Hangup, ring limit
//!                     ▼                 ▼      ▼              ▼
//!                   gone ◀───────────────── Closing       Cancelling ─▶ gone
//! ```
//!
//! In `Closing` and `Cancelling` the call has ended for everybody above; only the protocol is not done yet.
//! This file holds the data and the deadlines; what happens when is decided in `agent`.

use bytes::Bytes;
use sipx_sip::{HeaderName, Method, Request};

use super::event::Ending;
use super::input::Invite;
use super::read::{self, Place};
use super::session::SessionTimer;
use super::settings::Settings;
use super::transaction::{Hop, TransactionId};
use super::write;
use crate::time::{Duration, Instant};

/// What both sides of a dialog keep (RFC 3261 §12). Copies of its own, so that no datagram stays in memory.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// The Call-ID.
    pub(super) call_id: Box<[u8]>,
    /// Our tag.
    pub(super) local_tag: u64,
    /// Our `From` in requests, tag included.
    pub(super) local: Box<[u8]>,
    /// Our `To` in requests, their tag included.
    pub(super) remote: Box<[u8]>,
    /// Whether the Call-ID is ours, which decides who waits longer after a 491 (RFC 3261 §14.1).
    pub(super) is_caller: bool,
    /// Their tag; empty until it is known.
    pub(super) remote_tag: Box<[u8]>,
    /// The number of our last request.
    pub(super) local_cseq: u32,
    /// The number of their last request, once there was one.
    pub(super) remote_cseq: Option<u32>,
    /// Where they want requests: the URI of their Contact.
    pub(super) target: Box<[u8]>,
    /// The route set, nearest hop first.
    pub(super) routes: Box<[Box<[u8]>]>,
    /// The address that they are known to be reached by, and our socket.
    pub(super) seen: Hop,
    /// Whether `seen` is the only way, whatever the target says: they sit behind an address translator.
    pub(super) pinned: bool,
}

impl Peer {
    /// Where the next request inside the dialog goes: the nearest route, else the target; a name that only DNS
    /// could resolve means the address that they were seen at. A connection to the same host is used as long as it
    /// lasts, whatever port is named.
    pub(super) fn next_hop(&self, settings: &Settings) -> Hop {
        let named = match self.routes.first() {
            Some(route) => read::route_place(route),
            None if self.pinned => None,
            None => write::request_uri(&self.target).as_ref().and_then(read::place),
        };
        let usable = |place: &Place| {
            let at = place.address;
            read::is_reachable(at) && at.is_ipv4() == self.seen.to.is_ipv4()
        };
        match named.filter(usable) {
            Some(place) => self.hop_to(place, settings),
            None => self.seen,
        }
    }

    fn hop_to(&self, place: Place, settings: &Settings) -> Hop {
        let (seen, to) = (self.seen, place.address);
        let wanted = place.transport.unwrap_or(seen.transport);
        let can_change = wanted != seen.transport && (wanted.opens() || !wanted.is_reliable());
        if can_change && let Some(local) = settings.beside(wanted, seen.local) {
            return Hop { to, local, transport: wanted, fallback: None };
        }
        // What we do not speak is tried by the transport that has worked so far.
        let connected = seen.transport.is_reliable();
        if connected && to.ip() == seen.to.ip() {
            Hop { fallback: Some(to), ..seen }
        } else {
            Hop { to, ..seen }
        }
    }

    /// Whether every hop must be one that nobody can read.
    pub(super) fn is_sips(&self) -> bool {
        self.target.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"sips:"))
    }

    /// Takes the number for the next request of ours.
    pub(super) fn next_cseq(&mut self) -> u32 {
        self.local_cseq = self.local_cseq.saturating_add(1);
        self.local_cseq
    }

    /// A request inside the dialog (RFC 3261 §12.2.1.1) on its [next hop](Self::next_hop), without body and length.
    ///
    /// `None` if their Contact is no URI that a request can go to.
    pub(super) fn request(
        &self,
        method: Method,
        cseq: u32,
        branch: u64,
        settings: &Settings,
    ) -> Option<Request> {
        self.request_by(self.next_hop(settings), (method, cseq), branch, settings)
    }

    /// A request that goes a given way.
    pub(super) fn request_by(
        &self,
        hop: Hop,
        (method, cseq): (Method, u32),
        branch: u64,
        settings: &Settings,
    ) -> Option<Request> {
        let strict = self.routes.first().filter(|route| !read::is_loose(route));
        let uri = match strict {
            Some(route) => write::route_uri(route)?,
            None => write::request_uri(&self.target)?,
        };
        let advertised = settings.advertised(hop.transport, hop.local);
        let line = format!("{cseq} {method}");
        let mut request = Request::new(method, uri);
        let headers = &mut request.headers;
        write::add(headers, HeaderName::Via, write::via(hop.transport, advertised, branch));
        write::add(headers, HeaderName::MaxForwards, "70");
        for route in self.routes.iter().skip(usize::from(strict.is_some())) {
            write::add(headers, HeaderName::Route, route);
        }
        if strict.is_some() {
            let last = [b"<", &*self.target, b">"].concat();
            write::add(headers, HeaderName::Route, last);
        }
        write::add(headers, HeaderName::From, &self.local);
        write::add(headers, HeaderName::To, &self.remote);
        write::add(headers, HeaderName::CallId, &self.call_id);
        write::add(headers, HeaderName::CSeq, line);
        if let Some(name) = &settings.server_name {
            write::add(headers, HeaderName::UserAgent, name.as_bytes());
        }
        Some(request)
    }
}

/// A 2xx of ours that is sent again until its ACK arrives (RFC 3261 §13.3.1.4).
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    /// The response.
    pub(super) bytes: Bytes,
    /// Where it goes.
    pub(super) hop: Hop,
    /// The number of its INVITE, which its ACK bears too.
    pub(super) cseq: u32,
    /// When to send it again.
    pub(super) next: Instant,
    /// How long to wait after that.
    pub(super) interval: Duration,
    /// When to give up.
    pub(super) until: Instant,
}

impl Repeat {
    /// Starts repeating a response that was sent just now.
    pub(super) fn new(
        now: Instant,
        bytes: Bytes,
        hop: Hop,
        cseq: u32,
        settings: &Settings,
    ) -> Self {
        let (next, until) = (now + settings.t1, now + settings.give_up());
        Self { bytes, hop, cseq, next, interval: settings.t1, until }
    }

    /// Doubles the interval up to a longest one and sets the next time.
    pub(super) fn step(&mut self, now: Instant, longest: Duration) {
        self.interval = self.interval.times(2).min(longest);
        self.next = now + self.interval;
    }

    fn deadline(&self) -> Instant {
        self.next.min(self.until)
    }
}

/// How far the offers and answers inside a confirmed dialog are (RFC 3261 §14, RFC 3311).
#[derive(Debug)]
pub(super) enum Exchange {
    /// Nothing is open.
    Idle,
    /// Their offer waits for the answer from above.
    Theirs {
        /// The re-INVITE or UPDATE.
        transaction: TransactionId,
        /// Whether it asks for an offer of ours, so that their answer comes in the ACK.
        late: bool,
        /// When it is refused if nobody answers.
        until: Instant,
    },
    /// Our 2xx waits for its ACK.
    Unacknowledged {
        /// The response.
        repeat: Repeat,
        /// Whether the ACK must bring their answer.
        late: bool,
        /// Whether it is the answer that made the call.
        first: bool,
    },
    /// Our re-INVITE waits for a final response.
    Ours {
        /// The re-INVITE.
        transaction: TransactionId,
        /// The offer, to be made again when both sides offered at once.
        sdp: Bytes,
        /// How often it has met one of theirs already.
        tries: u8,
        /// Whether it changes nothing and only keeps the call alive.
        refreshes: bool,
    },
}

/// What keeps an answered call alive (RFC 4028).
#[derive(Debug, Default)]
pub(super) struct Upkeep {
    /// Whether they take UPDATE.
    pub(super) updates: bool,
    /// Our session description as it was agreed on last.
    pub(super) sdp: Bytes,
    /// When the call must be refreshed; `None` = never.
    pub(super) timer: Option<SessionTimer>,
}

/// An offer of ours that met one of theirs (491) and is made again (RFC 3261 §14.1).
#[derive(Debug)]
pub(super) struct Again {
    /// When.
    pub(super) at: Instant,
    /// The offer.
    pub(super) sdp: Bytes,
    /// How often it has met one already.
    pub(super) tries: u8,
}

/// A call of theirs that waits for our final answer.
#[derive(Debug)]
pub(super) struct IncomingCall {
    /// The dialog as it will be.
    pub(super) peer: Peer,
    /// Their INVITE.
    pub(super) transaction: TransactionId,
    /// Its number.
    pub(super) cseq: u32,
    /// Names the INVITE whatever way it came, to see the same one again by another way (RFC 3261 §8.2.2.2).
    pub(super) merge: u64,
    /// Whether the INVITE brought no offer.
    pub(super) late: bool,
    /// When it is refused if nobody answers.
    pub(super) until: Instant,
    /// The provisional answer and when to send it again.
    pub(super) progress: Option<Progress>,
    /// Whether provisional answers may be reliable (RFC 3262), and whether all of them must be.
    pub(super) reliable: Option<bool>,
    /// The number of the last reliable one; 0 before the first.
    pub(super) number: u32,
    /// A reliable one that waits for its PRACK.
    pub(super) pending: Option<Pending>,
    /// What is said after that.
    pub(super) next: Option<(u16, Bytes)>,
    /// Our answer, which waits until nothing else is open.
    pub(super) held: Option<Bytes>,
    /// Whether their offer has its answer for certain, so that there may be another.
    pub(super) settled: bool,
    /// An offer of theirs that waits for the answer from above.
    pub(super) early: Option<EarlyOffer>,
}

impl IncomingCall {
    /// Whether nothing waits for the far side or for those above.
    pub(super) fn is_free(&self) -> bool {
        self.pending.is_none() && self.early.is_none()
    }

    fn deadline(&self) -> Instant {
        let progress = self.progress.as_ref().map_or(self.until, |progress| progress.at);
        let pending = self.pending.as_ref().map_or(self.until, |pending| pending.repeat.deadline());
        self.until.min(progress).min(pending)
    }
}

/// A reliable provisional answer of ours that is sent again until its PRACK arrives.
#[derive(Debug)]
pub(super) struct Pending {
    /// The response.
    pub(super) repeat: Repeat,
    /// Whether it holds our answer to their offer.
    pub(super) brings_sdp: bool,
}

/// An offer of theirs before the call is answered (RFC 3262 §5, RFC 3311 §5.2).
#[derive(Debug)]
pub(super) struct EarlyOffer {
    /// The PRACK or UPDATE.
    pub(super) transaction: TransactionId,
}

/// A provisional answer that is repeated lest a proxy gives up (RFC 3261 §13.3.1.1).
#[derive(Debug)]
pub(super) struct Progress {
    /// 180 or 183.
    pub(super) status: u16,
    /// Our answer, for early media.
    pub(super) sdp: Bytes,
    /// When to send it again.
    pub(super) at: Instant,
}

/// One side that answered our INVITE provisionally.
#[derive(Debug)]
pub(super) struct Fork {
    /// Its tag.
    pub(super) tag: Box<[u8]>,
    /// The session description it sent last.
    pub(super) sdp: Option<Bytes>,
    /// The early dialog with it.
    pub(super) dialog: Option<Box<Peer>>,
    /// The number of its last reliable answer (RFC 3262 §4).
    pub(super) number: Option<u32>,
    /// Whether it takes UPDATE.
    pub(super) updates: bool,
    /// Whether our offer has its answer for certain, so that there may be another.
    pub(super) settled: bool,
    /// An offer of its own that waits for the answer from above.
    pub(super) early: Option<EarlyOffer>,
}

impl Fork {
    /// A side heard for the first time.
    pub(super) fn new(tag: Box<[u8]>) -> Self {
        Self {
            tag,
            sdp: None,
            dialog: None,
            number: None,
            updates: false,
            settled: false,
            early: None,
        }
    }

    /// Whether a reliable answer comes next after those before it.
    pub(super) fn is_next(&self, number: u32) -> bool {
        self.number.is_none_or(|last| last.checked_add(1) == Some(number))
    }
}

/// A call of ours that waits for a final answer.
#[derive(Debug)]
pub(super) struct Calling {
    /// The dialog as it will be, still without their tag.
    pub(super) peer: Peer,
    /// What was ordered: it may have to go out again.
    pub(super) order: Box<Invite>,
    /// Our INVITE.
    pub(super) transaction: TransactionId,
    /// Its number.
    pub(super) cseq: u32,
    /// The interval of the session timer that it asks for, in seconds; 0 = none.
    pub(super) interval: u64,
    /// How often it went out again.
    pub(super) retries: u8,
    /// The targets tried.
    pub(super) visited: Vec<String>,
    /// A refusal that names other places, and waits for the order to go there.
    pub(super) redirected: Option<Ending>,
    /// The side whose early media was told last.
    pub(super) heard_last: Option<Box<[u8]>>,
    /// The sides heard so far.
    pub(super) forks: Vec<Fork>,
    /// Whether anything came back, without which no CANCEL may be sent (RFC 3261 §9.1).
    pub(super) heard: bool,
    /// Whether it rings somewhere.
    pub(super) ringing: bool,
    /// When it is given up if nothing has come back by then.
    pub(super) heard_by: Option<Instant>,
    /// When the ring limit is reached.
    pub(super) until: Instant,
}

/// A call of ours that was given up before its answer.
#[derive(Debug)]
pub(super) struct Cancelling {
    /// Our tag.
    pub(super) local_tag: u64,
    /// Whether the CANCEL is sent; before, it waits for a provisional answer.
    pub(super) sent: bool,
    /// The `Reason` of the CANCEL, and of the BYE for an answer that crosses it.
    pub(super) reason: &'static str,
}

/// A call that was answered.
#[derive(Debug)]
pub(super) struct Confirmed {
    /// The dialog.
    pub(super) peer: Peer,
    /// Offers and answers.
    pub(super) exchange: Exchange,
    /// An offer of ours that waits for its next try.
    pub(super) again: Option<Again>,
    /// What keeps it alive.
    pub(super) upkeep: Upkeep,
    /// When the call has lasted long enough.
    pub(super) until: Instant,
}

/// A call that has ended for everybody above.
#[derive(Debug)]
pub(super) struct Closing {
    /// The dialog.
    pub(super) peer: Peer,
    /// Our 2xx that still waits for its ACK: only then may our BYE go (RFC 3261 §15). `None` = the BYE is sent.
    pub(super) unacknowledged: Option<Repeat>,
    /// The `Reason` of our BYE.
    pub(super) reason: &'static str,
    /// When it is forgotten.
    pub(super) until: Instant,
}

/// How far a call is.
#[derive(Debug)]
pub(super) enum State {
    /// Their INVITE waits for our final answer.
    Incoming(Box<IncomingCall>),
    /// Our INVITE waits for a final answer.
    Calling(Box<Calling>),
    /// Given up before the answer; over for everybody above.
    Cancelling(Cancelling),
    /// Answered.
    Confirmed(Box<Confirmed>),
    /// Hung up by us; over for everybody above.
    Closing(Box<Closing>),
}

impl State {
    /// Our tag: what requests of theirs inside the call name it by.
    pub(super) fn local_tag(&self) -> u64 {
        match self {
            Self::Incoming(call) => call.peer.local_tag,
            Self::Calling(call) => call.peer.local_tag,
            Self::Cancelling(call) => call.local_tag,
            Self::Confirmed(call) => call.peer.local_tag,
            Self::Closing(call) => call.peer.local_tag,
        }
    }

    /// The dialog, where the state has one.
    pub(super) fn peer(&self) -> Option<&Peer> {
        match self {
            Self::Incoming(call) => Some(&call.peer),
            Self::Calling(call) => Some(&call.peer),
            Self::Cancelling(_) => None,
            Self::Confirmed(call) => Some(&call.peer),
            Self::Closing(call) => Some(&call.peer),
        }
    }

    /// The dialog with the side of this tag, where the state has one, to be changed.
    pub(super) fn peer_mut(&mut self, tag: &[u8]) -> Option<&mut Peer> {
        match self {
            Self::Incoming(call) => Some(&mut call.peer),
            Self::Calling(call) => {
                let fork = call.forks.iter_mut().find(|fork| *fork.tag == *tag);
                let early = fork.and_then(|fork| fork.dialog.as_deref_mut());
                Some(early.unwrap_or(&mut call.peer))
            }
            Self::Cancelling(_) => None,
            Self::Confirmed(call) => Some(&mut call.peer),
            Self::Closing(call) => Some(&mut call.peer),
        }
    }

    /// The earliest time at which something must be done. A given-up INVITE is watched by its transaction alone.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let at = match self {
            Self::Incoming(call) => call.deadline(),
            Self::Calling(call) => {
                let heard_by = call.heard_by.filter(|_| !call.heard);
                heard_by.map_or(call.until, |at| at.min(call.until))
            }
            Self::Cancelling(_) => return None,
            Self::Confirmed(call) => {
                let exchange = match &call.exchange {
                    Exchange::Idle | Exchange::Ours { .. } => call.until,
                    Exchange::Theirs { until, .. } => *until,
                    Exchange::Unacknowledged { repeat, .. } => repeat.deadline(),
                };
                let again = call.again.as_ref().map_or(call.until, |again| again.at);
                let timer = call.upkeep.timer.as_ref();
                let timer = timer.map_or(call.until, SessionTimer::deadline);
                call.until.min(exchange).min(again).min(timer)
            }
            Self::Closing(call) => {
                call.unacknowledged.as_ref().map_or(call.until, Repeat::deadline)
            }
        };
        Some(at)
    }
}
