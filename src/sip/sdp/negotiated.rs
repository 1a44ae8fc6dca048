//! What an exchange of offer and answer comes to, and what we would like it to be.

use std::net::SocketAddr;

use super::codec::Codec;
use super::direction::Direction;
use super::profile::Profile;
use crate::time::Duration;

/// What we would like the stream to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// The codecs that we take, in the order of our own offers.
    pub codecs: Vec<Codec>,
    /// Whether our order decides over that of an offer.
    pub ours_first: bool,
    /// The time of audio in one packet where the far side names none: 10–60 ms, whole tens.
    pub packet_time: Duration,
}

impl Preferences {
    /// These codecs, the offerer's order, packets of 20 ms.
    #[must_use]
    pub fn new(codecs: &[Codec]) -> Self {
        let packet_time = Duration::from_millis(20);
        Self { codecs: codecs.to_vec(), ours_first: false, packet_time }
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self::new(&Codec::ALL)
    }
}

/// How keys are sent as telephone-events (RFC 4733).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventFormat {
    /// The payload type, 0–127.
    pub payload_type: u8,
    /// How many units of timestamps and durations are a second: that of the codec, where the far side keeps the rules.
    pub clock_rate: u32,
}

/// The stream that both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Negotiated {
    /// The transport.
    pub profile: Profile,
    /// Where the far side takes media. The address is unspecified (`0.0.0.0`) in the hold form of RFC 2543;
    /// `direction` then forbids sending.
    pub remote: SocketAddr,
    /// The port there that takes RTCP (RFC 3605); `None` = that of the media (RFC 5761).
    pub control_port: Option<u16>,
    /// The one codec, both ways.
    pub codec: Codec,
    /// Its payload type, 0–127.
    pub payload_type: u8,
    /// The time of audio in the packets that we send: 10–60 ms, whole tens.
    pub packet_time: Duration,
    /// How keys are sent; `None` = keys come another way, if at all.
    pub events: Option<EventFormat>,
    /// The payload type under which the far side takes comfort noise (RFC 3389). We do not ask for it: pauses that are sent
    /// as they are sound better. It may come all the same.
    pub comfort_noise: Option<u8>,
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
