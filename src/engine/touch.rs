//! Adapters that lose touch with their world and come back: meanwhile nothing passes for the calls that they carry.
//!
//! ```text
//! in touch ── Away ──▶ out of touch: clocks of its calls stand still, its callers in line are held
//!    ▲                      │
//!    └──────── Back ────────┘ what happened meanwhile is told, legs that are gone end
//! ```

use super::machine::Engine;
use crate::call::{AdapterId, CallId};
use crate::queue;

impl Engine {
    /// Nothing is heard of an adapter's world any more.
    pub(super) fn adapter_away(&mut self, adapter: AdapterId) {
        if !self.away.insert(adapter) {
            return;
        }
        for id in self.calls_of(adapter) {
            self.stand_still(id);
            self.set_timer(id);
        }
    }

    /// An adapter's world is there again.
    pub(super) fn adapter_back(&mut self, adapter: AdapterId) {
        if !self.away.remove(&adapter) {
            return;
        }
        let now = self.now;
        for id in self.calls_of(adapter) {
            self.touch(id);
            if let Some(call) = self.calls.get_mut(&id) {
                call.pace.go(now);
            }
            self.set_timer(id);
            self.tell_queues(queue::Input::Unhold { call: id });
        }
    }

    /// A call whose line is out of touch: its clock stops, and nobody is offered to it.
    pub(super) fn stand_still(&mut self, id: CallId) {
        self.touch(id);
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.pace.stop(self.now);
        self.tell_queues(queue::Input::Hold { call: id });
    }

    /// The calls whose callers an adapter carries.
    fn calls_of(&self, adapter: AdapterId) -> Vec<CallId> {
        let of = |(id, call): (&CallId, &super::machine::Call)| {
            (call.leg.adapter == adapter).then_some(*id)
        };
        self.calls.iter().filter_map(of).collect()
    }
}
