//! How calls end: BYE of either side, orders from above, and time.

use bytes::Bytes;
use sipx_sip::{HeaderName, Method};

use super::UserAgent;
use super::receive::Arrival;
use crate::call::HangupCause;
use crate::sip::dialog::{Closing, Confirmed, Exchange, Peer, State};
use crate::sip::event::{DialogId, Ending, SipEvent};
use crate::sip::read;
use crate::sip::reply::Reply;
use crate::sip::status;
use crate::sip::transaction::{self, User};
use crate::sip::write;
use crate::time::Instant;

impl UserAgent {
    /// Ends a call in whatever state it is.
    pub(super) fn hang_up(&mut self, now: Instant, dialog: DialogId, cause: HangupCause) {
        match self.take(dialog) {
            Some(State::Incoming(call)) => {
                self.keep(dialog, State::Incoming(call));
                self.refuse_call(now, dialog, Reply::new(status::refusal_status(cause)));
            }
            Some(State::Calling(call)) => {
                let reason = status::reason_header(cause);
                self.give_up(now, dialog, &call, Ending::Ordered, reason);
            }
            Some(State::Confirmed(call)) => {
                self.end_confirmed(
                    now,
                    dialog,
                    *call,
                    Ending::Ordered,
                    status::reason_header(cause),
                );
            }
            Some(state @ (State::Cancelling(_) | State::Closing(_))) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Gives up a call that was answered elsewhere.
    pub(super) fn forsake(&mut self, now: Instant, dialog: DialogId) {
        match self.take(dialog) {
            Some(State::Calling(call)) => {
                self.give_up(now, dialog, &call, Ending::Ordered, status::ELSEWHERE);
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Ends an answered call from our side and tells those above.
    pub(super) fn end_confirmed(
        &mut self,
        now: Instant,
        dialog: DialogId,
        call: Confirmed,
        ending: Ending,
        reason: &'static str,
    ) {
        match call.exchange {
            Exchange::Unacknowledged { repeat, first: true, .. } if ending != Ending::NoAck => {
                let until = repeat.until;
                let closing =
                    Closing { peer: call.peer, unacknowledged: Some(repeat), reason, until };
                self.keep(dialog, State::Closing(Box::new(closing)));
            }
            Exchange::Theirs { transaction, .. } => {
                self.reply(now, transaction, Reply::new(487));
                self.close(now, dialog, call.peer, reason);
            }
            Exchange::Idle | Exchange::Ours { .. } | Exchange::Unacknowledged { .. } => {
                self.close(now, dialog, call.peer, reason);
            }
        }
        self.ended(dialog, ending);
    }

    /// Sends BYE and keeps the call until it is answered or given up.
    pub(super) fn close(
        &mut self,
        now: Instant,
        dialog: DialogId,
        mut peer: Peer,
        reason: &'static str,
    ) {
        let sent = self.bye(now, &mut peer, reason, User::Bye(dialog));
        let until = now + self.settings.give_up().times(2);
        let state = State::Closing(Box::new(Closing { peer, unacknowledged: None, reason, until }));
        if sent {
            self.keep(dialog, state);
        } else {
            self.forget(&state);
        }
    }

    /// Sends BYE. `false` if their Contact leads nowhere.
    pub(super) fn bye(&mut self, now: Instant, peer: &mut Peer, reason: &str, user: User) -> bool {
        let branch = self.chance.token();
        let cseq = peer.next_cseq();
        let request = peer.request(Method::Bye, cseq, branch, &self.settings);
        let Some(mut request) = request else { return false };
        write::add(&mut request.headers, HeaderName::Reason, reason);
        write::body(&mut request.headers, &Bytes::new());
        let hop = peer.next_hop(&self.settings);
        self.transactions.start(now, request, hop, user, &mut self.outbox).is_some()
    }

    /// Our BYE was answered, or nobody answers it.
    pub(super) fn bye_done(&mut self, dialog: DialogId, is_final: bool) {
        match self.take(dialog) {
            Some(state @ State::Closing(_)) if is_final => self.forget(&state),
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Their BYE.
    pub(super) fn hung_up(
        &mut self,
        now: Instant,
        dialog: DialogId,
        state: State,
        arrival: Arrival,
    ) {
        let Arrival { request, key, hop, .. } = arrival;
        let ending = status::hung_up(read::reason(&request.headers));
        let id = self.transactions.accept(now, key, request, hop, User::Nobody);
        self.reply(now, id, Reply::new(200));
        match state {
            State::Incoming(call) => {
                let reply = Reply::new(487).tag(call.peer.local_tag);
                self.reply(now, call.transaction, reply);
                self.forget(&State::Incoming(call));
                self.ended(dialog, ending);
            }
            State::Calling(call) => {
                self.transactions.limit(call.transaction, now + self.settings.give_up());
                self.forget(&State::Calling(call));
                self.ended(dialog, ending);
            }
            State::Confirmed(call) => {
                if let Exchange::Theirs { transaction, .. } = call.exchange {
                    self.reply(now, transaction, Reply::new(487));
                }
                self.forget(&State::Confirmed(call));
                self.ended(dialog, ending);
            }
            // Both hung up at once: ours goes on until it is answered.
            State::Cancelling(_) | State::Closing(_) => self.keep(dialog, state),
        }
    }

    /// The far side does not know the call any more, or does not answer inside it.
    pub(super) fn lost(&mut self, now: Instant, dialog: DialogId) {
        match self.take(dialog) {
            Some(State::Confirmed(call)) => {
                let reason = status::reason_header(HangupCause::Unreachable);
                self.end_confirmed(now, dialog, *call, Ending::Lost, reason);
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Asks whether the far side is still there.
    pub(super) fn probe(&mut self, now: Instant, dialog: DialogId) {
        match self.take(dialog) {
            Some(State::Confirmed(mut call)) => {
                let branch = self.chance.token();
                let cseq = call.peer.next_cseq();
                if let Some(mut request) =
                    call.peer.request(Method::Options, cseq, branch, &self.settings)
                {
                    write::body(&mut request.headers, &Bytes::new());
                    let (hop, user) = (call.peer.next_hop(&self.settings), User::Probe(dialog));
                    self.transactions.start(now, request, hop, user, &mut self.outbox);
                }
                self.keep(dialog, State::Confirmed(call));
            }
            Some(state) => self.keep(dialog, state),
            None => {}
        }
    }

    pub(super) fn probe_response(&mut self, now: Instant, dialog: DialogId, code: u16) {
        match code {
            100..200 => {}
            408 | 481 => self.lost(now, dialog),
            _ => {
                let held = self.dialogs.get(&dialog);
                if held.is_some_and(|held| matches!(held.state, State::Confirmed(_))) {
                    self.emit(SipEvent::Alive { dialog });
                }
            }
        }
    }

    /// A call's deadline has come.
    pub(super) fn wake(&mut self, now: Instant, dialog: DialogId) {
        match self.take(dialog) {
            Some(State::Incoming(call)) => self.wake_incoming(now, dialog, call),
            Some(State::Calling(call)) => {
                let (ending, cause) = match now < call.until {
                    true => (Ending::NoReply, HangupCause::Unreachable),
                    false => (Ending::RingLimit, HangupCause::NoAnswer),
                };
                self.give_up(now, dialog, &call, ending, status::reason_header(cause));
            }
            Some(State::Confirmed(call)) => self.wake_confirmed(now, dialog, call),
            Some(State::Closing(call)) => self.wake_closing(now, dialog, call),
            Some(state @ State::Cancelling(_)) => self.keep(dialog, state),
            None => {}
        }
    }

    /// Nobody above answered their call in time.
    pub(super) fn setup_limit(&mut self, now: Instant, dialog: DialogId) {
        if let Some(State::Incoming(call)) = self.take(dialog) {
            self.reply(now, call.transaction, Reply::new(480).tag(call.peer.local_tag));
            self.forget(&State::Incoming(call));
            self.ended(dialog, Ending::TimeLimit);
        }
    }

    fn wake_confirmed(&mut self, now: Instant, dialog: DialogId, call: Box<Confirmed>) {
        if now >= call.until {
            let reason = status::reason_header(HangupCause::Timeout);
            self.end_confirmed(now, dialog, *call, Ending::TimeLimit, reason);
            return;
        }
        let Some(mut call) = self.keep_up(now, dialog, call) else { return };
        if call.again.as_ref().is_some_and(|again| again.at <= now) {
            self.offer_again(now, dialog, &mut call);
        }
        match &mut call.exchange {
            Exchange::Unacknowledged { repeat, .. } if repeat.until <= now => {
                let reason = status::reason_header(HangupCause::Unreachable);
                self.end_confirmed(now, dialog, *call, Ending::NoAck, reason);
                return;
            }
            Exchange::Unacknowledged { repeat, .. } if repeat.next <= now => {
                repeat.step(now, self.settings.t2);
                self.outbox.push_back(transaction::send(repeat.hop, repeat.bytes.clone()));
            }
            Exchange::Theirs { until, transaction, .. } if *until <= now => {
                let transaction = *transaction;
                call.exchange = Exchange::Idle;
                self.reply(now, transaction, Reply::new(500));
            }
            Exchange::Idle
            | Exchange::Ours { .. }
            | Exchange::Theirs { .. }
            | Exchange::Unacknowledged { .. } => {}
        }
        self.keep(dialog, State::Confirmed(call));
    }

    fn wake_closing(&mut self, now: Instant, dialog: DialogId, mut call: Box<Closing>) {
        match &mut call.unacknowledged {
            Some(repeat) if repeat.until <= now => self.close(now, dialog, call.peer, call.reason),
            Some(repeat) => {
                repeat.step(now, self.settings.t2);
                self.outbox.push_back(transaction::send(repeat.hop, repeat.bytes.clone()));
                self.keep(dialog, State::Closing(call));
            }
            None => self.forget(&State::Closing(call)),
        }
    }
}
