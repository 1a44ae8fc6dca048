//! The speech codecs as SDP names them.

use crate::time::Duration;

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

    /// The payload type of our own offers: the one that RFC 3551 §6 assigns.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// How many units of the timestamp are a second.
    #[must_use]
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8_000,
        }
    }

    /// The format as an `a=rtpmap` writes it.
    pub(super) const fn format(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
        }
    }

    /// The codec that RFC 3551 §6 assigns to a payload type, so that no `a=rtpmap` is needed.
    pub(super) fn assigned(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            _ => None,
        }
    }

    /// The time nearest to `wanted` that packets of this codec can have.
    pub(super) const fn packet_time(self, wanted: Duration) -> Duration {
        match self {
            Self::Pcmu | Self::Pcma => wanted,
        }
    }
}
