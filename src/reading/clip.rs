//! Clips: the recorded words that readings are put together from.

use crate::time::Duration;

/// A word or a fixed phrase that is recorded once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clip {
    /// Its name: lower-case ASCII letters, digits and `_`; the sound is `LANGUAGE/words/NAME.wav`.
    pub name: &'static str,
    /// What is said in it.
    pub text: &'static str,
}

/// The clip of silence between groups of words: `LANGUAGE/words/pause.wav`.
pub const PAUSE: &str = "pause";

/// How long [`PAUSE`] is.
pub const PAUSE_LENGTH: Duration = Duration::from_millis(240);

pub(super) const fn clip(name: &'static str, text: &'static str) -> Clip {
    Clip { name, text }
}

/// A word whose name is the word itself.
pub(super) const fn plain(word: &'static str) -> Clip {
    Clip { name: word, text: word }
}

/// How many clips these tables have together.
pub(super) const fn count(tables: &[&[Clip]]) -> usize {
    let (mut sum, mut at) = (0, 0);
    while at < tables.len() {
        sum += tables[at].len();
        at += 1;
    }
    sum
}

/// One table of `N` clips out of several, where `N` is their [`count`].
pub(super) const fn joined<const N: usize>(tables: &[&[Clip]]) -> [Clip; N] {
    let mut all = [clip("", ""); N];
    let (mut to, mut table) = (0, 0);
    while table < tables.len() {
        let mut at = 0;
        while at < tables[table].len() {
            all[to] = tables[table][at];
            to += 1;
            at += 1;
        }
        table += 1;
    }
    all
}

/// The letters, which both languages name after their own fashion.
pub(super) const LETTERS: [Clip; 26] = [
    clip("letter_a", "A"),
    clip("letter_b", "B"),
    clip("letter_c", "C"),
    clip("letter_d", "D"),
    clip("letter_e", "E"),
    clip("letter_f", "F"),
    clip("letter_g", "G"),
    clip("letter_h", "H"),
    clip("letter_i", "I"),
    clip("letter_j", "J"),
    clip("letter_k", "K"),
    clip("letter_l", "L"),
    clip("letter_m", "M"),
    clip("letter_n", "N"),
    clip("letter_o", "O"),
    clip("letter_p", "P"),
    clip("letter_q", "Q"),
    clip("letter_r", "R"),
    clip("letter_s", "S"),
    clip("letter_t", "T"),
    clip("letter_u", "U"),
    clip("letter_v", "V"),
    clip("letter_w", "W"),
    clip("letter_x", "X"),
    clip("letter_y", "Y"),
    clip("letter_z", "Z"),
];

/// The place of a letter in [`LETTERS`].
pub(super) const fn letter_index(letter: char) -> Option<usize> {
    let letter = letter.to_ascii_uppercase();
    if letter.is_ascii_uppercase() { Some(letter as usize - 'A' as usize) } else { None }
}
