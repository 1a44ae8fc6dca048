//! What the signalling agreed on for one leg.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::media::{Codec, Law, MasterKey, SourcePolicy};
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

/// The keys of an encrypted stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Keys {
    /// What we send is under this one.
    pub sealing: MasterKey,
    /// What the far side sends is under this one.
    pub opening: MasterKey,
}

/// The agreed stream of one leg.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The payload type of comfort noise (RFC 3389), if the far side takes it. It may send it under the static 13 too.
    pub comfort_noise: Option<u8>,
    /// Which way media flows.
    pub direction: Direction,
    /// Whose packets are taken.
    pub source: SourcePolicy,
    /// The keys, if it is encrypted: then nothing is sent or taken in the clear.
    pub keys: Option<Arc<Keys>>,
    /// Whether keys are listened for in the audio although telephone-events were agreed on.
    pub tones: bool,
}

/// How packets of one stream become those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// As they are.
    Untouched,
    /// Byte for byte from one law of G.711 to the other.
    Law(Law, Law),
    /// Decoded and encoded anew.
    Anew,
}

impl Stream {
    /// Whether keys may come as tones in the audio.
    pub(super) const fn has_tones(&self) -> bool {
        self.tones || self.events.is_none()
    }

    /// What one packet adds to the timestamp.
    pub(super) fn step(&self) -> u32 {
        let units = self.packet_time.as_millis() * u64::from(self.codec.clock_rate()) / 1_000;
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// How packets of this stream get into another one.
    pub(super) fn passage(&self, to: &Self) -> Passage {
        let clocks = |stream: &Self| stream.events.map(|events| events.clock_rate);
        let same_keys = self.events.is_none() || to.events.is_none() || clocks(self) == clocks(to);
        if self.packet_time != to.packet_time || !same_keys {
            return Passage::Anew;
        }
        match (self.codec.law(), to.codec.law()) {
            _ if self.codec == to.codec => Passage::Untouched,
            (Some(from), Some(to)) => Passage::Law(from, to),
            _ => Passage::Anew,
        }
    }
}
