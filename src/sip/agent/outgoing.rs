//! Calls of ours, from INVITE to the ACK of its answer, or to CANCEL (RFC 3261 §9.1, §13.2).

use bytes::Bytes;
use sipx_sip::{HeaderName, Method, Request, Response};

use super::UserAgent;
use crate::sip::dialog::{Calling, Cancelling, Confirmed, Exchange, Fork, Peer, State};
use crate::sip::event::{DialogId, Ending, SipEvent};
use crate::sip::input::Invite;
use crate::sip::login::Answers;
use crate::sip::read;
use crate::sip::status;
use crate::sip::transaction::{Hop, TransactionId, User};
use crate::sip::write;
use crate::time::Instant;

/// The most early sides of one call that are told apart.
const MAX_FORKS: usize = 8;
/// The number of the first request of a dialog of ours.
const FIRST_CSEQ: u32 = 1;

impl UserAgent {
    /// Sends an INVITE, or ends the call at once if it cannot go.
    pub(super) fn invite(&mut self, now: Instant, invite: &Invite) {
        let dialog = invite.dialog;
        if self.dialogs.contains_key(&dialog) {
            return;
        }
        if let Err(ending) = self.try_invite(now, invite) {
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
        let host = write::host(self.settings.advertised(transport, local));
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
        let sent = self.first_invite(&peer, invite).and_then(|request| {
            let user = User::Invite(invite.dialog);
            if let Some(login) = &invite.login {
                self.asking.call(invite.dialog, Answers::new(login.clone()));
            }
            let hop = Hop { fallback: peer.next_hop(&self.settings).fallback, ..hop };
            self.transactions.start(now, request, hop, user, &mut self.outbox)
        });
        let Some(transaction) = sent else {
            self.tags.remove(&local_tag);
            self.asking.forget(invite.dialog);
            return Err(Ending::Refused(400));
        };
        let until = now + invite.ring;
        let call = Calling {
            peer,
            transaction,
            forks: Vec::new(),
            heard: false,
            ringing: false,
            heard_by: invite.heard_within.map(|span| now + span),
            until,
        };
        self.keep(invite.dialog, State::Calling(Box::new(call)));
        Ok(())
    }

    fn first_invite(&mut self, peer: &Peer, invite: &Invite) -> Option<Request> {
        let branch = self.chance.token();
        let mut request =
            peer.request_by(peer.seen, (Method::Invite, FIRST_CSEQ), branch, &self.settings)?;
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
        write::add(headers, HeaderName::Supported, write::SUPPORTED);
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
                    let sent = call.sent || self.cancel(now, id);
                    self.keep(dialog, State::Cancelling(Cancelling { sent, ..call }));
                    return;
                }
                self.forget(&State::Cancelling(call));
                self.decline_answer(now, id, response);
            }
            state => {
                if let Some(state) = state {
                    self.keep(dialog, state);
                }
                self.decline_answer(now, id, response);
            }
        }
    }

    fn calling_response(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut call: Box<Calling>,
        response: &Response,
    ) {
        let status = response.status;
        if status.is_provisional() {
            call.heard = true;
            let events = early(dialog, &mut call, response);
            self.keep(dialog, State::Calling(call));
            events.into_iter().flatten().for_each(|event| self.emit(event));
        } else if status.is_success() {
            self.answered(now, dialog, *call, response);
        } else {
            self.forget(&State::Calling(call));
            self.ended(dialog, Ending::Refused(status.code()));
        }
    }

    /// The first 2xx: the dialog is confirmed and acknowledged (RFC 3261 §13.2.2.4).
    fn answered(&mut self, now: Instant, dialog: DialogId, call: Calling, response: &Response) {
        let Calling { mut peer, transaction, forks, .. } = call;
        let tag = read::to_tag(&response.headers).unwrap_or_default();
        let early = forks.iter().any(|fork| fork.tag == tag && fork.sdp.is_some());
        let sdp = read::sdp(&response.headers, response.body());
        learn(&mut peer, response);
        self.acknowledge(transaction, &peer, read::sequence(&response.headers));
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
        let confirmed = Confirmed {
            peer,
            exchange: Exchange::Idle,
            again: None,
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
    fn decline_answer(&mut self, now: Instant, id: TransactionId, response: &Response) {
        if !response.status.is_success() {
            return;
        }
        let Some(mut peer) = self.acknowledge_stray(id, response) else { return };
        self.bye(now, &mut peer, "SIP;cause=200;text=\"Call completed elsewhere\"", User::Nobody);
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
    pub(super) fn cancel(&mut self, now: Instant, id: TransactionId) -> bool {
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
    ) {
        let sent = call.heard && self.cancel(now, call.transaction);
        let local_tag = call.peer.local_tag;
        self.keep(dialog, State::Cancelling(Cancelling { local_tag, sent }));
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

/// What a provisional response has to tell: it rings, or media comes early.
fn early(dialog: DialogId, call: &mut Calling, response: &Response) -> [Option<SipEvent>; 2] {
    let rings = response.status.code() == 180 && !call.ringing;
    call.ringing |= rings;
    let ringing = rings.then_some(SipEvent::Ringing { dialog });
    let Some(tag) = read::to_tag(&response.headers) else { return [ringing, None] };
    let fork = match call.forks.iter_mut().position(|fork| fork.tag == tag) {
        Some(index) => call.forks.get_mut(index),
        None if call.forks.len() < MAX_FORKS => {
            call.forks.push(Fork { tag, sdp: None });
            call.forks.last_mut()
        }
        None => None,
    };
    let sdp = read::sdp(&response.headers, response.body());
    let (Some(fork), Some(sdp)) = (fork, sdp) else { return [ringing, None] };
    if fork.sdp.as_ref() == Some(&sdp) {
        return [ringing, None];
    }
    fork.sdp = Some(sdp.clone());
    [ringing, Some(SipEvent::Early { dialog, sdp })]
}

/// Takes from a 2xx what makes the dialog (RFC 3261 §12.1.2).
fn learn(peer: &mut Peer, response: &Response) {
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
