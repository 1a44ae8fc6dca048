//! Keys of whom a leg is connected with, pressed towards its own far side by `send_digits`: one command at a time, so that
//! nobody who presses fast fills what waits for an adapter.

use super::machine::Machine;
use super::wire::{Command, SendDigits};
use crate::call::{CommandKind, Digits, LegId, Symbol};
use crate::time::Instant;

/// Keys that wait on a leg at most; further ones are left out.
const MAX_WAITING: usize = 64;

/// The keys of one leg.
#[derive(Debug, Default)]
pub(super) struct Pressing {
    waiting: Digits,
    /// Whether the adapter has still to answer for those before.
    under_way: bool,
}

impl Pressing {
    pub(super) const fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Nobody wants those any more that wait, nor the answer for those before.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Machine {
    /// A key is to be pressed towards the far side of a leg, if the adapter can do that, now.
    pub(super) fn press(&mut self, now: Instant, id: LegId, symbol: Symbol) {
        let able = self.ability.send_digits && self.away.is_none();
        if !able || self.closing.contains_key(&id) {
            return;
        }
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if leg.pressing.waiting.len() < MAX_WAITING {
            leg.pressing.waiting.push(symbol);
        }
        self.press_on(now, id);
    }

    /// The adapter has answered for keys: those that came meanwhile may go.
    pub(super) fn pressed_out(&mut self, now: Instant, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.pressing.under_way = false;
            self.press_on(now, id);
        }
    }

    fn press_on(&mut self, now: Instant, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let pressing = &mut leg.pressing;
        if pressing.under_way || pressing.waiting.is_empty() {
            return;
        }
        let keys = std::mem::take(&mut pressing.waiting);
        pressing.under_way = true;
        let body = Command::SendDigits(SendDigits { digits: keys.to_string() });
        self.send(now, id, CommandKind::SendDigits(keys), body);
        self.flush();
    }
}
