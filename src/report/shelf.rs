//! What is counted by name, and by interval: where it stands is found without a search, for nearly every row.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Index;

/// How many names are found without a search: a power of two, more than most centres have agents.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 10;

/// How far back from the last interval is looked before the rest is searched.
const LOOK_BACK: usize = 4;

/// Something for each name.
#[derive(Debug, Clone)]
pub struct Shelf<K, V> {
    /// In the order in which they came.
    all: Vec<(K, V)>,
    /// Where each name stands in it.
    places: BTreeMap<K, usize>,
    /// The places of names that were asked for lately, by some bits of the name; empty until the first one came.
    lately: Vec<usize>,
}

/// Something for each interval; those without are absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series<T>(Vec<(usize, T)>);

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self { all: Vec::new(), places: BTreeMap::new(), lately: Vec::new() }
    }
}

impl<K: Ord + Clone + Borrow<str>, V: Default> Shelf<K, V> {
    /// What stands there for a name; from now on something does.
    pub(super) fn of(&mut self, name: &K) -> &mut V {
        let slot = slot(name.borrow());
        let lately = self.lately.get(slot).copied();
        let place = match lately {
            Some(place) if self.all.get(place).is_some_and(|(known, _)| known == name) => place,
            Some(_) | None => self.find(name, slot),
        };
        &mut self.all[place].1
    }

    /// Finds or makes the place of a name, and remembers it.
    fn find(&mut self, name: &K, slot: usize) -> usize {
        let place = self.places.get(name.borrow()).copied().unwrap_or_else(|| {
            self.all.push((name.clone(), V::default()));
            self.places.insert(name.clone(), self.all.len() - 1);
            self.all.len() - 1
        });
        self.lately.resize(SLOTS, 0);
        self.lately[slot] = place;
        place
    }
}

impl<K: Ord + Borrow<str>, V> Shelf<K, V> {
    /// All of them, in the order of their names.
    pub fn by_name(&self) -> impl Iterator<Item = (&K, &V)> {
        self.places.iter().map(|(name, place)| (name, &self.all[*place].1))
    }

    /// What stands there for a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        self.places.get(name).map(|place| &self.all[*place].1)
    }

    /// Does something with each of them, in the order of their names.
    pub(super) fn each(&mut self, mut work: impl FnMut(&K, &mut V)) {
        for (name, place) in &self.places {
            work(name, &mut self.all[*place].1);
        }
    }
}

impl<K: Ord + Borrow<str>, V> Index<&str> for Shelf<K, V> {
    type Output = V;

    fn index(&self, name: &str) -> &V {
        self.get(name).expect("something stands there for the name")
    }
}

/// Some bits of a name: of its end, where names that are counted up differ.
fn slot(name: &str) -> usize {
    /// 2⁶⁴ over the golden ratio (Knuth, The Art of Computer Programming 6.4): spreads numbers that follow each other.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = name.as_bytes();
    let end = bytes.last_chunk().map_or_else(
        || bytes.iter().fold(0, |end, byte| end << 8 | u64::from(*byte)),
        |end| u64::from_be_bytes(*end),
    );
    usize::try_from(end.wrapping_mul(SPREAD) >> (u64::BITS - SLOT_BITS)).unwrap_or(0)
}

impl<T> Default for Series<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> Series<T> {
    /// What belongs to an interval; from now on something does. What comes belongs to one of the last ones, but for a few.
    pub(super) fn at(&mut self, n: usize) -> &mut T {
        let near = self.0.iter().rev().take(LOOK_BACK).position(|(m, _)| *m <= n);
        let found = match near {
            Some(back) => {
                let place = self.0.len() - 1 - back;
                if self.0[place].0 == n { Ok(place) } else { Err(place + 1) }
            }
            None => self.0.binary_search_by_key(&n, |(m, _)| *m),
        };
        let place = found.unwrap_or_else(|place| {
            self.0.insert(place, (n, T::default()));
            place
        });
        &mut self.0[place].1
    }
}

impl<T> Series<T> {
    /// What belongs to an interval, if anything.
    #[must_use]
    pub fn get(&self, n: usize) -> Option<&T> {
        self.0.binary_search_by_key(&n, |(m, _)| *m).ok().map(|place| &self.0[place].1)
    }

    /// What belongs to each of some intervals, in their order.
    pub fn range(&self, intervals: std::ops::Range<usize>) -> impl Iterator<Item = &T> {
        let place = |n: usize| self.0.partition_point(|(m, _)| *m < n);
        let (from, to) = (place(intervals.start), place(intervals.end));
        self.0[from..to.max(from)].iter().map(|(_, value)| value)
    }

    /// The intervals and what belongs to them, in order.
    pub fn by_interval(&self) -> impl Iterator<Item = (usize, &T)> {
        self.0.iter().map(|(n, value)| (*n, value))
    }

    /// What belongs to them, in order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::call::AgentId;

    proptest! {
        /// More names than slots, so that many share one.
        #[test]
        fn a_shelf_is_a_map(names in prop::collection::vec(0..3_000_u32, 0..5_000)) {
            let (mut shelf, mut map) = (Shelf::<AgentId, u32>::default(), BTreeMap::new());
            for n in names {
                let name = AgentId::from(format!("agent-{n}").as_str());
                *shelf.of(&name) += n;
                *map.entry(name).or_default() += n;
            }
            prop_assert!(shelf.by_name().eq(map.iter()));
            let mut seen = Vec::new();
            shelf.each(|name, n| seen.push((name.clone(), *n)));
            prop_assert!(seen.into_iter().eq(map.clone()));
            prop_assert_eq!(shelf.get("nobody"), None);
            for (name, n) in &map {
                prop_assert_eq!(shelf[name.as_str()], *n);
            }
        }

        #[test]
        fn a_series_is_a_map(
            places in prop::collection::vec(0..60_usize, 0..200),
            from in 0..60_usize,
            to in 0..60_usize,
        ) {
            let (mut series, mut map) = (Series::<usize>::default(), BTreeMap::new());
            for (n, place) in places.into_iter().enumerate() {
                // It mostly runs forward.
                let place = place + n / 4;
                *series.at(place) += n;
                *map.entry(place).or_default() += n;
            }
            prop_assert!(series.by_interval().eq(map.iter().map(|(n, value)| (*n, value))));
            prop_assert!(series.values().eq(map.values()));
            prop_assert!((0..120).all(|n| series.get(n) == map.get(&n)));
            let part: Vec<_> = map.iter().filter(|(n, _)| (from..to).contains(*n)).collect();
            prop_assert!(series.range(from..to).eq(part.into_iter().map(|(_, value)| value)));
        }
    }
}
