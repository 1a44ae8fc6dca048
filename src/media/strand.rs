//! What one sender says, on the time line of a recording: the newest samples can still change, the others are settled.

use std::collections::VecDeque;

use super::noise::Noise;

/// Samples that late packets and keys can still change: 400 ms.
pub(super) const TAIL: usize = 3_200;
/// A key is heard for so long before its first packet says so, and after its last one: 40 and 100 ms.
const KEY_EDGES: (u64, u64) = (320, 800);

/// The sound of a sender. Positions are samples since the beginning.
#[derive(Debug, Default)]
pub(super) struct Strand {
    /// The timestamp of position 0; `None` before the first packet.
    origin: Option<u32>,
    settled: u64,
    tail: VecDeque<i16>,
    /// What the pause sounds like that the sender makes; `None` = silence.
    pause: Option<Noise>,
    /// The positions of the latest key; before the first one, none.
    key: (u64, u64),
}

impl Strand {
    /// The position after the last sample that nothing can change any more.
    pub(super) const fn settled(&self) -> u64 {
        self.settled
    }

    /// The position after the last sample.
    pub(super) fn end(&self) -> u64 {
        self.settled + self.tail.len() as u64
    }

    /// Has a timestamp of 8 kHz stand for a position.
    pub(super) const fn set(&mut self, timestamp: u32, at: u64) {
        let [a, b, c, d, ..] = at.to_le_bytes();
        self.origin = Some(timestamp.wrapping_sub(u32::from_le_bytes([a, b, c, d])));
    }

    /// The position of a timestamp of 8 kHz; one from before the beginning is at the beginning. `None` before the first
    /// packet.
    pub(super) fn position(&self, timestamp: u32) -> Option<u64> {
        let since = timestamp.wrapping_sub(self.origin?).cast_signed();
        Some(u64::try_from(since).unwrap_or(0))
    }

    /// Fills up with silence, or with what the pause sounds like, to a position.
    pub(super) fn fill(&mut self, to: u64) {
        let missing = to.saturating_sub(self.end());
        let known = self.tail.len();
        self.tail.resize(known + usize::try_from(missing).unwrap_or(0), 0);
        if let Some(noise) = &mut self.pause {
            noise.fill(self.tail.iter_mut().skip(known));
        }
    }

    /// Lays samples down at a position: a pause is over there. Those that are settled already stay as they are.
    pub(super) fn lay<'a>(&mut self, at: u64, samples: impl IntoIterator<Item = &'a i16>) {
        self.fill(at);
        self.pause = None;
        for (position, sample) in (at..).zip(samples) {
            let Some(behind) = position.checked_sub(self.settled) else { continue };
            match usize::try_from(behind).ok().and_then(|behind| self.tail.get_mut(behind)) {
                Some(place) => *place = *sample,
                None => self.tail.push_back(*sample),
            }
        }
    }

    /// From here on the sender pauses: where nothing comes, this is heard.
    pub(super) const fn pause(&mut self, noise: Noise) {
        self.pause = Some(noise);
    }

    /// Takes a key that began at a timestamp of 8 kHz and has lasted so many samples: nothing is kept of its tone.
    pub(super) fn key(&mut self, timestamp: u32, lasted: u32) {
        let Some(at) = self.position(timestamp) else { return };
        let (before, after) = KEY_EDGES;
        let (from, to) = (at.saturating_sub(before), at + u64::from(lasted) + after);
        let (known, end) = self.key;
        // What lies between two keys in the tail is no word.
        let close = end > 0 && from <= end + TAIL as u64;
        self.key = if close { (known.min(from), end.max(to)) } else { (from, to) };
    }

    /// Lets go of all but the newest samples.
    pub(super) fn settle(&mut self, but: usize, mut take: impl FnMut(i16)) {
        let over = self.tail.len().saturating_sub(but);
        let (from, to) = self.key;
        for sample in self.tail.drain(..over) {
            take(if (from..to).contains(&self.settled) { 0 } else { sample });
            self.settled += 1;
        }
    }
}
