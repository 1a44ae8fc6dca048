//! Service level: the share of contacts that were answered in time, in the six ways that people reckon it.

use std::fmt;

use super::counts::Counts;
use super::rates::Share;
use crate::time::Duration;

/// How service level is reckoned. `A` answered, `A_T` within the target, `B` abandoned, `B_T` within the target, `B_s`
/// short abandons. Sources: icmi.com, "Service Level Calculations"; callcentrehelper.com 206890.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `(A_T + B_T) / (A + B)`: abandons within the target count as success.
    One,
    /// `A_T / A`: abandons do not count at all. It flatters bad days.
    Two,
    /// `A_T / (A + B)`: every abandon hurts.
    Three,
    /// `A_T / (A + B - B_T)`: abandons within the target are neutral.
    #[default]
    Four,
    /// `(A_T + B_s) / (A + B)`: short abandons count as success.
    Five,
    /// `A_T / (A + B - B_s)`: short abandons are neutral.
    FiveB,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::One, Self::Two, Self::Three, Self::Four, Self::Five, Self::FiveB];

    /// Its number, as `--sl` takes it: `4`, `5b`.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
            Self::Three => "3",
            Self::Four => "4",
            Self::Five => "5",
            Self::FiveB => "5b",
        }
    }

    /// Its formula in words of the counts.
    #[must_use]
    pub const fn formula(self) -> &'static str {
        match self {
            Self::One => "(A_T + B_T) / (A + B)",
            Self::Two => "A_T / A",
            Self::Three => "A_T / (A + B)",
            Self::Four => "A_T / (A + B - B_T)",
            Self::Five => "(A_T + B_s) / (A + B)",
            Self::FiveB => "A_T / (A + B - B_s)",
        }
    }

    /// Reads its number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.number() == text)
    }

    /// Its full name, so that two reports never differ without showing it: `SL#4/20s/short=5s`.
    #[must_use]
    pub fn id(self, target: Duration, short: Duration) -> String {
        format!("SL#{self}/{target}/short={short}")
    }

    /// What it comes to.
    #[must_use]
    pub const fn share(self, counts: &Counts) -> Share {
        let Counts { answered, answered_in_time, abandoned, abandoned_in_time, short, .. } = counts;
        let (part, of) = match self {
            Self::One => (*answered_in_time + *abandoned_in_time, *answered + *abandoned),
            Self::Two => (*answered_in_time, *answered),
            Self::Three => (*answered_in_time, *answered + *abandoned),
            Self::Four => (*answered_in_time, *answered + *abandoned - *abandoned_in_time),
            Self::Five => (*answered_in_time + *short, *answered + *abandoned),
            Self::FiveB => (*answered_in_time, *answered + *abandoned - *short),
        };
        Share { part, of }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.number())
    }
}
