//! Transfers: REFER and NOTIFY of either side (RFC 3515, RFC 4488), and INFO of ours.
//!
//! Who may refer whom is decided above; here is only what the protocol owes both sides.

use bytes::Bytes;
use sipx_sip::{HeaderName, Method, Request, Response};

use super::UserAgent;
use super::receive::Arrival;
use crate::sip::dialog::State;
use crate::sip::event::{DialogId, Replaced, SipEvent};
use crate::sip::read;
use crate::sip::referral::{self, REFERRAL_LIMIT, Referral, SIPFRAG, Theirs};
use crate::sip::reply::Reply;
use crate::sip::transaction::{Hop, User};
use crate::sip::write;
use crate::time::Instant;

impl UserAgent {
    /// Their REFER inside a call.
    pub(super) fn referred(&mut self, now: Instant, dialog: DialogId, arrival: Arrival) {
        let headers = &arrival.request.headers;
        let busy = self.referrals.get(&dialog).is_some_and(|known| known.open.is_some());
        let status = match referral::named(headers) {
            None => Some(400),
            Some(_) if !self.is_confirmed(dialog) || busy => Some(491),
            Some((refer, replaces)) => {
                let found = replaces.map(|replaces| {
                    let call = self.named_by(&replaces);
                    let call = call.filter(|call| self.is_confirmed(*call) && *call != dialog);
                    call.map_or(Replaced::Unknown, Replaced::Call)
                });
                let refer = Box::new(refer.replacing(found));
                self.take_referral(now, dialog, arrival);
                return self.emit(SipEvent::Refer { dialog, refer });
            }
        };
        let reply = Reply::new(status.unwrap_or(500));
        self.reply_once(&arrival.request, arrival.hop, reply);
    }

    /// Opens a transaction for a REFER that may be acted on.
    fn take_referral(&mut self, now: Instant, dialog: DialogId, arrival: Arrival) {
        let before = self.referrals.get(&dialog).is_some_and(|known| known.before);
        let Arrival { request, key, hop, .. } = arrival;
        let headers = request.headers.clone();
        let id = self.transactions.accept(now, key, request, hop, User::Referred(dialog));
        let theirs = Theirs::new(id, &headers, before, now);
        self.referrals.entry(dialog).or_default().before = true;
        self.set_referral(dialog, Some(Referral::Theirs(theirs)));
    }

    /// The word from above on how a transfer goes that they asked for.
    pub(super) fn refer_progress(&mut self, now: Instant, dialog: DialogId, status: u16) {
        let Some(Referral::Theirs(mut theirs)) = self.take_open(dialog) else { return };
        if let Some(asked) = theirs.asked.take() {
            if status >= 300 {
                self.reply(now, asked, Reply::new(status));
                return;
            }
            let reply = match theirs.quiet {
                true => Reply::new(202).header("Refer-Sub", "false"),
                false => Reply::new(202),
            };
            let reply = self.with_contact(dialog, reply);
            self.reply(now, asked, reply);
        }
        if !theirs.quiet {
            self.notify(now, dialog, &theirs.event, status);
        }
        if status < 200 {
            self.set_referral(dialog, Some(Referral::Theirs(theirs)));
        }
    }

    /// Tells them how it goes (RFC 3515 §2.4.4).
    fn notify(&mut self, now: Instant, dialog: DialogId, event: &str, status: u16) {
        let Some((mut request, hop)) = self.request_within(dialog, Method::Notify) else { return };
        let headers = &mut request.headers;
        let state = match status {
            ..200 => format!("active;expires={}", REFERRAL_LIMIT.as_secs()),
            _ => "terminated;reason=noresource".to_owned(),
        };
        write::add(headers, HeaderName::Event, event);
        write::add(headers, HeaderName::SubscriptionState, state);
        let body = referral::fragment(status);
        write::body_of(headers, SIPFRAG, &body);
        request.set_body(body);
        self.transactions.start(now, request, hop, User::Notify(dialog), &mut self.outbox);
    }

    /// They do not want to hear of it any more.
    pub(super) fn notify_response(&mut self, dialog: DialogId, status: u16) {
        if status >= 300
            && let Some(Referral::Theirs(mut theirs)) = self.take_open(dialog)
        {
            theirs.quiet = true;
            self.set_referral(dialog, Some(Referral::Theirs(theirs)));
        }
    }

    /// Asks the far side to call somebody else itself.
    pub(super) fn refer(
        &mut self,
        now: Instant,
        dialog: DialogId,
        to: &str,
        replaces: Option<DialogId>,
    ) {
        if !self.is_confirmed(dialog) {
            return;
        }
        let busy = self.referrals.get(&dialog).is_some_and(|known| known.open.is_some());
        if busy || !self.try_refer(now, dialog, to, replaces) {
            let status = if busy { 491 } else { 400 };
            self.emit(SipEvent::Referred { dialog, status });
        }
    }

    fn try_refer(
        &mut self,
        now: Instant,
        dialog: DialogId,
        to: &str,
        replaces: Option<DialogId>,
    ) -> bool {
        let replaced = match replaces {
            Some(call) => match self.name_of(call) {
                Some(name) => Some(name),
                None => return false,
            },
            None => None,
        };
        let Some(refer_to) = referral::refer_to(to, replaced.as_ref()) else { return false };
        let Some((mut request, hop)) = self.request_within(dialog, Method::Refer) else {
            return false;
        };
        let by = read::text(&request.headers, &HeaderName::From).unwrap_or_default();
        let by = by.split(";tag=").next().unwrap_or_default().to_owned();
        write::add(&mut request.headers, HeaderName::ReferTo, refer_to);
        write::add(&mut request.headers, HeaderName::ReferredBy, by);
        write::body(&mut request.headers, &Bytes::new());
        let user = User::Refer(dialog);
        let sent = self.transactions.start(now, request, hop, user, &mut self.outbox).is_some();
        if sent {
            let until = now + REFERRAL_LIMIT;
            self.set_referral(dialog, Some(Referral::Ours { until }));
        }
        sent
    }

    /// Their answer to our REFER: a refusal is the last word, and so is that nothing more will be told.
    pub(super) fn refer_response(&mut self, dialog: DialogId, response: &Response) {
        let untold = read::text(&response.headers, &HeaderName::ReferSub);
        let untold = untold.is_some_and(|value| value.trim().eq_ignore_ascii_case("false"));
        match response.status.code() {
            ..200 => {}
            200..300 if untold => self.refer_over(dialog, 200),
            200..300 => {}
            status => self.refer_over(dialog, status),
        }
    }

    /// The last word about our REFER.
    pub(super) fn refer_over(&mut self, dialog: DialogId, status: u16) {
        match self.take_open(dialog) {
            Some(Referral::Ours { .. }) => self.emit(SipEvent::Referred { dialog, status }),
            other => self.set_referral(dialog, other),
        }
    }

    /// Their NOTIFY: how our REFER goes. About anything else, or about nothing that is open, it is refused.
    pub(super) fn notified(&mut self, now: Instant, dialog: DialogId, arrival: Arrival) {
        let headers = &arrival.request.headers;
        let open = self.referrals.get(&dialog).and_then(|known| known.open.as_ref());
        let ours = matches!(open, Some(Referral::Ours { .. }));
        let refusal = match (referral::is_about_refer(headers), ours) {
            (false, _) => Some(Reply::new(489).header("Allow-Events", "refer")),
            (true, false) => Some(Reply::new(481)),
            (true, true) => None,
        };
        if let Some(refusal) = refusal {
            return self.reply_once(&arrival.request, arrival.hop, refusal);
        }
        let status = referral::progress(headers, arrival.request.body());
        let Arrival { request, key, hop, .. } = arrival;
        let id = self.transactions.accept(now, key, request, hop, User::Nobody);
        self.reply(now, id, Reply::new(200));
        if status < 200 {
            self.emit(SipEvent::Referred { dialog, status });
        } else {
            self.refer_over(dialog, status);
        }
    }

    /// A referral has been open for too long.
    pub(super) fn referral_limit(&mut self, now: Instant, dialog: DialogId) {
        match self.referrals.get(&dialog).and_then(|known| known.open.as_ref()) {
            Some(Referral::Theirs(_)) => self.refer_progress(now, dialog, 408),
            Some(Referral::Ours { .. }) => self.refer_over(dialog, 408),
            None => self.set_referral(dialog, None),
        }
    }

    /// Sends something inside a call.
    pub(super) fn inform(
        &mut self,
        now: Instant,
        dialog: DialogId,
        content_type: &'static str,
        body: Bytes,
    ) {
        if !self.is_confirmed(dialog) {
            return;
        }
        let sent = self.request_within(dialog, Method::Info).and_then(|(mut request, hop)| {
            write::body_of(&mut request.headers, content_type, &body);
            request.set_body(body);
            let user = User::Info(dialog);
            self.transactions.start(now, request, hop, user, &mut self.outbox)
        });
        if sent.is_none() {
            self.emit(SipEvent::Informed { dialog });
        }
    }

    /// Our INFO was answered, or nobody answers it.
    pub(super) fn informed_them(&mut self, dialog: DialogId, is_final: bool) {
        if is_final && self.is_confirmed(dialog) {
            self.emit(SipEvent::Informed { dialog });
        }
    }

    /// The call is over: so are its referrals. A REFER that nobody answered yet is answered at the end of the step.
    pub(super) fn drop_referrals(&mut self, dialog: DialogId) {
        if let Some(Referral::Theirs(Theirs { asked: Some(asked), .. })) = self.take_open(dialog) {
            self.orphans.push(asked);
        }
        self.referrals.remove(&dialog);
    }

    /// Answers requests whose call has ended meanwhile.
    pub(super) fn answer_orphans(&mut self, now: Instant) {
        for id in std::mem::take(&mut self.orphans) {
            self.reply(now, id, Reply::new(481));
        }
    }

    /// A request inside an answered call, with our Contact, and where it goes.
    fn request_within(&mut self, dialog: DialogId, method: Method) -> Option<(Request, Hop)> {
        let branch = self.chance.token();
        let peer = self.dialogs.get_mut(&dialog)?.state.peer_mut(&[])?;
        let cseq = peer.next_cseq();
        let mut request = peer.request(method, cseq, branch, &self.settings)?;
        let hop = peer.next_hop(&self.settings);
        let sips = peer.is_sips();
        let contact = write::contact(self.doorstep_at(hop, sips));
        write::add(&mut request.headers, HeaderName::Contact, contact);
        Some((request, hop))
    }

    fn with_contact(&self, dialog: DialogId, reply: Reply) -> Reply {
        let peer = self.dialogs.get(&dialog).and_then(|held| held.state.peer());
        match peer {
            Some(peer) => reply.contact(self.doorstep(peer)),
            None => reply,
        }
    }

    pub(super) fn is_confirmed(&self, dialog: DialogId) -> bool {
        let held = self.dialogs.get(&dialog);
        held.is_some_and(|held| matches!(held.state, State::Confirmed(_)))
    }

    fn take_open(&mut self, dialog: DialogId) -> Option<Referral> {
        let known = self.referrals.get_mut(&dialog)?;
        self.referral_deadlines.arm(dialog, &mut known.armed, None);
        known.open.take()
    }

    fn set_referral(&mut self, dialog: DialogId, open: Option<Referral>) {
        if open.is_none() && !self.referrals.contains_key(&dialog) {
            return;
        }
        let known = self.referrals.entry(dialog).or_default();
        let until = open.as_ref().map(Referral::until);
        self.referral_deadlines.arm(dialog, &mut known.armed, until);
        known.open = open;
    }
}
