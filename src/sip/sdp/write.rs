//! Our side of a stream as SDP.

use sipx_sdp::{Attribute, MediaDescription};

use super::codec::Codec;
use super::crypto::Crypto;
use super::direction::Direction;
use super::negotiated::EventFormat;
use super::profile::Profile;
use crate::time::Duration;

/// The keys that we take by RFC 4733: event codes 0–15.
const EVENT_CODES: &str = "0-15";

/// What our audio stream is to say.
pub(super) struct Audio<'a> {
    pub(super) port: u16,
    pub(super) profile: Profile,
    /// Payload types and codecs, the preferred one first.
    pub(super) codecs: &'a [(u8, Codec)],
    pub(super) events: &'a [EventFormat],
    pub(super) packet_time: Duration,
    /// Whether RTCP is taken on the port of the media (RFC 5761).
    pub(super) multiplexed: bool,
    pub(super) direction: Direction,
    /// The keys to offer, or the one that answers.
    pub(super) crypto: &'a [Crypto],
}

impl Audio<'_> {
    /// The `m=` line and its attributes.
    pub(super) fn describe(&self) -> MediaDescription {
        let codecs = self.codecs.iter().map(|(number, codec)| (*number, codec.format().to_owned()));
        let events = self
            .events
            .iter()
            .map(|event| (event.payload_type, format!("telephone-event/{}", event.clock_rate)));
        let named: Vec<_> = codecs.chain(events).collect();
        let numbers = named.iter().map(|(number, _)| number.to_string()).collect();
        let mut media = MediaDescription::audio(self.port, numbers);
        self.profile.name().clone_into(&mut media.protocol);
        let maps = named
            .iter()
            .map(|(number, format)| Attribute::valued("rtpmap", format!("{number} {format}")));
        let codes = self.events.iter().map(|event| {
            Attribute::valued("fmtp", format!("{} {EVENT_CODES}", event.payload_type))
        });
        let packet_time = self.packet_time.as_millis().to_string();
        media.attributes = maps
            .chain(codes)
            .chain([Attribute::valued("ptime", packet_time)])
            .chain(self.multiplexed.then(|| Attribute::flag("rtcp-mux")))
            .chain(self.crypto.iter().map(Crypto::attribute))
            .chain([Attribute::flag(self.direction.attribute())])
            .collect();
        media
    }
}
