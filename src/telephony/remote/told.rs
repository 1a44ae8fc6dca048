//! What the adapter tells, to reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clean;
use super::leg::{Leg, Playing, Sounding};
use super::limits::{CROWDED, MAX_ENDPOINTS, MAX_SAID, SHORTEST_MUSIC};
use super::link::Arrival;
use super::machine::{Machine, Output, Pending, Phase, is_offered};
use super::ordered::{OUR_LEGS, cause_word};
use super::sounding::OUR_AUDIO;
use super::wire::{self, Command, Envelope, Event, Message};
use crate::call::{
    CommandKind, EndedBy, EventKind, HangupCause, KeySource, LegId, Offer, Origin, Party, PlayEnd,
    RecordingEnd, RecordingId, Rejection, Report, Symbol, TransferRequest, TransferStep,
};
use crate::time::{Duration, Instant};

impl Machine {
    /// A line of the adapter.
    pub(super) fn line_in(&mut self, now: Instant, line: &[u8]) {
        if self.phase == Phase::Down {
            return;
        }
        let Message { envelope, body } = match Message::<Event>::read(line) {
            Ok(message) => message,
            Err(error) => return self.close(error.to_string()),
        };
        if let Event::Hello(hello) = body {
            return self.hello(now, &envelope, hello);
        }
        match &mut self.phase {
            Phase::Down => return,
            Phase::Greeting { .. } => {
                return self.close("something came before `hello`".to_owned());
            }
            Phase::Silent => self.regain(now),
            Phase::Up { heard, .. } => *heard = now,
        }
        if envelope.ack.is_some_and(|ack| !self.link.acknowledged(ack)) {
            return self.close("`ack` names a message that was never sent".to_owned());
        }
        if let Event::Heartbeat(_) = body {
            self.times.learn(envelope.at_us, now);
            return;
        }
        match self.link.arrive(envelope.seq) {
            Arrival::New => {}
            Arrival::Again => {
                self.counts.again += 1;
                return;
            }
            Arrival::Gap => return self.close("a `seq` is missing".to_owned()),
            Arrival::Unnumbered => {
                return self.close(format!("`{}` has no `seq`", body.word()));
            }
        }
        self.event(now, &envelope, body);
        self.owe(now);
        self.flush();
    }

    fn event(&mut self, now: Instant, envelope: &Envelope, body: Event) {
        match body {
            Event::Accepted(_) => self.answered(now, envelope.id, None),
            Event::Rejected(rejected) => self.answered(now, envelope.id, Some(&rejected.reason)),
            Event::Offered(offered) => self.offered(now, envelope, offered),
            Event::Endpoint(endpoint) => {
                let (user, reachable): (Arc<str>, bool) = (endpoint.uri.into(), endpoint.reachable);
                let full = reachable && self.endpoints.len() >= MAX_ENDPOINTS;
                if full || !clean::is_name(&user) {
                    self.counts.strange += 1;
                    return;
                }
                let changed = if reachable {
                    self.endpoints.insert(Arc::clone(&user))
                } else {
                    self.endpoints.remove(&user)
                };
                if changed {
                    self.outputs.push_back(Output::Report(Report::Endpoint { user, reachable }));
                }
            }
            Event::Unknown(word) => {
                let word = clean::name(&word);
                tracing::debug!(word, "The adapter tells something unknown.");
                self.counts.strange += 1;
            }
            other => self.leg_event(now, envelope, other),
        }
    }

    /// The answer to a command; `reason` where it was rejected.
    fn answered(&mut self, now: Instant, id: Option<u64>, reason: Option<&str>) {
        let Some(pending) = id.and_then(|id| self.pending.remove(&id)) else { return };
        let leg = pending.leg;
        let presses = matches!(pending.kind, CommandKind::SendDigits(_));
        if let Some(reason) = reason {
            self.rejected(now, reason, pending);
        }
        if presses {
            self.pressed_out(now, leg);
        }
    }

    /// A command was rejected.
    fn rejected(&mut self, now: Instant, reason: &str, pending: Pending) {
        let Pending { leg, kind, .. } = pending;
        let why = match reason {
            "unsupported" => Rejection::Unsupported,
            "unknown_leg" => Rejection::UnknownLeg,
            "invalid" => Rejection::Invalid,
            _ => Rejection::Failed,
        };
        let is_dial = matches!(kind, CommandKind::Dial(_));
        self.not_done(now, leg, kind, why);
        if why == Rejection::UnknownLeg && !is_dial {
            // What the adapter does not know cannot come to an end there.
            self.end(now, leg, EndedBy::System, HangupCause::AdapterLost);
        }
    }

    fn offered(&mut self, now: Instant, envelope: &Envelope, offered: wire::Offered) {
        let (Some(call), Some(name)) = (&envelope.call, &envelope.leg) else {
            return self.close("`offered` needs `call` and `leg`".to_owned());
        };
        if !clean::is_name(name) || !clean::is_name(call) || name.starts_with(OUR_LEGS) {
            return self.close("a leg has a name that it may not have".to_owned());
        }
        if self.names.contains_key(name) || self.over.contains(name) {
            self.counts.late += 1;
            return;
        }
        let full = self.calls() >= self.max_calls || self.link.unacknowledged() >= CROWDED;
        if full || self.draining {
            return self.turn_away(call.clone(), name.clone());
        }
        let id = LegId { adapter: self.id, number: self.offered * 2 + 1 };
        let audio = self.begin_audio(now, id, offered.audio.filter(|number| *number < OUR_AUDIO));
        if self.desk.is_some() && audio.is_none() {
            return self
                .close("`offered` needs `audio`, a number that no other leg has".to_owned());
        }
        self.offered += 1;
        let mut leg = Leg::new(id, name.clone(), call.clone(), now);
        leg.audio = audio;
        self.names.insert(name.clone(), id);
        self.legs.insert(id, leg);
        let origin = Origin {
            called: clean::name(&offered.called).into(),
            caller: Party { number: named(offered.caller), name: named(offered.name) },
            asserted: offered.asserted,
            trunk: named(offered.trunk),
            diverted_from: diverted_from(&offered.headers),
        };
        let speech = self.ability.speech;
        let offer = Offer { origin, dtmf: offered.dtmf, speech, ..Offer::default() };
        let at = self.times.ours(envelope.at_us, now);
        self.report(at, id, EventKind::Offered(offer));
    }

    /// Refuses a call of which the engine never hears.
    fn turn_away(&mut self, call: String, leg: String) {
        self.remember(leg.clone());
        self.last_id += 1;
        let envelope = Envelope {
            id: Some(self.last_id),
            call: Some(call),
            leg: Some(leg),
            ..Envelope::default()
        };
        let cause = cause_word(HangupCause::Overload);
        let body = Command::Refuse(wire::WithCause { cause });
        if self.link.push(Message { envelope, body }).is_err() {
            self.close("too many messages are unacknowledged".to_owned());
        }
    }

    /// An event of a leg: of one that is over it is dropped and counted, one that was never known is hung up.
    fn leg_event(&mut self, now: Instant, envelope: &Envelope, body: Event) {
        let Some(name) = &envelope.leg else {
            self.counts.strange += 1;
            return;
        };
        let Some(id) = self.names.get(name).copied() else {
            if self.over.contains(name) {
                self.counts.late += 1;
            } else {
                self.counts.unknown += 1;
                self.remember(name.clone());
                if !matches!(body, Event::Ended(_)) {
                    self.hang_up_stranger(envelope.call.clone(), name.clone());
                }
            }
            return;
        };
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let at = self.times.ours(envelope.at_us, now).max(leg.heard_at);
        leg.heard_at = at;
        match body {
            // What plays here ends here.
            Event::PlayEnded(_) | Event::Bridged(_) | Event::Unbridged(_)
                if self.desk.is_some() =>
            {
                self.counts.strange += 1;
            }
            Event::PlayEnded(ended) => self.play_ended(now, at, id, &ended),
            Event::RecordEnded(ended) => self.record_ended(at, id, &ended),
            Event::Ended(ended) => {
                let by = if ended.by == "system" { EndedBy::System } else { EndedBy::Caller };
                self.end(at, id, by, cause(&ended.cause));
            }
            other => {
                if matches!(other, Event::Answered(_)) {
                    leg.answered = true;
                    leg.limit = leg.limit.filter(|(_, why)| *why == super::leg::Limit::HungUp);
                }
                if matches!(other, Event::Unbridged(_)) {
                    self.part(id);
                }
                match self.kind(now, at, other) {
                    Some(kind) => {
                        let key = if let EventKind::Digit { symbol, source, .. } = kind {
                            Some((symbol, source))
                        } else {
                            None
                        };
                        self.report(at, id, kind);
                        self.pressed(now, id, key);
                    }
                    None => self.counts.strange += 1,
                }
            }
        }
    }

    /// What an event without consequences here means; `None` if its values make no sense.
    fn kind(&self, now: Instant, at: Instant, body: Event) -> Option<EventKind> {
        Some(match body {
            Event::Ringing(_) => EventKind::Ringing,
            Event::Answered(_) => EventKind::Answered,
            Event::SpeechStarted(_) => EventKind::SpeechStarted,
            Event::SpeechEnded(_) => EventKind::SpeechEnded,
            Event::Bridged(_) => EventKind::Bridged,
            Event::Unbridged(_) => EventKind::Unbridged { quality: None },
            Event::Held(_) => EventKind::Held,
            Event::Resumed(_) => EventKind::Resumed,
            Event::MediaLost(_) => EventKind::MediaLost,
            Event::MediaRestored(_) => EventKind::MediaRestored,
            Event::Digit(digit) => {
                let mut symbols = digit.symbol.chars();
                let symbol = symbols.next().and_then(Symbol::from_char)?;
                if symbols.next().is_some() {
                    return None;
                }
                let pressed_at =
                    digit.pressed_at_us.map_or(at, |at| self.times.ours(Some(at), now));
                EventKind::Digit { symbol, source: source(&digit.source), pressed_at }
            }
            Event::Said(said) => {
                if !said.is_final || said.text.trim().is_empty() {
                    return None;
                }
                let started_at = said.started_at_us.map_or(at, |at| self.times.ours(Some(at), now));
                EventKind::Said {
                    text: clean::line(&said.text, MAX_SAID).into(),
                    confidence: said.confidence.map(per_mille),
                    started_at,
                }
            }
            Event::TransferRequested(asked) => EventKind::TransferRequested(TransferRequest {
                to: clean::name(&asked.to).into(),
                replaces: asked.replaces.and_then(|leg| self.names.get(&leg).copied()),
            }),
            Event::TransferProgress(told) => EventKind::TransferProgress(step(&told)?),
            Event::Hello(_)
            | Event::Heartbeat(_)
            | Event::Accepted(_)
            | Event::Rejected(_)
            | Event::Offered(_)
            | Event::PlayEnded(_)
            | Event::RecordEnded(_)
            | Event::Endpoint(_)
            | Event::Ended(_)
            | Event::Unknown(_) => return None,
        })
    }

    fn play_ended(&mut self, now: Instant, at: Instant, id: LegId, ended: &wire::PlayEnded) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let Some(Playing { what, stopped, .. }) = leg.take(ended.play) else {
            self.counts.late += 1;
            return;
        };
        match what {
            Sounding::Play(play) => {
                let end = match ended.reason.as_str() {
                    "finished" => PlayEnd::Finished,
                    "stopped" => PlayEnd::Stopped,
                    _ => PlayEnd::Failed,
                };
                let heard = Duration::from_millis(ended.heard_ms);
                let audible_end =
                    ended.last_audible_at_us.map_or(at, |at| self.times.ours(Some(at), now));
                let audible_end = audible_end.min(at);
                self.report(
                    at,
                    id,
                    EventKind::PlayEnded { play: play.id, end, heard, audible_end },
                );
            }
            // Music that cannot be played, or that ends as soon as it begins, is not begun for ever.
            Sounding::Music(since) if !stopped => {
                if ended.reason == "failed" || at.since(since) < SHORTEST_MUSIC {
                    leg.music = None;
                }
            }
            Sounding::Music(_) => {}
        }
        self.sound_music(now, id);
    }

    fn record_ended(&mut self, at: Instant, id: LegId, ended: &wire::RecordEnded) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let recording = RecordingId::from(ended.record.as_str());
        if leg.recording.as_ref() != Some(&recording) {
            self.counts.late += 1;
            return;
        }
        leg.recording = None;
        let end = serde_json::from_value(serde_json::Value::String(ended.reason.clone()));
        let end: RecordingEnd = end.unwrap_or(RecordingEnd::Failed);
        if let Some(file) = &ended.file {
            let file = clean::line(file, MAX_SAID);
            tracing::info!(%recording, file, "The adapter keeps a recording.");
        }
        let lasted = Duration::from_millis(ended.length_ms);
        self.report(at, id, EventKind::Recorded { recording, end, lasted });
    }

    /// Whether it carries any call.
    pub(super) fn is_idle(&self) -> bool {
        self.legs.is_empty()
    }

    /// No further call is offered from now on.
    pub(super) fn drain(&mut self) {
        self.draining = true;
        tracing::info!(calls = self.calls(), "No new calls are taken.");
        if matches!(self.phase, Phase::Up { .. }) {
            self.line(Envelope::default(), Command::Drain(wire::Empty {}));
        }
    }

    /// The legs that the adapter offered, for the log.
    pub(super) fn callers(&self) -> impl Iterator<Item = LegId> {
        self.legs.keys().copied().filter(|leg| is_offered(*leg))
    }
}

/// A name or number as it may be kept; `None` where nothing of it is left.
fn named(text: Option<String>) -> Option<Arc<str>> {
    text.map(|text| clean::name(&text)).filter(|name| !name.is_empty()).map(Into::into)
}

/// A cause as it was written; what is not known is an ordinary end.
pub(super) fn cause(word: &str) -> HangupCause {
    let value = serde_json::Value::String(word.to_owned());
    serde_json::from_value(value).unwrap_or(HangupCause::Normal)
}

/// Whom the caller called first, as the headers of SIP tell it (RFC 5806, RFC 7044).
fn diverted_from(headers: &BTreeMap<String, String>) -> Option<Arc<str>> {
    let named = |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let (_, value) = named("Diversion").or_else(|| named("History-Info"))?;
    let after = value.split_once(':')?.1;
    let end = after.find(['@', ';', '>', ',', '?']).unwrap_or(after.len());
    let user = after.get(..end).filter(|user| clean::is_name(user))?;
    Some(user.into())
}

fn source(word: &str) -> KeySource {
    match word {
        "rtp_event" => KeySource::RtpEvent,
        "info" => KeySource::Info,
        "in_band" => KeySource::InBand,
        _ => KeySource::Simulated,
    }
}

fn step(told: &wire::TransferTold) -> Option<TransferStep> {
    Some(match told.step.as_str() {
        "trying" => TransferStep::Trying,
        "ringing" => TransferStep::Ringing,
        "connected" => TransferStep::Connected,
        "failed" => TransferStep::Failed(cause(told.cause.as_deref().unwrap_or("rejected"))),
        _ => return None,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value lies between 0 and 1000"
)]
fn per_mille(confidence: f64) -> u16 {
    (confidence.clamp(0.0, 1.0) * 1_000.0).round() as u16
}
