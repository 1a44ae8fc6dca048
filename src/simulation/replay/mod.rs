//! A call that took place, held once more: its journal comes in, and how it would go with a candidate flow goes out.
//!
//! The caller is the same person, not the same clock. What they did is tied to what they did it to: the n-th question
//! that was put, or what played since, and how long after it. So another length of a prompt moves everything that
//! follows, and a key is still the answer to its question. The world is the same too: what is asked of a service, a
//! store, a queue or a number is answered as it was then, after the same time.
//!
//! [`Retelling`] holds a call again by the clock instead, told the same things at the same times, and can be stopped
//! anywhere: for looking into a call and not at a flow.
//!
//! It knows nothing of files: journals and flows come in as they are.

mod answers;
mod caller;
mod doing;
mod player;
mod retelling;
mod verdict;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::phones::ItemDuration;
use super::solo::Setting;
use crate::call::{CallJournal, JournalEntry, Origin, Party};
use crate::engine::Settings;
use crate::interpreter::Program;
use player::Player;

pub use retelling::Retelling;
pub use verdict::{KINDS, Kind, Moment, Totals, Verdict, pairs, seconds, told};

/// The name of a caller whose name a journal keeps to itself.
const NAME_LIKE: &str = "somebody";

/// The flow that journals are held against, and the project around it.
#[derive(Clone)]
pub struct Candidate {
    /// The project: calendars, numbers, where a call goes when its own flow cannot be carried out.
    pub project: Arc<Settings>,
    /// The flow.
    pub program: Arc<Program>,
    /// How long prompts last.
    pub durations: ItemDuration,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate").field("flow", &self.program.flow.id).finish_non_exhaustive()
    }
}

/// How a call would have gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// What is to be said of it.
    pub verdict: Verdict,
    /// What happened with the candidate.
    pub events: Vec<JournalEntry>,
}

impl Candidate {
    /// The stage on which the call of a journal is held again.
    #[must_use]
    pub fn setting(&self, journal: &CallJournal) -> Setting {
        Setting {
            project: Arc::clone(&self.project),
            program: Arc::clone(&self.program),
            call: journal.call,
            origin: origin_like(journal),
            dtmf: journal.dtmf,
            wall: journal.started,
            durations: Arc::clone(&self.durations),
        }
    }
}

/// Holds a call once more.
#[must_use]
pub fn replay(journal: &CallJournal, candidate: &Candidate) -> Replayed {
    let events = Player::new(candidate.setting(journal), journal).play();
    Replayed { verdict: Verdict::of(&journal.events, &events), events }
}

/// Whom a call came from, as far as its journal tells it: what is masked there has a stand-in.
fn origin_like(journal: &CallJournal) -> Origin {
    Origin {
        called: journal.called.clone(),
        caller: Party {
            number: journal.caller.as_deref().map(number_like),
            name: journal.named.then(|| NAME_LIKE.into()),
        },
        asserted: journal.asserted,
        trunk: journal.trunk.clone(),
        diverted_from: journal.diverted_from.as_deref().map(number_like),
    }
}

/// A number that stands for a masked one: it ends alike, and can be called where the other could.
fn number_like(masked: &str) -> Arc<str> {
    let shown = masked.trim_start_matches('*');
    if shown.bytes().all(|b| b.is_ascii_digit()) {
        format!("00000000{shown}").into()
    } else {
        shown.into()
    }
}
