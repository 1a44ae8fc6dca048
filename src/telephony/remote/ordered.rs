//! Orders of the engine, to messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clean;
use super::leg::{Leg, Limit, Sounding};
use super::limits::{
    ANSWER_LIMIT, HANGUP_LIMIT, MAX_ITEMS, MAX_PHRASE_BYTES, MAX_SAID, MAX_TOLD, RING_GRACE,
};
use super::machine::{Machine, Pending};
use super::sounding::our_audio;
use super::wire::{self, Command, Empty, Envelope, Message};
use crate::call::{
    Answering, Class, CommandKind, Dial, EventKind, HangupCause, Item, LegId, Listen, PlayEnd,
    Recording, Rejection, SoundId, SymbolSet, Target, Transfer, TransferMode, TransferStep,
};
use crate::time::{Duration, Instant};

impl Machine {
    /// Carries out an order of the engine.
    pub(super) fn order(&mut self, now: Instant, command: crate::call::Command) {
        let crate::call::Command { leg, kind } = command;
        if let CommandKind::Dial(dial) = &kind {
            self.begin_dialled(now, leg, dial);
        }
        if !self.legs.contains_key(&leg) || self.closing.contains_key(&leg) {
            // It ended while the order was on its way.
            return;
        }
        if self.order_sound(now, leg, &kind) {
            return;
        }
        if !self.can(&kind) {
            return self.reject(now, leg, kind, Rejection::Unsupported);
        }
        match &kind {
            CommandKind::Play(play) => {
                self.hush(now, leg);
                let Some(known) = self.legs.get_mut(&leg) else { return };
                let number = known.push(Sounding::Play(play.clone()));
                let body = self.play_body(number, &play.items, play.stop_on);
                self.send(now, leg, kind, body);
            }
            CommandKind::Stop(id) => {
                let number = self.legs.get_mut(&leg).and_then(|leg| leg.stop(*id));
                if let Some(play) = number {
                    self.send(now, leg, kind, Command::Stop(wire::Stop { play }));
                }
            }
            CommandKind::Music(music) => {
                let changes = self.legs.get(&leg).is_some_and(|leg| leg.music != *music);
                if changes {
                    self.hush(now, leg);
                    if let Some(leg) = self.legs.get_mut(&leg) {
                        leg.music.clone_from(music);
                    }
                }
                self.sound_music(now, leg);
            }
            _ => {
                self.note_order(now, leg, &kind);
                if let Some(body) = self.body(&kind, leg) {
                    self.send(now, leg, kind, body);
                }
            }
        }
        self.flush();
    }

    /// What an order changes in our books.
    fn note_order(&mut self, now: Instant, leg: LegId, kind: &CommandKind) {
        let other = match kind {
            CommandKind::Bridge(other) => self.legs.get_mut(other),
            _ => None,
        };
        if let Some(other) = other {
            other.bridged = Some(leg);
        }
        if matches!(kind, CommandKind::Unbridge) {
            self.part(leg);
        }
        let Some(leg) = self.legs.get_mut(&leg) else { return };
        match kind {
            CommandKind::Accept(Answering::Answer) => leg.accepted = true,
            CommandKind::Mask(on) => leg.masked = *on,
            CommandKind::Listen(listen) => leg.listening = Some(listen.clone()),
            CommandKind::Unlisten => leg.listening = None,
            CommandKind::Record(recording) => leg.recording = Some(recording.id.clone()),
            CommandKind::Bridge(other) => leg.bridged = Some(*other),
            CommandKind::Hangup(_) | CommandKind::Refuse(_) => {
                leg.limit = Some((now + HANGUP_LIMIT, Limit::HungUp));
            }
            _ => {}
        }
    }

    fn begin_dialled(&mut self, now: Instant, id: LegId, dial: &Dial) {
        let name = format!("{OUR_LEGS}{}", id.number);
        let beside = dial.beside.and_then(|beside| self.legs.get(&beside));
        let call = beside.map_or_else(|| name.clone(), |leg| leg.call.clone());
        let mut leg = Leg::new(id, name.clone(), call, now);
        leg.limit = Some((now + dial.ring + RING_GRACE, Limit::Rings));
        leg.audio = self.begin_audio(now, id, Some(our_audio(id)));
        self.names.insert(name, id);
        self.legs.insert(id, leg);
    }

    /// Whether the adapter says that it can do such a thing.
    const fn can(&self, kind: &CommandKind) -> bool {
        let able = &self.ability;
        match kind {
            CommandKind::Dial(_) => able.dial,
            // Of a talk the wire has no word.
            CommandKind::Record(order) => able.record && order.talk.is_none(),
            CommandKind::StopRecording(_) => able.record,
            CommandKind::Bridge(_) | CommandKind::Unbridge => able.bridge,
            CommandKind::Transfer(_) | CommandKind::TransferProgress(_) => able.transfer,
            CommandKind::Mask(_) => able.mask,
            CommandKind::SendDigits(_) => able.send_digits,
            CommandKind::Listen(_) | CommandKind::Unlisten => able.speech,
            CommandKind::Accept(_)
            | CommandKind::Refuse(_)
            | CommandKind::Play(_)
            | CommandKind::Stop(_)
            | CommandKind::Music(_)
            | CommandKind::Hangup(_) => true,
        }
    }

    /// Sends a command that is to be answered.
    pub(super) fn send(&mut self, now: Instant, leg: LegId, kind: CommandKind, body: Command) {
        self.last_id += 1;
        let id = self.last_id;
        let known = self.legs.get(&leg);
        let envelope = Envelope {
            id: Some(id),
            call: known.map(|leg| leg.call.clone()),
            leg: known.map(|leg| leg.name.clone()),
            ..Envelope::default()
        };
        if self.link.push(Message { envelope, body }).is_err() {
            tracing::warn!("Too much is unacknowledged.");
            self.not_done(now, leg, kind, Rejection::Failed);
            return self.close("too many messages are unacknowledged".to_owned());
        }
        let due = self.away.is_none().then_some(now + ANSWER_LIMIT);
        self.pending.insert(id, Pending { leg, kind, due });
    }

    /// Hangs up a leg that is not in our books.
    pub(super) fn hang_up_stranger(&mut self, call: Option<String>, leg: String) {
        self.last_id += 1;
        let envelope =
            Envelope { id: Some(self.last_id), call, leg: Some(leg), ..Envelope::default() };
        let body = Command::Hangup(wire::WithCause { cause: cause_word(HangupCause::Normal) });
        if self.link.push(Message { envelope, body }).is_err() {
            self.close("too many messages are unacknowledged".to_owned());
        }
        self.flush();
    }

    /// A command came to nothing: what was waited for is told as failed.
    pub(super) fn not_done(&mut self, now: Instant, id: LegId, kind: CommandKind, why: Rejection) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        match &kind {
            CommandKind::Play(play) => {
                let is_it =
                    |sounding: &Sounding| matches!(sounding, Sounding::Play(p) if p.id == play.id);
                leg.plays.retain(|playing| !is_it(&playing.what));
            }
            CommandKind::Music(_) => {
                leg.plays.retain(|playing| !matches!(playing.what, Sounding::Music(_)));
                leg.music = None;
                return;
            }
            // Whether it has stopped is told by the end of the play.
            CommandKind::Stop(_) => return,
            // Nobody ordered the keys of a bridged party.
            CommandKind::SendDigits(_) if leg.pressing.is_under_way() => return,
            _ => {}
        }
        self.reject(now, id, kind, why);
        self.sound_music(now, id);
    }

    /// Stops the music that sounds.
    fn hush(&mut self, now: Instant, id: LegId) {
        let Some(play) = self.legs.get_mut(&id).and_then(Leg::stop_music) else { return };
        let kind = CommandKind::Music(None);
        self.send(now, id, kind, Command::Stop(wire::Stop { play }));
    }

    /// Lets music begin where nothing else sounds.
    pub(super) fn sound_music(&mut self, now: Instant, id: LegId) {
        if self.desk.is_some() {
            return;
        }
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| leg.wants_music()) else { return };
        let Some(music) = leg.music.clone() else { return };
        let number = leg.push(Sounding::Music(now));
        let body = self.music_body(number, &music);
        self.send(now, id, CommandKind::Music(Some(music)), body);
        self.flush();
    }

    pub(super) fn play_body(&self, play: u64, items: &[Item], stop_on: SymbolSet) -> Command {
        let items = items.iter().take(MAX_ITEMS).map(|item| {
            let (url, sha256) = item.sound.as_ref().and_then(|s| self.place_of(s)).unzip();
            wire::Item {
                prompt: item.prompt.to_string(),
                language: item.language.to_string(),
                text: item.text.to_string(),
                url,
                sha256,
            }
        });
        let stop_on = keys(stop_on);
        Command::Play(wire::Play { play, items: items.collect(), repeat: false, stop_on })
    }

    pub(super) fn music_body(&self, play: u64, music: &SoundId) -> Command {
        let (url, sha256) = self.place_of(music).unzip();
        let prompt = music.to_string();
        let item = wire::Item { prompt, url, sha256, ..wire::Item::default() };
        Command::Play(wire::Play { play, items: vec![item], repeat: true, stop_on: String::new() })
    }

    fn place_of(&self, sound: &SoundId) -> Option<(String, String)> {
        if self.ability.media == "reference" { self.sounds.find(sound) } else { None }
    }

    /// The message of an order that is no play.
    pub(super) fn body(&self, kind: &CommandKind, leg: LegId) -> Option<Command> {
        let name = |leg: &LegId| self.legs.get(leg).map(|leg| leg.name.clone());
        let with = |cause: HangupCause| wire::WithCause { cause: cause_word(cause) };
        Some(match kind {
            CommandKind::Accept(answering) => {
                Command::Accept(wire::Accept { how: how(*answering).to_owned() })
            }
            CommandKind::Refuse(cause) => Command::Refuse(with(*cause)),
            CommandKind::Hangup(cause) => Command::Hangup(with(*cause)),
            CommandKind::Dial(dial) => {
                let audio = self.legs.get(&leg).and_then(|leg| leg.audio);
                let body = dial_body(dial, self.ability.headers);
                Command::Dial(wire::Dial { audio, ..body })
            }
            CommandKind::Record(recording) => Command::Record(record_body(recording)),
            CommandKind::StopRecording(id) => {
                Command::StopRecord(wire::StopRecord { record: id.to_string() })
            }
            CommandKind::Bridge(other) => {
                Command::Bridge(wire::Bridge { a: name(&leg)?, b: name(other)? })
            }
            CommandKind::Unbridge => Command::Unbridge(Empty {}),
            CommandKind::Mask(on) => Command::Mask(wire::Mask { on: *on }),
            CommandKind::Listen(listen) => Command::Listen(listen_body(listen)),
            CommandKind::Unlisten => Command::Unlisten(Empty {}),
            CommandKind::SendDigits(digits) => {
                Command::SendDigits(wire::SendDigits { digits: digits.to_string() })
            }
            CommandKind::Transfer(Transfer { to, mode }) => {
                let (mode, other) = match mode {
                    TransferMode::Blind => ("blind", None),
                    TransferMode::Attended(other) => ("attended", Some(name(other)?)),
                };
                let (to, mode) = (clean::name(to), mode.to_owned());
                Command::Transfer(wire::Transfer { to, mode, other })
            }
            CommandKind::TransferProgress(step) => Command::TransferProgress(told(*step)),
            CommandKind::Play(_) | CommandKind::Stop(_) | CommandKind::Music(_) => return None,
        })
    }

    /// Legs whose time is over.
    pub(super) fn limits_due(&mut self, now: Instant) {
        let due = |leg: &Leg| leg.limit.filter(|(at, _)| *at <= now).map(|(_, why)| (leg.id, why));
        let due: Vec<(LegId, Limit)> = self.legs.values().filter_map(due).collect();
        for (id, why) in due {
            match why {
                Limit::HungUp => {
                    tracing::warn!(leg = %id, "It was hung up and did not end.");
                    self.end(now, id, crate::call::EndedBy::System, HangupCause::Normal);
                }
                Limit::Rings => {
                    let cause = HangupCause::NoAnswer;
                    let (kind, body) =
                        (CommandKind::Hangup(cause), wire::WithCause { cause: cause_word(cause) });
                    self.send(now, id, kind, Command::Hangup(body));
                    self.end(now, id, crate::call::EndedBy::System, cause);
                }
            }
        }
    }

    /// The node is done: every leg is hung up.
    pub(super) fn hang_up_all(&mut self, now: Instant) {
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for leg in legs {
            let kind = CommandKind::Hangup(HangupCause::Shutdown);
            self.order(now, crate::call::Command { leg, kind });
        }
    }

    /// A play that was told to stop and of which nothing is left on the other side.
    pub(super) fn stopped(&mut self, now: Instant, leg: LegId, play: crate::call::PlayId) {
        let (end, heard, audible_end) = (PlayEnd::Stopped, Duration::ZERO, now);
        self.report(now, leg, EventKind::PlayEnded { play, end, heard, audible_end });
    }
}

/// How the names of legs begin that this node begins.
pub const OUR_LEGS: &str = "node-";

fn dial_body(dial: &Dial, headers: bool) -> wire::Dial {
    let (kind, to) = match &dial.to {
        Target::User(user) => ("user", user),
        Target::Address(address) => ("address", address),
        Target::Number(number) => ("number", number),
    };
    let tell = dial.tell.iter().filter(|told| told.class != Class::Secret);
    let tell = tell.take(MAX_TOLD).map(|told| wire::Told {
        name: clean::name(&told.name),
        value: clean::line(&told.value, MAX_SAID),
    });
    wire::Dial {
        to: clean::name(to),
        kind: kind.to_owned(),
        caller_id: dial.caller_id.as_deref().map(clean::name),
        display: dial.display.as_deref().map(clean::name),
        tell: tell.collect(),
        headers: if headers { clean::headers(&dial.tell) } else { BTreeMap::new() },
        url: dial.pop_url.as_ref().map(ToString::to_string),
        audio: None,
        deadline_ms: dial.ring.as_millis(),
    }
}

fn record_body(recording: &Recording) -> wire::Record {
    wire::Record {
        record: recording.id.to_string(),
        limit_ms: recording.limit.as_millis(),
        silence_ms: recording.silence.as_millis(),
        end_on: keys(recording.end_on),
        keep_ms: recording.keep.map(Duration::as_millis),
    }
}

/// What is listened for, as long as a line can be.
fn listen_body(listen: &Listen) -> wire::Listen {
    let mut room = MAX_PHRASE_BYTES;
    let fits = |phrase: &&Arc<str>| {
        room = room.saturating_sub(phrase.len());
        room > 0
    };
    wire::Listen {
        words: listen.words.iter().take_while(fits).map(ToString::to_string).collect(),
        languages: listen.languages.iter().map(ToString::to_string).collect(),
    }
}

/// The word of a way to take a call.
pub(super) const fn how(answering: Answering) -> &'static str {
    match answering {
        Answering::Ring => "ring",
        Answering::Early => "early",
        Answering::Answer => "answer",
    }
}

fn told(step: TransferStep) -> wire::TransferTold {
    let (step, cause) = match step {
        TransferStep::Trying => ("trying", None),
        TransferStep::Ringing => ("ringing", None),
        TransferStep::Connected => ("connected", None),
        TransferStep::Failed(cause) => ("failed", Some(cause_word(cause))),
    };
    wire::TransferTold { step: step.to_owned(), cause }
}

/// The keys of a set, in the order of a telephone's event codes.
pub(super) fn keys(set: SymbolSet) -> String {
    let symbols = (0..16).filter_map(crate::call::Symbol::from_event_code);
    symbols.filter(|symbol| set.contains(*symbol)).map(crate::call::Symbol::as_char).collect()
}

/// A cause as it is written.
pub(super) fn cause_word(cause: HangupCause) -> String {
    match serde_json::to_value(cause) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "normal".to_owned(),
    }
}
