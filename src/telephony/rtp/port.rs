//! Which ports are free.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

/// The even ports of a range. The one that was free longest is taken first, so that late packets of an ended call do
/// not reach the next one.
#[derive(Debug)]
pub(super) struct Ports {
    free: VecDeque<u16>,
}

impl Ports {
    /// All even ports of the range, beginning at a place that `chance` decides.
    pub(super) fn new(range: RangeInclusive<u16>, chance: u64) -> Self {
        let mut free: VecDeque<u16> = range.filter(|port| port % 2 == 0 && *port > 0).collect();
        if !free.is_empty() {
            let start = usize::try_from(chance % free.len() as u64).unwrap_or(0);
            free.rotate_left(start);
        }
        Self { free }
    }

    pub(super) fn take(&mut self) -> Option<u16> {
        self.free.pop_front()
    }

    pub(super) fn give_back(&mut self, port: u16) {
        self.free.push_back(port);
    }

    pub(super) fn len(&self) -> usize {
        self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_even_and_the_longest_free_comes_first() {
        let mut ports = Ports::new(20_001..=20_008, 6);
        let all: Vec<_> = std::iter::from_fn(|| ports.take()).collect();
        assert_eq!(all, [20_006, 20_008, 20_002, 20_004]);
        ports.give_back(20_008);
        ports.give_back(20_002);
        assert_eq!(ports.take(), Some(20_008));
        assert_eq!(Ports::new(5..=5, 1).take(), None);
    }
}
