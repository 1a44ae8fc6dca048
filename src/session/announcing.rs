//! What a caller in line is told by itself: the place, the expected wait, a word of comfort (behaviours: queue).

use super::line::ANNOUNCEMENT_GAP;
use crate::call::{Expected, WaitBand};
use crate::flow::Announce;
use crate::time::{Duration, Instant};

/// The places that are told as they are; those behind are "more than".
const PLACES: [&str; 5] = ["next_in_line", "place_2", "place_3", "place_4", "place_5"];

/// What is told of all places behind.
const FURTHER: &str = "place_more";

/// What is told of one wait, and what was told last.
#[derive(Debug, Clone)]
pub(super) struct Telling {
    position: bool,
    wait: bool,
    /// The least time between two places, and the longest without a word.
    every: Duration,
    /// The words of the place told last, and when.
    place: Option<(&'static str, u32, Instant)>,
    /// The wait told last.
    band: Option<(WaitBand, u32)>,
}

/// What is said now: built-in words, and the comfort of the node behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct News {
    /// The names of built-in words.
    pub(super) words: Vec<&'static str>,
    /// Whether the node's words of comfort follow.
    pub(super) comfort: bool,
    /// The place that is told.
    pub(super) position: Option<u32>,
    /// The wait that is told.
    pub(super) expected: Option<Expected>,
}

impl Telling {
    pub(super) const fn new(announce: &Announce) -> Self {
        let Announce { position, wait, every, .. } = announce;
        Self { position: *position, wait: *wait, every: *every, place: None, band: None }
    }

    /// For a key that asks where nothing is told by itself.
    pub(super) const fn on_demand() -> Self {
        Self { position: true, wait: true, every: Duration::from_secs(60), place: None, band: None }
    }

    /// When something is to be said next, if nothing else is said before.
    pub(super) fn due(&self, position: Option<u32>, said_at: Instant) -> Instant {
        let comfort = said_at + self.every.max(ANNOUNCEMENT_GAP);
        let Some(position) = position.filter(|position| self.is_news(*position)) else {
            return comfort;
        };
        let apart = said_at + ANNOUNCEMENT_GAP;
        match self.place {
            // Whoever is first hears so as soon as may be.
            Some((_, _, at)) if position > 1 => comfort.min(apart.max(at + self.every)),
            Some(_) | None => apart,
        }
    }

    /// Whether a place would be told in other words than the last one, and is nearer.
    fn is_news(&self, position: u32) -> bool {
        self.position
            && self
                .place
                .is_none_or(|(words, told, _)| position < told && words_of(position) != words)
    }

    /// What is said when it is due.
    pub(super) fn news(
        &mut self,
        position: Option<u32>,
        expected: Option<Expected>,
        now: Instant,
    ) -> News {
        let told = position.filter(|position| {
            let soon = *position == 1 || self.place.is_none_or(|(_, _, at)| now >= at + self.every);
            self.is_news(*position) && soon
        });
        self.tell(told, expected, told.is_none(), now)
    }

    /// What is said on joining, or because the caller asks: the place as it is.
    pub(super) fn again(
        &mut self,
        position: Option<u32>,
        expected: Option<Expected>,
        now: Instant,
    ) -> News {
        self.tell(position.filter(|_| self.position), expected, false, now)
    }

    fn tell(
        &mut self,
        position: Option<u32>,
        expected: Option<Expected>,
        comfort: bool,
        now: Instant,
    ) -> News {
        let mut words = Vec::new();
        if let Some(position) = position {
            words.push(words_of(position));
            self.place = Some((words_of(position), position, now));
        }
        let expected = expected.filter(|expected| {
            let band = WaitBand::of(expected.wait);
            // Never longer than the last one told, unless fewer agents are left.
            let grows = |(told, staff): (WaitBand, u32)| band > told && expected.staff >= staff;
            self.wait && !self.band.is_some_and(grows)
        });
        if let Some(expected) = expected {
            let band = WaitBand::of(expected.wait);
            words.push(band_words(band));
            self.band = Some((band, expected.staff));
        }
        News { words, comfort, position, expected }
    }
}

impl News {
    pub(super) const fn is_empty(&self) -> bool {
        self.words.is_empty() && !self.comfort
    }
}

fn words_of(position: u32) -> &'static str {
    let place = usize::try_from(position).unwrap_or(usize::MAX).saturating_sub(1);
    PLACES.get(place).copied().unwrap_or(FURTHER)
}

const fn band_words(band: WaitBand) -> &'static str {
    match band {
        WaitBand::UnderOne => "wait_under_1",
        WaitBand::OneToThree => "wait_1_to_3",
        WaitBand::ThreeToFive => "wait_3_to_5",
        WaitBand::FiveToTen => "wait_5_to_10",
        WaitBand::TenToFifteen => "wait_10_to_15",
        WaitBand::FifteenToTwenty => "wait_15_to_20",
        WaitBand::OverTwenty => "wait_over_20",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn telling() -> Telling {
        Telling {
            position: true,
            wait: true,
            every: Duration::from_secs(60),
            place: None,
            band: None,
        }
    }

    fn wait(minutes: u64, staff: u32) -> Option<Expected> {
        Some(Expected { wait: Duration::from_mins(minutes), staff })
    }

    #[test]
    fn a_place_is_told_on_joining_then_once_a_minute_and_only_if_nearer() {
        let mut telling = telling();
        assert_eq!(telling.news(Some(9), None, at(0)).words, ["place_more"]);
        assert_eq!(telling.due(Some(7), at(0)), at(60), "the words are the same: only comfort");
        assert_eq!(telling.due(Some(4), at(0)), at(60));
        assert!(telling.news(Some(7), None, at(60)).comfort);
        let news = telling.news(Some(4), None, at(120));
        assert_eq!((news.words, news.comfort, news.position), (vec!["place_4"], false, Some(4)));
        assert_eq!(telling.due(Some(1), at(120)), at(135), "the first hears so 15 s later");
        assert_eq!(telling.news(Some(1), None, at(135)).words, ["next_in_line"]);
        let last = telling.news(Some(1), None, at(195));
        assert_eq!((last.words.len(), last.comfort), (0, true), "once");
        assert_eq!(telling.again(Some(1), None, at(200)).words, ["next_in_line"], "asked for");
    }

    #[test]
    fn a_wait_never_grows_unless_agents_left() {
        let mut telling = telling();
        let mut told =
            |minutes, staff, when| telling.again(None, wait(minutes, staff), at(when)).words;
        assert_eq!(told(4, 6, 0), ["wait_3_to_5"]);
        assert!(told(7, 6, 60).is_empty(), "it would have grown");
        assert!(told(7, 7, 90).is_empty(), "with more agents all the more");
        assert_eq!(told(2, 6, 120), ["wait_1_to_3"]);
        assert_eq!(told(12, 5, 180), ["wait_10_to_15"], "an agent has left");
        assert!(telling.again(None, None, at(200)).is_empty(), "nothing is known");
    }
}
