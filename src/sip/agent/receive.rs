//! Messages: parsing, matching to what is open, and where a new request goes.

use std::net::SocketAddr;

use bytes::Bytes;
use sipx_sip::{HeaderName, Message, Method, Request, parse_datagram};

use super::{UserAgent, overload_reply};
use crate::sip::dialog::State;
use crate::sip::event::{Ending, RegisterRequest, RequestId, SipEvent};
use crate::sip::read::{self, WayBack};
use crate::sip::reply::Reply;
use crate::sip::rules;
use crate::sip::salvage;
use crate::sip::transaction::{self, Hop, Key, User};
use crate::sip::write;
use crate::time::Instant;

/// A new request of theirs on its way through the agent.
pub(super) struct Arrival {
    /// What arrived, its topmost `Via` marked with where it came from.
    pub(super) request: Request,
    /// Its transaction's key.
    pub(super) key: Key,
    /// The way back.
    pub(super) hop: Hop,
    /// Who sent it.
    pub(super) source: SocketAddr,
    /// Whether the sender sits behind an address translator.
    pub(super) translated: bool,
}

impl UserAgent {
    /// Works on a message; `came` leads back to who sent it.
    pub(super) fn message(&mut self, now: Instant, came: Hop, bytes: &Bytes) {
        let Some(start) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()) else { return };
        if !read::is_reachable(came.to) {
            return;
        }
        // Some send the empty lines of a keepalive before a message (RFC 3261 §7.5).
        let empty = bytes.iter().take(start).all(|byte| matches!(byte, b'\r' | b'\n'));
        let bytes = &if empty { bytes.slice(start..) } else { bytes.clone() };
        match parse_datagram(bytes.clone(), &self.limits) {
            Ok(Message::Request(mut request)) => {
                match read::mark_source(&mut request.headers, came.to, came.transport) {
                    Some(way) => self.request(now, came, way, request),
                    None => {
                        let refusal = (400, "Malformed Via".to_owned());
                        self.salvage(came, bytes, refusal);
                    }
                }
            }
            Ok(Message::Response(response)) => {
                let ours = response.headers.count(&HeaderName::Via) == 1;
                if let Some(news) = ours
                    .then(|| self.transactions.receive(now, response, &mut self.outbox))
                    .flatten()
                {
                    self.news(now, news);
                }
            }
            Err(error) => self.salvage(came, bytes, rules::unreadable(&error)),
        }
    }

    /// Answers a request that cannot be read as well as it goes.
    fn salvage(&mut self, came: Hop, bytes: &[u8], (status, phrase): (u16, String)) {
        let tag = write::tag_text(self.chance.derived(&[bytes]));
        if let Some(bytes) = salvage::refusal(bytes, &tag, status, &phrase) {
            self.outbox.push_back(transaction::send(came, bytes));
        }
    }

    fn request(&mut self, now: Instant, came: Hop, way: WayBack, request: Request) {
        let hop = way_back(came, &way);
        let Some(key) = Key::of_request(&request) else {
            self.unknown(&request, hop);
            return;
        };
        if let Some(id) = self.transactions.find(&key) {
            if self.transactions.repeated(now, id, &request, &mut self.outbox) {
                self.acknowledged(now, &request);
            }
            return;
        }
        if request.method == Method::Ack {
            self.acknowledged(now, &request);
            return;
        }
        let arrival = Arrival { request, key, hop, source: came.to, translated: way.translated };
        match rules::refusal(&arrival.request, &self.settings.extensions()) {
            Some(reply) => self.reply_once(&arrival.request, hop, reply),
            None => self.new_request(now, arrival),
        }
    }

    /// A request that cannot be told from others: an old one without a readable `CSeq`.
    fn unknown(&mut self, request: &Request, hop: Hop) {
        if request.method != Method::Ack {
            let refusal = rules::refusal(request, &self.settings.extensions());
            self.reply_once(request, hop, refusal.unwrap_or_else(|| Reply::new(400)));
        }
    }

    /// Whether a request outside any call is one of ours that came back: a trunk or a proxy that leads to ourselves.
    fn has_passed(&self, arrival: &Arrival) -> bool {
        let Hop { local, transport, .. } = arrival.hop;
        let headers = &arrival.request.headers;
        read::has_passed(headers, self.settings.advertised(transport, local))
    }

    fn new_request(&mut self, now: Instant, arrival: Arrival) {
        let request = &arrival.request;
        if request.method == Method::Cancel {
            self.cancelled(now, arrival);
        } else if read::to_tag(&request.headers).is_some() {
            self.within(now, arrival);
        } else if self.has_passed(&arrival) {
            self.reply_once(&arrival.request, arrival.hop, Reply::new(482));
        } else if request.method == Method::Invite {
            self.invited(now, arrival);
        } else if request.method == Method::Register {
            self.register(now, arrival);
        } else if request.method == Method::Options {
            let reply = self.capabilities();
            self.reply_once(&arrival.request, arrival.hop, reply);
        } else if request.method == Method::Refer {
            // Nobody is sent anywhere who is not in a call with us.
            self.reply_once(&arrival.request, arrival.hop, Reply::new(403));
        } else {
            self.reply_once(&arrival.request, arrival.hop, Reply::new(481));
        }
    }

    /// The answer to OPTIONS (RFC 3261 §11.2): what an INVITE would meet.
    pub(super) fn capabilities(&mut self) -> Reply {
        if self.draining {
            return overload_reply(self.chance.token());
        }
        Reply::new(200)
            .header("Allow", write::ALLOW)
            .header("Accept", write::ACCEPT)
            .header("Accept-Encoding", "identity")
            .header("Supported", &self.settings.supported())
    }

    fn register(&mut self, now: Instant, arrival: Arrival) {
        if !self.transactions.has_room() {
            let reply = overload_reply(self.chance.token());
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        }
        let Arrival { request, key, hop, source, .. } = arrival;
        let headers = &request.headers;
        let user = |name| read::user_in(headers, name).unwrap_or_default();
        let text = |name| read::text(headers, name);
        let mut facts = Box::new(RegisterRequest {
            request: RequestId(0),
            from: source,
            local: hop.local,
            transport: hop.transport,
            to_user: user(&HeaderName::To),
            from_user: user(&HeaderName::From),
            request_uri: request.uri.to_string(),
            contacts: read::contacts(headers),
            path: read::path(headers, &HeaderName::Path),
            expires: read::expires(headers),
            authorization: text(&HeaderName::Authorization),
            call_id: text(&HeaderName::CallId).unwrap_or_default(),
            cseq: read::sequence(headers),
            user_agent: text(&HeaderName::UserAgent),
        });
        let id = self.transactions.accept(now, key, request, hop, User::Nobody);
        facts.request = RequestId(id.0);
        self.transactions.assign(id, User::Register(facts.request));
        self.emit(SipEvent::Register(facts));
    }

    /// CANCEL (RFC 3261 §9.2): answered for itself, and ends an INVITE that has no final answer yet.
    fn cancelled(&mut self, now: Instant, arrival: Arrival) {
        let found =
            Key::of_cancelled(&arrival.request).and_then(|key| self.transactions.find(&key));
        let Some(id) = found else {
            self.reply_once(&arrival.request, arrival.hop, Reply::new(481));
            return;
        };
        let user = self.transactions.user(id);
        let Arrival { request, key, hop, .. } = arrival;
        let own = self.transactions.accept(now, key, request, hop, User::Nobody);
        let mut reply = Reply::new(200);
        if let Some(User::Invite(dialog)) = user
            && let Some(peer) = self.dialogs.get(&dialog).and_then(|held| held.state.peer())
        {
            reply = reply.tag(peer.local_tag);
        }
        self.reply(now, own, reply);
        match user {
            Some(User::Invite(dialog)) => match self.take(dialog) {
                Some(State::Incoming(call)) if call.transaction == id => {
                    let reply = Reply::new(487).tag(call.peer.local_tag);
                    self.reply(now, id, reply);
                    self.forget(&State::Incoming(call));
                    self.ended(dialog, Ending::Cancelled);
                }
                Some(state) => self.keep(dialog, state),
                None => {}
            },
            Some(User::Offer(dialog)) => self.offer_cancelled(now, dialog, id),
            Some(
                User::Bye(_)
                | User::Probe(_)
                | User::Ask(_)
                | User::Refresh(_)
                | User::Refer(_)
                | User::Referred(_)
                | User::Notify(_)
                | User::Info(_)
                | User::Register(_)
                | User::Nobody,
            )
            | None => {}
        }
    }
}

/// Where answers go. A connection leads back by itself; only if it is gone does `Via` say where to (RFC 3261 §18.2.2).
pub(super) fn way_back(came: Hop, way: &WayBack) -> Hop {
    match came.transport.is_reliable() {
        true => Hop { fallback: Some(way.to), ..came },
        false => Hop { to: way.to, ..came },
    }
}
