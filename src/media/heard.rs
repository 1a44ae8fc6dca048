//! What a leg hears, decoded: for whatever listens to a party rather than passes it on.
//!
//! The ear of a leg puts packets in order, decodes them and hands out one frame after the other, without a gap: where
//! nothing came in time it makes audio up and says so. Detectors of keys and of speech, and recorders, are [`Listener`]s.

use crate::time::Instant;

/// Samples in one frame: 10 ms at 8 kHz.
pub const HEARD_SAMPLES: usize = 80;

/// 10 ms of what a leg hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeardFrame {
    /// The samples, 8 kHz, one channel.
    pub samples: [i16; HEARD_SAMPLES],
    /// Whether they stand in for packets that were lost, are late or were never sent: nothing is to be concluded from
    /// what they sound like.
    pub made_up: bool,
    /// When they are heard, some tens of milliseconds after they arrived.
    pub at: Instant,
}

/// Whatever hears a leg, frame by frame.
pub trait Listener {
    /// Hears the next 10 ms.
    fn hear(&mut self, frame: &HeardFrame);
}
