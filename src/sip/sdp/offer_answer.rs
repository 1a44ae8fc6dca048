//! Our side of the offers and answers of one call.

use std::net::IpAddr;

use sipx_sdp::{Connection, MediaDescription, Origin, SessionDescription};

use super::direction::Direction;
use super::negotiated::{EventFormat, Negotiated, Preferences, SdpError};
use super::profile::Profile;
use super::read::{parse, usable};
use super::write::Audio;

/// The payload type that our own offers give to telephone-event; the number most phones use.
const EVENT_PAYLOAD_TYPE: u8 = 101;

/// Our side of the offers and answers of one call.
///
/// It remembers what a later offer must keep: the session id and version of `o=`, the order of the streams, and the
/// payload types of codec and keys. A refused body changes nothing.
#[derive(Debug, Clone)]
pub struct OfferAnswer {
    address: IpAddr,
    port: u16,
    session_id: u64,
    version: u64,
    wanted: Preferences,
    /// What was agreed last.
    agreed: Option<Negotiated>,
    streams: Vec<Stream>,
    published: Option<SessionDescription>,
}

/// One `m=` line of the call, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stream {
    /// The audio stream, with the transport its first offer named.
    Audio { profile: Profile },
    /// A stream that we declined.
    Declined { media: String, protocol: String, format: String },
}

impl OfferAnswer {
    /// Starts for media at `address:port`; `session_id` is the id in `o=`.
    #[must_use]
    pub const fn new(address: IpAddr, port: u16, session_id: u64, wanted: Preferences) -> Self {
        Self {
            address,
            port,
            session_id,
            version: 0,
            wanted,
            agreed: None,
            streams: Vec::new(),
            published: None,
        }
    }

    /// Writes an offer: the first of the call, or one that asks for both directions again.
    #[must_use]
    pub fn offer(&mut self) -> String {
        if self.streams.is_empty() {
            self.streams.push(Stream::Audio { profile: Profile::Avp });
        }
        // RFC 3264 §8.3.2: a payload type keeps its meaning as long as the call lasts.
        let known = self.agreed.map(|agreed| (agreed.payload_type, agreed.codec));
        let codecs: Vec<_> = (self.wanted.codecs.iter())
            .map(|codec| match known {
                Some((payload_type, known)) if known == *codec => (payload_type, *codec),
                Some(_) | None => (codec.payload_type(), *codec),
            })
            .collect();
        let events = self.offered_events();
        let described = self.describe(&Audio {
            port: self.port,
            profile: Profile::Avp,
            codecs: &codecs,
            events: &events,
            packet_time: self.agreed.map_or(self.wanted.packet_time, |agreed| agreed.packet_time),
            multiplexed: self.agreed.is_none_or(|agreed| agreed.control_port.is_none()),
            direction: Direction::SendRecv,
        });
        self.publish(described)
    }

    /// Answers an offer: the first codec of its order, or of ours, that both have, and keys if it names them.
    ///
    /// # Errors
    ///
    /// [`SdpError`] where the body is none or nothing in it fits; refuse the request with its status.
    pub fn answer(&mut self, offer: &[u8]) -> Result<(Negotiated, String), SdpError> {
        let offer = parse(offer)?;
        let (at, agreed) = self.choose(&offer).ok_or(SdpError::Incompatible)?;
        self.streams = offer
            .media
            .iter()
            .enumerate()
            .map(|(place, media)| {
                if place == at {
                    Stream::Audio { profile: agreed.profile }
                } else {
                    Stream::declined(media)
                }
            })
            .collect();
        self.keep(agreed);
        let mut described = self.describe(&Audio {
            port: self.port,
            profile: agreed.profile,
            codecs: &[(agreed.payload_type, agreed.codec)],
            events: agreed.events.as_slice(),
            packet_time: agreed.packet_time,
            multiplexed: agreed.control_port.is_none(),
            direction: agreed.direction,
        });
        // RFC 3264 §6: the times of an answer equal those of the offer.
        described.timing = offer.timing.into_iter().take(1).collect();
        Ok((agreed, self.publish(described)))
    }

    /// Reads the answer to our last offer.
    ///
    /// # Errors
    ///
    /// [`SdpError`] where the body is none or accepts nothing that we offered.
    pub fn accept(&mut self, answer: &[u8]) -> Result<Negotiated, SdpError> {
        let answer = parse(answer)?;
        let (_, agreed) = self.choose(&answer).ok_or(SdpError::Incompatible)?;
        self.keep(agreed);
        Ok(agreed)
    }

    /// Keeps what was agreed; a number that keys once had stays theirs.
    fn keep(&mut self, mut agreed: Negotiated) {
        let before = self.agreed.and_then(|before| before.events);
        agreed.events = agreed.events.or(before);
        self.agreed = Some(agreed);
    }

    /// The key formats of an offer: one for each clock of our codecs, under numbers of their own.
    fn offered_events(&self) -> Vec<EventFormat> {
        let known = self.agreed.and_then(|agreed| agreed.events);
        let mut events: Vec<EventFormat> = known.into_iter().collect();
        for clock_rate in self.wanted.codecs.iter().map(|codec| codec.clock_rate()) {
            if events.iter().any(|event| event.clock_rate == clock_rate) {
                continue;
            }
            let taken = |number: &u8| events.iter().all(|event| event.payload_type != *number);
            let number = (EVENT_PAYLOAD_TYPE..).find(taken).unwrap_or(EVENT_PAYLOAD_TYPE);
            events.push(EventFormat { payload_type: number, clock_rate });
        }
        events
    }

    /// The first usable audio stream and what it comes to.
    fn choose(&self, theirs: &SessionDescription) -> Option<(usize, Negotiated)> {
        theirs.media.iter().enumerate().find_map(|(place, media)| {
            Some((place, usable(theirs, media, self.address, &self.wanted)?))
        })
    }

    /// Our description with the streams in their places.
    fn describe(&self, audio: &Audio<'_>) -> SessionDescription {
        let mut described = SessionDescription::new(self.address, self.session_id, 0);
        described.origin = Origin::new(self.address, self.session_id, 0);
        described.connection = Some(Connection::new(self.address));
        described.media = self
            .streams
            .iter()
            .map(|stream| match stream {
                Stream::Audio { profile } => Audio { profile: *profile, ..*audio }.describe(),
                Stream::Declined { media, protocol, format } => {
                    let mut declined = MediaDescription::audio(0, vec![format.clone()]);
                    declined.media.clone_from(media);
                    declined.protocol.clone_from(protocol);
                    declined
                }
            })
            .collect();
        described
    }

    /// Writes a description; its version rises exactly when it differs from the last one (RFC 3264 §8).
    fn publish(&mut self, mut described: SessionDescription) -> String {
        if self.published.as_ref() != Some(&described) {
            self.version += 1;
            self.published = Some(described.clone());
        }
        described.origin.session_version = self.version;
        described.to_string_sdp()
    }
}

impl Stream {
    fn declined(offered: &MediaDescription) -> Self {
        Self::Declined {
            media: offered.media.clone(),
            protocol: offered.protocol.clone(),
            format: offered.formats.first().cloned().unwrap_or_else(|| "0".to_owned()),
        }
    }
}
