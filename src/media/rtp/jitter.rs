//! Packets that wait for their turn, in the order of their timestamps.

use super::comfort_noise::NoiseLevel;

/// Packets that may wait: 160 ms at 10 ms each, and more than that at 20.
const SLOTS: usize = 16;
/// The largest payload that is kept; a longer one is cut, which no codec here has.
const MAX_PAYLOAD: usize = 1_280;

/// What a packet of audio holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Audio in the codec of the stream.
    Speech(&'a [u8]),
    /// Comfort noise of this level, until speech comes again; `None` = of a level that was not told.
    Noise(Option<NoiseLevel>),
}

/// A handful of packets in order. Once each slot was used, nothing is allocated.
#[derive(Debug, Default)]
pub struct JitterBuffer {
    slots: [Slot; SLOTS],
}

#[derive(Debug, Default)]
struct Slot {
    held: Held,
    /// That of speech.
    payload: Vec<u8>,
}

/// What a slot holds, with its timestamp.
#[derive(Debug, Clone, Copy, Default)]
enum Held {
    #[default]
    Nothing,
    Speech(u32),
    Noise(u32, Option<NoiseLevel>),
}

impl Held {
    const fn timestamp(self) -> Option<u32> {
        match self {
            Self::Nothing => None,
            Self::Speech(timestamp) | Self::Noise(timestamp, _) => Some(timestamp),
        }
    }
}

impl JitterBuffer {
    /// Keeps a packet. A second one of the same timestamp is left out; where all slots are taken, the earliest packet
    /// goes.
    pub fn insert(&mut self, timestamp: u32, content: Content<'_>) {
        if self.slots.iter().any(|slot| slot.held.timestamp() == Some(timestamp)) {
            return;
        }
        let free = self.slots.iter().position(|slot| slot.held.timestamp().is_none());
        let place = match free {
            Some(free) => free,
            None => self.earliest().map_or(0, |(place, _)| place),
        };
        let slot = &mut self.slots[place];
        match content {
            Content::Speech(payload) => {
                slot.held = Held::Speech(timestamp);
                slot.payload.clear();
                slot.payload.extend_from_slice(payload.get(..MAX_PAYLOAD).unwrap_or(payload));
            }
            Content::Noise(level) => slot.held = Held::Noise(timestamp, level),
        }
    }

    /// Takes the earliest packet if it begins before `limit`.
    pub fn take_before(&mut self, limit: u32) -> Option<(u32, Content<'_>)> {
        let (place, timestamp) = self.earliest()?;
        if timestamp.wrapping_sub(limit).cast_signed() >= 0 {
            return None;
        }
        let slot = &mut self.slots[place];
        let content = match std::mem::take(&mut slot.held) {
            Held::Noise(_, level) => Content::Noise(level),
            Held::Speech(_) | Held::Nothing => Content::Speech(&slot.payload),
        };
        Some((timestamp, content))
    }

    /// Forgets all packets.
    pub fn clear(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.held = Held::Nothing);
    }

    fn earliest(&self) -> Option<(usize, u32)> {
        let taken = self.slots.iter().enumerate();
        let taken = taken.filter_map(|(place, slot)| Some((place, slot.held.timestamp()?)));
        // All lie within a fraction of the clock's circle, so that one of them is behind all others.
        taken.reduce(|a, b| if b.1.wrapping_sub(a.1).cast_signed() < 0 { b } else { a })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(buffer: &mut JitterBuffer, limit: u32) -> Vec<(u32, u8)> {
        let mut all = Vec::new();
        while let Some((timestamp, content)) = buffer.take_before(limit) {
            let Content::Speech(payload) = content else { panic!("{content:?}") };
            all.push((timestamp, payload[0]));
        }
        all
    }

    #[test]
    fn a_pause_has_its_turn_among_speech() {
        let mut buffer = JitterBuffer::default();
        let quiet = Content::Noise(NoiseLevel::parse(&[60]));
        buffer.insert(320, Content::Speech(&[3]));
        buffer.insert(160, quiet);
        buffer.insert(160, Content::Speech(&[9]));
        buffer.insert(0, Content::Speech(&[1]));
        for expected in [(0, Content::Speech(&[1][..])), (160, quiet), (320, Content::Speech(&[3]))]
        {
            assert_eq!(buffer.take_before(1_000), Some(expected));
        }
        assert_eq!(size_of::<Slot>(), 32, "pauses cost calls without them nothing");
    }

    #[test]
    fn packets_come_out_in_order_once_and_not_before_their_time() {
        let mut buffer = JitterBuffer::default();
        let start = 0_u32.wrapping_sub(320);
        for (n, payload) in [(2, 2), (0, 0), (1, 1), (1, 9), (4, 4)] {
            buffer.insert(start.wrapping_add(n * 160), Content::Speech(&[payload]));
        }
        let two = start.wrapping_add(320);
        assert_eq!(taken(&mut buffer, two), [(start, 0), (start.wrapping_add(160), 1)]);
        assert_eq!(taken(&mut buffer, two.wrapping_add(1_000)).len(), 2);
        assert!(taken(&mut buffer, two.wrapping_add(1_000)).is_empty());
    }

    #[test]
    fn a_full_buffer_lets_the_earliest_go() {
        let mut buffer = JitterBuffer::default();
        for n in 0..20_u8 {
            buffer.insert(u32::from(n) * 160, Content::Speech(&[n]));
        }
        let left = taken(&mut buffer, 10_000);
        assert_eq!(left.len(), SLOTS);
        assert_eq!(left[0], (4 * 160, 4));
        buffer.insert(0, Content::Speech(&[]));
        buffer.clear();
        assert!(buffer.take_before(10_000).is_none());
    }
}
