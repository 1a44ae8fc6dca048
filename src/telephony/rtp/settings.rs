//! How media threads are set up.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;

use crate::time::Duration;

/// What `rtp:` in the configuration decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The ports to take; RTP uses the even ones.
    pub ports: RangeInclusive<u16>,
    /// The address that sockets are bound to.
    pub bind: IpAddr,
    /// How many threads; 0 = one per core.
    pub threads: usize,
    /// Silence that is sent before the first sound, so that the path is open when it comes: 300–500 ms.
    pub lead_in: Duration,
    /// How long no packet may come before media counts as lost.
    pub lost_after: Duration,
    /// How many legs may be open at a time.
    pub max_streams: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ports: 20_000..=29_999,
            bind: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            threads: 0,
            lead_in: Duration::from_millis(400),
            lost_after: Duration::from_secs(5),
            max_streams: 4_000,
        }
    }
}
