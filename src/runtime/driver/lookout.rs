//! Looks for what should never be: steps of the engine leave no such thing, so that whatever is found is a fault of the
//! program. It is told, counted, and mended where that can be done.

use std::collections::BTreeSet;

use super::Driver;
use crate::call::{AgentId, CallId};
use crate::engine::{Adrift, Input};
use crate::time::Duration;

/// How often the driver looks whether a contact waits although an agent for it is ready.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(2);
/// At which of these looks it also looks for what has come apart: once a minute.
const ADRIFT_EVERY: u64 = 30;

/// What was found at the last look.
#[derive(Debug, Default)]
pub(super) struct Lookout {
    looks: u64,
    /// The contact and the agent who stood unmatched.
    unmatched: Option<(CallId, AgentId)>,
    /// What had come apart.
    adrift: BTreeSet<Adrift>,
}

impl Driver {
    /// Looks for whatever is due.
    pub(super) fn look(&mut self) {
        self.look_for_unmatched();
        self.lookout.looks += 1;
        if self.lookout.looks.is_multiple_of(ADRIFT_EVERY) {
            self.look_for_adrift();
        }
    }

    /// Sounds the alarm if a contact and an agent who belong together stand where they stood at the last look.
    fn look_for_unmatched(&mut self) {
        let found = self.engine.queues().unmatched();
        let found = found.map(|(contact, agent)| (contact, agent.clone()));
        if let Some((contact, agent)) = &found
            && self.lookout.unmatched == found
        {
            self.tally.unmatched += 1;
            tracing::error!(call.id = %contact, %agent, "A contact waits although the agent is ready: please report it.");
        }
        self.lookout.unmatched = found;
    }

    /// Ends what had come apart a minute ago and still has.
    fn look_for_adrift(&mut self) {
        let found = self.engine.adrift();
        let before = std::mem::take(&mut self.lookout.adrift);
        let (still, new) = found.into_iter().partition(|adrift| before.contains(adrift));
        self.lookout.adrift = new;
        let still: BTreeSet<Adrift> = still;
        for adrift in still {
            self.tally.adrift += 1;
            tracing::error!(
                ?adrift,
                "An agent, a phone or a call stood without what it stands on; it is ended: please report it."
            );
            self.handle(Input::Mend(adrift));
        }
    }
}
