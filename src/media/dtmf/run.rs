//! Looks in a row that find the same key: the longer they do, the less each of them must prove.

use crate::call::Symbol;

/// How much like a key two looks in a row must be, whatever else: well above every moment of eight hours of recorded
/// speech.
pub(super) const ALIKE: f32 = 19.2;
/// How much like a key each of two looks must be, of three, and so on, less what its overtones take. Beneath a prompt a
/// key is proved by its length, which no voice has. Fourteen hours of recorded speech, at five speeds, come
/// this far once.
const PROVEN: [f32; 11] = [19.2, 18.5, 17.8, 17.3, 16.4, 15.9, 15.2, 14.7, 14.4, 14.0, 13.0];

/// The least of them: what is less like a key counts for nothing.
pub(super) const LEAST_PROVEN: f32 = PROVEN[PROVEN.len() - 1];
/// How much like a key a look is beneath a voice: beyond that nothing else is heard.
pub(super) const DISTURBED: std::ops::Range<f32> = 20.0..24.5;

/// What one look tells of a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// How much like a key it is; the same less what its overtones take.
    pub(super) alike: f32,
    pub(super) proven: f32,
    /// Whether it fills the window to both its ends.
    pub(super) steady: bool,
}

/// Looks in a row that found one key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    symbol: Symbol,
    /// The newest look first; what lies further back than the thresholds reach is forgotten.
    looks: [Look; PROVEN.len() + 1],
}

impl Look {
    /// A key without any fault.
    pub(super) const CLEAN: Self = Self { alike: 30.0, proven: 30.0, steady: true };
    const NONE: Self = Self { alike: f32::NEG_INFINITY, proven: f32::NEG_INFINITY, steady: false };
}

impl Run {
    /// The first look.
    pub(super) fn new(symbol: Symbol, look: Look) -> Self {
        let mut looks = [Look::NONE; PROVEN.len() + 1];
        looks[0] = look;
        Self { symbol, looks }
    }

    pub(super) const fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// One look more.
    pub(super) fn add(&mut self, look: Look) {
        self.looks.rotate_right(1);
        self.looks[0] = look;
    }

    /// Whether they prove that it is one.
    pub(super) fn is_key(&self) -> bool {
        let [newest, earlier @ ..] = self.looks;
        // What else is heard may hide an edge from one of two looks, but not where there is nothing else.
        let steady = [newest, earlier[0]].iter().filter(|look| look.steady).count();
        let disturbed = DISTURBED.contains(&newest.alike) && DISTURBED.contains(&earlier[0].alike);
        if steady == 0 || steady == 1 && !disturbed {
            return false;
        }
        let mut least = newest.proven;
        newest.alike.min(earlier[0].alike) >= ALIKE
            || earlier.iter().zip(PROVEN).any(|(look, enough)| {
                least = least.min(look.proven);
                least >= enough
            })
    }
}
