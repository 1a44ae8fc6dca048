//! What will happen, in the order in which it happens.

use std::collections::BTreeMap;

use crate::call::{HangupCause, LegId, Report, RequestId, Symbol};
use crate::history::{OfferId, Verdict};
use crate::session::Attention;
use crate::time::Instant;

/// One thing that will happen.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Happening {
    /// A caller calls.
    Calls(u32),
    /// A caller looks at where the call is, and does something about it.
    Considers(u32, LegId),
    /// A caller presses a key.
    Presses(LegId, Symbol),
    /// A caller hangs up, if the call still is where it was.
    GivesUp(LegId, Attention),
    /// An agent's phone registers.
    Comes(u32),
    /// An agent goes home.
    Goes(u32),
    /// An agent wants a break.
    Breaks(u32),
    /// An agent is back from a break.
    Returns(u32),
    /// A dialled phone is picked up.
    PicksUp(LegId),
    /// Whoever picked up hangs up, if nobody is there.
    Wonders(LegId),
    /// Somebody hangs up.
    HangsUp(LegId, HangupCause),
    /// A telephone ends: so its adapter learns.
    Ends(LegId, HangupCause),
    /// A dialled phone puts the other side on hold, or comes back.
    Holds(LegId, bool),
    /// An agent's phone stops working.
    Crashes(u32),
    /// The registration of an agent's phone is lost.
    Lapses(u32),
    /// The registration of a phone that stopped working runs out.
    Expires(u32),
    /// An agent's phone works again, or registers again.
    Restarts(u32),
    /// A report arrives late.
    Arrives(Box<Report>),
    /// The store says what became of an offer that was to be kept.
    Claimed(OfferId, Verdict),
    /// The outside answers.
    Answers(RequestId),
    /// The settings are published anew: the reload of this number.
    Reloads(u32),
    /// A supervisor gives an order: the one of this number.
    Supervises(u32),
    /// A supervisor has an agent work again.
    Recalls(u32),
}

/// Everything that will happen.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    entries: BTreeMap<(Instant, u64), Happening>,
    planned: u64,
}

impl Agenda {
    /// Plans something; of two at one time the one that was planned first comes first.
    pub(super) fn plan(&mut self, at: Instant, happening: Happening) {
        self.planned += 1;
        self.entries.insert((at, self.planned), happening);
    }

    /// When the next thing happens.
    pub(super) fn next(&self) -> Option<Instant> {
        self.entries.first_key_value().map(|(&(at, _), _)| at)
    }

    /// Takes out the next thing.
    pub(super) fn take(&mut self) -> Option<Happening> {
        self.entries.pop_first().map(|(_, happening)| happening)
    }
}
