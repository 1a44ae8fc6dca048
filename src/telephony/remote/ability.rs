//! What adapters say that they can do, in the runtime's words.

use super::wire::Ability;
use crate::call::KeySource;
use crate::runtime::{CONTRACT, Capabilities, Media};

/// The `media` of an adapter whose audio passes through this node as samples.
pub const PCM: &str = "pcm";

/// The abilities that an adapter tells in its `hello`, in the runtime's words.
#[must_use]
pub fn capabilities(ability: &Ability) -> Capabilities {
    // What passes through this node as samples is recorded and connected here.
    let here = ability.media == PCM;
    Capabilities {
        contract: CONTRACT,
        media: match ability.media.as_str() {
            "reference" => Media::Reference,
            PCM => Media::Pcm,
            _ => Media::None,
        },
        digit_sources: ability.digit_sources.iter().filter_map(|word| source(word)).collect(),
        speech: ability.speech,
        record: ability.record || here,
        dial: ability.dial,
        bridge: ability.bridge || here,
        transfer: ability.transfer,
        send_digits: ability.send_digits,
        headers: ability.headers,
        mask: ability.mask,
        max_calls: ability.max_calls,
    }
}

fn source(word: &str) -> Option<KeySource> {
    Some(match word {
        "rtp_event" => KeySource::RtpEvent,
        "info" => KeySource::Info,
        "in_band" => KeySource::InBand,
        "simulated" => KeySource::Simulated,
        _ => return None,
    })
}
