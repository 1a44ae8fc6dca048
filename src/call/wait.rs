//! How long a caller may have to wait, as it is told: in rounded bands.

use crate::time::Duration;

/// What a queue expects of a caller's wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// How long it will be from now.
    pub wait: Duration,
    /// How many agents that is reckoned with.
    pub staff: u32,
}

/// A wait as it is told to a caller; a longer one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitBand {
    /// Less than one minute.
    UnderOne,
    /// Between one and three minutes.
    OneToThree,
    /// Between three and five minutes.
    ThreeToFive,
    /// Between five and ten minutes.
    FiveToTen,
    /// Between ten and fifteen minutes.
    TenToFifteen,
    /// Between fifteen and twenty minutes.
    FifteenToTwenty,
    /// More than twenty minutes.
    OverTwenty,
}

/// The bands with the waits that they end at, themselves left out.
const BANDS: [(u64, WaitBand); 6] = [
    (1, WaitBand::UnderOne),
    (3, WaitBand::OneToThree),
    (5, WaitBand::ThreeToFive),
    (10, WaitBand::FiveToTen),
    (15, WaitBand::TenToFifteen),
    (20, WaitBand::FifteenToTwenty),
];

impl WaitBand {
    /// The band of a wait; one that ends a band belongs to the next, so that nobody waits longer than told.
    #[must_use]
    pub fn of(wait: Duration) -> Self {
        let band = BANDS.iter().find(|(minutes, _)| wait < Duration::from_mins(*minutes));
        band.map_or(Self::OverTwenty, |(_, band)| *band)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_as_the_band_that_it_lies_in() {
        for (seconds, band) in [
            (0, WaitBand::UnderOne),
            (59, WaitBand::UnderOne),
            (60, WaitBand::OneToThree),
            (180, WaitBand::ThreeToFive),
            (599, WaitBand::FiveToTen),
            (600, WaitBand::TenToFifteen),
            (1_199, WaitBand::FifteenToTwenty),
            (1_200, WaitBand::OverTwenty),
        ] {
            assert_eq!(WaitBand::of(Duration::from_secs(seconds)), band, "{seconds} s");
        }
        assert!(WaitBand::OneToThree < WaitBand::OverTwenty);
    }
}
