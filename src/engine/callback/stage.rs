//! How far a wish has come, and who is on the phone for it.

use super::customer::Held;
use crate::call::{AgentId, LegId};
use crate::time::Instant;

/// How a wish stands.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// Not before then: a gap, or the calling hours.
    Resting { until: Instant },
    /// In line, until the calling hours end.
    InLine { until: Instant },
    /// In line for nobody yet: looked at again then, until the calling hours end.
    Watched { until: Instant, closes: Instant },
    /// The customer is rung before an agent.
    Called { customer: LegId, since: Instant },
    /// The customer answered before an agent, and is asked to confirm.
    Confirming { customer: LegId, since: Instant, until: Instant },
    /// The customer has confirmed and waits for an agent; looked at again then.
    Holding { held: Held, until: Instant },
    /// The agent is there, the customer is rung.
    Rung { with: Pair, since: Instant },
    /// The customer answered, and is asked to confirm.
    Asked { with: Pair, since: Instant, until: Instant },
    /// They talk.
    Talking { with: Pair, since: Instant, talk: Instant },
}

/// An agent and a customer.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) agent: AgentId,
    pub(super) agent_leg: LegId,
    pub(super) customer: LegId,
}

impl Stage {
    /// When something is due.
    pub(super) const fn due(&self) -> Option<Instant> {
        match self {
            Self::Resting { until }
            | Self::InLine { until }
            | Self::Watched { until, .. }
            | Self::Confirming { until, .. }
            | Self::Holding { until, .. }
            | Self::Asked { until, .. } => Some(*until),
            Self::Called { .. } | Self::Rung { .. } | Self::Talking { .. } => None,
        }
    }

    /// Whether nobody is on the phone for it.
    pub(super) const fn is_idle(&self) -> bool {
        matches!(self, Self::Resting { .. } | Self::InLine { .. } | Self::Watched { .. })
    }

    /// Whether it stands in its queue's line.
    pub(super) const fn is_in_line(&self) -> bool {
        match self {
            Self::InLine { .. }
            | Self::Watched { .. }
            | Self::Called { .. }
            | Self::Confirming { .. }
            | Self::Holding { .. } => true,
            Self::Resting { .. }
            | Self::Rung { .. }
            | Self::Asked { .. }
            | Self::Talking { .. } => false,
        }
    }

    /// The legs of those who are called for it, and do not talk yet.
    pub(super) fn rung(&self) -> Vec<LegId> {
        match self {
            Self::Resting { .. }
            | Self::InLine { .. }
            | Self::Watched { .. }
            | Self::Talking { .. } => Vec::new(),
            Self::Called { customer, .. } | Self::Confirming { customer, .. } => vec![*customer],
            Self::Holding { held, .. } => vec![held.customer],
            Self::Rung { with, .. } | Self::Asked { with, .. } => {
                vec![with.customer, with.agent_leg]
            }
        }
    }
}
