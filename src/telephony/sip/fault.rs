//! Panics at work for one call: that call ends, the others go on. No message and no order may stop the adapter.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::switch::Switch;
use crate::call::HangupCause;
use crate::sip::Input;
use crate::time::Instant;

impl Switch {
    /// Tells the user agent something; what follows from it is carried out by [`flush`](Self::flush). A fault inside
    /// ends the one call that it happened to.
    pub(super) fn tell(&mut self, now: Instant, input: Input) {
        let agent = &mut self.agent;
        if catch_unwind(AssertUnwindSafe(|| agent.handle(now, input))).is_ok() {
            return;
        }
        let agent = &mut self.agent;
        let lost = catch_unwind(AssertUnwindSafe(|| agent.lose_broken(now))).ok().flatten();
        let leg = lost.and_then(|dialog| self.dialogs.get(&dialog).copied());
        tracing::error!(?leg, "A SIP message or order broke an invariant; its call ends.");
    }

    /// Does something for one leg, which the work names in `at_work`. Should it panic, that leg is hung up.
    pub(super) fn contain(&mut self, now: Instant, work: impl FnOnce(&mut Self)) {
        self.at_work = None;
        if catch_unwind(AssertUnwindSafe(|| work(self))).is_ok() {
            return;
        }
        let leg = self.at_work.take();
        tracing::error!(?leg, "The adapter broke an invariant; the call it worked for ends.");
        let Some(leg) = leg else { return };
        let hang_up = || self.hang_up(now, leg, HangupCause::InternalError);
        if catch_unwind(AssertUnwindSafe(hang_up)).is_err() {
            tracing::error!(%leg, "The call cannot even be ended.");
        }
    }
}
