//! A table of bounded size in which the entry whose time comes first gives way to a new one.

use std::collections::{BTreeMap, BTreeSet};

use crate::time::Instant;

/// Values by key, each with its time.
#[derive(Debug)]
pub(super) struct Ageing<K, V> {
    most: usize,
    entries: BTreeMap<K, (Instant, V)>,
    order: BTreeSet<(Instant, K)>,
}

impl<K: Copy + Ord, V> Ageing<K, V> {
    /// An empty table for at most so many.
    pub(super) const fn new(most: usize) -> Self {
        Self { most, entries: BTreeMap::new(), order: BTreeSet::new() }
    }

    /// The time and value of a key.
    pub(super) fn find(&self, key: &K) -> Option<&(Instant, V)> {
        self.entries.get(key)
    }

    /// Sets the time and value of a key.
    pub(super) fn put(&mut self, key: K, at: Instant, value: V) {
        if let Some((old, _)) = self.entries.insert(key, (at, value)) {
            self.order.remove(&(old, key));
        }
        self.order.insert((at, key));
        if self.entries.len() > self.most
            && let Some((_, first)) = self.order.pop_first()
        {
            self.entries.remove(&first);
        }
    }

    /// Takes a key out.
    pub(super) fn remove(&mut self, key: &K) {
        if let Some((at, _)) = self.entries.remove(key) {
            self.order.remove(&(at, *key));
        }
    }

    /// How many there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        assert_eq!(self.entries.len(), self.order.len());
        self.entries.len()
    }
}
