//! What the user agent says happened, as events of legs.

use bytes::Bytes;

use super::info;
use super::leg::Phase;
use super::security;
use super::switch::{Switch, is_ours};
use crate::bug::{self, Place};
use crate::call::{EndedBy, EventKind, HangupCause, KeySource, LegId};
use crate::sip::{DialogId, Ending, Input, Negotiated, Refer, SdpError, SipEvent};
use crate::time::Instant;

impl Switch {
    /// Works on one event of the user agent. Events of dialogs that are gone mean nothing.
    pub(super) fn happened(&mut self, now: Instant, event: SipEvent) {
        let (dialog, kind) = match event {
            SipEvent::Incoming(incoming) => return self.incoming(now, &incoming),
            SipEvent::Asked { ask, answer } => {
                return self.trunking.trunks.answered(now, ask, &answer);
            }
            SipEvent::Register(request) => return self.register(now, &request),
            SipEvent::Ringing { dialog } => (dialog, Signal::Rings),
            SipEvent::Early { dialog, sdp } => match self.rings_alone(dialog, &sdp) {
                true => (dialog, Signal::Early(sdp)),
                false => (dialog, Signal::Rings),
            },
            SipEvent::Answered { dialog, sdp } => {
                let sdp = self.answered_at(now, dialog, sdp);
                (dialog, Signal::Answered(sdp))
            }
            SipEvent::Established { dialog, sdp } => (dialog, Signal::Acknowledged(sdp)),
            SipEvent::RemoteOffer { dialog, sdp } => (dialog, Signal::Offer(sdp)),
            SipEvent::RemoteAnswer { dialog, sdp } => (dialog, Signal::Answer(sdp)),
            SipEvent::Info { dialog, content_type, body } => {
                (dialog, Signal::Info(content_type, body))
            }
            SipEvent::Informed { dialog } => (dialog, Signal::Informed),
            SipEvent::Refer { dialog, refer } => (dialog, Signal::Refer(refer)),
            SipEvent::Referred { dialog, status } => (dialog, Signal::Referred(status)),
            SipEvent::Ended { dialog, ending } => return self.dialog_ended(now, dialog, ending),
            SipEvent::Alive { dialog } => (dialog, Signal::Alive),
            SipEvent::Redirected { dialog, targets } => {
                return self.redirected(now, dialog, &targets);
            }
            // We make no offers of our own inside a call.
            SipEvent::OfferRefused { .. } => return,
        };
        if let Some(leg) = self.dialogs.get(&dialog).copied() {
            self.signalled(now, leg, kind);
        }
    }

    /// A dialog is over: its leg is too, unless somebody else may still answer.
    fn dialog_ended(&mut self, now: Instant, dialog: DialogId, ending: Ending) {
        self.led_on.remove(&dialog);
        let Some(leg) = self.dialogs.get(&dialog).copied() else { return };
        self.at_work = Some(leg);
        let Some(ending) = self.rings_on(now, leg, dialog, ending) else { return };
        if self.tries_next(now, leg, ending) {
            return;
        }
        let by = if ending.by_remote() { EndedBy::Caller } else { EndedBy::System };
        self.signalled(now, leg, Signal::Ended(by, ending.cause()));
    }

    fn signalled(&mut self, now: Instant, leg: LegId, signal: Signal) {
        self.at_work = Some(leg);
        bug::trip(Place::Adapter, leg.number);
        match signal {
            Signal::Rings => self.rings(now, leg),
            Signal::Early(sdp) => {
                self.rings(now, leg);
                if let Err(error) = self.agree(now, leg, Some(&sdp)) {
                    // It costs only the early media; the answer may do better.
                    tracing::debug!(%leg, %error, "An early answer cannot be used.");
                }
            }
            // A 200 without SDP after an early answer repeats that one.
            Signal::Answered(None) if self.has_agreed(leg) => self.talks(now, leg),
            // An ACK brings SDP only where the offer was ours.
            Signal::Acknowledged(_) if self.has_agreed(leg) => self.talks(now, leg),
            Signal::Answered(sdp) | Signal::Acknowledged(sdp) => {
                if self.agree_or_end(now, leg, sdp.as_deref()) {
                    self.talks(now, leg);
                }
            }
            Signal::Offer(sdp) => self.offered_again(now, leg, sdp.as_deref()),
            Signal::Answer(sdp) => {
                self.agree_or_end(now, leg, sdp.as_deref());
            }
            Signal::Info(content_type, body) => {
                if let Some(symbol) = info::key(&content_type, &body) {
                    self.key(now, leg, symbol, KeySource::Info, now);
                }
            }
            Signal::Informed => self.key_taken(now, leg),
            Signal::Refer(refer) => self.transfer_requested(now, leg, &refer),
            Signal::Referred(status) => self.referred(now, leg, status),
            Signal::Alive => self.alive(now, leg),
            Signal::Ended(by, cause) => self.end(now, leg, by, cause),
        }
    }

    fn rings(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if let Phase::Calling { rings: rings @ false } = &mut leg.phase {
            *rings = true;
            self.report(now, id, EventKind::Ringing);
        }
    }

    /// Both sides are there.
    fn talks(&mut self, now: Instant, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.phase = Phase::Talking;
            leg.span.in_scope(|| tracing::debug!("The leg was answered."));
            let dialog = leg.dialog;
            // That of a caller was noted down with our answer.
            if !is_ours(id) {
                self.note_down(dialog);
            }
            self.limit_leg(now, id);
            self.report(now, id, EventKind::Answered);
        }
    }

    fn has_agreed(&self, id: LegId) -> bool {
        self.legs.get(&id).is_some_and(|leg| leg.agreed.is_some())
    }

    /// Reads their answer to our offer; the call ends if it cannot be used.
    fn agree_or_end(&mut self, now: Instant, id: LegId, sdp: Option<&[u8]>) -> bool {
        let agreed = self.agree(now, id, sdp);
        if let Err(error) = agreed {
            tracing::info!(leg = %id, %error, "The answer cannot be used.");
            self.hang_up(now, id, HangupCause::Incompatible);
        }
        agreed.is_ok()
    }

    /// Reads their answer to our offer and connects the media.
    fn agree(&mut self, now: Instant, id: LegId, sdp: Option<&[u8]>) -> Result<(), SdpError> {
        let Some(leg) = self.legs.get_mut(&id) else { return Ok(()) };
        let agreed = leg.session.accept(sdp.ok_or(SdpError::Malformed)?)?;
        self.settle(now, id, agreed);
        Ok(())
    }

    /// The far side changes the session: hold, resume, another address or codec.
    fn offered_again(&mut self, now: Instant, id: LegId, sdp: Option<&[u8]>) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let dialog = leg.dialog;
        let Some(sdp) = sdp else {
            let sdp = leg.session.offer().into();
            return self.tell(now, Input::AnswerOffer { dialog, sdp });
        };
        security::provide_keys(&mut leg.session, Some(sdp));
        match leg.session.answer(sdp) {
            Ok((agreed, answer)) => {
                self.tell(now, Input::AnswerOffer { dialog, sdp: answer.into() });
                self.note_down(dialog);
                self.settle(now, id, agreed);
            }
            Err(error) => {
                self.tell(now, Input::RefuseOffer { dialog, status: error.status() });
            }
        }
    }

    /// Puts an agreement in force, and reports if it is hold or the end of hold.
    fn settle(&mut self, now: Instant, id: LegId, agreed: Negotiated) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let before = leg.agreed.replace(agreed);
        self.connect(id);
        match (before.is_some_and(|before| before.is_held()), agreed.is_held()) {
            (false, true) => self.report(now, id, EventKind::Held),
            (true, false) => self.report(now, id, EventKind::Resumed),
            (true, true) | (false, false) => {}
        }
    }
}

/// What happened on one dialog.
enum Signal {
    Rings,
    Early(Bytes),
    Answered(Option<Bytes>),
    Acknowledged(Option<Bytes>),
    Offer(Option<Bytes>),
    Answer(Option<Bytes>),
    Info(String, Bytes),
    Informed,
    Refer(Box<Refer>),
    Referred(u16),
    Alive,
    Ended(EndedBy, HangupCause),
}
