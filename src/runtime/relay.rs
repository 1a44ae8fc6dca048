//! Sound and keys between legs of two adapters: each adapter holds one end of a relay, and its leg is bridged with that end.
//!
//! ```text
//!  adapter of leg a ── Exchange::lay(b) ──▶ the other end, as a LaidRelay ──▶ adapter of leg b
//!        │ end                                                                  │ end
//!        ├── say ──▶ 60 ms at most, 8 kHz ──▶ hear ─────────────────────────────┤ … and the other way round
//!        └── press ──▶ 64 keys at most ──▶ next_key ────────────────────────────┘
//! ```
//!
//! Only the adapter that is told to bridge lays a relay, so that both never lay one for the same order. Whoever lets go of
//! an end takes the bridge apart: the other end is over, and its adapter tells so. Samples never wait for anybody; what is
//! too old is left out and counted. A key that is a tone is in the samples; one that came in any other way goes beside them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use crate::call::{AdapterId, LegId, Symbol};

/// Samples of 8 kHz that wait at most; with more the oldest are left out: 60 ms.
pub const MAX_RELAYED: usize = 480;
/// Keys that wait at most; further ones are left out.
const MAX_RELAYED_KEYS: usize = 64;
/// Samples that may be left over each time something is heard: 10 ms. What is never needed beyond is left out.
const SPARE: usize = 80;
/// Samples that are heard before one looks how few were left over: 1 s.
const LOOK_EVERY: usize = 8_000;
/// Ends of relays that wait for an adapter at most; a further bridge is refused.
const MAX_LAID: usize = 1_024;

/// One end of a relay. Letting go of it takes the bridge apart.
#[derive(Debug)]
pub struct Relay {
    ours: Arc<Mutex<Way>>,
    theirs: Arc<Mutex<Way>>,
}

impl Relay {
    /// A relay: its two ends.
    #[must_use]
    pub fn pair() -> (Self, Self) {
        let (a, b) = <(Arc<Mutex<Way>>, Arc<Mutex<Way>>)>::default();
        let other = Self { ours: Arc::clone(&b), theirs: Arc::clone(&a) };
        (Self { ours: a, theirs: b }, other)
    }

    /// Gives samples of 8 kHz to the other end.
    pub fn say(&self, samples: &[i16]) {
        lock(&self.ours).say(samples);
    }

    /// Fills `room` with what the other end said next, at 8 kHz; `false` if that is not as much.
    #[must_use]
    pub fn hear(&self, room: &mut [i16]) -> bool {
        lock(&self.theirs).hear(room)
    }

    /// Gives a key to the other end, to be pressed towards its party.
    pub fn press(&self, symbol: Symbol) {
        let keys = &mut lock(&self.ours).keys;
        if keys.len() < MAX_RELAYED_KEYS {
            keys.push_back(symbol);
        }
    }

    /// The next key that the other end pressed.
    #[must_use]
    pub fn next_key(&self) -> Option<Symbol> {
        lock(&self.theirs).keys.pop_front()
    }

    /// Whether the other end was let go of.
    #[must_use]
    pub fn is_over(&self) -> bool {
        Arc::strong_count(&self.ours) == 1
    }

    /// Samples of the other end that were left out.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        lock(&self.theirs).dropped
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let dropped = self.dropped();
        if dropped > 0 {
            tracing::debug!(dropped, "Samples between two adapters were left out.");
        }
    }
}

/// Held for the copy of a few samples, by nobody who waits for anything else.
fn lock(way: &Mutex<Way>) -> MutexGuard<'_, Way> {
    way.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What waits on its way from one end to the other.
#[derive(Debug)]
struct Way {
    samples: VecDeque<i16>,
    keys: VecDeque<Symbol>,
    /// The fewest samples that were left over lately, and how many were heard meanwhile.
    fewest: usize,
    heard: usize,
    dropped: u64,
}

impl Default for Way {
    fn default() -> Self {
        let samples = VecDeque::with_capacity(MAX_RELAYED);
        let keys = VecDeque::new();
        Self { samples, keys, fewest: usize::MAX, heard: 0, dropped: 0 }
    }
}

impl Way {
    fn say(&mut self, samples: &[i16]) {
        let newest = samples.len().saturating_sub(MAX_RELAYED);
        let samples = samples.get(newest..).unwrap_or_default();
        self.leave_out((self.samples.len() + samples.len()).saturating_sub(MAX_RELAYED));
        self.dropped += newest as u64;
        self.samples.extend(samples);
    }

    fn hear(&mut self, room: &mut [i16]) -> bool {
        if self.samples.len() < room.len() {
            // Whoever came too early has them all the next time.
            self.fewest = 0;
            return false;
        }
        let count = room.len();
        for (room, sample) in room.iter_mut().zip(self.samples.drain(..count)) {
            *room = sample;
        }
        self.fewest = self.fewest.min(self.samples.len());
        self.heard += count;
        if self.heard >= LOOK_EVERY {
            self.leave_out(self.fewest.saturating_sub(SPARE));
            (self.fewest, self.heard) = (usize::MAX, 0);
        }
        true
    }

    fn leave_out(&mut self, count: usize) {
        self.samples.drain(..count.min(self.samples.len()));
        self.dropped += count as u64;
    }
}

/// An end that another adapter has laid for a leg.
#[derive(Debug)]
pub struct LaidRelay {
    /// Whom it is for.
    pub leg: LegId,
    /// The end.
    pub relay: Relay,
}

/// Where the adapters of a node find each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Hub(Arc<Mutex<BTreeMap<AdapterId, Door>>>);

/// How ends reach an adapter.
#[derive(Debug)]
struct Door {
    laid: mpsc::Sender<LaidRelay>,
    carries: Arc<AtomicBool>,
}

impl Hub {
    /// An adapter takes part: its door to the others, and the ends that they lay for it.
    pub(super) fn join(&self, id: AdapterId) -> (Exchange, mpsc::Receiver<LaidRelay>) {
        let (laid, ends) = mpsc::channel(MAX_LAID);
        let carries = Arc::new(AtomicBool::new(false));
        self.doors().insert(id, Door { laid, carries: Arc::clone(&carries) });
        (Exchange { id, hub: self.clone(), carries }, ends)
    }

    fn doors(&self) -> MutexGuard<'_, BTreeMap<AdapterId, Door>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An adapter's door to the others, for bridges with their legs.
#[derive(Debug, Clone)]
pub struct Exchange {
    id: AdapterId,
    hub: Hub,
    /// Whether the samples of its legs pass through this node.
    carries: Arc<AtomicBool>,
}

impl Exchange {
    /// Tells whether the samples of this adapter's legs pass through this node (`pcm`, `native`). At first they do not.
    pub fn carry(&self, carries: bool) {
        self.carries.store(carries, Ordering::Relaxed);
    }

    /// Whether a leg is another adapter's.
    #[must_use]
    pub fn is_afar(&self, leg: LegId) -> bool {
        leg.adapter != self.id
    }

    /// Whether legs of this adapter can be bridged with that one: the samples of both pass through this node, or both are
    /// of this adapter.
    #[must_use]
    pub fn reaches(&self, leg: LegId) -> bool {
        let doors = self.hub.doors();
        let carries =
            |id| doors.get(&id).is_some_and(|door: &Door| door.carries.load(Ordering::Relaxed));
        leg.adapter == self.id || (carries(self.id) && carries(leg.adapter))
    }

    /// Lays a relay to a leg of another adapter; `None` where there is no way to it. A leg that is gone lets go of its
    /// end.
    #[must_use]
    pub fn lay(&self, leg: LegId) -> Option<Relay> {
        if !self.is_afar(leg) || !self.reaches(leg) {
            return None;
        }
        let (here, relay) = Relay::pair();
        let laid = self.hub.doors().get(&leg.adapter).map(|door| door.laid.clone())?;
        laid.try_send(LaidRelay { leg, relay }).ok()?;
        Some(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_hear_each_other_in_order_and_know_when_the_other_is_gone() {
        let (a, b) = Relay::pair();
        a.say(&[1, 2, 3]);
        b.say(&[7, 8]);
        let mut room = [0; 2];
        assert!(b.hear(&mut room));
        assert_eq!(room, [1, 2]);
        assert!(!b.hear(&mut room), "one sample is not two");
        a.say(&[4]);
        assert!(b.hear(&mut room) && room == [3, 4]);
        assert!(a.hear(&mut room) && room == [7, 8]);
        assert!(!a.is_over() && !b.is_over());
        drop(b);
        assert!(a.is_over());
    }

    #[test]
    fn keys_go_both_ways_in_order_and_never_more_than_fit() {
        let (a, b) = Relay::pair();
        let key = |code: u8| Symbol::from_event_code(code).expect("a key");
        a.press(key(1));
        a.press(key(11));
        b.press(key(5));
        assert_eq!([b.next_key(), b.next_key(), b.next_key()], [Some(key(1)), Some(key(11)), None]);
        assert_eq!([a.next_key(), a.next_key()], [Some(key(5)), None]);
        (0..1_000).for_each(|_| a.press(key(2)));
        assert_eq!(std::iter::from_fn(|| b.next_key()).count(), MAX_RELAYED_KEYS);
    }

    #[test]
    fn the_oldest_is_left_out_and_counted() {
        let (a, b) = Relay::pair();
        let said: Vec<i16> = (0..1_000).collect();
        said.chunks(80).for_each(|part| a.say(part));
        assert_eq!(b.dropped(), 1_000 - MAX_RELAYED as u64);
        let mut room = [0; MAX_RELAYED];
        assert!(b.hear(&mut room));
        assert_eq!(room[0], 520, "the newest are kept");
        a.say(&said);
        assert!(b.hear(&mut room) && room[0] == 520, "so are those of one that is too long");
    }

    #[test]
    fn what_nobody_needs_does_not_wait_for_ever() {
        let (a, b) = Relay::pair();
        a.say(&[0; 320]);
        let mut room = [0; 160];
        for _ in 0..60 {
            a.say(&[0; 160]);
            assert!(b.hear(&mut room));
        }
        assert_eq!(lock(&b.theirs).samples.len(), SPARE);
        assert_eq!(b.dropped(), 320 - SPARE as u64);
    }

    #[test]
    fn a_relay_is_laid_only_where_both_adapters_carry_samples() {
        let hub = Hub::default();
        let (here, _ends) = hub.join(AdapterId(0));
        let (there, mut ends) = hub.join(AdapterId(1));
        let leg = LegId { adapter: AdapterId(1), number: 4 };
        let nowhere = LegId { adapter: AdapterId(2), number: 4 };
        here.carry(true);
        assert!(!here.reaches(leg) && here.lay(leg).is_none(), "that one carries none");
        there.carry(true);
        assert!(here.reaches(leg) && !here.reaches(nowhere) && here.lay(nowhere).is_none());
        let ours = here.lay(leg).expect("a way");
        let laid = ends.try_recv().expect("the other end");
        assert_eq!(laid.leg, leg);
        laid.relay.say(&[5]);
        let mut room = [0];
        assert!(ours.hear(&mut room) && room == [5]);
        here.carry(false);
        assert!(!here.reaches(leg) && here.reaches(LegId { adapter: AdapterId(0), ..leg }));
        here.carry(true);
        assert!((0..=MAX_LAID).any(|_| here.lay(leg).is_none()), "the way is bounded");
    }
}
