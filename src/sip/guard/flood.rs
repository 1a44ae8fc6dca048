//! Token buckets: how much each source sends, in a table whose size never changes.
//!
//! A source's bucket lies in one of a few places that a keyed hash of its address names. When all are taken, the one
//! that was quiet longest gives way, so that a flood of made-up addresses makes the guard forget, never grow. What
//! made-up addresses send together is limited by one more bucket, that of all strangers.

use super::{ACQUAINTED, GuardSettings, Source};
use crate::time::Instant;

/// Places that one source may have.
const WAYS: usize = 4;
/// Groups of places: 16,384 sources in half a megabyte.
const GROUPS: u64 = 4_096;
/// Seconds' worth of messages that a bucket holds: phones that start together after a power cut send in bursts.
const BURST_SECONDS: u64 = 4;
/// Messages a second that all strangers together may send; what is over it is dropped, and nobody is banned for it.
const ALL_STRANGERS: u64 = 1_000;
/// A message, in the unit of a bucket's content: the content grows by the rate in each microsecond.
const MESSAGE: u64 = 1_000_000;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Poured {
    /// There was room.
    Fits,
    /// There was none.
    Spilt,
    /// There was none, and as much as a whole bucket has been spilt already: this is no burst.
    Flood,
}

/// All buckets.
#[derive(Debug)]
pub(super) struct Buckets {
    places: Vec<Option<Bucket>>,
    everybody: Bucket,
    secret: (u64, u64),
    rate: u64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    source: Source,
    /// Room for so much, in millionths of a message.
    room: u64,
    at: Instant,
    /// Messages spilt since there was room for a whole bucket.
    spilt: u64,
}

impl Buckets {
    pub(super) fn new(settings: &GuardSettings, secret: [u8; 32]) -> Self {
        let word = |from: usize| {
            let bytes = secret.get(from..from + 8).unwrap_or_default();
            bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        };
        let places = usize::try_from(GROUPS).expect("a small number") * WAYS;
        Self {
            places: vec![None; places],
            everybody: Bucket::full(Source(0), Instant::ZERO, ALL_STRANGERS),
            secret: (word(0), word(8) | 1),
            rate: u64::from(settings.messages),
        }
    }

    /// Takes note of one message of `source`.
    pub(super) fn pour(&mut self, now: Instant, source: Source, acquainted: bool) -> Poured {
        let rate = if acquainted { self.rate * u64::from(ACQUAINTED) } else { self.rate };
        let group = self.group(source);
        let Some(ways) = self.places.get_mut(group..group + WAYS) else { return Poured::Fits };
        let found = ways.iter().position(|way| way.is_some_and(|bucket| bucket.source == source));
        let place = found.unwrap_or_else(|| {
            let quiet = (0..WAYS).min_by_key(|&way| ways[way].map_or(Instant::ZERO, |b| b.at));
            let place = quiet.unwrap_or(0);
            ways[place] = None;
            place
        });
        let bucket = ways[place].get_or_insert_with(|| Bucket::full(source, now, rate));
        let poured = bucket.pour(now, rate);
        match poured {
            Poured::Fits if acquainted => Poured::Fits,
            Poured::Fits => match self.everybody.pour(now, ALL_STRANGERS) {
                Poured::Fits => Poured::Fits,
                Poured::Spilt | Poured::Flood => Poured::Spilt,
            },
            Poured::Flood if acquainted => Poured::Spilt,
            Poured::Spilt | Poured::Flood => poured,
        }
    }

    /// The first place of a source's group: two rounds of multiplying and folding with the secret.
    fn group(&self, source: Source) -> usize {
        let fold = |left: u64, right: u64| {
            let product = u128::from(left) * u128::from(right | 1);
            let (high, low) = (product >> 64, product & u128::from(u64::MAX));
            u64::try_from(high ^ low).expect("both have 64 bits")
        };
        let once = fold(source.0 ^ self.secret.0, self.secret.1);
        let twice = fold(once ^ self.secret.1.rotate_left(32), 0x9e37_79b9_7f4a_7c15);
        usize::try_from(twice % GROUPS).expect("a small number") * WAYS
    }
}

impl Bucket {
    const fn full(source: Source, at: Instant, rate: u64) -> Self {
        Self { source, room: rate * BURST_SECONDS * MESSAGE, at, spilt: 0 }
    }

    fn pour(&mut self, now: Instant, rate: u64) -> Poured {
        let size = rate * BURST_SECONDS * MESSAGE;
        let drained = now.since(self.at).as_micros().saturating_mul(rate);
        self.room = self.room.saturating_add(drained).min(size);
        self.at = now;
        if self.room == size {
            self.spilt = 0;
        }
        if let Some(rest) = self.room.checked_sub(MESSAGE) {
            self.room = rest;
            return Poured::Fits;
        }
        self.spilt += 1;
        if self.spilt > rate * BURST_SECONDS { Poured::Flood } else { Poured::Spilt }
    }
}
