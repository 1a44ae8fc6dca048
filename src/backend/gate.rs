//! How many requests of one service may be under way: a stuck service holds up its own callers only, and those not
//! for long.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::time::Duration;

/// How long a request waits for its turn.
const WAIT: Duration = Duration::from_secs(1);
/// Requests that may wait, for each that may be under way; one more is turned away at once.
const WAITING: usize = 4;

/// The gate of one service.
#[derive(Debug)]
pub(super) struct Gate {
    turns: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
}

/// A place among those who wait; leaving it frees it.
struct Place<'a>(&'a AtomicUsize);

impl Gate {
    pub(super) const fn new(concurrency: usize) -> Self {
        Self {
            turns: Semaphore::const_new(concurrency),
            waiting: AtomicUsize::new(0),
            most_waiting: concurrency.saturating_mul(WAITING),
        }
    }

    /// Waits for a turn, which lasts until it is dropped. `None`: too many are under way.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(turn) = self.turns.try_acquire() {
            return Some(turn);
        }
        let place = Place::take(&self.waiting, self.most_waiting)?;
        let turn = timeout(WAIT.to_std(), self.turns.acquire()).await;
        drop(place);
        turn.ok()?.ok()
    }
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(waiting);
        (before < most).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_turn_waits_a_second_and_who_finds_no_place_not_at_all() {
        let gate = Arc::new(Gate::new(2));
        let first = gate.enter().await.expect("a turn");
        let _second = gate.enter().await.expect("a turn");
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let gate = Arc::clone(&gate);
                tokio::spawn(async move { gate.enter().await.map(drop).is_some() })
            })
            .collect();
        tokio::task::yield_now().await;
        let began = tokio::time::Instant::now();
        assert!(gate.enter().await.is_none(), "no place");
        assert_eq!(began.elapsed(), std::time::Duration::ZERO);
        for one in waiting {
            assert!(!one.await.expect("runs"), "no turn came");
        }
        assert_eq!(began.elapsed(), WAIT.to_std());
        drop(first);
        assert!(gate.enter().await.is_some(), "a turn again");
        assert_eq!(gate.waiting.load(Ordering::Relaxed), 0);
    }
}
