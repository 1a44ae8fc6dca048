//! The choices of a project in how things are read aloud.

/// How things are read aloud. The default is the formal manner of both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The Indonesian word for a zero among digits; "nol" by default.
    pub indonesian_zero: IndonesianZero,
    /// The English word for a zero among digits; "zero" by default.
    pub english_zero: EnglishZero,
    /// How Indonesian says minutes below ten; "lewat lima menit" by default.
    pub minutes: Minutes,
    /// The clock of `time`; formal by default. `when` always has the conversational one.
    pub clock: Clock,
    /// Whether British English says "double five"; off by default.
    pub doubles: bool,
    /// Whether English says "noon" and "midnight" in place of "twelve p.m." and "twelve a.m."; on by default.
    pub noon: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            indonesian_zero: IndonesianZero::Nol,
            english_zero: EnglishZero::Zero,
            minutes: Minutes::Past,
            clock: Clock::Formal,
            doubles: false,
            noon: true,
        }
    }
}

/// A zero among digits, in Indonesian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IndonesianZero {
    /// "nol"
    #[default]
    Nol,
    /// "kosong", as many read telephone numbers
    Kosong,
}

/// A zero among digits, in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EnglishZero {
    /// "zero"
    #[default]
    Zero,
    /// "oh", as many read telephone numbers
    Oh,
}

/// Minutes below ten, in Indonesian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Minutes {
    /// 08:05 is "pukul delapan lewat lima menit".
    #[default]
    Past,
    /// 08:05 is "pukul delapan nol lima".
    Digits,
}

/// How a time of day is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// 14:30 is "pukul empat belas tiga puluh", "two thirty p.m.".
    #[default]
    Formal,
    /// 14:30 is "pukul dua tiga puluh siang", "two thirty in the afternoon".
    Conversational,
}
