//! Session timers of answered calls (RFC 4028): refreshing, being refreshed, and the end of a call that nobody does.

use bytes::Bytes;
use sipx_sip::{HeaderName, Headers, Method, Request, Response};

use super::UserAgent;
use crate::call::HangupCause;
use crate::sip::dialog::{Confirmed, Exchange, State, Upkeep};
use crate::sip::event::{DialogId, Ending};
use crate::sip::read;
use crate::sip::reply::Reply;
use crate::sip::session::{self, Answer, SessionTimer};
use crate::sip::status;
use crate::sip::transaction::User;
use crate::sip::write;
use crate::time::{Duration, Instant};

/// How long a refresh waits that met a request of theirs, in milliseconds.
const MEETING_WAIT: (u64, u64) = (2_100, 4_000);

impl UserAgent {
    /// 422 for an interval that is shorter than we bear.
    pub(super) fn too_brief(&self, request: &Request) -> Option<Reply> {
        match session::answer(&request.headers, &self.settings) {
            Answer::TooBrief(floor) => Some(Reply::new(422).header("Min-SE", &floor.to_string())),
            Answer::Untimed | Answer::Timed { .. } => None,
        }
    }

    /// Starts the timer that a request of theirs comes to, and says so in our 2xx.
    pub(super) fn timed(
        &self,
        now: Instant,
        upkeep: &mut Upkeep,
        request: &Headers,
        reply: Reply,
    ) -> Reply {
        let allow = read::allows(request, "UPDATE");
        upkeep.updates = allow.unwrap_or(upkeep.updates);
        match session::answer(request, &self.settings) {
            Answer::Timed { seconds, ours } => {
                let timer = SessionTimer::start(now, seconds, ours);
                upkeep.timer = Some(timer);
                // In an answer, `uas` is the one who answers: us.
                let refresher = if ours { "uas" } else { "uac" };
                let reply = reply
                    .header("Session-Expires", &format!("{};refresher={refresher}", timer.seconds));
                if ours { reply } else { reply.header("Require", session::OPTION) }
            }
            Answer::Untimed | Answer::TooBrief(_) => {
                upkeep.timer = None;
                reply
            }
        }
    }

    /// Takes over what a 2xx to a request of ours says about the timer.
    pub(super) fn adopt(&self, now: Instant, upkeep: &mut Upkeep, response: &Headers) {
        let allow = read::allows(response, "UPDATE");
        upkeep.updates = allow.unwrap_or(upkeep.updates);
        upkeep.timer = session::agreed(response)
            .map(|(seconds, ours)| SessionTimer::start(now, seconds, ours));
    }

    /// Says in a request inside a call what the timer is, or what we wish for.
    pub(super) fn ask_timer(&self, headers: &mut Headers, timer: Option<&SessionTimer>) {
        let wish = self.settings.session_expires.map(|span| span.as_secs());
        let value = match (timer, wish) {
            (Some(timer), _) => timer.header(),
            (None, Some(seconds)) => seconds.max(self.settings.session_min.as_secs()).to_string(),
            (None, None) => return,
        };
        write::add(headers, HeaderName::SessionExpires, value);
        if self.settings.session_min.as_secs() > session::SHORTEST {
            write::add(headers, HeaderName::MinSe, self.settings.session_min.as_secs().to_string());
        }
    }

    /// Does what a timer asks for: refreshes, or ends a call that was not refreshed. Gives back what goes on.
    pub(super) fn keep_up(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut call: Box<Confirmed>,
    ) -> Option<Box<Confirmed>> {
        let Some(timer) = call.upkeep.timer else { return Some(call) };
        if timer.expires <= now {
            let reason = status::reason_header(HangupCause::Timeout);
            self.end_confirmed(now, dialog, *call, Ending::Lost, reason);
            return None;
        }
        if timer.refresh_at.is_some_and(|at| at <= now) {
            self.refresh(now, dialog, &mut call);
        }
        Some(call)
    }

    /// Refreshes: by UPDATE, which needs no ACK and no session description, else by an offer that changes nothing.
    fn refresh(&mut self, now: Instant, dialog: DialogId, call: &mut Confirmed) {
        let by_update = call.upkeep.updates;
        let sent = if by_update {
            self.send_update(now, dialog, call)
        } else if matches!(call.exchange, Exchange::Idle) && call.again.is_none() {
            let sdp = call.upkeep.sdp.clone();
            let sent = self.send_offer(now, dialog, call, sdp, 0);
            if let Exchange::Ours { refreshes, .. } = &mut call.exchange {
                *refreshes = true;
            }
            sent
        } else {
            // An offer is on its way, and refreshes too.
            false
        };
        if let Some(timer) = &mut call.upkeep.timer {
            if sent { timer.refresh_at = None } else { timer.again(now) }
        }
    }

    fn send_update(&mut self, now: Instant, dialog: DialogId, call: &mut Confirmed) -> bool {
        let branch = self.chance.token();
        let cseq = call.peer.next_cseq();
        let request = call.peer.request(Method::Update, cseq, branch, &self.settings);
        let Some(mut request) = request else { return false };
        let headers = &mut request.headers;
        write::add(headers, HeaderName::Contact, write::contact(self.doorstep(&call.peer)));
        write::add(headers, HeaderName::Allow, write::ALLOW);
        write::add(headers, HeaderName::Supported, self.settings.supported());
        self.ask_timer(headers, call.upkeep.timer.as_ref());
        write::body(headers, &Bytes::new());
        let hop = call.peer.next_hop(&self.settings);
        let user = User::Refresh(dialog);
        self.transactions.start(now, request, hop, user, &mut self.outbox).is_some()
    }

    /// A response to an UPDATE of ours that refreshes.
    pub(super) fn refresh_response(&mut self, now: Instant, dialog: DialogId, response: &Response) {
        if response.status.is_provisional() {
            return;
        }
        match self.take(dialog) {
            Some(State::Confirmed(mut call)) => {
                let code = response.status.code();
                if response.status.is_success() {
                    if let Some(target) = read::contact(&response.headers) {
                        call.peer.target = target;
                    }
                    self.adopt(now, &mut call.upkeep, &response.headers);
                } else if !matches!(code, 408 | 481) {
                    self.refresh_refused(now, &mut call.upkeep, response);
                }
                self.keep(dialog, State::Confirmed(call));
                if matches!(code, 408 | 481) {
                    self.lost(now, dialog);
                }
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// A refresh of ours was refused: another way, a longer interval, or later.
    pub(super) fn refresh_refused(
        &mut self,
        now: Instant,
        upkeep: &mut Upkeep,
        response: &Response,
    ) {
        let wait = self.chance.between(MEETING_WAIT.0, MEETING_WAIT.1);
        let Some(timer) = &mut upkeep.timer else { return };
        match response.status.code() {
            405 | 501 if upkeep.updates => {
                upkeep.updates = false;
                timer.refresh_at = Some(now);
            }
            422 => match session::raised(&response.headers, timer.seconds) {
                Some(seconds) => {
                    timer.seconds = seconds;
                    timer.refresh_at = Some(now);
                }
                None => timer.again(now),
            },
            491 => timer.refresh_at = Some(now + Duration::from_millis(wait)),
            _ => timer.again(now),
        }
    }
}
