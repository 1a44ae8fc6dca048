//! Figures of made histories.

mod days;
mod figures;
mod line;
mod live;
mod made;
mod oracle;

use super::{Book, Counts, Fault, Fold, Grid, Level, Live, Settings, Step};
use crate::history::Entry;
use crate::time::{Date, Duration, Wall};

/// The day that the tests are about: nothing changes its clocks.
pub(super) const DAY: &str = "2026-03-04";

pub(super) fn date(text: &str) -> Date {
    Date::parse(text).expect(text)
}

pub(super) fn wall(text: &str) -> Wall {
    Wall::parse_rfc3339(text).expect(text)
}

pub(super) fn settings(grid: Grid) -> Settings {
    Settings {
        grid,
        level: Level::Four,
        target: Duration::from_secs(20),
        short: Duration::from_secs(5),
        again_within: Duration::from_mins(24 * 60),
        repeat_within: Duration::from_mins(7 * 24 * 60),
        hours: None,
    }
}

/// The book of entries over days of Jakarta, the rows that cannot be, and whether every interval balances.
pub(super) fn book_of(entries: &[Entry], from: &str, to: &str) -> (Book, Vec<Fault>) {
    let grid = Grid::new("Asia/Jakarta", date(from), date(to), Step::HalfHour).expect("days");
    let mut book = Book::new(settings(grid));
    let mut fold = Fold::default();
    for entry in entries {
        fold.take(entry, &mut |piece| book.take(&piece));
    }
    let faults = fold.faults().0.to_vec();
    fold.finish(fold.now().unwrap_or_default(), &mut |piece| book.take(&piece));
    assert_eq!(book.close(), [], "what came in is what came out");
    assert_eq!(fold.open(), 0, "nothing is left");
    (book, faults)
}
