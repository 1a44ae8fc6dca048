//! The keys of one caller: each is taken once, in order, and not after it was to be forgotten.

use super::breach::{Fault, require};
use crate::call::{Digits, NodeId, Symbol};
use crate::session::TYPE_AHEAD_AGE;
use crate::time::Instant;

/// All keys that a caller pressed.
#[derive(Debug, Default)]
pub(super) struct Typed {
    keys: Vec<(Symbol, Instant)>,
    /// The keys before this place were taken, or are to be forgotten.
    spent: usize,
}

impl Typed {
    /// A key is reported.
    pub(super) fn press(&mut self, symbol: Symbol, at: Instant) {
        self.keys.push((symbol, at));
    }

    /// How many were pressed so far.
    pub(super) const fn count(&self) -> usize {
        self.keys.len()
    }

    /// All keys so far are to be forgotten.
    pub(super) const fn forget(&mut self) {
        self.spent = self.keys.len();
    }

    /// A node that was entered at `entered` took keys; `from` is the place of the first key that it may take.
    pub(super) fn take(
        &mut self,
        taken: &Digits,
        node: &NodeId,
        from: usize,
        entered: Instant,
    ) -> Result<(), Fault> {
        let mut place = self.spent.max(from);
        let oldest = entered.before(TYPE_AHEAD_AGE);
        while self.keys.get(place).is_some_and(|(_, at)| *at < oldest) {
            place += 1;
        }
        for wanted in taken.as_slice() {
            let found = self.keys[place.min(self.keys.len())..].iter();
            let Some(skipped) = found.into_iter().position(|(symbol, _)| symbol == wanted) else {
                let fault = "which were not pressed for it, or were taken before";
                return Err(format!("`{node}` took the keys `{taken}`, {fault}"));
            };
            place += skipped + 1;
        }
        self.spent = place;
        require(self.spent <= self.keys.len(), || "more keys are taken than pressed".to_owned())
    }
}
