//! Which wall-clock time belongs to an instant.

use crate::time::{Duration, Instant, Wall};

/// The last reading of the wall clock, carried on by the monotonic clock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WallClock {
    read_at: Instant,
    reading: Wall,
}

impl WallClock {
    pub(super) const fn read(&mut self, now: Instant, reading: Wall) {
        self.read_at = now;
        self.reading = reading;
    }

    pub(super) fn at(&self, now: Instant) -> Wall {
        if now < self.read_at {
            return self.reading.before(self.read_at.since(now));
        }
        self.reading.after(now.since(self.read_at))
    }

    /// When it was, or will be, that time of day; the clock's zero for what was before.
    pub(super) fn instant(&self, wall: Wall) -> Instant {
        let micros = wall.as_unix_micros().saturating_sub(self.reading.as_unix_micros());
        let span = Duration::from_micros(micros.unsigned_abs());
        if micros < 0 { self.read_at.before(span) } else { self.read_at + span }
    }
}
