//! One source of packets: how often its 16-bit numbers began anew, and what was taken of it.

use super::replay::Replay;

/// Half of all sequence numbers.
const HALF: u16 = 1 << 15;

/// What is known of one source (RFC 3711 §3.2.3).
#[derive(Debug, Clone, Default)]
pub(super) struct Stream {
    pub(super) ssrc: u32,
    pub(super) packets: Replay,
    /// The same for its RTCP.
    pub(super) control: Replay,
}

impl Stream {
    pub(super) fn new(ssrc: u32) -> Self {
        Self { ssrc, ..Self::default() }
    }

    /// The index that a packet of this sequence number most likely has: the rollover counter above it (RFC 3711
    /// appendix A). `None` = it would lie before the first packet.
    pub(super) fn index(&self, sequence: u16) -> Option<u64> {
        let Some(newest) = self.packets.newest() else { return Some(u64::from(sequence)) };
        let rollovers = newest >> 16;
        let last = u16::try_from(newest & 0xffff).unwrap_or(u16::MAX);
        let rollovers = if last < HALF {
            if sequence.checked_sub(last).is_some_and(|ahead| ahead > HALF) {
                rollovers.checked_sub(1)?
            } else {
                rollovers
            }
        } else if last - HALF > sequence {
            rollovers + 1
        } else {
            rollovers
        };
        Some((rollovers << 16) | u64::from(sequence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_begin_anew_are_counted() {
        let mut stream = Stream::new(1);
        assert_eq!(
            stream.index(65_534),
            Some(65_534),
            "the first packet has no rollover before it"
        );
        for (sequence, index) in [
            (65_534, 65_534),
            (65_535, 65_535),
            (0, 65_536),
            (65_535, 65_535),
            (2, 65_538),
            (1, 65_537),
            (30_000, 95_536),
            (60_000, 125_536),
            (100, 131_172),
        ] {
            assert_eq!(stream.index(sequence), Some(index), "{sequence}");
            stream.packets.take(index);
        }
        let mut young = Stream::new(1);
        young.packets.take(3);
        assert_eq!(young.index(65_000), None, "before the first packet there is none");
    }
}
