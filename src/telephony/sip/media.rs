//! Between a leg's agreement and its media thread: streams down, media events up.

use std::sync::Arc;

use super::leg::Phase;
use super::security;
use super::settings::MediaSource;
use super::switch::Switch;
use crate::call::{EventKind, HangupCause, KeySource, LegId, Symbol};
use crate::sip::{Codec, Direction, EventFormat, Negotiated};
use crate::telephony::rtp;
use crate::telephony::rtp::{Keys, MediaEvent, MediaEventKind, SourcePolicy, Stream};
use crate::time::Instant;

impl Switch {
    /// Tells the media thread what was agreed.
    pub(super) fn connect(&self, id: LegId) {
        if let Some(leg) = self.legs.get(&id)
            && let Some(agreed) = leg.agreed
        {
            let crypto = leg.session.crypto();
            let keys = crypto.and_then(security::keys);
            if crypto.is_some() && keys.is_none() {
                // Never in the clear what was agreed to be secret.
                return tracing::error!(leg = %id, "The keys of a call cannot be read: no media.");
            }
            let source = self.source_policy(&agreed, leg.peer);
            let tones = self.settings.keys_in_audio;
            self.media.connect(id, Stream { tones, ..stream(&agreed, source, keys) });
        }
    }

    /// Works on one event of a media thread.
    pub(super) fn heard(&mut self, event: MediaEvent) {
        let MediaEvent { at, leg: id, kind } = event;
        self.at_work = Some(id);
        if !self.legs.contains_key(&id) {
            return;
        }
        let report = match kind {
            MediaEventKind::Closed { quality } => {
                // Unless the leg ends already, its media broke; a call without media is none.
                if self.legs.get(&id).is_some_and(|leg| !matches!(leg.phase, Phase::Closing { .. }))
                {
                    self.hang_up(at, id, HangupCause::InternalError);
                }
                return self.closed(at, id, quality);
            }
            MediaEventKind::Key { symbol, source, pressed_at } => {
                return self.key(at, id, symbol, source, pressed_at);
            }
            MediaEventKind::PlayEnded { play, end, heard, audible_end } => {
                EventKind::PlayEnded { play, end, heard, audible_end }
            }
            MediaEventKind::Recorded { recording, end, lasted } => {
                EventKind::Recorded { recording, end, lasted }
            }
            MediaEventKind::Bridged => EventKind::Bridged,
            MediaEventKind::Unbridged { quality } => EventKind::Unbridged { quality },
            MediaEventKind::Lost => return self.missed(at, id),
            MediaEventKind::Restored => return self.restored(at, id),
        };
        self.report(at, id, report);
    }

    /// Reports a key if it came by the way in force; counts it otherwise.
    pub(super) fn key(
        &mut self,
        at: Instant,
        id: LegId,
        symbol: Symbol,
        source: KeySource,
        pressed_at: Instant,
    ) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if leg.takes_keys_from(source, self.settings.keys_in_audio) {
            if source == KeySource::Info {
                self.media.pressed(id, symbol);
            }
            self.report(at, id, EventKind::Digit { symbol, source, pressed_at });
        } else {
            leg.foreign_keys += 1;
        }
    }

    /// From whom media is taken (sip-media: `media_source`).
    fn source_policy(&self, agreed: &Negotiated, peer: std::net::IpAddr) -> SourcePolicy {
        let learn = match self.settings.media_source {
            MediaSource::Auto => agreed.remote.ip() != peer.to_canonical(),
            MediaSource::Strict => false,
            MediaSource::Learn => true,
        };
        if learn { SourcePolicy::Learn { signalling: peer } } else { SourcePolicy::Strict }
    }
}

fn stream(agreed: &Negotiated, source: SourcePolicy, keys: Option<Arc<Keys>>) -> Stream {
    Stream {
        remote: agreed.remote,
        control_port: agreed.control_port,
        codec: match agreed.codec {
            Codec::Pcmu => crate::media::Codec::Pcmu,
            Codec::Pcma => crate::media::Codec::Pcma,
            Codec::G722 => crate::media::Codec::G722,
            Codec::Opus => crate::media::Codec::Opus,
        },
        payload_type: agreed.payload_type,
        packet_time: agreed.packet_time,
        events: agreed.events.map(|EventFormat { payload_type, clock_rate }| rtp::EventFormat {
            payload_type,
            clock_rate,
        }),
        comfort_noise: agreed.comfort_noise,
        direction: match agreed.direction {
            Direction::SendRecv => rtp::Direction::SendRecv,
            Direction::SendOnly => rtp::Direction::SendOnly,
            Direction::RecvOnly => rtp::Direction::RecvOnly,
            Direction::Inactive => rtp::Direction::Inactive,
        },
        source,
        keys,
        tones: false,
    }
}
