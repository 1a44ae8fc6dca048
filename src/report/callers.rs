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
    /// Those without a number, of all that agents handled: nobody knows whether they called again.
    #[must_use]
    pub const fn unnumbered(self) -> Share {
        Share { part: self.anonymous, of: self.handled }
    }

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

/// What is remembered of a caller.
#[derive(Debug, Clone, Default)]
struct Known {
    last: Option<Last>,
    /// The last call about each thing, by its number.
    handled: Vec<(Option<usize>, LastHandled)>,
}

impl Known {
    /// Remembers a call that an agent handled; gives the one before about the same.
    fn handle(&mut self, topic: Option<usize>, now: LastHandled) -> Option<LastHandled> {
        if let Some((_, last)) = self.handled.iter_mut().find(|(about, _)| *about == topic) {
            return Some(std::mem::replace(last, now));
        }
        self.handled.push((topic, now));
        None
    }

    /// How many calls are remembered.
    fn count(&self) -> usize {
        usize::from(self.last.is_some()) + self.handled.len()
    }
}

/// A caller's key as a number, where it is one of ours: it is compared without a look elsewhere.
fn number(caller: &CallerKey) -> Option<u128> {
    /// As many digits as a number holds, all of them there.
    const DIGITS: usize = 32;
    let ours = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let text = Some(&*caller.0).filter(|text| text.len() == DIGITS && text.bytes().all(ours));
    text.and_then(|text| u128::from_str_radix(text, 16).ok())
}

/// Callers by number and by what they called about, as far back as it matters.
#[derive(Debug, Clone)]
pub(super) struct Callers {
    again_within: Duration,
    repeat_within: Duration,
    known: BTreeMap<u128, Known>,
    /// Those whose keys are none of ours.
    others: BTreeMap<CallerKey, Known>,
    /// What callers called about, by its number in `Known`.
    topics: BTreeMap<Arc<str>, usize>,
    /// How many calls are remembered of all of them.
    count: usize,
    forget_at: usize,
    pub(super) figures: CallFigures,
}

impl Callers {
    /// Callers who call again within the first time do so at all, within the second about the same.
    pub(super) fn new(again_within: Duration, repeat_within: Duration) -> Self {
        Self {
            again_within,
            repeat_within,
            known: BTreeMap::new(),
            others: BTreeMap::new(),
            topics: BTreeMap::new(),
            count: 0,
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
        let handled = met.agent.is_some() && !met.open;
        if handled {
            self.was_handled(met, counts);
        }
        if let Some(caller) = &met.caller {
            self.remember(caller, met, counts, handled);
        }
        if self.count >= self.forget_at {
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

    /// Counts what calls an agent handled.
    fn was_handled(&mut self, met: &Met, counts: bool) {
        let first = &mut self.figures.first;
        let one = u64::from(counts);
        first.handled += one;
        first.anonymous += one * u64::from(met.caller.is_none());
        first.open += one * u64::from(met.ticket && met.caller.is_some());
    }

    /// Looks whether the caller called before, and remembers this call.
    fn remember(&mut self, caller: &CallerKey, met: &Met, counts: bool, handled: bool) {
        let topic = met.topic.as_ref().filter(|_| handled).map(|topic| self.topic(topic));
        let known = match number(caller) {
            Some(number) => self.known.entry(number).or_default(),
            None => self.others.entry(caller.clone()).or_default(),
        };
        let before = known.count();
        let resolved = counts && met.outcome == Some(Outcome::Resolved);
        if let Some(last) = known.last.replace(Last { ended: met.ended, resolved })
            && between(last.ended, met.began) <= self.again_within
        {
            self.figures.resolved_again += u64::from(last.resolved);
            self.figures.repeats += u64::from(counts);
        }
        let now = LastHandled { ended: met.ended, counts, ticket: met.ticket };
        if handled
            && let Some(last) = known.handle(topic, now)
            && last.counts
            && between(last.ended, met.began) <= self.repeat_within
        {
            self.figures.first.repeated += 1;
            self.figures.first.open_repeated += u64::from(last.ticket);
        }
        self.count += known.count() - before;
    }

    /// The number of what a call was about.
    fn topic(&mut self, topic: &Arc<str>) -> usize {
        if let Some(number) = self.topics.get(topic) {
            return *number;
        }
        let number = self.topics.len();
        self.topics.insert(Arc::clone(topic), number);
        number
    }

    /// Forgets callers who called so long ago that they can no longer call again in time.
    fn forget(&mut self, now: Wall) {
        let (again, repeat) = (self.again_within, self.repeat_within);
        let mut count = 0;
        let mut keep = |known: &mut Known| {
            known.last.take_if(|last| between(last.ended, now) > again);
            known.handled.retain(|(_, last)| between(last.ended, now) <= repeat);
            count += known.count();
            known.count() > 0
        };
        self.known.retain(|_, known| keep(known));
        self.others.retain(|_, known| keep(known));
        self.count = count;
        self.forget_at = FORGET_FROM.max(2 * count);
    }
}
