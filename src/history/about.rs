//! What a fact is about.

use super::fact::Fact;
use super::parts::OfferId;
use crate::call::{AgentId, QueueId};

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
            | Self::RecordingBegan { .. }
            | Self::RecordingLost { .. }
            | Self::RecordingKept { .. }
            | Self::RecordingRefused { .. }
            | Self::Expired { .. }
            | Self::Exported { .. }
            | Self::Erased { .. } => None,
        }
    }

    /// The agent it is about.
    #[must_use]
    pub const fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Offered { agent, .. }
            | Self::Rang { agent, .. }
            | Self::OfferClosed { agent, .. }
            | Self::Answered { agent, .. }
            | Self::TalkEnded { agent, .. }
            | Self::AgentChanged { agent, .. } => Some(agent),
            Self::HandedOver { to: agent, .. }
            | Self::Held { agent, .. }
            | Self::Resumed { agent, .. }
            | Self::Supervised { agent, .. }
            | Self::CallbackTried { agent, .. }
            | Self::TicketOpened { owner: agent, .. }
            | Self::TicketChanged { owner: agent, .. }
            | Self::SurveyAsked { agent, .. }
            | Self::Surveyed { agent, .. } => agent.as_ref(),
            Self::NodeStarted { .. }
            | Self::NodeStopped {}
            | Self::ConfigChanged { .. }
            | Self::CallBegan { .. }
            | Self::CallEnded { .. }
            | Self::Enqueued { .. }
            | Self::Refused { .. }
            | Self::Reprioritised { .. }
            | Self::Announced { .. }
            | Self::Left { .. }
            | Self::CallbackAsked { .. }
            | Self::CallbackEnded { .. }
            | Self::RecordingBegan { .. }
            | Self::RecordingLost { .. }
            | Self::RecordingKept { .. }
            | Self::RecordingRefused { .. }
            | Self::Expired { .. }
            | Self::Exported { .. }
            | Self::Erased { .. } => None,
        }
    }
}
