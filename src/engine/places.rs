//! Places in line of callers who were cut off, or hung up: one who calls again soon stands where they stood.
//!
//! A place is given back once, to the one caller it can belong to: a number that is withheld has none, and a number under
//! which two have lost a place has none either. Nothing but the place comes back.

use std::collections::BTreeMap;

use super::machine::Engine;
use crate::call::{CallId, QueueId};
use crate::history::{CallerKey, Exit, PLACES_KEPT, Place};
use crate::time::{Duration, Instant, Wall};

/// For how long a place is kept where nothing else is said.
pub const RESUME: Duration = Duration::from_mins(10);

/// The places that are kept.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The place of each caller; without one where two of that number lost theirs.
    kept: BTreeMap<CallerKey, Kept>,
}

/// A place, or that it cannot be told whose it is.
#[derive(Debug)]
struct Kept {
    left: Wall,
    place: Option<(QueueId, Wall)>,
}

impl Places {
    /// Those that an earlier process left.
    pub(super) fn of(places: &BTreeMap<CallerKey, Place>) -> Self {
        let kept = places.iter().map(|(caller, place)| {
            let Place { queue, order, left, .. } = place;
            (caller.clone(), Kept { left: *left, place: Some((queue.clone(), *order)) })
        });
        Self { kept: kept.collect() }
    }

    /// A caller has lost a place.
    fn lost(&mut self, caller: CallerKey, queue: QueueId, order: Wall, now: Wall) {
        self.kept.retain(|_, kept| kept.left.after(PLACES_KEPT) >= now);
        let alone = !self.kept.contains_key(&caller);
        self.kept.insert(caller, Kept { left: now, place: alone.then_some((queue, order)) });
    }

    /// No place is kept for a caller any more.
    pub(super) fn forget(&mut self, caller: &CallerKey) {
        self.kept.remove(caller);
    }

    /// A caller enters a queue: since when they have their place there, if they had one. It is given once.
    fn take(
        &mut self,
        caller: &CallerKey,
        queue: &QueueId,
        now: Wall,
        window: Duration,
    ) -> Option<Wall> {
        if window.is_zero() {
            return None;
        }
        let Kept { left, place } = self.kept.remove(caller)?;
        let (of, order) = place.filter(|_| left.after(window.min(PLACES_KEPT)) >= now)?;
        (of == *queue).then_some(order)
    }
}

impl Engine {
    /// Who calls, as the history names them.
    fn caller_of(&self, contact: CallId) -> Option<CallerKey> {
        let number = self.calls.get(&contact)?.session.caller_number()?;
        self.settings.caller_secret.as_ref()?.key(&number)
    }

    /// A caller has left a line: the place is kept for a while, where it was lost.
    pub(super) fn keep_place(&mut self, contact: CallId, queue: &QueueId, how: Exit) {
        if !matches!(how, Exit::Lost | Exit::Abandoned | Exit::AbandonedRinging) {
            return;
        }
        let Some(caller) = self.caller_of(contact) else { return };
        let Some(since) = self.wanted(contact).map(|wanted| wanted.since) else { return };
        let (order, now) = (self.clock.at(since), self.clock.at(self.now));
        self.places.lost(caller, queue.clone(), order, now);
    }

    /// Since when a caller who enters a queue has a place there from before.
    pub(super) fn place_before(&mut self, contact: CallId, queue: &QueueId) -> Option<Instant> {
        let caller = self.caller_of(contact)?;
        let now = self.clock.at(self.now);
        let order = self.places.take(&caller, queue, now, self.settings.resume)?;
        Some(self.clock.instant(order).min(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Wall = Wall::from_unix_micros(1_772_600_400_000_000);

    fn after(minutes: u64) -> Wall {
        NOON.after(Duration::from_mins(minutes))
    }

    fn caller(name: &str) -> CallerKey {
        CallerKey(name.into())
    }

    #[test]
    fn a_place_comes_back_once_to_whoever_lost_it_in_time() {
        let service = QueueId::from("service");
        for (minutes, queue, found) in [
            (1, "service", true),
            (10, "service", true),
            (11, "service", false),
            (1, "sales", false),
        ] {
            let mut places = Places::default();
            places.lost(caller("a"), service.clone(), NOON, after(2));
            let now = after(2 + minutes);
            let queue = QueueId::from(queue);
            assert_eq!(places.take(&caller("b"), &queue, now, RESUME), None, "somebody else");
            let place = places.take(&caller("a"), &queue, now, RESUME);
            assert_eq!(place, found.then_some(NOON), "{queue} after {minutes} minutes");
            assert_eq!(places.take(&caller("a"), &queue, now, RESUME), None, "given once");
        }
    }

    #[test]
    fn a_place_comes_back_as_long_as_is_set() {
        let service = QueueId::from("service");
        for (window, minutes, found) in
            [(0, 0, false), (1, 1, true), (1, 2, false), (90, 61, false)]
        {
            let mut places = Places::default();
            places.lost(caller("a"), service.clone(), NOON, NOON);
            let window = Duration::from_mins(window);
            let place = places.take(&caller("a"), &service, after(minutes), window);
            assert_eq!(place.is_some(), found, "{window} set, {minutes} minutes later");
        }
    }

    #[test]
    fn two_callers_of_one_number_get_neither_place() {
        let service = QueueId::from("service");
        let mut places = Places::default();
        places.lost(caller("a"), service.clone(), NOON, after(1));
        places.lost(caller("a"), service.clone(), after(1), after(2));
        assert_eq!(places.take(&caller("a"), &service, after(3), RESUME), None);
        places.lost(caller("a"), service.clone(), after(3), after(4));
        assert_eq!(places.take(&caller("a"), &service, after(5), RESUME), Some(after(3)));
    }
}
