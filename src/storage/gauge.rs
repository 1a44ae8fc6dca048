//! How what calls leave behind is being written, to be seen from anywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// How one kind of it fares. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Arc<Shown>);

#[derive(Debug, Default)]
struct Shown {
    failing: AtomicBool,
    waiting: AtomicUsize,
    lost: AtomicU64,
}

/// What a gauge shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GaugeStatus {
    /// Whether the disk refuses.
    pub failing: bool,
    /// How many wait in memory for the disk.
    pub waiting: usize,
    /// How many found no room, or could not be kept, since the start.
    pub lost: u64,
}

impl Gauge {
    /// What it shows now.
    #[must_use]
    pub fn status(&self) -> GaugeStatus {
        GaugeStatus {
            failing: self.0.failing.load(Ordering::Relaxed),
            waiting: self.0.waiting.load(Ordering::Relaxed),
            lost: self.0.lost.load(Ordering::Relaxed),
        }
    }

    /// Whether the disk refuses from now on; gives whether it did before.
    pub(super) fn fails(&self, failing: bool) -> bool {
        self.0.failing.swap(failing, Ordering::Relaxed)
    }

    /// So many wait.
    pub(super) fn waits(&self, waiting: usize) {
        self.0.waiting.store(waiting, Ordering::Relaxed);
    }

    /// One more is lost.
    pub(super) fn loses(&self) {
        self.0.lost.fetch_add(1, Ordering::Relaxed);
    }
}
