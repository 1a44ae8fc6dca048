//! Who must be woken when: one entry per owner, ordered by time.

use std::collections::BTreeSet;

use crate::time::Instant;

/// Deadlines in order. Every owner has at most one: its earliest.
#[derive(Debug)]
pub(super) struct Timetable<Owner>(BTreeSet<(Instant, Owner)>);

impl<Owner: Copy + Ord> Timetable<Owner> {
    /// A timetable without entries.
    pub(super) fn new() -> Self {
        Self(BTreeSet::new())
    }

    /// Moves an owner's deadline. `armed` is the owner's own note of it.
    pub(super) fn arm(&mut self, owner: Owner, armed: &mut Option<Instant>, at: Option<Instant>) {
        if *armed == at {
            return;
        }
        if let Some(old) = *armed {
            self.0.remove(&(old, owner));
        }
        if let Some(new) = at {
            self.0.insert((new, owner));
        }
        *armed = at;
    }

    /// The earliest deadline.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// The owner of the earliest deadline, due or not.
    pub(super) fn first(&self) -> Option<Owner> {
        self.0.first().map(|(_, owner)| *owner)
    }

    /// How many deadlines there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
