//! The offer/answer model of one call (RFC 3264) over SDP (RFC 8866): bodies in, bodies and the agreed stream out.
//!
//! One audio stream with one G.711 codec and RFC 4733 keys; every other stream of an offer is declined with port 0.
//! It knows no dialogs, no sockets and nothing of how media is sent.

use std::net::{IpAddr, SocketAddr};

use sipx_sdp::rtpmap::same_format;
use sipx_sdp::{Attribute, Connection, MediaDescription, Origin, SessionDescription};

/// Most streams (`m=` lines) that an offer may hold; more is refused as malformed.
const MAX_STREAMS: usize = 8;
/// Most payload formats looked at in one stream; later ones count as not offered.
const MAX_FORMATS: usize = 64;
/// The payload type that our own offers give to telephone-event; the number most phones use.
const EVENT_PAYLOAD_TYPE: u8 = 101;
/// The packet time that we announce, in milliseconds.
const PTIME_MS: &str = "20";
/// The keys that we take by RFC 4733: event codes 0–15.
const EVENT_CODES: &str = "0-15";
/// The format of keys at the clock rate of both our codecs.
const EVENT_FORMAT: &str = "telephone-event/8000";

/// A speech codec that we can send and receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Codec {
    /// G.711 µ-law, 8 kHz, static payload type 0.
    Pcmu,
    /// G.711 A-law, 8 kHz, static payload type 8.
    Pcma,
}

impl Codec {
    /// All codecs, in the order that our own offers name them by default.
    pub const ALL: [Self; 2] = [Self::Pcmu, Self::Pcma];

    /// The payload type that RFC 3551 §6 assigns.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The format as an `a=rtpmap` writes it.
    const fn format(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
        }
    }
}

/// Which way media flows, as seen from our side (RFC 8866 §6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// We send only.
    SendOnly,
    /// We receive only: the far side holds us.
    RecvOnly,
    /// Neither way.
    Inactive,
}

impl Direction {
    /// Whether we send.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether we receive.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same with sending switched off.
    const fn silenced(self) -> Self {
        match self {
            Self::SendRecv | Self::RecvOnly => Self::RecvOnly,
            Self::SendOnly | Self::Inactive => Self::Inactive,
        }
    }

    /// Our side of what the far side's description says.
    const fn answering(theirs: sipx_sdp::Direction) -> Self {
        match theirs {
            sipx_sdp::Direction::SendRecv => Self::SendRecv,
            sipx_sdp::Direction::SendOnly => Self::RecvOnly,
            sipx_sdp::Direction::RecvOnly => Self::SendOnly,
            sipx_sdp::Direction::Inactive => Self::Inactive,
        }
    }

    const fn attribute(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// The stream that both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Negotiated {
    /// Where the far side takes media. The address is unspecified (`0.0.0.0`) in the hold form of RFC 2543;
    /// `direction` then forbids sending.
    pub remote: SocketAddr,
    /// The one codec, both ways.
    pub codec: Codec,
    /// Its payload type, 0–127.
    pub payload_type: u8,
    /// The payload type of telephone-event at 8 kHz; `None` = keys come another way, if at all.
    pub event_payload_type: Option<u8>,
    /// Which way media flows, from our side.
    pub direction: Direction,
}

impl Negotiated {
    /// Whether the far side has put us on hold.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        !self.direction.sends()
    }
}

/// Why an offer or answer cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpError {
    /// The body is no session description.
    #[error("read the session description")]
    Malformed,
    /// It is one, but holds no audio stream with a codec, transport and address that we share.
    #[error("find a common audio stream")]
    Incompatible,
}

impl SdpError {
    /// The SIP status that says so: 400 or 488.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Incompatible => 488,
        }
    }
}

/// Our side of the offers and answers of one call.
///
/// It remembers what a later offer must keep: the session id and version of `o=`, the order of the streams, and the
/// payload type of keys. A refused body changes nothing.
#[derive(Debug, Clone)]
pub struct OfferAnswer {
    address: IpAddr,
    port: u16,
    session_id: u64,
    version: u64,
    codecs: Vec<Codec>,
    event_payload_type: Option<u8>,
    streams: Vec<Stream>,
    published: Option<SessionDescription>,
}

/// One `m=` line of the call, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stream {
    /// The audio stream, with the transport its first offer named.
    Audio { protocol: String },
    /// A stream that we declined.
    Declined { media: String, protocol: String, format: String },
}

impl OfferAnswer {
    /// Starts for media at `address:port`; `codecs` is the order of our own offers, `session_id` the id in `o=`.
    #[must_use]
    pub fn new(address: IpAddr, port: u16, session_id: u64, codecs: &[Codec]) -> Self {
        Self {
            address,
            port,
            session_id,
            version: 0,
            codecs: codecs.to_vec(),
            event_payload_type: Some(EVENT_PAYLOAD_TYPE),
            streams: Vec::new(),
            published: None,
        }
    }

    /// Writes an offer: the first of the call, or one that asks for both directions again.
    #[must_use]
    pub fn offer(&mut self) -> String {
        if self.streams.is_empty() {
            self.streams.push(Stream::Audio { protocol: "RTP/AVP".to_owned() });
        }
        let codecs: Vec<_> =
            self.codecs.iter().map(|codec| (codec.payload_type(), *codec)).collect();
        let described = self.describe(&codecs, self.event_payload_type, Direction::SendRecv);
        self.publish(described)
    }

    /// Answers an offer: the first codec of its order that we have, and keys if it names them.
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
            .map(|(place, media)| Stream::of(media, place == at))
            .collect();
        self.event_payload_type = agreed.event_payload_type.or(self.event_payload_type);
        let mut described = self.describe(
            &[(agreed.payload_type, agreed.codec)],
            agreed.event_payload_type,
            agreed.direction,
        );
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
        self.event_payload_type = agreed.event_payload_type.or(self.event_payload_type);
        Ok(agreed)
    }

    /// The first usable audio stream and what it comes to.
    fn choose(&self, theirs: &SessionDescription) -> Option<(usize, Negotiated)> {
        theirs
            .media
            .iter()
            .enumerate()
            .find_map(|(place, media)| Some((place, self.usable(theirs, media)?)))
    }

    fn usable(&self, theirs: &SessionDescription, media: &MediaDescription) -> Option<Negotiated> {
        if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 {
            return None;
        }
        if !["RTP/AVP", "RTP/AVPF"].iter().any(|known| media.protocol.eq_ignore_ascii_case(known)) {
            return None;
        }
        let address = theirs.address_for(media)?.to_canonical();
        if address.is_ipv4() != self.address.is_ipv4() || is_shared(address) {
            return None;
        }
        let (payload_type, codec) = formats(media).find_map(|(payload_type, name)| {
            let codec = self.codecs.iter().find(|codec| same_format(name, codec.format()))?;
            Some((payload_type, *codec))
        })?;
        let event_payload_type = formats(media)
            .find(|(_, name)| same_format(name, EVENT_FORMAT))
            .map(|(payload_type, _)| payload_type);
        let direction = media.declared_direction().unwrap_or_else(|| theirs.direction());
        let direction = Direction::answering(direction);
        Some(Negotiated {
            remote: SocketAddr::new(address, media.port),
            codec,
            payload_type,
            event_payload_type,
            // RFC 3264 §8.4: the unspecified address is an old phone's way to say hold.
            direction: if address.is_unspecified() { direction.silenced() } else { direction },
        })
    }

    /// Our description with the streams in their places.
    fn describe(
        &self,
        codecs: &[(u8, Codec)],
        event_payload_type: Option<u8>,
        direction: Direction,
    ) -> SessionDescription {
        let mut described = SessionDescription::new(self.address, self.session_id, 0);
        described.origin = Origin::new(self.address, self.session_id, 0);
        described.connection = Some(Connection::new(self.address));
        described.media = self
            .streams
            .iter()
            .map(|stream| match stream {
                Stream::Audio { protocol } => {
                    audio(self.port, protocol, codecs, event_payload_type, direction)
                }
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
    fn of(offered: &MediaDescription, taken: bool) -> Self {
        if taken {
            return Self::Audio { protocol: offered.protocol.clone() };
        }
        Self::Declined {
            media: offered.media.clone(),
            protocol: offered.protocol.clone(),
            format: offered.formats.first().cloned().unwrap_or_else(|| "0".to_owned()),
        }
    }
}

/// Reads a body within our bounds.
fn parse(body: &[u8]) -> Result<SessionDescription, SdpError> {
    let text = std::str::from_utf8(body).map_err(|_| SdpError::Malformed)?;
    let described = sipx_sdp::parse(text).map_err(|_| SdpError::Malformed)?;
    let plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_graphic());
    // What we echo in an answer must be tokens, or the answer would be as malformed as the offer.
    let tokens = described.media.iter().all(|media| {
        plain(&media.media) && plain(&media.protocol) && media.formats.iter().all(|f| plain(f))
    });
    if !tokens || described.media.len() > MAX_STREAMS {
        return Err(SdpError::Malformed);
    }
    Ok(described)
}

/// Payload type and format name of each format of a stream; static types need no `a=rtpmap` (RFC 3551 §6).
fn formats(media: &MediaDescription) -> impl Iterator<Item = (u8, &str)> {
    media.formats.iter().take(MAX_FORMATS).filter_map(|format| {
        let payload_type = format.parse::<u8>().ok().filter(|number| *number < 128)?;
        let assigned = Codec::ALL.iter().find(|codec| codec.payload_type() == payload_type);
        let name = media.rtpmap(format).or_else(|| assigned.map(|codec| codec.format()))?;
        Some((payload_type, name.trim()))
    })
}

/// Whether an address stands for many receivers, to which a call's media must never go.
fn is_shared(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_multicast(),
    }
}

/// Our audio stream.
fn audio(
    port: u16,
    protocol: &str,
    codecs: &[(u8, Codec)],
    event_payload_type: Option<u8>,
    direction: Direction,
) -> MediaDescription {
    let named = codecs.iter().map(|(payload_type, codec)| (*payload_type, codec.format()));
    let named: Vec<_> =
        named.chain(event_payload_type.map(|event| (event, EVENT_FORMAT))).collect();
    let mut media =
        MediaDescription::audio(port, named.iter().map(|(number, _)| number.to_string()).collect());
    protocol.clone_into(&mut media.protocol);
    media.attributes = named
        .iter()
        .map(|(number, format)| Attribute::valued("rtpmap", format!("{number} {format}")))
        .chain(
            event_payload_type
                .map(|event| Attribute::valued("fmtp", format!("{event} {EVENT_CODES}"))),
        )
        .chain([Attribute::valued("ptime", PTIME_MS), Attribute::flag(direction.attribute())])
        .collect();
    media
}

#[cfg(test)]
mod tests;
