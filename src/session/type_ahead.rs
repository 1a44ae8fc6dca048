//! Keys pressed before anybody asked for them.
//!
//! They are treated as secret until a node takes them: nothing here is logged or printed.

use std::collections::VecDeque;
use std::fmt;

use super::chronicle::Mark;
use crate::call::Symbol;
use crate::time::{Duration, Instant};

/// The most keys that wait; further ones are dropped.
pub const TYPE_AHEAD_KEYS: usize = 30;

/// The age at which a waiting key is forgotten.
pub const TYPE_AHEAD_AGE: Duration = Duration::from_secs(15);

/// The buffer, oldest key first.
#[derive(Clone, Default)]
pub(super) struct TypeAhead {
    keys: VecDeque<(Symbol, Instant, Mark)>,
}

impl TypeAhead {
    pub(super) fn push(&mut self, symbol: Symbol, pressed_at: Instant, mark: Mark) {
        if self.keys.len() < TYPE_AHEAD_KEYS {
            self.keys.push_back((symbol, pressed_at, mark));
        }
    }

    /// The oldest key that is not too old.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Symbol, Mark)> {
        while let Some((symbol, at, mark)) = self.keys.pop_front() {
            if now.since(at) <= TYPE_AHEAD_AGE {
                return Some((symbol, mark));
            }
        }
        None
    }

    /// How many keys wait that are not too old.
    pub(super) fn waiting(&self, now: Instant) -> usize {
        self.keys.iter().filter(|(_, at, _)| now.since(*at) <= TYPE_AHEAD_AGE).count()
    }

    /// Drops the oldest key if it is `symbol`; returns where it is noted.
    pub(super) fn drop_front(&mut self, symbol: Symbol) -> Option<Mark> {
        let (front, _, mark) = self.keys.front().copied()?;
        (front == symbol).then(|| self.keys.pop_front())?;
        Some(mark)
    }

    pub(super) fn flush(&mut self) {
        self.keys.clear();
    }
}

impl fmt::Debug for TypeAhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypeAhead(..)")
    }
}
