//! What the signalling agreed on for one leg.

use std::net::SocketAddr;

use crate::media::{Codec, SourcePolicy};
use crate::time::Duration;

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

/// How keys are sent as telephone-events (RFC 4733).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventFormat {
    /// The payload type, both ways.
    pub payload_type: u8,
    /// How many units of timestamps and durations are a second.
    pub clock_rate: u32,
}

/// The agreed stream of one leg.
///
/// Keys of SRTP would join here: a stream that has them is opened by `Leg::arrive` and closed by `Line::send`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// Where the far side wants its packets.
    pub remote: SocketAddr,
    /// The port there that takes RTCP; `None` = that of the media (RFC 5761).
    pub control_port: Option<u16>,
    /// The codec, both ways.
    pub codec: Codec,
    /// The codec's payload type, both ways.
    pub payload_type: u8,
    /// The time of audio in each packet that we send: 10–60 ms, whole tens.
    pub packet_time: Duration,
    /// How keys are sent, if it was agreed.
    pub events: Option<EventFormat>,
    /// The payload type of comfort noise (RFC 3389) beside the static 13, if the far side may send it.
    pub comfort_noise: Option<u8>,
    /// Which way media flows.
    pub direction: Direction,
    /// Whose packets are taken.
    pub source: SourcePolicy,
}
