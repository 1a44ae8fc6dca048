//! The transport of a stream as its `m=` line names it.

/// An RTP profile that we can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `RTP/AVP`, RFC 3551.
    Avp,
    /// `RTP/AVPF`, RFC 4585: the same packets; early feedback is allowed and not used.
    Avpf,
    /// `RTP/SAVP`, RFC 3711: encrypted by keys in the description.
    Savp,
    /// `RTP/SAVPF`, RFC 5124: both.
    Savpf,
}

impl Profile {
    const ALL: [Self; 4] = [Self::Avp, Self::Avpf, Self::Savp, Self::Savpf];

    /// The profile of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| name.eq_ignore_ascii_case(profile.name()))
    }

    /// The name in the `m=` line.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Avp => "RTP/AVP",
            Self::Avpf => "RTP/AVPF",
            Self::Savp => "RTP/SAVP",
            Self::Savpf => "RTP/SAVPF",
        }
    }

    /// Whether a stream of this profile must be encrypted. The others may be (RFC 8643).
    pub(super) const fn is_secure(self) -> bool {
        matches!(self, Self::Savp | Self::Savpf)
    }
}
