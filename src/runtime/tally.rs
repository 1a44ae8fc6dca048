//! How often each thing happened since the node began: counted from the rows of the history as the engine tells them, for
//! monitors. Figures that count are made of the history itself.

use std::collections::BTreeMap;

use crate::call::QueueId;
use crate::history::{Exit, Fact, OfferResult, Outcome, Refusal};

/// The counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that a flow took.
    pub began: u64,
    /// Calls that are over, by what came of them.
    pub ended: BTreeMap<Outcome, u64>,
    /// Offers that came to nothing, by how.
    pub offers: BTreeMap<OfferResult, u64>,
    /// Looks at which a contact had waited for 2 s although an agent who may take it was ready. It stays 0.
    pub unmatched: u64,
    /// Agents, phones and calls that stood for a minute without what they stand on, and were ended. It stays 0.
    pub adrift: u64,
    /// By queue; there are as many as the project has.
    pub queues: BTreeMap<QueueId, QueueTally>,
}

/// The counts of one queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueTally {
    /// Contacts that it took in; those that came back after a break are not counted again.
    pub entered: u64,
    /// Contacts that were answered.
    pub answered: u64,
    /// Contacts that it did not take in, by why.
    pub refused: BTreeMap<Refusal, u64>,
    /// Contacts that left without an answer, by how.
    pub left: BTreeMap<Exit, u64>,
}

impl Tally {
    /// Counts one fact.
    pub(super) fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::CallBegan { .. } => self.began += 1,
            Fact::CallEnded { outcome, .. } => *self.ended.entry(*outcome).or_default() += 1,
            Fact::OfferClosed { result, .. } => *self.offers.entry(*result).or_default() += 1,
            Fact::Enqueued { queue, again: false, .. } => self.queue(queue).entered += 1,
            Fact::Answered { queue, .. } => self.queue(queue).answered += 1,
            Fact::Refused { queue, why, .. } => {
                *self.queue(queue).refused.entry(*why).or_default() += 1;
            }
            Fact::Left { queue, how, .. } => *self.queue(queue).left.entry(*how).or_default() += 1,
            _ => {}
        }
    }

    fn queue(&mut self, queue: &QueueId) -> &mut QueueTally {
        // The name is copied once for each queue, not for each fact.
        if !self.queues.contains_key(queue) {
            self.queues.insert(queue.clone(), QueueTally::default());
        }
        self.queues.get_mut(queue).expect("it was put there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallId;

    #[test]
    fn each_fact_is_counted_where_it_belongs() {
        let contact = CallId::new(1, 2);
        let queue = QueueId::from("service");
        let left = |how| Fact::Left { contact, queue: queue.clone(), how, key: None };
        let mut tally = Tally::default();
        for fact in [
            left(Exit::Abandoned),
            left(Exit::Abandoned),
            left(Exit::Timeout),
            Fact::Refused { contact, queue: queue.clone(), why: Refusal::Full },
            Fact::NodeStopped {},
        ] {
            tally.note(&fact);
        }
        let counted = &tally.queues[&queue];
        assert_eq!(counted.left, [(Exit::Abandoned, 2), (Exit::Timeout, 1)].into());
        assert_eq!((counted.refused[&Refusal::Full], counted.answered, tally.began), (1, 0, 0));
    }
}
