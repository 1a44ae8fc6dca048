//! What the signalling agreed on for one leg.

use std::net::SocketAddr;

use crate::media::{Codec, SourcePolicy};

/// Which way media flows, seen from us (RFC 3264 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// We send only: the far side listens.
    SendOnly,
    /// We receive only: the far side put us on hold.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// Whether we may send.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the far side may send.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

/// The agreed stream of one leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// Where the far side wants its packets.
    pub remote: SocketAddr,
    /// The codec, both ways.
    pub codec: Codec,
    /// The codec's payload type, both ways.
    pub payload_type: u8,
    /// The payload type of telephone-event at 8 kHz, both ways, if it was agreed.
    pub event_payload_type: Option<u8>,
    /// Which way media flows.
    pub direction: Direction,
    /// Whose packets are taken.
    pub source: SourcePolicy,
}
