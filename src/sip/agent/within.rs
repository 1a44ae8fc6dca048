//! Inside an answered call: requests of theirs, and offers of either side (RFC 3261 §12.2, §14; RFC 3311).

use bytes::Bytes;
use sipx_sip::{HeaderName, Method, Request, Response};

use super::UserAgent;
use super::receive::Arrival;
use crate::bug::{self, Place};
use crate::sip::dialog::{Again, Confirmed, EarlyOffer, Exchange, Peer, Repeat, State};
use crate::sip::event::{DialogId, SipEvent};
use crate::sip::read::{self, Content};
use crate::sip::reply::Reply;
use crate::sip::transaction::{TransactionId, User};
use crate::sip::write;
use crate::time::{Duration, Instant};

/// How long an offer of theirs waits for the answer from above.
const OFFER_WAIT: Duration = Duration::from_secs(10);
/// How often an offer of ours may meet one of theirs.
const MAX_TRIES: u8 = 5;
/// The waits after a 491, in milliseconds: for the side whose Call-ID it is, and for the other (RFC 3261 §14.1).
const GLARE_WAIT: [(u64, u64); 2] = [(2_100, 4_000), (0, 2_000)];
/// What names the package of an INFO (RFC 6086 §10).
const INFO_PACKAGE: HeaderName = HeaderName::Other(Bytes::from_static(b"Info-Package"));
/// The kinds of INFO that mean keys.
const KEY_TYPES: [&str; 2] = ["application/dtmf-relay", "application/dtmf"];

impl UserAgent {
    /// The call that a request of theirs means by its tags and Call-ID.
    pub(super) fn addressed(&self, request: &Request) -> Option<DialogId> {
        let tag = write::tag_number(&read::to_tag(&request.headers)?)?;
        let dialog = *self.tags.get(&tag)?;
        let peer = self.dialogs.get(&dialog)?.state.peer()?;
        let known =
            peer.remote_tag.is_empty() || peer.remote_tag == read::from_tag(&request.headers);
        let same_call = read::value(&request.headers, &HeaderName::CallId) == peer.call_id;
        (known && same_call).then_some(dialog)
    }

    /// A new request with a tag of ours.
    pub(super) fn within(&mut self, now: Instant, arrival: Arrival) {
        let request = &arrival.request;
        let found = self.addressed(request).and_then(|dialog| Some((dialog, self.take(dialog)?)));
        let Some((dialog, mut state)) = found else {
            self.reply_once(&arrival.request, arrival.hop, Reply::new(481));
            return;
        };
        bug::trip(Place::Agent, dialog.0);
        let tag = read::from_tag(&request.headers);
        if state.peer_mut(&tag).is_some_and(|peer| !in_order(peer, request)) {
            self.keep(dialog, state);
            self.reply_once(&arrival.request, arrival.hop, Reply::new(500));
            return;
        }
        let over = matches!(state, State::Cancelling(_) | State::Closing(_));
        if over && request.method != Method::Bye {
            self.keep(dialog, state);
            self.reply_once(&arrival.request, arrival.hop, Reply::new(481));
            return;
        }
        match &request.method {
            Method::Bye => self.hung_up(now, dialog, state, arrival),
            Method::Invite | Method::Update => self.offered(now, dialog, state, arrival),
            Method::Prack => self.pracked(now, dialog, state, arrival),
            Method::Info => {
                self.keep(dialog, state);
                self.informed(now, dialog, arrival);
            }
            Method::Refer => {
                self.keep(dialog, state);
                self.referred(now, dialog, arrival);
            }
            Method::Notify => {
                self.keep(dialog, state);
                self.notified(now, dialog, arrival);
            }
            _ => {
                self.keep(dialog, state);
                let reply = self.capabilities();
                self.reply_once(&arrival.request, arrival.hop, reply);
            }
        }
    }

    /// INFO (RFC 6086 §4.2.2, the older use without packages): keys.
    fn informed(&mut self, now: Instant, dialog: DialogId, arrival: Arrival) {
        let content = read::content(&arrival.request.headers, arrival.request.body());
        let package = read::text(&arrival.request.headers, &INFO_PACKAGE);
        if package.is_some_and(|name| !name.trim().is_empty()) {
            // We have asked for no package, so there is none that may be sent (RFC 6086 §4.2.2).
            let reply = Reply::new(469).header("Recv-Info", "");
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        }
        let Arrival { request, key, hop, .. } = arrival;
        let id = self.transactions.accept(now, key, request, hop, User::Nobody);
        match content {
            Content::Other(kind, body) if KEY_TYPES.contains(&kind.as_str()) => {
                self.reply(now, id, Reply::new(200));
                // A copy, so that the datagram need not stay for a few bytes.
                let body = Bytes::copy_from_slice(&body);
                self.emit(SipEvent::Info { dialog, content_type: kind, body });
            }
            Content::Empty => {
                self.reply(now, id, Reply::new(200));
            }
            Content::Other(..) | Content::Sdp(_) => {
                self.reply(now, id, Reply::new(415).header("Accept", &KEY_TYPES.join(", ")));
            }
        }
    }

    /// A re-INVITE or UPDATE of theirs.
    fn offered(&mut self, now: Instant, dialog: DialogId, mut state: State, arrival: Arrival) {
        let is_invite = arrival.request.method == Method::Invite;
        let sdp = read::sdp(&arrival.request.headers, arrival.request.body());
        if !is_invite && sdp.is_none() {
            self.refreshed(now, dialog, state, arrival);
            return;
        }
        let tag = read::from_tag(&arrival.request.headers);
        let verdict = match &state {
            State::Confirmed(call) => match call.exchange {
                Exchange::Idle => None,
                Exchange::Ours { .. } | Exchange::Unacknowledged { .. } => Some(491),
                Exchange::Theirs { .. } => Some(500),
            },
            // A second offer of theirs while the first has no answer for certain (RFC 3311 §5.2).
            State::Incoming(call) => (is_invite || !call.settled || !call.is_free()).then_some(500),
            State::Calling(call) => match call.forks.iter().find(|fork| fork.tag == tag) {
                Some(fork) if fork.early.is_some() => Some(500),
                Some(fork) if fork.settled && !is_invite => None,
                // Ours has no answer for certain.
                Some(_) | None => Some(491),
            },
            State::Cancelling(_) | State::Closing(_) => Some(481),
        };
        if let Some(status) = verdict {
            self.keep(dialog, state);
            let wait = (status == 500).then(|| self.chance.between(0, 10));
            let wait = wait.and_then(|seconds| u32::try_from(seconds).ok());
            let reply = Reply::new(status).retry_after(wait);
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        }
        if let Some(reply) = self.too_brief(&arrival.request) {
            self.keep(dialog, state);
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        }
        let Arrival { request, key, hop, .. } = arrival;
        let id = self.transactions.accept(now, key, request, hop, User::Offer(dialog));
        if is_invite {
            self.reply(now, id, Reply::new(100));
        }
        let early = EarlyOffer { transaction: id };
        match &mut state {
            State::Confirmed(call) => {
                let until = now + OFFER_WAIT;
                call.exchange = Exchange::Theirs { transaction: id, late: sdp.is_none(), until };
            }
            State::Incoming(call) => call.early = Some(early),
            State::Calling(call) => {
                if let Some(fork) = call.forks.iter_mut().find(|fork| fork.tag == tag) {
                    fork.early = Some(early);
                }
            }
            State::Cancelling(_) | State::Closing(_) => {}
        }
        self.keep(dialog, state);
        self.emit(SipEvent::RemoteOffer { dialog, sdp });
    }

    /// An UPDATE without an offer: it says where they are now, and that they are.
    fn refreshed(&mut self, now: Instant, dialog: DialogId, mut state: State, arrival: Arrival) {
        if let Some(reply) = self.too_brief(&arrival.request) {
            self.keep(dialog, state);
            self.reply_once(&arrival.request, arrival.hop, reply);
            return;
        }
        let mut reply = Reply::new(200);
        let target = read::contact(&arrival.request.headers);
        let tag = read::from_tag(&arrival.request.headers);
        if let (Some(peer), Some(target)) = (state.peer_mut(&tag), target) {
            peer.target = target;
        }
        if let State::Confirmed(call) = &mut state {
            let headers = &arrival.request.headers;
            reply = self.timed(now, &mut call.upkeep, headers, reply);
        }
        let doorstep = state.peer().map(|peer| self.doorstep(peer));
        self.keep(dialog, state);
        let Arrival { request, key, hop, .. } = arrival;
        let id = self.transactions.accept(now, key, request, hop, User::Nobody);
        let doorstep = doorstep.unwrap_or_else(|| self.doorstep_at(hop, false));
        self.reply(now, id, reply.contact(doorstep));
    }

    /// Our answer to their offer, or our offer where theirs had none.
    pub(super) fn answer_offer(&mut self, now: Instant, dialog: DialogId, sdp: Bytes) {
        self.settle_offer(now, dialog, Ok(sdp));
    }

    /// Our refusal of their offer.
    pub(super) fn refuse_offer(&mut self, now: Instant, dialog: DialogId, status: u16) {
        let status = if (300..700).contains(&status) { status } else { 488 };
        self.settle_offer(now, dialog, Err(status));
    }

    fn settle_offer(&mut self, now: Instant, dialog: DialogId, said: Result<Bytes, u16>) {
        match self.take(dialog) {
            Some(State::Confirmed(mut call)) => {
                if let Exchange::Theirs { transaction, late, .. } = call.exchange {
                    call.exchange = match said {
                        Ok(sdp) => self.accept_offer(now, &mut call, transaction, late, sdp),
                        Err(status) => {
                            self.reply(now, transaction, Reply::new(status));
                            Exchange::Idle
                        }
                    };
                }
                self.keep(dialog, State::Confirmed(call));
            }
            Some(mut state) => {
                let early = early_offer(&mut state);
                let doorstep = state.peer().map(|peer| self.doorstep(peer));
                self.keep(dialog, state);
                if let (Some(EarlyOffer { transaction }), Some(doorstep)) = (early, doorstep) {
                    let reply = match said {
                        Ok(sdp) => Reply::new(200).contact(doorstep).sdp(sdp),
                        Err(status) => Reply::new(status),
                    };
                    self.reply(now, transaction, reply);
                    self.release(now, dialog);
                }
            }
            None => {}
        }
    }

    /// An offer that nobody above answered was refused.
    pub(super) fn offer_expired(&mut self, now: Instant, dialog: DialogId) {
        if let Some(mut state) = self.take(dialog) {
            let expired = early_offer(&mut state).is_some();
            self.keep(dialog, state);
            if expired {
                self.release(now, dialog);
            }
        }
    }

    fn accept_offer(
        &mut self,
        now: Instant,
        call: &mut Confirmed,
        transaction: TransactionId,
        late: bool,
        sdp: Bytes,
    ) -> Exchange {
        let Some(request) = self.transactions.request(transaction) else { return Exchange::Idle };
        let is_invite = request.method == Method::Invite;
        let cseq = read::sequence(&request.headers);
        if let Some(target) = read::contact(&request.headers) {
            call.peer.target = target;
        }
        call.upkeep.sdp = sdp.clone();
        let reply = Reply::new(200).contact(self.doorstep(&call.peer)).sdp(sdp);
        let reply = self.timed(now, &mut call.upkeep, &request.headers, reply);
        match self.reply(now, transaction, reply) {
            Some((hop, bytes)) if is_invite => {
                let repeat = Repeat::new(now, bytes, hop, cseq, &self.settings);
                Exchange::Unacknowledged { repeat, late, first: false }
            }
            _ => Exchange::Idle,
        }
    }

    /// Their re-INVITE was cancelled.
    pub(super) fn offer_cancelled(&mut self, now: Instant, dialog: DialogId, id: TransactionId) {
        match self.take(dialog) {
            Some(State::Confirmed(mut call)) => {
                if matches!(call.exchange, Exchange::Theirs { transaction, .. } if transaction == id)
                {
                    call.exchange = Exchange::Idle;
                    self.reply(now, id, Reply::new(487));
                }
                self.keep(dialog, State::Confirmed(call));
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// An offer of ours.
    pub(super) fn offer(&mut self, now: Instant, dialog: DialogId, sdp: Bytes) {
        match self.take(dialog) {
            Some(State::Confirmed(mut call)) => {
                let free = matches!(call.exchange, Exchange::Idle) && call.again.is_none();
                if call.again.is_none()
                    && matches!(call.exchange, Exchange::Ours { refreshes: true, .. })
                {
                    // It goes out as soon as the refresh is done.
                    call.again = Some(Again { at: now + self.settings.t1, sdp, tries: 0 });
                } else if !free || !self.send_offer(now, dialog, &mut call, sdp, 0) {
                    self.emit(SipEvent::OfferRefused { dialog, status: 491 });
                }
                self.keep(dialog, State::Confirmed(call));
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Makes an offer again that met one of theirs, as soon as nothing else is open.
    pub(super) fn offer_again(&mut self, now: Instant, dialog: DialogId, call: &mut Confirmed) {
        let Some(Again { sdp, tries, .. }) = call.again.take() else { return };
        if !matches!(call.exchange, Exchange::Idle) {
            call.again = Some(Again { at: now + self.settings.t1, sdp, tries });
        } else if !self.send_offer(now, dialog, call, sdp, tries) {
            self.emit(SipEvent::OfferRefused { dialog, status: 491 });
        }
    }

    pub(super) fn send_offer(
        &mut self,
        now: Instant,
        dialog: DialogId,
        call: &mut Confirmed,
        sdp: Bytes,
        tries: u8,
    ) -> bool {
        let branch = self.chance.token();
        let cseq = call.peer.next_cseq();
        let request = call.peer.request(Method::Invite, cseq, branch, &self.settings);
        let Some(mut request) = request else { return false };
        let doorstep = self.doorstep(&call.peer);
        write::add(&mut request.headers, HeaderName::Contact, write::contact(doorstep));
        write::add(&mut request.headers, HeaderName::Allow, write::ALLOW);
        write::add(&mut request.headers, HeaderName::Supported, self.settings.supported());
        self.ask_timer(&mut request.headers, call.upkeep.timer.as_ref());
        write::body(&mut request.headers, &sdp);
        request.set_body(sdp.clone());
        let hop = call.peer.next_hop(&self.settings);
        let user = User::Offer(dialog);
        let started = self.transactions.start(now, request, hop, user, &mut self.outbox);
        let Some(transaction) = started else { return false };
        self.transactions.limit(transaction, now + self.settings.give_up());
        call.exchange = Exchange::Ours { transaction, sdp, tries, refreshes: false };
        true
    }

    /// A response to an offer of ours.
    pub(super) fn offer_response(
        &mut self,
        now: Instant,
        dialog: DialogId,
        id: TransactionId,
        response: &Response,
    ) {
        if response.status.is_provisional() {
            return;
        }
        match self.take(dialog) {
            Some(State::Confirmed(call)) => self.offer_settled(now, dialog, call, id, response),
            state => {
                // The call has ended meanwhile; the answer still wants its ACK.
                if response.status.is_success() {
                    self.acknowledge_stray(id, response);
                }
                if let Some(state) = state {
                    self.keep(dialog, state);
                }
            }
        }
    }

    fn offer_settled(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut call: Box<Confirmed>,
        id: TransactionId,
        response: &Response,
    ) {
        let Exchange::Ours { transaction, sdp, tries, refreshes } =
            std::mem::replace(&mut call.exchange, Exchange::Idle)
        else {
            self.keep(dialog, State::Confirmed(call));
            return;
        };
        let status = response.status;
        if status.is_success() && transaction == id {
            if let Some(target) = read::contact(&response.headers) {
                call.peer.target = target;
            }
            self.acknowledge(id, &call.peer, read::sequence(&response.headers));
            self.adopt(now, &mut call.upkeep, &response.headers);
            call.upkeep.sdp = sdp;
            self.keep(dialog, State::Confirmed(call));
            let sdp = read::sdp(&response.headers, response.body());
            self.emit(SipEvent::RemoteAnswer { dialog, sdp });
            return;
        }
        let (low, high) = GLARE_WAIT[usize::from(!call.peer.is_caller)];
        let wait = Duration::from_millis(self.chance.between(low / 10, high / 10) * 10);
        match status.code() {
            408 | 481 => {
                self.keep(dialog, State::Confirmed(call));
                self.lost(now, dialog);
                return;
            }
            422 | 491 if !refreshes && tries < MAX_TRIES => {
                let brief = status.code() == 422;
                if brief {
                    self.refresh_refused(now, &mut call.upkeep, response);
                }
                let at = if brief { now } else { now + wait };
                call.again = Some(Again { at, sdp, tries: tries + 1 });
            }
            _ if refreshes => self.refresh_refused(now, &mut call.upkeep, response),
            code => self.emit(SipEvent::OfferRefused { dialog, status: code }),
        }
        self.keep(dialog, State::Confirmed(call));
    }
}

/// Takes the offer of theirs that waits before the call is answered.
fn early_offer(state: &mut State) -> Option<EarlyOffer> {
    match state {
        State::Incoming(call) => call.early.take(),
        State::Calling(call) => call.forks.iter_mut().find_map(|fork| fork.early.take()),
        State::Confirmed(_) | State::Cancelling(_) | State::Closing(_) => None,
    }
}

/// Whether a request comes after those before it, and notes it (RFC 3261 §12.2.2). OPTIONS is answered without a
/// memory, so its repetition comes with the same number.
fn in_order(peer: &mut Peer, request: &Request) -> bool {
    let number = read::sequence(&request.headers);
    let repeats = request.method == Method::Options;
    match peer.remote_cseq {
        Some(last) if number < last || (number == last && !repeats) => false,
        _ => {
            peer.remote_cseq = Some(number);
            true
        }
    }
}
