//! Orders and reports of this process in the words of the wire, and back.

use crate::call::{
    Answering, CommandKind, Dial, Digits, EndedBy, EventKind, HangupCause, Item, KeySource, LegId,
    Listen, Play, PlayEnd, PlayId, Recording, SoundId, Symbol, SymbolSet, Target, Transfer,
    TransferMode,
};
use crate::runtime::{Capabilities, Media};
use crate::telephony::remote::wire::{
    self, Ability, Digit, Empty, Ended, Event, Offered, PlayEnded, RecordEnded, Said,
};
use crate::time::{Duration, Instant};

/// How fast a text is spoken where nobody speaks it.
const PER_CHARACTER: Duration = Duration::from_micros(71_429);

/// An event as it is said.
pub(super) struct Spoken(pub(super) Event);

/// How long a text sounds.
pub(in crate::telephony) fn length(text: &str) -> Duration {
    PER_CHARACTER.times(text.chars().count() as u64)
}

/// The sound of a text: those of one length are the same.
pub(in crate::telephony) fn sound(characters: usize) -> SoundId {
    SoundId::from(format!("check/{characters}").as_str())
}

/// What an adapter can do, in the wire's words.
pub(super) fn ability(able: &Capabilities) -> Ability {
    let media = match able.media {
        Media::None => "none",
        Media::Native => "native",
        Media::Pcm => "pcm",
        Media::Reference => "reference",
    };
    Ability {
        media: media.to_owned(),
        rate: None,
        digit_sources: able.digit_sources.iter().map(|s| source(*s).to_owned()).collect(),
        speech: able.speech,
        record: able.record,
        dial: able.dial,
        bridge: able.bridge,
        transfer: able.transfer,
        send_digits: able.send_digits,
        headers: able.headers,
        mask: able.mask,
        simulate: true,
        max_calls: able.max_calls,
    }
}

fn source(source: KeySource) -> &'static str {
    match source {
        KeySource::RtpEvent => "rtp_event",
        KeySource::Info => "info",
        KeySource::InBand => "in_band",
        KeySource::Simulated => "simulated",
    }
}

fn micros(at: Instant) -> u64 {
    at.since(Instant::ZERO).as_micros()
}

/// A word of one of our enums.
fn word(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).expect("a plain word");
    value.as_str().expect("a plain word").to_owned()
}

/// An event of a leg as it is said; `None` for one that a line cannot say.
pub(super) fn spoken(kind: EventKind) -> Option<Spoken> {
    Some(Spoken(match kind {
        EventKind::Offered(offer) => Event::Offered(Offered {
            called: offer.origin.called.to_string(),
            caller: offer.origin.caller.number.map(|number| number.to_string()),
            name: offer.origin.caller.name.map(|name| name.to_string()),
            asserted: offer.origin.asserted,
            dtmf: offer.dtmf,
            trunk: offer.origin.trunk.map(|trunk| trunk.to_string()),
            ..Offered::default()
        }),
        EventKind::Ringing => Event::Ringing(Empty {}),
        EventKind::Answered => Event::Answered(Empty {}),
        EventKind::Digit { symbol, source: from, pressed_at } => Event::Digit(Digit {
            symbol: symbol.as_char().to_string(),
            source: source(from).to_owned(),
            pressed_at_us: Some(micros(pressed_at)),
            duration_ms: None,
        }),
        EventKind::Said { text, confidence, started_at } => Event::Said(Said {
            text: text.to_string(),
            confidence: confidence.map(|per_mille| f64::from(per_mille) / 1_000.0),
            is_final: true,
            started_at_us: Some(micros(started_at)),
        }),
        EventKind::SpeechStarted => Event::SpeechStarted(Empty {}),
        EventKind::SpeechEnded => Event::SpeechEnded(Empty {}),
        EventKind::PlayEnded { play, end, heard, audible_end } => Event::PlayEnded(PlayEnded {
            play: play.0,
            reason: match end {
                PlayEnd::Finished => "finished",
                PlayEnd::Stopped => "stopped",
                PlayEnd::Failed => "failed",
            }
            .to_owned(),
            heard_ms: heard.as_millis(),
            last_audible_at_us: Some(micros(audible_end)),
        }),
        EventKind::Recorded { recording, end, lasted } => Event::RecordEnded(RecordEnded {
            record: recording.to_string(),
            reason: word(end),
            length_ms: lasted.as_millis(),
            file: None,
        }),
        EventKind::Bridged => Event::Bridged(Empty {}),
        EventKind::Unbridged { .. } => Event::Unbridged(Empty {}),
        EventKind::Held => Event::Held(Empty {}),
        EventKind::Resumed => Event::Resumed(Empty {}),
        EventKind::MediaLost => Event::MediaLost(Empty {}),
        EventKind::MediaRestored => Event::MediaRestored(Empty {}),
        EventKind::Ended { by, cause, .. } => Event::Ended(Ended {
            by: match by {
                EndedBy::System => "system",
                _ => "caller",
            }
            .to_owned(),
            cause: word(cause),
        }),
        EventKind::TransferRequested(_)
        | EventKind::TransferProgress(_)
        | EventKind::Rejected { .. } => return None,
    }))
}

fn cause(word: &str) -> HangupCause {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).expect("a cause")
}

fn keys(text: &str) -> SymbolSet {
    text.chars().filter_map(Symbol::from_char).collect()
}

/// A command as the adapter is ordered it; `None` for one that it does not have.
pub(super) fn command(body: wire::Command, leg_of: impl Fn(&str) -> LegId) -> Option<CommandKind> {
    Some(match body {
        wire::Command::Accept(accept) => CommandKind::Accept(match &*accept.how {
            "ring" => Answering::Ring,
            "early" => Answering::Early,
            _ => Answering::Answer,
        }),
        wire::Command::Refuse(with) => CommandKind::Refuse(cause(&with.cause)),
        wire::Command::Hangup(with) => CommandKind::Hangup(cause(&with.cause)),
        wire::Command::Play(play) => CommandKind::Play(Play {
            id: PlayId(play.play),
            items: play.items.iter().map(item).collect(),
            stop_on: keys(&play.stop_on),
        }),
        wire::Command::Stop(stop) => CommandKind::Stop(PlayId(stop.play)),
        wire::Command::Record(record) => CommandKind::Record(Recording {
            id: record.record.as_str().into(),
            limit: Duration::from_millis(record.limit_ms),
            silence: Duration::from_millis(record.silence_ms),
            end_on: keys(&record.end_on),
            keep: record.keep_ms.map(Duration::from_millis),
            talk: None,
        }),
        wire::Command::StopRecord(stop) => CommandKind::StopRecording(stop.record.as_str().into()),
        wire::Command::Listen(listen) => CommandKind::Listen(Box::new(Listen {
            words: listen.words.into_iter().map(Into::into).collect(),
            languages: listen.languages.iter().map(|of| of.as_str().into()).collect(),
        })),
        wire::Command::Unlisten(_) => CommandKind::Unlisten,
        wire::Command::Mask(mask) => CommandKind::Mask(mask.on),
        wire::Command::SendDigits(send) => CommandKind::SendDigits(Digits::parse(&send.digits)?),
        wire::Command::Dial(dial) => CommandKind::Dial(Box::new(Dial {
            to: match &*dial.kind {
                "user" => Target::User(dial.to.into()),
                "number" => Target::Number(dial.to.into()),
                _ => Target::Address(dial.to.into()),
            },
            caller_id: dial.caller_id.map(Into::into),
            display: dial.display.map(Into::into),
            tell: Vec::new(),
            pop_url: dial.url.map(Into::into),
            beside: None,
            trunk: None,
            ring: Duration::from_millis(dial.deadline_ms),
        })),
        wire::Command::Bridge(bridge) => CommandKind::Bridge(leg_of(&bridge.b)),
        wire::Command::Unbridge(_) => CommandKind::Unbridge,
        wire::Command::Transfer(transfer) => CommandKind::Transfer(Transfer {
            to: transfer.to.into(),
            mode: match transfer.other {
                None => TransferMode::Blind,
                Some(other) => TransferMode::Attended(leg_of(&other)),
            },
        }),
        _ => return None,
    })
}

fn item(item: &wire::Item) -> Item {
    Item {
        prompt: item.prompt.as_str().into(),
        language: item.language.as_str().into(),
        sound: Some(sound(item.text.chars().count())),
        text: item.text.as_str().into(),
    }
}
