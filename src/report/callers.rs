//! Calls as wholes: what came of them, and who called again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::grid::Grid;
use super::piece::{Met, between};
use super::rates::Share;
use crate::history::{CallerKey, Outcome};
use crate::time::{Duration, Wall};

/// How many callers are remembered before those who called too long ago are forgotten.
const FORGET_FROM: usize = 4_096;

/// What came of the calls that began in the report's days. A caller whose number is withheld cannot be known again: such
/// calls stand in no figure about calling again, and their number is told beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFigures {
    /// Calls that came in.
    pub calls: u64,
    /// Of those, without a number.
    pub anonymous: u64,
    /// Settled by the flow itself.
    pub resolved: u64,
    /// Over in the flow without that.
    pub abandoned: u64,
    /// Led to a person, or to a line for one.
    pub to_human: u64,
    /// Neither: they go on, or the node died with them.
    pub unknown: u64,
    /// Calls with a number.
    pub known: u64,
    /// Settled by the flow, with a number.
    pub resolved_known: u64,
    /// Of those, the caller called again within the time.
    pub resolved_again: u64,
    /// Calls of callers whose last call had ended less than that time ago.
    pub repeats: u64,
    /// Whether agents settle things at the first contact.
    pub first: Resolution,
}

/// First contact resolution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Calls that agents handled.
    pub handled: u64,
    /// Of those, without a number: not in what follows.
    pub anonymous: u64,
    /// After which the caller called again about the same, within the time.
    pub repeated: u64,
    /// Calls that could not be settled at once, for a ticket was opened in them.
    pub open: u64,
    /// Of those, after which the caller called again.
    pub open_repeated: u64,
}

impl CallFigures {
    /// The share of calls that the flow settled by itself.
    #[must_use]
    pub const fn contained(&self) -> Share {
        Share { part: self.resolved, of: self.calls }
    }

    /// The same, where the caller did not call again: of calls with a number.
    #[must_use]
    pub const fn truly_contained(&self) -> Share {
        Share { part: self.resolved_known - self.resolved_again, of: self.known }
    }

    /// The share of calls with a number whose caller had called shortly before.
    #[must_use]
    pub const fn repeated(&self) -> Share {
        Share { part: self.repeats, of: self.known }
    }
}

impl Resolution {
    /// Of all calls that agents handled.
    #[must_use]
    pub const fn gross(self) -> Share {
        let of = self.handled - self.anonymous;
        Share { part: of - self.repeated, of }
    }

    /// Without those that could not be settled at once.
    #[must_use]
    pub const fn net(self) -> Share {
        let of = self.handled - self.anonymous - self.open;
        Share { part: of - (self.repeated - self.open_repeated), of }
    }
}

/// The last call of a caller.
#[derive(Debug, Clone, Copy)]
struct Last {
    ended: Wall,
    /// Whether it was settled by the flow, in the report's days.
    resolved: bool,
}

/// The last call of a caller about one thing that an agent handled.
#[derive(Debug, Clone, Copy)]
struct LastHandled {
    ended: Wall,
    /// Whether it lies in the report's days.
    counts: bool,
    ticket: bool,
}

/// A caller's key as a number, which is compared without a look elsewhere; as text only where it is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128, Option<CallerKey>);

impl Key {
    fn of(caller: &CallerKey) -> Self {
        /// As many digits as a number holds, all of them there.
        const DIGITS: usize = 32;
        let ours = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let text = Some(&*caller.0).filter(|text| text.len() == DIGITS && text.bytes().all(ours));
        match text.and_then(|text| u128::from_str_radix(text, 16).ok()) {
            Some(number) => Self(number, None),
            None => Self(0, Some(caller.clone())),
        }
    }
}

/// Callers by number and by what they called about, as far back as it matters.
#[derive(Debug, Clone)]
pub(super) struct Callers {
    again_within: Duration,
    repeat_within: Duration,
    last: BTreeMap<Key, Last>,
    handled: BTreeMap<(Key, Option<usize>), LastHandled>,
    /// What callers called about, by its number in `handled`.
    topics: BTreeMap<Arc<str>, usize>,
    forget_at: usize,
    pub(super) figures: CallFigures,
}

impl Callers {
    /// Callers who call again within the first time do so at all, within the second about the same.
    pub(super) fn new(again_within: Duration, repeat_within: Duration) -> Self {
        Self {
            again_within,
            repeat_within,
            last: BTreeMap::new(),
            handled: BTreeMap::new(),
            topics: BTreeMap::new(),
            forget_at: FORGET_FROM,
            figures: CallFigures::default(),
        }
    }

    /// Counts a call that is over. Calls of ours are not counted.
    pub(super) fn met(&mut self, met: &Met, grid: &Grid) {
        if met.called.is_empty() {
            return;
        }
        let counts = grid.at(met.began).is_some();
        if counts {
            self.count(met);
        }
        if let Some(caller) = &met.caller {
            self.again(caller, met, counts);
        }
        if met.agent.is_some() && !met.open {
            self.was_handled(met, counts);
        }
        if self.last.len() + self.handled.len() >= self.forget_at {
            self.forget(met.ended);
        }
    }

    fn count(&mut self, met: &Met) {
        let figures = &mut self.figures;
        figures.calls += 1;
        let known = u64::from(met.caller.is_some());
        figures.known += known;
        figures.anonymous += 1 - known;
        match met.outcome {
            Some(Outcome::Resolved) => {
                figures.resolved += 1;
                figures.resolved_known += known;
            }
            Some(Outcome::AbandonedInIvr) => figures.abandoned += 1,
            Some(Outcome::ToHuman) => figures.to_human += 1,
            None => figures.unknown += 1,
        }
    }

    fn again(&mut self, caller: &CallerKey, met: &Met, counts: bool) {
        let resolved = counts && met.outcome == Some(Outcome::Resolved);
        let now = Last { ended: met.ended, resolved };
        let Some(before) = self.last.insert(Key::of(caller), now) else { return };
        if between(before.ended, met.began) <= self.again_within {
            self.figures.resolved_again += u64::from(before.resolved);
            self.figures.repeats += u64::from(counts);
        }
    }

    fn was_handled(&mut self, met: &Met, counts: bool) {
        let first = &mut self.figures.first;
        let (one, ticket) = (u64::from(counts), u64::from(met.ticket));
        first.handled += one;
        let Some(caller) = &met.caller else {
            first.anonymous += one;
            return;
        };
        first.open += one * ticket;
        let now = LastHandled { ended: met.ended, counts, ticket: met.ticket };
        let topic = met.topic.as_ref().map(|topic| match self.topics.get(topic) {
            Some(number) => *number,
            None => {
                let number = self.topics.len();
                self.topics.insert(Arc::clone(topic), number);
                number
            }
        });
        let Some(before) = self.handled.insert((Key::of(caller), topic), now) else { return };
        if before.counts && between(before.ended, met.began) <= self.repeat_within {
            first.repeated += 1;
            first.open_repeated += u64::from(before.ticket);
        }
    }

    /// Forgets callers who called so long ago that they can no longer call again in time.
    fn forget(&mut self, now: Wall) {
        let (again, repeat) = (self.again_within, self.repeat_within);
        self.last.retain(|_, last| between(last.ended, now) <= again);
        self.handled.retain(|_, last| between(last.ended, now) <= repeat);
        self.forget_at = FORGET_FROM.max(2 * (self.last.len() + self.handled.len()));
    }
}
