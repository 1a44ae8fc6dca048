//! What callers and agents do by themselves, and when.

use sambung::call::{AgentId, CallId};
use sambung::queue::{Input, OfferFailure, OfferId};
use sambung::time::Duration;

use crate::chance::Chance;

/// One thing that will happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    /// The next caller calls.
    Arrives,
    /// A caller loses patience.
    GivesUp(CallId),
    /// An agent's phone registers.
    Comes(AgentId),
    /// An agent's phone is gone.
    Goes(AgentId),
    /// An agent wants a break.
    Breaks(AgentId),
    /// An agent is back.
    Returns(AgentId),
    /// An agent needs no more wrap-up.
    WrapsUp(AgentId),
    /// The agent's phone rings.
    Rings(OfferId),
    /// The agent picks up.
    PicksUp(OfferId),
    /// The agent's phone says no.
    Fails(OfferId, OfferFailure),
    /// The leg of an offer that was taken back ends.
    LegEnds(OfferId),
    /// Caller and agent part.
    Parts(CallId),
    /// A word arrives again.
    Echo(Box<Input>),
}

/// What becomes of an offer at the agent's side.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    /// Rings, then is picked up.
    PickedUp { rings: Duration, answers: Duration },
    /// Rings until the ring time is over, a little late.
    RungOut { rings: Duration, late: Duration },
    /// Fails before or while it rings.
    Failed { after: Duration, cause: OfferFailure },
    /// The phone dies; nothing is ever heard of it.
    Vanished,
}

impl Fate {
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        match chance.between(0, 99) {
            0..60 => Self::PickedUp {
                rings: chance.millis(20, 300),
                answers: chance.millis(400, 18_000),
            },
            60..75 => {
                Self::RungOut { rings: chance.millis(20, 300), late: chance.millis(0, 1_500) }
            }
            75..83 => {
                Self::Failed { after: chance.millis(30, 6_000), cause: OfferFailure::Rejected }
            }
            83..90 => Self::Failed { after: chance.millis(30, 200), cause: OfferFailure::Busy },
            90..96 => {
                Self::Failed { after: chance.millis(30, 8_000), cause: OfferFailure::Unreachable }
            }
            _ => Self::Vanished,
        }
    }
}
