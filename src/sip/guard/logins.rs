//! Failed logins: how often one source got the password of one user wrong, and how many users it named that do not
//! exist.

use super::Source;
use super::ageing::Ageing;
use crate::time::{Duration, Instant};

/// Wrong passwords for one user, or unknown users, that are too many …
const LIMIT: usize = 5;
/// … within this time.
const WITHIN: Duration = Duration::from_secs(60);
/// Most sources and users counted at a time. Beyond it the one that has been quiet longest is forgotten.
const MAX_COUNTED: usize = 8_192;

/// What failed attempts come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// People mistype.
    Bearable,
    /// Somebody guesses the password of this user.
    TooMany,
    /// Somebody guesses users.
    TooManyUnknown,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    Login(Source, u64),
    Unknown(Source),
}

/// When the latest of something happened, and of which user each was.
#[derive(Debug, Clone, Copy, Default)]
struct Latest([Option<(Instant, u64)>; LIMIT]);

/// All counts, by when each last grew.
#[derive(Debug)]
pub(super) struct Attempts(Ageing<Counted, Latest>);

impl Attempts {
    pub(super) const fn new() -> Self {
        Self(Ageing::new(MAX_COUNTED))
    }

    /// Takes note of a wrong password for a user, who may not even exist.
    pub(super) fn failed(
        &mut self,
        now: Instant,
        source: Source,
        user: u64,
        exists: bool,
    ) -> Judged {
        if !exists && self.count(now, Counted::Unknown(source), user, true) {
            return Judged::TooManyUnknown;
        }
        if self.count(now, Counted::Login(source, user), user, false) {
            return Judged::TooMany;
        }
        Judged::Bearable
    }

    /// Counts one more; whether that makes too many, and then begins anew.
    fn count(&mut self, now: Instant, what: Counted, user: u64, once_per_user: bool) -> bool {
        let mut latest = self.0.find(&what).map_or_else(Latest::default, |(_, latest)| *latest);
        let full = latest.add(now, user, once_per_user);
        if full {
            self.0.remove(&what);
        } else {
            self.0.put(what, now, latest);
        }
        full
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Latest {
    /// Adds one; whether all places are now taken by recent ones.
    fn add(&mut self, now: Instant, user: u64, once_per_user: bool) -> bool {
        for place in &mut self.0 {
            *place = place.filter(|(at, _)| now.since(*at) <= WITHIN);
        }
        let again = once_per_user && self.0.iter().flatten().any(|(_, known)| *known == user);
        if !again && let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some((now, user));
        }
        self.0.iter().all(Option::is_some)
    }
}

/// A short name for a user, so that tables hold no names (FNV-1a).
pub(super) fn fingerprint(user: &[u8]) -> u64 {
    user.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
