//! What a journal says that the world did, as something that a call alone can be told.

use crate::call::{AgentId, HangupCause, JournalOther, JournalQueue};
use crate::session::{Input, PeerNews, QueueNews};
use crate::simulation::solo::Solo;

/// What the world does for a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doing {
    /// It tells something.
    Tell(Input),
    /// An agent answers.
    AgentAnswers(AgentId),
    /// The number that was rung answers.
    TargetAnswers,
    /// The other party hangs up.
    OtherEnds,
    /// The agent hands the caller over to somebody who is rung.
    HandsOver,
    /// Whoever was rung is there, or the agent's colleague.
    HandedOver,
    /// The caller is with the agent again.
    Returns(HangupCause),
}

/// How offers end, in the words of records.
const OFFER_RESULTS: [&str; 5] = ["busy", "no_answer", "rejected", "unreachable", UNKNOWN_RESULT];

/// What stands for a result that this program does not know.
const UNKNOWN_RESULT: &str = "cancelled";

impl Doing {
    /// News of a queue.
    pub(super) fn of_queue(news: &JournalQueue) -> Self {
        Self::Tell(Input::Queue(match news {
            JournalQueue::Entered { position } => QueueNews::Entered { position: *position },
            JournalQueue::Led { queue, position } => {
                QueueNews::Led { queue: queue.clone(), position: *position }
            }
            JournalQueue::Moved { position } => QueueNews::Moved { position: *position },
            JournalQueue::Full => QueueNews::Full,
            JournalQueue::Unstaffed => QueueNews::Unstaffed,
            JournalQueue::Closed => QueueNews::Closed,
            JournalQueue::Expired => QueueNews::Expired,
            JournalQueue::PickedUp => QueueNews::PickedUp,
            JournalQueue::Offered { agent } => QueueNews::Offered { agent: agent.clone() },
            JournalQueue::OfferEnded { agent, result } => {
                let known = OFFER_RESULTS.into_iter().find(|known| **known == **result);
                let result = known.unwrap_or(UNKNOWN_RESULT);
                QueueNews::OfferEnded { agent: agent.clone(), result }
            }
            JournalQueue::Connected { agent } => return Self::AgentAnswers(agent.clone()),
        }))
    }

    /// News of the other party.
    pub(super) const fn of_other(news: JournalOther) -> Self {
        match news {
            JournalOther::Answered => Self::TargetAnswers,
            JournalOther::Failed(cause) => Self::Tell(Input::Peer(PeerNews::Failed(cause))),
            JournalOther::Ended => Self::OtherEnds,
            JournalOther::Lost => Self::Tell(Input::Peer(PeerNews::Lost)),
            JournalOther::Held => Self::Tell(Input::Peer(PeerNews::Held(true))),
            JournalOther::Resumed => Self::Tell(Input::Peer(PeerNews::Held(false))),
            JournalOther::Transferring => Self::HandsOver,
            JournalOther::Transferred => Self::HandedOver,
            JournalOther::Returned(cause) => Self::Returns(cause),
        }
    }

    /// Does it to a call.
    pub(super) fn carry_out(self, solo: &mut Solo) {
        match self {
            Self::Tell(input) => solo.tell(input),
            Self::AgentAnswers(agent) => solo.agent_answers(agent),
            Self::TargetAnswers => solo.target_answers(),
            Self::OtherEnds => solo.other_hangs_up(),
            Self::HandsOver => solo.hands_over(),
            Self::HandedOver => solo.handed_over(),
            Self::Returns(cause) => solo.returns(cause),
        }
    }
}
