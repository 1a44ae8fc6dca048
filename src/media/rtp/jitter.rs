//! Packets that wait for their turn, in the order of their timestamps.

/// Packets that may wait: 160 ms at 10 ms each, and more than that at 20.
const SLOTS: usize = 16;
/// The largest payload that is kept; a longer one is cut, which no codec here has.
const MAX_PAYLOAD: usize = 1_280;

/// A handful of packets in order. Once each slot was used, nothing is allocated.
#[derive(Debug, Default)]
pub struct JitterBuffer {
    slots: [Slot; SLOTS],
}

#[derive(Debug, Default)]
struct Slot {
    /// `None` = free.
    timestamp: Option<u32>,
    payload: Vec<u8>,
}

impl JitterBuffer {
    /// Keeps a packet. A second one of the same timestamp is left out; where all slots are taken, the earliest packet
    /// goes.
    pub fn insert(&mut self, timestamp: u32, payload: &[u8]) {
        if self.slots.iter().any(|slot| slot.timestamp == Some(timestamp)) {
            return;
        }
        let place = match self.slots.iter().position(|slot| slot.timestamp.is_none()) {
            Some(free) => free,
            None => self.earliest().map_or(0, |(place, _)| place),
        };
        let slot = &mut self.slots[place];
        slot.timestamp = Some(timestamp);
        slot.payload.clear();
        slot.payload.extend_from_slice(payload.get(..MAX_PAYLOAD).unwrap_or(payload));
    }

    /// Takes the earliest packet if it begins before `limit`.
    pub fn take_before(&mut self, limit: u32) -> Option<(u32, &[u8])> {
        let (place, timestamp) = self.earliest()?;
        if timestamp.wrapping_sub(limit).cast_signed() >= 0 {
            return None;
        }
        let slot = &mut self.slots[place];
        slot.timestamp = None;
        Some((timestamp, &slot.payload))
    }

    /// Forgets all packets.
    pub fn clear(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.timestamp = None);
    }

    fn earliest(&self) -> Option<(usize, u32)> {
        let taken = self.slots.iter().enumerate();
        let taken = taken.filter_map(|(place, slot)| Some((place, slot.timestamp?)));
        // All lie within a fraction of the clock's circle, so that one of them is behind all others.
        taken.reduce(|a, b| if b.1.wrapping_sub(a.1).cast_signed() < 0 { b } else { a })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(buffer: &mut JitterBuffer, limit: u32) -> Vec<(u32, u8)> {
        let mut all = Vec::new();
        while let Some((timestamp, payload)) = buffer.take_before(limit) {
            all.push((timestamp, payload[0]));
        }
        all
    }

    #[test]
    fn packets_come_out_in_order_once_and_not_before_their_time() {
        let mut buffer = JitterBuffer::default();
        let start = 0_u32.wrapping_sub(320);
        for (n, payload) in [(2, 2), (0, 0), (1, 1), (1, 9), (4, 4)] {
            buffer.insert(start.wrapping_add(n * 160), &[payload]);
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
            buffer.insert(u32::from(n) * 160, &[n]);
        }
        let left = taken(&mut buffer, 10_000);
        assert_eq!(left.len(), SLOTS);
        assert_eq!(left[0], (4 * 160, 4));
        buffer.insert(0, &[]);
        buffer.clear();
        assert!(buffer.take_before(10_000).is_none());
    }
}
