//! Rows, and entries: rows that are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use crate::time::Wall;

/// One change: what happened and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// When, by the node's wall clock. Rows of an epoch never run back.
    pub at: Wall,
    /// What.
    pub fact: Fact,
    /// What of it belongs to a person; kept under the contact's key, if anything. A fact without a contact has no such
    /// key and nothing private, but for a change of a ticket, which is of whoever opened it.
    pub private: Option<Private>,
}

/// A row that is kept. `(epoch, seq)` is its name for ever, and the order in which entries happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The life of the process that wrote it: 1 at the first start, one more at each.
    pub epoch: u64,
    /// Its number in that life, from 1, without gaps.
    pub seq: u64,
    /// The row.
    pub row: Row,
}

/// A place in the history: `(epoch, seq)` of an entry. The default stands before the first one.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    /// The life of the process, from 1.
    pub epoch: u64,
    /// The number in that life, from 1.
    pub seq: u64,
}

impl Entry {
    /// Where it stands.
    #[must_use]
    pub const fn position(&self) -> Position {
        Position { epoch: self.epoch, seq: self.seq }
    }
}

/// Numbers and words that belong to a person, by name: `number`, `to`, and the answers of a call. Its `Debug` form shows
/// the names alone.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private(pub BTreeMap<Arc<str>, Arc<str>>);

impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Row {
    /// A row of which nothing belongs to a person.
    #[must_use]
    pub const fn new(at: Wall, fact: Fact) -> Self {
        Self { at, fact, private: None }
    }

    /// The row with values that belong to a person; empty ones are nothing.
    #[must_use]
    pub fn with(mut self, private: Private) -> Self {
        self.private = (!private.0.is_empty()).then_some(private);
        self
    }
}
