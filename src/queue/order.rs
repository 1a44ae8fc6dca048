//! Everybody in one line, sorted, with the place of each found without counting all who stand before it.

use super::line::Place;

/// How many places one part holds before it is split in two.
const PART: usize = 128;

/// A sorted list in parts: what is asked of it takes time by the number of parts and the length of one, not by how many
/// wait.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// None is empty, each lies before the next.
    parts: Vec<Vec<Place>>,
    len: usize,
}

impl Order {
    /// How many stand in it.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Whether nobody does.
    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Everybody, first first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.parts.iter().flatten()
    }

    /// Whether somebody stands there.
    pub(super) fn contains(&self, place: &Place) -> bool {
        let part = self.parts.get(self.part_of(place));
        part.is_some_and(|part| part.binary_search(place).is_ok())
    }

    /// How many stand before a place.
    pub(super) fn before(&self, place: &Place) -> usize {
        let at = self.part_of(place);
        let earlier: usize = self.parts.iter().take(at).map(Vec::len).sum();
        let within = |part: &Vec<Place>| part.partition_point(|other| other < place);
        earlier + self.parts.get(at).map_or(0, within)
    }

    /// Somebody comes.
    pub(super) fn insert(&mut self, place: Place) {
        // Whoever comes last extends the last part.
        let at = self.part_of(&place).min(self.parts.len().saturating_sub(1));
        let Some(part) = self.parts.get_mut(at) else {
            self.parts.push(vec![place]);
            self.len = 1;
            return;
        };
        let Err(within) = part.binary_search(&place) else { return };
        part.insert(within, place);
        self.len += 1;
        if part.len() > PART {
            let rest = part.split_off(PART / 2);
            self.parts.insert(at + 1, rest);
        }
    }

    /// Somebody goes.
    pub(super) fn remove(&mut self, place: &Place) {
        let at = self.part_of(place);
        let Some(part) = self.parts.get_mut(at) else { return };
        let Ok(within) = part.binary_search(place) else { return };
        part.remove(within);
        self.len -= 1;
        if part.is_empty() {
            self.parts.remove(at);
        }
    }

    /// The first part that ends at a place or after it; one too many where all end before.
    fn part_of(&self, place: &Place) -> usize {
        self.parts.partition_point(|part| part.last().is_some_and(|last| last < place))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::call::CallId;
    use crate::time::Instant;

    fn place(n: u64) -> Place {
        Place { score: Instant::from_micros(n / 3), call: CallId::new(n, 0) }
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_set_that_counts(steps in prop::collection::vec((0..900_u64, prop::bool::weighted(0.7)), 0..1_500)) {
            let (mut order, mut set) = (Order::default(), BTreeSet::new());
            for (n, comes) in steps {
                let place = place(n);
                if comes {
                    order.insert(place);
                    set.insert(place);
                } else {
                    order.remove(&place);
                    set.remove(&place);
                }
                prop_assert_eq!(order.before(&place), set.range(..place).count());
                prop_assert_eq!(order.contains(&place), set.contains(&place));
                prop_assert_eq!(order.len(), set.len());
                prop_assert_eq!(order.is_empty(), set.is_empty());
            }
            prop_assert!(order.iter().eq(set.iter()));
            prop_assert!(order.parts.iter().all(|part| (1..=PART).contains(&part.len())));
        }
    }
}
