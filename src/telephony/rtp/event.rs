//! What media threads report, and the way it takes.

use std::collections::VecDeque;

use tokio::sync::mpsc::{Sender, error::TrySendError};

use crate::call::{KeySource, LegId, PlayEnd, PlayId, Quality, RecordingEnd, RecordingId, Symbol};
use crate::media::Ended;
use crate::time::{Duration, Instant};

/// Reports that one thread keeps while the adapter's channel is full. A further one is dropped and logged.
const MAX_BACKLOG: usize = 16_384;

/// One report of a media thread. Those of a leg are in order and end with [`MediaEventKind::Closed`].
#[derive(Debug, Clone, PartialEq)]
pub struct MediaEvent {
    /// When it happened.
    pub at: Instant,
    /// The leg it happened on.
    pub leg: LegId,
    /// What happened.
    pub kind: MediaEventKind,
}

/// What happened to the media of a leg.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaEventKind {
    /// A key was pressed; once per press, at its first packet.
    Key {
        /// The key.
        symbol: Symbol,
        /// How it arrived.
        source: KeySource,
        /// When the press began.
        pressed_at: Instant,
    },
    /// A play ended; exactly one per play.
    PlayEnded {
        /// Which play.
        play: PlayId,
        /// Why it ended.
        end: PlayEnd,
        /// How much of it was sent.
        heard: Duration,
        /// When its last audible sample was sent.
        audible_end: Instant,
    },
    /// A recording ended; exactly one per recording, before the leg's own end.
    Recorded {
        /// Which.
        recording: RecordingId,
        /// Why it ended.
        end: RecordingEnd,
        /// How long it is; zero = nothing is kept.
        lasted: Duration,
    },
    /// The leg is bridged.
    Bridged,
    /// The leg is no longer bridged.
    Unbridged {
        /// How its media was until now; `None` if it was never connected.
        quality: Option<Quality>,
    },
    /// No packet came for the set time although the far side may send.
    Lost,
    /// Packets come again.
    Restored,
    /// The leg is closed and its port is free. The last report of a leg.
    Closed {
        /// How its media was received; `None` if it was never connected.
        quality: Option<Quality>,
    },
}

/// The way of reports to the adapter: never waits.
#[derive(Debug)]
pub(super) struct Outbox {
    sender: Sender<MediaEvent>,
    backlog: VecDeque<MediaEvent>,
}

impl Outbox {
    pub(super) const fn new(sender: Sender<MediaEvent>) -> Self {
        Self { sender, backlog: VecDeque::new() }
    }

    /// Reports, now or as soon as the channel has room.
    pub(super) fn push(&mut self, at: Instant, leg: LegId, kind: MediaEventKind) {
        if self.backlog.len() >= MAX_BACKLOG {
            tracing::error!(%leg, "Media report dropped: nobody takes them.");
            return;
        }
        self.backlog.push_back(MediaEvent { at, leg, kind });
        self.flush();
    }

    /// Reports the ends of plays.
    pub(super) fn push_ended(&mut self, at: Instant, leg: LegId, ended: &mut Vec<Ended>) {
        for Ended { play, end, heard, audible_end } in ended.drain(..) {
            self.push(at, leg, MediaEventKind::PlayEnded { play, end, heard, audible_end });
        }
    }

    /// Sends what waits, as far as there is room.
    pub(super) fn flush(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.sender.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.backlog.push_front(event);
                    return;
                }
                Err(TrySendError::Closed(_)) => self.backlog.clear(),
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.backlog.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::AdapterId;

    #[test]
    fn reports_wait_for_room_in_order_and_within_a_bound() {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
        let mut outbox = Outbox::new(sender);
        let leg = LegId { adapter: AdapterId(0), number: 1 };
        let total = MAX_BACKLOG as u64 + 10;
        for n in 0..total {
            outbox.push(Instant::from_micros(n), leg, MediaEventKind::Lost);
        }
        let mut taken = 0;
        while let Ok(event) = receiver.try_recv() {
            assert_eq!(event.at.as_micros(), taken);
            taken += 1;
            outbox.flush();
        }
        assert_eq!(taken, MAX_BACKLOG as u64 + 1, "the backlog and the one in the channel");
        assert!(outbox.is_empty());
    }
}
