//! When each leg is looked at: a wheel of slots over 60 ms, in which a leg lies every 10, 15 or 20 ms, spread about evenly,
//! or in every slot.

use crate::time::{Duration, Instant};

/// How often the wheel moves on by a slot.
pub(super) const TICK: Duration = Duration::from_millis(5);
/// Slots of the wheel: all the periods end together after so many.
const SLOTS: usize = 12;
/// The longest period, in slots.
const LONGEST: usize = 4;
/// A slot takes new legs until it holds so many more than the emptiest, and a quarter: a call's first packet is sooner
/// out from the next slot than from the emptiest, and calls that come one by one spread by themselves. The work of so many
/// legs takes about a millisecond, a fifth of a tick; callers that come in the beat of a slot are not made to wait before.
const MORE_THAN_EMPTIEST: usize = 128;

/// How often a leg is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Period {
    /// At every tick.
    Five,
    /// Every 10 ms.
    Ten,
    /// Every 15 ms.
    Fifteen,
    /// Every 20 ms.
    #[default]
    Twenty,
}

impl Period {
    /// The longest one that goes into the time of a packet; packets are sent at one of the looks.
    pub(super) const fn of(packet_time: Duration) -> Self {
        match packet_time.as_millis() {
            20 | 40 | 60 => Self::Twenty,
            30 => Self::Fifteen,
            _ => Self::Ten,
        }
    }

    const fn slots(self) -> usize {
        match self {
            Self::Five => 1,
            Self::Ten => 2,
            Self::Fifteen => 3,
            Self::Twenty => LONGEST,
        }
    }
}

/// Places of legs, by slot.
#[derive(Debug)]
pub(super) struct Wheel {
    slots: [Vec<usize>; SLOTS],
    /// What lies between whole ticks of the clock and those of this wheel, so that threads do not all move at once.
    offset: Duration,
    /// The tick that is due next, counted from the clock's zero.
    next: u64,
}

impl Wheel {
    /// A wheel whose ticks lie `offset` after the clock's whole ticks.
    pub(super) fn new(offset: Duration, now: Instant) -> Self {
        let mut wheel = Self { slots: Default::default(), offset, next: 0 };
        wheel.catch_up(now);
        wheel
    }

    /// Puts a leg's place into the next slot that has room, and from there on into one slot a period. Returns when the
    /// first is due.
    pub(super) fn insert(&mut self, place: usize, period: Period) -> Instant {
        self.insert_from(self.next, place, period)
    }

    /// As [`Wheel::insert`], for a leg that need not wait for a slot: the one that was due last will do, if it has room.
    /// The leg is then looked at on the spot, less than a tick after its slot, and from there on with it.
    pub(super) fn insert_now(&mut self, place: usize, period: Period, now: Instant) -> Instant {
        let passed = u64::from(self.due() > now);
        self.insert_from(self.next.saturating_sub(passed), place, period)
    }

    /// Puts a leg's place into slots that one lies in which is due at a known time.
    pub(super) fn insert_at(&mut self, due: Instant, place: usize, period: Period) {
        let tick = due.before(self.offset).as_micros() / TICK.as_micros();
        self.put(tick, place, period);
    }

    fn insert_from(&mut self, earliest: u64, place: usize, period: Period) -> Instant {
        let emptiest = self.slots.iter().map(Vec::len).min().unwrap_or(0);
        let room = emptiest + emptiest / 4 + MORE_THAN_EMPTIEST;
        let has_room = |&tick: &u64| self.slots[slot_of(tick)].len() < room;
        let mut soon = earliest..earliest + period.slots() as u64;
        let tick = soon.find(has_room).unwrap_or(earliest);
        self.put(tick, place, period);
        self.time_of(tick)
    }

    fn put(&mut self, tick: u64, place: usize, period: Period) {
        let first = slot_of(tick) % period.slots();
        self.slots.iter_mut().skip(first).step_by(period.slots()).for_each(|s| s.push(place));
    }

    /// Takes a leg's place out.
    pub(super) fn remove(&mut self, place: usize) {
        for slot in &mut self.slots {
            slot.retain(|&other| other != place);
        }
    }

    /// When the wheel is due next.
    pub(super) fn due(&self) -> Instant {
        self.time_of(self.next)
    }

    /// Moves on by one slot if it is due. Returns the slot to look at.
    pub(super) fn turn(&mut self, now: Instant) -> Option<usize> {
        if self.due() > now {
            return None;
        }
        self.catch_up_by(now, LONGEST as u64 - 1);
        let slot = slot_of(self.next);
        self.next += 1;
        Some(slot)
    }

    /// The legs of a slot; one at a time, for they may change the wheel.
    pub(super) fn leg(&self, slot: usize, n: usize) -> Option<usize> {
        self.slots.get(slot)?.get(n).copied()
    }

    /// Forgets what was missed while nobody looked.
    pub(super) fn catch_up(&mut self, now: Instant) {
        self.catch_up_by(now, 0);
    }

    /// Leaves at most `kept` ticks before the newest that is due: each leg is looked at about once, however late it is.
    fn catch_up_by(&mut self, now: Instant, kept: u64) {
        let newest = now.before(self.offset).as_micros() / TICK.as_micros();
        self.next = self.next.max(newest.saturating_sub(kept));
    }

    fn time_of(&self, tick: u64) -> Instant {
        Instant::ZERO + TICK.times(tick) + self.offset
    }
}

fn slot_of(tick: u64) -> usize {
    usize::try_from(tick % SLOTS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::from_micros(ms * 1_000)
    }

    #[test]
    fn a_leg_is_looked_at_soon_and_once_a_turn() {
        let mut wheel = Wheel::new(Duration::ZERO, at(100));
        assert_eq!(wheel.insert(0, Period::Twenty), at(100));
        wheel.turn(at(100));
        assert_eq!(
            [1, 2].map(|leg| wheel.insert(leg, Period::Twenty)),
            [at(105); 2],
            "the next slot"
        );
        let mut looked = Vec::new();
        for ms in 101..141 {
            while let Some(slot) = wheel.turn(at(ms)) {
                looked.extend((0..).map_while(|n| wheel.leg(slot, n)).map(|leg| (ms, leg)));
            }
        }
        assert_eq!(looked, [(105, 1), (105, 2), (120, 0), (125, 1), (125, 2), (140, 0)]);
        wheel.remove(1);
        for slot in [1, 5, 9] {
            assert_eq!(wheel.leg(slot, 0), Some(2), "the gap is closed");
        }
    }

    #[test]
    fn a_leg_that_need_not_wait_joins_the_slot_that_was_due_last() {
        let mut wheel = Wheel::new(Duration::ZERO, at(100));
        assert_eq!(wheel.insert_now(0, Period::Twenty, at(103)), at(100), "it is still due");
        wheel.turn(at(103));
        assert_eq!(wheel.insert_now(1, Period::Twenty, at(104)), at(100), "it has passed");
        let looked = (105..121).filter_map(|ms| Some((ms, wheel.turn(at(ms))?)));
        let looked: Vec<_> = looked.map(|(ms, slot)| (ms, slot % LONGEST)).collect();
        assert_eq!(looked, [(105, 1), (110, 2), (115, 3), (120, 0)]);
        assert_eq!([0, 1].map(|n| wheel.leg(0, n)), [Some(0), Some(1)], "in one slot, every 20 ms");
        for place in 2..400 {
            wheel.insert_now(place, Period::Twenty, at(121));
        }
        let lengths = wheel.slots.each_ref().map(Vec::len);
        assert!(lengths.iter().all(|&length| length <= 163), "all at once are spread: {lengths:?}");
    }

    #[test]
    fn legs_that_come_together_are_spread() {
        let mut wheel = Wheel::new(Duration::ZERO, at(0));
        for leg in 0..500 {
            wheel.insert(leg, Period::Twenty);
        }
        let lengths = wheel.slots.each_ref().map(Vec::len);
        let (least, most) = (lengths.iter().min(), lengths.iter().max());
        assert!(most <= least.map(|least| least + least / 4 + 128).as_ref(), "{lengths:?}");
        assert!(least > Some(&20), "{lengths:?}");
    }

    #[test]
    fn each_period_has_its_rhythm() {
        for (packet_time, every) in [(10, 10), (20, 20), (30, 15), (40, 20), (50, 10), (60, 20)] {
            let mut wheel = Wheel::new(Duration::ZERO, at(100));
            wheel.insert(7, Period::of(Duration::from_millis(packet_time)));
            let mut looked = Vec::new();
            for ms in 100..220 {
                while let Some(slot) = wheel.turn(at(ms)) {
                    looked.extend(wheel.leg(slot, 0).map(|_| ms));
                }
            }
            let expected: Vec<u64> = (100..220).step_by(every).collect();
            assert_eq!(looked, expected, "{packet_time} ms");
        }
    }

    #[test]
    fn a_late_thread_looks_at_each_slot_once() {
        let mut wheel = Wheel::new(Duration::from_millis(2), at(0));
        let mut turns = 0;
        while wheel.turn(at(1_000)).is_some() {
            turns += 1;
        }
        assert_eq!(turns, LONGEST);
        assert_eq!(wheel.due(), at(1_002));
    }
}
