//! Which way media flows.

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
    pub(super) const fn silenced(self) -> Self {
        match self {
            Self::SendRecv | Self::RecvOnly => Self::RecvOnly,
            Self::SendOnly | Self::Inactive => Self::Inactive,
        }
    }

    /// Our side of what the far side's description says.
    pub(super) const fn answering(theirs: sipx_sdp::Direction) -> Self {
        match theirs {
            sipx_sdp::Direction::SendRecv => Self::SendRecv,
            sipx_sdp::Direction::SendOnly => Self::RecvOnly,
            sipx_sdp::Direction::RecvOnly => Self::SendOnly,
            sipx_sdp::Direction::Inactive => Self::Inactive,
        }
    }

    /// The attribute that says so.
    pub(super) const fn attribute(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}
