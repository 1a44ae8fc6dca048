//! What a fact is about.

use super::fact::Fact;
use super::parts::OfferId;

impl Fact {
    /// The offer it is about.
    #[must_use]
    pub const fn offer(&self) -> Option<OfferId> {
        match self {
            Self::Offered { offer, .. }
            | Self::Rang { offer, .. }
            | Self::OfferClosed { offer, .. }
            | Self::Answered { offer, .. } => Some(*offer),
            _ => None,
        }
    }
}
