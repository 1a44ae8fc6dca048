//! Which packets were taken already (RFC 3711 §3.3.2).

/// How many packets back one may be late, and is still told from a repeated one.
const WINDOW: u64 = 128;

/// A window over the indexes of packets, counted from the newest one back.
#[derive(Debug, Clone, Default)]
pub(super) struct Replay {
    /// The newest index that was taken; `None` = none was.
    newest: Option<u64>,
    /// Bit n: the packet n before the newest was taken.
    taken: u128,
}

impl Replay {
    /// Whether the packet of this index was not taken before, and is not too old to know.
    pub(super) fn is_new(&self, index: u64) -> bool {
        match self.newest {
            None => true,
            Some(newest) if index > newest => true,
            Some(newest) => {
                let back = newest - index;
                back < WINDOW && self.taken & (1 << back) == 0
            }
        }
    }

    /// Remembers a packet that was proved.
    pub(super) fn take(&mut self, index: u64) {
        match self.newest {
            Some(newest) if index <= newest => {
                let back = newest - index;
                if back < WINDOW {
                    self.taken |= 1 << back;
                }
            }
            Some(newest) => {
                let step = u32::try_from(index - newest).unwrap_or(u32::MAX);
                self.taken = self.taken.checked_shl(step).unwrap_or(0) | 1;
                self.newest = Some(index);
            }
            None => {
                self.taken = 1;
                self.newest = Some(index);
            }
        }
    }

    /// The newest index that was taken.
    pub(super) const fn newest(&self) -> Option<u64> {
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_packet_is_taken_once_within_the_window() {
        let mut replay = Replay::default();
        for (index, new) in [
            (1_000, true),
            (1_000, false),
            (1_001, true),
            (999, true),
            (999, false),
            (1_001 + WINDOW - 1, true),
            (1_001, false),
            (1_000, false),
            (1_001 + WINDOW - 1 - (WINDOW - 2), true),
            (1_000_000, true),
            (1_001 + WINDOW, false),
            (999_999, true),
        ] {
            assert_eq!(replay.is_new(index), new, "{index}");
            if new {
                replay.take(index);
            }
        }
        assert_eq!(replay.newest(), Some(1_000_000));
    }
}
