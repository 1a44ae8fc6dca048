//! The sums of the history, from its rows alone: whoever was taken into a queue is answered, has given up, has left in
//! another way, is lost, or still waits (`O = A + B + X + L + waiting`), at every moment and for each queue.

use std::collections::{BTreeMap, BTreeSet};

use super::breach::{Fault, require};
use crate::call::{CallId, QueueId};
use crate::history::{Exit, Fact};

/// What became of a contact in its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Answered,
    Gone,
}

/// The sums of one queue.
#[derive(Debug, Default)]
struct Sums {
    offered: u64,
    answered: u64,
    abandoned: u64,
    left: u64,
    lost: u64,
}

/// All queues.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sums: BTreeMap<QueueId, Sums>,
    stages: BTreeMap<CallId, (QueueId, Stage)>,
    touched: BTreeSet<QueueId>,
}

impl Tally {
    /// The next row.
    pub(super) fn happened(&mut self, fact: &Fact) -> Result<(), Fault> {
        match fact {
            Fact::Enqueued { contact, queue, again, .. } => self.enqueued(*contact, queue, *again),
            Fact::Answered { contact, queue, .. } => {
                self.passes(*contact, queue, Stage::Answered)?.answered += 1;
                Ok(())
            }
            Fact::Left { contact, queue, how, .. } => {
                let sums = self.passes(*contact, queue, Stage::Gone)?;
                match how {
                    Exit::Abandoned | Exit::AbandonedRinging => sums.abandoned += 1,
                    Exit::Lost => sums.lost += 1,
                    _ => sums.left += 1,
                }
                Ok(())
            }
            Fact::CallEnded { contact, .. } => {
                let stage = self.stages.remove(contact).map(|(_, stage)| stage);
                require(stage != Some(Stage::Waiting), || "it ended and still waits".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn enqueued(&mut self, contact: CallId, queue: &QueueId, again: bool) -> Result<(), Fault> {
        let before = self.stages.insert(contact, (queue.clone(), Stage::Waiting));
        let stage = before.as_ref().map(|(_, stage)| *stage);
        require(stage != Some(Stage::Waiting), || "it waits in two lines".to_owned())?;
        self.touched.insert(queue.clone());
        let sums = self.sums.entry(queue.clone()).or_default();
        match before {
            Some((of, Stage::Answered)) if again && of == *queue => sums.answered -= 1,
            _ => sums.offered += 1,
        }
        Ok(())
    }

    /// A contact that waits goes on to what ends its wait.
    fn passes(&mut self, contact: CallId, queue: &QueueId, to: Stage) -> Result<&mut Sums, Fault> {
        let stands = self.stages.get_mut(&contact);
        let stands = stands.filter(|(of, stage)| of == queue && *stage == Stage::Waiting);
        let Some((_, stage)) = stands else {
            return Err(format!("it leaves queue `{queue}` and does not wait there"));
        };
        *stage = to;
        self.touched.insert(queue.clone());
        Ok(self.sums.entry(queue.clone()).or_default())
    }

    /// Checks the sums of the queues that the step has touched against who waits by the engine's word.
    pub(super) fn check(&mut self, waiting: impl Fn(&QueueId) -> usize) -> Result<(), Fault> {
        for queue in std::mem::take(&mut self.touched) {
            let sums = self.sums.entry(queue.clone()).or_default();
            let wait = u64::try_from(waiting(&queue)).unwrap_or(u64::MAX);
            let sum = sums.answered + sums.abandoned + sums.left + sums.lost + wait;
            require(sums.offered == sum, || {
                format!("queue `{queue}`: {sums:?} and {wait} waiting do not add up")
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{EndedBy, HangupCause};
    use crate::history::{Medium, OfferId, Outcome};
    use crate::time::Wall;

    const CALL: CallId = CallId::new(1, 1);

    fn enqueued(again: bool) -> Fact {
        Fact::Enqueued {
            contact: CALL,
            queue: "service".into(),
            medium: Medium::Voice,
            priority: 1,
            order: Wall::default(),
            skills: Vec::new(),
            again,
        }
    }

    fn answered() -> Fact {
        let (offer, agent) = (OfferId(1), "sari".into());
        Fact::Answered { offer, contact: CALL, queue: "service".into(), agent }
    }

    fn left(how: Exit) -> Fact {
        Fact::Left { contact: CALL, queue: "service".into(), how, key: None }
    }

    fn ended() -> Fact {
        Fact::CallEnded {
            contact: CALL,
            outcome: Outcome::ToHuman,
            cause: HangupCause::Normal,
            by: EndedBy::Caller,
            language: None,
            topic: None,
        }
    }

    #[test]
    fn the_sums_hold_or_say_where_they_do_not() {
        let cases: [(&str, Vec<Fact>, usize, bool); 8] = [
            ("waits", vec![enqueued(false)], 1, true),
            ("is forgotten", vec![enqueued(false)], 0, false),
            ("answered", vec![enqueued(false), answered()], 0, true),
            ("answered and waits", vec![enqueued(false), answered()], 1, false),
            ("comes back", vec![enqueued(false), answered(), enqueued(true)], 1, true),
            ("leaves twice", vec![enqueued(false), left(Exit::Key), left(Exit::Key)], 0, false),
            ("leaves unseen", vec![enqueued(false), ended()], 0, false),
            ("lost", vec![enqueued(false), left(Exit::Lost), ended()], 0, true),
        ];
        for (name, facts, waiting, holds) in cases {
            let mut tally = Tally::default();
            let told = facts.iter().try_for_each(|fact| tally.happened(fact));
            let outcome = told.and_then(|()| tally.check(|_| waiting));
            assert_eq!(outcome.is_ok(), holds, "{name}: {outcome:?}");
        }
    }
}
