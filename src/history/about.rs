//! What a fact is about.

use super::fact::Fact;
use super::parts::OfferId;
use crate::call::QueueId;

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

    /// The queue it is about.
    #[must_use]
    pub const fn queue(&self) -> Option<&QueueId> {
        match self {
            Self::Enqueued { queue, .. }
            | Self::Refused { queue, .. }
            | Self::Reprioritised { queue, .. }
            | Self::Announced { queue, .. }
            | Self::Left { queue, .. }
            | Self::Offered { queue, .. }
            | Self::OfferClosed { queue, .. }
            | Self::Answered { queue, .. }
            | Self::CallbackAsked { queue, .. } => Some(queue),
            Self::HandedOver { queue, .. }
            | Self::TalkEnded { queue, .. }
            | Self::AgentChanged { queue, .. }
            | Self::SurveyAsked { queue, .. }
            | Self::Surveyed { queue, .. } => queue.as_ref(),
            Self::NodeStarted { .. }
            | Self::NodeStopped {}
            | Self::ConfigChanged { .. }
            | Self::CallBegan { .. }
            | Self::CallEnded { .. }
            | Self::Rang { .. }
            | Self::Held { .. }
            | Self::Resumed { .. }
            | Self::Supervised { .. }
            | Self::CallbackTried { .. }
            | Self::CallbackEnded { .. }
            | Self::TicketOpened { .. }
            | Self::TicketChanged { .. }
            | Self::RecordingKept { .. }
            | Self::RecordingRefused { .. }
            | Self::Expired { .. }
            | Self::Exported { .. }
            | Self::Erased { .. } => None,
        }
    }
}
