//! Calls that were settled of late, by a number each: copies of their INVITE may still be on the way.
//!
//! One that was turned away for want of room was answered without a transaction; a copy that comes when there is room
//! again must not be taken for a call its caller has given up. One that was answered must not be answered twice.

use std::collections::{BTreeSet, VecDeque};

use crate::time::{Duration, Instant};

/// Most calls remembered; a busy evening's. Beyond it the oldest is forgotten.
const MAX: usize = 16_384;

/// The calls settled of late.
#[derive(Debug)]
pub(super) struct Lately {
    /// How long the copies of an INVITE may take.
    memory: Duration,
    order: VecDeque<(Instant, u64)>,
    known: BTreeSet<u64>,
}

impl Lately {
    pub(super) fn new(memory: Duration) -> Self {
        Self { memory, order: VecDeque::new(), known: BTreeSet::new() }
    }

    /// Whether this INVITE was settled before.
    pub(super) fn knows(&mut self, now: Instant, invite: u64) -> bool {
        while let Some((at, oldest)) = self.order.front().copied()
            && now.since(at) > self.memory
        {
            self.order.pop_front();
            self.known.remove(&oldest);
        }
        self.known.contains(&invite)
    }

    /// Remembers one.
    pub(super) fn add(&mut self, now: Instant, invite: u64) {
        if !self.known.insert(invite) {
            return;
        }
        self.order.push_back((now, invite));
        if self.order.len() > MAX
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_remembered_for_a_while_and_never_too_many() {
        let mut lately = Lately::new(Duration::from_secs(32));
        let at = |secs: u64| Instant::from_micros(secs * 1_000_000);
        lately.add(at(0), 7);
        assert!(lately.knows(at(32), 7));
        assert!(!lately.knows(at(32), 8));
        assert!(!lately.knows(at(33), 7));
        for invite in 0..20_000 {
            lately.add(at(40), invite);
            lately.add(at(40), invite);
        }
        assert_eq!((lately.order.len(), lately.known.len()), (MAX, MAX));
        assert!(!lately.knows(at(40), 0) && lately.knows(at(40), 19_999));
    }
}
