//! Hears telephone keys in audio: the tones of ITU-T Q.23, to the limits of ITU-T Q.24.
//!
//! ```text
//!  samples ─▶ bank (blocks of 2 ms, eight tones in each) ─▶ glance (32 ms, every 4 ms) ─▶ fit ─▶ key
//!                                                                                          │
//!                                         released ◀─ 26 ms without it ◀─ held (10 ms) ◀───┘
//! ```
//!
//! A key is two tones, one of the rows and one of the columns, that both fill a window of 32 ms at a steady level, lie
//! within 2.5 % of their frequencies, and are most of what is heard. Once it is held, it is followed by these two tones
//! alone, whatever else is heard, so that nothing doubles it. No clock, no allocation; samples at 8 kHz.

mod bank;
mod fit;
mod held;
mod run;
mod tables;

use bank::Bank;
use held::Held;
use run::Run;

use crate::call::Symbol;

/// Blocks from one look to the next: 4 ms.
const HOP: u64 = 2;

/// What was heard. Positions are samples since the detector began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tones {
    /// A key is held; reported some 40 ms after its onset.
    Pressed {
        /// Which key.
        symbol: Symbol,
        /// Where it began.
        onset: u64,
    },
    /// The key is no longer held; reported some 30 ms after its end.
    Released {
        /// Which key.
        symbol: Symbol,
        /// Where it began.
        onset: u64,
        /// How many samples it lasted.
        duration: u64,
    },
}

/// The detector of one stream of audio.
#[derive(Debug, Clone)]
pub struct ToneDetector {
    bank: Bank,
    held: Option<Held>,
    /// The key that the last looks found.
    found: Option<Run>,
}

impl Default for ToneDetector {
    fn default() -> Self {
        Self { bank: Bank::new(), held: None, found: None }
    }
}

impl ToneDetector {
    /// Hears the next samples. `made_up` are those that stand in for lost ones: nothing is concluded from them.
    pub fn hear(&mut self, samples: &[i16], made_up: bool, mut report: impl FnMut(Tones)) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (left, full) = self.bank.take(rest, made_up);
            rest = left;
            if full && self.bank.count().is_multiple_of(HOP) {
                self.judge(&mut report);
            }
        }
    }

    /// The key that is held, and where it began.
    #[must_use]
    pub fn held(&self) -> Option<(Symbol, u64)> {
        self.held.as_ref().map(|held| (held.symbol(), held.onset()))
    }

    /// Whether a key is held or may have begun.
    #[must_use]
    pub const fn suspects(&self) -> bool {
        self.held.is_some() || self.found.is_some()
    }

    /// The key that begins: one that is found often enough in a row.
    fn next(&mut self) -> Option<Held> {
        let Some((held, look)) = Held::begin(&self.bank) else {
            self.found = None;
            return None;
        };
        match &mut self.found {
            Some(run) if run.symbol() == held.symbol() => run.add(look),
            found => *found = Some(Run::new(held.symbol(), look)),
        }
        let is_key = self.found.is_some_and(|run| run.is_key());
        let before = self.held.as_ref().map_or(0, Held::end);
        is_key.then(|| held.begun(&self.bank, before))
    }

    fn judge(&mut self, report: &mut impl FnMut(Tones)) {
        if self.held.as_mut().is_some_and(|held| held.follow(&self.bank)) {
            return;
        }
        let next = self.next();
        if let Some(held) = &mut self.held {
            let over = held.is_over(&self.bank);
            match next {
                None if !over => return,
                // The same key at another level, or with its phase set anew.
                Some(next) if !over && next.symbol() == held.symbol() => {
                    held.go_on(next);
                    return;
                }
                Some(_) | None => {}
            }
            let (symbol, onset) = (held.symbol(), held.onset());
            report(Tones::Released { symbol, onset, duration: held.duration() });
        }
        self.held = next;
        if let Some(held) = &self.held {
            self.found = None;
            report(Tones::Pressed { symbol: held.symbol(), onset: held.onset() });
        }
    }
}

#[cfg(test)]
mod tests;
