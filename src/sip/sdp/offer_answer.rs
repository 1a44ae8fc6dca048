//! Our side of the offers and answers of one call.

use std::net::IpAddr;

use sipx_sdp::{Connection, MediaDescription, Origin, SessionDescription};

use super::crypto::{self, Crypto, CryptoPair, Security};
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
    security: Security,
    /// Our keys, one for each suite, the preferred one first.
    keys: Vec<Crypto>,
    /// What was agreed last.
    agreed: Option<Negotiated>,
    /// The keys that were agreed with it.
    pair: Option<CryptoPair>,
    /// The keys of our last offer, by the tags that answers to it name.
    offered: Vec<Crypto>,
    streams: Vec<Stream>,
    published: Option<SessionDescription>,
}

/// Our line in answer to an encrypted offer, and the keys that follow from it.
type Keyed = (Crypto, CryptoPair);

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
            security: Security::Off,
            keys: Vec::new(),
            agreed: None,
            pair: None,
            offered: Vec::new(),
            streams: Vec::new(),
            published: None,
        }
    }

    /// Encrypts the stream as `security` says, with these keys of ours: one for each suite, the preferred one first.
    #[must_use]
    pub fn secured(mut self, security: Security, keys: Vec<Crypto>) -> Self {
        self.security = security;
        self.take_keys(keys);
        self
    }

    /// Takes keys of ours, where the stream may be encrypted.
    pub fn take_keys(&mut self, keys: Vec<Crypto>) {
        self.keys = match self.security {
            Security::Off => Vec::new(),
            Security::Optional | Security::Required => keys,
        };
    }

    /// Whether the stream may be encrypted and there are no keys of ours for that yet.
    #[must_use]
    pub fn lacks_keys(&self) -> bool {
        self.security != Security::Off && self.keys.is_empty()
    }

    /// The keys of the agreed stream; `None` = it is plain.
    #[must_use]
    pub const fn crypto(&self) -> Option<&CryptoPair> {
        self.pair.as_ref()
    }

    /// Writes an offer: the first of the call, or one that asks for both directions again.
    #[must_use]
    pub fn offer(&mut self) -> String {
        if self.streams.is_empty() {
            let required = self.security == Security::Required;
            let profile = if required { Profile::Savp } else { Profile::Avp };
            self.streams.push(Stream::Audio { profile });
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
        self.offered = self.keys_to_offer();
        let described = self.describe(&Audio {
            port: self.port,
            profile: Profile::Avp,
            codecs: &codecs,
            events: &events,
            packet_time: self.agreed.map_or(self.wanted.packet_time, |agreed| agreed.packet_time),
            multiplexed: self.agreed.is_none_or(|agreed| agreed.control_port.is_none()),
            direction: Direction::SendRecv,
            crypto: &self.offered,
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
        let (at, agreed, keys) = self.choose(&offer).ok_or(SdpError::Incompatible)?;
        let (crypto, pair) = keys.unzip();
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
        self.keep(agreed, pair);
        let mut described = self.describe(&Audio {
            port: self.port,
            profile: agreed.profile,
            codecs: &[(agreed.payload_type, agreed.codec)],
            events: agreed.events.as_slice(),
            packet_time: agreed.packet_time,
            multiplexed: agreed.control_port.is_none(),
            direction: agreed.direction,
            crypto: crypto.as_slice(),
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
        let taken = answer.media.iter().find_map(|media| {
            let agreed = usable(&answer, media, self.address, &self.wanted)?;
            let pair = crypto::accepted(media, &self.offered);
            let wanted = agreed.profile.is_secure() || self.security == Security::Required;
            (pair.is_some() || !wanted).then_some((agreed, pair))
        });
        let (agreed, pair) = taken.ok_or(SdpError::Incompatible)?;
        self.keep(agreed, pair);
        Ok(agreed)
    }

    /// Keeps what was agreed; a number that keys once had stays theirs.
    fn keep(&mut self, mut agreed: Negotiated, pair: Option<CryptoPair>) {
        let before = self.agreed.and_then(|before| before.events);
        agreed.events = agreed.events.or(before);
        self.agreed = Some(agreed);
        self.pair = pair;
    }

    /// The keys that an offer names: the one in use, or all of them before anything is agreed.
    fn keys_to_offer(&self) -> Vec<Crypto> {
        let numbered = |(crypto, tag): (&Crypto, u32)| Crypto { tag, ..crypto.clone() };
        match (&self.pair, self.agreed) {
            (Some(pair), _) => {
                let in_use = self.keys.iter().filter(|crypto| crypto.suite == pair.suite);
                in_use.zip(1..).map(numbered).collect()
            }
            (None, Some(_)) => Vec::new(),
            (None, None) => self.keys.iter().zip(1..).map(numbered).collect(),
        }
    }

    /// The key formats of an offer: one for each clock of our codecs, under numbers of their own.
    fn offered_events(&self) -> Vec<EventFormat> {
        let known = self.agreed.and_then(|agreed| agreed.events);
        let mut events: Vec<EventFormat> = known.into_iter().collect();
        for clock_rate in self.wanted.codecs.iter().map(|codec| codec.clock_rate()) {
            if events.iter().any(|event| event.clock_rate == clock_rate) {
                continue;
            }
            let audio = self.agreed.map(|agreed| agreed.payload_type);
            let free = |number: &u8| {
                audio != Some(*number) && events.iter().all(|event| event.payload_type != *number)
            };
            let number = (EVENT_PAYLOAD_TYPE..).find(free).unwrap_or(EVENT_PAYLOAD_TYPE);
            events.push(EventFormat { payload_type: number, clock_rate });
        }
        events
    }

    /// The first usable audio stream and what it comes to: an encrypted one before plain ones, where both are taken.
    fn choose(&self, theirs: &SessionDescription) -> Option<(usize, Negotiated, Option<Keyed>)> {
        let usable = theirs.media.iter().enumerate().filter_map(|(place, media)| {
            let agreed = usable(theirs, media, self.address, &self.wanted)?;
            let keys = crypto::answering(media, &self.keys);
            let wanted = agreed.profile.is_secure() || self.security == Security::Required;
            (keys.is_some() || !wanted).then_some((place, agreed, keys))
        });
        usable.min_by_key(|(_, _, keys)| keys.is_none())
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
