//! What lies between telephones and the engine: reports that are lost, come twice, or late.
//!
//! Each leg has two sources, signalling and media, that do not know of each other. A late report holds up all that
//! follow from the same source, so that each source keeps its order; the two may overtake each other, as in a real
//! adapter, whose sockets and media threads report by themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::Chance;
use super::fault::Fault;
use crate::call::{EndedBy, EventKind, LegId, Report};
use crate::time::{Duration, Instant};

/// The wire.
#[derive(Debug)]
pub(super) struct Wire {
    faults: BTreeSet<Fault>,
    /// Until when the next report of a source is held up, where one is late.
    held: BTreeMap<(LegId, Source), Instant>,
    /// How often each went wrong.
    pub(super) counts: BTreeMap<Fault, u64>,
}

/// Where a report of a leg comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Signalling,
    Media,
}

/// What becomes of one report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// How often it arrives.
    pub(super) times: u32,
    /// When, at the earliest; `None` = at once.
    pub(super) at: Option<Instant>,
}

impl Wire {
    /// A wire on which these things go wrong.
    pub(super) const fn new(faults: BTreeSet<Fault>) -> Self {
        Self { faults, held: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// Whether something goes wrong this time. Draws once, whether it may go wrong or not.
    pub(super) fn hits(&mut self, fault: Fault, chance: &mut Chance) -> bool {
        let hits = chance.basis_points(fault.rate()) && self.faults.contains(&fault);
        if hits {
            *self.counts.entry(fault).or_default() += 1;
        }
        hits
    }

    /// What becomes of a report at `now`, by what whoever holds the telephone draws.
    pub(super) fn carry(&mut self, now: Instant, report: &Report, chance: &mut Chance) -> Fate {
        let Report::Leg(event) = report else {
            let again = self.hits(Fault::RepeatedRegistration, chance);
            return Fate { times: 1 + u32::from(again), at: None };
        };
        let (lost, repeated, late) = match event.kind {
            EventKind::Digit { .. } => (
                self.hits(Fault::LostKey, chance),
                self.hits(Fault::RepeatedKey, chance),
                self.late(Fault::LateKey, 4_000, chance),
            ),
            EventKind::PlayEnded { .. } => (
                self.hits(Fault::LostPlayEnd, chance),
                self.hits(Fault::RepeatedPlayEnd, chance),
                self.late(Fault::LatePlayEnd, 3_000, chance),
            ),
            EventKind::Recorded { .. } => (
                self.hits(Fault::LostRecording, chance),
                false,
                self.late(Fault::LateRecording, 5_000, chance),
            ),
            EventKind::Ringing => (self.hits(Fault::LostRinging, chance), false, None),
            EventKind::Answered => (false, false, self.late(Fault::LateAnswer, 4_000, chance)),
            EventKind::Ended { by: EndedBy::System, .. } => (
                false,
                self.hits(Fault::RepeatedEnd, chance),
                self.late(Fault::LateEnd, 32_000, chance),
            ),
            EventKind::Ended { .. } => (false, self.hits(Fault::RepeatedEnd, chance), None),
            _ => (false, false, None),
        };
        let key = (event.leg, source(&event.kind));
        let held = self.held.get(&key).copied().filter(|until| *until > now);
        let at = match (held, late) {
            (held, None) => held,
            (None, Some(late)) => Some(now + late),
            (Some(held), Some(late)) => Some(held.max(now + late)),
        };
        if matches!(event.kind, EventKind::Ended { .. }) {
            self.held.retain(|_, until| *until > now);
        }
        self.held.extend(at.map(|at| (key, at)));
        Fate { times: if lost { 0 } else { 1 + u32::from(repeated) }, at }
    }

    /// By how much something is late this time, if it is.
    pub(super) fn late(
        &mut self,
        fault: Fault,
        most: u64,
        chance: &mut Chance,
    ) -> Option<Duration> {
        let (hits, by) = (self.hits(fault, chance), chance.millis(50, most));
        hits.then_some(by)
    }
}

fn source(kind: &EventKind) -> Source {
    match kind {
        EventKind::Digit { .. }
        | EventKind::Said { .. }
        | EventKind::SpeechStarted
        | EventKind::SpeechEnded
        | EventKind::PlayEnded { .. }
        | EventKind::Recorded { .. }
        | EventKind::MediaLost
        | EventKind::MediaRestored => Source::Media,
        _ => Source::Signalling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{AdapterId, Event, KeySource, PlayEnd, PlayId, Symbol};

    #[test]
    fn a_late_report_holds_up_what_follows_from_the_same_source() {
        let mut wire = Wire::new(Fault::all());
        let mut chance = Chance::new(5);
        let leg = LegId { adapter: AdapterId::default(), number: 1 };
        let (mut last, mut late, mut overtaken) = (Instant::ZERO, 0, 0);
        for n in 0..20_000 {
            let now = Instant::ZERO + Duration::from_millis(n * 200);
            let kind = match n % 3 {
                0 => EventKind::Ringing,
                1 => EventKind::Digit {
                    symbol: Symbol::STAR,
                    source: KeySource::Simulated,
                    pressed_at: now,
                },
                _ => EventKind::PlayEnded {
                    play: PlayId(n),
                    end: PlayEnd::Finished,
                    heard: Duration::ZERO,
                    audible_end: now,
                },
            };
            let media = source(&kind) == Source::Media;
            let fate = wire.carry(now, &Report::Leg(Event { at: now, leg, kind }), &mut chance);
            let arrives = fate.at.unwrap_or(now);
            assert!(arrives >= now);
            if media {
                assert!(arrives >= last, "report {n} overtakes the one before");
                late += u32::from(fate.at.is_some());
                last = arrives;
            } else {
                overtaken += u32::from(arrives < last);
            }
        }
        assert!(late > 100 && overtaken > 100, "{late} late, {overtaken} overtaken");
        assert!([Fault::LateKey, Fault::LatePlayEnd].iter().all(|f| wire.counts.contains_key(f)));
    }

    #[test]
    fn what_does_not_go_wrong_is_drawn_all_the_same() {
        let draws = |faults| {
            let (mut wire, mut chance) = (Wire::new(faults), Chance::new(9));
            let leg = LegId { adapter: AdapterId::default(), number: 1 };
            let event = Event { at: Instant::ZERO, leg, kind: EventKind::Answered };
            for _ in 0..1_000 {
                wire.carry(Instant::ZERO, &Report::Leg(event.clone()), &mut chance);
            }
            (chance.number(), wire.counts.len())
        };
        let (all, none) = (draws(Fault::all()), draws(BTreeSet::new()));
        assert_eq!(all.0, none.0);
        assert_eq!((all.1, none.1), (1, 0));
    }
}
