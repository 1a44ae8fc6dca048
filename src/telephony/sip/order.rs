//! What the engine orders, carried out.

use bytes::Bytes;

use super::leg::Phase;
use super::switch::Switch;
use crate::call::{
    Answering, Command, CommandKind, EndedBy, EventKind, HangupCause, LegId, Recording, Rejection,
};
use crate::runtime::LaidRelay;
use crate::sip::{Input, refusal_status};
use crate::time::Instant;

/// Seconds after which a caller turned away for want of capacity may try again.
const RETRY_AFTER: u32 = 10;

impl Switch {
    /// Carries out one order. What makes no sense is rejected; orders for legs that are gone have crossed their end
    /// and mean nothing.
    pub(super) fn order(&mut self, now: Instant, command: Command) {
        let Command { leg: id, kind } = command;
        self.at_work = Some(id);
        let known = match self.legs.get(&id) {
            Some(leg) => !matches!(leg.phase, Phase::Closing { .. }),
            None => self.searches.contains_key(&id) || matches!(kind, CommandKind::Dial(_)),
        };
        if !known {
            tracing::debug!(leg = %id, "An order came for a leg that is gone.");
        } else if self.makes_sense(id, &kind) {
            self.carry_out(now, id, kind);
        } else {
            tracing::warn!(leg = %id, command = kind.name(), "An order makes no sense now.");
            let reason = Rejection::Invalid;
            self.report(now, id, EventKind::Rejected { command: kind, reason });
        }
    }

    /// Whether the order fits the state of its leg.
    fn makes_sense(&self, id: LegId, kind: &CommandKind) -> bool {
        let phase = self.legs.get(&id).map(|leg| &leg.phase);
        let has_media = |id: &LegId| self.legs.get(id).is_some_and(super::leg::Leg::has_media);
        match kind {
            CommandKind::Accept(Answering::Ring | Answering::Early) | CommandKind::Refuse(_) => {
                matches!(phase, Some(Phase::Offered { .. }))
            }
            CommandKind::Accept(Answering::Answer) => {
                matches!(phase, Some(Phase::Offered { .. } | Phase::Early { .. }))
            }
            CommandKind::Play(_)
            | CommandKind::Music(_)
            | CommandKind::Record(_)
            | CommandKind::SendDigits(_)
            | CommandKind::Mask(_) => has_media(&id),
            CommandKind::Bridge(other) if self.exchange.is_afar(*other) => has_media(&id),
            CommandKind::Bridge(other) => *other != id && has_media(&id) && has_media(other),
            CommandKind::Dial(dial) => {
                // Nobody is rung for somebody with whom they could not be bridged.
                let fits = dial.beside.is_none_or(|beside| self.exchange.reaches(beside));
                fits && phase.is_none() && !self.searches.contains_key(&id)
            }
            CommandKind::Transfer(_)
            | CommandKind::TransferProgress(_)
            | CommandKind::Stop(_)
            | CommandKind::StopRecording(_)
            | CommandKind::Unbridge
            | CommandKind::Hangup(_) => true,
            // Its offers say that nothing is understood.
            CommandKind::Listen(_) | CommandKind::Unlisten => false,
        }
    }

    fn carry_out(&mut self, now: Instant, id: LegId, kind: CommandKind) {
        match kind {
            CommandKind::Accept(answering) => self.accept(now, id, answering),
            CommandKind::Refuse(cause) => self.refuse(now, id, cause),
            CommandKind::Play(play) => self.media.play(id, play),
            CommandKind::Stop(play) => self.media.stop(id, play),
            CommandKind::Music(sound) => self.media.music(id, sound),
            CommandKind::Record(order) => self.record(now, id, order),
            CommandKind::StopRecording(recording) => self.media.stop_recording(id, recording),
            CommandKind::Dial(dial) => self.dial(now, id, dial),
            CommandKind::Bridge(other) => self.bridge(now, id, other),
            CommandKind::Unbridge => self.media.unbridge(id),
            CommandKind::Mask(on) => self.media.mask(id, on),
            CommandKind::SendDigits(digits) => self.send_digits(now, id, &digits),
            CommandKind::Transfer(transfer) => self.refer(now, id, transfer),
            CommandKind::TransferProgress(step) => self.transfer_progress(now, id, step),
            CommandKind::Hangup(cause) if self.searches.remove(&id).is_some() => {
                let by = EndedBy::System;
                self.report(now, id, EventKind::Ended { by, cause, quality: None });
            }
            CommandKind::Hangup(cause) => self.hang_up(now, id, cause),
            CommandKind::Listen(_) | CommandKind::Unlisten => {}
        }
    }

    /// Connects two legs; the other one may be of another adapter.
    fn bridge(&mut self, now: Instant, id: LegId, other: LegId) {
        if !self.exchange.is_afar(other) {
            return self.media.bridge(id, other);
        }
        match self.exchange.lay(other) {
            Some(relay) => self.media.relay(id, relay),
            None => {
                let (command, reason) = (CommandKind::Bridge(other), Rejection::Invalid);
                self.report(now, id, EventKind::Rejected { command, reason });
            }
        }
    }

    /// Another adapter was told to bridge one of its legs with one of ours. What is without media lets go of its end.
    pub(super) fn relayed(&self, laid: LaidRelay) {
        let LaidRelay { leg, relay } = laid;
        if self.legs.get(&leg).is_some_and(super::leg::Leg::has_media) {
            self.media.relay(leg, relay);
        }
    }

    /// Records a leg, if there is a place to keep recordings.
    fn record(&mut self, now: Instant, id: LegId, order: Recording) {
        match &self.recordings {
            Some(slot) => {
                let tape = slot.begin_in(order.talk.unwrap_or_default(), &order.id, order.keep);
                self.media.record(id, order, tape);
            }
            None => {
                let command = CommandKind::Record(order);
                let reason = Rejection::Unsupported;
                self.report(now, id, EventKind::Rejected { command, reason });
            }
        }
    }

    fn accept(&mut self, now: Instant, id: LegId, answering: Answering) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let dialog = leg.dialog;
        let ready = match &leg.phase {
            Phase::Offered { answer } => answer.clone(),
            Phase::Early { answer } => Some(answer.clone()),
            Phase::Answered | Phase::Calling { .. } | Phase::Talking | Phase::Closing { .. } => {
                None
            }
        };
        let input = match (answering, ready) {
            // Without an offer of theirs there is nothing to answer before the 200.
            (Answering::Ring, _) | (Answering::Early, None) => Input::Ring { dialog },
            (Answering::Early, Some(answer)) => {
                leg.phase = Phase::Early { answer: answer.clone() };
                Input::Early { dialog, sdp: answer }
            }
            (Answering::Answer, ready) => {
                leg.phase = Phase::Answered;
                let sdp = ready.unwrap_or_else(|| Bytes::from(leg.session.offer()));
                Input::Answer { dialog, sdp }
            }
        };
        self.tell(now, input);
        if answering == Answering::Answer {
            self.note_down(dialog);
        }
        if answering != Answering::Ring {
            self.connect(id);
        }
    }

    fn refuse(&mut self, now: Instant, id: LegId, cause: HangupCause) {
        let Some(leg) = self.legs.get(&id) else { return };
        let (dialog, status) = (leg.dialog, refusal_status(cause));
        self.end(now, id, EndedBy::System, cause);
        let retry_after = (status == 503).then_some(RETRY_AFTER);
        self.tell(now, Input::Refuse { dialog, status, headers: Vec::new(), retry_after });
    }
}
