//! Calls that were turned away for want of room: answered without a transaction, and remembered by a number each, so
//! that a copy of the INVITE that comes when there is room again is not taken for a call its caller has given up.

use std::collections::{BTreeSet, VecDeque};

use crate::time::{Duration, Instant};

/// Most calls remembered; a busy evening's. Beyond it the oldest is forgotten.
const MAX: usize = 16_384;

/// The calls turned away of late.
#[derive(Debug)]
pub(super) struct TurnedAway {
    /// How long the copies of an INVITE may take.
    memory: Duration,
    order: VecDeque<(Instant, u64)>,
    known: BTreeSet<u64>,
}

impl TurnedAway {
    pub(super) fn new(memory: Duration) -> Self {
        Self { memory, order: VecDeque::new(), known: BTreeSet::new() }
    }

    /// Whether this INVITE was turned away before.
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
        let mut turned_away = TurnedAway::new(Duration::from_secs(32));
        let at = |secs: u64| Instant::from_micros(secs * 1_000_000);
        turned_away.add(at(0), 7);
        assert!(turned_away.knows(at(32), 7));
        assert!(!turned_away.knows(at(32), 8));
        assert!(!turned_away.knows(at(33), 7));
        for invite in 0..20_000 {
            turned_away.add(at(40), invite);
            turned_away.add(at(40), invite);
        }
        assert_eq!((turned_away.order.len(), turned_away.known.len()), (MAX, MAX));
        assert!(!turned_away.knows(at(40), 0) && turned_away.knows(at(40), 19_999));
    }
}
