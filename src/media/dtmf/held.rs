//! A key that is held: how it is recognised, and how it is followed until it is released.

use super::bank::{Bank, REMEMBERED};
use super::fit::{self, LONG, SHORT, Tone};
use super::run::{ALIKE, DISTURBED, LEAST_PROVEN, Look};
use super::tables::{BLOCK, BLOCKS_PER_SECOND, ROWS, TONES};
use crate::call::Symbol;

/// The power of a sine of 0 dBm0 in squares of 16-bit samples: 3.17 dB under full scale.
const ZERO_DBM0: f32 = 2.587e8;
/// The least power of the stronger tone (−44 dBm0) and of the weaker one (−49 dBm0).
const LEAST: (f32, f32) = (ZERO_DBM0 * 3.98e-5, ZERO_DBM0 * 1.26e-5);
/// How far a tone may be from its frequency: half-way between 1.5 %, which must be taken, and 3.5 %, which must not.
const MAX_DEVIATION: f32 = 0.025;
/// How much stronger one tone may be than the other: 11 dB.
const MAX_TWIST: f32 = 12.6;
/// What part of the power at the nominal frequencies is worth a closer look.
const WORTH_A_LOOK: f32 = 0.2;
/// What part of the power the two tones must be: a prompt may be louder for a moment.
const LEAST_PART: f32 = 0.3;
/// A key that is clean is taken to the edges of what is allowed: what part its tones must be at least, of the differences
/// and of everything, how far they may be from their frequencies, and how much stronger the row may be, in decibels.
const CLEAN_PART: f32 = 0.88;
const CLEAN_DEVIATION: f32 = 0.0185;
const CLEAN_TWIST_DB: f32 = -9.0;
/// What it counts that nothing else is heard, and what overtones take.
const WHOLE: f32 = 9.0;
const OVERTONES: f32 = 60.0;
/// Between which parts of its power in the long window a tone stays at the edges of that.
const STEADY: (f32, f32) = (0.36, 2.5);
/// What part of its power a held tone keeps.
const KEPT: f32 = 0.16;
/// How differently its two tones may change their power.
const MAX_CHANGE: f32 = 3.0;
/// What part of the power in a short window the tones of a held key are, if their level has changed.
const KEPT_PART: f32 = 0.7;
/// Blocks without its tones after which a key is released: 26 ms, between interruptions of 10 ms and pauses of 40 ms.
const RELEASE: u64 = 13;
/// Blocks that were made up after which a key is released: 100 ms.
const MAX_MADE_UP: u64 = 50;

/// A key that is held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    symbol: Symbol,
    row: Tone,
    column: Tone,
    /// Its first sample.
    onset: u64,
    /// The block after the last one in which it was heard, and after the last one that could be judged at all.
    heard: u64,
    judged: u64,
}

/// The keys, row by row.
const KEYS: [[u8; 4]; ROWS] = [[1, 2, 3, 12], [4, 5, 6, 13], [7, 8, 9, 14], [10, 0, 11, 15]];

impl Held {
    /// Looks for a key in the newest long window, and tells how much it is like one.
    pub(super) fn begin(bank: &Bank) -> Option<(Self, Look)> {
        let glance = fit::glance(bank, LEAST.0)?;
        if glance.part < WORTH_A_LOOK {
            return None;
        }
        let first = bank.count() - LONG as u64;
        let row = Some(Tone::find(bank, first, glance.row)).filter(is_near)?;
        let column = Some(Tone::find(bank, first, glance.column)).filter(is_near)?;
        let (weak, strong) = if row.power < column.power {
            (row.power, column.power)
        } else {
            (column.power, row.power)
        };
        let part = (row.power * row.raised + column.power * column.raised) / glance.power;
        let fits = strong >= LEAST.0
            && weak >= LEAST.1
            && strong <= weak * MAX_TWIST
            && part >= LEAST_PART;
        if !fits {
            return None;
        }
        let steady = [&row, &column].into_iter().all(|tone| is_steady(bank, first, tone));
        let look = look(bank, first, (&row, &column), part, steady)?;
        let code = KEYS[glance.row][glance.column - ROWS];
        let symbol = Symbol::from_event_code(code)?;
        let held =
            Self { symbol, row, column, onset: 0, heard: bank.count(), judged: bank.count() };
        Some((held, look))
    }

    /// Finds where it began: not before sample `earliest`, up to which the key before it was heard.
    pub(super) fn begun(self, bank: &Bank, earliest: u64) -> Self {
        Self { onset: self.beginning(bank).max(earliest), ..self }
    }

    /// The sample up to which it was heard.
    pub(super) const fn end(&self) -> u64 {
        self.heard * BLOCK as u64
    }

    pub(super) const fn symbol(&self) -> Symbol {
        self.symbol
    }

    pub(super) const fn onset(&self) -> u64 {
        self.onset
    }

    /// How many samples it was heard.
    pub(super) const fn duration(&self) -> u64 {
        self.end().saturating_sub(self.onset)
    }

    /// Follows it to the newest block. Returns whether it is heard.
    pub(super) fn follow(&mut self, bank: &Bank) -> bool {
        let first = bank.count() - SHORT as u64;
        let middle = first + SHORT as u64 / 2 + 1;
        let Some((row, column)) = self.powers(bank, first) else { return false };
        self.judged = middle;
        let (row_kept, column_kept) = (row / self.row.power, column / self.column.power);
        let kept = row_kept.min(column_kept) >= KEPT;
        let stepped = || {
            let part = row * self.row.raised + column * self.column.raised;
            row.min(column) >= LEAST.1
                && row_kept.max(column_kept) <= MAX_CHANGE * row_kept.min(column_kept)
                && part >= KEPT_PART * fit::loudness_short(bank, first)
        };
        let heard = (kept || stepped())
            && fit::strongest_short(bank, first) == (self.row.tone, self.column.tone);
        if heard {
            self.row.power += (row - self.row.power) * 0.1;
            self.column.power += (column - self.column.power) * 0.1;
            self.heard = middle;
        }
        heard
    }

    /// Whether it has not been heard for so long that it is released.
    pub(super) const fn is_over(&self, bank: &Bank) -> bool {
        self.judged.saturating_sub(self.heard) >= RELEASE
            || bank.count().saturating_sub(self.judged) >= MAX_MADE_UP
    }

    /// Goes on as the same key that was recognised anew.
    pub(super) fn go_on(&mut self, next: Self) {
        *self = Self { onset: self.onset, ..next };
    }

    /// The powers of its tones in a short window.
    fn powers(&self, bank: &Bank, first: u64) -> Option<(f32, f32)> {
        Some((self.row.short(bank, first)?, self.column.short(bank, first)?))
    }

    /// The sample where it began: back from the long window as far as both tones keep half their level.
    fn beginning(&self, bank: &Bank) -> u64 {
        let mut first = bank.count() - LONG as u64;
        let oldest = bank.count().saturating_sub(REMEMBERED as u64);
        while first > oldest {
            let Some((row, column)) = self.powers(bank, first - 1) else { break };
            if row < self.row.power * 0.25 || column < self.column.power * 0.25 {
                break;
            }
            first -= 1;
        }
        // The middle of the last window that holds half the level lies on the edge.
        (first * 2 + SHORT as u64) * BLOCK as u64 / 2
    }
}

/// How much two tones that are `part` of the differences in a window are like a key rather than a voice; `None` if they
/// are too little to count.
fn look(
    bank: &Bank,
    first: u64,
    (row, column): (&Tone, &Tone),
    part: f32,
    steady: bool,
) -> Option<Look> {
    let twist = 10.0 * (column.power / row.power).log10();
    let (one, other) = (deviation(row), deviation(column));
    let (near, far) = (one.min(other), one.max(other));
    let clean = far <= CLEAN_DEVIATION && twist >= CLEAN_TWIST_DB && part >= CLEAN_PART;
    let (tones, whole) = (row.power + column.power, fit::whole(bank, first));
    if clean && tones >= CLEAN_PART * whole {
        return steady.then_some(Look::CLEAN);
    }
    // The weights tell keys on bad lines best from voices, whose columns are weak; a key without any fault has 29.
    let likeness = 20.0 * part.min(1.0)
        - 290.0 * far
        - 147.0 * near
        - 0.1 * (twist + 2.0).abs()
        - 0.78 * (-4.0 - twist).max(0.0);
    // What is not steady may be so beneath a voice, if it is much like a key.
    let wanted = if steady { LEAST_PROVEN } else { DISTURBED.start };
    if likeness + WHOLE < wanted {
        return None;
    }
    let rest = (whole - fit::allowed(bank, first)).max(whole * 0.1);
    let whole = tones / rest;
    if clean && whole >= CLEAN_PART {
        return steady.then_some(Look::CLEAN);
    }
    let alike = likeness + WHOLE * whole.min(1.0);
    if alike < wanted || !steady && alike >= DISTURBED.end {
        return None;
    }
    let mut proven = alike;
    if alike < ALIKE {
        // Voices and strings have overtones, telephones have none.
        let octave = |tone: &Tone| fit::octave(bank, first, tone) / tone.power;
        proven -= (OVERTONES * (octave(row) + octave(column))).min(20.0);
    }
    Some(Look { alike, proven, steady })
}

/// How far a tone is from its frequency, as a share of that.
fn deviation(tone: &Tone) -> f32 {
    tone.offset.abs() * f32::from(BLOCKS_PER_SECOND) / f32::from(TONES[tone.tone])
}

fn is_near(tone: &Tone) -> bool {
    deviation(tone) <= MAX_DEVIATION
}

/// Whether a tone fills the long window to both its ends.
fn is_steady(bank: &Bank, first: u64, tone: &Tone) -> bool {
    let (least, most) = STEADY;
    [first, first + (LONG - SHORT) as u64].into_iter().all(|first| {
        tone.short(bank, first)
            .is_none_or(|power| power >= least * tone.power && power <= most * tone.power)
    })
}
