//! How messages travel: what each transport is called, and what it does by itself.

use std::fmt;

/// A transport of SIP (RFC 3261 §18, RFC 7118).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Datagrams, which may be lost.
    Udp,
    /// A connection in clear.
    Tcp,
    /// A connection that nobody can read or change.
    Tls,
    /// A WebSocket in clear.
    Ws,
    /// A WebSocket that nobody can read or change.
    Wss,
}

impl Transport {
    /// Every transport.
    pub const ALL: [Self; 5] = [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss];

    /// Whether what is sent arrives, or the connection ends: then nothing need be repeated (RFC 3261 §17).
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        match self {
            Self::Udp => false,
            Self::Tcp | Self::Tls | Self::Ws | Self::Wss => true,
        }
    }

    /// Whether nobody on the way can read it.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        match self {
            Self::Tls | Self::Wss => true,
            Self::Udp | Self::Tcp | Self::Ws => false,
        }
    }

    /// Whether a connection can be opened to a place; a WebSocket is opened by the phone alone (RFC 7118 §5).
    #[must_use]
    pub const fn opens(self) -> bool {
        match self {
            Self::Tcp | Self::Tls => true,
            Self::Udp | Self::Ws | Self::Wss => false,
        }
    }

    /// The port where none is written (RFC 3261 §19.1.2, RFC 7118 §5.4).
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// Its name in lower case, as `listen` has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The transport of this name, in any case.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|transport| transport.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// Its name in `Via`.
    pub(super) const fn in_via(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// Its `transport` parameter in a URI of ours, with the semicolon; none for UDP. Under `sips` TLS is what TCP
    /// means (RFC 3261 §26.2.2), and `ws` stands for both kinds of `WebSocket` (RFC 7118 §5.2.3).
    pub(super) const fn parameter(self, sips: bool) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tls if sips => "",
            Self::Tcp => ";transport=tcp",
            Self::Tls => ";transport=tls",
            Self::Ws | Self::Wss => ";transport=ws",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
