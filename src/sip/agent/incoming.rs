//! Calls of theirs, from INVITE to ACK (RFC 3261 §13.3).

use bytes::Bytes;
use sipx_sip::{HeaderName, Request};

use super::receive::Arrival;
use super::{UserAgent, fingerprint, overload_reply};
use crate::sip::dialog::{Closing, Confirmed, Exchange, IncomingCall, Peer, Repeat, State, Upkeep};
use crate::sip::event::{DialogId, Ending, Incoming, SipEvent};
use crate::sip::read;
use crate::sip::reply::Reply;
use crate::sip::transaction::{Hop, User};
use crate::sip::write;
use crate::time::Instant;

impl UserAgent {
    /// A new call: refused if there is no room, else 100 and up with it.
    pub(super) fn invited(&mut self, now: Instant, arrival: Arrival) {
        let full = self.draining
            || self.full
            || self.dialogs.len() >= self.settings.max_dialogs
            || !self.transactions.has_room();
        let merge = fingerprint(&self.chance, &arrival.request);
        if full || self.turned_away.knows(now, merge) {
            self.turned_away.add(now, merge);
            let reply = overload_reply(merge);
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        }
        if self.merges.contains_key(&merge) || self.answered.knows(now, merge) {
            self.reply_once(&arrival.request, arrival.hop, Reply::new(482));
            return;
        }
        let refusal =
            self.too_brief(&arrival.request).or_else(|| self.unreliable(&arrival.request));
        if let Some(reply) = refusal {
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        }
        let replaces = match self.replaced(&arrival.request) {
            Ok(replaces) => replaces,
            Err(status) => {
                return self.reply_once(&arrival.request, arrival.hop, Reply::new(status));
            }
        };
        let dialog = self.new_dialog();
        let local_tag = self.new_tag(dialog);
        let peer = caller(&arrival, local_tag);
        let facts = Box::new(Incoming { replaces, ..facts(dialog, &arrival) });
        let Arrival { request, key, hop, .. } = arrival;
        let reliable = self.reliability(&request);
        let transaction = self.transactions.accept(now, key, request, hop, User::Invite(dialog));
        self.reply(now, transaction, Reply::new(100));
        self.merges.insert(merge, dialog);
        let call = IncomingCall {
            cseq: peer.remote_cseq.unwrap_or_default(),
            peer,
            transaction,
            merge,
            late: facts.sdp.is_none(),
            until: now + self.settings.setup_limit,
            progress: None,
            reliable,
            number: 0,
            pending: None,
            next: None,
            held: None,
            settled: false,
            early: None,
        };
        self.keep(dialog, State::Incoming(Box::new(call)));
        self.emit(SipEvent::Incoming(facts));
    }

    /// 200, repeated until its ACK.
    pub(super) fn answer(&mut self, now: Instant, dialog: DialogId, sdp: Bytes) {
        match self.take(dialog) {
            Some(State::Incoming(mut call)) if !call.is_free() => {
                call.held = Some(sdp);
                self.keep(dialog, State::Incoming(call));
            }
            Some(State::Incoming(call)) => {
                let doorstep = self.doorstep(&call.peer);
                // What was agreed on for certain is not said again.
                let body = if call.settled { Bytes::new() } else { sdp.clone() };
                let reply = Reply::new(200).tag(call.peer.local_tag).contact(doorstep).sdp(body);
                let mut upkeep = Upkeep { sdp, ..Upkeep::default() };
                let reply = match self.transactions.request(call.transaction) {
                    Some(invite) => self.timed(now, &mut upkeep, &invite.headers, reply),
                    None => reply,
                };
                self.merges.remove(&call.merge);
                self.answered.add(now, call.merge);
                let Some((hop, bytes)) = self.reply(now, call.transaction, reply) else {
                    self.forget(&State::Incoming(call));
                    self.ended(dialog, Ending::NoAck);
                    return;
                };
                let cseq = call.cseq;
                let repeat = Repeat::new(now, bytes, hop, cseq, &self.settings);
                let confirmed = Confirmed {
                    peer: call.peer,
                    exchange: Exchange::Unacknowledged { repeat, late: call.late, first: true },
                    again: None,
                    upkeep,
                    until: now + self.settings.call_limit,
                };
                self.keep(dialog, State::Confirmed(Box::new(confirmed)));
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// A final refusal of a call that has no final answer yet.
    pub(super) fn refuse_call(&mut self, now: Instant, dialog: DialogId, reply: Reply) {
        match self.take(dialog) {
            Some(State::Incoming(call)) => {
                self.reply(now, call.transaction, reply.tag(call.peer.local_tag));
                self.forget(&State::Incoming(call));
                self.ended(dialog, Ending::Ordered);
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// The ACK of a 2xx of ours (RFC 3261 §13.3.1.4). One that fits nothing is a stray and means nothing.
    pub(super) fn acknowledged(&mut self, now: Instant, ack: &Request) {
        let Some(dialog) = self.addressed(ack) else { return };
        let cseq = read::sequence(&ack.headers);
        let sdp = read::sdp(&ack.headers, ack.body());
        match self.take(dialog) {
            Some(State::Confirmed(mut call)) => {
                match std::mem::replace(&mut call.exchange, Exchange::Idle) {
                    Exchange::Unacknowledged { repeat, late, first } if repeat.cseq == cseq => {
                        self.keep(dialog, State::Confirmed(call));
                        if first {
                            let sdp = sdp.filter(|_| late);
                            self.emit(SipEvent::Established { dialog, sdp });
                        } else if late {
                            self.emit(SipEvent::RemoteAnswer { dialog, sdp });
                        }
                    }
                    exchange => {
                        call.exchange = exchange;
                        self.keep(dialog, State::Confirmed(call));
                    }
                }
            }
            Some(State::Closing(call)) => self.closing_acknowledged(now, dialog, call, cseq),
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    fn closing_acknowledged(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut call: Box<Closing>,
        cseq: u32,
    ) {
        match call.unacknowledged.take() {
            Some(repeat) if repeat.cseq == cseq => {
                self.close(now, dialog, call.peer, call.reason);
            }
            unacknowledged => {
                call.unacknowledged = unacknowledged;
                self.keep(dialog, State::Closing(call));
            }
        }
    }
}

/// The dialog that their INVITE will make (RFC 3261 §12.1.1).
fn caller(arrival: &Arrival, local_tag: u64) -> Peer {
    let headers = &arrival.request.headers;
    let mut local = read::value(headers, &HeaderName::To).into_vec();
    local.extend_from_slice(format!(";tag={}", write::tag_text(local_tag)).as_bytes());
    Peer {
        call_id: read::value(headers, &HeaderName::CallId),
        local_tag,
        local: local.into(),
        remote: read::value(headers, &HeaderName::From),
        is_caller: false,
        remote_tag: read::from_tag(headers),
        local_cseq: 0,
        remote_cseq: Some(read::sequence(headers)),
        target: read::contact(headers).or_else(|| read::from_uri(headers)).unwrap_or_default(),
        routes: read::routes(headers).into(),
        seen: Hop { to: arrival.source, fallback: None, ..arrival.hop },
        pinned: arrival.translated,
    }
}

fn facts(dialog: DialogId, arrival: &Arrival) -> Incoming {
    let request = &arrival.request;
    let headers = &request.headers;
    let text = |name| read::text(headers, name);
    Incoming {
        dialog,
        called: read::user(&request.uri).unwrap_or_default().into(),
        caller: read::caller(headers),
        to_user: read::user_in(headers, &HeaderName::To).unwrap_or_default().into(),
        remote_party: read::remote_party(headers).map(Into::into),
        asserted: read::user_in(headers, &HeaderName::PAssertedIdentity).map(Into::into),
        from_user: read::user_in(headers, &HeaderName::From).unwrap_or_default().into(),
        diverted_from: read::diverted_from(headers).map(Into::into),
        source: arrival.source,
        local: arrival.hop.local,
        transport: arrival.hop.transport,
        request_uri: request.uri.to_string(),
        authorization: text(&HeaderName::Authorization),
        user_agent: text(&HeaderName::UserAgent),
        call_id: text(&HeaderName::CallId).unwrap_or_default(),
        replaces: None,
        max_forwards: read::max_forwards(headers),
        sdp: read::sdp(headers, request.body()),
    }
}
