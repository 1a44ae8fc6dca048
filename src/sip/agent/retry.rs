//! Calls of ours that were refused and go out once more: with a longer interval (422), or to another place (3xx).

use sipx_sip::Response;

use super::UserAgent;
use crate::sip::dialog::{Calling, State};
use crate::sip::event::{DialogId, Ending, SipEvent};
use crate::sip::input::Redirect;
use crate::sip::read;
use crate::sip::session;
use crate::sip::status;
use crate::sip::transaction::{Hop, User};
use crate::sip::write;
use crate::time::Instant;

/// The most times that one call goes out again.
const MAX_RETRIES: u8 = 5;
/// The most places that one redirection may name.
const MAX_PLACES: usize = 8;

impl UserAgent {
    /// The far side refused: the end of the call, unless it says how to do better.
    pub(super) fn refused(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut call: Box<Calling>,
        response: &Response,
    ) {
        let code = response.status.code();
        let ending = status::refused(code, read::reason(&response.headers));
        let patient = call.retries < MAX_RETRIES;
        match code {
            422 if patient => match session::raised(&response.headers, call.interval) {
                Some(seconds) => {
                    call.interval = seconds;
                    self.invite_again(now, dialog, call);
                }
                None => self.over(dialog, call, ending),
            },
            300..400 if patient => {
                let seen = |place: &String| call.visited.contains(place);
                let places = read::redirections(&response.headers);
                let targets: Vec<String> =
                    places.into_iter().filter(|place| !seen(place)).take(MAX_PLACES).collect();
                if targets.is_empty() {
                    self.over(dialog, call, ending);
                } else {
                    call.redirected = Some(ending);
                    self.keep(dialog, State::Calling(call));
                    self.emit(SipEvent::Redirected { dialog, targets });
                }
            }
            _ => self.over(dialog, call, ending),
        }
    }

    fn over(&mut self, dialog: DialogId, call: Box<Calling>, ending: Ending) {
        self.forget(&State::Calling(call));
        self.ended(dialog, ending);
    }

    /// Follows a redirection, as ordered; without a place it ends the call as its refusal said.
    pub(super) fn redirect(&mut self, now: Instant, dialog: DialogId, place: Option<Redirect>) {
        match self.take(dialog) {
            Some(State::Calling(mut call)) => {
                let Some(ending) = call.redirected.take() else {
                    return self.keep(dialog, State::Calling(call));
                };
                match place.filter(|place| self.turn(&mut call, place)) {
                    Some(_) => {
                        // The password is for whom we called, not for whom they name.
                        self.asking.forget(dialog);
                        self.invite_again(now, dialog, call);
                    }
                    None => self.over(dialog, call, ending),
                }
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Turns a call to another place; `false` if that cannot be called.
    fn turn(&self, call: &mut Calling, place: &Redirect) -> bool {
        let Some(target) = write::request_uri(place.target.as_bytes()) else { return false };
        let local =
            place.local.or_else(|| self.settings.source_for(place.transport, place.to_addr));
        let Some(local) = local.filter(|_| read::is_reachable(place.to_addr)) else { return false };
        if read::is_sips(&target) && !place.transport.is_secure() {
            return false;
        }
        let (to, transport) = (place.to_addr, place.transport);
        call.peer.target = place.target.as_bytes().into();
        call.peer.routes = place.routes.iter().map(|route| route.as_bytes().into()).collect();
        call.peer.seen = Hop { to, local, transport, fallback: None };
        call.peer.pinned = read::place(&target).is_some_and(|at| at.address.ip() != to.ip());
        call.visited.push(place.target.clone());
        true
    }

    /// Sends the INVITE of a call once more, as a new transaction of the same call (RFC 3261 §8.1.3.4).
    ///
    /// What has changed stands in `call` already: its target or its interval.
    pub(super) fn invite_again(&mut self, now: Instant, dialog: DialogId, mut call: Box<Calling>) {
        call.retries += 1;
        call.cseq = call.peer.next_cseq();
        call.forks.clear();
        call.heard = false;
        call.heard_by = None;
        let request = self.invite_request(&call.peer, &call.order, call.interval);
        let hop = call.peer.seen;
        let fallback = call.peer.next_hop(&self.settings).fallback;
        let hop = Hop { fallback, ..hop };
        let started = request.and_then(|request| {
            self.transactions.start(now, request, hop, User::Invite(dialog), &mut self.outbox)
        });
        match started {
            Some(transaction) => {
                call.transaction = transaction;
                self.keep(dialog, State::Calling(call));
            }
            None => self.over(dialog, call, Ending::NoReply),
        }
    }
}
