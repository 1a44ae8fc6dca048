//! The transport of a stream as its `m=` line names it.

/// An RTP profile that we can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// `RTP/AVP`, RFC 3551.
    Avp,
    /// `RTP/AVPF`, RFC 4585: the same packets; early feedback is allowed and not used.
    Avpf,
}

impl Profile {
    const ALL: [Self; 2] = [Self::Avp, Self::Avpf];

    /// The profile of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| name.eq_ignore_ascii_case(profile.name()))
    }

    /// The name in the `m=` line.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Avp => "RTP/AVP",
            Self::Avpf => "RTP/AVPF",
        }
    }
}
