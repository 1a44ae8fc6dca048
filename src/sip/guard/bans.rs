//! Who is not heard for a while: each further ban of the same lasts twice as long.

use super::Source;
use super::ageing::Ageing;
use crate::time::{Duration, Instant};

/// The longest ban.
const LONGEST: Duration = Duration::from_mins(24 * 60);
/// How long after its end a ban is remembered, so that the next one is longer.
const MEMORY: Duration = Duration::from_mins(24 * 60);
/// Most bans remembered. Beyond it the one that ends first gives way.
const MAX_BANS: usize = 8_192;

/// What is banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Banned {
    /// All that a source sends.
    Source(Source),
    /// What a source sends for one user.
    Login(Source, u64),
}

/// All bans: when each ends, and how long it is.
#[derive(Debug)]
pub(super) struct Bans {
    first: Duration,
    list: Ageing<Banned, Duration>,
}

impl Bans {
    pub(super) fn new(first: Duration) -> Self {
        Self { first: first.min(LONGEST), list: Ageing::new(MAX_BANS) }
    }

    /// Whether it is banned at the moment.
    pub(super) fn holds(&self, now: Instant, what: Banned) -> bool {
        self.list.find(&what).is_some_and(|(until, _)| now < *until)
    }

    /// Bans it from now on; for how long.
    pub(super) fn add(&mut self, now: Instant, what: Banned) -> Duration {
        let remembered = self.list.find(&what).filter(|(until, _)| now < *until + MEMORY);
        let span = remembered.map_or(self.first, |(_, span)| span.times(2).min(LONGEST));
        self.list.put(what, now + span, span);
        span
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }
}
