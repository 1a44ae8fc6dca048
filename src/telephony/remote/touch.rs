//! Connections that come and go: what is lost meanwhile, what is kept, and how both sides agree again.

use std::collections::BTreeSet;

use super::clean;
use super::leg::{Leg, Sounding};
use super::limits::{ANSWER_LIMIT, HEARTBEAT, HELLO_LIMIT, LEASE, SETTLE};
use super::machine::{Away, Machine, Output, Pending, Phase, Reunion};
use super::wire::{self, CallListed, Command, Envelope, Hello};
use crate::call::{Answering, CommandKind, EndedBy, HangupCause, LegId, Report};
use crate::runtime::CONTRACT;
use crate::time::Instant;

impl Machine {
    /// A connection stands.
    pub(super) fn opened(&mut self, now: Instant) {
        self.closed(now);
        self.phase = Phase::Greeting { until: now + HELLO_LIMIT };
    }

    /// The connection is gone.
    pub(super) fn closed(&mut self, now: Instant) {
        let was = std::mem::replace(&mut self.phase, Phase::Down);
        if matches!(was, Phase::Up { .. }) {
            self.lose_touch(now);
        }
    }

    /// Nothing is heard any more: the lease begins.
    pub(super) fn lose_touch(&mut self, now: Instant) {
        if self.away.is_some() {
            return;
        }
        tracing::warn!(
            calls = self.calls(),
            "The adapter is lost; its calls are kept for {LEASE}."
        );
        self.away = Some(Away { since: now, lapsed: false });
        self.reunion = None;
        self.ack_by = None;
        self.pending.values_mut().for_each(|pending| pending.due = None);
        self.legs.values_mut().for_each(|leg| leg.pressing.forget());
        self.tell_endpoints(false);
        self.outputs.push_back(Output::Report(Report::Away));
    }

    /// When the lease ends.
    pub(super) fn lease_ends(&self) -> Option<Instant> {
        self.away.filter(|away| !away.lapsed).map(|away| away.since + LEASE)
    }

    /// Nobody came back: the calls end.
    pub(super) fn lapse(&mut self, now: Instant) {
        if let Some(away) = &mut self.away {
            away.lapsed = true;
        }
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        if !legs.is_empty() {
            tracing::error!(calls = self.calls(), "The adapter did not come back; its calls end.");
        }
        for leg in legs {
            // Should it speak again, it is told that these are over.
            let known = self.legs.get(&leg).map(|leg| (leg.call.clone(), leg.name.clone()));
            self.end(now, leg, EndedBy::System, HangupCause::AdapterLost);
            if let Some((call, name)) = known {
                self.hang_up_stranger(Some(call), name);
            }
        }
        self.outputs.push_back(Output::Lapsed);
    }

    /// One that was silent speaks again on the same connection: nothing was lost on the way.
    pub(super) fn regain(&mut self, now: Instant) {
        self.phase = Phase::Up { heard: now, beat: now };
        self.touch_again(now);
        self.tell_endpoints(true);
        self.beat(now);
    }

    /// In touch again.
    fn touch_again(&mut self, now: Instant) {
        let Some(away) = self.away.take() else { return };
        let gap = now.since(away.since);
        self.pending.values_mut().for_each(|pending| pending.due = Some(now + ANSWER_LIMIT));
        for leg in self.legs.values_mut() {
            if let Some((at, _)) = &mut leg.limit {
                *at += gap;
            }
        }
        if let Some(desk) = &mut self.desk {
            desk.go_on(now);
        }
        self.outputs.push_back(Output::Report(Report::Back));
        tracing::info!(calls = self.calls(), "The adapter is back after {gap}.");
    }

    /// The adapter presents itself.
    pub(super) fn hello(&mut self, now: Instant, envelope: &Envelope, hello: Hello) {
        let Hello { contract, session, capabilities, calls } = hello;
        if contract != CONTRACT {
            return self.close(format!("contract {contract} is not spoken here, {CONTRACT} is"));
        }
        if session.as_deref().is_some_and(|session| !clean::is_name(session)) {
            return self.close("`session` is no word of 1 to 128 bytes".to_owned());
        }
        if let Err(why) = self.set_up_sound(&capabilities) {
            return self.close(why.to_owned());
        }
        let same = self.link.begin(session.as_deref(), envelope.ack.unwrap_or(0));
        self.times.learn(envelope.at_us, now);
        self.ability = capabilities;
        self.phase = Phase::Up { heard: now, beat: now + HEARTBEAT };
        let welcome =
            wire::Welcome { lease_ms: LEASE.as_millis(), heartbeat_ms: HEARTBEAT.as_millis() };
        let received = Envelope { ack: Some(self.link.ack()), ..Envelope::default() };
        self.line(received, Command::Welcome(welcome));
        if self.draining {
            self.line(Envelope::default(), Command::Drain(wire::Empty {}));
        }
        let listed: BTreeSet<String> =
            calls.iter().flat_map(|call| call.legs.iter().cloned()).collect();
        self.touch_again(now);
        if same {
            self.tell_endpoints(true);
            // A leg whose order to dial may still be under way cannot be listed.
            let dialled = |pending: &Pending| matches!(pending.kind, CommandKind::Dial(_));
            let mut ours: BTreeSet<LegId> = self.legs.keys().copied().collect();
            for pending in self.pending.values().filter(|pending| dialled(pending)) {
                ours.remove(&pending.leg);
            }
            self.reunion = Some(Reunion { at: now + SETTLE, listed, ours });
        } else {
            self.begin_anew(now, &listed, &calls);
        }
        self.flush();
        tracing::info!(same, calls = self.calls(), "The adapter is ready.");
    }

    /// What was under way has arrived: legs that only one side knows come to their end.
    pub(super) fn compare(&mut self, now: Instant) {
        let Some(Reunion { listed, ours, .. }) = self.reunion.take() else { return };
        let lost = |leg: &&Leg| ours.contains(&leg.id) && !listed.contains(&leg.name);
        let lost: Vec<LegId> = self.legs.values().filter(lost).map(|leg| leg.id).collect();
        for leg in lost {
            self.end(now, leg, EndedBy::System, HangupCause::AdapterLost);
        }
        let strangers = listed.into_iter().filter(|name| !self.names.contains_key(name));
        for name in strangers.collect::<Vec<_>>() {
            self.hang_up_stranger(None, name);
        }
    }

    /// The adapter was started anew: what it still has goes on, what it has not is over.
    fn begin_anew(&mut self, now: Instant, listed: &BTreeSet<String>, calls: &[CallListed]) {
        self.over.clear();
        self.reunion = None;
        // It tells anew whom it can call.
        self.tell_endpoints(false);
        self.endpoints.clear();
        let mut unsent = std::mem::take(&mut self.pending);
        self.legs.values_mut().for_each(|leg| leg.pressing.forget());
        let gone = self.legs.values().filter(|leg| !listed.contains(&leg.name));
        for leg in gone.map(|leg| leg.id).collect::<Vec<_>>() {
            self.end(now, leg, EndedBy::System, HangupCause::AdapterLost);
        }
        for call in calls {
            for name in call.legs.iter().filter(|name| !self.names.contains_key(*name)) {
                self.last_id += 1;
                let (call, leg) = (Some(call.call.clone()), Some(name.clone()));
                let envelope =
                    Envelope { id: Some(self.last_id), call, leg, ..Envelope::default() };
                let cause = super::ordered::cause_word(HangupCause::AdapterLost);
                let body = Command::Hangup(wire::WithCause { cause });
                if self.link.push(wire::Message { envelope, body }).is_err() {
                    return self.close("it has too many calls that nobody knows".to_owned());
                }
            }
        }
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for leg in legs {
            self.resound(now, leg);
        }
        let again = |kind: &CommandKind| {
            let resounded = matches!(
                kind,
                CommandKind::Mask(_)
                    // Keys of then mean nothing any more.
                    | CommandKind::SendDigits(_)
                    | CommandKind::Listen(_)
                    | CommandKind::Unlisten
                    | CommandKind::Accept(Answering::Answer)
            );
            !resounded
        };
        unsent.retain(|_, sent| self.legs.contains_key(&sent.leg) && again(&sent.kind));
        for Pending { leg, kind, .. } in unsent.into_values() {
            if let Some(body) = self.body(&kind, leg) {
                self.send(now, leg, kind, body);
            }
        }
    }

    /// What a leg heard when its adapter fell begins once more: prompts, then music; a recording has failed.
    fn resound(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let plays = std::mem::take(&mut leg.plays);
        let masked = leg.masked;
        let listening = leg.listening.clone();
        let accepts = leg.accepted && !leg.answered;
        let recording = leg.recording.take();
        if accepts {
            let (kind, how) = (CommandKind::Accept(Answering::Answer), "answer".to_owned());
            self.send(now, id, kind, Command::Accept(wire::Accept { how }));
        }
        if masked && self.ability.mask {
            let body = Command::Mask(wire::Mask { on: true });
            self.send(now, id, CommandKind::Mask(true), body);
        }
        if let Some(listen) = listening.filter(|_| self.ability.speech) {
            let kind = CommandKind::Listen(listen);
            if let Some(body) = self.body(&kind, id) {
                self.send(now, id, kind, body);
            }
        }
        if self.play_anew(now, id, plays.iter()) {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.plays = plays;
            }
            return;
        }
        for playing in plays {
            let Sounding::Play(play) = playing.what else { continue };
            if playing.stopped {
                self.stopped(now, id, play.id);
                continue;
            }
            let Some(leg) = self.legs.get_mut(&id) else { return };
            let number = leg.push(Sounding::Play(play.clone()));
            let body = self.play_body(number, &play.items, play.stop_on);
            self.send(now, id, CommandKind::Play(play), body);
        }
        if let Some(recording) = recording {
            let (end, lasted) = (crate::call::RecordingEnd::Failed, crate::time::Duration::ZERO);
            self.report(now, id, crate::call::EventKind::Recorded { recording, end, lasted });
        }
        self.sound_music(now, id);
    }

    /// Tells the engine of all phones that can be called, or that none can for now.
    fn tell_endpoints(&mut self, reachable: bool) {
        let users = self.endpoints.iter().cloned();
        let reports = users.map(|user| Output::Report(Report::Endpoint { user, reachable }));
        self.outputs.extend(reports.collect::<Vec<_>>());
    }
}
