//! When a thread looks at its legs: each in its slot of the wheel, one that has something to say at once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{TimeSource, Work};
use crate::call::LegId;
use crate::telephony::rtp::turn::{Arrival, Turn};

impl<C: TimeSource> Work<C> {
    /// Looks at the legs of every slot that is due.
    pub(in crate::telephony::rtp) fn turn_wheel(&mut self) {
        while let Some(slot) = self.wheel.turn(self.worker.clock.now()) {
            let mut arrival: Arrival = [0; _];
            let mut n = 0;
            while let Some(place) = self.wheel.leg(slot, n) {
                self.turn_leg(place, &mut arrival);
                n += 1;
            }
            // Only now, so that none of the slot is passed over.
            while let Some(place) = self.restless.pop() {
                self.settle(place);
            }
        }
    }

    /// Has a leg looked at as often as it wants.
    pub(super) fn settle(&mut self, place: usize) {
        if let Some(Some(leg)) = self.legs.get_mut(place)
            && leg.rhythm != leg.period()
        {
            leg.rhythm = leg.period();
            self.wheel.remove(place);
            self.wheel.insert_at(leg.due(), place, leg.rhythm);
        }
    }

    /// Looks at one leg. Should that panic, this leg is closed and the others go on.
    fn turn_leg(&mut self, place: usize, arrival: &mut Arrival) {
        let mut turn = Turn {
            now: self.worker.clock.now(),
            settings: &self.worker.settings,
            outbox: &mut self.worker.outbox,
            ended: &mut self.ended,
            kitchen: &self.worker.kitchen,
        };
        let peer = self.legs.get(place).and_then(Option::as_ref).and_then(|leg| leg.bridged());
        let legs = &mut self.legs;
        let turned = catch_unwind(AssertUnwindSafe(|| match peer {
            Some(peer) => {
                if let Ok([Some(leg), peer]) = legs.get_disjoint_mut([place, peer]) {
                    leg.turn(peer.as_deref_mut(), arrival, &mut turn);
                }
            }
            None => {
                if let Some(Some(leg)) = legs.get_mut(place) {
                    leg.turn(None, arrival, &mut turn);
                }
            }
        }));
        if turned.is_err() {
            self.ended.clear();
            if let Some(Some(leg)) = self.legs.get(place) {
                let id = leg.id;
                tracing::error!(leg = %id, "Media of a leg panicked; the leg is closed.");
                self.close(id);
            }
        }
        if let Some(Some(leg)) = self.legs.get(place)
            && leg.rhythm != leg.period()
        {
            self.restless.push(place);
        }
    }

    /// Has a leg that says nothing send what it has to say at once: its rhythm begins anew at this moment. One that
    /// speaks goes on in its rhythm.
    pub(super) fn begin_now(&mut self, id: LegId) {
        let Some(&place) = self.places.get(&id) else { return };
        let Some(Some(leg)) = self.legs.get_mut(place) else { return };
        if !leg.may_begin() {
            return;
        }
        let now = self.worker.clock.now();
        self.wheel.remove(place);
        leg.rhythm = leg.speaking_period();
        let due = self.wheel.insert_now(place, leg.rhythm, now);
        leg.begin(due);
        if due <= now {
            self.turn_leg(place, &mut [0; _]);
        }
    }
}
