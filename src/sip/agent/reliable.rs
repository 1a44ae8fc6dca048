//! Provisional answers that arrive for certain (RFC 3262): ours until their PRACK, theirs with ours.

use bytes::Bytes;
use sipx_sip::rel::{RAck, RSeq};
use sipx_sip::{HeaderName, Method, Request, Response};

use super::UserAgent;
use super::receive::Arrival;
use crate::sip::dialog::{EarlyOffer, Fork, IncomingCall, Pending, Progress, Repeat, State};
use crate::sip::event::{DialogId, Ending, SipEvent};
use crate::sip::read;
use crate::sip::reply::Reply;
use crate::sip::settings::Reliability;
use crate::sip::transaction::{self, User};
use crate::sip::write;
use crate::time::{Duration, Instant};

/// How often a provisional answer is repeated lest a proxy gives up (RFC 3261 §13.3.1.1).
const PROGRESS_EVERY: Duration = Duration::from_mins(1);
/// The largest first number of a reliable answer (RFC 3262 §3).
const LARGEST_FIRST: u64 = 0x7fff_ffff;

impl UserAgent {
    /// 421 where we insist on an extension that they do not have.
    pub(super) fn unreliable(&self, invite: &Request) -> Option<Reply> {
        let insist = self.settings.reliable == Reliability::Required && !knows(invite);
        insist.then(|| Reply::new(421).header("Require", write::RELIABLE))
    }

    /// How the provisional answers to an INVITE go: `None` = as ever, else whether all of them must be reliable.
    pub(super) fn reliability(&self, invite: &Request) -> Option<bool> {
        let asked = read::has_option(&invite.headers, &HeaderName::Require, write::RELIABLE);
        match self.settings.reliable {
            Reliability::Off => None,
            Reliability::Supported => knows(invite).then_some(asked),
            Reliability::Required => Some(true),
        }
    }

    /// 180 or 183, now and every minute.
    pub(super) fn progress(&mut self, now: Instant, dialog: DialogId, status: u16, sdp: Bytes) {
        match self.take(dialog) {
            Some(State::Incoming(mut call)) => {
                match call.reliable {
                    // The first reliable answer would have to bring an offer, and there is none before the 200.
                    Some(true) if call.late && sdp.is_empty() => {}
                    Some(must) if must || !sdp.is_empty() => {
                        self.progress_reliably(now, &mut call, status, sdp);
                    }
                    Some(_) | None => {
                        let doorstep = self.doorstep(&call.peer);
                        let tag = call.peer.local_tag;
                        let reply = Reply::new(status).tag(tag).contact(doorstep).sdp(sdp.clone());
                        self.reply(now, call.transaction, reply);
                        call.progress = Some(Progress { status, sdp, at: now + PROGRESS_EVERY });
                    }
                }
                self.keep(dialog, State::Incoming(call));
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Sends a reliable answer, or keeps it until the one before is acknowledged.
    fn progress_reliably(
        &mut self,
        now: Instant,
        call: &mut IncomingCall,
        status: u16,
        sdp: Bytes,
    ) {
        if call.pending.is_some() {
            call.next = Some((status, sdp));
            return;
        }
        let number = match call.number {
            0 => u32::try_from(self.chance.between(1, LARGEST_FIRST)).unwrap_or(1),
            last => last.saturating_add(1),
        };
        // What was agreed on is not said twice (RFC 3261 §13.2.1).
        let body = if call.settled { Bytes::new() } else { sdp.clone() };
        let brings_sdp = !body.is_empty();
        let reply = Reply::new(status)
            .tag(call.peer.local_tag)
            .contact(self.doorstep(&call.peer))
            .header("Require", write::RELIABLE)
            .header("RSeq", &number.to_string())
            .sdp(body);
        let Some(request) = self.transactions.request(call.transaction) else { return };
        let response = self.response(request, reply);
        let bytes = write::response_bytes(&response);
        let Some(hop) = self.transactions.hop(call.transaction) else { return };
        self.transactions.respond(now, call.transaction, response, &mut self.outbox);
        let repeat = Repeat::new(now, bytes, hop, call.cseq, &self.settings);
        call.number = number;
        call.pending = Some(Pending { repeat, brings_sdp });
        call.progress = Some(Progress { status, sdp, at: now + PROGRESS_EVERY });
    }

    /// Their PRACK.
    pub(super) fn pracked(
        &mut self,
        now: Instant,
        dialog: DialogId,
        state: State,
        arrival: Arrival,
    ) {
        let State::Incoming(mut call) = state else {
            self.keep(dialog, state);
            self.reply_once(&arrival.request, arrival.hop, Reply::new(481));
            return;
        };
        let named = arrival.request.headers.typed::<RAck>();
        let Some(Ok(named)) = named else {
            self.keep(dialog, State::Incoming(call));
            let reply = Reply::new(400).because("Malformed RAck");
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        };
        let fits = named.rseq == call.number && named.method == b"INVITE";
        let pending = call.pending.take_if(|pending| fits && pending.repeat.cseq == named.cseq);
        let Some(pending) = pending else {
            self.keep(dialog, State::Incoming(call));
            self.reply_once(&arrival.request, arrival.hop, Reply::new(481));
            return;
        };
        call.settled |= pending.brings_sdp;
        let offer = read::sdp(&arrival.request.headers, arrival.request.body());
        let settled = call.settled;
        let Arrival { request, key, hop, .. } = arrival;
        let id = self.transactions.accept(now, key, request, hop, User::Offer(dialog));
        match &offer {
            None => {
                self.reply(now, id, Reply::new(200));
            }
            Some(_) if settled => call.early = Some(EarlyOffer { transaction: id }),
            // Their first offer has no answer yet, so there can be no second one (RFC 3261 §13.2.1).
            Some(_) => {
                let wait = u32::try_from(self.chance.between(0, 10)).ok();
                self.reply(now, id, Reply::new(500).retry_after(wait));
            }
        }
        self.keep(dialog, State::Incoming(call));
        if offer.is_some() && settled {
            self.emit(SipEvent::RemoteOffer { dialog, sdp: offer });
        }
        self.release(now, dialog);
    }

    /// Sends what waited for a PRACK or for the answer to an early offer.
    pub(super) fn release(&mut self, now: Instant, dialog: DialogId) {
        match self.take(dialog) {
            Some(State::Incoming(mut call)) if call.is_free() => {
                let (next, held) = (call.next.take(), call.held.take());
                self.keep(dialog, State::Incoming(call));
                match (held, next) {
                    (Some(sdp), _) => self.answer(now, dialog, sdp),
                    (None, Some((status, sdp))) => self.progress(now, dialog, status, sdp),
                    (None, None) => {}
                }
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// A call of theirs has something due: the end of its set-up, a reliable answer, or the minute's sign of life.
    pub(super) fn wake_incoming(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut call: Box<IncomingCall>,
    ) {
        if now >= call.until {
            self.keep(dialog, State::Incoming(call));
            self.setup_limit(now, dialog);
            return;
        }
        if let Some(pending) = &mut call.pending {
            if pending.repeat.until <= now {
                // Nobody acknowledges: the call cannot be set up (RFC 3262 §3).
                self.reply(now, call.transaction, Reply::new(504).tag(call.peer.local_tag));
                self.forget(&State::Incoming(call));
                self.ended(dialog, Ending::NoAck);
                return;
            }
            if pending.repeat.next <= now {
                pending.repeat.step(now, self.settings.give_up());
                let Repeat { hop, bytes, .. } = &pending.repeat;
                self.outbox.push_back(transaction::send(*hop, bytes.clone()));
            }
        }
        let due = call.progress.as_ref().filter(|progress| progress.at <= now);
        let due = due.map(|progress| (progress.status, progress.sdp.clone()));
        if let Some(progress) = &mut call.progress {
            progress.at = progress.at.max(now + PROGRESS_EVERY.times(u64::from(due.is_some())));
        }
        self.keep(dialog, State::Incoming(call));
        if let Some((status, sdp)) = due {
            self.progress(now, dialog, status, sdp);
        }
    }

    /// Acknowledges a reliable answer of theirs.
    pub(super) fn prack(&mut self, now: Instant, fork: &mut Fork, number: u32, cseq: u32) {
        let Some(peer) = &mut fork.dialog else { return };
        let branch = self.chance.token();
        let own = peer.next_cseq();
        let Some(mut request) = peer.request(Method::Prack, own, branch, &self.settings) else {
            return;
        };
        write::add(&mut request.headers, HeaderName::RAck, format!("{number} {cseq} INVITE"));
        write::body(&mut request.headers, &Bytes::new());
        let hop = peer.next_hop(&self.settings);
        self.transactions.start(now, request, hop, User::Nobody, &mut self.outbox);
    }

    /// The number of a provisional answer that wants to be acknowledged.
    pub(super) fn number(&self, response: &Response) -> Option<u32> {
        let headers = &response.headers;
        let ours = self.settings.reliable != Reliability::Off;
        let wanted = ours && read::has_option(headers, &HeaderName::Require, write::RELIABLE);
        wanted.then(|| headers.typed::<RSeq>()?.ok().map(|number| number.0)).flatten()
    }
}

/// Whether the sender of an INVITE can acknowledge.
fn knows(invite: &Request) -> bool {
    [HeaderName::Supported, HeaderName::Require]
        .iter()
        .any(|name| read::has_option(&invite.headers, name, write::RELIABLE))
}
