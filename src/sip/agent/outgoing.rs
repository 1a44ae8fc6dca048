//! Calls of ours, from INVITE to the ACK of its answer, or to CANCEL (RFC 3261 §9.1, §13.2).

use bytes::Bytes;
use sipx_sip::{HeaderName, Method, Request, Response};

use super::UserAgent;
use crate::sip::dialog::{Calling, Cancelling, Confirmed, Exchange, Peer, State, Upkeep};
use crate::sip::event::{DialogId, Ending, SipEvent};
use crate::sip::input::Invite;
use crate::sip::login::Answers;
use crate::sip::read;
use crate::sip::session;
use crate::sip::settings::Reliability;
use crate::sip::status;
use crate::sip::transaction::{Hop, TransactionId, User};
use crate::sip::write;
use crate::time::Instant;

/// The number of the first request of a dialog of ours.
const FIRST_CSEQ: u32 = 1;

impl UserAgent {
    /// Sends an INVITE, or ends the call at once if it cannot go.
    pub(super) fn invite(&mut self, now: Instant, invite: &Invite) {
        let dialog = invite.dialog;
        if self.dialogs.contains_key(&dialog) {
            return;
        }
        if let Some(login) = &invite.login {
            self.asking.call(dialog, Answers::new(login.clone()));
        }
        if let Err(ending) = self.try_invite(now, invite) {
            self.asking.forget(dialog);
            self.ended(dialog, ending);
        }
    }

    fn try_invite(&mut self, now: Instant, invite: &Invite) -> Result<(), Ending> {
        // Draining does not matter here: a call in progress may still need its agent.
        let full = self.dialogs.len() >= self.settings.max_dialogs || !self.transactions.has_room();
        if full {
            return Err(Ending::Refused(503));
        }
        let target = write::request_uri(invite.target.as_bytes()).ok_or(Ending::Refused(400))?;
        let to = invite.to.as_deref().unwrap_or(&invite.target);
        write::request_uri(to.as_bytes()).ok_or(Ending::Refused(400))?;
        let transport = invite.transport;
        if read::is_sips(&target) && !transport.is_secure() {
            return Err(Ending::Refused(400));
        }
        let local = invite.local.or_else(|| self.settings.source_for(transport, invite.to_addr));
        let local = local.filter(|_| read::is_reachable(invite.to_addr)).ok_or(Ending::NoReply)?;
        let hop = Hop { to: invite.to_addr, local, transport, fallback: None };
        let local_tag = self.new_tag(invite.dialog);
        let ours = || write::host(self.settings.advertised(transport, local));
        let host = invite.from_host.clone().unwrap_or_else(ours);
        let from =
            write::identity(invite.from_user.as_deref(), invite.from_display.as_deref(), &host);
        let peer = Peer {
            call_id: format!("{:016x}{:016x}", self.chance.token(), self.chance.token())
                .into_bytes()
                .into(),
            local_tag,
            local: format!("{from};tag={}", write::tag_text(local_tag)).into_bytes().into(),
            remote: format!("<{to}>").into_bytes().into(),
            is_caller: true,
            remote_tag: Box::default(),
            local_cseq: FIRST_CSEQ,
            remote_cseq: None,
            target: invite.target.as_bytes().into(),
            routes: invite.routes.iter().map(|route| route.as_bytes().into()).collect(),
            seen: hop,
            pinned: read::place(&target).is_some_and(|at| at.address.ip() != invite.to_addr.ip()),
        };
        let interval = self
            .settings
            .session_expires
            .map_or(0, |span| span.as_secs().max(self.settings.session_min.as_secs()));
        let sent = self.invite_request(&peer, invite, interval).and_then(|request| {
            let user = User::Invite(invite.dialog);
            let hop = Hop { fallback: peer.next_hop(&self.settings).fallback, ..hop };
            self.transactions.start(now, request, hop, user, &mut self.outbox)
        });
        let Some(transaction) = sent else {
            self.tags.remove(&local_tag);
            return Err(Ending::Refused(400));
        };
        let until = now + invite.ring;
        let call = Calling {
            peer,
            order: Box::new(invite.clone()),
            transaction,
            cseq: FIRST_CSEQ,
            interval,
            retries: 0,
            visited: vec![invite.target.clone()],
            redirected: None,
            heard_last: None,
            forks: Vec::new(),
            heard: false,
            ringing: false,
            heard_by: invite.heard_within.map(|span| now + span),
            until,
        };
        self.keep(invite.dialog, State::Calling(Box::new(call)));
        Ok(())
    }

    /// The INVITE that an order asks for.
    pub(super) fn invite_request(
        &mut self,
        peer: &Peer,
        invite: &Invite,
        interval: u64,
    ) -> Option<Request> {
        let branch = self.chance.token();
        let method = (Method::Invite, peer.local_cseq);
        let mut request = peer.request_by(peer.seen, method, branch, &self.settings)?;
        let headers = &mut request.headers;
        if let Some(hops) = invite.max_forwards {
            headers.remove_all(&HeaderName::MaxForwards);
            write::add(headers, HeaderName::MaxForwards, hops.to_string());
        }
        write::add(
            headers,
            HeaderName::Contact,
            write::contact(self.doorstep_at(peer.seen, peer.is_sips())),
        );
        write::add(headers, HeaderName::Allow, write::ALLOW);
        write::add(headers, HeaderName::Supported, self.settings.supported());
        if self.settings.reliable == Reliability::Required {
            write::add(headers, HeaderName::Require, write::RELIABLE);
        }
        if interval > 0 {
            write::add(headers, HeaderName::SessionExpires, interval.to_string());
            let least = self.settings.session_min.as_secs().max(session::SHORTEST);
            let raised =
                self.settings.session_expires.is_some_and(|span| span.as_secs() < interval);
            let least = if raised { interval } else { least };
            if least > session::SHORTEST {
                write::add(headers, HeaderName::MinSe, least.to_string());
            }
        }
        write::add_all(headers, &invite.headers);
        write::body(headers, &invite.sdp);
        request.set_body(invite.sdp.clone());
        Some(request)
    }

    /// A response to an INVITE that opens a call.
    pub(super) fn invite_response(
        &mut self,
        now: Instant,
        dialog: DialogId,
        id: TransactionId,
        response: &Response,
    ) {
        match self.take(dialog) {
            Some(State::Calling(call)) => self.calling_response(now, dialog, call, response),
            Some(State::Cancelling(call)) => {
                if response.status.is_provisional() {
                    let sent = call.sent || self.cancel(now, id, call.reason);
                    self.keep(dialog, State::Cancelling(Cancelling { sent, ..call }));
                    return;
                }
                let reason = call.reason;
                self.forget(&State::Cancelling(call));
                self.decline_answer(now, id, response, reason);
            }
            state => {
                if let Some(state) = state {
                    self.keep(dialog, state);
                }
                self.decline_answer(now, id, response, status::ELSEWHERE);
            }
        }
    }

    fn calling_response(
        &mut self,
        now: Instant,
        dialog: DialogId,
        call: Box<Calling>,
        response: &Response,
    ) {
        let status = response.status;
        if status.is_provisional() {
            self.provisional(now, dialog, call, response);
        } else if status.is_success() {
            self.answered(now, dialog, *call, response);
        } else {
            self.refused(now, dialog, call, response);
        }
    }

    /// The first 2xx: the dialog is confirmed and acknowledged (RFC 3261 §13.2.2.4).
    fn answered(&mut self, now: Instant, dialog: DialogId, call: Calling, response: &Response) {
        let Calling { mut peer, transaction, forks, cseq, order, heard_last, .. } = call;
        let tag = read::to_tag(&response.headers).unwrap_or_default();
        let fork = forks.into_iter().find(|fork| fork.tag == tag);
        let early = fork.as_ref().and_then(|fork| fork.sdp.clone());
        let settled = fork.as_ref().is_some_and(|fork| fork.settled);
        // What was agreed on for certain is not asked of the answer again (RFC 3261 §13.2.1).
        let sdp = read::sdp(&response.headers, response.body()).filter(|_| !settled);
        // Another side may have been heard since.
        let sdp = sdp.or_else(|| early.clone().filter(|_| heard_last != Some(tag)));
        let early = early.is_some();
        if let Some(early) = fork.and_then(|fork| fork.dialog) {
            peer.local_cseq = peer.local_cseq.max(early.local_cseq);
            peer.remote_cseq = early.remote_cseq;
        }
        learn(&mut peer, response);
        self.acknowledge(transaction, &peer, cseq);
        if sdp.is_none() && !early {
            // An answer without a session can never carry sound: the offer was ours, so there is none to come.
            self.close(
                now,
                dialog,
                peer,
                status::reason_header(crate::call::HangupCause::Incompatible),
            );
            self.ended(dialog, Ending::Refused(488));
            return;
        }
        let mut upkeep = Upkeep { sdp: order.sdp.clone(), ..Upkeep::default() };
        self.adopt(now, &mut upkeep, &response.headers);
        let confirmed = Confirmed {
            peer,
            exchange: Exchange::Idle,
            again: None,
            upkeep,
            until: now + self.settings.call_limit,
        };
        self.keep(dialog, State::Confirmed(Box::new(confirmed)));
        self.emit(SipEvent::Answered { dialog, sdp });
    }

    /// Sends the ACK of a 2xx, and keeps it for the repetitions.
    pub(super) fn acknowledge(&mut self, id: TransactionId, peer: &Peer, cseq: u32) {
        let branch = self.chance.token();
        let Some(mut ack) = peer.request(Method::Ack, cseq, branch, &self.settings) else { return };
        write::body(&mut ack.headers, &Bytes::new());
        let bytes = write::request_bytes(&ack);
        let hop = peer.next_hop(&self.settings);
        self.transactions.acknowledge(id, &peer.remote_tag, hop, bytes, &mut self.outbox);
    }

    /// A 2xx that nobody wants any more, from another fork or after CANCEL: ACK, then BYE (RFC 3261 §13.2.2.4).
    fn decline_answer(
        &mut self,
        now: Instant,
        id: TransactionId,
        response: &Response,
        reason: &str,
    ) {
        if !response.status.is_success() {
            return;
        }
        let Some(mut peer) = self.acknowledge_stray(id, response) else { return };
        self.bye(now, &mut peer, reason, User::Nobody);
    }

    /// Acknowledges a 2xx by what it says itself, without a memory of the call. Gives the dialog that it makes.
    pub(super) fn acknowledge_stray(
        &mut self,
        id: TransactionId,
        response: &Response,
    ) -> Option<Peer> {
        let seen = self.transactions.hop(id)?;
        let headers = &response.headers;
        let mut peer = Peer {
            call_id: read::value(headers, &HeaderName::CallId),
            local_tag: 0,
            local: read::value(headers, &HeaderName::From),
            remote: Box::default(),
            is_caller: true,
            remote_tag: Box::default(),
            local_cseq: read::sequence(headers),
            remote_cseq: None,
            target: format!("sip:{}", seen.to).into_bytes().into(),
            routes: Box::default(),
            seen,
            pinned: false,
        };
        learn(&mut peer, response);
        let cseq = peer.local_cseq;
        self.acknowledge(id, &peer, cseq);
        Some(peer)
    }

    /// Sends CANCEL for an INVITE of ours that was heard of, and bounds the wait for its end.
    pub(super) fn cancel(&mut self, now: Instant, id: TransactionId, reason: &str) -> bool {
        let Some((invite, hop)) = self.transactions.asked(id) else { return false };
        let mut cancel = Request::new(Method::Cancel, invite.uri.clone());
        let copied = [
            HeaderName::Via,
            HeaderName::Route,
            HeaderName::From,
            HeaderName::To,
            HeaderName::CallId,
        ];
        for header in copied.iter().flat_map(|name| invite.headers.get_all(name)) {
            cancel.headers.push(header.clone());
        }
        let line = format!("{} CANCEL", read::sequence(&invite.headers));
        write::add(&mut cancel.headers, HeaderName::CSeq, line);
        write::add(&mut cancel.headers, HeaderName::MaxForwards, "70");
        write::add(&mut cancel.headers, HeaderName::Reason, reason);
        write::body(&mut cancel.headers, &Bytes::new());
        self.transactions.start(now, cancel, hop, User::Nobody, &mut self.outbox);
        self.transactions.limit(id, now + self.settings.give_up());
        true
    }

    /// Gives up a call of ours before its answer: CANCEL now, or as soon as anything comes back.
    pub(super) fn give_up(
        &mut self,
        now: Instant,
        dialog: DialogId,
        call: &Calling,
        ending: Ending,
        reason: &'static str,
    ) {
        let local_tag = call.peer.local_tag;
        if call.redirected.is_some() {
            // It was refused: there is nothing left to cancel.
            self.tags.remove(&local_tag);
        } else {
            let sent = call.heard && self.cancel(now, call.transaction, reason);
            self.keep(dialog, State::Cancelling(Cancelling { local_tag, sent, reason }));
        }
        self.ended(dialog, ending);
    }

    /// No final response ever came to an INVITE that opens a call.
    pub(super) fn invite_timeout(&mut self, dialog: DialogId) {
        match self.take(dialog) {
            Some(state @ State::Calling(_)) => {
                self.forget(&state);
                self.ended(dialog, Ending::NoReply);
            }
            Some(state @ State::Cancelling(_)) => self.forget(&state),
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }
}

/// Takes from a response what makes the dialog (RFC 3261 §12.1.2).
pub(super) fn learn(peer: &mut Peer, response: &Response) {
    let headers = &response.headers;
    peer.remote = read::value(headers, &HeaderName::To);
    peer.remote_tag = read::to_tag(headers).unwrap_or_default();
    if let Some(target) = read::contact(headers) {
        peer.target = target;
    }
    let mut routes = read::routes(headers);
    routes.reverse();
    peer.routes = routes.into();
}
