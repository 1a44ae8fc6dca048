//! The speech codecs as SDP names them.

use crate::time::Duration;

/// A speech codec that we can send and receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Codec {
    /// G.711 µ-law, 8 kHz, static payload type 0.
    Pcmu,
    /// G.711 A-law, 8 kHz, static payload type 8.
    Pcma,
    /// G.722 at 64 kbit/s, static payload type 9; its clock is said to be 8 kHz (RFC 3551 §4.5.2).
    G722,
    /// Opus, always named with 48 kHz and two channels (RFC 7587 §7).
    Opus,
}

impl Codec {
    /// All codecs, in the order that our own offers name them by default.
    pub const ALL: [Self; 4] = [Self::Pcmu, Self::Pcma, Self::G722, Self::Opus];

    /// The payload type of our own offers: the one that RFC 3551 §6 assigns, else the number most phones use.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
            Self::Opus => 111,
        }
    }

    /// How many units of the timestamp are a second.
    #[must_use]
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => 8_000,
            Self::Opus => 48_000,
        }
    }

    /// The format as an `a=rtpmap` writes it.
    pub(super) const fn format(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
            Self::G722 => "G722/8000",
            Self::Opus => "opus/48000/2",
        }
    }

    /// The codec that RFC 3551 §6 assigns to a payload type, so that no `a=rtpmap` is needed.
    pub(super) fn assigned(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            9 => Some(Self::G722),
            _ => None,
        }
    }

    /// The time that our packets of this codec have where `wanted` is wanted: those of Opus always 20 ms.
    pub(super) const fn packet_time(self, wanted: Duration) -> Duration {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => wanted,
            Self::Opus => Duration::from_millis(20),
        }
    }
}
