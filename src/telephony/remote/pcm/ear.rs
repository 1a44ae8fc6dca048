//! What a leg says, put in order: frames wait a little, so that each 20 ms has one; late ones are dropped and counted.

use std::collections::VecDeque;

/// Frames that wait before the first is heard: 40 ms.
const DEPTH: usize = 2;
/// Most frames that wait; with more the oldest are left out.
const MOST: usize = 10;
/// Turns after which a queue that was never shorter than need be is shortened.
const PATIENCE: u32 = 50;
/// A frame so far ahead, in frames, is that of a clock that was set anew.
const JUMP: i64 = 100;

/// The ear of one leg.
#[derive(Debug)]
pub(super) struct Ear {
    /// Samples of a frame.
    length: u32,
    waiting: VecDeque<(u32, Vec<i16>)>,
    /// The position of the next frame to be heard.
    next: Option<u32>,
    /// Whether frames are heard, or wait for company first.
    flows: bool,
    /// The fewest frames that waited for so many turns.
    fewest: usize,
    turns: u32,
    /// Frames that were never heard: too late, twice, too many.
    pub(super) dropped: u64,
    pub(super) tally: Tally,
}

/// How frames came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// All of them.
    pub(super) received: u64,
    /// Those that came twice.
    pub(super) twice: u64,
    /// Those that came after a later one, and in time.
    pub(super) out_of_order: u64,
}

impl Ear {
    pub(super) fn new(samples: usize) -> Self {
        Self {
            length: u32::try_from(samples).unwrap_or(u32::MAX),
            waiting: VecDeque::new(),
            next: None,
            flows: false,
            fewest: usize::MAX,
            turns: 0,
            dropped: 0,
            tally: Tally::default(),
        }
    }

    /// Frames are of so many samples from now on, on a clock that begins anew. What came so far counts on.
    pub(super) fn begin_anew(&mut self, samples: usize) {
        *self = Self { dropped: self.dropped, tally: self.tally, ..Self::new(samples) };
    }

    /// Takes a frame.
    pub(super) fn receive(&mut self, timestamp: u32, samples: Vec<i16>) {
        self.tally.received += 1;
        let reach = i64::from(self.length).saturating_mul(JUMP);
        if let Some(next) = self.next {
            let ahead = i64::from(timestamp.wrapping_sub(next).cast_signed());
            if ahead.abs() > reach {
                // The sender's clock was set anew.
                self.waiting.clear();
                (self.next, self.flows) = (None, false);
            } else if ahead < 0 {
                self.dropped += 1;
                return;
            }
        }
        let before = |(known, _): &(u32, _)| timestamp.wrapping_sub(*known).cast_signed() > 0;
        let place = self.waiting.iter().rposition(before).map_or(0, |place| place + 1);
        if self.waiting.get(place).is_some_and(|(known, _)| *known == timestamp) {
            self.tally.twice += 1;
            self.dropped += 1;
            return;
        }
        self.tally.out_of_order += u64::from(place < self.waiting.len());
        self.waiting.insert(place, (timestamp, samples));
        while self.waiting.len() > MOST {
            self.leave_out();
        }
    }

    /// The next 20 ms; `None` where nothing has come.
    pub(super) fn part(&mut self) -> Option<Vec<i16>> {
        if !self.flows {
            if self.waiting.len() < DEPTH {
                return None;
            }
            self.flows = true;
            self.next = self.waiting.front().map(|(timestamp, _)| *timestamp);
            (self.fewest, self.turns) = (usize::MAX, 0);
        }
        self.shorten();
        let next = self.next?;
        if self.waiting.is_empty() {
            self.flows = false;
            return None;
        }
        self.next = Some(next.wrapping_add(self.length));
        // One that has no neighbour before it waits until its turn.
        let due = |(timestamp, _): &(u32, _)| {
            timestamp.wrapping_sub(next).cast_signed() < self.length.cast_signed()
        };
        if !self.waiting.front().is_some_and(due) {
            return None;
        }
        self.waiting.pop_front().map(|(_, samples)| samples)
    }

    /// Leaves out what keeps everybody waiting for nothing.
    fn shorten(&mut self) {
        self.fewest = self.fewest.min(self.waiting.len());
        self.turns += 1;
        if self.turns < PATIENCE {
            return;
        }
        for _ in DEPTH..self.fewest {
            self.leave_out();
        }
        (self.fewest, self.turns) = (usize::MAX, 0);
    }

    fn leave_out(&mut self) {
        self.waiting.pop_front();
        self.dropped += 1;
        if self.flows {
            self.next = self.waiting.front().map(|(timestamp, _)| *timestamp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ear that has taken frames of these numbers; each sample is the number of its frame.
    fn ear(frames: &[u32]) -> Ear {
        let mut ear = Ear::new(160);
        for frame in frames {
            receive(&mut ear, *frame);
        }
        ear
    }

    fn receive(ear: &mut Ear, frame: u32) {
        ear.receive(frame.wrapping_mul(160), vec![i16::try_from(frame % 1_000).unwrap_or(0); 160]);
    }

    fn heard(ear: &mut Ear, turns: usize) -> Vec<Option<i16>> {
        (0..turns).map(|_| ear.part().map(|samples| samples[0])).collect()
    }

    #[test]
    fn frames_are_heard_in_order_each_once() {
        let mut ear = ear(&[3, 1, 2, 2, 5]);
        let expected = [Some(1), Some(2), Some(3), None, Some(5), None];
        assert_eq!(heard(&mut ear, 6), expected);
        assert_eq!(ear.dropped, 1, "one came twice");
        assert_eq!(ear.tally, Tally { received: 5, twice: 1, out_of_order: 2 });
    }

    #[test]
    fn one_alone_waits_for_company_and_a_late_one_is_dropped() {
        let mut ear = ear(&[1]);
        assert_eq!(heard(&mut ear, 3), [None; 3]);
        receive(&mut ear, 2);
        assert_eq!(heard(&mut ear, 2), [Some(1), Some(2)]);
        receive(&mut ear, 1);
        assert_eq!((ear.dropped, heard(&mut ear, 1)), (1, vec![None]));
    }

    #[test]
    fn a_burst_costs_its_beginning_and_never_a_long_delay() {
        let mut ear = ear(&(1..=50).collect::<Vec<_>>());
        assert_eq!((ear.dropped, ear.waiting.len()), (40, MOST));
        // A sender in step from now on: within two seconds the delay is short again.
        for frame in 51..=150 {
            assert!(ear.part().is_some());
            receive(&mut ear, frame);
        }
        assert!(ear.waiting.len() <= DEPTH + 1, "{} wait", ear.waiting.len());
    }

    #[test]
    fn a_clock_may_wrap_or_be_set_anew() {
        let mut ear = Ear::new(160);
        for n in 0..4_u32 {
            ear.receive((u32::MAX - 319).wrapping_add(160 * n), vec![1; 160]);
        }
        assert_eq!(heard(&mut ear, 4), [Some(1); 4]);
        for n in 0..3_u32 {
            ear.receive(900_000 + 160 * n, vec![2; 160]);
        }
        assert_eq!(heard(&mut ear, 3), [Some(2); 3]);
    }
}
